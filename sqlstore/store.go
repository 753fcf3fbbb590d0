package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
	writer    *sql.DB
	reader    *sql.DB
	readers   chan *session // nil entries are sessions yet to be opened
	lane      *lane
	snapshots snapshots

	files *files // watched by us; nil where the engine is a server

	// proof is a statement that has to write to the disk, for Ping.
	proof string

	maxWaiting int64
	waiting    atomic.Int64 // reads that want a session
	closing    chan struct{}
	closed     sync.Once
}

var _ tomahora.Store = (*Store)(nil)

func newStore(writer, reader *sql.DB, readers int, o Options) *Store {
	s := &Store{
		clock:     o.Clock,
		logger:    o.Logger,
		writer:    writer,
		reader:    reader,
		readers:   make(chan *session, readers),
		snapshots: snapshots{known: map[tomahora.ClinicaID]*tomahora.Config{}},

		maxWaiting: int64(o.maxWaiting()),
		closing:    make(chan struct{}),
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	for range readers {
		s.readers <- nil
	}
	s.lane = startLane(s, o)
	return s
}

// Close commits what is queued and closes the database.
func (s *Store) Close() error {
	s.closed.Do(func() { close(s.closing) })
	s.lane.stop()
	if s.files != nil {
		s.files.gate.Lock()
		defer s.files.gate.Unlock()
		if err := s.files.check(context.Background()); err != nil && !errors.Is(err, errChanged) {
			s.lane.close() // first, so that the log stays: it is all there is of what a bad file lacks
		}
	}
	for range cap(s.readers) {
		if session := <-s.readers; session != nil {
			session.close()
		}
	}
	if s.files != nil {
		s.files.weigh()
	}
	s.lane.close()
	return errors.Join(s.reader.Close(), s.writer.Close())
}

// closeReaders closes the readers' sessions that nobody uses.
func (s *Store) closeReaders() {
	for range len(s.readers) {
		if session := <-s.readers; session != nil {
			session.close()
		}
		s.readers <- nil
	}
}

// Ping tells whether the database can be read and written. Where a write has
// failed, it writes itself, so that a disk that is full is told from one that
// was.
func (s *Store) Ping(ctx context.Context) error {
	err := s.read(ctx, func(t *tx) error {
		var one int
		return t.queryRow("ping", nil, &one)
	})
	if err != nil {
		return err
	}
	return s.lane.do(ctx, func(t *tx) error {
		if s.proof == "" || !s.lane.ill.Load() {
			return nil
		}
		if err := t.session.control(t.ctx, s.proof); err != nil {
			t.fail(unavailable(err))
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

// Update runs a closure in the lane.
func (s *Store) Update(ctx context.Context, id tomahora.ClinicaID, fn func(tomahora.Tx) error) error {
	return s.lane.do(ctx, func(t *tx) error {
		if err := t.lock(id); err != nil {
			return err
		}
		return fn(t)
	})
}

// read runs fn in a read transaction of one of the reader sessions, and puts
// nil back for a session that is of no more use.
func (s *Store) read(ctx context.Context, fn func(*tx) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	reader, err := s.takeReader(ctx)
	if err != nil {
		return err
	}
	// Deferred, because fn may end its goroutine, as t.Fatal does in a test.
	defer func() { s.readers <- reader }()
	if reader == nil {
		if reader, err = s.newSession(ctx, s.reader); err != nil {
			return unavailable(err)
		}
	}
	if err := reader.control(ctx, beginRead); err != nil {
		reader.close()
		reader = nil
		return unavailable(err)
	}
	t := &tx{store: s, session: reader, ctx: ctx, now: s.now()}
	defer func() {
		// The transaction must end even when the request's context already has.
		err := reader.control(context.WithoutCancel(ctx), rollback)
		if err != nil || tomahora.KindOf(t.failed) == tomahora.KindUnavailable {
			reader.close()
			reader = nil
		}
	}()
	return s.explain(t, t.run(fn))
}

// explain blames the database for what went wrong while it was not itself.
func (s *Store) explain(t *tx, err error) error {
	if t.failed == nil || tomahora.KindOf(err) != tomahora.KindInternal {
		return err
	}
	if moved := s.unmoved(); moved != nil {
		t.failed = moved
		return moved
	}
	return err
}

// takeReader waits for a reader session, or for the right to open one (nil). No
// more than maxWaiting wait.
func (s *Store) takeReader(ctx context.Context) (*session, error) {
	select {
	case reader := <-s.readers:
		return reader, nil
	default:
	}
	defer s.waiting.Add(-1)
	if s.waiting.Add(1) > s.maxWaiting {
		return nil, errBusy()
	}
	select {
	case reader := <-s.readers:
		return reader, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.closing:
		return nil, tomahora.Unavailable(errors.New("the store is closing"))
	}
}

// errBusy answers who would be one too many in a queue: a queue that only grows
// serves nobody in time.
func errBusy() error {
	return tomahora.Unavailable(errors.New("too many requests are waiting for the database"))
}

// unavailable is for failures to reach the database at all.
func unavailable(err error) error {
	if mapped, _ := mapError(err); tomahora.ProblemsOf(mapped) != nil {
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
	err := s.lane.do(ctx, func(t *tx) error {
		err := t.execRow("clinica_create", []any{
			c.Nombre, c.Zona, c.ExigirAtencion, c.RechazarPasado, c.EsDemo, micros(t.now),
		}, &id)
		if err != nil {
			return err
		}
		if err := t.adopt(id, &clinica{version: 1, changed: true}, true); err != nil {
			return err
		}
		for _, e := range tomahora.EstadosIniciales() {
			if err := t.SaveEstado(e, tomahora.Sistema); err != nil {
				return err
			}
		}
		return nil
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
	var id tomahora.TokenID
	err := s.lane.do(ctx, func(t *tx) error {
		if err := t.lock(token.IDClinica); err != nil {
			return err
		}
		return t.execRow("token_create", []any{token.IDClinica, token.Nombre, hash, token.Lectura, micros(t.now)}, &id)
	})
	return id, err
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
	return s.lane.do(ctx, func(t *tx) error {
		n, err := t.exec("token_revoke", micros(t.now), id)
		if err == nil && n == 0 {
			return tomahora.NotFound("el token")
		}
		return err
	})
}

// Finding is something `check` found wrong.
type Finding struct {
	Law       string             `json:"law"`
	IDClinica tomahora.ClinicaID `json:"id_clinica,omitempty"`
	Citas     []tomahora.CitaID  `json:"citas,omitempty"`
	Detail    string             `json:"detail,omitempty"`
}

func (f Finding) String() string {
	if f.Detail != "" {
		return f.Law + ": " + f.Detail
	}
	return fmt.Sprintf("%s: clinica %d, citas %v", f.Law, f.IDClinica, f.Citas)
}

// Check reads the whole database: its integrity, and every pair of citas that
// the laws forbid. A sound database has no findings.
func (s *Store) Check(ctx context.Context) ([]Finding, error) {
	var findings []Finding
	err := s.read(ctx, func(t *tx) error {
		integrity, err := collect(t, "check_integrity", nil, scanIntegrity)
		if err != nil {
			return err
		}
		findings = append(findings, integrity...)
		orphans, err := collect(t, "check_references", nil, scanOrphan)
		if err != nil {
			return err
		}
		findings = append(findings, orphans...)
		for _, law := range []tomahora.Code{
			tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon, tomahora.CodeAtencionConCita,
		} {
			pairs, err := collect(t, "check_"+string(law), nil, func(scan scanner) (Finding, error) {
				f := Finding{Law: string(law), Citas: make([]tomahora.CitaID, 2)}
				return f, scan(&f.IDClinica, &f.Citas[0], &f.Citas[1])
			})
			if err != nil {
				return err
			}
			findings = append(findings, pairs...)
		}
		return nil
	})
	return findings, err
}

func scanIntegrity(scan scanner) (Finding, error) {
	f := Finding{Law: "integrity"}
	return f, scan(&f.Detail)
}

func scanOrphan(scan scanner) (Finding, error) {
	f := Finding{Law: "references"}
	var parent string
	err := scan(&f.Detail, &parent)
	f.Detail += " names a row that " + parent + " does not have"
	return f, err
}
