DELETE FROM pacientes WHERE id_clinica = $1
