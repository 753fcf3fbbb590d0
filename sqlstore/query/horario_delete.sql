DELETE FROM horarios WHERE id_clinica = $1 AND id = $2
