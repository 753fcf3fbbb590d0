package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/tomahora/tomahora/internal/pgtest"
)

// servers are the PostgreSQL servers of this process, started when first asked
// for.
var servers struct { //nolint:gochecknoglobals // one for all tests of the process
	mu      sync.Mutex
	started []*pgtest.Server
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, s := range servers.started {
		if err := s.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// sharedServer is the server that tests share. What is on its disk is only read
// by itself, so it need not wait for it.
var sharedServer = sync.OnceValues(func() (*pgtest.Server, error) { //nolint:gochecknoglobals // one for all tests of the process
	s, err := pgtest.Start(context.Background(), "fsync=off", "full_page_writes=off", "autovacuum_naptime=1s", "max_prepared_transactions=0")
	if err != nil {
		return nil, err
	}
	servers.mu.Lock()
	defer servers.mu.Unlock()
	servers.started = append(servers.started, s)
	return s, nil
})

// template is a database of the shared server with the schema.
var template = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // one for all tests of the process
	server, err := sharedServer()
	if err != nil {
		return "", err
	}
	name, err := server.NewDatabase(context.Background(), "")
	if err != nil {
		return "", err
	}
	s, err := Open(context.Background(), server.URL(name), Options{Clock: time.Now})
	if err != nil {
		return "", err
	}
	return name, errors.Join(s.Close())
})

// creating keeps two tests from copying the template at once, which PostgreSQL
// refuses.
var creating sync.Mutex //nolint:gochecknoglobals // one for all tests of the process

// NewPostgres makes an empty database and returns its URL: with the schema, or
// without anything.
func NewPostgres(t testing.TB, schema bool) string {
	t.Helper()
	server, err := sharedServer()
	if err != nil {
		t.Fatal(err)
	}
	from := ""
	if schema {
		if from, err = template(); err != nil {
			t.Fatal(err)
		}
	}
	creating.Lock()
	defer creating.Unlock()
	name, err := server.NewDatabase(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	return server.URL(name)
}
