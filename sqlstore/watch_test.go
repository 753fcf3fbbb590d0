package sqlstore

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/storetest"
)

const patience = 20 * time.Second

// replicas are two stores on one database.
func replicas(t *testing.T, url string) []tomahora.Store {
	t.Helper()
	var list []tomahora.Store
	for range 2 {
		list = append(list, opened(t, url))
	}
	return list
}

func opened(t *testing.T, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func sqliteURL(t *testing.T) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "a.db")
}

func TestReadersAcrossReplicasMissNothing(t *testing.T) {
	t.Run("on SQLite", func(t *testing.T) { storetest.Follow(t, replicas(t, sqliteURL(t)), 20) })
	t.Run("on PostgreSQL", func(t *testing.T) { storetest.Follow(t, replicas(t, NewPostgres(t, true)), 40) })
}

func write(t *testing.T, s *Store, id tomahora.ClinicaID) {
	t.Helper()
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		return tx.Setup().SaveEspecialidad(tomahora.Especialidad{ID: 1, Nombre: "E", Habilitada: true}, tomahora.Sistema)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// newClinica makes a clinic with a few eventos.
func newClinica(t *testing.T, s *Store) tomahora.ClinicaID {
	t.Helper()
	id, err := s.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "A", Zona: "America/Santiago"})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestThePollFindsWhatNoHintToldOf(t *testing.T) {
	url := sqliteURL(t)
	here, there := opened(t, url), opened(t, url)
	id := newClinica(t, here)
	wake, stop := here.Watch(id)
	defer stop()
	if err := here.readNews(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-wake
	select {
	case <-wake:
		t.Fatal("woken twice for the same eventos")
	case <-time.After(2 * pollInterval):
	}
	write(t, there, id)
	select {
	case <-wake:
	case <-time.After(patience):
		t.Fatal("not woken by what another process wrote")
	}
}

func TestCloseEndsWatches(t *testing.T) {
	for name, url := range map[string]string{"SQLite": sqliteURL(t), "PostgreSQL": NewPostgres(t, true)} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.Context(), url, Options{Clock: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			wake, stop := s.Watch(newClinica(t, s))
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			for open := true; open; {
				_, open = <-wake
			}
			stop()
			again, stop := s.Watch(1)
			if _, open := <-again; open {
				t.Error("a watch of a closed store is open")
			}
			stop()
		})
	}
}

// heard is what a replica hears of others.
type heard struct {
	id   tomahora.ClinicaID
	last tomahora.EventoID
}

func TestReplicasHearOfEachOther(t *testing.T) {
	url := NewPostgres(t, true)
	here, there := opened(t, url), opened(t, url)
	news := make(chan heard, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		here.engine.listen(ctx, slog.New(slog.DiscardHandler), func(id tomahora.ClinicaID, last tomahora.EventoID) { news <- heard{id, last} })
	}()
	id := newClinica(t, there)
	hears := func() {
		t.Helper()
		// The first may be announced before here listens.
		for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
			write(t, there, id)
			select {
			case got := <-news:
				if got.id != id || got.last <= 0 {
					t.Fatalf("heard %+v", got)
				}
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
		t.Fatal("heard nothing")
	}
	hears()
	admin, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // of a test's own connection
	var broken int
	err = admin.QueryRow(t.Context(), "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'").Scan(&broken)
	if err != nil || broken != 1 {
		t.Fatalf("broke %d listening connections, error %v", broken, err)
	}
	for len(news) > 0 {
		<-news
	}
	hears()
	cancel()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("still listening")
	}
}

func TestNoticesOfManyClinicsFit(t *testing.T) {
	a := &announcer{due: make(chan struct{}, 1), pending: map[tomahora.ClinicaID]tomahora.EventoID{}}
	want := map[tomahora.ClinicaID]tomahora.EventoID{}
	for i := range tomahora.ClinicaID(1000) {
		id, last := 9_000_000_000_000_000_000+i, tomahora.EventoID(9_100_000_000_000_000_000+i)
		a.add(id, last-1)
		a.add(id, last)
		a.add(id, last-2)
		want[id] = last
	}
	got := 0
	for _, notice := range a.notices() {
		if len(notice) >= 8000 {
			t.Errorf("a notice of %d bytes", len(notice))
		}
		for id, last := range newsOf(notice) {
			got++
			if want[id] != last {
				t.Errorf("clinica %d: evento %d, want %d", id, last, want[id])
			}
		}
	}
	if got != len(want) {
		t.Errorf("%d clinics, want %d", got, len(want))
	}
	if news := newsOf("x 1 :2 3:y 4:5 " + strings.Repeat("9", 30) + ":1"); len(news) != 1 || news[4] != 5 {
		t.Errorf("read %v", news)
	}
}
