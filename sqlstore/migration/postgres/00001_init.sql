-- The schema as it is on SQLite. Every key of a clinic's rows starts with
-- id_clinica. Instants are UTC microseconds, fechas 'YYYY-MM-DD', hours minutes
-- since midnight, flags 0 or 1, "none" is 0 or ''. Texts compare by their bytes.
--
-- What a cluster that is spread by id_clinica could not do is not used: no
-- triggers, no sequences, no key or law without id_clinica.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Every write locks and rewrites its clinic's row: there is room on the page for
-- its next versions, and they are cleared away soon.
CREATE TABLE clinicas (
  id_clinica      BIGINT   NOT NULL PRIMARY KEY,
  nombre          TEXT COLLATE "C" NOT NULL,
  zona            TEXT COLLATE "C" NOT NULL,
  exigir_atencion SMALLINT NOT NULL CHECK (exigir_atencion IN (0, 1)),
  rechazar_pasado SMALLINT NOT NULL CHECK (rechazar_pasado IN (0, 1)),
  es_demo         SMALLINT NOT NULL CHECK (es_demo IN (0, 1)),
  creada          BIGINT   NOT NULL,
  version_config  BIGINT   NOT NULL,
  ultima_cita     BIGINT   NOT NULL DEFAULT 0,
  ultimo_paciente BIGINT   NOT NULL DEFAULT 0,
  ultima_atencion BIGINT   NOT NULL DEFAULT 0,
  ultimo_horario  BIGINT   NOT NULL DEFAULT 0,
  ultimo_evento   BIGINT   NOT NULL DEFAULT 0
) WITH (fillfactor = 30, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Looked up before the clinic is known, so keyed by its own id, and without a
-- reference to its clinic: a table that every node has a copy of can have none to
-- one that is spread over them.
CREATE TABLE tokens (
  id         BIGINT   NOT NULL PRIMARY KEY,
  id_clinica BIGINT   NOT NULL,
  nombre     TEXT COLLATE "C" NOT NULL,
  hash       BYTEA NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
  lectura    SMALLINT NOT NULL CHECK (lectura IN (0, 1)),
  creado     BIGINT   NOT NULL,
  revocado   BIGINT   NOT NULL DEFAULT 0
);

CREATE TABLE sucursales (
  id_clinica BIGINT   NOT NULL REFERENCES clinicas (id_clinica),
  id         BIGINT   NOT NULL CHECK (id > 0),
  nombre     TEXT COLLATE "C" NOT NULL,
  telefono   TEXT COLLATE "C" NOT NULL,
  ciudad     TEXT COLLATE "C" NOT NULL,
  comuna     TEXT COLLATE "C" NOT NULL,
  direccion  TEXT COLLATE "C" NOT NULL,
  zona       TEXT COLLATE "C" NOT NULL,
  habilitada SMALLINT NOT NULL CHECK (habilitada IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
);

CREATE TABLE sillones (
  id_clinica BIGINT   NOT NULL REFERENCES clinicas (id_clinica),
  id         BIGINT   NOT NULL CHECK (id > 0 AND id <> 7),
  nombre     TEXT COLLATE "C" NOT NULL,
  exclusivo  SMALLINT NOT NULL CHECK (exclusivo IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
);

CREATE TABLE especialidades (
  id_clinica BIGINT   NOT NULL REFERENCES clinicas (id_clinica),
  id         BIGINT   NOT NULL CHECK (id > 0),
  nombre     TEXT COLLATE "C" NOT NULL,
  habilitada SMALLINT NOT NULL CHECK (habilitada IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
);

CREATE TABLE profesionales (
  id_clinica      BIGINT   NOT NULL REFERENCES clinicas (id_clinica),
  id              BIGINT   NOT NULL CHECK (id > 0),
  rut             TEXT COLLATE "C" NOT NULL,
  nombre          TEXT COLLATE "C" NOT NULL,
  apellidos       TEXT COLLATE "C" NOT NULL,
  celular         TEXT COLLATE "C" NOT NULL,
  telefono        TEXT COLLATE "C" NOT NULL,
  ciudad          TEXT COLLATE "C" NOT NULL,
  comuna          TEXT COLLATE "C" NOT NULL,
  direccion       TEXT COLLATE "C" NOT NULL,
  email           TEXT COLLATE "C" NOT NULL,
  id_especialidad BIGINT   NOT NULL,
  agenda_online   SMALLINT NOT NULL CHECK (agenda_online IN (0, 1)),
  es_recurso      SMALLINT NOT NULL CHECK (es_recurso IN (0, 1)),
  intervalo       INTEGER  NOT NULL CHECK (intervalo BETWEEN 1 AND 1440),
  habilitado      SMALLINT NOT NULL CHECK (habilitado IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
);

CREATE TABLE prestaciones (
  id_clinica       BIGINT   NOT NULL REFERENCES clinicas (id_clinica),
  id               BIGINT   NOT NULL CHECK (id > 0),
  nombre           TEXT COLLATE "C" NOT NULL,
  codigo           TEXT COLLATE "C" NOT NULL,
  id_categoria     BIGINT   NOT NULL,
  nombre_categoria TEXT COLLATE "C" NOT NULL,
  habilitada       SMALLINT NOT NULL CHECK (habilitada IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
);

CREATE TABLE estados (
  id_clinica  BIGINT   NOT NULL REFERENCES clinicas (id_clinica),
  id          BIGINT   NOT NULL CHECK (id > 0),
  nombre      TEXT COLLATE "C" NOT NULL,
  color       TEXT COLLATE "C" NOT NULL,
  reservado   SMALLINT NOT NULL CHECK (reservado IN (0, 1)),
  anulacion   SMALLINT NOT NULL CHECK (anulacion IN (0, 1)),
  uso_interno SMALLINT NOT NULL CHECK (uso_interno IN (0, 1)),
  habilitado  SMALLINT NOT NULL CHECK (habilitado IN (0, 1)),
  PRIMARY KEY (id_clinica, id)
);

CREATE TABLE horarios (
  id_clinica     BIGINT   NOT NULL,
  id             BIGINT   NOT NULL CHECK (id > 0),
  id_profesional BIGINT   NOT NULL,
  id_sucursal    BIGINT   NOT NULL,
  dia            INTEGER  NOT NULL CHECK (dia BETWEEN 1 AND 7),
  inicio         INTEGER  NOT NULL CHECK (inicio >= 0),
  fin            INTEGER  NOT NULL CHECK (fin BETWEEN inicio AND 1440),
  pausa_inicio   INTEGER  NOT NULL,
  pausa_fin      INTEGER  NOT NULL,
  sillones       TEXT COLLATE "C" NOT NULL CHECK (sillones ~ '^\[([0-9]+(,[0-9]+)*)?\]$'),
  modalidad      TEXT COLLATE "C" NOT NULL CHECK (modalidad IN ('presencial', 'videoconsulta', 'ambas')),
  desde          TEXT COLLATE "C" NOT NULL CHECK (desde = '' OR desde ~ '^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$'),
  hasta          TEXT COLLATE "C" NOT NULL CHECK (hasta = '' OR hasta ~ '^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$'),
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_profesional) REFERENCES profesionales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id)
);

CREATE TABLE horarios_especiales (
  id_clinica     BIGINT   NOT NULL,
  id             BIGINT   NOT NULL CHECK (id > 0),
  id_profesional BIGINT   NOT NULL,
  id_sucursal    BIGINT   NOT NULL,
  fecha          TEXT COLLATE "C" NOT NULL CHECK (fecha ~ '^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$'),
  inicio         INTEGER  NOT NULL CHECK (inicio >= 0),
  fin            INTEGER  NOT NULL CHECK (fin BETWEEN inicio AND 1440),
  pausa_inicio   INTEGER  NOT NULL,
  pausa_fin      INTEGER  NOT NULL,
  sillones       TEXT COLLATE "C" NOT NULL CHECK (sillones ~ '^\[([0-9]+(,[0-9]+)*)?\]$'),
  modalidad      TEXT COLLATE "C" NOT NULL CHECK (modalidad IN ('presencial', 'videoconsulta', 'ambas')),
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_profesional) REFERENCES profesionales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id)
);

-- An id_profesional of 0 stands for the whole sucursal.
CREATE TABLE horarios_bloqueados (
  id_clinica     BIGINT   NOT NULL,
  id             BIGINT   NOT NULL CHECK (id > 0),
  id_profesional BIGINT   NOT NULL,
  id_sucursal    BIGINT   NOT NULL,
  fecha          TEXT COLLATE "C" NOT NULL CHECK (fecha ~ '^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$'),
  inicio         INTEGER  NOT NULL CHECK (inicio >= 0),
  fin            INTEGER  NOT NULL CHECK (fin > inicio AND fin <= 1440),
  comentario     TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id)
);

-- The texts named _plano are as searches compare them: lower case, without the
-- accents of Spanish. The store writes them.
CREATE TABLE pacientes (
  id_clinica       BIGINT   NOT NULL REFERENCES clinicas (id_clinica),
  id               BIGINT   NOT NULL CHECK (id > 0),
  rut              TEXT COLLATE "C" NOT NULL,
  tipo_documento   BIGINT   NOT NULL,
  nombre           TEXT COLLATE "C" NOT NULL,
  nombre_social    TEXT COLLATE "C" NOT NULL,
  apellidos        TEXT COLLATE "C" NOT NULL,
  fecha_nacimiento TEXT COLLATE "C" NOT NULL CHECK (fecha_nacimiento = '' OR fecha_nacimiento ~ '^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$'),
  fecha_afiliacion TEXT COLLATE "C" NOT NULL CHECK (fecha_afiliacion = '' OR fecha_afiliacion ~ '^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$'),
  telefono         TEXT COLLATE "C" NOT NULL,
  celular          TEXT COLLATE "C" NOT NULL,
  ciudad           TEXT COLLATE "C" NOT NULL,
  comuna           TEXT COLLATE "C" NOT NULL,
  direccion        TEXT COLLATE "C" NOT NULL,
  email            TEXT COLLATE "C" NOT NULL,
  sexo             TEXT COLLATE "C" NOT NULL,
  id_genero        BIGINT   NOT NULL,
  numero_ficha     TEXT COLLATE "C" NOT NULL,
  observaciones    TEXT COLLATE "C" NOT NULL,
  habilitado       SMALLINT NOT NULL CHECK (habilitado IN (0, 1)),
  creado           BIGINT   NOT NULL,
  version          BIGINT   NOT NULL,
  nombre_plano     TEXT COLLATE "C" NOT NULL,
  apellidos_plano  TEXT COLLATE "C" NOT NULL,
  email_plano      TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id_clinica, id)
);

