-- What waited behind a delivery that is done.
UPDATE entregas SET proximo = $1
WHERE id_clinica = $2 AND id_webhook = $3 AND id_evento = (
  SELECT MIN(f.id_evento) FROM entregas f
  WHERE f.id_clinica = $2 AND f.id_webhook = $3 AND f.entidad = $4 AND f.id_entidad = $5 AND f.estado = 'pendiente')
