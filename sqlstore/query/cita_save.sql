-- fecha_actualizacion tells of the last change of estado, so estado_desde stays
-- unless that is what changed. A cita that came in beside the laws stays exenta
-- while it stays live and where it is; else it is judged as any other. One that goes
-- to another day or profesional is only written where $20 says so.
UPDATE citas
SET id_profesional = $3, id_sucursal = $4, id_sillon = $5, fecha = $6, inicio = $7, fin = $8,
    id_paciente = $9, id_atencion = $10, id_estado = $11, videoconsulta = $12, comentario = $13,
    viva = $14,
    exenta = CASE WHEN viva = 1 AND viva = $14 AND id_profesional = $3 AND id_sucursal = $4 AND id_sillon = $5
                   AND fecha = $6 AND inicio = $7 AND fin = $8 THEN exenta ELSE $15 END,
    exclusiva = $16, atencion_multiple = $17, id_cita_previa = $18,
    estado_desde = CASE WHEN id_estado = $11 THEN estado_desde ELSE $19 END,
    cambiada = $19, version = version + 1
WHERE id_clinica = $1 AND id = $2 AND (id_profesional = $3 AND fecha = $6 OR $20 = 1)
RETURNING estado_desde, version
