DELETE FROM reservas WHERE id_clinica = $1
