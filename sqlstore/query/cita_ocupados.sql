-- The places of one profesional's live citas, a row for each day: fetching a row
-- costs more than a place, and spelling a number more than multiplying one. The
-- index citas_agenda has it all.
SELECT fecha, string_agg((inicio * 2048 + fin) || ' ' || id_sillon || ' ' || id_sucursal, ' ')
FROM citas WHERE id_clinica = $1 AND id_profesional = $2 AND fecha BETWEEN $3 AND $4 AND viva = 1 AND id_sillon <> 7
GROUP BY fecha ORDER BY fecha
