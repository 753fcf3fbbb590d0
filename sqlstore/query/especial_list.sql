SELECT id, id_profesional, id_sucursal, fecha, inicio, fin, pausa_inicio, pausa_fin, sillones, modalidad
FROM horarios_especiales WHERE id_clinica = $1 ORDER BY id
