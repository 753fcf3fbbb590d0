INSERT INTO sucursales (id_clinica, id, nombre, telefono, ciudad, comuna, direccion, zona, habilitada)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (id_clinica, id) DO UPDATE SET
  nombre = excluded.nombre, telefono = excluded.telefono, ciudad = excluded.ciudad, comuna = excluded.comuna,
  direccion = excluded.direccion, zona = excluded.zona, habilitada = excluded.habilitada
