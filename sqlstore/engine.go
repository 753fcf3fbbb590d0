package sqlstore

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
)

// Options of a store. The zero value of each field is usable but for Clock.
type Options struct {
	// Clock is the business clock, read once per transaction.
	Clock func() time.Time
	// Logger receives alarms: a law of the database that fired.
	Logger *slog.Logger
	// Observer hears of batches, commits and alarms; nil means that no one does.
	Observer Observer
	// MaxBatch bounds how many updates share one commit; 0 means 256 on SQLite
	// and 32 on PostgreSQL. It is there for measuring what grouping brings.
	MaxBatch int
	// MaxWaiting bounds how many updates, and apart from them how many reads,
	// may wait for the database; one more is KindUnavailable. 0 means 1024.
	MaxWaiting int
	// NoMigrate refuses a database whose schema is not current instead of
	// migrating it.
	NoMigrate bool
	// ReadOnly opens what is there for reading, without migrating it: also what
	// an older program has left. Updates fail.
	ReadOnly bool
}

func (o Options) maxWaiting() int64 {
	const defaultMaxWaiting = 1024
	if o.MaxWaiting <= 0 {
		return defaultMaxWaiting
	}
	return int64(o.MaxWaiting)
}

// Open opens the store a URL names: "sqlite:FILE" or "postgres://…".
func Open(ctx context.Context, dbURL string, o Options) (*Store, error) {
	scheme, rest, _ := strings.Cut(dbURL, ":")
	switch {
	case scheme == "sqlite" && rest != "":
		return openSQLite(ctx, rest, o)
	case scheme == "postgres" || scheme == "postgresql":
		return openPostgres(ctx, dbURL, o)
	default:
		return nil, fmt.Errorf("database %q is not of a kind this build knows; use sqlite:FILE or postgres://USER@HOST/DATABASE", redact(dbURL))
	}
}

// redact keeps a password out of messages.
func redact(dbURL string) string {
	u, err := url.Parse(dbURL)
	if err != nil {
		return "(unreadable URL)"
	}
	if q := u.Query(); q.Has("password") {
		q.Set("password", "xxxxx")
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}

// engine is a kind of database. What is not here is the same for all of them.
type engine interface {
	// writer gives a session for the updates of a lane, and reader one for a
	// view. They wait for one to be free until ctx ends. Who asked gives it back
	// by release, or by close where it is of no more use.
	writer(ctx context.Context) (session, error)
	reader(ctx context.Context) (session, error)
	// judge tells what an error of a session means.
	judge(err error) (v verdict, mapped error)
	// reading is how many read transactions may run at once, and how many do.
	reading() (all, inUse int)
	// spares is how many sessions there may be that broke while nobody used them.
	spares() int
	// announce tells other processes of a clinic's newest evento, soon after and
	// without being waited for.
	announce(id tomahora.ClinicaID, last tomahora.EventoID)
	// listen calls heard for what other processes announce, until ctx ends. That
	// nothing is heard says nothing: an announcement may be lost.
	listen(ctx context.Context, logger *slog.Logger, heard func(id tomahora.ClinicaID, last tomahora.EventoID))
	// close lets go of the database. Nobody holds a session any more.
	close() error
}

// verdict is what an error means for the transaction it happened in.
type verdict int

const (
	// defect is an error that is neither ours nor a constraint's: nothing more
	// may be done in the transaction.
	defect verdict = iota
	// refused is a constraint's answer to one statement.
	refused
	// again is a race that was lost against another transaction: the same may
	// well succeed in a new one.
	again
	// lost is a database that does not answer, or no longer does.
	lost
)

// session is one connection, on which one transaction runs at a time. It is used
// by one goroutine at a time.
type session interface {
	// control runs one of the statements that bound transactions.
	control(ctx context.Context, c control) error
	// exec runs a writing query and tells how many rows it changed.
	exec(ctx context.Context, name string, args []any) (int64, error)
	// post runs a writing query of which only an error matters. It may do so
	// later, with the next statement that has to be waited for, which then
	// returns the error.
	post(ctx context.Context, name string, args []any) error
	// queryRow reads one row into dest; sql.ErrNoRows when there is none.
	queryRow(ctx context.Context, name string, args []any, dest []any) error
	// query reads the rows of a query, and compose those of a composed text.
	query(ctx context.Context, name string, args []any) (rows, error)
	compose(ctx context.Context, text string, args []any) (rows, error)
	// lateral tells whether a composed text may use LATERAL.
	lateral() bool

	// mark is where the transaction stands, and drop takes back all that was
	// posted since. It tells whether that was possible: whether none of it was
	// sent yet.
	mark() int
	drop(mark int) bool
	// used tells whether the connection has answered since it was asked for.
	used() bool
	// poisoned tells whether a statement that was refused has ended the
	// transaction, but for its rollback.
	poisoned() bool

	// unhurry lets the transaction take as long as it takes, as one does that
	// waits for a file.
	unhurry(ctx context.Context) error

	// prove makes the disk take a write, where it is this program that writes to
	// it.
	prove(ctx context.Context) error

	release()
	close()
}

// rows are the rows of a query. They have to be closed before the session is
// used again.
type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// control is a statement that bounds transactions.
type control int

const (
	beginWrite control = iota
	beginRead
	beginCheck // as beginRead, for as long as it takes
	commit
	rollback
	savepoint
	release
	rollbackTo
)

// controlTexts are the statements of an engine by control.
type controlTexts [rollbackTo + 1]string

// undone is an error of commit after which it is certain that nothing was
// committed. After any other nobody knows.
type undone struct{ err error }

func (u *undone) Error() string { return u.err.Error() }
func (u *undone) Unwrap() error { return u.err }

//go:embed query
var queryFiles embed.FS

// queryText is the SQL of a query by its name, as an engine words it.
func queryText(engine, name string) (string, error) {
	text, err := queryFiles.ReadFile("query/" + engine + "/" + name + ".sql")
	if err != nil {
		text, err = queryFiles.ReadFile("query/" + name + ".sql")
	}
	if err != nil {
		return "", fmt.Errorf("no query named %s: %w", name, err)
	}
	if engine == "sqlite" {
		return blind(string(text)), nil
	}
	return string(text), nil
}

// blind hides what parameters are from SQLite's planner, by a plus sign. It would
// look whether one is the constant of a partial index (viva = 1), and prepare the
// statement again, at the price of many runs, whenever one changes to 1 or from it.
func blind(text string) string { return strings.ReplaceAll(text, "$", "+$") }

// lawError is the problem a caller knows the law by.
func lawError(law tomahora.Code, cause error) *tomahora.Error {
	fields := map[tomahora.Code]string{
		tomahora.CodeTopeProfesional: "hora_inicio",
		tomahora.CodeTopeSillon:      "id_sillon",
		tomahora.CodeAtencionConCita: "id_atencion",
		tomahora.CodePacienteExiste:  "rut",
		tomahora.CodeUsuarioExiste:   "email",
	}
	e := tomahora.Invalid(law, fields[law])
	e.Err = cause
	return e
}
