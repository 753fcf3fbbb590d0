DELETE FROM auditoria WHERE id_clinica = $1
