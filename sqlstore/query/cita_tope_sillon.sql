SELECT id FROM citas
WHERE id_clinica = $1 AND id_sucursal = $2 AND id_sillon = $3 AND fecha = $4 AND inicio < $5 AND fin > $6
  AND viva = 1 AND exclusiva = 1
