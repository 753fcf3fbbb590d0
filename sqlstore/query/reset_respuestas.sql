DELETE FROM respuestas WHERE id_clinica = $1
