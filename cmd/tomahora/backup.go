package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tomahora/tomahora/sqlstore"
)

// copying are the flags of what copies a database.
type copying struct {
	database
	output
	File  string `arg:"" help:"The backup."`
	Force bool   `help:"Replace what is there; restore keeps it under another name."`
}

type backupCmd struct{ copying }

func (c backupCmd) Run(env *environment) error {
	file, err := c.sqliteFile("backup")
	if err != nil {
		return err
	}
	done, err := sqlstore.Backup(env.ctx, file, c.File, c.options(env))
	return c.report(env, done, err)
}

type restoreCmd struct{ copying }

func (c restoreCmd) Run(env *environment) error {
	file, err := c.sqliteFile("restore")
	if err != nil {
		return err
	}
	done, err := sqlstore.Restore(env.ctx, c.File, file, c.options(env))
	return c.report(env, done, err)
}

// sqliteFile is the file of a SQLite database; of PostgreSQL it tells what there
// is instead.
func (c copying) sqliteFile(command string) (string, error) {
	if file, ok := strings.CutPrefix(c.DB, "sqlite:"); ok && file != "" {
		return file, nil
	}
	const guide = "docs/operations.md has the commands"
	switch scheme, _, _ := strings.Cut(c.DB, ":"); scheme {
	case "postgres", "postgresql":
		return "", usageError{fmt.Errorf("%s is for SQLite files. PostgreSQL has its own tools: pg_dump and pg_restore for one database, "+
			"pg_basebackup with archived WAL to go back to any moment; %s", command, guide)}
	default:
		return "", usageError{errors.New("--db has to be sqlite:FILE")}
	}
}

func (c copying) options(env *environment) sqlstore.CopyOptions {
	return sqlstore.CopyOptions{Replace: c.Force, Clock: time.Now, Tell: env.progress()}
}

// report prints what was done, or what the check of the copy found.
func (c copying) report(env *environment, done sqlstore.Copied, err error) error {
	if unsound, ok := errors.AsType[*sqlstore.UnsoundError](err); ok {
		return errors.Join(c.printFindings(env, unsound.Findings, false), err)
	}
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s: %.1f MB, sound%s", done.File, float64(done.Bytes)/1e6, outdatedNote(done.Outdated))
	if done.Kept != "" {
		text += "; what it replaced is " + done.Kept
	}
	return c.print(env, done, text)
}
