SELECT id, nombre, color, reservado, anulacion, uso_interno, habilitado FROM estados WHERE id_clinica = $1 ORDER BY id
