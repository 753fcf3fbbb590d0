UPDATE frenos SET hasta = $1 WHERE hash = $2
