-- The live citas on exclusive sillones, in the columns of citas_vista. The cross
-- join makes SQLite go through the few sillones first; it would else read the
-- days of the whole sucursal.
SELECT c.id_clinica, c.id, c.id_profesional, c.id_sucursal, c.id_sillon, c.fecha, c.inicio, c.fin,
       c.id_paciente, c.id_atencion, c.id_estado, c.videoconsulta, c.comentario, c.viva, c.exclusiva, c.atencion_multiple,
       c.estado_desde, c.creada, c.cambiada, c.version, c.origen, c.id_cita_previa, '', '', ''
FROM sillones s CROSS JOIN citas c
WHERE s.id_clinica = $1 AND c.id_clinica = $1 AND c.id_sucursal = $2 AND c.id_sillon = s.id AND c.fecha BETWEEN $3 AND $4
  AND c.viva = 1 AND c.exclusiva = 1
ORDER BY c.id_profesional, c.fecha, c.inicio, c.id
