DELETE FROM horarios_especiales WHERE id_clinica = $1
