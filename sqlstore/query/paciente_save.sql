UPDATE pacientes
SET rut = $3, tipo_documento = $4, nombre = $5, nombre_social = $6, apellidos = $7, fecha_nacimiento = $8, fecha_afiliacion = $9,
    telefono = $10, celular = $11, ciudad = $12, comuna = $13, direccion = $14, email = $15, sexo = $16, id_genero = $17,
    numero_ficha = $18, observaciones = $19, habilitado = $20, nombre_plano = $21, apellidos_plano = $22, email_plano = $23,
    version = version + 1
WHERE id_clinica = $1 AND id = $2
RETURNING version
