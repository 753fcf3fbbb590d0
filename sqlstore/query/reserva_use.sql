UPDATE reservas SET id_cita = $1 WHERE id_clinica = $2 AND id = $3
