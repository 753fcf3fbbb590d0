DELETE FROM especialidades WHERE id_clinica = $1
