-- Webhooks, and what is on its way to them.

-- +goose Up
CREATE TABLE webhooks (
  id_clinica INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id         INTEGER NOT NULL CHECK (id > 0),
  url        TEXT    NOT NULL,
  entidades  TEXT    NOT NULL, -- names with commas between them, '' = the vendor's
  acciones   TEXT    NOT NULL, -- '' = all
  activo     INTEGER NOT NULL CHECK (activo IN (0, 1)),
  token      TEXT    NOT NULL,
  -- As signing needs them: each its end (0 = in force), a colon and its text, with
  -- spaces between them.
  secretos   TEXT    NOT NULL,
  creado     INTEGER NOT NULL,
  hasta      INTEGER NOT NULL, -- the last evento it has looked at
  borrado    INTEGER NOT NULL CHECK (borrado IN (0, 1)), -- deleted, and its id not given again
  PRIMARY KEY (id_clinica, id)
) STRICT, WITHOUT ROWID;

-- Times are real ones, also where the business clock is frozen.
CREATE TABLE entregas (
  id_clinica    INTEGER NOT NULL,
  id_webhook    INTEGER NOT NULL,
  id_evento     INTEGER NOT NULL CHECK (id_evento > 0),
  accion        TEXT    NOT NULL CHECK (accion IN ('created', 'modified', 'deleted')),
  entidad       TEXT    NOT NULL,
  id_entidad    INTEGER NOT NULL,
  estado        TEXT    NOT NULL CHECK (estado IN ('pendiente', 'entregada', 'muerta')),
  intentos      INTEGER NOT NULL,
  primero       INTEGER NOT NULL,
  proximo       INTEGER NOT NULL, -- 0 = behind another of its entidad, or done
  arriendo      TEXT    NOT NULL, -- '' = nobody is at it
  creada        INTEGER NOT NULL,
  terminada     INTEGER NOT NULL,
  olvidar       INTEGER NOT NULL, -- from when on it is not kept, 0 = it is pendiente
  ultimo_status INTEGER NOT NULL,
  ultimo_error  TEXT    NOT NULL,
  PRIMARY KEY (id_clinica, id_webhook, id_evento),
  FOREIGN KEY (id_clinica, id_webhook) REFERENCES webhooks (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX entregas_proximo ON entregas (id_clinica, id_webhook, proximo) WHERE estado = 'pendiente' AND proximo > 0;
CREATE INDEX entregas_fila ON entregas (id_clinica, id_webhook, entidad, id_entidad, id_evento) WHERE estado = 'pendiente';
CREATE INDEX entregas_muertas ON entregas (id_clinica, id_webhook, id_evento) WHERE estado = 'muerta';
CREATE INDEX entregas_olvidar ON entregas (id_clinica, olvidar) WHERE olvidar > 0;

-- As in 00001: what the planner is to believe.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('webhooks', 'webhooks', '100 10 1'),
  ('entregas', 'entregas', '1000000 1000000 100000 1'),
  ('entregas', 'entregas_proximo', '10000 10000 5000 1'),
  ('entregas', 'entregas_fila', '20000 20000 10000 10000 2 1'),
  ('entregas', 'entregas_muertas', '10000 10000 5000 1'),
  ('entregas', 'entregas_olvidar', '1000000 1000000 1');
ANALYZE sqlite_schema;
