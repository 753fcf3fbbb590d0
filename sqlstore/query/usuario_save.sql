UPDATE usuarios SET email = $1, nombre = $2, rol = $3, id_profesional = $4, idioma = $5, habilitado = $6
WHERE id_clinica = $7 AND id = $8
