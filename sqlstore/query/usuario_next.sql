SELECT COALESCE(MAX(id), 0) + 1 FROM usuarios WHERE id_clinica = $1
