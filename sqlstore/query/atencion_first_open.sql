SELECT a.id, a.nombre, a.tipo, a.fecha, a.id_paciente, a.id_profesional, a.id_sucursal, a.finalizado, a.bloqueado, p.nombre, p.apellidos
FROM atenciones a JOIN pacientes p ON p.id_clinica = a.id_clinica AND p.id = a.id_paciente
WHERE a.id_clinica = $1 AND a.id_paciente = $2 AND a.id_profesional = $3 AND a.id_sucursal = $4
  AND a.finalizado = 0 AND a.bloqueado = 0
  AND a.tipo NOT IN ('Licencia', 'Interconsulta', 'Plan de tratamiento')
  AND NOT EXISTS (
    SELECT 1 FROM citas c
    WHERE c.id_clinica = a.id_clinica AND c.id_atencion = a.id AND c.viva = 1 AND c.atencion_multiple = 0)
ORDER BY a.id LIMIT 1
