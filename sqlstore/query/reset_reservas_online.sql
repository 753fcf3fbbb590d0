DELETE FROM reservas_online WHERE id_clinica = $1
