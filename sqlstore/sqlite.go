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
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/tomahora/tomahora"
)

//go:embed migration/sqlite/*.sql
var sqliteMigrations embed.FS

// Options of a store. The zero value of each field is usable but for Clock.
type Options struct {
	// Clock is the business clock, read once per transaction.
	Clock func() time.Time
	// Logger receives alarms: a law of the database that fired.
	Logger *slog.Logger
	// Observer hears of batches, commits and alarms; nil means that no one does.
	Observer Observer
	// MaxBatch bounds how many updates share one commit; 0 means 256. It is
	// there for measuring what grouping brings.
	MaxBatch int
	// NoMigrate refuses a database whose schema is not current instead of
	// migrating it.
	NoMigrate bool
	// ReadOnly opens what is there for reading, without migrating it: also what
	// an older program has left. Updates fail.
	ReadOnly bool
}

// Open opens the store a URL names: "sqlite:FILE".
func Open(ctx context.Context, dbURL string, o Options) (*Store, error) {
	file, ok := strings.CutPrefix(dbURL, "sqlite:")
	if !ok || file == "" {
		return nil, fmt.Errorf("database %q is not of a kind this build knows; use sqlite:FILE", redact(dbURL))
	}
	return openSQLite(ctx, file, o)
}

// redact keeps a password out of messages.
func redact(dbURL string) string {
	if u, err := url.Parse(dbURL); err == nil {
		return u.Redacted()
	}
	return "(unreadable URL)"
}

// pragmas bind every connection; busy_timeout is first, since the others may
// already have to wait.
const pragmas = "_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_pragma=cache_size(-32000)&_pragma=wal_autocheckpoint(16000)"

// readerPragmas let readers take pages from the system's memory as they are.
// Copying each into a cache of every connection is half the cost of a list whose
// rows lie scattered over a history.
const readerPragmas = pragmas + "&_pragma=mmap_size(1073741824)"

// sqliteURI is how the driver takes a file and the parameters it is opened with.
func sqliteURI(file, parameters string) string {
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + parameters
}

func openSQLite(ctx context.Context, file string, o Options) (*Store, error) {
	if o.ReadOnly {
		return openSQLiteReadOnly(ctx, file, o)
	}
	before, _ := os.Stat(file) // nil where there is none yet
	writer, err := sql.Open("sqlite", sqliteURI(file, pragmas+"&_pragma=journal_mode(WAL)"))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	err = migrate(ctx, writer, o.NoMigrate)
	if err == nil {
		err = unmoved(file, before)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, err), writer.Close())
	}
	reader, err := sql.Open("sqlite", sqliteURI(file, "mode=ro&"+readerPragmas))
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	return newStore(writer, reader, 4*runtime.GOMAXPROCS(0), o), nil
}

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
			err = errors.New("the schema is older than this program; run `tomahora migrate`")
		}
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// mapError turns a driver's error into what a caller can use: one of our laws,
// a database that does not answer, or the error itself, which is a defect.
// Constraint tells that only the statement failed and the transaction lives.
func mapError(err error) (mapped error, constraint bool) {
	driverErr, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err, false
	}
	switch driverErr.Code() {
	case sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		for _, law := range []tomahora.Code{tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon} {
			if strings.Contains(driverErr.Error(), string(law)) {
				return lawError(law, err), true
			}
		}
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		if strings.Contains(driverErr.Error(), "citas.id_atencion") {
			return lawError(tomahora.CodeAtencionConCita, err), true
		}
		if strings.Contains(driverErr.Error(), "pacientes.rut") {
			return lawError(tomahora.CodePacienteExiste, err), true
		}
	}
	switch driverErr.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		return err, true
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN:
		return tomahora.Unavailable(err), false
	default:
		return err, false
	}
}

// lawError is the problem a caller knows the law by.
func lawError(law tomahora.Code, cause error) *tomahora.Error {
	fields := map[tomahora.Code]string{
		tomahora.CodeTopeProfesional: "hora_inicio",
		tomahora.CodeTopeSillon:      "id_sillon",
		tomahora.CodeAtencionConCita: "id_atencion",
		tomahora.CodePacienteExiste:  "rut",
	}
	e := tomahora.Invalid(law, fields[law])
	e.Err = cause
	return e
}
