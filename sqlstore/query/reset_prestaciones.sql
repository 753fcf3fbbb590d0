DELETE FROM prestaciones WHERE id_clinica = $1
