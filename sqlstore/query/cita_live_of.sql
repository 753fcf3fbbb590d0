SELECT * FROM citas_vista WHERE id_clinica = $1 AND id_atencion = $2 AND viva = 1 AND atencion_multiple = 0
