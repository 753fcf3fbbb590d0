-- The live citas of one profesional, in the columns of citas_vista.
SELECT id_clinica, id, id_profesional, id_sucursal, id_sillon, fecha, inicio, fin,
       id_paciente, id_atencion, id_estado, videoconsulta, comentario, viva, exclusiva, atencion_multiple,
       estado_desde, creada, cambiada, version, origen, id_cita_previa, '', '', ''
FROM citas WHERE id_clinica = $1 AND id_profesional = $2 AND fecha BETWEEN $3 AND $4 AND viva = 1
ORDER BY fecha, inicio, id
