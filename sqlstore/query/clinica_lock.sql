-- Differs between engines in how the row is locked; SQLite's writer already
-- holds the file.
SELECT version_config, ultima_cita, ultimo_paciente, ultima_atencion, ultimo_horario, ultimo_evento, ultima_reserva, reservas_hasta
FROM clinicas WHERE id_clinica = $1
