SELECT COALESCE(MIN(w.hasta) + 1, 0) FROM webhooks w JOIN clinicas k ON k.id_clinica = w.id_clinica
WHERE w.id_clinica = $1 AND w.activo = 1 AND w.hasta < k.ultimo_evento
