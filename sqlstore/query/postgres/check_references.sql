-- Differs because PostgreSQL has no such pragma. Its foreign keys can only be
-- broken by a superuser who switches them off.
SELECT 'horarios', 'profesionales' FROM horarios h WHERE NOT EXISTS (SELECT 1 FROM profesionales p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_profesional)
UNION ALL
SELECT 'horarios', 'sucursales' FROM horarios h WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_sucursal)
UNION ALL
SELECT 'horarios_especiales', 'profesionales' FROM horarios_especiales h WHERE NOT EXISTS (SELECT 1 FROM profesionales p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_profesional)
UNION ALL
SELECT 'horarios_especiales', 'sucursales' FROM horarios_especiales h WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_sucursal)
UNION ALL
SELECT 'horarios_bloqueados', 'sucursales' FROM horarios_bloqueados h WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_sucursal)
UNION ALL
SELECT 'atenciones', 'pacientes' FROM atenciones h WHERE NOT EXISTS (SELECT 1 FROM pacientes p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_paciente)
UNION ALL
SELECT 'atenciones', 'profesionales' FROM atenciones h WHERE NOT EXISTS (SELECT 1 FROM profesionales p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_profesional)
UNION ALL
SELECT 'atenciones', 'sucursales' FROM atenciones h WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_sucursal)
UNION ALL
SELECT 'citas', 'profesionales' FROM citas h WHERE NOT EXISTS (SELECT 1 FROM profesionales p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_profesional)
UNION ALL
SELECT 'citas', 'sucursales' FROM citas h WHERE NOT EXISTS (SELECT 1 FROM sucursales p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_sucursal)
UNION ALL
SELECT 'citas', 'pacientes' FROM citas h WHERE NOT EXISTS (SELECT 1 FROM pacientes p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_paciente)
UNION ALL
SELECT 'citas', 'atenciones' FROM citas h WHERE NOT EXISTS (SELECT 1 FROM atenciones p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_atencion)
UNION ALL
SELECT 'citas', 'estados' FROM citas h WHERE NOT EXISTS (SELECT 1 FROM estados p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_estado)
UNION ALL
SELECT 'sucursales', 'clinicas' FROM sucursales h WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = h.id_clinica)
UNION ALL
SELECT 'sillones', 'clinicas' FROM sillones h WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = h.id_clinica)
UNION ALL
SELECT 'especialidades', 'clinicas' FROM especialidades h WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = h.id_clinica)
UNION ALL
SELECT 'profesionales', 'clinicas' FROM profesionales h WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = h.id_clinica)
UNION ALL
SELECT 'prestaciones', 'clinicas' FROM prestaciones h WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = h.id_clinica)
UNION ALL
SELECT 'estados', 'clinicas' FROM estados h WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = h.id_clinica)
UNION ALL
SELECT 'pacientes', 'clinicas' FROM pacientes h WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = h.id_clinica)
UNION ALL
SELECT 'webhooks', 'clinicas' FROM webhooks h WHERE NOT EXISTS (SELECT 1 FROM clinicas p WHERE p.id_clinica = h.id_clinica)
UNION ALL
SELECT 'entregas', 'webhooks' FROM entregas h WHERE NOT EXISTS (SELECT 1 FROM webhooks p WHERE p.id_clinica = h.id_clinica AND p.id = h.id_webhook)
