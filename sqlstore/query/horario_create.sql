INSERT INTO horarios (id_clinica, id, id_profesional, id_sucursal, dia, inicio, fin, pausa_inicio, pausa_fin, sillones, modalidad, desde, hasta)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
