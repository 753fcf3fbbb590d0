SELECT hash, id_clinica, id_usuario, datos, vence FROM sesiones WHERE hash = $1 AND vence > $2
