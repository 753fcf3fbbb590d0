package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresSession is a connection of the pool. What nobody waits for (BEGIN,
// inserts whose ids are known, savepoints) is queued and travels with the next
// statement that somebody does wait for: a round trip costs more than most
// statements.
type postgresSession struct {
	engine  *postgresEngine
	conn    *pgxpool.Conn
	timeout time.Duration // for each answer; 0 leaves it to the context

	queue    []posted
	sent     int   // how many of the transaction's statements are not in the queue any more
	dead     error // why the transaction can only be rolled back
	answered bool
	planned  bool // the transaction has plans of its own for composed queries
}

var _ session = (*postgresSession)(nil)

// posted is a statement in the queue.
type posted struct {
	name string
	text string
	args []any
}

// postedError is that of a statement which was queued, maybe by somebody else.
type postedError struct {
	name string
	err  error
}

func (e *postedError) Error() string { return e.name + ": " + e.err.Error() }
func (e *postedError) Unwrap() error { return e.err }

// brokenError is one after which the connection is of no use.
type brokenError struct{ err error }

func (e *brokenError) Error() string { return "connection broken: " + e.err.Error() }
func (e *brokenError) Unwrap() error { return e.err }

func (s *postgresSession) release() { s.conn.Release() }

func (s *postgresSession) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.conn.Conn().Close(ctx) // it may well be broken
	s.conn.Release()
}

func (s *postgresSession) used() bool     { return s.answered }
func (s *postgresSession) poisoned() bool { return s.dead != nil }

func (s *postgresSession) mark() int { return s.sent + len(s.queue) }

func (s *postgresSession) drop(mark int) bool {
	if s.sent > mark || s.dead != nil {
		return false
	}
	s.queue = s.queue[:mark-s.sent]
	return true
}

func (s *postgresSession) control(ctx context.Context, c control) error {
	text := postgresControl[c]
	statement := posted{text, text, nil}
	switch c {
	case beginWrite, beginRead, beginCheck:
		s.begin(c, statement)
		return nil
	case savepoint:
		s.queue = append(s.queue, statement)
		return nil
	case release:
		s.queue = append(s.queue, statement)
		return s.flush(ctx)
	case rollbackTo:
		aborted := s.dead != nil
		s.backToSavepoint(statement)
		if aborted {
			return s.flush(ctx)
		}
		return nil
	case commit:
		s.queue = append(s.queue, statement)
		return s.commit(ctx)
	default:
		return s.rollback(ctx, statement)
	}
}

func (s *postgresSession) begin(c control, statement posted) {
	s.queue, s.sent, s.dead, s.planned = append(s.queue[:0], statement), 0, nil, false
	if c == beginCheck {
		for _, setting := range []string{"SET LOCAL statement_timeout = 0", "SET LOCAL enable_seqscan = on", ownPlans} {
			s.queue = append(s.queue, posted{setting, setting, nil})
		}
	}
}

// backToSavepoint also forgets what was queued since; a savepoint that was not
// sent itself stays, to be gone back to.
func (s *postgresSession) backToSavepoint(statement posted) {
	s.dead = nil
	keep := 0
	for i, p := range s.queue {
		if p.name == postgresControl[savepoint] {
			keep = i + 1
		}
	}
	s.queue = append(s.queue[:keep], statement)
}

// commit tells by undone where it is certain that COMMIT was not carried out.
func (s *postgresSession) commit(ctx context.Context) error {
	if s.dead != nil {
		return &undone{s.dead}
	}
	s.warning() // of an earlier statement
	err := s.flush(ctx)
	if p, ok := errors.AsType[*postedError](err); ok && p.name != postgresControl[commit] && isAnswer(p.err) {
		return &undone{err}
	}
	if warning := s.warning(); err == nil && warning != "" {
		// It is committed here, but a standby that should have it may not.
		err = &brokenError{errors.New(warning)}
	}
	if err == nil {
		s.sent = 0
	}
	return err
}

// isAnswer tells whether the server refused a statement and lives on.
func isAnswer(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.SeverityUnlocalized == "ERROR"
}

func (s *postgresSession) rollback(ctx context.Context, statement posted) error {
	s.queue = s.queue[:0]
	if s.sent == 0 {
		return nil
	}
	s.queue, s.sent, s.dead = append(s.queue, statement), 0, nil
	return s.flush(ctx)
}

func (s *postgresSession) post(_ context.Context, name string, args []any) error {
	if s.dead != nil {
		return s.dead
	}
	s.queue = append(s.queue, posted{name, s.engine.texts[name], args})
	return nil
}

func (s *postgresSession) exec(ctx context.Context, name string, args []any) (int64, error) {
	s.queue = append(s.queue, posted{name, s.engine.texts[name], args})
	var tag pgconn.CommandTag
	err := s.send(ctx, func(last pgconn.CommandTag) { tag = last })
	return tag.RowsAffected(), err
}

// flush sends the queue and waits for all its answers.
func (s *postgresSession) flush(ctx context.Context) error {
	return s.send(ctx, func(pgconn.CommandTag) {})
}

// send is flush that tells the answer to the last statement.
func (s *postgresSession) send(ctx context.Context, last func(pgconn.CommandTag)) error {
	if s.dead != nil {
		return s.dead
	}
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	if len(s.queue) == 1 {
		p := s.queue[0]
		s.take()
		tag, err := s.conn.Exec(bounded, p.text, p.args...)
		last(tag)
		return s.note(ctx, named(p, err))
	}
	batch, queue := s.batch(), s.take()
	results := s.conn.SendBatch(bounded, batch)
	err := confirm(results, queue, last)
	if end := results.Close(); err == nil {
		err = end
	}
	return s.note(ctx, err)
}

