SELECT id, nombre, codigo, id_categoria, nombre_categoria, habilitada FROM prestaciones WHERE id_clinica = $1 ORDER BY id
