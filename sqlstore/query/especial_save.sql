UPDATE horarios_especiales
SET id_profesional = $3, id_sucursal = $4, fecha = $5, inicio = $6, fin = $7, pausa_inicio = $8, pausa_fin = $9, sillones = $10,
    modalidad = $11
WHERE id_clinica = $1 AND id = $2
