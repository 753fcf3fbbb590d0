UPDATE horarios_bloqueados
SET id_profesional = $3, id_sucursal = $4, fecha = $5, inicio = $6, fin = $7, comentario = $8
WHERE id_clinica = $1 AND id = $2
