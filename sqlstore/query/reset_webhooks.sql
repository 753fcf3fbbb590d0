DELETE FROM webhooks WHERE id_clinica = $1
