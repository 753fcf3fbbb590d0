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
	// MaxBatch bounds how many updates share one commit; 0 means 256. It is
	// there for measuring what grouping brings.
	MaxBatch int
	// MaxWaiting bounds how many updates, and apart from them how many reads,
	// may wait for the database; one more is KindUnavailable. 0 means 1024.
	MaxWaiting int
	// NoMigrate refuses a database whose schema is not current instead of
	// migrating it.
	NoMigrate bool
}

func (o Options) maxWaiting() int {
	const defaultMaxWaiting = 1024
	if o.MaxWaiting <= 0 {
		return defaultMaxWaiting
	}
	return o.MaxWaiting
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

const writerPragmas = pragmas + "&_pragma=journal_mode(WAL)"

func openSQLite(ctx context.Context, file string, o Options) (*Store, error) {
	base := "file:" + (&url.URL{Path: file}).EscapedPath()
	reader, err := sql.Open("sqlite", base+"?mode=ro&"+pragmas)
	if err != nil {
		return nil, err
	}
	writer, err := openWriter(ctx, base, o.NoMigrate)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, err), reader.Close())
	}
	watched, err := watchFiles(ctx, file, reader)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, err), reader.Close(), writer.Close())
	}
	s := newStore(writer, reader, 4*runtime.GOMAXPROCS(0), o)
	s.files, s.proof = watched, "PRAGMA user_version = 0"
	return s, nil
}

// openWriter migrates the file, or makes it, and returns a pool that never makes
// one: a file that is gone later must not come back empty.
func openWriter(ctx context.Context, base string, noMigrate bool) (*sql.DB, error) {
	maker, err := sql.Open("sqlite", base+"?"+writerPragmas)
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
	writer, err := sql.Open("sqlite", base+"?mode=rw&"+writerPragmas)
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	return writer, nil
}

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
		sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL,
		sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PERM:
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
