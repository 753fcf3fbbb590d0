SELECT a.id_clinica, MIN(a.id), MAX(a.id) FROM citas a
WHERE a.viva = 1 AND a.atencion_multiple = 0
GROUP BY a.id_clinica, a.id_atencion HAVING COUNT(*) > 1
LIMIT 1000
