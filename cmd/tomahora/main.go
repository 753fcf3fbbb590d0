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
	Check   checkCmd   `cmd:"" help:"Check a database, also one that is being served: its integrity, and that no citas overlap. Exits 1 on findings."`
	Backup  backupCmd  `cmd:"" help:"Copy a SQLite database into one checked file, also while it is being served."`
	Restore restoreCmd `cmd:"" help:"Make a SQLite database from a backup, after checking it."`
	Clinica clinicaCmd `cmd:"" help:"Create, list and set up clinics."`
	Token   tokenCmd   `cmd:"" help:"Create, list and revoke API tokens."`
	Usuario usuarioCmd `cmd:"" help:"Create, list and disable the users of the web, and set their passwords."`
	Export  exportCmd  `cmd:"" help:"Write all of a clinic to a file, to move it to another database."`
	Import  importCmd  `cmd:"" help:"Bring in a clinic that was exported, whole or not at all."`
	Webhook webhookCmd `cmd:"" help:"Create, list, test and revoke webhooks, and look after their deliveries."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// environment is what commands need of the world.
type environment struct {
	ctx    context.Context //nolint:containedctx // the program's own, handed to one command
	stdin  *os.File
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
	env := &environment{ctx: ctx, stdin: os.Stdin, stdout: stdout, stderr: stderr, logger: newLogger(stderr)}
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

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

func newLogger(w io.Writer) *slog.Logger {
	if isTerminal(w) {
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
	store, err := c.open(env, sqlstore.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // it was only read from
	findings, err := store.Check(env.ctx, env.progress())
	if err != nil {
		return err
	}
	if len(findings) == 0 {
		return c.print(env, checked{[]sqlstore.Finding{}, store.Outdated()}, "the database is sound and no citas overlap"+outdatedNote(store.Outdated()))
	}
	return errors.Join(c.printFindings(env, findings, store.Outdated()), errFindings)
}

// printFindings prints them, a line for each.
func (o output) printFindings(env *environment, findings []sqlstore.Finding, outdated bool) error {
	lines := make([]any, len(findings))
	for i, f := range findings {
		lines[i] = f
	}
	return o.print(env, checked{findings, outdated}, lines...)
}

// outdatedNote says what was left out of the check of an older schema.
func outdatedNote(outdated bool) string {
	if !outdated {
		return ""
	}
	return "; its schema is older than this program, so only the file and the laws were looked at"
}

// progress tells a person at a terminal what a check is looking at, and no one
// else.
func (e *environment) progress() func(step, steps int, what string) {
	if !isTerminal(e.stderr) {
		return nil
	}
	return func(step, steps int, what string) { fmt.Fprintf(e.stderr, "%d/%d %s\n", step, steps, what) }
}

type checked struct {
	Findings []sqlstore.Finding `json:"findings"`
	Outdated bool               `json:"outdated,omitempty"` // only the file and the laws were looked at
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
