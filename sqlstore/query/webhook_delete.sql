-- Its secrets go at once; its deliveries little by little.
UPDATE webhooks SET borrado = 1, activo = 0, secretos = '' WHERE id_clinica = $1 AND id = $2 AND borrado = 0
