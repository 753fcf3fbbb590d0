-- What 00007 says, and the words of names without their apostrophes: O'Ryan is found
-- by "oryan" too.

-- +goose Up
DROP INDEX pacientes_texto;
CREATE INDEX pacientes_texto ON pacientes USING gin ((array_to_tsvector(array_remove(string_to_array(
    'c' || CAST(id_clinica AS TEXT) || ' ' ||
    translate(nombre_plano || ' ' || apellidos_plano || ' ' || lower(translate(nombre_social, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunaeiouun')), '-.,;:_/\%"()&+*''’‘´`', '                    ') || ' ' ||
    translate(nombre_plano || ' ' || apellidos_plano || ' ' || lower(translate(nombre_social, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunaeiouun')), '-.,;:_/\%"()&+*''’‘´`', '               ') || ' ' ||
    lower(translate(rut, '-. ', '')) || ' ' ||
    translate(celular, ' +-()', '') || ' ' ||
    right(translate(celular, ' +-()', ''), 9) || ' ' ||
    right(translate(celular, ' +-()', ''), 8) || ' ' ||
    translate(telefono, ' +-()', '') || ' ' ||
    right(translate(telefono, ' +-()', ''), 9) || ' ' ||
    right(translate(telefono, ' +-()', ''), 8), ' '), ''))));
