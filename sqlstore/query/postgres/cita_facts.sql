-- All that a booking has to know. Differs because the types of the parameters are
-- told, and because the ids have to be hidden from the planner: the least of a bare
-- id would be looked for in the order of the ids, through all that a clinic has ever
-- booked.
SELECT p.nombre, p.apellidos, p.habilitado,
       a.nombre, a.tipo, a.id_paciente, a.finalizado, a.bloqueado,
       o.id,
       (SELECT MIN(c.id + 0) FROM citas c
        WHERE c.id_clinica = $1 AND c.id_profesional = $2 AND c.fecha = $3 AND c.inicio < $4 AND c.fin > $5 AND c.viva = 1 AND c.id <> $6
          AND (c.id_sillon = $7 OR c.id_sucursal <> $8) AND c.id_sillon <> 7 AND CAST($7 AS BIGINT) <> 7),
       CASE WHEN CAST($9 AS SMALLINT) = 1 THEN
         (SELECT MIN(c.id + 0) FROM citas c
          WHERE c.id_clinica = $1 AND c.id_sucursal = $8 AND c.id_sillon = $7 AND c.fecha = $3 AND c.inicio < $4 AND c.fin > $5
            AND c.viva = 1 AND c.exclusiva = 1 AND c.id <> $6) END
FROM clinicas k
LEFT JOIN pacientes p ON p.id_clinica = k.id_clinica AND p.id = $10
LEFT JOIN atenciones a ON a.id_clinica = k.id_clinica AND a.id = $11
LEFT JOIN citas o ON o.id_clinica = k.id_clinica AND o.id_atencion = $11 AND o.viva = 1 AND o.atencion_multiple = 0 AND o.id <> $6
WHERE k.id_clinica = $1
