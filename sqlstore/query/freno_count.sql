INSERT INTO frenos (hash, fallos, ultimo, hasta) VALUES ($1, 1, $2, 0)
ON CONFLICT (hash) DO UPDATE SET ultimo = excluded.ultimo,
  fallos = CASE WHEN frenos.ultimo <= $3 THEN 1 ELSE frenos.fallos + 1 END
RETURNING fallos