// take empties the queue, and returns what was in it.
func (s *postgresSession) take() []posted {
	queue := s.queue
	s.sent += len(queue)
	s.queue = nil
	return queue
}

func (s *postgresSession) batch() *pgx.Batch {
	batch := &pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, 0, len(s.queue)+1)}
	for _, p := range s.queue {
		batch.Queue(p.text, p.args...)
	}
	return batch
}

// confirm reads the answers to what was queued.
func confirm(results pgx.BatchResults, queue []posted, last func(pgconn.CommandTag)) error {
	for _, p := range queue {
		tag, err := results.Exec()
		if err != nil {
			return named(p, err)
		}
		last(tag)
	}
	return nil
}

func named(p posted, err error) error {
	if err == nil {
		return nil
	}
	return &postedError{p.name, err}
}

// bounded is the context for one answer.
func (s *postgresSession) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, s.timeout)
}

// note remembers what an answer says of the transaction and the connection.
func (s *postgresSession) note(ctx context.Context, err error) error {
	if err == nil {
		s.answered = true
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		s.answered = true
		return err
	}
	_, refused := errors.AsType[*pgconn.PgError](err)
	switch {
	case refused && !s.conn.Conn().IsClosed():
		s.answered = true
	case refused: // and thrown out
	case ctx.Err() != nil:
	case s.conn.Conn().IsClosed():
		err = &brokenError{errors.New(err.Error())} // a context in it is not the caller's
	}
	s.dead = err
	return err
}

func (s *postgresSession) queryRow(ctx context.Context, name string, args []any, dest []any) error {
	if s.dead != nil {
		return s.dead
	}
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	text := s.engine.texts[name]
	if len(s.queue) == 0 {
		return s.note(ctx, s.conn.QueryRow(bounded, text, args...).Scan(dest...))
	}
	batch, queue := s.batch(), s.take()
	batch.Queue(text, args...)
	results := s.conn.SendBatch(bounded, batch)
	err := confirm(results, queue, func(pgconn.CommandTag) {})
	if err == nil {
		err = results.QueryRow().Scan(dest...)
	}
	if end := results.Close(); err == nil {
		err = end
	}
	return s.note(ctx, err)
}

func (s *postgresSession) query(ctx context.Context, name string, args []any) (rows, error) {
	return s.rows(ctx, s.engine.texts[name], args)
}

func (s *postgresSession) lateral() bool { return true }

// ownPlans lets composed queries be planned for their arguments: how many rows a
// page has and how many days a filter leaves decides which index is best.
const ownPlans = "SET LOCAL plan_cache_mode = force_custom_plan"

func (s *postgresSession) compose(ctx context.Context, text string, args []any) (rows, error) {
	if !s.planned {
		s.queue = append(s.queue, posted{ownPlans, ownPlans, nil})
		s.planned = true
	}
	return s.rows(ctx, text, args)
}

func (s *postgresSession) rows(ctx context.Context, text string, args []any) (rows, error) {
	if s.dead != nil {
		return nil, s.dead
	}
	bounded, cancel := s.bounded(ctx)
	r := &postgresRows{session: s, ctx: ctx, cancel: cancel}
	var err error
	if len(s.queue) == 0 {
		r.Rows, err = s.conn.Query(bounded, text, args...)
	} else {
		batch, queue := s.batch(), s.take()
		batch.Queue(text, args...)
		r.results = s.conn.SendBatch(bounded, batch)
		if err = confirm(r.results, queue, func(pgconn.CommandTag) {}); err == nil {
			r.Rows, err = r.results.Query()
		}
	}
	if err != nil {
		err = s.note(ctx, err)
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

// postgresRows are rows that may come behind the answers to a queue.
type postgresRows struct {
	pgx.Rows
	session *postgresSession
	results pgx.BatchResults // nil when nothing was queued
	ctx     context.Context  //nolint:containedctx // of the query whose rows these are
	cancel  context.CancelFunc
}

func (r *postgresRows) Err() error {
	if r.Rows == nil {
		return nil
	}
	return r.session.note(r.ctx, r.Rows.Err())
}

func (r *postgresRows) Close() error {
	if r.Rows != nil {
		r.Rows.Close()
	}
	if r.results != nil {
		_ = r.results.Close() // its error is that of a statement which was told
	}
	r.cancel()
	return nil
}

// warningKey is where a connection keeps the last warning it was given.
const warningKey = "tomahora.warning"

func noteWarning(conn *pgconn.PgConn, n *pgconn.Notice) {
	if last, ok := conn.CustomData()[warningKey].(*string); ok && n.SeverityUnlocalized == "WARNING" {
		*last = fmt.Sprintf("%s: %s", n.Message, n.Detail)
	}
}

// warning takes the last warning.
func (s *postgresSession) warning() string {
	last, ok := s.conn.Conn().PgConn().CustomData()[warningKey].(*string)
	if !ok {
		return ""
	}
	warning := *last
	*last = ""
	return warning
}

func (s *postgresSession) unhurry(ctx context.Context) error {
	s.timeout = 0
	rows, err := s.compose(ctx, "SELECT set_config(name, '0', true) FROM (VALUES ('statement_timeout'), ('idle_in_transaction_session_timeout')) AS v (name)", nil)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return errors.Join(rows.Err(), rows.Close())
}

// prove has nothing to do: the server tells by itself when it cannot write.
func (*postgresSession) prove(context.Context) error { return nil }
