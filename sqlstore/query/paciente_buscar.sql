-- The pacientes of whom every word of $2, which holds nothing but letters, digits and
-- spaces between them, is the beginning of a word; of many, the newest.
SELECT id, rut, tipo_documento, nombre, nombre_social, apellidos, fecha_nacimiento, fecha_afiliacion, telefono, celular,
       ciudad, comuna, direccion, email, sexo, id_genero, numero_ficha, observaciones, habilitado, creado, version
FROM pacientes WHERE id_clinica = $1 AND id IN (
  SELECT rowid & (1 << 40) - 1 FROM pacientes_texto
  WHERE id_clinica = $1 AND pacientes_texto MATCH '"' || replace($2, ' ', '"* AND "') || '"*'
    AND rowid BETWEEN $1 << 40 AND ($1 + 1 << 40) - 1
  ORDER BY rowid DESC LIMIT $3)
ORDER BY apellidos_plano, nombre_plano, id
