SELECT id FROM citas
WHERE id_clinica = $1 AND id_profesional = $2 AND fecha = $3 AND inicio < $4 AND fin > $5 AND viva = 1
  AND (id_sillon = $6 OR id_sucursal <> $7) AND id_sillon <> 7
