-- Differs because weeks are told otherwise.
SELECT CAST(CAST(date_trunc('week', CAST(d.fecha AS DATE)) AS DATE) AS TEXT) AS semana, d.id_profesional, d.id_estado, CAST(SUM(d.citas) AS BIGINT)
FROM (
  SELECT fecha, id_sucursal, id_profesional, id_estado, COUNT(*) AS citas
  FROM citas WHERE id_clinica = $1 AND fecha BETWEEN $2 AND $3 AND (CAST($4 AS BIGINT) = 0 OR id_sucursal = CAST($4 AS BIGINT))
  GROUP BY fecha, id_sucursal, id_profesional, id_estado
) AS d
GROUP BY semana, d.id_profesional, d.id_estado
