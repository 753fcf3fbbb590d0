-- The oldest of an entidad goes now, and the others behind it; unless somebody is
-- at one of them, who will see to that.
UPDATE entregas
SET proximo = CASE
  WHEN NOT EXISTS (SELECT 1 FROM entregas f
                   WHERE f.id_clinica = $1 AND f.id_webhook = $2 AND f.entidad = $3 AND f.id_entidad = $4 AND f.estado = 'pendiente' AND f.arriendo <> '')
       AND id_evento = (SELECT MIN(f.id_evento) FROM entregas f
                        WHERE f.id_clinica = $1 AND f.id_webhook = $2 AND f.entidad = $3 AND f.id_entidad = $4 AND f.estado = 'pendiente')
  THEN CAST($5 AS BIGINT) ELSE 0 END
WHERE id_clinica = $1 AND id_webhook = $2 AND entidad = $3 AND id_entidad = $4 AND estado = 'pendiente' AND arriendo = ''
