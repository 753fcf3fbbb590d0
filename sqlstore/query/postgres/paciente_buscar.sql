-- The pacientes of whom every word of $2 is the beginning of a word. Differs because
-- the words are those of an index on an expression, which has to be said again. The
-- newest are not looked for by id, or a rare word would have all of them read.
SELECT id, rut, tipo_documento, nombre, nombre_social, apellidos, fecha_nacimiento, fecha_afiliacion, telefono, celular,
       ciudad, comuna, direccion, email, sexo, id_genero, numero_ficha, observaciones, habilitado, creado, version
FROM (
  SELECT * FROM pacientes p
  WHERE p.id_clinica = $1 AND array_to_tsvector(array_remove(string_to_array(
    'c' || CAST(p.id_clinica AS TEXT) || ' ' ||
    translate(p.nombre_plano || ' ' || p.apellidos_plano || ' ' || lower(translate(p.nombre_social, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunaeiouun')), '-.,;:_/\%"()&+*''’‘´`', '                    ') || ' ' ||
    translate(p.nombre_plano || ' ' || p.apellidos_plano || ' ' || lower(translate(p.nombre_social, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunaeiouun')), '-.,;:_/\%"()&+*''’‘´`', '               ') || ' ' ||
    lower(translate(p.rut, '-. ', '')) || ' ' ||
    translate(p.celular, ' +-()', '') || ' ' ||
    right(translate(p.celular, ' +-()', ''), 9) || ' ' ||
    right(translate(p.celular, ' +-()', ''), 8) || ' ' ||
    translate(p.telefono, ' +-()', '') || ' ' ||
    right(translate(p.telefono, ' +-()', ''), 9) || ' ' ||
    right(translate(p.telefono, ' +-()', ''), 8), ' '), ''))
    @@ CAST('''c' || CAST($1 AS TEXT) || ''' & ''' || replace($2, ' ', ''':* & ''') || ''':*' AS tsquery)
  ORDER BY p.id + 0 DESC LIMIT $3) found
ORDER BY apellidos_plano, nombre_plano, id
