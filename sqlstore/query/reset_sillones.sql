DELETE FROM sillones WHERE id_clinica = $1
