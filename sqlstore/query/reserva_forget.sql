DELETE FROM reservas WHERE id_clinica = $1 AND vence < $2
