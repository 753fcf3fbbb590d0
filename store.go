package tomahora

import (
	"context"
	"time"
)

// Store keeps clinics. Every implementation passes package storetest.
//
// View and Update run a closure over one clinic's data in a transaction. The
// closure uses nothing but its Tx, does no I/O of its own, and may be run more
// than once. An error it returns undoes what it wrote and is returned as it is.
// A clinic that does not exist is KindNotFound; a database that does not answer
// is KindUnavailable, after which trying again is safe.
type Store interface {
	// View reads one consistent state. Writes in it fail.
	View(ctx context.Context, id ClinicaID, fn func(Tx) error) error

	// Update reads and writes. The updates of a clinic happen one after the
	// other, and ids and event numbers ascend in the order they take effect.
	// When it returns nil the change is on disk. Once the closure has started,
	// a cancelled context no longer stops it.
	Update(ctx context.Context, id ClinicaID, fn func(Tx) error) error

	// CreateClinica makes a clinic with its initial estados and returns its id.
	CreateClinica(ctx context.Context, c Clinica) (ClinicaID, error)
	// Clinicas lists all clinics by ascending id.
	Clinicas(ctx context.Context) ([]Clinica, error)

	// TokenByHash finds a token that is not revoked by the hash of its secret,
	// before the clinic is known. KindNotFound when there is none.
	TokenByHash(ctx context.Context, hash []byte) (Token, error)
	// CreateToken keeps a token under the hash of its secret.
	CreateToken(ctx context.Context, t Token, hash []byte) (TokenID, error)
	// Tokens lists all tokens by ascending id, the revoked ones too.
	Tokens(ctx context.Context) ([]Token, error)
	// RevokeToken ends a token. Revoking twice is no error; an unknown id is
	// KindNotFound.
	RevokeToken(ctx context.Context, id TokenID) error

	// UsuariosByEmail finds the usuarios of all clinics with an email, spelled as
	// NormalizeEmail does, by clinic, before the clinic is known. The disabled ones
	// too.
	UsuariosByEmail(ctx context.Context, email string) ([]Credencial, error)
	// SesionByHash finds a sesión that has not run out at a real time; KindNotFound
	// when there is none.
	SesionByHash(ctx context.Context, hash []byte, now time.Time) (Sesion, error)
	// CreateSesion keeps a sesión, and forgets those of all clinics that have run out
	// at a real time.
	CreateSesion(ctx context.Context, s Sesion, now time.Time) error
	// ExtendSesion lets a sesión run out at another time. One that is not there any
	// more is no error, and does not come back.
	ExtendSesion(ctx context.Context, hash []byte, vence time.Time) error
	// DeleteSesion ends a sesión. One that is not there is no error.
	DeleteSesion(ctx context.Context, hash []byte) error
	// Frenar counts an attempt to log in against each freno, before it is known
	// whether it fails. While one of them holds it tells until when, and counts
	// nothing; otherwise that is the zero time. Times are real ones.
	Frenar(ctx context.Context, now time.Time, frenos ...Freno) (hasta time.Time, err error)
	// Soltar takes back what Frenar counted for an attempt that did not fail.
	Soltar(ctx context.Context, frenos ...Freno) error

	// PorEntregar lists the active webhooks of all clinics by clinic, and tells for
	// which there is something to do at a real time. It is a look, and takes nothing.
	PorEntregar(ctx context.Context, now time.Time) ([]PorEntregar, error)

	// Watch gives hints that a clinic may have new eventos: after each commit of
	// this process at once, of any other within a second. A hint may come for
	// nothing, and one stands for many, so that a watcher never holds up a writer.
	// Who watches first and reads then misses nothing. Stop ends the watch, and
	// may be called twice; the store's Close ends it too, and closes wake.
	Watch(id ClinicaID) (wake <-chan struct{}, stop func())

	// Ping tells whether the database answers.
	Ping(ctx context.Context) error
	// Close waits for running transactions and lets go of the database.
	Close() error
}

// Token is the right of a program to act on one clinic. The secret itself is
// never kept.
type Token struct {
	ID        TokenID
	IDClinica ClinicaID
	Nombre    string
	Lectura   bool // may read only
	Creado    time.Time
	Revocado  time.Time // zero while in force
}

