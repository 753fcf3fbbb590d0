package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// fleet are servers of one database.
type fleet struct {
	token string
	mu    sync.Mutex
	all   []*server
}

func (f *fleet) pick() *server {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.all[rand.N(len(f.all))]
}

// startFleet makes the load clinic in a database and serves it n times.
func startFleet(t *testing.T, db string, n int) *fleet {
	t.Helper()
	file := filepath.Join(t.TempDir(), "clinica.yaml")
	must(t, os.WriteFile(file, []byte(loadClinic), 0o600))
	id := tomahora(t, "clinica", "create", "--nombre", "Carga", "--zona", "UTC", "--db", db)
	tomahora(t, "clinica", "apply", file, "--clinica", id, "--db", db)
	seedPaciente(t, db)
	f := &fleet{token: tomahora(t, "token", "create", "--clinica", id, "--nombre", "carga", "--db", db)}
	for range n {
		f.all = append(f.all, f.start(t, db))
	}
	return f
}

func (f *fleet) start(t *testing.T, db string) *server {
	t.Helper()
	s := start(t, "serve", "--db", db)
	s.token = f.token
	return s
}

// evento is what the feed tells of a change.
type evento struct {
	ID        int64
	Accion    string
	Entidad   string
	IDEntidad int64 `json:"id_entidad"`
}

// consumer follows a feed. All it keeps over a kill is what it has seen.
type consumer struct {
	fleet *fleet
	seen  []evento
	kills int
	ways  map[string]int // how many eventos came by which way
}

func (c *consumer) cursor() int64 {
	if len(c.seen) == 0 {
		return 0
	}
	return c.seen[len(c.seen)-1].ID
}

// see takes one evento, which must be the next one.
func (c *consumer) see(t *testing.T, e evento, way string) {
	t.Helper()
	if e.ID != c.cursor()+1 {
		t.Fatalf("by %s: evento %d after evento %d", way, e.ID, c.cursor())
	}
	c.seen = append(c.seen, e)
	c.ways[way]++
}

// live follows the feed for a moment, one way or the other, until it is killed.
func (c *consumer) live(t *testing.T) {
	t.Helper()
	ctx, kill := context.WithTimeout(t.Context(), time.Duration(5+rand.N(300))*time.Millisecond)
	defer kill()
	follow, way := c.poll, "polling"
	if rand.N(2) == 0 {
		follow, way = c.stream, "stream"
	}
	if err := follow(ctx, t, way); err != nil && ctx.Err() == nil && !isCut(err) {
		t.Fatalf("by %s: %v", way, err)
	}
	c.kills++
}

// isCut tells whether a server was killed under its client.
func isCut(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// client does not keep connections: those of a killed consumer are gone, too.
func client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

func (c *consumer) poll(ctx context.Context, t *testing.T, way string) error {
	t.Helper()
	for {
		a, err := c.fleet.pick().do(ctx, client(), http.MethodGet, fmt.Sprintf("/api/v5/eventos?espera=25&limit=%d&desde=%d", 1+rand.N(100), c.cursor()), "")
		if err != nil {
			return err
		}
		var body struct {
			Data  []evento
			Links struct{ Next string }
		}
		if err := json.Unmarshal(a.body, &body); err != nil || a.status != http.StatusOK {
			t.Fatalf("%d %s: %v", a.status, a.body, err)
		}
		for _, e := range body.Data {
			c.see(t, e, way)
		}
		if !strings.HasSuffix(body.Links.Next, "desde="+strconv.FormatInt(c.cursor(), 10)) {
			t.Fatalf("after evento %d comes %s", c.cursor(), body.Links.Next)
		}
	}
}

func (c *consumer) stream(ctx context.Context, t *testing.T, way string) error {
	t.Helper()
	s := c.fleet.pick()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v5/eventos/stream", nil)
	must(t, err)
	r.Header.Set("Authorization", "Token "+s.token)
	r.Header.Set("Last-Event-ID", strconv.FormatInt(c.cursor(), 10))
	resp, err := client().Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the stream is %s", resp.Status)
	}
	var data string
	for lines := bufio.NewReader(resp.Body); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		switch name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); {
		case name == "data":
			data = value
		case name == "" && data != "":
			var e evento
			must(t, json.Unmarshal([]byte(data), &e))
			c.see(t, e, way)
			data = ""
		}
	}
}

// last is the newest evento there is.
func (f *fleet) last(t *testing.T) int64 {
	t.Helper()
	a := f.pick().get(t, "/api/v5/eventos?desde=ahora")
	var body struct{ Links struct{ Next string } }
	must(t, json.Unmarshal(a.body, &body))
	_, id, _ := strings.Cut(body.Links.Next, "desde=")
	n, err := strconv.ParseInt(id, 10, 64)
	must(t, err)
	return n
}

