package e2e

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// scrape asks url for metrics with a token, none where it is empty.
func scrape(t *testing.T, url, token string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/metrics", nil)
	must(t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	must(t, err)
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(read)
}

// metricsURL is where a server said that it listens for scrapes.
func (s *server) metricsURL(t *testing.T) string {
	t.Helper()
	for line := range strings.Lines(s.log.String()) {
		var said struct{ Msg, Addr string }
		if json.Unmarshal([]byte(line), &said) == nil && said.Msg == "listening for scrapes of metrics" {
			return "http://" + said.Addr
		}
	}
	t.Fatalf("the program does not say where it listens for scrapes\n%s", s.log)
	return ""
}

func TestMetricsAreOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty")
	if status, body := scrape(t, s.url, "demo"); status != http.StatusNotFound {
		t.Errorf("got %d %s, want 404", status, body)
	}
}

func TestMetricsBehindATokenOnTheMainListener(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty", "--metrics-token", "s3creto")
	for token, want := range map[string]int{"": 401, "demo": 401, "s3creto": 200} {
		if status, body := scrape(t, s.url, token); status != want {
			t.Errorf("with the token %q: got %d, want %d: %s", token, status, want, body)
		}
	}
}

func TestMetricsTellOfBookings(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty", "--now", "2026-11-27T12:00:00Z", "--metrics-listen", "127.0.0.1:0")
	cita := citaJSON(2, 1, 1, 2, "2026-12-01", "09:00", 30, 0)
	s.book(t, cita)
	s.book(t, cita)
	s.book(t, citaJSON(2, 1, 1, 1, "2026-12-01", "09:00", 30, 0))
	s.get(t, "/api/v5/citas/754")
	s.get(t, "/readyz")
	if status, _ := scrape(t, s.url, ""); status != http.StatusNotFound {
		t.Errorf("with a listener of their own the metrics are on the main one, too: %d", status)
	}
	status, body := scrape(t, s.metricsURL(t), "")
	if status != http.StatusOK {
		t.Fatalf("got %d %s", status, body)
	}
	for _, want := range []string{
		`tomahora_http_requests_total{method="POST",route="/api/v5/citas",status="201"} 2`,
		"\ntomahora_feed_lag_eventos 0\n", `tomahora_webhook_deliveries{estado="pendiente"} 0`, "\ntomahora_webhook_oldest_pending_seconds 0\n",
		`tomahora_http_requests_total{method="POST",route="/api/v5/citas",status="400"} 1`,
		`tomahora_http_requests_total{method="GET",route="/api/v5/citas/{id}",status="200"} 1`,
		`tomahora_http_requests_total{method="GET",route="/readyz",status="200"} 1`,
		`tomahora_http_request_duration_seconds_count{method="POST",route="/api/v5/citas"} 3`,
		`tomahora_bookings_total{operation="create",outcome="accepted"} 1`,
		`tomahora_bookings_total{operation="create",outcome="replayed"} 1`,
		`tomahora_bookings_total{operation="create",outcome="tope_profesional"} 1`,
		`tomahora_bookings_total{operation="change_date",outcome="accepted"} 0`,
		`tomahora_law_alarms_total{law="tope_profesional"} 0`,
		`tomahora_database_up 1`,
		`tomahora_lane_queued 0`,
		`tomahora_readers_in_use 0`,
		`tomahora_build_info{goversion=`,
		`tomahora_lane_batch_members_count `,
		`tomahora_lane_depth_count `,
		`tomahora_commit_duration_seconds_count `,
		`process_open_fds `,
		`go_goroutines `,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
}

// TestALawThatFiresIsCounted gives the database a law the rules do not know.
func TestALawThatFiresIsCounted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "demo.db")
	s := start(t, "demo", "--empty", "--db", "sqlite:"+file, "--metrics-token", "s3creto")
	db, err := sql.Open("sqlite", file)
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "CREATE TRIGGER no_more BEFORE INSERT ON citas BEGIN SELECT RAISE(ABORT, 'tope_sillon'); END")
	must(t, err)
	if a := s.book(t, citaJSON(2, 1, 1, 2, "2026-12-01", "09:00", 30, 0)); a.status != 400 || a.code(t) != "tope_sillon" {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	_, body := scrape(t, s.url, "s3creto")
	if strings.Contains(body, `tomahora_law_alarms_total{law="tope_sillon"} 0`) || !strings.Contains(body, `tomahora_law_alarms_total{law="tope_profesional"} 0`) {
		t.Errorf("the alarm is not counted, or another is\n%s", s.log)
	}
}

// TestHostilePathsMakeNoSeries asks for what does not exist in many ways.
func TestHostilePathsMakeNoSeries(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty", "--metrics-listen", "127.0.0.1:0")
	ask := func(method, path string) {
		a, err := s.do(t.Context(), http.DefaultClient, method, path, "")
		must(t, err)
		if a.status < 400 {
			t.Fatalf("%s %s: got %d", method, path, a.status)
		}
	}
	hostile := func(from, to int) {
		for i := from; i < to; i++ {
			ask("GET", fmt.Sprintf("/fernanda-%d", i))
			ask("GET", fmt.Sprintf("/api/v5/pacientes/1111111%d-1", i))
			ask("GET", fmt.Sprintf("/api/v5/citas/%d/x%d", i, i))
			ask("GET", fmt.Sprintf("/api/v%d/citas", 7+i))
			ask(fmt.Sprintf("HACK%d", i), "/api/v5/citas")
			ask("GET", fmt.Sprintf("/api/v5/citas/x?q=%d", i))
		}
	}
	count := func() int {
		_, body := scrape(t, s.metricsURL(t), "")
		for _, secret := range []string{"fernanda", "1111111", "HACK", "demo"} {
			if strings.Contains(body, secret) {
				t.Errorf("the metrics tell what a caller invented: %s", secret)
			}
		}
		return strings.Count(body, "tomahora_http_")
	}
	hostile(0, 3)
	before := count()
	hostile(3, 60)
	if after := count(); after != before {
		t.Errorf("%d lines of requests became %d", before, after)
	}
}

func TestTheMetricsListenerEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty", "--metrics-listen", "127.0.0.1:0")
	url := s.metricsURL(t)
	must(t, s.cmd.Process.Signal(os.Interrupt))
	must(t, s.wait())
	if resp, err := http.Get(url + "/metrics"); err == nil {
		resp.Body.Close()
		t.Error("the listener outlived the program")
	}
	taken := start(t, "demo", "--empty")
	cmd := exec.Command(binary, "demo", "--empty", "--listen", "127.0.0.1:0", "--metrics-listen", strings.TrimPrefix(taken.url, "http://"))
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "address already in use") {
		t.Errorf("a taken address for metrics: %v %s", err, out)
	}
}
