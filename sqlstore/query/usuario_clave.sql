SELECT clave FROM usuarios WHERE id_clinica = $1 AND id = $2
