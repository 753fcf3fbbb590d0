SELECT id, url, entidades, acciones, activo, token, secretos, creado, hasta FROM webhooks
WHERE id_clinica = $1 AND borrado = 0 ORDER BY id
