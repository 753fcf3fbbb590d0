SELECT a.id_clinica, a.id, b.id
FROM citas a JOIN citas b
  ON b.id_clinica = a.id_clinica AND b.id_sucursal = a.id_sucursal AND b.id_sillon = a.id_sillon AND b.fecha = a.fecha
 AND b.inicio >= a.inicio AND b.inicio < a.fin
WHERE a.viva = 1 AND a.exclusiva = 1 AND a.exenta = 0 AND b.viva = 1 AND b.exclusiva = 1 AND b.exenta = 0
  AND (b.inicio > a.inicio OR b.id > a.id)
LIMIT 1000
