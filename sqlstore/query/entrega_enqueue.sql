INSERT INTO entregas (id_clinica, id_webhook, id_evento, accion, entidad, id_entidad, estado, intentos, primero, proximo, arriendo, creada,
                      terminada, olvidar, ultimo_status, ultimo_error)
VALUES ($1, $2, $3, $4, $5, $6, 'pendiente', 0, 0,
        CASE WHEN EXISTS (SELECT 1 FROM entregas f
                          WHERE f.id_clinica = $1 AND f.id_webhook = $2 AND f.entidad = $5 AND f.id_entidad = $6 AND f.estado = 'pendiente')
             THEN 0 ELSE CAST($7 AS BIGINT) END,
        '', $7, 0, 0, 0, '')
ON CONFLICT (id_clinica, id_webhook, id_evento) DO NOTHING
