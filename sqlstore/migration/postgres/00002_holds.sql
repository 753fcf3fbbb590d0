-- Places held for a while, and answers kept for requests that are repeated.

-- +goose Up
ALTER TABLE clinicas ADD COLUMN ultima_reserva BIGINT NOT NULL DEFAULT 0;
-- When the last of all reservas runs out: while that is past, nobody has to look
-- for one.
ALTER TABLE clinicas ADD COLUMN reservas_hasta BIGINT NOT NULL DEFAULT 0;

CREATE TABLE reservas (
  id_clinica     BIGINT   NOT NULL REFERENCES clinicas (id_clinica),
  id             BIGINT   NOT NULL CHECK (id > 0),
  id_profesional BIGINT   NOT NULL,
  id_sucursal    BIGINT   NOT NULL,
  id_sillon      BIGINT   NOT NULL CHECK (id_sillon > 0),
  fecha          TEXT COLLATE "C" NOT NULL CHECK (fecha ~ '^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$'),
  inicio         INTEGER  NOT NULL CHECK (inicio >= 0),
  fin            INTEGER  NOT NULL CHECK (fin > inicio AND fin <= 1440),
  id_paciente    BIGINT   NOT NULL, -- 0 = not known yet
  videoconsulta  SMALLINT NOT NULL CHECK (videoconsulta IN (0, 1)),
  exclusiva      SMALLINT NOT NULL CHECK (exclusiva IN (0, 1)),
  creada         BIGINT   NOT NULL,
  vence          BIGINT   NOT NULL CHECK (vence > creada),
  origen         TEXT COLLATE "C" NOT NULL,
  id_cita        BIGINT   NOT NULL, -- 0 = not booked yet
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_profesional) REFERENCES profesionales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id)
);

CREATE INDEX reservas_fecha ON reservas (id_clinica, fecha);
CREATE INDEX reservas_vence ON reservas (id_clinica, vence);

CREATE TABLE respuestas (
  id_clinica BIGINT   NOT NULL REFERENCES clinicas (id_clinica),
  id_token   BIGINT   NOT NULL,
  metodo     TEXT COLLATE "C" NOT NULL,
  ruta       TEXT COLLATE "C" NOT NULL,
  clave      TEXT COLLATE "C" NOT NULL,
  huella     TEXT COLLATE "C" NOT NULL,
  status     INTEGER  NOT NULL CHECK (status BETWEEN 200 AND 299),
  cuerpo     TEXT COLLATE "C" NOT NULL,
  version    BIGINT   NOT NULL,
  creada     BIGINT   NOT NULL,
  PRIMARY KEY (id_clinica, id_token, metodo, ruta, clave)
);

CREATE INDEX respuestas_creada ON respuestas (id_clinica, creada);

-- Whose names stand in what their programs made.
CREATE INDEX tokens_clinica ON tokens (id_clinica);
