package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
)

type exportCmd struct {
	database
	output
	Clinica tomahora.ClinicaID `required:"" help:"Id of the clinic." placeholder:"N"`
	Out     string             `help:"File to write, which must not be there yet; standard output when left out." placeholder:"FILE"`
}

func (c exportCmd) Run(env *environment) error {
	if c.Out == "" && c.JSON {
		return usageError{errors.New("the clinic goes to standard output, and so would --json; name a file with --out")}
	}
	return c.with(env, func(store *sqlstore.Store) error {
		if err := findClinica(env, store, c.Clinica); err != nil {
			return err
		}
		if c.Out == "" {
			_, err := c.export(env, store, env.stdout)
			return err
		}
		var moved sqlstore.Moved
		err := writeNew(c.Out, func(w io.Writer) (err error) {
			moved, err = c.export(env, store, w)
			return err
		})
		if err != nil {
			return err
		}
		return c.print(env, moved, summary("exported", moved))
	})
}

func (c exportCmd) export(env *environment, store *sqlstore.Store, w io.Writer) (sqlstore.Moved, error) {
	bar := newBar(env.stderr, "exporting")
	moved, err := store.Export(env.ctx, c.Clinica, w, bar.set)
	bar.clear()
	return moved, interrupted(err, "")
}

// writeNew makes a file that is not there yet, for the owner alone, and takes it
// away again should writing it fail.
func writeNew(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; name another file", name)
	}
	if err != nil {
		return err
	}
	err = write(file)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

type importCmd struct {
	database
	output
	File            string             `arg:"" help:"Exported clinic; - is standard input."`
	Clinica         tomahora.ClinicaID `help:"Id that the clinic gets here, instead of its own." placeholder:"N"`
	WithoutTokens   bool               `help:"Leave the clinic's tokens out."`
	WithoutWebhooks bool               `help:"Leave the clinic's webhooks out, as for a copy to try things out on, so that nobody is told of what is done to it."`
}

func (c importCmd) Run(env *environment) error {
	if c.Clinica < 0 {
		return usageError{errors.New("--clinica must be the id of a clinic, from 1 on")}
	}
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // it was only read
		in = file
	}
	return c.with(env, func(store *sqlstore.Store) error {
		bar := newBar(env.stderr, "importing")
		moved, err := store.Import(env.ctx, in, sqlstore.ImportOptions{
			IDClinica: c.Clinica, WithoutTokens: c.WithoutTokens, WithoutWebhooks: c.WithoutWebhooks, Progress: bar.set,
		})
		bar.clear()
		if err != nil {
			return fmt.Errorf("%s: %w", c.File, interrupted(err, "; nothing was imported"))
		}
		lines := []any{summary("imported", moved)}
		for _, id := range slices.Sorted(maps.Keys(moved.Tokens)) {
			lines = append(lines, fmt.Sprintf("token %d is token %d here", id, moved.Tokens[id]))
		}
		return c.print(env, moved, lines...)
	})
}

// interrupted says in words that somebody stopped the program.
func interrupted(err error, consequence string) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted" + consequence)
	}
	return err
}

func summary(done string, m sqlstore.Moved) string {
	return fmt.Sprintf("clinica %d %s: %d citas, %d pacientes, %d atenciones, %d tokens, %d webhooks",
		m.IDClinica, done, m.Rows["citas"], m.Rows["pacientes"], m.Rows["atenciones"], m.Rows["tokens"], m.Rows["webhooks"])
}

// bar shows people how far a long task is. It is nil where nobody looks.
type bar struct{ *progressbar.ProgressBar }

// newBar draws on w if that is a terminal.
func newBar(w io.Writer, doing string) *bar {
	if f, ok := w.(*os.File); !ok || !isatty.IsTerminal(f.Fd()) {
		return nil
	}
	return &bar{progressbar.NewOptions64(1,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(doing), progressbar.OptionShowCount(),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
	)}
}

func (b *bar) set(done, total int64) {
	if b == nil {
		return
	}
	b.ChangeMax64(total)
	_ = b.Set64(done) // fails only where the terminal does
}

func (b *bar) clear() {
	if b != nil {
		_ = b.Clear()
	}
}
