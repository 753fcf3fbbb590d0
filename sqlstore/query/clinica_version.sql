SELECT version_config, reservas_hasta, ultimo_evento, ultima_cita FROM clinicas WHERE id_clinica = $1
