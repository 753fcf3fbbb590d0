UPDATE entregas
SET estado = $1, intentos = $2, primero = $3, proximo = $4, arriendo = '', terminada = $5, olvidar = $6, ultimo_status = $7, ultimo_error = $8
WHERE id_clinica = $9 AND id_webhook = $10 AND id_evento = $11 AND arriendo = $12
