SELECT activa, horizonte, aviso, modalidad, origenes, clave FROM reservas_online WHERE id_clinica = $1
