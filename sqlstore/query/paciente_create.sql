INSERT INTO pacientes (id_clinica, id, rut, tipo_documento, nombre, nombre_social, apellidos, fecha_nacimiento, fecha_afiliacion,
                       telefono, celular, ciudad, comuna, direccion, email, sexo, id_genero, numero_ficha, observaciones,
                       habilitado, nombre_plano, apellidos_plano, email_plano, creado, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, 1)