CREATE TABLE atenciones (
  id_clinica     BIGINT   NOT NULL,
  id             BIGINT   NOT NULL CHECK (id > 0),
  nombre         TEXT COLLATE "C" NOT NULL,
  tipo           TEXT COLLATE "C" NOT NULL,
  fecha          TEXT COLLATE "C" NOT NULL CHECK (fecha ~ '^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$'),
  id_paciente    BIGINT   NOT NULL,
  id_profesional BIGINT   NOT NULL,
  id_sucursal    BIGINT   NOT NULL,
  finalizado     SMALLINT NOT NULL CHECK (finalizado IN (0, 1)),
  bloqueado      SMALLINT NOT NULL CHECK (bloqueado IN (0, 1)),
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_paciente) REFERENCES pacientes (id_clinica, id),
  FOREIGN KEY (id_clinica, id_profesional) REFERENCES profesionales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id)
);

CREATE TABLE citas (
  id_clinica        BIGINT   NOT NULL,
  id                BIGINT   NOT NULL CHECK (id > 0),
  id_profesional    BIGINT   NOT NULL,
  id_sucursal       BIGINT   NOT NULL,
  id_sillon         BIGINT   NOT NULL CHECK (id_sillon > 0),
  fecha             TEXT COLLATE "C" NOT NULL CHECK (fecha ~ '^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$'),
  inicio            INTEGER  NOT NULL CHECK (inicio >= 0),
  fin               INTEGER  NOT NULL CHECK (fin > inicio AND fin <= 1440),
  id_paciente       BIGINT   NOT NULL,
  id_atencion       BIGINT   NOT NULL,
  id_estado         BIGINT   NOT NULL,
  videoconsulta     SMALLINT NOT NULL CHECK (videoconsulta IN (0, 1)),
  comentario        TEXT COLLATE "C" NOT NULL,
  viva              SMALLINT NOT NULL CHECK (viva IN (0, 1)),
  exenta            SMALLINT NOT NULL CHECK (exenta IN (0, 1) AND (exenta = 1 OR id_sillon <> 7)),
  exclusiva         SMALLINT NOT NULL CHECK (exclusiva IN (0, 1)),
  atencion_multiple SMALLINT NOT NULL CHECK (atencion_multiple IN (0, 1)),
  estado_desde      BIGINT   NOT NULL,
  creada            BIGINT   NOT NULL,
  cambiada          BIGINT   NOT NULL,
  version           BIGINT   NOT NULL,
  origen            TEXT COLLATE "C" NOT NULL,
  id_cita_previa    BIGINT   NOT NULL,
  PRIMARY KEY (id_clinica, id),
  FOREIGN KEY (id_clinica, id_profesional) REFERENCES profesionales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_sucursal) REFERENCES sucursales (id_clinica, id),
  FOREIGN KEY (id_clinica, id_paciente) REFERENCES pacientes (id_clinica, id),
  FOREIGN KEY (id_clinica, id_atencion) REFERENCES atenciones (id_clinica, id),
  FOREIGN KEY (id_clinica, id_estado) REFERENCES estados (id_clinica, id),
  -- The overlap laws, for every writer: two live citas, not exentas, may not
  -- overlap when the same profesional attends both on the same sillón or at two
  -- sucursales, nor when both need the same exclusive sillón. Fecha and hours are
  -- one range, which an index searches in half the time that three columns take;
  -- no range reaches into the next date.
  CONSTRAINT tope_profesional_sillon EXCLUDE USING gist (
    id_clinica WITH =, id_profesional WITH =,
    int8range(CAST(replace(fecha, '-', '') AS BIGINT) * 1440 + inicio, CAST(replace(fecha, '-', '') AS BIGINT) * 1440 + fin) WITH &&,
    id_sillon WITH =) WHERE (viva = 1 AND exenta = 0),
  CONSTRAINT tope_profesional_sucursal EXCLUDE USING gist (
    id_clinica WITH =, id_profesional WITH =,
    int8range(CAST(replace(fecha, '-', '') AS BIGINT) * 1440 + inicio, CAST(replace(fecha, '-', '') AS BIGINT) * 1440 + fin) WITH &&,
    id_sucursal WITH <>) WHERE (viva = 1 AND exenta = 0),
  CONSTRAINT tope_sillon_exclusivo EXCLUDE USING gist (
    id_clinica WITH =, id_sucursal WITH =, id_sillon WITH =,
    int8range(CAST(replace(fecha, '-', '') AS BIGINT) * 1440 + inicio, CAST(replace(fecha, '-', '') AS BIGINT) * 1440 + fin) WITH &&)
    WHERE (viva = 1 AND exenta = 0 AND exclusiva = 1)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- The outbox: who did what to which row. Ids and field names only; texts are
