package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// CopyOptions are those of Backup and Restore.
type CopyOptions struct {
	// Replace lets the copy take the place of what has its name.
	Replace bool
	// Clock is the real clock; Restore names what it keeps by it.
	Clock func() time.Time
	// Tell, unless nil, hears how the check of the copy goes on.
	Tell func(step, steps int, what string)
}

// Copied is what Backup or Restore has done.
type Copied struct {
	File     string `json:"file"`
	Bytes    int64  `json:"bytes"`
	Outdated bool   `json:"outdated,omitempty"` // its schema is older than this program's, so only the file and the laws were checked
	Kept     string `json:"kept,omitempty"`     // where what was replaced is now
}

// UnsoundError is of a copy that was made, and did not pass its check.
type UnsoundError struct {
	File     string // the database that was copied
	Kept     string // where the copy is, "" when it was thrown away
	Findings []Finding
}

func (e *UnsoundError) Error() string {
	text := fmt.Sprintf("%s is not sound: %d findings", e.File, len(e.Findings))
	if e.Kept != "" {
		text += "; the copy is at " + e.Kept
	}
	return text
}

// Backup copies a SQLite database, also while others write to it, into a file
// that is one state of it. The file gets its name only when it is whole, checked
// and on disk; until then it lies beside it as .NAME.partial-…, which is what a
// kill leaves behind. A copy that does not pass its check never takes that name:
// it is left as NAME.unsound and told of by an *UnsoundError.
func Backup(ctx context.Context, database, file string, o CopyOptions) (Copied, error) {
	if err := replaceable(database, file, o.Replace); err != nil {
		return Copied{}, err
	}
	c, err := makeCopy(ctx, database, file, o.Tell)
	if err != nil {
		return Copied{}, c.unsound(err, file+".unsound")
	}
	defer c.discard()
	if err := replaceable(database, file, o.Replace); err != nil { // it may have come meanwhile
		return Copied{}, err
	}
	if err := os.Rename(c.name, file); err != nil {
		return Copied{}, err
	}
	return c.done(file, ""), syncDir(file)
}

// replaceable tells whether a backup of a database may become a file.
func replaceable(database, file string, replace bool) error {
	if err := free(file, replace); err != nil {
		return err
	}
	if sameFile(database, file) {
		return fmt.Errorf("%s is the database itself; name another file", file)
	}
	if _, err := os.Lstat(file + "-wal"); err == nil {
		return fmt.Errorf("%[1]s-wal lies beside %[1]s, so that is a database someone has open and no backup; name another file", file)
	}
	return nil
}

// sameFile tells whether two names are of one file that is there.
func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// free tells whether a copy may take a name.
func free(file string, replace bool) error {
	switch _, err := os.Lstat(file); {
	case errors.Is(err, fs.ErrNotExist), err == nil && replace:
		return nil
	case err == nil:
		return fmt.Errorf("%s is there already; name another file, or replace it with --force", file)
	default:
		return err
	}
}

// copyFile is a copy on its way to its name.
type copyFile struct {
	of       string
	name     string // where it is meanwhile
	bytes    int64
	outdated bool
	findings []Finding
}

var errUnsound = errors.New("the copy did not pass its check")

// makeCopy copies a database beside the file it is to become, checks the copy
// and brings it to disk. With errUnsound the copy is there; with any other error
// it is not.
func makeCopy(ctx context.Context, database, file string, tell func(step, steps int, what string)) (*copyFile, error) {
	temp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".partial-*")
	if err != nil {
		return &copyFile{}, err
	}
	c := &copyFile{of: database, name: temp.Name()}
	err = temp.Close()
	if err == nil {
		err = vacuumInto(ctx, database, c.name)
	}
	if err == nil {
		err = c.check(ctx, tell)
	}
	if err == nil {
		err = c.sync()
	}
	if err != nil && !errors.Is(err, errUnsound) {
		c.discard()
	}
	return c, err
}

// vacuumInto writes one state of a database into an empty file.
func vacuumInto(ctx context.Context, database, file string) error {
	if _, err := os.Stat(database); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", sqliteURI(database, "mode=rw&_pragma=busy_timeout(5000)"))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := schemaOutdated(ctx, db); err != nil {
		return fmt.Errorf("%s: %w", database, err)
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", file); err != nil {
		return fmt.Errorf("copy %s to %s: %w", database, filepath.Dir(file), explained(err))
	}
	return nil
}

// explained says in plain words what SQLite says in its own.
func explained(err error) error {
	driverErr, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch driverErr.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("the disk is full; make room or name a file on another one (%w)", err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("the database is damaged; `tomahora check` says more (%w)", err)
	default:
		return err
	}
}

func (c *copyFile) check(ctx context.Context, tell func(step, steps int, what string)) error {
	s, err := openSQLiteReadOnly(ctx, c.name, Options{Clock: func() time.Time { return time.Time{} }})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // it was only read from
	c.outdated = s.Outdated()
	if c.findings, err = s.Check(ctx, tell); err != nil {
		return err
	}
	if len(c.findings) > 0 {
		return errUnsound
	}
	return nil
}

func (c *copyFile) sync() error {
	f, err := os.OpenFile(c.name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		c.bytes = info.Size()
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// discard removes the copy from where it was meanwhile, if it is still there,
// and the journal that SQLite leaves of one it could not finish.
func (c *copyFile) discard() {
	_ = os.Remove(c.name)
	_ = os.Remove(c.name + "-journal")
}

// unsound is the error of a copy that was not made, or was and did not pass its
// check; such a one is kept under a name, or not where that is "".
func (c *copyFile) unsound(err error, kept string) error {
	if !errors.Is(err, errUnsound) {
		return err
	}
	if kept == "" {
		c.discard()
	} else if err := os.Rename(c.name, kept); err != nil {
		return err
	}
	return &UnsoundError{File: c.of, Kept: kept, Findings: c.findings}
}

func (c *copyFile) done(file, kept string) Copied {
	return Copied{File: file, Bytes: c.bytes, Outdated: c.outdated, Kept: kept}
}

// syncDir brings the names beside a file to disk.
func syncDir(file string) error {
	if runtime.GOOS == "windows" {
		return nil // which has no such call
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
