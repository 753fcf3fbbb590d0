DELETE FROM horarios WHERE id_clinica = $1
