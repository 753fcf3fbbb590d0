UPDATE frenos SET fallos = CASE WHEN fallos > 0 THEN fallos - 1 ELSE 0 END, hasta = 0 WHERE hash = $1
