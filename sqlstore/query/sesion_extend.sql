UPDATE sesiones SET vence = $1 WHERE hash = $2
