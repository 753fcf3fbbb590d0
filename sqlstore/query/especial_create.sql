INSERT INTO horarios_especiales (id_clinica, id, id_profesional, id_sucursal, fecha, inicio, fin, pausa_inicio, pausa_fin, sillones, modalidad)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
