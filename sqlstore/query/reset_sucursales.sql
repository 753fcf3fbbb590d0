DELETE FROM sucursales WHERE id_clinica = $1
