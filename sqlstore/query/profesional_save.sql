INSERT INTO profesionales (id_clinica, id, rut, nombre, apellidos, celular, telefono, ciudad, comuna, direccion, email,
                           id_especialidad, agenda_online, es_recurso, intervalo, habilitado)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (id_clinica, id) DO UPDATE SET
  rut = excluded.rut, nombre = excluded.nombre, apellidos = excluded.apellidos, celular = excluded.celular,
  telefono = excluded.telefono, ciudad = excluded.ciudad, comuna = excluded.comuna, direccion = excluded.direccion,
  email = excluded.email, id_especialidad = excluded.id_especialidad, agenda_online = excluded.agenda_online,
  es_recurso = excluded.es_recurso, intervalo = excluded.intervalo, habilitado = excluded.habilitado
