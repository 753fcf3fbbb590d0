-- The other engine's, in PostgreSQL's JSON.
SELECT s.n - 1,
       coalesce((SELECT string_agg(d.fecha || ' ' || d.lugares, ';') FROM (
         SELECT c.fecha, string_agg((c.inicio * 2048 + c.fin) || ' ' || c.id_sillon || ' ' || c.id_sucursal, ' ') AS lugares
         FROM citas c
         WHERE c.id_clinica = $1 AND c.id_profesional = CAST(s.value ->> 0 AS bigint) AND c.fecha BETWEEN s.value ->> 1 AND s.value ->> 2
           AND c.viva = 1 AND c.id_sillon <> 7
         GROUP BY c.fecha) d), '')
FROM json_array_elements(CAST($2 AS json)) WITH ORDINALITY s (value, n)
