SELECT id, id_profesional, id_sucursal, id_sillon, fecha, inicio, fin, id_paciente, videoconsulta, exclusiva, creada, vence, origen, id_cita
FROM reservas WHERE id_clinica = $1 AND id = $2
