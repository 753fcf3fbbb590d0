SELECT id, url, entidades, acciones, activo, token, secretos, creado, hasta FROM webhooks
WHERE id_clinica = $1 AND id = $2 AND borrado = 0
