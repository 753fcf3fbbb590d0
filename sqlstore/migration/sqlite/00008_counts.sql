-- What a stretch of dates is counted by, without reading its citas.

-- +goose Up
DROP INDEX citas_fecha;
CREATE INDEX citas_fecha ON citas (id_clinica, fecha, id_sucursal, id_profesional, id_estado, creada, origen);

-- As in 00001: what the planner is to believe.
DELETE FROM sqlite_stat1 WHERE idx = 'citas_fecha';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('citas', 'citas_fecha', '1000000 1000000 300 150 15 5 1 1 1');
ANALYZE sqlite_schema;
