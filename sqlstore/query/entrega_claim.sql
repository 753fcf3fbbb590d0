UPDATE entregas SET arriendo = $1, proximo = $2
WHERE id_clinica = $3 AND id_webhook = $4 AND id_evento IN (
  SELECT e.id_evento FROM entregas e
  WHERE e.id_clinica = $3 AND e.id_webhook = $4 AND e.estado = 'pendiente' AND e.proximo > 0 AND e.proximo <= $5
  ORDER BY e.proximo, e.id_evento LIMIT $6)
RETURNING id_webhook, id_evento, accion, entidad, id_entidad, estado, intentos, primero, proximo, arriendo, creada, terminada, ultimo_status, ultimo_error
