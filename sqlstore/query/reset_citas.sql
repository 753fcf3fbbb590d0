DELETE FROM citas WHERE id_clinica = $1
