-- The eventos from one on, each with the agenda and the day of the cita that it
-- is about, if it is about one.
SELECT e.id, e.en, e.entidad, e.accion, e.campos, c.id_profesional, c.fecha
FROM eventos e LEFT JOIN citas c ON c.id_clinica = e.id_clinica AND c.id = e.id_entidad AND e.entidad = 'cita'
WHERE e.id_clinica = $1 AND e.id >= $2 ORDER BY e.id LIMIT $3
