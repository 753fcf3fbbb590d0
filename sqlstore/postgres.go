package sqlstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/tomahora/tomahora"
)

//go:embed migration/postgres/*.sql
var postgresMigrations embed.FS

// postgresControl are PostgreSQL's statements that bound transactions. The
// isolation is told, because a role may have another default.
var postgresControl = controlTexts{ //nolint:gochecknoglobals // a constant, if arrays could be
	beginWrite: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
	beginRead:  "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	beginCheck: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	commit:     "COMMIT",
	rollback:   "ROLLBACK",
	savepoint:  "SAVEPOINT member",
	release:    "RELEASE SAVEPOINT member",
	rollbackTo: "ROLLBACK TO SAVEPOINT member",
}

// postgresBatch bounds the batches of a clinic, so that a hot one leaves the
// others their share of the pool.
const postgresBatch = 32

// Limits that keep a replica which is half dead from holding up a clinic, in
// PostgreSQL's spelling. What waits for a lock tries often enough to outlast a
// transaction whose owner no longer speaks.
const (
	lockTimeout       = "5s"
	idleInTransaction = "10s"
	statementTimeout  = "30s"
	tcpUserTimeout    = "15s"
)

// answerTimeout bounds how long a lane waits for one answer of the database: more
// than the database itself takes, unless it is gone.
const answerTimeout = time.Minute

// postgresEngine is a database behind a pool of connections, which all lanes and
// views share.
type postgresEngine struct {
	pool      *pgxpool.Pool
	texts     map[string]string // of the queries by their names
	announcer *announcer
}

func openPostgres(ctx context.Context, dbURL string, o Options) (*Store, error) {
	config, err := poolConfig(dbURL)
	if err != nil {
		return nil, err
	}
	outdated := false
	if o.ReadOnly {
		outdated, err = migratePostgresOutdated(ctx, config.ConnConfig)
		config.AfterConnect = prepareReadOnly
	} else {
		err = migratePostgres(ctx, config.ConnConfig, o.NoMigrate)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", redact(dbURL), err)
	}
	texts, err := queryTexts("postgres")
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", redact(dbURL), err)
	}
	s := newStore(&postgresEngine{pool: pool, texts: texts, announcer: startAnnouncer(pool)}, o, func(s *Store) writing { return newClinicLanes(s, postgresBatch) })
	s.outdated = outdated
	warnOfPlain(s.logger, dbURL, config.ConnConfig)
	return s, nil
}

// warnOfPlain says once, without the URL and its password, that what goes over the
// network may be in clear, where nobody said whether that is meant.
func warnOfPlain(logger *slog.Logger, dbURL string, c *pgx.ConnConfig) {
	u, err := url.Parse(dbURL)
	if err != nil || u.Query().Has("sslmode") || !fallsBackToPlain(c) {
		return
	}
	logger.Warn("the connections to the database are in clear where its server offers no TLS; write sslmode=verify-full into the URL, or sslmode=disable if the network between is trusted",
		"host", c.Host)
}

// fallsBackToPlain tells whether a connection to another machine is tried with TLS
// and then without, which nobody would notice. PGSSLMODE may have said otherwise.
func fallsBackToPlain(c *pgx.ConnConfig) bool {
	var encrypted, plain bool
	for _, f := range append(c.Fallbacks, &pgconn.FallbackConfig{Host: c.Host, TLSConfig: c.TLSConfig}) {
		if !onThisMachine(f.Host) {
			encrypted, plain = encrypted || f.TLSConfig != nil, plain || f.TLSConfig == nil
		}
	}
	return encrypted && plain
}

