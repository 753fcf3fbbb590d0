INSERT INTO horarios_bloqueados (id_clinica, id, id_profesional, id_sucursal, fecha, inicio, fin, comentario)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
