package e2e

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/tomahora/tomahora/internal/pgtest"
)

// hookReceiver is a receiver that fails half the time, and checks every message
// with an independent implementation of each way of signing.
type hookReceiver struct {
	*httptest.Server
	t        *testing.T
	standard *standardwebhooks.Webhook
	secret   string

	mu     sync.Mutex
	taken  []string       // "cita evento", in the order in which they were taken
	failed map[string]int // times in a row, by message
	tries  int
}

// mostFailures is how often in a row a message fails: the wait after a failure
// grows each time, and one message in a thousand would fail ten times.
const mostFailures = 4

// newHookReceiver makes one that is open for a webhook's secret once that is known.
func newHookReceiver(t *testing.T) *hookReceiver {
	t.Helper()
	v := &hookReceiver{t: t, failed: map[string]int{}}
	v.Server = httptest.NewServer(v)
	t.Cleanup(v.Close)
	return v
}

func (v *hookReceiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender was killed
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.tries++
	if err := v.standard.Verify(body, r.Header); err != nil {
		v.t.Errorf("Standard Webhooks: %v", err)
	}
	mac := hmac.New(sha256.New, []byte(v.secret))
	mac.Write(body)
	if r.Header.Get("signing") != hex.EncodeToString(mac.Sum(nil)) {
		v.t.Error("the header signing is not the HMAC of the body")
	}
	id := r.Header.Get("webhook-id")
	if v.failed[id] < mostFailures && rand.IntN(2) == 0 {
		v.failed[id]++
		v.fail(w, r)
		return
	}
	v.failed[id] = 0
	var message struct {
		Action, Entity string
		Data           struct{ ID int64 }
	}
	if err := json.Unmarshal(body, &message); err != nil || message.Entity != "cita" {
		v.t.Errorf("got %s", body)
	}
	v.taken = append(v.taken, fmt.Sprintf("%d %s", message.Data.ID, id[strings.LastIndex(id, "_")+1:]))
}

