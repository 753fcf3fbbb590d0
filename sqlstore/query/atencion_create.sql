INSERT INTO atenciones (id_clinica, id, nombre, tipo, fecha, id_paciente, id_profesional, id_sucursal, finalizado, bloqueado)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
