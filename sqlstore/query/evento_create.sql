INSERT INTO eventos (id_clinica, id, en, actor, accion, entidad, id_entidad, campos)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