// fail lets go of mu while it hangs, which is once in 16 times.
func (v *hookReceiver) fail(w http.ResponseWriter, r *http.Request) {
	switch n := rand.IntN(16); {
	case n == 0:
		v.mu.Unlock()
		<-r.Context().Done()
		v.mu.Lock()
	case n < 6:
		panic(http.ErrAbortHandler)
	case n < 11:
		http.Redirect(w, r, v.URL+"/elsewhere", http.StatusFound)
	default:
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// hook makes a webhook for the receiver.
func (v *hookReceiver) hook(s *server) {
	v.t.Helper()
	a, err := s.do(v.t.Context(), http.DefaultClient, http.MethodPost, "/api/v5/webhooks", fmt.Sprintf(`{"url":%q,"entidades":["cita"]}`, v.URL))
	must(v.t, err)
	var made struct{ Data struct{ Secreto string } }
	if err := json.Unmarshal(a.body, &made); err != nil || a.status != http.StatusCreated {
		v.t.Fatalf("got %d %s", a.status, a.body)
	}
	v.secret = made.Data.Secreto
	v.standard, err = standardwebhooks.NewWebhook(v.secret)
	must(v.t, err)
}

// postgresClinic is newClinic on a PostgreSQL server of its own.
func postgresClinic(t *testing.T) (db, token string) {
	t.Helper()
	return fillClinic(t, emptyPostgres(t))
}

// emptyPostgres is a database on a PostgreSQL server of its own.
func emptyPostgres(t *testing.T) (db string) {
	t.Helper()
	pg, err := pgtest.Start(t.Context())
	must(t, err)
	t.Cleanup(func() {
		if err := pg.Close(); err != nil {
			t.Error(err)
		}
	})
	name, err := pg.NewDatabase(t.Context(), "")
	must(t, err)
	return pg.URL(name)
}

// fillClinic makes the load clinic in a database, and a token for it.
func fillClinic(t *testing.T, db string) (_, token string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "clinica.yaml")
	must(t, os.WriteFile(file, []byte(loadClinic), 0o600))
	id := tomahora(t, "clinica", "create", "--nombre", "Carga", "--zona", "UTC", "--db", db)
	tomahora(t, "clinica", "apply", file, "--clinica", id, "--db", db)
	seedPaciente(t, db)
	return db, tomahora(t, "token", "create", "--clinica", id, "--nombre", "carga", "--db", db)
}

// bookAndChange books citas and changes each some times, a few at once, and returns
// how many eventos of citas that makes.
func bookAndChange(t *testing.T, s *server, first, citas, changes int) int {
	t.Helper()
	var clients sync.WaitGroup
	for i := range citas {
		clients.Go(func() {
			slot := first + i
			a, err := s.do(t.Context(), http.DefaultClient, http.MethodPost, "/api/v5/citas",
				citaJSON(1, 1, 1, 1, "2027-01-04", fmt.Sprintf("%02d:%02d", slot/4, slot%4*15), 15, -1))
			if err != nil || a.status != http.StatusCreated {
				t.Errorf("got %d %s, %v", a.status, a.body, err)
				return
			}
			for n := range changes {
				b, err := s.do(t.Context(), http.DefaultClient, http.MethodPut, fmt.Sprintf("/api/v5/citas/%d", a.id(t)), fmt.Sprintf(`{"comentario":"%d"}`, n))
				if err != nil || b.status != http.StatusOK {
					t.Errorf("got %d %s, %v", b.status, b.body, err)
				}
			}
		})
	}
	clients.Wait()
	return citas * (changes + 1)
}

// delivered counts the deliveries of webhook 1 by estado.
func delivered(t *testing.T, s *server) (byEstado map[string]int, eventos []string) {
	t.Helper()
	byEstado = map[string]int{}
	for path := "/api/v5/webhooks/1/entregas?limit=100"; path != ""; {
		var page struct {
			Data []struct {
				IDEvento  int64 `json:"id_evento"`
				IDEntidad int64 `json:"id_entidad"`
				Estado    string
			}
			Links struct{ Next string }
		}
		must(t, json.Unmarshal(s.get(t, path).body, &page))
		for _, e := range page.Data {
			byEstado[e.Estado]++
			eventos = append(eventos, fmt.Sprintf("%d %d", e.IDEntidad, e.IDEvento))
		}
		path = strings.TrimPrefix(page.Links.Next, s.url)
	}
	return byEstado, eventos
}

// why tells of the deliveries that have not arrived, and what the server said last
// of webhooks.
func why(t *testing.T, s *server) string {
	t.Helper()
	pending := s.get(t, "/api/v5/webhooks/1/entregas?limit=100&q="+url.QueryEscape(`{"estado":{"neq":"entregada"}}`))
	lines := slices.DeleteFunc(strings.Split(s.log.String(), "\n"), func(l string) bool { return !strings.Contains(l, "webhooks: ") })
	return fmt.Sprintf("at %s\n%s\n%s", time.Now().UTC().Format(time.RFC3339), pending.body, strings.Join(lines[max(0, len(lines)-60):], "\n"))
}

// wantAll waits until every delivery has arrived, and checks what was taken: each
// evento at least once, and those of a cita in their order.
func (v *hookReceiver) wantAll(s *server, n int) {
	v.t.Helper()
	var eventos []string
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		var byEstado map[string]int
		if byEstado, eventos = delivered(v.t, s); byEstado["entregada"] == n {
			break
		}
		if time.Now().After(end) {
			v.t.Fatalf("%v of %d deliveries\n%s", byEstado, n, why(v.t, s))
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	last, missing := map[int64]int64{}, map[string]bool{}
	for _, e := range eventos {
		missing[e] = true
	}
	for _, m := range v.taken {
		var cita, evento int64
		if _, err := fmt.Sscan(m, &cita, &evento); err != nil || evento < last[cita] {
			v.t.Errorf("evento %d of cita %d came after %d", evento, cita, last[cita])
		}
		last[cita] = evento
		delete(missing, m)
	}
	if len(eventos) != n || len(missing) > 0 {
		v.t.Errorf("%d eventos, of which %v were not taken", len(eventos), missing)
	}
	v.t.Logf("%d eventos in %d attempts, taken %d times", n, v.tries, len(v.taken))
}

// TestAReceiverThatFailsGetsEverythingInOrder has two replicas share the work, and
// kills one of them in the middle of it.
func TestAReceiverThatFailsGetsEverythingInOrder(t *testing.T) {
	t.Parallel()
	db, token := postgresClinic(t)
	doomed, other := start(t, "serve", "--db", db, "--webhooks-locales"), start(t, "serve", "--db", db, "--webhooks-locales")
	doomed.token, other.token = token, token
	v := newHookReceiver(t)
	v.hook(doomed)
	n := bookAndChange(t, doomed, 0, 12, 3)
	doomed.kill()
	n += bookAndChange(t, other, 12, 12, 3)
	v.wantAll(other, n)
}

// TestADeliveryOutlivesItsServer kills the only process there is.
func TestADeliveryOutlivesItsServer(t *testing.T) {
	t.Parallel()
	db, token := newClinic(t)
	v := newHookReceiver(t)
	n := 0
	for round := range 3 {
		s := start(t, "serve", "--db", db, "--webhooks-locales")
		s.token = token
		if round == 0 {
			v.hook(s)
		}
		n += bookAndChange(t, s, 10*round, 10, 3)
		if round < 2 {
			s.kill()
			continue
		}
		v.wantAll(s, n)
	}
}

// TestWebhooksMoveWithTheirClinic has nobody deliver where the clinic was.
func TestWebhooksMoveWithTheirClinic(t *testing.T) {
	t.Parallel()
	from, token := newClinic(t)
	old := start(t, "serve", "--db", from, "--webhooks-locales", "--webhooks=false")
	old.token = token
	v := newHookReceiver(t)
	v.hook(old)
	n := bookAndChange(t, old, 0, 4, 2)
	old.kill()
	if v.tries != 0 {
		t.Errorf("%d messages were sent, though nobody was to send any", v.tries)
	}
	dir := t.TempDir()
	file, to := filepath.Join(dir, "clinica.jsonl"), "sqlite:"+filepath.Join(dir, "b.db")
	tomahora(t, "export", "--clinica", "1", "--out", file, "--db", from)
	tomahora(t, "import", file, "--db", to)
	s := start(t, "serve", "--db", to, "--webhooks-locales")
	s.token = token
	n += bookAndChange(t, s, 4, 4, 2)
	v.wantAll(s, n)
}

// TestASlowReceiverLeavesBookingsAsTheyWere compares, in turns, how many bookings
// there are while nobody is told, and while ten receivers take forever.
func TestASlowReceiverLeavesBookingsAsTheyWere(t *testing.T) {
	hang := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer hang.Close()
	rate := func(hooks int) float64 {
		db, token := newClinic(t)
		s := start(t, "serve", "--db", db, "--webhooks-locales")
		defer s.kill()
		s.token = token
		for range hooks {
			if a, err := s.do(t.Context(), http.DefaultClient, http.MethodPost, "/api/v5/webhooks", fmt.Sprintf(`{"url":%q}`, hang.URL)); err != nil || a.status != http.StatusCreated {
				t.Fatalf("got %d %s, %v", a.status, a.body, err)
			}
		}
		l := &load{}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		l.run(ctx, s, &wg, func(answer) {})
		wg.Wait()
		return float64(len(l.acked)) / 3
	}
	var alone, told []float64
	for range 3 {
		alone, told = append(alone, rate(0)), append(told, rate(10))
	}
	slices.SortFunc(alone, cmp.Compare)
	slices.SortFunc(told, cmp.Compare)
	ratio := told[1] / alone[1]
	t.Logf("bookings/s: %.0f alone, %.0f with ten slow receivers, ratio %.2f (all: %.0f and %.0f)", alone[1], told[1], ratio, alone, told)
	if ratio < 0.4 {
		t.Errorf("bookings fall to %.2f of what they are alone", ratio)
	}
}
