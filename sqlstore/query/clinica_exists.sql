SELECT id_clinica FROM clinicas WHERE id_clinica = $1
