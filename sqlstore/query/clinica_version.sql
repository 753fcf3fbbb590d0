SELECT version_config, reservas_hasta FROM clinicas WHERE id_clinica = $1