-- read when an event is delivered.
CREATE TABLE eventos (
  id_clinica BIGINT   NOT NULL,
  id         BIGINT   NOT NULL CHECK (id > 0),
  en         BIGINT   NOT NULL,
  actor      TEXT COLLATE "C" NOT NULL,
  accion     TEXT COLLATE "C" NOT NULL CHECK (accion IN ('created', 'modified', 'deleted')),
  entidad    TEXT COLLATE "C" NOT NULL,
  id_entidad BIGINT   NOT NULL,
  campos     TEXT COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (id_clinica, id)
);

-- One atención, one live cita; a plan de tratamiento aside.
CREATE UNIQUE INDEX citas_atencion ON citas (id_clinica, id_atencion) WHERE viva = 1 AND atencion_multiple = 0;
-- A profesional's day, annulled citas too, for what a booking has to know and
-- for free hours.
CREATE INDEX citas_agenda ON citas (id_clinica, id_profesional, fecha, inicio, fin) INCLUDE (id_sillon, id_sucursal, viva);
-- A physical chair's day.
CREATE INDEX citas_sillon ON citas (id_clinica, id_sucursal, id_sillon, fecha, inicio, fin) WHERE viva = 1 AND exclusiva = 1;
-- Lists, newest first: a paciente's; a sucursal's, an estado's and both together;
-- those on a sillón, but for the lane that every horario offers unless it says
-- otherwise, a page of which is never far.
CREATE INDEX citas_paciente ON citas (id_clinica, id_paciente, id);
CREATE INDEX citas_estado ON citas (id_clinica, id_sucursal, id_estado, id);
CREATE INDEX citas_otro_sillon ON citas (id_clinica, id_sillon, id) WHERE id_sillon <> 1;
-- A day, of one sucursal or of all.
CREATE INDEX citas_fecha ON citas (id_clinica, fecha, id_sucursal);
-- What changed since: clients poll for it.
CREATE INDEX citas_estado_desde ON citas (id_clinica, estado_desde);

