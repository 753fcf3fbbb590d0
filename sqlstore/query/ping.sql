-- Whether a clinic is there, whichever: that tables can be read, which a mere
-- SELECT 1 would not tell.
SELECT COUNT(*) FROM clinicas WHERE id_clinica = $1
