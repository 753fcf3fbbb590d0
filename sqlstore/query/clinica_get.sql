SELECT id_clinica, nombre, zona, exigir_atencion, rechazar_pasado, es_demo FROM clinicas WHERE id_clinica = $1
