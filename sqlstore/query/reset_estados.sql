DELETE FROM estados WHERE id_clinica = $1
