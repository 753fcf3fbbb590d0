package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// loadClinic is a clinic with room for any number of bookings.
const loadClinic = `
sucursales:
  - {id: 1, nombre: NORTE}
sillones:
  - {id: 1, nombre: Sillon 1}
especialidades:
  - {id: 1, nombre: General}
profesionales:
  - {id: 1, nombre: A, apellidos: B, especialidad: 1, intervalo: 15}
  - {id: 2, nombre: C, apellidos: D, especialidad: 1, intervalo: 15}
horarios:
  - {profesional: 1, sucursal: 1, dias: [1, 2, 3, 4, 5, 6, 7], inicio: "00:00", fin: "24:00"}
  - {profesional: 2, sucursal: 1, dias: [1, 2, 3, 4, 5, 6, 7], inicio: "00:00", fin: "24:00"}
`

// load books with many connections until told to stop; half of the requests aim
// at a slot another one wants too. It remembers what was acknowledged.
type load struct {
	next  atomic.Int64
	mu    sync.Mutex
	acked []int64
}

func (l *load) run(ctx context.Context, s *server, wg *sync.WaitGroup, onOther func(answer)) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	for range 32 {
		wg.Go(func() {
			for ctx.Err() == nil {
				slot := int(l.next.Add(1)) / 2
				fecha := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, slot/96).Format(time.DateOnly)
				hora := fmt.Sprintf("%02d:%02d", slot%96/4, slot%4*15)
				a, err := s.do(ctx, client, http.MethodPost, "/api/v5/citas", citaJSON(1, 1, 1, 1, fecha, hora, 15, -1))
				if err != nil {
					continue
				}
				if a.status != http.StatusCreated {
					onOther(a)
					continue
				}
				var id int64
				if _, err := fmt.Sscanf(string(a.body), `{"data":{"id":%d`, &id); err != nil {
					onOther(a)
				}
				l.mu.Lock()
				l.acked = append(l.acked, id)
				l.mu.Unlock()
			}
		})
	}
}

// newClinic makes a database with the load clinic, and a token for it.
func newClinic(t *testing.T) (db, token string) {
	t.Helper()
	db = "sqlite:" + filepath.Join(t.TempDir(), "clinica.db")
	return db, newClinicIn(t, db)
}

// newClinicIn makes the load clinic in an empty database, and a token for it.
func newClinicIn(t *testing.T, db string) (token string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "clinica.yaml")
	must(t, os.WriteFile(file, []byte(loadClinic), 0o600))
	id := tomahora(t, "clinica", "create", "--nombre", "Carga", "--zona", "UTC", "--db", db) // no hour of a year is skipped
	tomahora(t, "clinica", "apply", file, "--clinica", id, "--db", db)
	seedPaciente(t, db)
	return tomahora(t, "token", "create", "--clinica", id, "--nombre", "carga", "--db", db)
}

func TestKillUnderLoadLosesNothing(t *testing.T) {
	db, token := newClinic(t)
	l := &load{}
	for round := range 10 {
		s := start(t, "serve", "--db", db)
		s.token = token
		for _, id := range l.acked[max(0, len(l.acked)-200):] {
			if a := s.get(t, fmt.Sprintf("/api/v5/citas/%d", id)); a.status != http.StatusOK {
				t.Fatalf("round %d: cita %d was acknowledged before a kill and is now %d", round, id, a.status)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		before := len(l.acked)
		l.run(ctx, s, &wg, func(a answer) { t.Errorf("got %d %s", a.status, a.body) })
		time.Sleep(time.Duration(200+37*round) * time.Millisecond)
		s.kill()
		cancel()
		wg.Wait()
		if len(l.acked) == before {
			t.Fatalf("round %d: nothing was acknowledged, so the kill proved nothing", round)
		}
		tomahora(t, "check", "--db", db)
	}
	s := start(t, "serve", "--db", db)
	s.token = token
	seen := map[int64]bool{}
	for _, id := range l.acked {
		seen[id] = true
		if a := s.get(t, fmt.Sprintf("/api/v5/citas/%d", id)); a.status != http.StatusOK {
			t.Fatalf("cita %d was acknowledged and is now %d", id, a.status)
		}
	}
	t.Logf("%d requests acknowledged over 10 kills, for %d citas", len(l.acked), len(seen))
}

func TestStopUnderLoadFinishesWhatItBegan(t *testing.T) {
	db, token := newClinic(t)
	s := start(t, "serve", "--db", db)
	s.token = token
	l := &load{}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	l.run(ctx, s, &wg, func(a answer) { t.Errorf("got %d %s", a.status, a.body) })
	time.Sleep(300 * time.Millisecond)
	must(t, s.cmd.Process.Signal(syscall.SIGTERM))
	if err := s.wait(); err != nil {
		t.Errorf("the program ended with %v\n%s", err, s.log)
	}
	cancel()
	wg.Wait()
	if len(l.acked) == 0 {
		t.Fatal("nothing was acknowledged")
	}
	again := start(t, "serve", "--db", db)
	again.token = token
	for _, id := range l.acked {
		if a := again.get(t, fmt.Sprintf("/api/v5/citas/%d", id)); a.status != http.StatusOK {
			t.Fatalf("cita %d was acknowledged and is now %d", id, a.status)
		}
	}
}

func TestRevokedTokenStopsWithinASecond(t *testing.T) {
	t.Parallel()
	db, token := newClinic(t)
	s := start(t, "serve", "--db", db)
	s.token = token
	if a := s.get(t, "/api/v5/pacientes/1"); a.status != http.StatusOK {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	tomahora(t, "token", "revoke", "1", "--db", db)
	time.Sleep(time.Second)
	if a := s.get(t, "/api/v5/pacientes/1"); a.status != http.StatusUnauthorized {
		t.Errorf("got %d %s a second after the token was revoked, want 401", a.status, a.body)
	}
}
