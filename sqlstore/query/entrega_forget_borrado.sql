-- Those of deleted webhooks.
DELETE FROM entregas WHERE id_clinica = $1 AND (id_webhook, id_evento) IN (
  SELECT e.id_webhook, e.id_evento FROM webhooks w JOIN entregas e ON e.id_clinica = w.id_clinica AND e.id_webhook = w.id
  WHERE w.id_clinica = $1 AND w.borrado = 1 LIMIT 256)
