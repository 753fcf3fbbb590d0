-- Webhooks, and what is on its way to them.

-- +goose Up
CREATE TABLE webhooks (
  id_clinica BIGINT   NOT NULL REFERENCES clinicas (id_clinica),
  id         BIGINT   NOT NULL CHECK (id > 0),
  url        TEXT COLLATE "C" NOT NULL,
  entidades  TEXT COLLATE "C" NOT NULL, -- names with commas between them, '' = the vendor's
  acciones   TEXT COLLATE "C" NOT NULL, -- '' = all
  activo     SMALLINT NOT NULL CHECK (activo IN (0, 1)),
  token      TEXT COLLATE "C" NOT NULL,
  -- As signing needs them: each its end (0 = in force), a colon and its text, with
  -- spaces between them.
  secretos   TEXT COLLATE "C" NOT NULL,
  creado     BIGINT   NOT NULL,
  hasta      BIGINT   NOT NULL, -- the last evento it has looked at
  borrado    SMALLINT NOT NULL CHECK (borrado IN (0, 1)), -- deleted, and its id not given again
  PRIMARY KEY (id_clinica, id)
) WITH (fillfactor = 30, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Times are real ones, also where the business clock is frozen.
CREATE TABLE entregas (
  id_clinica    BIGINT   NOT NULL,
  id_webhook    BIGINT   NOT NULL,
  id_evento     BIGINT   NOT NULL CHECK (id_evento > 0),
  accion        TEXT COLLATE "C" NOT NULL CHECK (accion IN ('created', 'modified', 'deleted')),
  entidad       TEXT COLLATE "C" NOT NULL,
  id_entidad    BIGINT   NOT NULL,
  estado        TEXT COLLATE "C" NOT NULL CHECK (estado IN ('pendiente', 'entregada', 'muerta')),
  intentos      INTEGER  NOT NULL,
  primero       BIGINT   NOT NULL,
  proximo       BIGINT   NOT NULL, -- 0 = behind another of its entidad, or done
  arriendo      TEXT COLLATE "C" NOT NULL, -- '' = nobody is at it
  creada        BIGINT   NOT NULL,
  terminada     BIGINT   NOT NULL,
  olvidar       BIGINT   NOT NULL, -- from when on it is not kept, 0 = it is pendiente
  ultimo_status INTEGER  NOT NULL,
  ultimo_error  TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id_clinica, id_webhook, id_evento),
  FOREIGN KEY (id_clinica, id_webhook) REFERENCES webhooks (id_clinica, id)
);

CREATE INDEX entregas_proximo ON entregas (id_clinica, id_webhook, proximo) WHERE estado = 'pendiente' AND proximo > 0;
CREATE INDEX entregas_fila ON entregas (id_clinica, id_webhook, entidad, id_entidad, id_evento) WHERE estado = 'pendiente';
CREATE INDEX entregas_muertas ON entregas (id_clinica, id_webhook, id_evento) WHERE estado = 'muerta';
CREATE INDEX entregas_olvidar ON entregas (id_clinica, olvidar) WHERE olvidar > 0;
