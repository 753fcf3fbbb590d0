DELETE FROM frenos WHERE hash = $1
