package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
)

// clinica is the locked row of a clinic: its counters and configuration as the
// transaction has them so far.
type clinica struct {
	version                                   int64
	cita, paciente, atencion, horario, evento int64
	reserva                                   int64
	reservasHasta                             int64            // when the last of all reservas runs out
	cfg                                       *tomahora.Config // nil: to be loaded
	changed                                   bool             // version is not committed yet: cfg must not be published
	eventos                                   []evento         // to be written with the counters
}

// evento is one line of the outbox, as the arguments of evento_create.
type evento []any

// tx is a transaction on one clinic: a member of a batch, or a reader's.
type tx struct {
	store   *Store
	session session
	ctx     context.Context //nolint:containedctx // a closure uses only its Tx, so the context travels in it
	now     time.Time
	batch   *batchTx // nil in a read
	id      tomahora.ClinicaID
	clinica *clinica
	saved   clinica       // as it was when the member began
	first   bool          // this member brought the clinic into the batch
	made    bool          // this member made the clinic
	wrote   bool          // a writing query was run or posted
	failed  error         // first error that is neither ours nor a constraint's
	verdict verdict       // what it means
	refused error         // first refusal by a constraint
	gone    error         // why the caller no longer wants it, though it has begun
	alarm   tomahora.Code // the law that refused what the rules let through
	agendas *agendaMemory // what a read found kept in memory; nil until it looked

	importing bool // the rows are somebody else's, so a law that fires is no alarm
}

var (
	_ tomahora.Tx    = (*tx)(nil)
	_ tomahora.Setup = (*tx)(nil)
)

func (t *tx) Now() time.Time                  { return t.now }
func (t *tx) Citas() tomahora.Citas           { return citas{t} }
func (t *tx) Pacientes() tomahora.Pacientes   { return pacientes{t} }
func (t *tx) Atenciones() tomahora.Atenciones { return atenciones{t} }
func (t *tx) Reservas() tomahora.Reservas     { return reservas{t} }
func (t *tx) Respuestas() tomahora.Respuestas { return respuestas{t} }
func (t *tx) Eventos() tomahora.Eventos       { return eventos{t} }
func (t *tx) Webhooks() tomahora.Webhooks     { return webhooks{t} }
func (t *tx) Usuarios() tomahora.Usuarios     { return usuarios{t} }
func (t *tx) Tokens() tomahora.Tokens         { return tokens{t} }
func (t *tx) Setup() tomahora.Setup           { return t }

// Config is the configuration in force. Should loading it fail, the transaction
// fails at its end and an empty one is returned meanwhile.
func (t *tx) Config() *tomahora.Config {
	if t.clinica.cfg == nil {
		if err := t.loadConfig(); err != nil {
			t.fail(err, defect)
			return &tomahora.Config{}
		}
	}
	return t.clinica.cfg
}

// enter makes a clinic the transaction's own, for reading.
func (t *tx) enter(id tomahora.ClinicaID) error {
	c := &clinica{}
	if err := t.readClinica("clinica_version", id, &c.version, &c.reservasHasta); err != nil {
		return err
	}
	t.id, t.clinica = id, c
	return t.loadConfig()
}

// lock makes a clinic the transaction's own, for writing. The row is locked once
// per batch; its counters are written back when the batch commits.
func (t *tx) lock(id tomahora.ClinicaID) error {
	c, ok := t.batch.clinicas[id]
	if !ok {
		c = &clinica{}
		err := t.readClinica("clinica_lock", id, &c.version, &c.cita, &c.paciente, &c.atencion, &c.horario, &c.evento, &c.reserva, &c.reservasHasta)
		if err != nil {
			return err
		}
	}
	return t.adopt(id, c, !ok)
}

// adopt makes a locked row the transaction's own; first tells that it is new to
// the batch.
func (t *tx) adopt(id tomahora.ClinicaID, c *clinica, first bool) error {
	t.batch.clinicas[id] = c
	t.id, t.clinica, t.saved, t.first = id, c, *c, first
	if c.cfg == nil {
		return t.loadConfig()
	}
	return nil
}

// readClinica reads columns of a clinic's own row.
func (t *tx) readClinica(query string, id tomahora.ClinicaID, dest ...any) error {
	err := t.queryRow(query, []any{id}, dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return tomahora.NotFound("la clínica")
	}
	return err
}

// restore takes back what the member did to the shared row. The lock itself is
// lost where it goes with a savepoint.
func (t *tx) restore() {
	switch {
	case t.clinica == nil:
	case t.made || t.first && t.batch.savepoints:
		delete(t.batch.clinicas, t.id)
	default:
		*t.clinica = t.saved
	}
}

// fail remembers an error that ends the transaction.
func (t *tx) fail(err error, v verdict) {
	if t.failed == nil {
		t.failed, t.verdict = err, v
	}
}

