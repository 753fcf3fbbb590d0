SELECT COALESCE(MAX(id), 0) + 1 FROM webhooks WHERE id_clinica = $1
