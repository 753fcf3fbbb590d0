INSERT INTO frenos (hash, fallos, ultimo, hasta) VALUES ($1, 1, $2, 0)
ON CONFLICT (hash) DO UPDATE SET
  fallos = CASE
    WHEN frenos.ultimo > $2 THEN frenos.fallos + 1
    WHEN frenos.fallos <= ($2 - frenos.ultimo) / $3 THEN 1
    ELSE frenos.fallos - ($2 - frenos.ultimo) / $3 + 1 END,
  ultimo = CASE
    WHEN frenos.ultimo > $2 OR frenos.fallos <= ($2 - frenos.ultimo) / $3 THEN $2
    ELSE frenos.ultimo + ($2 - frenos.ultimo) / $3 * $3 END
RETURNING fallos
