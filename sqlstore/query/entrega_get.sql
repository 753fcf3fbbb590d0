SELECT id_webhook, id_evento, accion, entidad, id_entidad, estado, intentos, primero, proximo, arriendo, creada, terminada, ultimo_status, ultimo_error FROM entregas
WHERE id_clinica = $1 AND id_webhook = $2 AND id_evento = $3
