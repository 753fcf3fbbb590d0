INSERT INTO prestaciones (id_clinica, id, nombre, codigo, id_categoria, nombre_categoria, habilitada)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id_clinica, id) DO UPDATE SET
  nombre = excluded.nombre, codigo = excluded.codigo, id_categoria = excluded.id_categoria,
  nombre_categoria = excluded.nombre_categoria, habilitada = excluded.habilitada
