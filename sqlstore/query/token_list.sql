SELECT id, id_clinica, nombre, lectura, creado, revocado FROM tokens ORDER BY id
