DELETE FROM sesiones WHERE vence <= $1
