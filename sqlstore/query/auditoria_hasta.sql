UPDATE clinicas SET auditado = $2 WHERE id_clinica = $1 AND auditado < $2
