INSERT INTO especialidades (id_clinica, id, nombre, habilitada) VALUES ($1, $2, $3, $4)
ON CONFLICT (id_clinica, id) DO UPDATE SET nombre = excluded.nombre, habilitada = excluded.habilitada
