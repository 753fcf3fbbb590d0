-- A clinic that was imported is filed anew from its first evento on.
INSERT INTO auditoria (id_clinica, entidad, id_entidad, id, en, actor, accion, campos)
SELECT e.id_clinica, e.entidad, e.id_entidad, e.id, e.en, e.actor, e.accion, e.campos
FROM clinicas k JOIN eventos e ON e.id_clinica = k.id_clinica AND e.id > k.auditado AND e.id <= $2
WHERE k.id_clinica = $1
ON CONFLICT (id_clinica, entidad, id_entidad, id) DO NOTHING
