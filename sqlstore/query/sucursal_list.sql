SELECT id, nombre, telefono, ciudad, comuna, direccion, zona, habilitada FROM sucursales WHERE id_clinica = $1 ORDER BY id