// onThisMachine tells whether a host is the folder of a socket, or a loopback.
func onThisMachine(host string) bool {
	if strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// migratePostgresOutdated tells whether the schema is older than the program. A
// database without one is an error.
func migratePostgresOutdated(ctx context.Context, conn *pgx.ConnConfig) (bool, error) {
	err := migratePostgres(ctx, conn, true)
	if errors.Is(err, errOldSchema) {
		return true, nil
	}
	return false, err
}

// poolConfig is what the store asks of a connection, where the URL says nothing
// else.
func poolConfig(dbURL string) (*pgxpool.Config, error) {
	u, err := url.Parse(dbURL)
	if err != nil {
		return nil, errors.New("the URL of the database cannot be read; spell it postgres://USER:PASSWORD@HOST/DATABASE, with what is special in a password as %XX")
	}
	config, err := pgxpool.ParseConfig(dbURL)
	if err != nil {
		return nil, fmt.Errorf("database %q: %w", redact(dbURL), errors.Unwrap(err))
	}
	if !u.Query().Has("pool_max_conns") {
		config.MaxConns = int32(4 * runtime.GOMAXPROCS(0)) //nolint:gosec // a machine has not that many cores
	}
	conn := config.ConnConfig
	if conn.ConnectTimeout == 0 {
		conn.ConnectTimeout = 10 * time.Second
	}
	settings := map[string]string{
		"application_name":                    "tomahora",
		"lock_timeout":                        lockTimeout,
		"idle_in_transaction_session_timeout": idleInTransaction,
		"statement_timeout":                   statementTimeout,
		// The queries are written for their indexes, so one plan is good for all
		// clinics, and need not be made again for every booking. On small tables
		// a scan may seem cheaper, but they grow.
		"plan_cache_mode": "force_generic_plan",
		"enable_seqscan":  "off",
		"jit":             "off",
	}
	if !strings.HasPrefix(conn.Host, "/") {
		settings["tcp_user_timeout"] = tcpUserTimeout
		dialer := &net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3}}
		conn.DialFunc = dialer.DialContext
	}
	for name, value := range settings {
		if _, ok := conn.RuntimeParams[name]; !ok {
			conn.RuntimeParams[name] = value
		}
	}
	conn.OnNotice = noteWarning
	// Behind a pooler another's LISTEN may have been on the same connection, and
	// what nobody takes would be kept.
	conn.OnNotification = func(*pgconn.PgConn, *pgconn.Notification) {}
	config.AfterConnect = prepareConnection
	return config, nil
}

// prepareConnection makes a new connection fit for a store. A commit that does
// not wait for the disk would be a lie to who is told of it.
func prepareConnection(ctx context.Context, conn *pgx.Conn) error {
	conn.PgConn().CustomData()[warningKey] = new(string)
	for name, oid := range map[string]uint32{"int2": pgtype.Int2OID, "int4": pgtype.Int4OID} {
		known, ok := conn.TypeMap().TypeForOID(oid)
		if ok {
			conn.TypeMap().RegisterType(&pgtype.Type{Name: name, OID: oid, Codec: flagCodec{known.Codec}})
		}
	}
	_, err := conn.Exec(ctx, "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
	return err
}

// prepareReadOnly makes every transaction of a connection one that reads. It is
// done here, and not asked for with the connection, since a URL may want one that
// can write, to find the primary among several servers.
func prepareReadOnly(ctx context.Context, conn *pgx.Conn) error {
	if err := prepareConnection(ctx, conn); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "SET default_transaction_read_only = on")
	return err
}

// migratePostgres brings the schema up to date, or with check only tells whether
// it is. Of replicas that start together one migrates and the others wait.
func migratePostgres(ctx context.Context, conn *pgx.ConnConfig, check bool) error {
	conn = conn.Copy()
	for _, name := range []string{"lock_timeout", "idle_in_transaction_session_timeout", "statement_timeout"} {
		conn.RuntimeParams[name] = "0" // a migration takes as long as it takes, whatever the role's own limits are
	}
	conn.RuntimeParams["enable_seqscan"] = "on"
	db := stdlib.OpenDB(*conn)
	defer db.Close()
	files, err := fs.Sub(postgresMigrations, "migration/postgres")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	pending, err := provider.HasPending(ctx)
	if err != nil || !pending {
		return err
	}
	if check {
		return errOldSchema
	}
	_, err = provider.Up(ctx)
	return err
}

