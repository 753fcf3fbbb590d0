SELECT id_clinica, name, counter, last
FROM (
  SELECT k.id_clinica, 'ultima_cita' AS name, k.ultima_cita AS counter,
    (SELECT MAX(r.id) FROM citas r WHERE r.id_clinica = k.id_clinica) AS last FROM clinicas k
  UNION ALL
  SELECT k.id_clinica, 'ultimo_paciente', k.ultimo_paciente,
    (SELECT MAX(r.id) FROM pacientes r WHERE r.id_clinica = k.id_clinica) FROM clinicas k
  UNION ALL
  SELECT k.id_clinica, 'ultima_atencion', k.ultima_atencion,
    (SELECT MAX(r.id) FROM atenciones r WHERE r.id_clinica = k.id_clinica) FROM clinicas k
  UNION ALL
  SELECT k.id_clinica, 'ultimo_horario', k.ultimo_horario,
    (SELECT MAX(r.id) FROM horarios r WHERE r.id_clinica = k.id_clinica) FROM clinicas k
  UNION ALL
  SELECT k.id_clinica, 'ultimo_horario', k.ultimo_horario,
    (SELECT MAX(r.id) FROM horarios_especiales r WHERE r.id_clinica = k.id_clinica) FROM clinicas k
  UNION ALL
  SELECT k.id_clinica, 'ultimo_horario', k.ultimo_horario,
    (SELECT MAX(r.id) FROM horarios_bloqueados r WHERE r.id_clinica = k.id_clinica) FROM clinicas k
  UNION ALL
  SELECT k.id_clinica, 'ultimo_evento', k.ultimo_evento,
    (SELECT MAX(r.id) FROM eventos r WHERE r.id_clinica = k.id_clinica) FROM clinicas k
  UNION ALL
  SELECT k.id_clinica, 'ultima_reserva', k.ultima_reserva,
    (SELECT MAX(r.id) FROM reservas r WHERE r.id_clinica = k.id_clinica) FROM clinicas k
) x
WHERE counter < last
ORDER BY id_clinica, name
LIMIT 1000
