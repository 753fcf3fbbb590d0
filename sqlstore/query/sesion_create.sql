INSERT INTO sesiones (hash, id_clinica, id_usuario, datos, vence) VALUES ($1, $2, $3, $4, $5)
