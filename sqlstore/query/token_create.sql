INSERT INTO tokens (id, id_clinica, nombre, hash, lectura, creado) VALUES ($1, $2, $3, $4, $5, $6)
