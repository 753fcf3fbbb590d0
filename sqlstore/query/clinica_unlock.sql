UPDATE clinicas
SET version_config = $1, ultima_cita = $2, ultimo_paciente = $3, ultima_atencion = $4, ultimo_horario = $5, ultimo_evento = $6,
    ultima_reserva = $7, reservas_hasta = $8
WHERE id_clinica = $9
