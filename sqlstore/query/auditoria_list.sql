-- UNION makes one of an evento that is in both.
SELECT a.id, a.en, a.actor, a.accion, a.entidad, a.id_entidad, a.campos FROM auditoria a
WHERE a.id_clinica = $1 AND a.entidad = $2 AND a.id_entidad = $3
UNION
SELECT e.id, e.en, e.actor, e.accion, e.entidad, e.id_entidad, e.campos
FROM clinicas k JOIN eventos e ON e.id_clinica = k.id_clinica AND e.id > k.auditado
WHERE k.id_clinica = $1 AND e.entidad = $2 AND e.id_entidad = $3
ORDER BY id DESC LIMIT $4
