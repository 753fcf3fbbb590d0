DELETE FROM profesionales WHERE id_clinica = $1
