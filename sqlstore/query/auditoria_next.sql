SELECT auditado, ultimo_evento FROM clinicas WHERE id_clinica = $1
