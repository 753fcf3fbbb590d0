-- Differs because the row has to be locked: SQLite's writer already holds the
-- file. Nothing refers to the row's key while it is being changed, so the weaker
-- lock will do.
SELECT version_config, ultima_cita, ultimo_paciente, ultima_atencion, ultimo_horario, ultimo_evento
FROM clinicas WHERE id_clinica = $1 FOR NO KEY UPDATE
