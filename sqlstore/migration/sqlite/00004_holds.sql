-- Places held for a while, and answers kept for requests that are repeated.

-- +goose Up
ALTER TABLE clinicas ADD COLUMN ultima_reserva INTEGER NOT NULL DEFAULT 0;
-- When the last of all reservas runs out: while that is past, nobody has to look
-- for one.
ALTER TABLE clinicas ADD COLUMN reservas_hasta INTEGER NOT NULL DEFAULT 0;

CREATE TABLE reservas (
  id_clinica     INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id             INTEGER NOT NULL CHECK (id > 0),
  id_profesional INTEGER NOT NULL,
  id_sucursal    INTEGER NOT NULL,
  id_sillon      INTEGER NOT NULL CHECK (id_sillon > 0),
  fecha          TEXT    NOT NULL CHECK (fecha IS date(fecha)),
  inicio         INTEGER NOT NULL CHECK (inicio >= 0),
  fin            INTEGER NOT NULL CHECK (fin > inicio AND fin <= 1440),
  id_paciente    INTEGER NOT NULL, -- 0 = not known yet
  videoconsulta  INTEGER NOT NULL CHECK (videoconsulta IN (0, 1)),
  exclusiva      INTEGER NOT NULL CHECK (exclusiva IN (0, 1)),
  creada         INTEGER NOT NULL,
  vence          INTEGER NOT NULL CHECK (vence > creada),
  origen         TEXT    NOT NULL,
  id_cita        INTEGER NOT NULL, -- 0 = not booked yet
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_profesional) REFERENCES profesionales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX reservas_fecha ON reservas (id_clinica, fecha);
CREATE INDEX reservas_vence ON reservas (id_clinica, vence);

CREATE TABLE respuestas (
  id_clinica INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id_token   INTEGER NOT NULL,
  metodo     TEXT    NOT NULL,
  ruta       TEXT    NOT NULL,
  clave      TEXT    NOT NULL,
  huella     TEXT    NOT NULL,
  status     INTEGER NOT NULL CHECK (status BETWEEN 200 AND 299),
  cuerpo     TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  creada     INTEGER NOT NULL,
  PRIMARY KEY (id_clinica, id_token, metodo, ruta, clave)
) STRICT, WITHOUT ROWID;

CREATE INDEX respuestas_creada ON respuestas (id_clinica, creada);

-- Whose names stand in what their programs made.
CREATE INDEX tokens_clinica ON tokens (id_clinica);

-- As in 00001: what the planner is to believe.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('reservas', 'reservas', '1000 1000 1'),
  ('reservas', 'reservas_fecha', '1000 1000 10'),
  ('reservas', 'reservas_vence', '1000 1000 1'),
  ('respuestas', 'respuestas', '100000 100000 100000 100000 1000 1'),
  ('respuestas', 'respuestas_creada', '100000 100000 1');
ANALYZE sqlite_schema;
