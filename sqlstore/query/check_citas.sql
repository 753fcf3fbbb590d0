SELECT c.id_clinica, c.id,
  CASE
    WHEN c.inicio < 0 OR c.fin <= c.inicio OR c.fin > 1440 THEN 'range'
    WHEN c.viva = e.anulacion THEN 'viva'
    WHEN c.id_paciente <> a.id_paciente THEN 'atencion_de_otro_paciente'
    WHEN c.atencion_multiple <> CASE a.tipo WHEN 'Plan de tratamiento' THEN 1 ELSE 0 END THEN 'atencion_multiple'
    ELSE 'exclusiva'
  END,
  CASE
    WHEN c.inicio < 0 OR c.fin <= c.inicio OR c.fin > 1440 THEN 'its hours are no range of a day'
    WHEN c.viva = e.anulacion THEN 'it is live and annulled at once, or neither'
    WHEN c.id_paciente <> a.id_paciente THEN 'its atencion is of another paciente'
    WHEN c.atencion_multiple <> CASE a.tipo WHEN 'Plan de tratamiento' THEN 1 ELSE 0 END THEN 'it takes its atencion for what it is not, a plan or none'
    ELSE 'it takes its sillon for what it is not, exclusive or shared'
  END
FROM citas c
LEFT JOIN estados e ON e.id_clinica = c.id_clinica AND e.id = c.id_estado
LEFT JOIN atenciones a ON a.id_clinica = c.id_clinica AND a.id = c.id_atencion
LEFT JOIN sillones s ON s.id_clinica = c.id_clinica AND s.id = c.id_sillon
WHERE c.inicio < 0 OR c.fin <= c.inicio OR c.fin > 1440
   OR c.viva = e.anulacion
   OR c.id_paciente <> a.id_paciente
   OR c.viva = 1 AND c.atencion_multiple <> CASE a.tipo WHEN 'Plan de tratamiento' THEN 1 ELSE 0 END
   OR c.viva = 1 AND c.fecha >= $1 AND c.exclusiva <> s.exclusivo
LIMIT 1000
