-- How many citas each profesional has in each week, by estado. The days are counted
-- first, in the order of their index: to find the week of a day costs more.
SELECT date(d.fecha, 'weekday 0', '-6 days') AS semana, d.id_profesional, d.id_estado, SUM(d.citas)
FROM (
  SELECT fecha, id_sucursal, id_profesional, id_estado, COUNT(*) AS citas
  FROM citas WHERE id_clinica = $1 AND fecha BETWEEN $2 AND $3 AND (CAST($4 AS BIGINT) = 0 OR id_sucursal = $4)
  GROUP BY fecha, id_sucursal, id_profesional, id_estado
) AS d
GROUP BY semana, d.id_profesional, d.id_estado
