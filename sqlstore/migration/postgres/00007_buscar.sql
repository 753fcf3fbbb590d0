-- What a search for pacientes finds them by, as it is typed: the beginnings of words
-- of their names, of their document, and of their phone numbers, with the code of
-- the country and of the city or without. The first word is the clinic.

-- +goose Up
CREATE INDEX pacientes_texto ON pacientes USING gin ((array_to_tsvector(array_remove(string_to_array(
    'c' || CAST(id_clinica AS TEXT) || ' ' ||
    translate(nombre_plano || ' ' || apellidos_plano || ' ' || lower(translate(nombre_social, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunaeiouun')), '-''.,;:_/\%"()&+*', '                ') || ' ' ||
    lower(translate(rut, '-. ', '')) || ' ' ||
    translate(celular, ' +-()', '') || ' ' ||
    right(translate(celular, ' +-()', ''), 9) || ' ' ||
    right(translate(celular, ' +-()', ''), 8) || ' ' ||
    translate(telefono, ' +-()', '') || ' ' ||
    right(translate(telefono, ' +-()', ''), 9) || ' ' ||
    right(translate(telefono, ' +-()', ''), 8), ' '), ''))));
