package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"runtime"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/tomahora/tomahora"
)

//go:embed migration/sqlite/*.sql
var sqliteMigrations embed.FS

// sqliteControl are SQLite's statements that bound transactions.
var sqliteControl = controlTexts{ //nolint:gochecknoglobals // a constant, if arrays could be
	beginWrite: "BEGIN IMMEDIATE",
	beginRead:  "BEGIN",
	commit:     "COMMIT",
	rollback:   "ROLLBACK",
	savepoint:  "SAVEPOINT member",
	release:    "RELEASE member",
	rollbackTo: "ROLLBACK TO member",
}

// sqliteEngine is a file with one writer and some readers.
type sqliteEngine struct {
	writers, readers        *sql.DB
	idleWriter, idleReaders chan *sqliteSession // nil entries are sessions yet to be opened
}

// pragmas bind every connection; busy_timeout is first, since the others may
// already have to wait.
const pragmas = "_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_pragma=cache_size(-32000)&_pragma=wal_autocheckpoint(16000)"

// readerPragmas let readers take pages from the system's memory as they are.
// Copying each into a cache of every connection is half the cost of a list whose
// rows lie scattered over a history.
const readerPragmas = pragmas + "&_pragma=mmap_size(1073741824)"

func openSQLite(ctx context.Context, file string, o Options) (*Store, error) {
	base := "file:" + (&url.URL{Path: file}).EscapedPath()
	writer, err := sql.Open("sqlite", base+"?"+pragmas+"&_pragma=journal_mode(WAL)")
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	if err := migrate(ctx, writer, o.NoMigrate); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, err), writer.Close())
	}
	reader, err := sql.Open("sqlite", base+"?mode=ro&"+readerPragmas)
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	n := 4 * runtime.GOMAXPROCS(0)
	e := &sqliteEngine{writer, reader, make(chan *sqliteSession, 1), make(chan *sqliteSession, n)}
	e.idleWriter <- nil
	for range n {
		e.idleReaders <- nil
	}
	return newStore(e, o, func(s *Store) writing { return startLane(s, defaultMaxBatch, 4*defaultMaxBatch) }), nil
}

func (e *sqliteEngine) writer(ctx context.Context) (session, error) {
	return borrow(ctx, e.writers, e.idleWriter)
}

func (e *sqliteEngine) reader(ctx context.Context) (session, error) {
	return borrow(ctx, e.readers, e.idleReaders)
}

// borrow waits for an idle session.
func borrow(ctx context.Context, db *sql.DB, idle chan *sqliteSession) (session, error) {
	var s *sqliteSession
	select {
	case s = <-idle:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s != nil {
		return s, nil
	}
	s, err := newSQLiteSession(ctx, db, idle)
	if err != nil {
		idle <- nil
		return nil, err
	}
	return s, nil
}

func (e *sqliteEngine) spares() int { return 0 }

// A file is served by one process. What others write, such as a command, is seen
// when the file is asked.

func (*sqliteEngine) announce(tomahora.ClinicaID, tomahora.EventoID) {}

func (*sqliteEngine) listen(context.Context, *slog.Logger, func(tomahora.ClinicaID, tomahora.EventoID)) {
}

func (e *sqliteEngine) close() error {
	for _, idle := range []chan *sqliteSession{e.idleWriter, e.idleReaders} {
		for range cap(idle) {
			if s := <-idle; s != nil {
				s.end()
			}
		}
	}
	return errors.Join(e.readers.Close(), e.writers.Close())
}

var errOldSchema = errors.New("the schema is older than this program; run `tomahora migrate`")

// migrate brings the schema up to date, or with check only tells whether it is.
func migrate(ctx context.Context, db *sql.DB, check bool) error {
	files, err := fs.Sub(sqliteMigrations, "migration/sqlite")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return err
	}
	if check {
		pending, err := provider.HasPending(ctx)
		if err == nil && pending {
			err = errOldSchema
		}
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// judge turns a driver's error into what a caller can use: one of our laws, a
// database that does not answer, or the error itself, which is a defect.
func (*sqliteEngine) judge(err error) (v verdict, mapped error) {
	driverErr, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return defect, err
	}
	switch driverErr.Code() {
	case sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		for _, law := range []tomahora.Code{tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon} {
			if strings.Contains(driverErr.Error(), string(law)) {
				return refused, lawError(law, err)
			}
		}
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		if strings.Contains(driverErr.Error(), "citas.id_atencion") {
			return refused, lawError(tomahora.CodeAtencionConCita, err)
		}
		if strings.Contains(driverErr.Error(), "pacientes.rut") {
			return refused, lawError(tomahora.CodePacienteExiste, err)
		}
	}
	switch driverErr.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		return refused, err
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN:
		return defect, tomahora.Unavailable(err)
	default:
		return defect, err
	}
}
