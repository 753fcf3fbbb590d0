DELETE FROM eventos WHERE id_clinica = $1
