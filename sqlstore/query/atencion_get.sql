SELECT id, nombre, tipo, fecha, id_paciente, id_profesional, id_sucursal, finalizado, bloqueado
FROM atenciones WHERE id_clinica = $1 AND id = $2
