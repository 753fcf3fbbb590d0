INSERT INTO clinicas (id_clinica, nombre, zona, exigir_atencion, rechazar_pasado, es_demo, creada, version_config)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
