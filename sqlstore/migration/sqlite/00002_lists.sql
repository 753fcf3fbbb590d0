-- What lists are read by, and the catalogue of prestaciones.

-- +goose Up
CREATE TABLE prestaciones (
  id_clinica       INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id               INTEGER NOT NULL CHECK (id > 0),
  nombre           TEXT    NOT NULL,
  codigo           TEXT    NOT NULL,
  id_categoria     INTEGER NOT NULL,
  nombre_categoria TEXT    NOT NULL,
  habilitada       INTEGER NOT NULL CHECK (habilitada IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
) STRICT, WITHOUT ROWID;

-- Texts as searches compare them: lower case, without the accents of Spanish.
-- The store writes them; these are for the rows that are here already.
ALTER TABLE pacientes ADD COLUMN nombre_plano TEXT NOT NULL DEFAULT '';
ALTER TABLE pacientes ADD COLUMN apellidos_plano TEXT NOT NULL DEFAULT '';
ALTER TABLE pacientes ADD COLUMN email_plano TEXT NOT NULL DEFAULT '';
UPDATE pacientes SET nombre_plano = nombre, apellidos_plano = apellidos, email_plano = email;
UPDATE pacientes SET
  nombre_plano = replace(replace(replace(replace(replace(replace(replace(nombre_plano, 'á', 'a'), 'é', 'e'), 'í', 'i'), 'ó', 'o'), 'ú', 'u'), 'ü', 'u'), 'ñ', 'n'),
  apellidos_plano = replace(replace(replace(replace(replace(replace(replace(apellidos_plano, 'á', 'a'), 'é', 'e'), 'í', 'i'), 'ó', 'o'), 'ú', 'u'), 'ü', 'u'), 'ñ', 'n'),
  email_plano = replace(replace(replace(replace(replace(replace(replace(email_plano, 'á', 'a'), 'é', 'e'), 'í', 'i'), 'ó', 'o'), 'ú', 'u'), 'ü', 'u'), 'ñ', 'n');
UPDATE pacientes SET
  nombre_plano = lower(replace(replace(replace(replace(replace(replace(replace(nombre_plano, 'Á', 'a'), 'É', 'e'), 'Í', 'i'), 'Ó', 'o'), 'Ú', 'u'), 'Ü', 'u'), 'Ñ', 'n')),
  apellidos_plano = lower(replace(replace(replace(replace(replace(replace(replace(apellidos_plano, 'Á', 'a'), 'É', 'e'), 'Í', 'i'), 'Ó', 'o'), 'Ú', 'u'), 'Ü', 'u'), 'Ñ', 'n')),
  email_plano = lower(replace(replace(replace(replace(replace(replace(replace(email_plano, 'Á', 'a'), 'É', 'e'), 'Í', 'i'), 'Ó', 'o'), 'Ú', 'u'), 'Ü', 'u'), 'Ñ', 'n'));

-- Pacientes are written seldom and looked up all day.
CREATE INDEX pacientes_nombre ON pacientes (id_clinica, nombre_plano);
CREATE INDEX pacientes_apellidos ON pacientes (id_clinica, apellidos_plano, nombre_plano);
CREATE INDEX pacientes_email ON pacientes (id_clinica, email_plano);
CREATE INDEX pacientes_celular ON pacientes (id_clinica, lower(celular));

-- The agenda also lists what is annulled, so it takes in all citas now, and the
-- laws find viva in it.
DROP INDEX citas_agenda;
CREATE INDEX citas_agenda ON citas (id_clinica, id_profesional, fecha, inicio, fin, id_sillon, id_sucursal, exenta, viva);

-- Every index ends with the id, so these give the newest first.
CREATE INDEX citas_paciente ON citas (id_clinica, id_paciente);
CREATE INDEX citas_sucursal ON citas (id_clinica, id_sucursal);
-- A day, of one sucursal or of all.
CREATE INDEX citas_fecha ON citas (id_clinica, fecha, id_sucursal);
-- What changed since: clients poll for it.
CREATE INDEX citas_estado_desde ON citas (id_clinica, estado_desde);

CREATE INDEX atenciones_fecha ON atenciones (id_clinica, fecha);

-- As in 00001: what the planner is to believe.
DELETE FROM sqlite_stat1 WHERE idx = 'citas_agenda';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('pacientes', 'pacientes_nombre', '100000 100000 100'),
  ('pacientes', 'pacientes_apellidos', '100000 100000 50 2'),
  ('pacientes', 'pacientes_email', '100000 100000 2'),
  ('pacientes', 'pacientes_celular', '100000 100000 2'),
  ('citas', 'citas_agenda', '1000000 1000000 50000 20 2 2 1 1 1 1'),
  ('citas', 'citas_paciente', '1000000 1000000 10'),
  ('citas', 'citas_sucursal', '1000000 1000000 500000'),
  ('citas', 'citas_fecha', '1000000 1000000 300 150'),
  ('citas', 'citas_estado_desde', '1000000 1000000 1'),
  ('atenciones', 'atenciones_fecha', '1000000 1000000 300');
ANALYZE sqlite_schema;
