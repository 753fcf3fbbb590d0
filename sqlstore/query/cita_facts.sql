-- All that a booking has to know, in one question. It always gives one row.
--
-- The plus signs hide $1, $6 and $7 from SQLite's planner: where a bare
-- parameter could be the constant of a partial index (viva = 1), the statement
-- is prepared again whenever that parameter changes.
SELECT p.nombre, p.apellidos, p.habilitado,
       a.nombre, a.tipo, a.id_paciente, a.finalizado, a.bloqueado,
       o.id,
       (SELECT MIN(c.id) FROM citas c
        WHERE c.id_clinica = +$1 AND c.id_profesional = $2 AND c.fecha = $3 AND c.inicio < $4 AND c.fin > $5 AND c.viva = 1
          AND (c.id_sillon = +$6 OR c.id_sucursal <> +$7) AND c.id_sillon <> 7 AND $6 <> 7),
       CASE WHEN $8 = 1 THEN
         (SELECT MIN(c.id) FROM citas c
          WHERE c.id_clinica = +$1 AND c.id_sucursal = +$7 AND c.id_sillon = +$6 AND c.fecha = $3 AND c.inicio < $4 AND c.fin > $5
            AND c.viva = 1 AND c.exclusiva = 1) END
FROM clinicas k
LEFT JOIN pacientes p ON p.id_clinica = k.id_clinica AND p.id = $9
LEFT JOIN atenciones a ON a.id_clinica = k.id_clinica AND a.id = $10
LEFT JOIN citas o ON o.id_clinica = k.id_clinica AND o.id_atencion = $10 AND o.viva = 1 AND o.atencion_multiple = 0
WHERE k.id_clinica = +$1
