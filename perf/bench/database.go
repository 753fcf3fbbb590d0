package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
)

// database is where a clinic is kept, with what plain SQL beside the store needs
// to know of its engine.
type database struct {
	url         string // as the store and the program take it
	driver, dsn string // for plain SQL
	settle      string // what leaves nothing of a bulk load to later commits
	// fecha is the text of a date, given as SQL, so many days later, given as SQL.
	fecha func(date, days string) string
	// epoch is the second at which a date begins, both as SQL.
	epoch func(date string) string
}

// The settings of connections to a file that pass the store by. Every one first
// waits for locks.
const (
	storePragmas = "_pragma=busy_timeout(5000)&_pragma=synchronous(FULL)&_pragma=cache_size(-32000)&_pragma=wal_autocheckpoint(16000)" // as the store's, without foreign keys
	bulkPragmas  = "_pragma=busy_timeout(5000)&_pragma=synchronous(NORMAL)&_pragma=cache_size(-256000)"
)

// sqlite names a new file.
func (b *bench) sqlite() database {
	file := b.file()
	return database{
		url: "sqlite:" + file, driver: "sqlite", dsn: "file:" + (&url.URL{Path: file}).EscapedPath(),
		settle: "PRAGMA wal_checkpoint(TRUNCATE)",
		fecha:  func(date, days string) string { return "date(" + date + ", (" + days + ") || ' days')" },
		epoch:  func(date string) string { return "unixepoch(" + date + ")" },
	}
}

// bulk runs plain SQL beside the store, which must be idle.
func (d database) bulk(ctx context.Context, fn func(*sql.DB) error) error {
	dsn := d.dsn
	if d.driver == "sqlite" {
		dsn += "?" + bulkPragmas
	}
	db, err := openSQL(d.driver, dsn)
	if err != nil {
		return err
	}
	err = fn(db)
	if err == nil {
		_, err = db.ExecContext(ctx, d.settle)
	}
	return errors.Join(err, db.Close())
}

// openSQL opens one connection with a driver that the store has registered.
func openSQL(driver, dsn string) (*sql.DB, error) {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}
