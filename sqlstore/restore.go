package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// errInUse is of a database that another program has open.
var errInUse = errors.New("it is in use; stop the server and whatever else has it open")

// Restore makes a SQLite database from a backup. The backup is copied beside the
// database, checked and brought to disk before anything else is touched; then it
// takes the database's place in one step, so that a kill leaves the one or the
// other. What is replaced is kept as NAME.before-restore-…, its log beside it.
//
// A database that another program has open is refused, and kept from being
// opened until all is done: a server would go on serving the old one.
func Restore(ctx context.Context, file, database string, o CopyOptions) (Copied, error) {
	if err := free(database, o.Replace); err != nil {
		return Copied{}, err
	}
	old, err := os.Stat(database)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Copied{}, err
	}
	if sameFile(file, database) {
		return Copied{}, fmt.Errorf("%s is the database itself; name a backup", file)
	}
	kept := ""
	if old != nil {
		unlock, err := keepOthersOut(ctx, database)
		if err != nil {
			return Copied{}, fmt.Errorf("%s: %w", database, err)
		}
		defer unlock()
		kept = database + ".before-restore-" + o.Clock().UTC().Format("20060102T150405.000Z")
	}
	c, err := makeCopy(ctx, file, database, o.Tell)
	if err != nil {
		return Copied{}, c.unsound(err, "")
	}
	defer c.discard()
	if err := c.place(database, kept, old); err != nil {
		return Copied{}, err
	}
	return c.done(database, kept), nil
}

// keepOthersOut takes the lock of a database that no one else may have open, and
// keeps it until unlock.
func keepOthersOut(ctx context.Context, database string) (unlock func(), err error) {
	if err := settle(ctx, database); err != nil {
		return nil, err
	}
	return lockFile(database)
}

// settle takes what is in the log of a database into the database, so that it is
// one file. A database that is damaged is left as it is: it is why one restores.
func settle(ctx context.Context, database string) error {
	if readable, err := hasHeader(database); err != nil || !readable {
		return err
	}
	db, err := sql.Open("sqlite", sqliteURI(database, "mode=rw&_pragma=busy_timeout(1000)"))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, "PRAGMA journal_mode = DELETE")
	driverErr, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch driverErr.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR:
		return nil
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errInUse
	default:
		return err
	}
}

// hasHeader tells whether a file begins as SQLite's do. Of one that does not,
// SQLite would throw the log away.
func hasHeader(database string) (bool, error) {
	const header = "SQLite format 3\x00"
	f, err := os.Open(database)
	if err != nil {
		return false, err
	}
	begin := make([]byte, len(header))
	_, err = io.ReadFull(f, begin)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return string(begin) == header, errors.Join(err, f.Close())
}

// place puts the copy where the database is, which is kept under another name,
// or where there is none. There is never a moment without a database, nor one
// with the log of another: such a log would be taken into the copy.
func (c *copyFile) place(database, kept string, old os.FileInfo) error {
	if old != nil {
		if err := os.Chmod(c.name, old.Mode().Perm()); err != nil {
			return err
		}
		if err := os.Link(database, kept); err != nil {
			return err
		}
	}
	if err := moveLogs(database, kept); err != nil {
		return err
	}
	if err := syncDir(database); err != nil {
		return err
	}
	if old == nil { // a link, since that never replaces what came meanwhile
		if err := os.Link(c.name, database); err != nil {
			return err
		}
		return syncDir(database)
	}
	if err := os.Rename(c.name, database); err != nil {
		return err
	}
	return syncDir(database)
}

// moveLogs moves the logs beside a database beside what is kept of it. Of a
// database that is gone they are kept under their own name.
func moveLogs(database, kept string) error {
	if kept == "" {
		kept = database + ".lost"
	}
	for _, suffix := range []string{"-wal", "-journal"} {
		if err := os.Rename(database+suffix, kept+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Remove(database + "-shm"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
