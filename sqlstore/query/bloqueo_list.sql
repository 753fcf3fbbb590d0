SELECT id, id_profesional, id_sucursal, fecha, inicio, fin, comentario
FROM horarios_bloqueados WHERE id_clinica = $1 ORDER BY id
