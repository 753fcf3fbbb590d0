DELETE FROM entregas WHERE id_clinica = $1 AND (id_webhook, id_evento) IN (
  SELECT e.id_webhook, e.id_evento FROM entregas e
  WHERE e.id_clinica = $1 AND e.olvidar > 0 AND e.olvidar <= $2 ORDER BY e.olvidar LIMIT 256)
