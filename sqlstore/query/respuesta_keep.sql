INSERT INTO respuestas (id_clinica, id_token, metodo, ruta, clave, huella, status, cuerpo, version, creada)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
