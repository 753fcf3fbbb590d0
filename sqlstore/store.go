package sqlstore

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tomahora/tomahora"
)

// Store is a tomahora.Store on an SQL database.
type Store struct {
	clock     func() time.Time
	logger    *slog.Logger
	observer  Observer
	maxBatch  int // 0 for the engine's own
	engine    engine
	writing   writing
	snapshots snapshots
	outdated  bool        // the schema is older than this program's
	ill       atomic.Bool // the last write failed for want of a database

	maxWaiting                   int64
	updatesWaiting, readsWaiting atomic.Int64
	closing                      atomic.Bool
	watches                      watches
	agendas                      agendas
}

var _ tomahora.Store = (*Store)(nil)

// writing is how updates get into transactions.
type writing interface {
	// do runs an update of a clinic, 0 for what is of none, and returns when it
	// is committed. A caller whose context ends may leave while the closure has
	// not started.
	do(ctx context.Context, id tomahora.ClinicaID, fn func(*tx) error) error
	// queued is how many updates no lane has taken yet.
	queued() int
	// stop refuses new updates, finishes the queued ones, and waits for that.
	stop()
}

func newStore(e engine, o Options, start func(*Store) writing) *Store {
	s := &Store{
		clock:     o.Clock,
		logger:    o.Logger,
		observer:  o.Observer,
		maxBatch:  o.MaxBatch,
		engine:    e,
		snapshots: snapshots{known: map[tomahora.ClinicaID]*tomahora.Config{}},

		maxWaiting: o.maxWaiting(),
		watches:    watches{clinicas: map[tomahora.ClinicaID]*watched{}},
		agendas:    newAgendas(),
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.observer == nil {
		s.observer = unobserved{}
	}
	s.writing = start(s)
	return s
}

// Close ends all watches, commits what is queued and closes the database.
func (s *Store) Close() error {
	s.closing.Store(true)
	s.watches.close()
	s.writing.stop()
	return s.engine.close()
}

// Ping tells whether the database can be read and written. Where a write has
// failed, it writes itself, so that a disk that is full is told from one that
// was.
func (s *Store) Ping(ctx context.Context) error {
	err := s.read(ctx, func(t *tx) error {
		var clinicas int
		return t.queryRow("ping", []any{1}, &clinicas)
	})
	if err != nil {
		return err
	}
	return s.writing.do(ctx, 0, func(t *tx) error {
		if !s.ill.Load() {
			return nil
		}
		if err := t.session.prove(t.ctx); err != nil {
			t.fail(s.unavailable(err), lost)
		}
		return t.failed
	})
}

// View reads one consistent state of a clinic.
func (s *Store) View(ctx context.Context, id tomahora.ClinicaID, fn func(tomahora.Tx) error) error {
	return s.read(ctx, func(t *tx) error {
		if err := t.enter(id); err != nil {
			return err
		}
		return fn(t)
	})
}

// Update runs a closure in a lane.
func (s *Store) Update(ctx context.Context, id tomahora.ClinicaID, fn func(tomahora.Tx) error) error {
	return s.writing.do(ctx, id, func(t *tx) error {
		if err := t.lock(id); err != nil {
			return err
		}
		// The row may have been another's for a while, and the caller gone.
		if t.gone = ctx.Err(); t.gone != nil {
			return t.gone
		}
		return fn(t)
	})
}

// read runs fn in a read transaction. A session that broke while nobody used it
// is no reason to fail.
func (s *Store) read(ctx context.Context, fn func(*tx) error) error {
	return s.readIn(ctx, beginRead, fn)
}

// readIn is read in a transaction of a kind.
func (s *Store) readIn(ctx context.Context, begin control, fn func(*tx) error) error {
	for spares := s.engine.spares(); ; spares-- {
		stale, err := s.readOnce(ctx, begin, fn)
		if !stale || spares <= 0 {
			return err
		}
	}
}

// readOnce also tells whether the session was broken before fn got anything.
func (s *Store) readOnce(ctx context.Context, begin control, fn func(*tx) error) (stale bool, err error) {
	reader, err := s.takeReader(ctx)
	if err != nil {
		return false, err
	}
	if err := reader.control(ctx, begin); err != nil {
		reader.close()
		return false, s.unavailable(err)
	}
	t := &tx{store: s, session: reader, ctx: ctx, now: s.now()}
	// Deferred, because fn may end its goroutine, as t.Fatal does in a test.
	defer func() {
		// The transaction must end even when the request's context already has.
		if err := reader.control(context.WithoutCancel(ctx), rollback); err != nil || t.verdict == lost {
			reader.close()
			return
		}
		reader.release()
	}()
	err = t.run(fn)
	return t.verdict == lost && !reader.used() && ctx.Err() == nil, err
}

// takeReader waits for a session to read in, where no more than maxWaiting do.
func (s *Store) takeReader(ctx context.Context) (session, error) {
	if s.closing.Load() {
		return nil, tomahora.Unavailable(errors.New("the store is closing"))
	}
	defer s.readsWaiting.Add(-1)
	if s.readsWaiting.Add(1) > s.maxWaiting {
		return nil, errBusy()
	}
	reader, err := s.engine.reader(ctx)
	if err != nil {
		return nil, s.unavailable(err)
	}
	return reader, nil
}

// errBusy answers who would be one too many in a queue: a queue that only grows
// serves nobody in time.
func errBusy() error {
	return tomahora.Unavailable(errors.New("too many requests are waiting for the database"))
}

// unavailable is for failures to reach the database at all.
func (s *Store) unavailable(err error) error {
	if _, mapped := s.engine.judge(err); tomahora.ProblemsOf(mapped) != nil {
		return mapped
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return tomahora.Unavailable(err)
}

// now is the business time, to the microsecond that is stored.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// snapshots are the configurations in memory, by clinic.
type snapshots struct {
	mu    sync.RWMutex
	known map[tomahora.ClinicaID]*tomahora.Config
}

// get returns nil unless this very version is in memory.
func (s *snapshots) get(id tomahora.ClinicaID, version int64) *tomahora.Config {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if cfg, ok := s.known[id]; ok && cfg.Version() == version {
		return cfg
	}
	return nil
}

// put publishes a configuration; it must be one that was committed.
func (s *snapshots) put(id tomahora.ClinicaID, cfg *tomahora.Config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[id] = cfg
}

// forget drops what is known, where another database takes the place of this.
func (s *snapshots) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.known)
}

