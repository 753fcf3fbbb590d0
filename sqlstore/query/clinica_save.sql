UPDATE clinicas SET nombre = $1, zona = $2, exigir_atencion = $3, rechazar_pasado = $4 WHERE id_clinica = $5
