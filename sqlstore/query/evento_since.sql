SELECT id, en, actor, accion, entidad, id_entidad, campos FROM eventos
WHERE id_clinica = $1 AND id > $2 ORDER BY id LIMIT $3
