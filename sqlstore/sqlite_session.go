package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/tomahora/tomahora"
)

// sqliteSession is one connection to an SQLite file with its prepared
// statements.
type sqliteSession struct {
	engine   *sqliteEngine
	home     chan<- *sqliteSession // where it is given back
	conn     *sql.Conn
	stmts    map[string]*sql.Stmt
	composed map[string]*sql.Stmt // by their text
}

var _ session = (*sqliteSession)(nil)

// newSession opens a connection, after a look of its own: it must not be to
// another file than the others are.
func (e *sqliteEngine) newSession(ctx context.Context, db *sql.DB, home chan<- *sqliteSession) (*sqliteSession, error) {
	if err := e.unmoved(); err != nil {
		return nil, tomahora.Unavailable(err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &sqliteSession{e, home, conn, map[string]*sql.Stmt{}, map[string]*sql.Stmt{}}, nil
}

func (s *sqliteSession) release() {
	s.home <- s
	s.engine.leave()
}

// close ends the connection; another takes its place.
func (s *sqliteSession) close() {
	s.end()
	s.home <- nil
	s.engine.leave()
}

func (s *sqliteSession) end() {
	forget(s.stmts)
	forget(s.composed)
	discard(s.conn)
}

// discard ends a connection instead of giving it back to its pool: what is
// closed here may be broken, or stand in the middle of a transaction.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}

// forget closes statements.
func forget(stmts map[string]*sql.Stmt) {
	for _, stmt := range stmts {
		_ = stmt.Close() // it was only read from, or its connection goes too
	}
	clear(stmts)
}

// Nothing is put off: every statement is done when it returns, and one that is
// refused leaves the transaction as it was.

func (s *sqliteSession) mark() int      { return 0 }
func (s *sqliteSession) drop(int) bool  { return false }
func (s *sqliteSession) used() bool     { return true }
func (s *sqliteSession) poisoned() bool { return false }

func (s *sqliteSession) post(ctx context.Context, name string, args []any) error {
	stmt, err := s.stmt(ctx, name)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(ctx, args...)
	return err
}

func (s *sqliteSession) control(ctx context.Context, c control) error {
	text := sqliteControl[c]
	stmt, ok := s.stmts[text]
	if !ok {
		var err error
		if stmt, err = s.prepare(ctx, s.stmts, text, text); err != nil {
			return err
		}
	}
	_, err := stmt.ExecContext(ctx)
	if err == nil && c == commit {
		if moved := s.engine.unmoved(); moved != nil {
			return tomahora.Unavailable(moved) // what was committed to another file is lost
		}
	}
	return err
}

func (s *sqliteSession) exec(ctx context.Context, name string, args []any) (int64, error) {
	stmt, err := s.stmt(ctx, name)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s *sqliteSession) queryRow(ctx context.Context, name string, args []any, dest []any) error {
	stmt, err := s.stmt(ctx, name)
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(ctx, args...).Scan(dest...)
}

func (s *sqliteSession) query(ctx context.Context, name string, args []any) (rows, error) {
	stmt, err := s.stmt(ctx, name)
	if err != nil {
		return nil, err
	}
	return rowsOf(stmt.QueryContext(ctx, args...))
}

func (s *sqliteSession) lateral() bool { return false }

// maxComposed bounds how many composed queries stay prepared. Clients ask in a
// few ways; one who asks in ever new ways must not fill the memory.
const maxComposed = 64

func (s *sqliteSession) compose(ctx context.Context, text string, args []any) (rows, error) {
	stmt, ok := s.composed[text]
	if !ok {
		if len(s.composed) >= maxComposed {
			forget(s.composed)
		}
		var err error
		if stmt, err = s.prepare(ctx, s.composed, text, text); err != nil {
			return nil, err
		}
	}
	return rowsOf(stmt.QueryContext(ctx, args...))
}

// rowsOf keeps a nil *sql.Rows from becoming rows that are not nil.
func rowsOf(r *sql.Rows, err error) (rows, error) {
	if err != nil {
		return nil, err
	}
	return r, nil
}

// stmt is the prepared statement of a query.
func (s *sqliteSession) stmt(ctx context.Context, name string) (*sql.Stmt, error) {
	if stmt, ok := s.stmts[name]; ok {
		return stmt, nil
	}
	text, err := queryText("sqlite", name)
	if err != nil {
		return nil, err
	}
	return s.prepare(ctx, s.stmts, name, text)
}

// prepare keeps a statement among stmts, under its name there.
func (s *sqliteSession) prepare(ctx context.Context, stmts map[string]*sql.Stmt, name, text string) (*sql.Stmt, error) {
	stmt, err := s.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", name, err)
	}
	stmts[name] = stmt
	return stmt, nil
}

func (s *sqliteSession) prove(ctx context.Context) error {
	_, err := s.conn.ExecContext(ctx, "PRAGMA user_version = 0")
	return err
}

// unhurry has nothing to do: no statement of SQLite's has a limit.
func (*sqliteSession) unhurry(context.Context) error { return nil }
