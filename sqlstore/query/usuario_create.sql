INSERT INTO usuarios (id_clinica, id, email, nombre, rol, id_profesional, idioma, clave, habilitado, creado)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
