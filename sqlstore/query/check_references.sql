SELECT id_clinica, child, id, parent
FROM (
SELECT r.id_clinica, 'tokens' AS child, r.id, 'clinicas' AS parent FROM tokens r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'sucursales' AS child, r.id, 'clinicas' AS parent FROM sucursales r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'sillones' AS child, r.id, 'clinicas' AS parent FROM sillones r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'especialidades' AS child, r.id, 'clinicas' AS parent FROM especialidades r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'profesionales' AS child, r.id, 'clinicas' AS parent FROM profesionales r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'estados' AS child, r.id, 'clinicas' AS parent FROM estados r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'pacientes' AS child, r.id, 'clinicas' AS parent FROM pacientes r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'prestaciones' AS child, r.id, 'clinicas' AS parent FROM prestaciones r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'horarios' AS child, r.id, 'profesionales' AS parent FROM horarios r
WHERE NOT EXISTS (SELECT 1 FROM profesionales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_profesional)
UNION ALL
SELECT r.id_clinica, 'horarios' AS child, r.id, 'sucursales' AS parent FROM horarios r
WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_sucursal)
UNION ALL
SELECT r.id_clinica, 'horarios_especiales' AS child, r.id, 'profesionales' AS parent FROM horarios_especiales r
WHERE NOT EXISTS (SELECT 1 FROM profesionales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_profesional)
UNION ALL
SELECT r.id_clinica, 'horarios_especiales' AS child, r.id, 'sucursales' AS parent FROM horarios_especiales r
WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_sucursal)
UNION ALL
SELECT r.id_clinica, 'atenciones' AS child, r.id, 'profesionales' AS parent FROM atenciones r
WHERE NOT EXISTS (SELECT 1 FROM profesionales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_profesional)
UNION ALL
SELECT r.id_clinica, 'atenciones' AS child, r.id, 'sucursales' AS parent FROM atenciones r
WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_sucursal)
UNION ALL
SELECT r.id_clinica, 'citas' AS child, r.id, 'profesionales' AS parent FROM citas r
WHERE NOT EXISTS (SELECT 1 FROM profesionales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_profesional)
UNION ALL
SELECT r.id_clinica, 'citas' AS child, r.id, 'sucursales' AS parent FROM citas r
WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_sucursal)
UNION ALL
SELECT r.id_clinica, 'horarios_bloqueados' AS child, r.id, 'sucursales' AS parent FROM horarios_bloqueados r
WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_sucursal)
UNION ALL
SELECT r.id_clinica, 'horarios_bloqueados' AS child, r.id, 'profesionales' AS parent FROM horarios_bloqueados r
WHERE r.id_profesional <> 0 AND NOT EXISTS (SELECT 1 FROM profesionales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_profesional)
UNION ALL
SELECT r.id_clinica, 'atenciones' AS child, r.id, 'pacientes' AS parent FROM atenciones r
WHERE NOT EXISTS (SELECT 1 FROM pacientes p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_paciente)
UNION ALL
SELECT r.id_clinica, 'citas' AS child, r.id, 'pacientes' AS parent FROM citas r
WHERE NOT EXISTS (SELECT 1 FROM pacientes p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_paciente)
UNION ALL
SELECT r.id_clinica, 'citas' AS child, r.id, 'atenciones' AS parent FROM citas r
WHERE NOT EXISTS (SELECT 1 FROM atenciones p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_atencion)
UNION ALL
SELECT r.id_clinica, 'citas' AS child, r.id, 'estados' AS parent FROM citas r
WHERE NOT EXISTS (SELECT 1 FROM estados p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_estado)
UNION ALL
SELECT r.id_clinica, 'citas' AS child, r.id, 'sillones' AS parent FROM citas r
WHERE r.id_sillon <> 7 AND NOT EXISTS (SELECT 1 FROM sillones p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_sillon)
UNION ALL
SELECT r.id_clinica, 'citas' AS child, r.id, 'citas' AS parent FROM citas r
WHERE r.id_cita_previa <> 0 AND NOT EXISTS (SELECT 1 FROM citas p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_cita_previa)
UNION ALL
SELECT r.id_clinica, 'reservas' AS child, r.id, 'profesionales' AS parent FROM reservas r
WHERE NOT EXISTS (SELECT 1 FROM profesionales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_profesional)
UNION ALL
SELECT r.id_clinica, 'reservas' AS child, r.id, 'sucursales' AS parent FROM reservas r
WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_sucursal)
UNION ALL
SELECT r.id_clinica, 'reservas' AS child, r.id, 'clinicas' AS parent FROM reservas r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'respuestas' AS child, r.id, 'clinicas' AS parent FROM (SELECT id_clinica, id_token AS id FROM respuestas) r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'reservas_online' AS child, r.id, 'clinicas' AS parent FROM (SELECT id_clinica, 0 AS id FROM reservas_online) r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'webhooks' AS child, r.id, 'clinicas' AS parent FROM webhooks r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
UNION ALL
SELECT r.id_clinica, 'entregas' AS child, r.id, 'webhooks' AS parent FROM (SELECT id_clinica, id_webhook AS id FROM entregas) r
WHERE NOT EXISTS (SELECT 1 FROM webhooks p WHERE p.id_clinica = r.id_clinica AND p.id = r.id)
UNION ALL
SELECT r.id_clinica, 'usuarios' AS child, r.id, 'clinicas' AS parent FROM usuarios r
WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = r.id_clinica)
) x
LIMIT 1000
