-- How pacientes book for themselves. A clinic without a row has chosen nothing.

-- +goose Up
CREATE TABLE reservas_online (
  id_clinica INTEGER NOT NULL PRIMARY KEY REFERENCES clinicas (id_clinica),
  activa     INTEGER NOT NULL CHECK (activa IN (0, 1)),
  horizonte  INTEGER NOT NULL CHECK (horizonte > 0), -- days
  aviso      INTEGER NOT NULL CHECK (aviso >= 0), -- minutes
  modalidad  TEXT    NOT NULL CHECK (modalidad IN ('presencial', 'videoconsulta', 'ambas')),
  origenes   TEXT    NOT NULL, -- with spaces between them
  clave      TEXT    NOT NULL -- what links to citas are signed with
) STRICT;