// Tx is a transaction on one clinic.
type Tx interface {
	// Now is the transaction's one timestamp, UTC.
	Now() time.Time
	// Config is the configuration in force.
	Config() *Config

	Citas() Citas
	Pacientes() Pacientes
	Atenciones() Atenciones
	Reservas() Reservas
	// Respuestas are answers kept for requests that are repeated.
	Respuestas() Respuestas
	// Eventos are what was written so far.
	Eventos() Eventos
	// Webhooks are told of them.
	Webhooks() Webhooks
	// Usuarios and Tokens are who may come in: people, and programs.
	Usuarios() Usuarios
	Tokens() Tokens
	// Setup changes the configuration.
	Setup() Setup
}

// Every write below also appends the Evento that tells of it.

// Citas are the appointments of a clinic.
type Citas interface {
	// Get returns a cita, KindNotFound when there is none.
	Get(id CitaID) (Cita, error)
	// Facts finds the rows a request names and the live citas in the way of its
	// place; of an exclusive sillón also those of other profesionales. The cita
	// salvo, 0 for none, counts as not there: it is the one that is to move. It
	// is one question to the database, since every booking asks it, and a second
	// one while places are reserved. The solicitud's own reserva is no obstacle.
	Facts(s Solicitud, exclusivo bool, salvo CitaID) (Facts, error)
	// Create keeps a cita and returns it with its id, times and version set.
	// Where the database's own laws refuse it, the error is the tope's.
	Create(c Cita) (Cita, error)
	// Save writes a cita that was read in this transaction and changed since, and
	// returns it with Cambiada and Version set, and EstadoDesde where IDEstado
	// changed. Campos are the wire names of what changed, for the Evento. The
	// laws refuse it as they do in Create.
	Save(c Cita, by Actor, campos ...string) (Cita, error)

	// List answers a page. Columns: id, fecha, hora_inicio, fecha_actualizacion,
	// id_estado, estado_anulacion, id_sucursal, id_profesional, id_sillon,
	// id_paciente, id_atencion, rut (the paciente's).
	List(q Consulta) ([]Cita, error)
	// Agenda returns the live citas that keep the profesionales busy on the
	// dates, both included, wherever they attend: ordered by profesional, fecha
	// and hora_inicio, without the names that are read from other tables.
	Agenda(profesionales []ProfesionalID, desde, hasta Fecha) ([]Cita, error)
	// Ocupados returns the places that these citas take, sobrecupos left out, by
	// profesional and fecha: all that a search for free places needs, at a tenth
	// of the cost.
	Ocupados(profesionales []ProfesionalID, desde, hasta Fecha) ([]Espacio, error)
	// Sillones returns the places that live citas take on exclusive sillones of a
	// sucursal on the dates, both included, by sillón and fecha, whoever attends:
	// their IDProfesional is 0.
	Sillones(suc SucursalID, desde, hasta Fecha) ([]Espacio, error)

	// PorSemana and PorOrigen count the citas of a Periodo, in no order. They read
	// all of them, so a Periodo is to be bounded.
	PorSemana(p Periodo) ([]CitasDeSemana, error)
	PorOrigen(p Periodo) ([]CitasDeOrigen, error)
}

// Pacientes are the patients of a clinic.
type Pacientes interface {
	// Get returns a paciente, KindNotFound when there is none.
	Get(id PacienteID) (Paciente, error)
	// ByRUT returns the paciente with a RUT, or another document, as it is stored;
	// KindNotFound when there is none.
	ByRUT(rut string) (Paciente, error)
	// Buscar finds pacientes of whom every one of the Terminos is the beginning of
	// a word of their names, of their document without its hyphen, or of a phone
	// number, with or without the codes of the country and the city. Of more than
	// limite it is the newest; they are ordered by apellidos and nombre.
	Buscar(terminos []string, limite int) ([]Paciente, error)
	// Create keeps a paciente and returns it with its id set. A RUT that another
	// paciente has is paciente_existe.
	Create(p Paciente, by Actor) (Paciente, error)
	// Save writes a paciente that was read in this transaction and changed since,
	// and returns it with Version set. Campos are the wire names of what changed.
	Save(p Paciente, by Actor, campos ...string) (Paciente, error)
	// List answers a page. Columns: id, rut, email, nombre, apellidos,
	// numero_ficha, fecha_nacimiento, fecha_afiliacion, sexo, habilitado,
	// celular, telefono.
	List(q Consulta) ([]Paciente, error)
}

