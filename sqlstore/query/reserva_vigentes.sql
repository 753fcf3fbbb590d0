SELECT id, id_profesional, id_sucursal, id_sillon, fecha, inicio, fin, id_paciente, videoconsulta, exclusiva, creada, vence, origen, id_cita
FROM reservas WHERE id_clinica = $1 AND fecha BETWEEN $2 AND $3 AND vence > $4 AND id_cita = 0
ORDER BY fecha, inicio, id
