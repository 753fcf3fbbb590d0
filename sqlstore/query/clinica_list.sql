SELECT id_clinica, nombre, zona, exigir_atencion, rechazar_pasado, es_demo FROM clinicas ORDER BY id_clinica