// CreateClinica makes a clinic with its initial estados.
func (s *Store) CreateClinica(ctx context.Context, c tomahora.Clinica) (tomahora.ClinicaID, error) {
	if _, err := tomahora.NewConfig(0, tomahora.Plan{Clinica: c}); err != nil {
		return 0, err
	}
	var id tomahora.ClinicaID
	err := s.writing.do(ctx, 0, func(t *tx) error {
		if err := t.queryRow("clinica_next", nil, &id); err != nil {
			return err
		}
		_, err := t.exec("clinica_create", id, c.Nombre, c.Zona, c.ExigirAtencion, c.RechazarPasado, c.EsDemo, micros(t.now))
		if err != nil {
			return err
		}
		t.made = true
		if err := t.adopt(id, &clinica{version: 1, changed: true}, true); err != nil {
			return err
		}
		return t.saveEstadosIniciales()
	})
	return id, err
}

// Clinicas lists all clinics.
func (s *Store) Clinicas(ctx context.Context) ([]tomahora.Clinica, error) {
	var list []tomahora.Clinica
	err := s.read(ctx, func(t *tx) (err error) {
		list, err = collect(t, "clinica_list", nil, scanClinica)
		return err
	})
	return list, err
}

func scanClinica(scan scanner) (c tomahora.Clinica, err error) {
	err = scan(&c.ID, &c.Nombre, &c.Zona, &c.ExigirAtencion, &c.RechazarPasado, &c.EsDemo)
	return c, err
}

// TokenByHash finds a token in force.
func (s *Store) TokenByHash(ctx context.Context, hash []byte) (tomahora.Token, error) {
	var token tomahora.Token
	err := s.read(ctx, func(t *tx) (err error) {
		token, err = one(t, "token_by_hash", []any{hash}, "el token", scanToken)
		return err
	})
	return token, err
}

func scanToken(scan scanner) (t tomahora.Token, err error) {
	err = scan(&t.ID, &t.IDClinica, &t.Nombre, &t.Lectura, instant(&t.Creado), instant(&t.Revocado))
	return t, err
}

// CreateToken keeps a token.
func (s *Store) CreateToken(ctx context.Context, token tomahora.Token, hash []byte) (tomahora.TokenID, error) {
	err := s.writing.do(ctx, token.IDClinica, func(t *tx) error {
		if err := t.lock(token.IDClinica); err != nil {
			return err
		}
		return t.createToken(&token, hash)
	})
	return token.ID, err
}

// Tokens lists all tokens.
func (s *Store) Tokens(ctx context.Context) ([]tomahora.Token, error) {
	var list []tomahora.Token
	err := s.read(ctx, func(t *tx) (err error) {
		list, err = collect(t, "token_list", nil, scanToken)
		return err
	})
	return list, err
}

// RevokeToken ends a token.
func (s *Store) RevokeToken(ctx context.Context, id tomahora.TokenID) error {
	return s.writing.do(ctx, 0, func(t *tx) error {
		n, err := t.exec("token_revoke", micros(t.now), id)
		if err == nil && n == 0 {
			return tomahora.NotFound("el token")
		}
		return err
	})
}
