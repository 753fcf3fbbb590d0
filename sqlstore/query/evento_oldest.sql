SELECT COALESCE((SELECT MIN(id) FROM eventos WHERE id_clinica = $1 AND id > 0), 0)
