UPDATE webhooks SET hasta = $1 WHERE id_clinica = $2 AND id = $3 AND hasta < $1
