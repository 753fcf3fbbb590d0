DELETE FROM sesiones WHERE id_clinica = $1 AND id_usuario = $2 AND hash <> $3
