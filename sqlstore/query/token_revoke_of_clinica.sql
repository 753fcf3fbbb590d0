UPDATE tokens SET revocado = CASE WHEN revocado = 0 THEN $1 ELSE revocado END WHERE id_clinica = $2 AND id = $3
