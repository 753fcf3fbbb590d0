-- Of a token that arrives: is its id taken, which is the highest, and which
-- clinic does its secret give access to already?
SELECT CASE WHEN EXISTS (SELECT 1 FROM tokens WHERE id = $1) THEN 1 ELSE 0 END,
       (SELECT COALESCE(MAX(id), 0) FROM tokens),
       (SELECT id_clinica FROM tokens WHERE hash = $2)
