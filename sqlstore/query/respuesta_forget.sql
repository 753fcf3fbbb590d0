DELETE FROM respuestas WHERE id_clinica = $1 AND creada <= $2
