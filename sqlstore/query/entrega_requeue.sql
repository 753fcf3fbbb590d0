-- One that somebody is at stays as it is.
INSERT INTO entregas (id_clinica, id_webhook, id_evento, accion, entidad, id_entidad, estado, intentos, primero, proximo, arriendo, creada,
                      terminada, olvidar, ultimo_status, ultimo_error)
VALUES ($1, $2, $3, $4, $5, $6, 'pendiente', 0, 0, 0, '', $7, 0, 0, 0, '')
ON CONFLICT (id_clinica, id_webhook, id_evento) DO UPDATE
SET estado = 'pendiente', intentos = 0, primero = 0, proximo = 0, terminada = 0, olvidar = 0
WHERE entregas.arriendo = ''
