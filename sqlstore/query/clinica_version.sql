SELECT version_config FROM clinicas WHERE id_clinica = $1
