// Command bench measures how fast this machine books: in the store, over HTTP,
// and beside the machine's own limits, so that the ratios say something
// wherever it runs. `make bench` builds the server and runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/internal/pgtest"
)

// options are the flags.
type options struct {
	binary        string        // the server to measure; "" leaves out what needs one
	dir           string        // where the temporary files go
	history       int64         // old citas of the larger clinic
	rounds        int           // how often each measurement is taken
	duration      time.Duration // of one measurement
	cpuProfile    string        // where a CPU profile of bookings in the store goes; "" takes none
	serverProfile string        // where a CPU profile of a server that books goes; "" takes none
	serverLog     string        // where the servers' logs go
	engine        string        // "sqlite", "postgres", or "" for both
	only          string        // the part to measure, "" for all
	report        string        // the Markdown file to write, "" for none
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "", "the tomahora `program` to measure; without it only the store is")
	flag.StringVar(&o.dir, "dir", "", "measure the disk of this `folder` (default: the system's temporary folder)")
	flag.Int64Var(&o.history, "history", 1_000_000, "old `citas` of the larger clinic; 10000000 takes minutes to make")
	flag.IntVar(&o.rounds, "rounds", 3, "`times` each measurement is taken; medians are shown")
	flag.DurationVar(&o.duration, "duration", 1200*time.Millisecond, "length of one measurement")
	flag.StringVar(&o.cpuProfile, "cpuprofile", "", "also book in the store for 5 s and write a CPU profile to this `file`")
	flag.StringVar(&o.serverProfile, "serverprofile", "", "write a CPU profile of the server that books over HTTP to this `file`")
	flag.StringVar(&o.serverLog, "log", os.DevNull, "`file` for the servers' logs")
	flag.StringVar(&o.engine, "engine", "", "measure `sqlite` or postgres only (default: both)")
	flag.StringVar(&o.only, "only", "", "measure this `part` only: store, history, http, demo or mix")
	flag.StringVar(&o.report, "report", "", "also write all of it to this Markdown `file`")
	flag.Parse()
	if flag.NArg() > 0 || !slices.Contains([]string{"", "sqlite", "postgres"}, o.engine) || o.rounds < 1 || o.history < smallHistory || o.duration <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		if problem, ok := errors.AsType[*tomahora.Error](err); ok && problem.Err != nil {
			fmt.Fprintln(os.Stderr, "bench: because", problem.Err) // which a client is not shown
		}
		os.Exit(1)
	}
}

// run measures everything in a folder of its own and prints as it goes.
func run(ctx context.Context, o options, out io.Writer) (err error) {
	start := time.Now()
	dir, err := os.MkdirTemp(o.dir, "tomahora-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{options: o, dir: dir, out: &printer{w: out}, slots: shuffledSlots()}
	b.out.machine(start)
	if err := b.measureAll(ctx); err != nil {
		return err
	}
	b.out.ratios(b.ratios)
	b.out.printf("\n%d rounds of %v each, %v in all\n", o.rounds, o.duration, time.Since(start).Round(time.Second))
	if o.report != "" && b.out.err == nil {
		return b.out.document(o.report, start)
	}
	return b.out.err
}

// part is one measurement of a run, by the name that -only takes.
type part struct {
	name    string
	server  bool // needs a program to measure
	measure func(context.Context) error
}

// measureAll measures each engine, and over HTTP where there is a program.
func (b *bench) measureAll(ctx context.Context) error {
	sqlite, postgres := b.engines()
	with := func(measure func(context.Context, engine) error, e engine) func(context.Context) error {
		return func(ctx context.Context) error { return measure(ctx, e) }
	}
	onSQLite := b.chosen("sqlite",
		part{"store", false, b.measureStore}, part{"history", false, with(b.measureHistory, sqlite)},
		part{"http", true, b.measureHTTP}, part{"demo", true, b.measureDemo}, part{"mix", true, with(b.measureMix, sqlite)})
	onPostgres := b.chosen("postgres",
		part{"store", false, b.measurePostgres}, part{"history", false, with(b.measureHistory, postgres)},
		part{"mix", true, with(b.measureMix, postgres)})
	if err := inTurn(ctx, onSQLite); err != nil || len(onPostgres) == 0 {
		return err
	}
	return b.withPostgres(ctx, func(ctx context.Context) error { return inTurn(ctx, onPostgres) })
}

// chosen are an engine's parts the flags ask for.
func (b *bench) chosen(engine string, parts ...part) []part {
	return slices.DeleteFunc(parts, func(p part) bool {
		return b.engine != "" && b.engine != engine || b.only != "" && b.only != p.name || p.server && b.binary == ""
	})
}

func inTurn(ctx context.Context, parts []part) error {
	for _, p := range parts {
		if err := p.measure(ctx); err != nil {
			return err
		}
	}
	return nil
}

// bench is one run.
type bench struct {
	options
	dir    string
	out    *printer
	slots  []slot
	ratios []ratio
	files  int
	pg     *pgtest.Server // while PostgreSQL is measured
}

// file names a new database file.
func (b *bench) file() string {
	b.files++
	return fmt.Sprintf("%s/%d.db", b.dir, b.files)
}

// compare keeps a ratio for the table at the end.
func (b *bench) compare(r ratio) { b.ratios = append(b.ratios, r) }