// Atenciones are the medical events of a clinic.
type Atenciones interface {
	// Get returns an atención, KindNotFound when there is none.
	Get(id AtencionID) (Atencion, error)
	// FirstOpen returns the lowest-numbered atención of a paciente with a
	// profesional at a sucursal that a booking may take without naming it: not
	// finalizada, not bloqueada, without a live cita, and neither Licencia,
	// Interconsulta nor Plan de tratamiento. KindNotFound when there is none.
	FirstOpen(pac PacienteID, prof ProfesionalID, suc SucursalID) (Atencion, error)
	// Create keeps an atención and returns it with its id set.
	Create(a Atencion, by Actor) (Atencion, error)
	// List answers a page. Columns: id, nombre, nombre_tipo, fecha, id_paciente,
	// id_profesional, id_sucursal, finalizado, bloqueado.
	List(q Consulta) ([]Atencion, error)
}

// Reservas hold places for a while.
type Reservas interface {
	// Get returns a reserva, also one that has run out not long ago; KindNotFound
	// when there is none.
	Get(id ReservaID) (Reserva, error)
	// Vigentes returns those in force on the dates, both included, by fecha and
	// hora_inicio.
	Vigentes(desde, hasta Fecha) ([]Reserva, error)
	// Create keeps a reserva and returns it with its id and Creada set.
	Create(r Reserva) (Reserva, error)
	// Use marks a reserva as booked by a cita.
	Use(id ReservaID, cita CitaID) error
	// Delete lets go of a place.
	Delete(id ReservaID, by Actor) error
}

// Eventos are the clinic's outbox.
type Eventos interface {
	// Since returns at most limit eventos after one, in their order.
	Since(after EventoID, limit int) ([]Evento, error)
	// Oldest is the oldest evento that is still kept, 0 when none is; Last is the
	// newest that there ever was.
	Oldest() (EventoID, error)
	Last() (EventoID, error)
	// Forget lets go of those up to one. Audit keeps them.
	Forget(until EventoID) error

	// Audit files at most limit eventos, in their order, where Historial finds them
	// quickly and for ever, and tells whether there are more. With a limit of 0 it
	// only tells.
	Audit(limit int) (more bool, err error)
	// Historial returns the eventos of one row, the newest first and at most limit,
	// whether they are filed or not, forgotten or not.
	Historial(entidad string, id int64, limit int) ([]Evento, error)
}

// Usuarios are the people who work in a clinic.
type Usuarios interface {
	// List returns all by ascending id, the disabled ones too.
	List() ([]Usuario, error)
	// Get returns a usuario, KindNotFound when there is none.
	Get(id UsuarioID) (Usuario, error)
	// Create keeps a usuario, with the hash of a password or "", and returns it with
	// its id and Creado set. An email that another one of the clinic has is
	// usuario_existe.
	Create(u Usuario, clave string, by Actor) (Usuario, error)
	// Save writes a usuario that was read in this transaction and changed since.
	// Campos are the wire names of what changed.
	Save(u Usuario, by Actor, campos ...string) error
	// Clave is the hash of a usuario's password, KindNotFound when there is no such
	// usuario. SaveClave sets it.
	Clave(id UsuarioID) (string, error)
	SaveClave(id UsuarioID, clave string, by Actor) error
	// CloseSesiones ends the sesiones of a usuario but the one with a hash, nil for
	// none.
	CloseSesiones(id UsuarioID, salvo []byte) error
}

// Tokens are the programs that act on a clinic.
type Tokens interface {
	// List returns the clinic's tokens by ascending id, the revoked ones too.
	List() ([]Token, error)
	// Create keeps a token under the hash of its secret, and returns it with its id,
	// clinic and Creado set.
	Create(t Token, hash []byte, by Actor) (Token, error)
	// Revoke ends a token. Revoking twice is no error; one that is not the clinic's
	// is KindNotFound.
	Revoke(id TokenID, by Actor) error
}

