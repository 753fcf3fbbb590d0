package torture

import (
	"path/filepath"
	"syscall"
	"testing"
)

// backend is a kind of database with as many processes that serve it as it takes.
type backend struct {
	name     string
	replicas int
	database func(t *testing.T) string // a fresh one
	faults   []fault
}

// backends are all that the tests run on.
func backends() []backend {
	return []backend{
		{"SQLite", 1, func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "clinica.db") },
			[]fault{{"server", killServer}}},
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
}

// open fills a fresh database and serves it.
func (b backend) open(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{db: b.database(t)}
	seeder := &server{db: c.db}
	seeder.start(t, "demo", "--empty", "--db", c.db)
	seeder.end(syscall.SIGTERM)
	for range b.replicas {
		c.servers = append(c.servers, newServer(t, c.db))
	}
	return c
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
