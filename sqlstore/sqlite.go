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
	"os"
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
	beginCheck: "BEGIN",
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
	files                   *files              // nil: nobody watches them
	logger                  *slog.Logger
	reopened                func() // hears that another database may have taken the place of this
}

// pragmas bind every connection; busy_timeout is first, since the others may
// already have to wait.
const pragmas = "_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_pragma=cache_size(-32000)&_pragma=wal_autocheckpoint(16000)"

// writerPragmas cut a log that grew while somebody read for long, such as a
// backup, back to the size it has anyway before it is emptied into the file:
// wal_autocheckpoint pages of 4 KiB. What a statement would have to undo, of a
// batch in one transaction, stays in memory rather than in a file.
const writerPragmas = pragmas + "&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(65536000)&_pragma=temp_store(MEMORY)"

// sqliteURI is how the driver takes a file and the parameters it is opened with.
func sqliteURI(file, parameters string) string {
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + parameters
}

func openSQLite(ctx context.Context, file string, o Options) (*Store, error) {
	if o.ReadOnly {
		return openSQLiteReadOnly(ctx, file, o)
	}
	before, _ := os.Stat(file) // nil where there is none yet
	if before == nil {
		if err := makePrivate(file); err != nil {
			return nil, fmt.Errorf("open %s: %w", file, err)
		}
	}
	reader, err := sql.Open("sqlite", sqliteURI(file, "mode=ro&"+pragmas))
	if err != nil {
		return nil, err
	}
	writer, err := openWriter(ctx, file, o.NoMigrate)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, err), reader.Close())
	}
	watched, err := watchFiles(ctx, file, reader)
	if err == nil {
		err = unmoved(file, before)
	}
	if err != nil {
		if watched != nil {
			watched.weigh()
		}
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, err), reader.Close(), writer.Close())
	}
	return newSQLiteStore(writer, reader, watched, o), nil
}

// makePrivate makes an empty file for its owner alone, whatever the umask is:
// SQLite would let everyone read it. It gives the files beside it the same
// permissions.
func makePrivate(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// openWriter migrates the file, or makes it, and returns a pool that never makes
// one: a file that is gone later must not come back empty.
func openWriter(ctx context.Context, file string, noMigrate bool) (*sql.DB, error) {
	maker, err := sql.Open("sqlite", sqliteURI(file, writerPragmas))
	if err != nil {
		return nil, err
	}
	maker.SetMaxOpenConns(1)
	if err := migrate(ctx, maker, noMigrate); err != nil {
		return nil, errors.Join(err, maker.Close())
	}
	if err := maker.Close(); err != nil {
		return nil, err
	}
	writer, err := sql.Open("sqlite", sqliteURI(file, "mode=rw&"+writerPragmas))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	return writer, nil
}

func newSQLiteStore(writer, reader *sql.DB, watched *files, o Options) *Store {
	n := 4 * runtime.GOMAXPROCS(0)
	e := &sqliteEngine{writers: writer, readers: reader, idleWriter: make(chan *sqliteSession, 1), idleReaders: make(chan *sqliteSession, n), files: watched}
	e.idleWriter <- nil
	for range n {
		e.idleReaders <- nil
	}
	s := newStore(e, o, func(s *Store) writing {
		e.logger, e.reopened = s.logger, s.snapshots.forget
		return startLane(s, defaultMaxBatch, int(s.maxWaiting))
	})
	return s
}

func (e *sqliteEngine) writer(ctx context.Context) (session, error) {
	return e.borrow(ctx, e.writers, e.idleWriter)
}

func (e *sqliteEngine) reader(ctx context.Context) (session, error) {
	return e.borrow(ctx, e.readers, e.idleReaders)
}

func (e *sqliteEngine) reading() (all, inUse int) {
	all = cap(e.idleReaders)
	return all, all - len(e.idleReaders)
}

// borrow waits for an idle session, which stands inside the gate of the files
// until it is given back.
func (e *sqliteEngine) borrow(ctx context.Context, db *sql.DB, idle chan *sqliteSession) (session, error) {
	if err := e.enter(ctx); err != nil {
		return nil, tomahora.Unavailable(err)
	}
	s, err := e.idle(ctx, db, idle)
	if err != nil {
		e.leave()
		return nil, err
	}
	return s, nil
}

func (e *sqliteEngine) idle(ctx context.Context, db *sql.DB, idle chan *sqliteSession) (*sqliteSession, error) {
	var s *sqliteSession
	select {
	case s = <-idle:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s != nil {
		return s, nil
	}
	s, err := e.newSession(ctx, db, idle)
	if err != nil {
		idle <- nil
	}
	return s, err
}

func (e *sqliteEngine) spares() int { return 0 }

// A file is served by one process. What others write, such as a command, is seen
// when the file is asked.

func (*sqliteEngine) announce(tomahora.ClinicaID, tomahora.EventoID) {}

func (*sqliteEngine) listen(context.Context, *slog.Logger, func(tomahora.ClinicaID, tomahora.EventoID)) {
}

func (e *sqliteEngine) close() error {
	if e.files != nil {
		e.files.gate.Lock()
		defer e.files.gate.Unlock()
		if err := e.files.check(context.Background()); err != nil && !errors.Is(err, errChanged) {
			e.endIdle(e.idleWriter) // first, so that the log stays: it is all there is of what a bad file lacks
		}
	}
	e.endIdle(e.idleReaders)
	if e.files != nil {
		e.files.weigh()
	}
	e.endIdle(e.idleWriter)
	return errors.Join(e.readers.Close(), e.writers.Close())
}

// endIdle ends the sessions that come back to a channel, and waits for all of
// them.
func (e *sqliteEngine) endIdle(idle chan *sqliteSession) {
	for range cap(idle) {
		if s := <-idle; s != nil {
			s.end()
		}
	}
	for range cap(idle) {
		idle <- nil
	}
}

var errOldSchema = errors.New("the schema is older than this program; run `tomahora migrate`")

// migrations are those of SQLite.
func migrations(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(sqliteMigrations, "migration/sqlite")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files)
}

// migrate brings the schema up to date, or with check only tells whether it is.
func migrate(ctx context.Context, db *sql.DB, check bool) error {
	provider, err := migrations(db)
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
func (e *sqliteEngine) judge(err error) (v verdict, mapped error) {
	if tomahora.KindOf(err) == tomahora.KindUnavailable {
		return lost, err // judged by the files
	}
	v, mapped = judgeSQLite(err)
	if v == defect && e.files != nil {
		if moved := e.unmoved(); moved != nil { // the database was not itself
			return lost, tomahora.Unavailable(moved)
		}
	}
	return v, mapped
}

func judgeSQLite(err error) (v verdict, mapped error) {
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
		if strings.Contains(driverErr.Error(), "usuarios.email") {
			return refused, lawError(tomahora.CodeUsuarioExiste, err)
		}
	}
	switch driverErr.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		return refused, err
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL,
		sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PERM:
		return defect, tomahora.Unavailable(err)
	default:
		return defect, err
	}
}
