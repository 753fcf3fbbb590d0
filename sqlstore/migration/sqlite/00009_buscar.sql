-- What a search for pacientes finds them by, as it is typed: the beginnings of words
-- of their names, of their document without its hyphen, and of their phone numbers,
-- with the codes of the country and the city or without.

-- +goose Up
CREATE VIEW pacientes_fonos AS
SELECT p.id_clinica, p.id, p.nombre, p.apellidos, p.nombre_social, p.rut,
       replace(replace(replace(replace(replace(p.celular, ' ', ''), '+', ''), '-', ''), '(', ''), ')', '') AS celular,
       replace(replace(replace(replace(replace(p.telefono, ' ', ''), '+', ''), '-', ''), '(', ''), ')', '') AS telefono
FROM pacientes p;

CREATE VIEW pacientes_palabras AS
SELECT f.id_clinica, f.id, f.nombre || ' ' || f.apellidos || ' ' || f.nombre_social || ' ' || replace(replace(f.rut, '-', ''), '.', '') || ' ' ||
       f.celular || ' ' || substr(f.celular, -9) || ' ' || substr(f.celular, -8) || ' ' ||
       f.telefono || ' ' || substr(f.telefono, -9) || ' ' || substr(f.telefono, -8) AS palabras
FROM pacientes_fonos f;

-- The texts themselves are not kept again. The tokenizer takes them apart and leaves
-- out case and accents. A row's number is its clinic's, times 2^40, and its
-- paciente's; one with a higher id is not found so.
CREATE VIRTUAL TABLE pacientes_texto USING fts5 (
  palabras, id_clinica UNINDEXED, content = '', contentless_delete = 1, contentless_unindexed = 1,
  detail = none, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO pacientes_texto (id_clinica, rowid, palabras)
SELECT id_clinica, id_clinica << 40 | id, palabras FROM pacientes_palabras WHERE id < 1 << 40;

-- +goose StatementBegin
CREATE TRIGGER pacientes_texto_insert AFTER INSERT ON pacientes WHEN NEW.id < 1 << 40 BEGIN
  INSERT INTO pacientes_texto (id_clinica, rowid, palabras) VALUES (NEW.id_clinica, NEW.id_clinica << 40 | NEW.id,
    (SELECT palabras FROM pacientes_palabras WHERE id_clinica = NEW.id_clinica AND id = NEW.id));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER pacientes_texto_update AFTER UPDATE ON pacientes
WHEN NEW.id < 1 << 40 AND (NEW.nombre, NEW.apellidos, NEW.nombre_social, NEW.rut, NEW.celular, NEW.telefono)
  IS NOT (OLD.nombre, OLD.apellidos, OLD.nombre_social, OLD.rut, OLD.celular, OLD.telefono) BEGIN
  DELETE FROM pacientes_texto WHERE id_clinica = OLD.id_clinica AND rowid = OLD.id_clinica << 40 | OLD.id;
  INSERT INTO pacientes_texto (id_clinica, rowid, palabras) VALUES (NEW.id_clinica, NEW.id_clinica << 40 | NEW.id,
    (SELECT palabras FROM pacientes_palabras WHERE id_clinica = NEW.id_clinica AND id = NEW.id));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER pacientes_texto_delete AFTER DELETE ON pacientes WHEN OLD.id < 1 << 40 BEGIN
  DELETE FROM pacientes_texto WHERE id_clinica = OLD.id_clinica AND rowid = OLD.id_clinica << 40 | OLD.id;
END;
-- +goose StatementEnd