// judge maps a statement's error and remembers what it means.
func (t *tx) judge(name string, err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if p, ok := errors.AsType[*postedError](err); ok {
		name = p.name
	}
	v, mapped := t.store.engine.judge(err)
	mapped = fmt.Errorf("%s: %w", name, mapped)
	if v != refused {
		t.fail(mapped, v)
		return mapped
	}
	if t.refused == nil {
		t.refused = mapped
	}
	if law := tomahora.ProblemsOf(mapped); law != nil && !t.importing && !judges(name, law[0].Code) {
		t.alarm = law[0].Code
	}
	return mapped
}

// report raises the alarm, once it is certain that the member is not run again.
func (t *tx) report() {
	if t.alarm != "" {
		t.store.logger.Error("a law of the database refused what the rules let through",
			"law", string(t.alarm), "id_clinica", int64(t.id))
		t.store.observer.Alarm(t.alarm)
	}
}

// judges tells whether a query leaves a law to the database on purpose, so that a
// refusal is an answer and no alarm.
func judges(name string, law tomahora.Code) bool {
	return law == tomahora.CodePacienteExiste || law == tomahora.CodeUsuarioExiste || name == setExclusiva
}

// errReadOnly is a defect of a closure.
var errReadOnly = errors.New("a write in a view")

// writes tells that a writing query follows.
func (t *tx) writes() error {
	if t.batch == nil {
		t.fail(errReadOnly, defect)
		return errReadOnly
	}
	t.wrote = true
	return nil
}

// exec runs a writing query and tells how many rows it changed.
func (t *tx) exec(name string, args ...any) (int64, error) {
	if err := t.writes(); err != nil {
		return 0, err
	}
	n, err := t.session.exec(t.ctx, name, args)
	return n, t.judge(name, err)
}

// post runs a writing query, now or later: an error may come with a later query
// or with the commit.
func (t *tx) post(name string, args ...any) error {
	if err := t.writes(); err != nil {
		return err
	}
	return t.judge(name, t.session.post(t.ctx, name, args))
}

// execRow runs a writing query that answers with one row, as queryRow does.
func (t *tx) execRow(name string, args []any, dest ...any) error {
	if err := t.writes(); err != nil {
		return err
	}
	return t.queryRow(name, args, dest...)
}

// queryRow reads one row into dest; sql.ErrNoRows when there is none.
func (t *tx) queryRow(name string, args []any, dest ...any) error {
	return t.judge(name, t.session.queryRow(t.ctx, name, args, dest))
}

// scanner reads the columns of one row.
type scanner func(dest ...any) error

// collect reads all rows of a query.
func collect[T any](t *tx, name string, args []any, scan func(scanner) (T, error)) ([]T, error) {
	rows, err := t.session.query(t.ctx, name, args)
	return gather(t, name, rows, err, scan)
}

// gather reads all rows of a query that was sent, unless that failed.
func gather[T any](t *tx, name string, rows rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, t.judge(name, err)
	}
	defer rows.Close() //nolint:errcheck // what can go wrong is in Err
	var list []T
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, t.judge(name, err)
		}
		list = append(list, v)
	}
	return list, t.judge(name, rows.Err())
}

// one reads the only row of a query; what names the noun that was not found.
func one[T any](t *tx, name string, args []any, what string, scan func(scanner) (T, error)) (T, error) {
	v, err := scan(func(dest ...any) error { return t.queryRow(name, args, dest...) })
	if errors.Is(err, sql.ErrNoRows) {
		return v, tomahora.NotFound(what)
	}
	return v, err
}

// The actions of an Evento.
const (
	created  = string(tomahora.Created)
	modified = string(tomahora.Modified)
	deleted  = string(tomahora.Deleted)
)

// record appends to the outbox; campos are the wire names of what was modified.
// The lines of a batch are written together, in its transaction; those of a
// member that fails go with it.
func (t *tx) record(by tomahora.Actor, accion, entidad string, id int64, campos ...string) {
	t.clinica.evento++
	t.clinica.eventos = append(t.clinica.eventos, evento{
		t.id, t.clinica.evento, micros(t.now), string(by), accion, entidad, id, strings.Join(campos, ","),
	})
}

// micros is an instant as it is stored; the zero time is 0.
func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// column reads a stored value into a domain value.
type column[S, D any] struct {
	dest *D
	read func(S) (D, error)
}

// Scan implements sql.Scanner.
func (c column[S, D]) Scan(src any) error {
	stored, ok := src.(S)
	if !ok {
		return fmt.Errorf("stored value is %T, not %T", src, stored)
	}
	v, err := c.read(stored)
	*c.dest = v
	return err
}

func instant(dest *time.Time) sql.Scanner {
	return column[int64, time.Time]{dest, func(us int64) (time.Time, error) {
		if us == 0 {
			return time.Time{}, nil
		}
		return time.UnixMicro(us).UTC(), nil
	}}
}

// fecha reads a date; the empty text is none.
func fecha(dest *tomahora.Fecha) sql.Scanner {
	return column[string, tomahora.Fecha]{dest, func(s string) (tomahora.Fecha, error) {
		if s == "" {
			return tomahora.Fecha{}, nil
		}
		return tomahora.ParseFecha(s)
	}}
}
