SELECT id, id_clinica, email, nombre, rol, id_profesional, idioma, habilitado, creado FROM usuarios WHERE id_clinica = $1 ORDER BY id
