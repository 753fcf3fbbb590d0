// Command tomahora serves and looks after clinics.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // so that zones are known on machines without them

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
)

// version is set by the build.
var version = "devel" //nolint:gochecknoglobals // the linker writes it

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // also: check found something
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// cli is the command line. Flags win over TOMAHORA_… in the environment, which
// wins over the file that --config names.
type cli struct {
	Config kong.ConfigFlag `help:"YAML or JSON file with flags by name." placeholder:"FILE"`

	Demo    demoCmd    `cmd:"" help:"Serve a demo clinic, with throw-away data and the token \"demo\"."`
	Serve   serveCmd   `cmd:"" help:"Serve the clinics of a database."`
	Migrate migrateCmd `cmd:"" help:"Bring the schema of a database up to date."`
	Check   checkCmd   `cmd:"" help:"Check a database: its integrity, and that no citas overlap. Exits 1 on findings."`
	Clinica clinicaCmd `cmd:"" help:"Create, list and set up clinics."`
	Token   tokenCmd   `cmd:"" help:"Create, list and revoke API tokens."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// environment is what commands need of the world.
type environment struct {
	ctx    context.Context //nolint:containedctx // the program's own, handed to one command
	stdout io.Writer
	stderr io.Writer
	logger *slog.Logger
}

// exitCode is how kong's wish to exit travels out of Parse.
type exitCode int

// run is the program without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if p := recover(); p != nil {
			wish, ok := p.(exitCode)
			if !ok {
				panic(p)
			}
			code = int(wish)
		}
	}()
	var c cli
	parser, err := kong.New(&c,
		kong.Name("tomahora"),
		kong.Description("Open scheduling server for clinics: speaks the Medilink v5 API and never double-books."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(exitCode(code)) }),
		kong.DefaultEnvars("TOMAHORA"),
		kong.Configuration(loadConfig),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return report(stderr, err)
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "tomahora: %v\nRun `tomahora --help` for usage.\n", err)
		return exitUsage
	}
	env := &environment{ctx: ctx, stdout: stdout, stderr: stderr, logger: newLogger(stderr)}
	return report(stderr, command.Run(env))
}

// errFindings makes the program exit 1 without a further word.
var errFindings = errors.New("findings")

func report(stderr io.Writer, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFindings):
		return exitFailed
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "tomahora: %v\n", err)
		return exitUsage
	default:
		fmt.Fprintf(stderr, "tomahora: %v\n", err)
		return exitFailed
	}
}

// usageError is a command line that cannot be carried out as it stands.
type usageError struct{ error }

func newLogger(w io.Writer) *slog.Logger {
	if f, ok := w.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return slog.New(slog.NewTextHandler(w, nil))
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}

// database is the --db of every command that needs one.
type database struct {
	DB string `required:"" name:"db" help:"Database, as sqlite:FILE or postgres://USER@HOST/DATABASE." placeholder:"URL"`
}

func (d database) open(env *environment, o sqlstore.Options) (*sqlstore.Store, error) {
	o.Logger = env.logger
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return sqlstore.Open(env.ctx, d.DB, o)
}

// with opens the database, hands it to fn, and closes it again.
func (d database) with(env *environment, fn func(*sqlstore.Store) error) error {
	store, err := d.open(env, sqlstore.Options{})
	if err != nil {
		return err
	}
	return errors.Join(fn(store), store.Close())
}

type migrateCmd struct {
	database
	output
	Citus bool `help:"Also spread the clinics over the nodes of a Citus cluster (PostgreSQL with the extension citus). Done twice, it does nothing."`
}

func (c migrateCmd) Run(env *environment) error {
	return c.with(env, func(store *sqlstore.Store) error {
		said := "the schema is up to date"
		if c.Citus {
			if err := store.Distribute(env.ctx); err != nil {
				return err
			}
			said += ", and the clinics are spread by id_clinica"
		}
		return c.print(env, struct {
			Migrated bool `json:"migrated"`
		}{true}, said)
	})
}

type checkCmd struct {
	database
	output
}

func (c checkCmd) Run(env *environment) error {
	return c.with(env, func(store *sqlstore.Store) error {
		findings, err := store.Check(env.ctx)
		if err != nil {
			return err
		}
		if len(findings) == 0 {
			return c.print(env, checked{[]sqlstore.Finding{}}, "the database is sound and no citas overlap")
		}
		lines := make([]any, len(findings))
		for i, f := range findings {
			lines[i] = f
		}
		return errors.Join(c.print(env, checked{findings}, lines...), errFindings)
	})
}

type checked struct {
	Findings []sqlstore.Finding `json:"findings"`
}

type versionCmd struct{ output }

func (c versionCmd) Run(env *environment) error {
	return c.print(env, struct {
		Version string `json:"version"`
	}{version}, "tomahora "+version)
}

// findClinica tells a wrong --clinica before anything else goes wrong with it.
func findClinica(env *environment, store tomahora.Store, id tomahora.ClinicaID) error {
	err := store.View(env.ctx, id, func(tomahora.Tx) error { return nil })
	if tomahora.KindOf(err) == tomahora.KindNotFound {
		return fmt.Errorf("there is no clinica %d; `tomahora clinica list` shows those there are", id)
	}
	return err
}