// queryTexts are all queries of an engine by their names.
func queryTexts(engine string) (map[string]string, error) {
	names, err := fs.Glob(queryFiles, "query/*.sql")
	if err != nil {
		return nil, err
	}
	texts := make(map[string]string, len(names))
	for _, name := range names {
		name = strings.TrimSuffix(strings.TrimPrefix(name, "query/"), ".sql")
		if texts[name], err = queryText(engine, name); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func (e *postgresEngine) writer(ctx context.Context) (session, error) {
	return e.session(ctx, answerTimeout)
}

func (e *postgresEngine) reader(ctx context.Context) (session, error) { return e.session(ctx, 0) }

// reading counts the connections that write, too: they are of the same pool.
func (e *postgresEngine) reading() (all, inUse int) {
	stat := e.pool.Stat()
	return int(stat.MaxConns()), int(stat.AcquiredConns())
}

func (e *postgresEngine) session(ctx context.Context, timeout time.Duration) (session, error) {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	return &postgresSession{engine: e, conn: conn, timeout: timeout}, nil
}

// spares are all connections of the pool: a server that was restarted has broken
// each of them.
func (e *postgresEngine) spares() int { return int(e.pool.Config().MaxConns) }

func (e *postgresEngine) close() error {
	e.announcer.stop()
	e.pool.Close()
	return nil
}

// SQLSTATEs that say what to do.
const (
	stateExclusion     = "23P01"
	stateUnique        = "23505"
	stateSerialization = "40001"
	stateDeadlock      = "40P01"
	stateLockTimeout   = "55P03"
	stateCanceled      = "57014"
	stateReadOnly      = "25006"
	stateIdleTooLong   = "25P03"
)

// judge goes by SQLSTATE, and where that does not say which law it was, by the
// beginning of the constraint's name: a cluster adds a number to it.
func (*postgresEngine) judge(err error) (v verdict, mapped error) {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return judgeState(e, err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return defect, err
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	if _, broken := errors.AsType[*brokenError](err); broken || connecting {
		return lost, tomahora.Unavailable(err)
	}
	return defect, err
}

func judgeState(e *pgconn.PgError, err error) (v verdict, mapped error) {
	switch e.Code {
	case stateExclusion, stateUnique:
		return judgeConstraint(e.ConstraintName, err)
	case stateSerialization, stateDeadlock, stateLockTimeout:
		return again, tomahora.Unavailable(err)
	case stateCanceled, stateReadOnly, stateIdleTooLong:
		return lost, tomahora.Unavailable(err)
	}
	switch e.Code[:min(2, len(e.Code))] {
	case "23": // another constraint
		return refused, err
	case "08", "28", "3D", "53", "57", "58": // connection, login, database, resources, operator, system
		return lost, tomahora.Unavailable(err)
	default:
		return defect, err
	}
}

func judgeConstraint(name string, err error) (v verdict, mapped error) {
	for _, law := range []struct {
		prefix string
		code   tomahora.Code
	}{
		{"tope_profesional", tomahora.CodeTopeProfesional},
		{"tope_sillon", tomahora.CodeTopeSillon},
		{"citas_atencion", tomahora.CodeAtencionConCita},
		{"pacientes_rut", tomahora.CodePacienteExiste},
		{"usuarios_email", tomahora.CodeUsuarioExiste},
	} {
		if strings.HasPrefix(name, law.prefix) {
			return refused, lawError(law.code, err)
		}
	}
	for _, numbered := range []string{"clinicas_pkey", "tokens_pkey"} {
		if strings.HasPrefix(name, numbered) { // another replica took the number
			return again, tomahora.Unavailable(err)
		}
	}
	return refused, err
}