// followUnderLoad kills a consumer again and again while citas are booked on
// every server, disturbs them meanwhile, and compares what it saw in the end.
func followUnderLoad(t *testing.T, f *fleet, l *load, disturb func()) {
	t.Helper()
	c := &consumer{fleet: f, ways: map[string]int{}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var booking sync.WaitGroup
	for _, s := range f.all {
		l.run(ctx, s, &booking, func(a answer) {
			if a.status != http.StatusServiceUnavailable { // a clinic that waits for a replica which is gone
				t.Errorf("got %d %s", a.status, a.body)
			}
		})
	}
	disturbed := make(chan struct{})
	go func() {
		defer close(disturbed)
		disturb()
	}()
	for end := time.Now().Add(4 * time.Second); time.Now().Before(end); {
		c.live(t)
	}
	<-disturbed
	cancel()
	booking.Wait()
	last := f.last(t)
	for deadline := time.Now().Add(time.Minute); c.cursor() < last; {
		if time.Now().After(deadline) {
			t.Fatalf("saw %d eventos of %d", c.cursor(), last)
		}
		c.live(t)
	}
	told := map[int64]int{}
	for _, e := range c.seen {
		if e.Entidad == "cita" && e.Accion == "created" {
			told[e.IDEntidad]++
		}
	}
	for id, times := range told {
		if times != 1 {
			t.Errorf("cita %d was told of %d times", id, times)
		}
	}
	acked := slices.Compact(slices.Sorted(slices.Values(l.acked)))
	for _, id := range acked {
		if told[id] == 0 {
			t.Errorf("cita %d was booked, and nobody was told", id)
		}
	}
	if len(acked) == 0 || c.ways["polling"] == 0 || c.ways["stream"] == 0 {
		t.Errorf("%d citas, eventos by way: %v: too few to prove anything", len(acked), c.ways)
	}
	t.Logf("%d eventos of %d citas, %d kills of the consumer, eventos by way: %v", len(c.seen), len(acked), c.kills, c.ways)
}

func TestAConsumerThatIsKilledSeesEveryChangeOnce(t *testing.T) {
	t.Run("on SQLite", func(t *testing.T) {
		f := startFleet(t, "sqlite:"+filepath.Join(t.TempDir(), "a.db"), 1)
		followUnderLoad(t, f, &load{}, func() {})
	})
	t.Run("on PostgreSQL with two replicas, of which one is killed", func(t *testing.T) {
		db := emptyPostgres(t)
		f := startFleet(t, db, 2)
		l := &load{}
		followUnderLoad(t, f, l, func() {
			time.Sleep(1500 * time.Millisecond)
			f.all[1].kill()
			again := f.start(t, db)
			f.mu.Lock()
			f.all[1] = again
			f.mu.Unlock()
		})
	})
}

func TestStreamsAndWaitingRequestsEndWithTheProgram(t *testing.T) {
	t.Parallel()
	f := startFleet(t, "sqlite:"+filepath.Join(t.TempDir(), "a.db"), 1)
	s := f.all[0]
	ended := make(chan string, 2)
	began := make(chan struct{})
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/api/v5/eventos/stream", nil)
		if err != nil {
			ended <- err.Error()
			return
		}
		r.Header.Set("Authorization", "Token "+s.token)
		resp, err := client().Do(r)
		close(began)
		if err != nil {
			ended <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || !strings.HasPrefix(string(body), "retry: ") {
			ended <- fmt.Sprintf("the stream is cut off after %q: %v", body, err)
			return
		}
		ended <- ""
	}()
	<-began
	go func() {
		a, err := s.do(t.Context(), client(), http.MethodGet, "/api/v5/eventos?espera=60&desde=ahora", "")
		if err != nil || a.status != http.StatusOK {
			ended <- fmt.Sprintf("the waiting request: %d %s %v", a.status, a.body, err)
			return
		}
		ended <- ""
	}()
	time.Sleep(300 * time.Millisecond) // for the second to wait
	told := time.Now()
	must(t, s.cmd.Process.Signal(syscall.SIGTERM))
	for range 2 {
		if problem := <-ended; problem != "" {
			t.Error(problem)
		}
	}
	if err := s.wait(); err != nil {
		t.Errorf("the program ended with %v\n%s", err, s.log)
	}
	// A second is what they may take; the rest is for a busy machine.
	if took := time.Since(told); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}
