-- What a stretch of dates is counted by, without reading its citas.

-- +goose Up
DROP INDEX citas_fecha;
CREATE INDEX citas_fecha ON citas (id_clinica, fecha, id_sucursal, id_profesional, id_estado, creada, origen);
