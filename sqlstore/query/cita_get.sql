SELECT * FROM citas_vista WHERE id_clinica = $1 AND id = $2
