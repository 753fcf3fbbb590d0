DELETE FROM horarios_bloqueados WHERE id_clinica = $1
