-- The live citas on exclusive sillones, as cita_ocupados has those of a profesional:
-- a row for each day. The cross join makes SQLite go through the few sillones
-- first; it would else read the days of the whole sucursal.
SELECT s.id, c.fecha, string_agg((c.inicio * 2048 + c.fin) || ' ' || s.id || ' ' || c.id_sucursal, ' ')
FROM sillones s CROSS JOIN citas c
WHERE s.id_clinica = $1 AND c.id_clinica = $1 AND c.id_sucursal = $2 AND c.id_sillon = s.id AND c.fecha BETWEEN $3 AND $4
  AND c.viva = 1 AND c.exclusiva = 1
GROUP BY s.id, c.fecha ORDER BY s.id, c.fecha
