DELETE FROM eventos WHERE id_clinica = $1 AND id <= $2
