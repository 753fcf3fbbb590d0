INSERT INTO sillones (id_clinica, id, nombre, exclusivo) VALUES ($1, $2, $3, $4)
ON CONFLICT (id_clinica, id) DO UPDATE SET nombre = excluded.nombre, exclusivo = excluded.exclusivo
