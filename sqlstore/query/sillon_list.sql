SELECT id, nombre, exclusivo FROM sillones WHERE id_clinica = $1 ORDER BY id
