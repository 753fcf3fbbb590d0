SELECT id, id_clinica, nombre, lectura, creado, revocado FROM tokens WHERE hash = $1 AND revocado = 0
