UPDATE webhooks SET url = $1, entidades = $2, acciones = $3, activo = $4, secretos = $5, hasta = $6
WHERE id_clinica = $7 AND id = $8 AND borrado = 0
