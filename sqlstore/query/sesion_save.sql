INSERT INTO sesiones (hash, id_clinica, id_usuario, datos, vence) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (hash) DO UPDATE SET datos = excluded.datos, vence = excluded.vence
