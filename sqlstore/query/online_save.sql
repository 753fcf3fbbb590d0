INSERT INTO reservas_online (id_clinica, activa, horizonte, aviso, modalidad, origenes, clave) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id_clinica) DO UPDATE SET
  activa = excluded.activa, horizonte = excluded.horizonte, aviso = excluded.aviso, modalidad = excluded.modalidad,
  origenes = excluded.origenes, clave = excluded.clave
