DELETE FROM sesiones WHERE hash = $1
