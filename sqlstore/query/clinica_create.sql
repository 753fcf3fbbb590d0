INSERT INTO clinicas (id_clinica, nombre, zona, exigir_atencion, rechazar_pasado, es_demo, creada, version_config)
VALUES ((SELECT COALESCE(MAX(id_clinica), 0) + 1 FROM clinicas), $1, $2, $3, $4, $5, $6, 1)
RETURNING id_clinica
