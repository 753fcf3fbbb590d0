package pgtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tomahora/tomahora/internal/pgtest"
)

func startServer(t *testing.T, settings ...string) *pgtest.Server {
	t.Helper()
	s, err := pgtest.Start(t.Context(), settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeServer(t, s) })
	return s
}

func closeServer(t *testing.T, s *pgtest.Server) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestServerSurvivesItsKill(t *testing.T) {
	s := startServer(t)
	if err := s.Exec(t.Context(), "postgres", "CREATE TABLE t (n bigint); INSERT INTO t VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	before, err := s.Postmaster()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, err := s.Postmaster(); err != nil || after == before {
		t.Errorf("got postmaster %d (error %v), want another than %d", after, err, before)
	}
	if got := value(t, s, "postgres"); got != 7 {
		t.Errorf("got %d, want 7", got)
	}
}

func TestTemplateIsCopied(t *testing.T) {
	s := startServer(t)
	template, err := s.NewDatabase(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(t.Context(), template, "CREATE TABLE t (n bigint); INSERT INTO t VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	database, err := s.NewDatabase(t.Context(), template)
	if err != nil {
		t.Fatal(err)
	}
	if got := value(t, s, database); got != 7 {
		t.Errorf("got %d, want 7", got)
	}
}

func TestStandbyHasWhatWasCommitted(t *testing.T) {
	primary := startServer(t)
	standby, err := primary.StartStandby(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeServer(t, standby) })
	for _, sql := range []string{
		"ALTER SYSTEM SET synchronous_standby_names = 'standby'",
		"SELECT pg_reload_conf()",
	} {
		if err := primary.Exec(t.Context(), "postgres", sql); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(200 * time.Millisecond) // until the setting is read
	if err := primary.Exec(t.Context(), "postgres", "CREATE TABLE t (n bigint); INSERT INTO t VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	if err := primary.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := standby.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := value(t, standby, "postgres"); got != 7 {
		t.Errorf("got %d, want 7", got)
	}
}

func value(t *testing.T, s *pgtest.Server, database string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL(database))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	if err := conn.QueryRow(t.Context(), "SELECT n FROM t").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
