package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"fmt"
)

//go:embed query/*.sql
var queryFiles embed.FS

// queryText is the SQL of a query by its name.
func queryText(name string) (string, error) {
	text, err := queryFiles.ReadFile("query/" + name + ".sql")
	if err != nil {
		return "", fmt.Errorf("no query named %s: %w", name, err)
	}
	return string(text), nil
}

// session is one connection with its prepared statements. It is used by one
// goroutine at a time.
type session struct {
	conn     *sql.Conn
	stmts    map[string]*sql.Stmt
	composed map[string]*sql.Stmt // by their text
}

func newSession(ctx context.Context, db *sql.DB) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{conn, map[string]*sql.Stmt{}, map[string]*sql.Stmt{}}, nil
}

// close ends the connection.
func (s *session) close() {
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

// The statements that bound transactions, which are not queries of their own.
const (
	beginWrite = "BEGIN IMMEDIATE"
	beginRead  = "BEGIN"
	commit     = "COMMIT"
	rollback   = "ROLLBACK"
	savepoint  = "SAVEPOINT member"
	release    = "RELEASE member"
	rollbackTo = "ROLLBACK TO member"
)

// control runs one of the statements above.
func (s *session) control(ctx context.Context, text string) error {
	stmt, ok := s.stmts[text]
	if !ok {
		var err error
		if stmt, err = s.prepare(ctx, s.stmts, text, text); err != nil {
			return err
		}
	}
	_, err := stmt.ExecContext(ctx)
	return err
}

// stmt is the prepared statement of a query.
func (s *session) stmt(ctx context.Context, name string) (*sql.Stmt, error) {
	if stmt, ok := s.stmts[name]; ok {
		return stmt, nil
	}
	text, err := queryText(name)
	if err != nil {
		return nil, err
	}
	return s.prepare(ctx, s.stmts, name, text)
}

// maxComposed bounds how many composed queries stay prepared. Clients ask in a
// few ways; one who asks in ever new ways must not fill the memory.
const maxComposed = 64

// composedStmt is the prepared statement of a composed text.
func (s *session) composedStmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := s.composed[text]; ok {
		return stmt, nil
	}
	if len(s.composed) >= maxComposed {
		forget(s.composed)
	}
	return s.prepare(ctx, s.composed, text, text)
}

// prepare keeps a statement among stmts, under its name there.
func (s *session) prepare(ctx context.Context, stmts map[string]*sql.Stmt, name, text string) (*sql.Stmt, error) {
	stmt, err := s.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", name, err)
	}
	stmts[name] = stmt
	return stmt, nil
}
