SELECT id, id_profesional, id_sucursal, dia, inicio, fin, pausa_inicio, pausa_fin, sillones, modalidad, desde, hasta
FROM horarios WHERE id_clinica = $1 ORDER BY id
