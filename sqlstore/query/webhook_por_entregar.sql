-- Of all clinics, because who delivers serves all of them. What it finds is then
-- read and written clinic by clinic.
SELECT w.id_clinica, w.id,
       CASE WHEN w.activo = 1 AND w.hasta < k.ultimo_evento OR w.borrado = 1 THEN 1 ELSE 0 END AS repartir,
       CASE WHEN w.activo = 1 AND EXISTS (
         SELECT 1 FROM entregas e
         WHERE e.id_clinica = w.id_clinica AND e.id_webhook = w.id AND e.estado = 'pendiente' AND e.proximo > 0 AND e.proximo <= $1
       ) THEN 1 ELSE 0 END AS enviar
FROM webhooks w JOIN clinicas k ON k.id_clinica = w.id_clinica
WHERE w.activo = 1
   OR w.borrado = 1 AND EXISTS (SELECT 1 FROM entregas e WHERE e.id_clinica = w.id_clinica AND e.id_webhook = w.id)
ORDER BY w.id_clinica, w.id
