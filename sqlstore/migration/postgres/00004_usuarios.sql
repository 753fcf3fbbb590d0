-- People who log in, and the audit of what everybody does. Usuarios, sesiones and
-- frenos are looked up before the clinic is known, so they have no reference to
-- it, as tokens in 00001.

-- +goose Up
CREATE TABLE usuarios (
  id_clinica     BIGINT   NOT NULL,
  id             BIGINT   NOT NULL CHECK (id > 0),
  email          TEXT COLLATE "C" NOT NULL, -- in lower case
  nombre         TEXT COLLATE "C" NOT NULL,
  rol            TEXT COLLATE "C" NOT NULL CHECK (rol IN ('administracion', 'recepcion', 'profesional', 'lectura')),
  id_profesional BIGINT   NOT NULL, -- 0 = of no one's agenda
  idioma         TEXT COLLATE "C" NOT NULL,
  clave          TEXT COLLATE "C" NOT NULL, -- the password's hash, '' = none
  habilitado     SMALLINT NOT NULL CHECK (habilitado IN (0, 1)),
  creado         BIGINT   NOT NULL,
  PRIMARY KEY (id_clinica, id),
  CONSTRAINT usuarios_email UNIQUE (id_clinica, email)
);

CREATE INDEX usuarios_de_email ON usuarios (email);

CREATE TABLE sesiones (
  hash       BYTEA  NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
  id_clinica BIGINT NOT NULL,
  id_usuario BIGINT NOT NULL,
  datos      BYTEA  NOT NULL,
  vence      BIGINT NOT NULL -- in real time
);

CREATE INDEX sesiones_usuario ON sesiones (id_clinica, id_usuario);
CREATE INDEX sesiones_vence ON sesiones (vence);

-- Failures to log in, of accounts and addresses that may be of no clinic.
CREATE TABLE frenos (
  hash   BYTEA   NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
  fallos INTEGER NOT NULL,
  ultimo BIGINT  NOT NULL, -- in real time, and so is hasta
  hasta  BIGINT  NOT NULL  -- nobody may try before it, 0 = whenever
);

CREATE INDEX frenos_ultimo ON frenos (ultimo);

-- The eventos by the row they tell of, for ever. They are filed here soon after
-- they were written, many at a time.
CREATE TABLE auditoria (
  id_clinica BIGINT NOT NULL,
  entidad    TEXT COLLATE "C" NOT NULL,
  id_entidad BIGINT NOT NULL,
  id         BIGINT NOT NULL CHECK (id > 0),
  en         BIGINT NOT NULL,
  actor      TEXT COLLATE "C" NOT NULL,
  accion     TEXT COLLATE "C" NOT NULL CHECK (accion IN ('created', 'modified', 'deleted')),
  campos     TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id_clinica, entidad, id_entidad, id)
);

ALTER TABLE clinicas ADD COLUMN auditado BIGINT NOT NULL DEFAULT 0; -- the last evento that is filed
