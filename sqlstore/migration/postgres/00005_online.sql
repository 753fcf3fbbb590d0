-- How pacientes book for themselves. A clinic without a row has chosen nothing.

-- +goose Up
CREATE TABLE reservas_online (
  id_clinica BIGINT   NOT NULL PRIMARY KEY REFERENCES clinicas (id_clinica),
  activa     SMALLINT NOT NULL CHECK (activa IN (0, 1)),
  horizonte  INTEGER  NOT NULL CHECK (horizonte > 0), -- days
  aviso      INTEGER  NOT NULL CHECK (aviso >= 0), -- minutes
  modalidad  TEXT COLLATE "C" NOT NULL CHECK (modalidad IN ('presencial', 'videoconsulta', 'ambas')),
  origenes   TEXT COLLATE "C" NOT NULL, -- with spaces between them
  clave      TEXT COLLATE "C" NOT NULL -- what links to citas are signed with
);
