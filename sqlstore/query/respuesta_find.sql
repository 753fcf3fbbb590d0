SELECT huella, status, cuerpo, version FROM respuestas
WHERE id_clinica = $1 AND id_token = $2 AND metodo = $3 AND ruta = $4 AND clave = $5 AND creada > $6
