-- The first schema. Every key of a clinic's rows starts with id_clinica.
-- Instants are UTC microseconds, fechas 'YYYY-MM-DD', hours minutes since
-- midnight, flags 0 or 1, "none" is 0 or ''.

-- +goose Up
CREATE TABLE clinicas (
  id_clinica      INTEGER NOT NULL PRIMARY KEY,
  nombre          TEXT    NOT NULL,
  zona            TEXT    NOT NULL,
  exigir_atencion INTEGER NOT NULL CHECK (exigir_atencion IN (0, 1)),
  rechazar_pasado INTEGER NOT NULL CHECK (rechazar_pasado IN (0, 1)),
  es_demo         INTEGER NOT NULL CHECK (es_demo IN (0, 1)),
  creada          INTEGER NOT NULL,
  version_config  INTEGER NOT NULL,
  ultima_cita     INTEGER NOT NULL DEFAULT 0,
  ultimo_paciente INTEGER NOT NULL DEFAULT 0,
  ultima_atencion INTEGER NOT NULL DEFAULT 0,
  ultimo_horario  INTEGER NOT NULL DEFAULT 0,
  ultimo_evento   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Looked up before the clinic is known, so keyed by its own id.
CREATE TABLE tokens (
  id         INTEGER NOT NULL PRIMARY KEY,
  id_clinica INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  nombre     TEXT    NOT NULL,
  hash       BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
  lectura    INTEGER NOT NULL CHECK (lectura IN (0, 1)),
  creado     INTEGER NOT NULL,
  revocado   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE sucursales (
  id_clinica INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id         INTEGER NOT NULL CHECK (id > 0),
  nombre     TEXT    NOT NULL,
  telefono   TEXT    NOT NULL,
  ciudad     TEXT    NOT NULL,
  comuna     TEXT    NOT NULL,
  direccion  TEXT    NOT NULL,
  zona       TEXT    NOT NULL,
  habilitada INTEGER NOT NULL CHECK (habilitada IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sillones (
  id_clinica INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id         INTEGER NOT NULL CHECK (id > 0 AND id <> 7),
  nombre     TEXT    NOT NULL,
  exclusivo  INTEGER NOT NULL CHECK (exclusivo IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE especialidades (
  id_clinica INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id         INTEGER NOT NULL CHECK (id > 0),
  nombre     TEXT    NOT NULL,
  habilitada INTEGER NOT NULL CHECK (habilitada IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE profesionales (
  id_clinica      INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id              INTEGER NOT NULL CHECK (id > 0),
  rut             TEXT    NOT NULL,
  nombre          TEXT    NOT NULL,
  apellidos       TEXT    NOT NULL,
  celular         TEXT    NOT NULL,
  telefono        TEXT    NOT NULL,
  ciudad          TEXT    NOT NULL,
  comuna          TEXT    NOT NULL,
  direccion       TEXT    NOT NULL,
  email           TEXT    NOT NULL,
  id_especialidad INTEGER NOT NULL,
  agenda_online   INTEGER NOT NULL CHECK (agenda_online IN (0, 1)),
  es_recurso      INTEGER NOT NULL CHECK (es_recurso IN (0, 1)),
  intervalo       INTEGER NOT NULL CHECK (intervalo BETWEEN 1 AND 1440),
  habilitado      INTEGER NOT NULL CHECK (habilitado IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE estados (
  id_clinica  INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id          INTEGER NOT NULL CHECK (id > 0),
  nombre      TEXT    NOT NULL,
  color       TEXT    NOT NULL,
  reservado   INTEGER NOT NULL CHECK (reservado IN (0, 1)),
  anulacion   INTEGER NOT NULL CHECK (anulacion IN (0, 1)),
  uso_interno INTEGER NOT NULL CHECK (uso_interno IN (0, 1)),
  habilitado  INTEGER NOT NULL CHECK (habilitado IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE horarios (
  id_clinica     INTEGER NOT NULL,
  id             INTEGER NOT NULL CHECK (id > 0),
  id_profesional INTEGER NOT NULL,
  id_sucursal    INTEGER NOT NULL,
  dia            INTEGER NOT NULL CHECK (dia BETWEEN 1 AND 7),
  inicio         INTEGER NOT NULL CHECK (inicio >= 0),
  fin            INTEGER NOT NULL CHECK (fin BETWEEN inicio AND 1440),
  pausa_inicio   INTEGER NOT NULL,
  pausa_fin      INTEGER NOT NULL,
  sillones       TEXT    NOT NULL CHECK (json_valid(sillones)),
  modalidad      TEXT    NOT NULL CHECK (modalidad IN ('presencial', 'videoconsulta', 'ambas')),
  desde          TEXT    NOT NULL CHECK (desde = '' OR desde IS date(desde)),
  hasta          TEXT    NOT NULL CHECK (hasta = '' OR hasta IS date(hasta)),
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_profesional) REFERENCES profesionales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE horarios_especiales (
  id_clinica     INTEGER NOT NULL,
  id             INTEGER NOT NULL CHECK (id > 0),
  id_profesional INTEGER NOT NULL,
  id_sucursal    INTEGER NOT NULL,
  fecha          TEXT    NOT NULL CHECK (fecha IS date(fecha)),
  inicio         INTEGER NOT NULL CHECK (inicio >= 0),
  fin            INTEGER NOT NULL CHECK (fin BETWEEN inicio AND 1440),
  pausa_inicio   INTEGER NOT NULL,
  pausa_fin      INTEGER NOT NULL,
  sillones       TEXT    NOT NULL CHECK (json_valid(sillones)),
  modalidad      TEXT    NOT NULL CHECK (modalidad IN ('presencial', 'videoconsulta', 'ambas')),
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_profesional) REFERENCES profesionales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE horarios_bloqueados (
  id_clinica     INTEGER NOT NULL,
  id             INTEGER NOT NULL CHECK (id > 0),
  id_profesional INTEGER NOT NULL, -- 0 = the whole sucursal
  id_sucursal    INTEGER NOT NULL,
  fecha          TEXT    NOT NULL CHECK (fecha IS date(fecha)),
  inicio         INTEGER NOT NULL CHECK (inicio >= 0),
  fin            INTEGER NOT NULL CHECK (fin > inicio AND fin <= 1440),
  comentario     TEXT    NOT NULL,
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pacientes (
  id_clinica       INTEGER NOT NULL REFERENCES clinicas (id_clinica),
  id               INTEGER NOT NULL CHECK (id > 0),
  rut              TEXT    NOT NULL,
  tipo_documento   INTEGER NOT NULL,
  nombre           TEXT    NOT NULL,
  nombre_social    TEXT    NOT NULL,
  apellidos        TEXT    NOT NULL,
  fecha_nacimiento TEXT    NOT NULL CHECK (fecha_nacimiento = '' OR fecha_nacimiento IS date(fecha_nacimiento)),
  fecha_afiliacion TEXT    NOT NULL CHECK (fecha_afiliacion = '' OR fecha_afiliacion IS date(fecha_afiliacion)),
  telefono         TEXT    NOT NULL,
  celular          TEXT    NOT NULL,
  ciudad           TEXT    NOT NULL,
  comuna           TEXT    NOT NULL,
  direccion        TEXT    NOT NULL,
  email            TEXT    NOT NULL,
  sexo             TEXT    NOT NULL,
  id_genero        INTEGER NOT NULL,
  numero_ficha     TEXT    NOT NULL,
  observaciones    TEXT    NOT NULL,
  habilitado       INTEGER NOT NULL CHECK (habilitado IN (0, 1)),
  creado           INTEGER NOT NULL,
  version          INTEGER NOT NULL,
  PRIMARY KEY (id_clinica, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX pacientes_rut ON pacientes (id_clinica, rut) WHERE rut <> '';

CREATE TABLE atenciones (
  id_clinica     INTEGER NOT NULL,
  id             INTEGER NOT NULL CHECK (id > 0),
  nombre         TEXT    NOT NULL,
  tipo           TEXT    NOT NULL,
  fecha          TEXT    NOT NULL CHECK (fecha IS date(fecha)),
  id_paciente    INTEGER NOT NULL,
  id_profesional INTEGER NOT NULL,
  id_sucursal    INTEGER NOT NULL,
  finalizado     INTEGER NOT NULL CHECK (finalizado IN (0, 1)),
  bloqueado      INTEGER NOT NULL CHECK (bloqueado IN (0, 1)),
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_paciente) REFERENCES pacientes (id_clinica, id),
  FOREIGN KEY (id_clinica, id_profesional) REFERENCES profesionales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id)
) STRICT, WITHOUT ROWID;

-- The atenciones of a paciente, and the open one a booking may take.
CREATE INDEX atenciones_paciente ON atenciones (id_clinica, id_paciente, id_profesional, id_sucursal);

CREATE TABLE citas (
  id_clinica        INTEGER NOT NULL,
  id                INTEGER NOT NULL CHECK (id > 0),
  id_profesional    INTEGER NOT NULL,
  id_sucursal       INTEGER NOT NULL,
  id_sillon         INTEGER NOT NULL CHECK (id_sillon > 0),
  fecha             TEXT    NOT NULL CHECK (fecha IS date(fecha)),
  inicio            INTEGER NOT NULL CHECK (inicio >= 0),
  fin               INTEGER NOT NULL CHECK (fin > inicio AND fin <= 1440),
  id_paciente       INTEGER NOT NULL,
  id_atencion       INTEGER NOT NULL,
  id_estado         INTEGER NOT NULL,
  videoconsulta     INTEGER NOT NULL CHECK (videoconsulta IN (0, 1)),
  comentario        TEXT    NOT NULL,
  viva              INTEGER NOT NULL CHECK (viva IN (0, 1)),
  exenta            INTEGER NOT NULL CHECK (exenta IN (0, 1) AND (exenta = 1 OR id_sillon <> 7)),
  exclusiva         INTEGER NOT NULL CHECK (exclusiva IN (0, 1)),
  atencion_multiple INTEGER NOT NULL CHECK (atencion_multiple IN (0, 1)),
  estado_desde      INTEGER NOT NULL,
  creada            INTEGER NOT NULL,
  cambiada          INTEGER NOT NULL,
  version           INTEGER NOT NULL,
  origen            TEXT    NOT NULL,
  id_cita_previa    INTEGER NOT NULL,
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_profesional) REFERENCES profesionales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_paciente) REFERENCES pacientes (id_clinica, id),
  FOREIGN KEY (id_clinica, id_atencion) REFERENCES atenciones (id_clinica, id),
  FOREIGN KEY (id_clinica, id_estado) REFERENCES estados (id_clinica, id)
) STRICT, WITHOUT ROWID;

-- A profesional's day, for the laws and for free hours.
CREATE INDEX citas_agenda ON citas (id_clinica, id_profesional, fecha, inicio, fin, id_sillon, id_sucursal, exenta)
  WHERE viva = 1;
-- A physical chair's day.
CREATE INDEX citas_sillon ON citas (id_clinica, id_sucursal, id_sillon, fecha, inicio, fin)
  WHERE viva = 1 AND exclusiva = 1;
-- One atención, one live cita; a plan de tratamiento aside.
CREATE UNIQUE INDEX citas_atencion ON citas (id_clinica, id_atencion)
  WHERE viva = 1 AND atencion_multiple = 0;

-- The overlap law, for every writer: two live citas, not exentas, may not
-- overlap when the same profesional attends both on the same sillón or at two
-- sucursales, nor when both need the same exclusive sillón.
-- +goose StatementBegin
CREATE TRIGGER citas_law_insert BEFORE INSERT ON citas WHEN NEW.viva = 1 AND NEW.exenta = 0
BEGIN
  SELECT RAISE(ABORT, 'tope_profesional') WHERE EXISTS (
    SELECT 1 FROM citas o
    WHERE o.id_clinica = NEW.id_clinica AND o.id_profesional = NEW.id_profesional AND o.fecha = NEW.fecha
      AND o.inicio < NEW.fin AND o.fin > NEW.inicio AND o.viva = 1 AND o.exenta = 0
      AND (o.id_sillon = NEW.id_sillon OR o.id_sucursal <> NEW.id_sucursal));
  SELECT RAISE(ABORT, 'tope_sillon') WHERE NEW.exclusiva = 1 AND EXISTS (
    SELECT 1 FROM citas o
    WHERE o.id_clinica = NEW.id_clinica AND o.id_sucursal = NEW.id_sucursal AND o.id_sillon = NEW.id_sillon
      AND o.fecha = NEW.fecha AND o.inicio < NEW.fin AND o.fin > NEW.inicio
      AND o.viva = 1 AND o.exclusiva = 1 AND o.exenta = 0);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER citas_law_update BEFORE UPDATE ON citas WHEN NEW.viva = 1 AND NEW.exenta = 0
BEGIN
  SELECT RAISE(ABORT, 'tope_profesional') WHERE EXISTS (
    SELECT 1 FROM citas o
    WHERE o.id_clinica = NEW.id_clinica AND o.id_profesional = NEW.id_profesional AND o.fecha = NEW.fecha
      AND o.inicio < NEW.fin AND o.fin > NEW.inicio AND o.viva = 1 AND o.exenta = 0
      AND (o.id_sillon = NEW.id_sillon OR o.id_sucursal <> NEW.id_sucursal)
      AND NOT (o.id_clinica = OLD.id_clinica AND o.id = OLD.id));
  SELECT RAISE(ABORT, 'tope_sillon') WHERE NEW.exclusiva = 1 AND EXISTS (
    SELECT 1 FROM citas o
    WHERE o.id_clinica = NEW.id_clinica AND o.id_sucursal = NEW.id_sucursal AND o.id_sillon = NEW.id_sillon
      AND o.fecha = NEW.fecha AND o.inicio < NEW.fin AND o.fin > NEW.inicio
      AND o.viva = 1 AND o.exclusiva = 1 AND o.exenta = 0
      AND NOT (o.id_clinica = OLD.id_clinica AND o.id = OLD.id));
END;
-- +goose StatementEnd

-- A cita as it is read: with the names that stand in other tables.
CREATE VIEW citas_vista AS
SELECT c.id_clinica, c.id, c.id_profesional, c.id_sucursal, c.id_sillon, c.fecha, c.inicio, c.fin,
       c.id_paciente, c.id_atencion, c.id_estado, c.videoconsulta, c.comentario,
       c.viva, c.exclusiva, c.atencion_multiple,
       c.estado_desde, c.creada, c.cambiada, c.version, c.origen, c.id_cita_previa,
       p.nombre AS paciente_nombre, p.apellidos AS paciente_apellidos, a.nombre AS atencion_nombre
FROM citas c
LEFT JOIN pacientes p ON p.id_clinica = c.id_clinica AND p.id = c.id_paciente
LEFT JOIN atenciones a ON a.id_clinica = c.id_clinica AND a.id = c.id_atencion;

-- The outbox: who did what to which row. Ids and field names only; texts are
-- read when an event is delivered.
CREATE TABLE eventos (
  id_clinica INTEGER NOT NULL,
  id         INTEGER NOT NULL CHECK (id > 0),
  en         INTEGER NOT NULL,
  actor      TEXT    NOT NULL,
  accion     TEXT    NOT NULL CHECK (accion IN ('created', 'modified', 'deleted')),
  entidad    TEXT    NOT NULL,
  id_entidad INTEGER NOT NULL,
  campos     TEXT    NOT NULL DEFAULT '', -- names of changed fields
  PRIMARY KEY (id_clinica, id)
) STRICT, WITHOUT ROWID;

-- What the planner is to believe while nothing was measured: clinics are large,
-- and a row is found by its own key. Without it the planner takes a clinic's
-- whole table to be as good as an index. A later ANALYZE replaces this.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('citas', 'citas', '1000000 1000000 1'),
  ('citas', 'citas_agenda', '900000 900000 50000 20 2 2 1 1 1'),
  ('citas', 'citas_sillon', '100000 100000 50000 20000 10 1 1'),
  ('citas', 'citas_atencion', '900000 900000 1'),
  ('atenciones', 'atenciones', '1000000 1000000 1'),
  ('atenciones', 'atenciones_paciente', '1000000 1000000 10 3 3'),
  ('pacientes', 'pacientes', '100000 100000 1'),
  ('pacientes', 'pacientes_rut', '100000 100000 1'),
  ('eventos', 'eventos', '2000000 2000000 1');
ANALYZE sqlite_schema;
