package torture

import (
	"context"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/tomahora/tomahora/internal/pgtest"
)

// backend is a kind of database with as many processes that serve it as it takes.
type backend struct {
	name     string
	replicas int
	database func(t *testing.T) *cluster // a fresh one with the demo clinic, not served yet
	faults   []fault
}

// backends are all that the tests run on.
func backends() []backend {
	return []backend{
		{"SQLite", 1, newSQLite, []fault{{"server", killServer}}},
		{"PostgreSQL", 2, newPostgres, []fault{
			{"server", killServer},
			{"connections", terminateConnections},
			{"backend", killBackend},
			{"postmaster", killPostmaster},
		}},
	}
}

// onEvery runs a test on every backend, one after the other.
func onEvery(t *testing.T, test func(t *testing.T, b backend)) {
	t.Helper()
	for _, b := range backends() {
		t.Run(b.name, func(t *testing.T) { test(t, b) })
	}
}

// cluster is a database with the demo clinic and what serves it.
type cluster struct {
	db      string
	servers []*server

	postgres *pgtest.Server // nil for SQLite
	name     string         // of the database in it
}

// open serves a fresh database.
func (b backend) open(t *testing.T) *cluster {
	t.Helper()
	c := b.database(t)
	c.serve(t, b.replicas)
	return c
}

func (c *cluster) serve(t *testing.T, replicas int) {
	t.Helper()
	for range replicas {
		c.servers = append(c.servers, newServer(t, c.db))
	}
}

// fill makes the demo clinic in an empty database.
func fill(t *testing.T, db string) {
	t.Helper()
	s := &server{db: db}
	s.start(t, "demo", "--empty", "--db", db)
	s.end(syscall.SIGTERM)
}

func newSQLite(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{db: "sqlite:" + filepath.Join(t.TempDir(), "clinica.db")}
	fill(t, c.db)
	return c
}

// shared is the PostgreSQL of all tests, which is killed now and then, and a
// database in it to copy.
var shared struct {
	once     sync.Once
	server   *pgtest.Server
	template string
	err      error
}

func closePostgres() {
	if shared.server != nil {
		_ = shared.server.Close()
	}
}

func newPostgres(t *testing.T) *cluster {
	t.Helper()
	shared.once.Do(func() {
		// After a crash all files are synced, one by one unless that is asked for.
		shared.server, shared.err = pgtest.Start(context.WithoutCancel(t.Context()), "recovery_init_sync_method=syncfs")
		if shared.err != nil {
			return
		}
		if shared.template, shared.err = shared.server.NewDatabase(t.Context(), ""); shared.err == nil {
			fill(t, shared.server.URL(shared.template))
		}
	})
	must(t, shared.err)
	name, err := shared.server.NewDatabase(t.Context(), shared.template)
	must(t, err)
	t.Cleanup(func() {
		must(t, shared.server.Exec(context.WithoutCancel(t.Context()), "postgres", "DROP DATABASE "+name+" WITH (FORCE)"))
	})
	return &cluster{db: shared.server.URL(name), postgres: shared.server, name: name}
}

// server is the one for client number n.
func (c *cluster) server(n int) *server { return c.servers[n%len(c.servers)] }

// check lets the program look for overlaps and whatever else is wrong.
func (c *cluster) check(t testing.TB) {
	t.Helper()
	tomahora(t, "check", "--db", c.db)
}

// pacientes makes n pacientes without any atención.
func (c *cluster) pacientes(t reporter, n int) []int64 {
	t.Helper()
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = created(t, c.server(i).call("POST", "/pacientes", object{"nombre": "Paciente", "apellidos": "De Prueba"}))
	}
	return ids
}
