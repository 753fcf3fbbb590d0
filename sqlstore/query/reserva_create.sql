INSERT INTO reservas (id_clinica, id, id_profesional, id_sucursal, id_sillon, fecha, inicio, fin,
                      id_paciente, videoconsulta, exclusiva, creada, vence, origen, id_cita)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)
