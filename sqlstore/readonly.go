package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// openSQLiteReadOnly opens a file that is there, as it is. It may write to the
// file's log all the same, which is how SQLite lets its readers join in; without
// that it would leave an empty log behind.
func openSQLiteReadOnly(ctx context.Context, file string, o Options) (*Store, error) {
	if _, err := os.Stat(file); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db, err := sql.Open("sqlite", sqliteURI(file, "mode=rw&"+pragmas+"&_pragma=query_only(1)"))
	if err != nil {
		return nil, err
	}
	outdated, err := schemaOutdated(ctx, db)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, err), db.Close())
	}
	s := newSQLiteStore(db, db, nil, o)
	s.outdated = outdated
	return s, nil
}

// schemaOutdated tells whether a database's schema is older than the newest that
// this program knows. One it does not know at all is an error.
func schemaOutdated(ctx context.Context, db *sql.DB) (bool, error) {
	var version int64
	err := db.QueryRowContext(ctx, "SELECT MAX(version_id) FROM goose_db_version WHERE is_applied = 1").Scan(&version)
	if err != nil {
		_, mapped := judgeSQLite(err)
		return false, fmt.Errorf("it cannot be read as a database of tomahora: %w", causeOf(mapped))
	}
	provider, err := migrations(db)
	if err != nil {
		return false, err
	}
	sources := provider.ListSources()
	known := sources[len(sources)-1].Version
	if version > known {
		return false, fmt.Errorf("its schema is %d and this program knows none after %d; use the program that made it, or a newer one", version, known)
	}
	return version < known, nil
}

// unmoved tells whether a file is still the one it was before it was opened.
// From here on its lock keeps Restore away; before, Restore may have put another
// in its place, and what is open is the old one.
func unmoved(file string, before os.FileInfo) error {
	if before == nil {
		return nil
	}
	after, err := os.Stat(file)
	if err != nil {
		return err
	}
	if !os.SameFile(before, after) {
		return errors.New("another file took its place meanwhile; start again")
	}
	return nil
}
