DELETE FROM reservas WHERE id_clinica = $1 AND id = $2
