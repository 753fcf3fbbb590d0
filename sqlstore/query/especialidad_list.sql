SELECT id, nombre, habilitada FROM especialidades WHERE id_clinica = $1 ORDER BY id
