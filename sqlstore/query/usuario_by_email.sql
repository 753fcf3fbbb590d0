SELECT id, id_clinica, email, nombre, rol, id_profesional, idioma, habilitado, creado, clave FROM usuarios WHERE email = $1 ORDER BY id_clinica
