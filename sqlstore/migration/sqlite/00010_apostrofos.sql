-- Names with an apostrophe are found as they are typed without: O'Ryan by "oryan".
-- To the words of 00009 come those of such names without their apostrophes.

-- +goose Up
DROP VIEW pacientes_palabras;
CREATE VIEW pacientes_nombres AS
SELECT f.*, f.nombre || ' ' || f.apellidos || ' ' || f.nombre_social AS nombres FROM pacientes_fonos f;

CREATE VIEW pacientes_palabras AS
SELECT n.id_clinica, n.id, n.nombres || ' ' || CASE WHEN n.nombres GLOB '*[''’‘´`]*'
         THEN replace(replace(replace(replace(replace(n.nombres, '''', ''), '’', ''), '‘', ''), '´', ''), '`', '') ELSE '' END || ' ' ||
       replace(replace(n.rut, '-', ''), '.', '') || ' ' ||
       n.celular || ' ' || substr(n.celular, -9) || ' ' || substr(n.celular, -8) || ' ' ||
       n.telefono || ' ' || substr(n.telefono, -9) || ' ' || substr(n.telefono, -8) AS palabras
FROM pacientes_nombres n;

DELETE FROM pacientes_texto WHERE rowid IN (
  SELECT id_clinica << 40 | id FROM pacientes_nombres WHERE id < 1 << 40 AND nombres GLOB '*[''’‘´`]*');
INSERT INTO pacientes_texto (id_clinica, rowid, palabras)
SELECT w.id_clinica, w.id_clinica << 40 | w.id, w.palabras FROM pacientes_nombres n JOIN pacientes_palabras w USING (id_clinica, id)
WHERE n.id < 1 << 40 AND n.nombres GLOB '*[''’‘´`]*';
