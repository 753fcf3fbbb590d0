-- What finds few citas among many, at no cost to an ordinary booking.

-- +goose Up
-- A sucursal's newest, an estado's, and both together: a list that names only one
-- of the two is put together from the other's few values.
DROP INDEX citas_sucursal;
CREATE INDEX citas_estado ON citas (id_clinica, id_sucursal, id_estado);
-- Sillón 1 is the lane that every horario offers unless it says otherwise, so a
-- page of it is never far.
CREATE INDEX citas_otro_sillon ON citas (id_clinica, id_sillon) WHERE id_sillon <> 1;

-- As in 00001: what the planner is to believe.
DELETE FROM sqlite_stat1 WHERE idx = 'citas_sucursal';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('citas', 'citas_estado', '1000000 1000000 500000 100000'),
  ('citas', 'citas_otro_sillon', '100000 100000 1000');
ANALYZE sqlite_schema;
