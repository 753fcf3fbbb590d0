SELECT a.id, a.nombre, a.tipo, a.fecha, a.id_paciente, a.id_profesional, a.id_sucursal, a.finalizado, a.bloqueado, p.nombre, p.apellidos
FROM atenciones a JOIN pacientes p ON p.id_clinica = a.id_clinica AND p.id = a.id_paciente
WHERE a.id_clinica = $1 AND a.id = $2
