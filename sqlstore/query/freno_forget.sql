DELETE FROM frenos WHERE ultimo <= $1
