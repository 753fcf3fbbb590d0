UPDATE horarios
SET id_profesional = $3, id_sucursal = $4, dia = $5, inicio = $6, fin = $7, pausa_inicio = $8, pausa_fin = $9, sillones = $10,
    modalidad = $11, desde = $12, hasta = $13
WHERE id_clinica = $1 AND id = $2
