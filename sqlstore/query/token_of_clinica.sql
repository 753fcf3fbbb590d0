SELECT id, id_clinica, nombre, lectura, creado, revocado FROM tokens WHERE id_clinica = $1 ORDER BY id
