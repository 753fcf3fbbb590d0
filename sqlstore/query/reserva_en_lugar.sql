-- A sobrecupo conflicts with nothing, as among citas.
SELECT COALESCE(MIN(id), 0) FROM reservas
WHERE id_clinica = $1 AND fecha = $2 AND inicio < $3 AND fin > $4 AND vence > $5 AND id_cita = 0 AND id <> $6 AND id_sillon <> 7
  AND (id_profesional = $7 AND (id_sillon = $8 OR id_sucursal <> $9)
       OR exclusiva = 1 AND id_sucursal = $9 AND id_sillon = $8)