// Webhooks are who is told of eventos, and what is on its way to them. Every time
// they are given is a real one.
type Webhooks interface {
	// List returns all by ascending id.
	List() ([]Webhook, error)
	// Get returns a webhook, KindNotFound when there is none.
	Get(id WebhookID) (Webhook, error)
	// Create keeps a webhook and returns it with its id and Creado set. It is told
	// of what happens from then on.
	Create(w Webhook, by Actor) (Webhook, error)
	// Save writes a webhook that was read in this transaction and changed since.
	// Campos are the wire names of what changed.
	Save(w Webhook, by Actor, campos ...string) error
	// Delete ends a webhook. Its id is not given again.
	Delete(id WebhookID, by Actor) error

	// Look remembers that a webhook has looked at the eventos up to one.
	Look(id WebhookID, hasta EventoID) error
	// Pending is the oldest evento that has to be kept because an active webhook
	// has yet to look at it, 0 when there is none. Deliveries need no evento.
	Pending() (EventoID, error)

	// Entregas answers a page of a webhook's deliveries. Columns: id (the
	// evento's), estado.
	Entregas(id WebhookID, q Consulta) ([]Entrega, error)
	// Entrega returns one, KindNotFound when there is none.
	Entrega(id WebhookID, evento EventoID) (Entrega, error)
	// Enqueue puts an evento on its way to a webhook, behind what is on its way of
	// the same entidad. One that was put there before stays as it is.
	Enqueue(id WebhookID, e Evento, now time.Time) error
	// Requeue is Enqueue that also sends again what was delivered, given up or is
	// being waited with. Of each entidad the oldest goes first.
	Requeue(id WebhookID, e Evento, now time.Time) error
	// Claim takes at most n deliveries whose time has come, of each entidad one,
	// and leaves them to who names arriendo until a time.
	Claim(id WebhookID, arriendo string, now, hasta time.Time, n int) ([]Entrega, error)
	// Settle writes what came of a claimed delivery, and when it is done lets the
	// next of its entidad go. It tells whether arriendo, which claimed it, still
	// held it; otherwise nothing is written.
	Settle(e Entrega, arriendo string, now time.Time) (held bool, err error)
	// Forget removes some deliveries that are old enough, and of deleted webhooks.
	Forget(now time.Time) error
}

// Respuestas are the answers to writes that came with an Idempotency-Key.
type Respuestas interface {
	// Find returns what was answered under a key less than RetencionRespuesta
	// ago, and the Huella of that request; KindNotFound when nothing was.
	Find(k Clave) (r Respuesta, huella string, err error)
	// Keep keeps an answer, and forgets those that are too old.
	Keep(k Clave, r Respuesta) error
}

// Setup writes configuration. Each call takes effect for Config at once and for
// everyone else when the transaction commits.
type Setup interface {
	SaveClinica(c Clinica, by Actor) error
	SaveOnline(o ReservaOnline, by Actor) error
	SaveSucursal(s Sucursal, by Actor) error
	SaveEspecialidad(e Especialidad, by Actor) error
	// SaveSillon also rewrites the live citas from today on that use the sillón
	// when Exclusivo changes; where they overlap the error is tope_sillon.
	SaveSillon(s Sillon, by Actor) error
	SaveProfesional(p Profesional, by Actor) error
	SaveEstado(e Estado, by Actor) error
	SavePrestacion(p Prestacion, by Actor) error
	// The Create calls give the id, from one counter for all three.
	CreateHorario(h Horario, by Actor) (HorarioID, error)
	CreateEspecial(e HorarioEspecial, by Actor) (HorarioID, error)
	CreateBloqueo(b HorarioBloqueado, by Actor) (HorarioID, error)
	// The Save calls write what has an id; KindNotFound when there is none.
	SaveHorario(h Horario, by Actor) error
	SaveEspecial(e HorarioEspecial, by Actor) error
	SaveBloqueo(b HorarioBloqueado, by Actor) error
	DeleteHorario(id HorarioID, by Actor) error
	DeleteEspecial(id HorarioID, by Actor) error
	DeleteBloqueo(id HorarioID, by Actor) error
	// SkipCitaIDs makes the next cita's id at least next.
	SkipCitaIDs(next CitaID) error
	// Reset makes a demo clinic as CreateClinica leaves one: all that it holds is
	// forgotten, the answers kept for repeated requests and the eventos too, and
	// ids begin anew; so does what is signed with the Clave of its ReservaOnline.
	// Its name and settings stay, and so do its tokens and the numbering of its
	// eventos. Any other clinic is KindForbidden.
	Reset(by Actor) error
}
