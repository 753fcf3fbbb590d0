INSERT INTO tokens (id, id_clinica, nombre, hash, lectura, creado)
VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM tokens), $1, $2, $3, $4, $5)
RETURNING id
