DELETE FROM atenciones WHERE id_clinica = $1
