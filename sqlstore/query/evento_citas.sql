-- How far a clinic has come, and its eventos from one on, at least the last, each
-- with the agenda and the day of the cita that it is about, if it is about one.
-- There always is a row. The citas are looked up one by one, since they are few:
-- a join might read all of them.
SELECT k.ultimo_evento, k.ultima_cita, e.id, e.en, e.entidad, e.accion, e.campos,
       CASE WHEN e.entidad = 'cita' THEN
         (SELECT c.id_profesional || ' ' || c.fecha FROM citas c WHERE c.id_clinica = $1 AND c.id = e.id_entidad) END
FROM clinicas k
LEFT JOIN eventos e ON e.id_clinica = k.id_clinica AND e.id >= CASE WHEN $2 < k.ultimo_evento THEN $2 ELSE k.ultimo_evento END
WHERE k.id_clinica = $1
ORDER BY e.id LIMIT $3
