-- People who log in, and the audit of what everybody does.

-- +goose Up
CREATE TABLE usuarios (
  id_clinica     INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id             INTEGER NOT NULL CHECK (id > 0),
  email          TEXT    NOT NULL, -- in lower case
  nombre         TEXT    NOT NULL,
  rol            TEXT    NOT NULL CHECK (rol IN ('administracion', 'recepcion', 'profesional', 'lectura')),
  id_profesional INTEGER NOT NULL, -- 0 = of no one's agenda
  idioma         TEXT    NOT NULL,
  clave          TEXT    NOT NULL, -- the password's hash, '' = none
  habilitado     INTEGER NOT NULL CHECK (habilitado IN (0, 1)),
  creado         INTEGER NOT NULL,
  PRIMARY KEY (id_clinica, id),
  UNIQUE (id_clinica, email)
) STRICT, WITHOUT ROWID;

CREATE INDEX usuarios_de_email ON usuarios (email);

-- Looked up before the clinic is known, so keyed by what a browser holds.
CREATE TABLE sesiones (
  hash       BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  id_clinica INTEGER NOT NULL,
  id_usuario INTEGER NOT NULL,
  datos      BLOB    NOT NULL,
  vence      INTEGER NOT NULL -- in real time
) STRICT, WITHOUT ROWID;

CREATE INDEX sesiones_usuario ON sesiones (id_clinica, id_usuario);
CREATE INDEX sesiones_vence ON sesiones (vence);

-- Failures to log in, of accounts and addresses that may be of no clinic.
CREATE TABLE frenos (
  hash   BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  fallos INTEGER NOT NULL,
  ultimo INTEGER NOT NULL, -- in real time, and so is hasta
  hasta  INTEGER NOT NULL  -- nobody may try before it, 0 = whenever
) STRICT, WITHOUT ROWID;

CREATE INDEX frenos_ultimo ON frenos (ultimo);

-- The eventos by the row they tell of, for ever. They are filed here soon after
-- they were written, many at a time.
CREATE TABLE auditoria (
  id_clinica INTEGER NOT NULL,
  entidad    TEXT    NOT NULL,
  id_entidad INTEGER NOT NULL,
  id         INTEGER NOT NULL CHECK (id > 0),
  en         INTEGER NOT NULL,
  actor      TEXT    NOT NULL,
  accion     TEXT    NOT NULL CHECK (accion IN ('created', 'modified', 'deleted')),
  campos     TEXT    NOT NULL,
  PRIMARY KEY (id_clinica, entidad, id_entidad, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE clinicas ADD COLUMN auditado INTEGER NOT NULL DEFAULT 0; -- the last evento that is filed

-- As in 00001: what the planner is to believe.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('usuarios', 'usuarios', '1000 100 1'),
  ('usuarios', 'usuarios_de_email', '1000 1'),
  ('sesiones', 'sesiones', '10000 1'),
  ('sesiones', 'sesiones_usuario', '10000 1000 10'),
  ('sesiones', 'sesiones_vence', '10000 1'),
  ('frenos', 'frenos', '10000 1'),
  ('frenos', 'frenos_ultimo', '10000 1'),
  ('auditoria', 'auditoria', '2000000 2000000 200000 4 1');
ANALYZE sqlite_schema;
