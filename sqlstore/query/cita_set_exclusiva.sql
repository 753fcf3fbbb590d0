UPDATE citas SET exclusiva = $1
WHERE id_clinica = $2 AND id_sillon = $3 AND fecha >= $4 AND viva = 1 AND exclusiva <> $1
