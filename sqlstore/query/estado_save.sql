-- anulacion is left as it was: citas in the estado were judged by it.
INSERT INTO estados (id_clinica, id, nombre, color, reservado, anulacion, uso_interno, habilitado)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id_clinica, id) DO UPDATE SET
  nombre = excluded.nombre, color = excluded.color, reservado = excluded.reservado,
  uso_interno = excluded.uso_interno, habilitado = excluded.habilitado
