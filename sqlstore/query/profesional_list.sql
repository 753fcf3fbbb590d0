SELECT id, rut, nombre, apellidos, celular, telefono, ciudad, comuna, direccion, email,
       id_especialidad, agenda_online, es_recurso, intervalo, habilitado
FROM profesionales WHERE id_clinica = $1 ORDER BY id
