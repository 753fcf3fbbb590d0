SELECT p.nombre, p.apellidos, p.habilitado,
       a.nombre, a.tipo, a.id_paciente, a.finalizado, a.bloqueado,
       o.id
FROM clinicas k
LEFT JOIN pacientes p ON p.id_clinica = k.id_clinica AND p.id = $1
LEFT JOIN atenciones a ON a.id_clinica = k.id_clinica AND a.id = $2
LEFT JOIN citas o ON o.id_clinica = k.id_clinica AND o.id_atencion = $2 AND o.viva = 1 AND o.atencion_multiple = 0
WHERE k.id_clinica = $3
