INSERT INTO webhooks (id_clinica, id, url, entidades, acciones, activo, token, secretos, creado, hasta, borrado)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)
