DELETE FROM entregas WHERE id_clinica = $1
