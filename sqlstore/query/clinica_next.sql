SELECT COALESCE(MAX(id_clinica), 0) + 1 FROM clinicas
