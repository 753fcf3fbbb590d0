SELECT hasta FROM frenos WHERE hash = $1
