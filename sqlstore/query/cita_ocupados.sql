-- The places of live citas on stretches of agendas, given as [[id_profesional,
-- "desde", "hasta"], …]. A row for each stretch, by its number from 0 on, with its
-- days and each one's places: fetching a row costs more than a place, and spelling
-- a number more than multiplying one. The index citas_agenda has it all.
SELECT s.key,
       coalesce((SELECT string_agg(d.fecha || ' ' || d.lugares, ';') FROM (
         SELECT c.fecha, string_agg((c.inicio * 2048 + c.fin) || ' ' || c.id_sillon || ' ' || c.id_sucursal, ' ') AS lugares
         FROM citas c
         WHERE c.id_clinica = $1 AND c.id_profesional = s.value ->> 0 AND c.fecha BETWEEN s.value ->> 1 AND s.value ->> 2
           AND c.viva = 1 AND c.id_sillon <> 7
         GROUP BY c.fecha) d), '')
FROM json_each($2) s
