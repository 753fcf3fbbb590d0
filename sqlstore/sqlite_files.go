package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// files watches the files of an SQLite database. SQLite goes on with a file that
// was moved, replaced or cut short, and what it commits then goes with the
// process. So whoever reads or writes asks first whether all is as it was a moment
// ago, and whoever has written asks whether it still is before saying so.
type files struct {
	path   string
	reader *sql.DB
	schema int64 // version of the schema

	// gate is read-locked while a connection is in use, and locked while all of
	// them are closed and the files opened anew.
	gate  sync.RWMutex
	known atomic.Pointer[sighting]
	fresh atomic.Bool // known is not older than freshness

	// anchor is a reader that outlives every other connection. SQLite empties
	// the log into the file when the last one closes, and must not do so to a
	// file that is not whole.
	mu     sync.Mutex
	anchor *sql.Conn
}

// freshness is how long a look at the files lets in who comes after. A look costs
// several system calls, as much as a small read; what is committed is looked
// after each time.
const freshness = 20 * time.Millisecond

// What the anchor is asked.
const (
	schemaVersion = "SELECT MAX(version_id) FROM goose_db_version WHERE is_applied"
	wholeSize     = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size" // bytes, with what is in the log
)

// sighting is what the files were when last looked at.
type sighting struct {
	base         string // path without symbolic links; the log lies beside it
	db, wal, shm os.FileInfo
	cut          bool // the file was found too short
}

// errChanged says that the open files are not those at the path.
var errChanged = errors.New("the database file is not the one that was opened")

func watchFiles(ctx context.Context, path string, reader *sql.DB) (*files, error) {
	f := &files{path: path, reader: reader, schema: -1}
	return f, f.open(ctx)
}

// open drops anchor in the file at the path and remembers its files. A file of
// another schema than the one before is refused.
func (f *files) open(ctx context.Context) (err error) {
	base, err := filepath.EvalSymlinks(f.path)
	if err != nil {
		return err
	}
	conn, err := f.reader.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			discard(conn)
		}
	}()
	var schema int64
	if err := conn.QueryRowContext(ctx, schemaVersion).Scan(&schema); err != nil {
		return fmt.Errorf("the file at %s cannot be read as this database: %w", f.path, err)
	}
	if f.schema >= 0 && schema != f.schema {
		return fmt.Errorf("the file at %s has version %d of the schema instead of %d; start again to migrate it", f.path, schema, f.schema)
	}
	s := &sighting{base: base}
	if s.db, err = os.Stat(f.path); err != nil {
		return err
	}
	if s.wal, err = os.Stat(base + "-wal"); err != nil {
		return err
	}
	if s.shm, err = os.Stat(base + "-shm"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.schema, f.anchor = schema, conn
	f.known.Store(s)
	return nil
}

// glance is check, but for whoever comes right after another.
func (f *files) glance(ctx context.Context) error {
	if f.fresh.Load() {
		return nil
	}
	return f.check(ctx)
}

// check tells whether the open files are still those at the path, and whole.
// After errChanged they may be opened anew; after any other error nothing may be
// touched until somebody has put them back.
func (f *files) check(ctx context.Context) error {
	err := f.look(ctx)
	if err != nil {
		f.fresh.Store(false)
	} else if f.fresh.CompareAndSwap(false, true) {
		time.AfterFunc(freshness, func() { f.fresh.Store(false) })
	}
	return err
}

func (f *files) look(ctx context.Context) error {
	s := f.known.Load()
	db, err := os.Stat(f.path)
	if err != nil {
		return fmt.Errorf("the database file is not where it was; put it back: %w", err)
	}
	if !os.SameFile(db, s.db) {
		return errChanged
	}
	if db.Size() < s.db.Size() && !f.shrank(ctx, db.Size()) {
		f.remember(s, db, true)
		return fmt.Errorf("the database file %s was cut to %d bytes; put back what was in it", f.path, db.Size())
	}
	if s.cut || !isStill(s.base+"-wal", s.wal) || !isStill(s.base+"-shm", s.shm) {
		return errChanged
	}
	if db.Size() != s.db.Size() {
		f.remember(s, db, false)
	}
	return nil
}

// remember notes the size of the file as it is now. One that was cut keeps the
// size it had, since that is how its return is seen.
func (f *files) remember(s *sighting, db os.FileInfo, cut bool) {
	next := *s
	next.cut = cut
	if !cut {
		next.db = db
	}
	f.known.CompareAndSwap(s, &next)
}

func isStill(path string, was os.FileInfo) bool {
	is, err := os.Stat(path)
	return err == nil && os.SameFile(is, was)
}

// shrank tells whether a file became smaller by a VACUUM, so that all of it is
// there.
func (f *files) shrank(ctx context.Context, size int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.anchor == nil {
		return false
	}
	var whole int64
	err := f.anchor.QueryRowContext(ctx, wholeSize).Scan(&whole)
	return err == nil && whole <= size
}

// replaceable tells whether the file now at the path may be opened. A log that
// the old file left beside a new one would be read as the new one's, and spoil
// it.
func (f *files) replaceable() error {
	s := f.known.Load()
	db, err := os.Stat(f.path)
	if err != nil {
		return err
	}
	if os.SameFile(db, s.db) {
		return nil
	}
	wal := s.base + "-wal"
	if is, err := os.Stat(wal); err == nil && is.Size() > 0 && os.SameFile(is, s.wal) {
		return fmt.Errorf("%s is a new file, and beside it is the log of the old one, which would spoil it; put the old file back, or remove %s and %s",
			f.path, wal, s.base+"-shm")
	}
	return nil
}

// weigh lets the anchor go.
func (f *files) weigh() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.anchor != nil {
		discard(f.anchor)
		f.anchor = nil
	}
}

// enter lets in who uses a connection, until leave: only while the database is
// the one that was opened. One that was replaced is opened first.
func (e *sqliteEngine) enter(ctx context.Context) error {
	if e.files == nil {
		return nil
	}
	for {
		e.files.gate.RLock()
		err := e.files.glance(ctx)
		if err == nil {
			return nil
		}
		e.files.gate.RUnlock()
		if errors.Is(err, errChanged) {
			err = e.reopen(ctx)
		}
		if err != nil {
			return err
		}
	}
}

func (e *sqliteEngine) leave() {
	if e.files != nil {
		e.files.gate.RUnlock()
	}
}

// unmoved tells whether what was just done was done to the file that counts.
func (e *sqliteEngine) unmoved() error {
	if e.files == nil {
		return nil
	}
	return e.files.check(context.Background())
}

// reopen lets go of every connection and opens the files that are at the path
// now. Nobody is using one: they are behind the gate.
func (e *sqliteEngine) reopen(ctx context.Context) error {
	e.files.gate.Lock()
	defer e.files.gate.Unlock()
	if err := e.files.check(ctx); !errors.Is(err, errChanged) {
		return err
	}
	if err := e.files.replaceable(); err != nil {
		return err
	}
	e.logger.Warn("the database files have changed; opening them anew", "path", e.files.path)
	e.endIdle(e.idleReaders)
	e.files.weigh()
	e.endIdle(e.idleWriter) // last: where the file is the same, what is in its log goes into it
	e.reopened()
	return e.files.open(context.WithoutCancel(ctx))
}
