package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/internal/pgtest"
	"github.com/tomahora/tomahora/sqlstore"
)

// postgres makes a new database on the run's own server.
func (b *bench) postgres(ctx context.Context) (database, error) {
	name, err := b.pg.NewDatabase(ctx, "")
	if err != nil {
		return database{}, err
	}
	url := b.pg.URL(name)
	return database{
		url: url, driver: "pgx", dsn: url,
		settle: "ANALYZE",
		fecha: func(date, days string) string {
			return "to_char(CAST(" + date + " AS date) + (" + days + "), 'YYYY-MM-DD')"
		},
		epoch: func(date string) string { return "CAST(extract(epoch FROM CAST(" + date + " AS date)) AS bigint)" },
	}, nil
}

// withPostgres runs a part of the run beside a PostgreSQL server.
func (b *bench) withPostgres(ctx context.Context, fn func(context.Context) error) (err error) {
	// As an operator sets it on a machine of some gigabytes; all else is as it comes.
	b.pg, err = pgtest.Start(ctx, "shared_buffers=512MB", "max_wal_size=8GB")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.pg.Close()) }()
	return fn(ctx)
}

// chainClinicas is how many clinics a chain has. It shares no divisor with ten, so
// that each has attempts of every kind.
const chainClinicas = 1001

// A clinic of the chain is a small one.
const (
	chainProfesionales = 5
	chainPacientes     = 50
	chainStock         = 400 // atenciones of each, more than a run uses up
)

// chainConflict is how far back the attempt lies whose slot is asked for again, in
// the same clinic.
const chainConflict = 3 * chainClinicas

// chain is many clinics in one database.
type chain struct {
	database
	next atomic.Int64
}

// newChain makes the first clinic through the store, and copies it.
func (b *bench) newChain(ctx context.Context) (*chain, error) {
	db, err := b.postgres(ctx)
	if err != nil {
		return nil, err
	}
	c := &chain{database: db}
	store, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	id, err := store.CreateClinica(ctx, tomahora.Clinica{Nombre: "Banco de pruebas", Zona: "America/Santiago"})
	if err == nil {
		err = store.Update(ctx, id, func(tx tomahora.Tx) error { return setUpWith(tx, chainProfesionales) })
	}
	if err := errors.Join(err, store.Close()); err != nil {
		return nil, err
	}
	return c, c.copies(ctx)
}

func (c *chain) open(ctx context.Context) (*sqlstore.Store, error) {
	return sqlstore.Open(ctx, c.url, sqlstore.Options{Clock: time.Now})
}

// attempt is the n-th, of clinic 1 + n % chainClinicas.
func (c *chain) attempt(n int64) (tomahora.ClinicaID, attempt) {
	place := n
	if n%10 == 9 && n > chainConflict {
		place -= chainConflict
	}
	k, own := place/chainClinicas, n/chainClinicas
	slot := int(k / chainProfesionales)
	return tomahora.ClinicaID(1 + n%chainClinicas), attempt{
		profesional: int(1 + k%chainProfesionales),
		fecha:       firstDay().AddDays(slot / daySlots),
		inicio:      tomahora.Hora(slot % daySlots * intervalo),
		paciente:    1 + own%chainPacientes,
		atencion:    1 + own,
	}
}

// bookings measures bookings over all clinics.
func (c *chain) bookings(name string, callers int, s *sqlstore.Store) *measurement {
	return &measurement{name: name, callers: callers, cpu: ownCPU, open: func(_ context.Context, n int) ([]caller, func(), error) {
		return repeat(func(ctx context.Context) (bool, error) {
			id, a := c.attempt(c.next.Add(1) - 1)
			solicitud := a.solicitud(true)
			return answered(s.Update(ctx, id, func(tx tomahora.Tx) error {
				_, err := agenda.Agendar(tx, actor, solicitud)
				return err
			}))
		}, n), func() {}, nil
	}}
}

// rawSingles measures what PostgreSQL can do at most with one INSERT a
// transaction, into the same table without its laws and foreign keys.
func (c *chain) rawSingles(name string, callers, connections int) *measurement {
	return &measurement{name: name, callers: callers, cpu: ownCPU, open: func(ctx context.Context, n int) ([]caller, func(), error) {
		config, err := pgxpool.ParseConfig(c.url)
		if err != nil {
			return nil, nil, err
		}
		config.MaxConns = int32(connections)
		pool, err := pgxpool.NewWithConfig(ctx, config)
		if err != nil {
			return nil, nil, err
		}
		call := func(ctx context.Context) (bool, error) {
			i := c.next.Add(1) - 1
			id, a := c.attempt(i)
			now := time.Now().UnixMicro()
			_, err := pool.Exec(ctx, insertCita, int64(id), i+1, a.profesional, sucursal, sillon, a.fecha.String(), int64(a.inicio), int64(a.inicio)+intervalo,
				a.paciente, i+1, 7, 0, comment, 1, 0, 0, 0, now, now, now, 1, string(actor), 0)
			return err == nil, err
		}
		return repeat(call, n), pool.Close, nil
	}}
}

// measurePostgres books in PostgreSQL over many clinics and in one, beside raw
// inserts.
func (b *bench) measurePostgres(ctx context.Context) (err error) {
	many, err := b.newChain(ctx)
	if err != nil {
		return fmt.Errorf("chain: %w", err)
	}
	raw, err := b.newChain(ctx)
	if err != nil {
		return err
	}
	if err := raw.strip(ctx); err != nil {
		return err
	}
	db, err := b.postgres(ctx)
	if err != nil {
		return err
	}
	hot, err := b.newClinic(ctx, db, pacientes)
	if err != nil {
		return err
	}
	manyStore, err := many.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, manyStore.Close()) }()
	hotStore, err := hot.open(ctx, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, hotStore.Close()) }()
	at1 := many.bookings("booking over 1,000 clinics", 1, manyStore)
	at64 := many.bookings("booking over 1,000 clinics", 64, manyStore)
	inHot := hot.bookings("booking in one hot clinic", 64, hotStore, true)
	cores := runtime.GOMAXPROCS(0)
	rawAt1 := raw.rawSingles("raw single INSERT, no check", 1, 1)
	rawFew := raw.rawSingles(fmt.Sprintf("raw single INSERT, no check, %d connections", 4*cores), 64, 4*cores)
	rawMany := raw.rawSingles("raw single INSERT, no check, 64 connections", 64, 64)
	if err := measure(ctx, b.rounds, b.duration, at1, rawAt1, rawFew, at64, rawMany, inHot); err != nil {
		return err
	}
	b.out.measurements("Bookings in PostgreSQL, in process, on disk when answered; the server on the same cores", "callers", at1, at64, inHot, rawAt1, rawFew, rawMany)
	b.compare(ratio{name: "PostgreSQL booking ÷ raw single INSERT, 64 callers over 1,000 clinics", got: min(at64.over(rawFew), at64.over(rawMany)), must: 0.3, aim: 0.6})
	b.compare(ratio{name: "PostgreSQL: one hot clinic ÷ 1,000 clinics, 64 callers", got: inHot.over(at64), must: 0.3, aim: 1.0})
	return audits(ctx, map[*clinic][]*measurement{hot: {inHot}})
}
