SELECT a.id_clinica, a.id, b.id
FROM citas a JOIN citas b
  ON b.id_clinica = a.id_clinica AND b.id_profesional = a.id_profesional AND b.fecha = a.fecha
 AND b.inicio >= a.inicio AND b.inicio < a.fin
WHERE a.viva = 1 AND a.exenta = 0 AND b.viva = 1 AND b.exenta = 0
  AND (b.inicio > a.inicio OR b.id > a.id)
  AND (a.id_sillon = b.id_sillon OR a.id_sucursal <> b.id_sucursal)
LIMIT 1000
