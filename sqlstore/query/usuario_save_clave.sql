UPDATE usuarios SET clave = $1 WHERE id_clinica = $2 AND id = $3
