-- The second condition is that of the index.
SELECT id, rut, tipo_documento, nombre, nombre_social, apellidos, fecha_nacimiento, fecha_afiliacion, telefono, celular,
       ciudad, comuna, direccion, email, sexo, id_genero, numero_ficha, observaciones, habilitado, creado, version
FROM pacientes WHERE id_clinica = $1 AND rut = $2 AND rut <> ''
