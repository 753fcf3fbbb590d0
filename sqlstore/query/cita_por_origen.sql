-- How many citas were booked by whom, and how many days ahead: $5 is how far the
-- clinic's clock is ahead of UTC. What was moved to another date counts there (14 is
-- the estado of those it left).
SELECT origen, CAST(julianday(fecha) - 2440587.5 AS INTEGER) - (creada + $5) / 86400000000 AS dias, COUNT(*)
FROM citas WHERE id_clinica = $1 AND fecha BETWEEN $2 AND $3 AND (CAST($4 AS BIGINT) = 0 OR id_sucursal = $4) AND id_estado <> 14
GROUP BY origen, dias
