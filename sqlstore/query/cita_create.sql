INSERT INTO citas (id_clinica, id, id_profesional, id_sucursal, id_sillon, fecha, inicio, fin,
                   id_paciente, id_atencion, id_estado, videoconsulta, comentario,
                   viva, exenta, exclusiva, atencion_multiple,
                   estado_desde, creada, cambiada, version, origen, id_cita_previa)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, $18, 1, $19, $20)
