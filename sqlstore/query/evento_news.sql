SELECT id_clinica, ultimo_evento FROM clinicas WHERE id_clinica BETWEEN $1 AND $2