-- The atenciones of a paciente, and the open one a booking may take.
CREATE INDEX atenciones_paciente ON atenciones (id_clinica, id_paciente, id_profesional, id_sucursal, id);
CREATE INDEX atenciones_fecha ON atenciones (id_clinica, fecha);

-- Pacientes are written seldom and looked up all day.
CREATE UNIQUE INDEX pacientes_rut ON pacientes (id_clinica, rut) WHERE rut <> '';
CREATE INDEX pacientes_nombre ON pacientes (id_clinica, nombre_plano, id);
CREATE INDEX pacientes_apellidos ON pacientes (id_clinica, apellidos_plano, nombre_plano, id);
CREATE INDEX pacientes_email ON pacientes (id_clinica, email_plano, id);
CREATE INDEX pacientes_celular ON pacientes (id_clinica, lower(celular), id);

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

-- What the planner is to believe while nothing was measured: clinics are large, a
-- clinic's share is all of it, and a row is found by its own key. Without it the
-- planner takes a clinic for one of 200, and a clinic's whole day to be as good as
-- a profesional's. So a clinic like any other is measured, and gone again; what the
-- server measures later replaces this. These citas are outside the laws, which
-- would take most of the time.
INSERT INTO clinicas VALUES (1, '', '', 0, 0, 0, 0, 1);
INSERT INTO sucursales SELECT 1, n, '', '', '', '', '', '', 1 FROM generate_series(1, 2) n;
INSERT INTO estados SELECT 1, n, '', '', 0, 0, 0, 1 FROM generate_series(1, 10) n;
INSERT INTO profesionales SELECT 1, n, '', '', '', '', '', '', '', '', '', 1, 0, 0, 15, 1 FROM generate_series(1, 20) n;
INSERT INTO pacientes SELECT 1, n, n || '-1', 0, '', '', '', '', '', '', n, '', '', '', '', '', 0, '', '', 1, 0, 1, chr(97 + n % 26) || n % 100, chr(97 + n % 26) || n % 200, n
FROM generate_series(1, 600) n;
INSERT INTO atenciones SELECT 1, n, '', 'Consulta', date '2000-01-01' + n / 12 * 80, 1 + n * 7 % 600, 1 + n % 20, 1 + n % 2, n % 2, 0
FROM generate_series(1, 3000) n;
INSERT INTO citas SELECT 1, n, 1 + n % 20, 1 + n % 2, CASE n % 50 WHEN 0 THEN 2 + n % 7 ELSE 1 END, date '2000-01-01' + n / 12 * 80, n * 7 % 90 * 15, n * 7 % 90 * 15 + 15,
                         1 + n * 7 % 600, n, 1 + n % 10, 0, '', CASE n % 10 WHEN 0 THEN 0 ELSE 1 END, 1, CASE n % 10 WHEN 5 THEN 1 ELSE 0 END, 0, n, n, n, 1, '', 0
FROM generate_series(1, 3000) n;
INSERT INTO eventos SELECT 1, n, n, '', 'created', '', n, '' FROM generate_series(1, 3000) n;
ANALYZE pacientes, atenciones, citas, eventos;
TRUNCATE clinicas, sucursales, sillones, especialidades, prestaciones, estados, profesionales, horarios, horarios_especiales, horarios_bloqueados,
         pacientes, atenciones, citas, eventos;
