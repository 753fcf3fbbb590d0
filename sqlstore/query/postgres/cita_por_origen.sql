-- Differs because days are told otherwise.
SELECT origen, CAST(fecha AS DATE) - DATE '1970-01-01' - (creada + CAST($5 AS BIGINT)) / 86400000000 AS dias, COUNT(*)
FROM citas WHERE id_clinica = $1 AND fecha BETWEEN $2 AND $3 AND (CAST($4 AS BIGINT) = 0 OR id_sucursal = CAST($4 AS BIGINT)) AND id_estado <> 14
GROUP BY origen, dias
