-- One statement for all events of a batch: $2 is a JSON array of arrays.
INSERT INTO eventos (id_clinica, id, en, actor, accion, entidad, id_entidad)
SELECT $1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
FROM json_each($2)
