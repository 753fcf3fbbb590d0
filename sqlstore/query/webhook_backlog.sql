-- Of all clinics, numbers only. A scrape asks it every few seconds, so it looks at
-- no more than so many deliveries of a webhook. The first of a line is the oldest
-- of it.
SELECT COALESCE(MAX(x.eventos), 0), CAST(COALESCE(SUM(x.pendientes), 0) AS BIGINT), CAST(COALESCE(SUM(x.muertas), 0) AS BIGINT),
       COALESCE(MIN(x.desde), 0)
FROM (
  SELECT k.ultimo_evento - w.hasta AS eventos,
         (SELECT COUNT(*) FROM (SELECT 1 AS uno FROM entregas e
                                WHERE e.id_clinica = w.id_clinica AND e.id_webhook = w.id AND e.estado = 'pendiente' LIMIT $1) p) AS pendientes,
         (SELECT COUNT(*) FROM (SELECT 1 AS uno FROM entregas f
                                WHERE f.id_clinica = w.id_clinica AND f.id_webhook = w.id AND f.estado = 'muerta' LIMIT $1) m) AS muertas,
         (SELECT MIN(l.creada) FROM (SELECT g.creada FROM entregas g
                                     WHERE g.id_clinica = w.id_clinica AND g.id_webhook = w.id AND g.estado = 'pendiente' AND g.proximo > 0
                                     LIMIT $1) l) AS desde
  FROM webhooks w JOIN clinicas k ON k.id_clinica = w.id_clinica
  WHERE w.activo = 1
) x
