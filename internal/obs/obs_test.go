package obs_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/internal/obs"
	"github.com/tomahora/tomahora/sqlstore"
)

type store struct {
	stats   sqlstore.Stats
	backlog sqlstore.Backlog
	err     error
}

func (s *store) Stats() sqlstore.Stats      { return s.stats }
func (s *store) Ping(context.Context) error { return s.err }

func (s *store) Backlog(context.Context) (sqlstore.Backlog, error) { return s.backlog, s.err }

func scrape(t *testing.T, m *obs.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func newMetrics() *obs.Metrics { return obs.New("v9", time.Now) }

func TestWhatIsToldIsScraped(t *testing.T) {
	m, s := newMetrics(), &store{stats: sqlstore.Stats{Queued: 3, Readers: 8, ReadersInUse: 2, ReadersWaiting: 1}}
	m.WatchStore(s)
	m.Request("/api/v5/citas", "POST", 201, 3*time.Millisecond)
	m.Request("/api/v5/citas", "POST", 400, time.Millisecond)
	m.Request("", "other", 404, 0)
	m.Booked("create", "accepted")
	m.Booked("create", "tope_profesional")
	m.Batch(5, 7)
	m.Commit(2 * time.Millisecond)
	m.Alarm(tomahora.CodeTopeSillon)
	got := scrape(t, m)
	for _, line := range []string{
		`tomahora_http_requests_total{method="POST",route="/api/v5/citas",status="201"} 1`,
		`tomahora_http_requests_total{method="other",route="unknown",status="404"} 1`,
		`tomahora_http_request_duration_seconds_bucket{method="POST",route="/api/v5/citas",le="0.0025"} 1`,
		`tomahora_http_request_duration_seconds_count{method="POST",route="/api/v5/citas"} 2`,
		`tomahora_bookings_total{operation="create",outcome="accepted"} 1`,
		`tomahora_bookings_total{operation="create",outcome="tope_profesional"} 1`,
		`tomahora_bookings_total{operation="change_date",outcome="replayed"} 0`,
		`tomahora_lane_batch_members_sum 5`,
		`tomahora_lane_depth_sum 12`,
		`tomahora_commit_duration_seconds_bucket{le="0.0025"} 1`,
		`tomahora_law_alarms_total{law="tope_profesional"} 0`,
		`tomahora_law_alarms_total{law="tope_sillon"} 1`,
		`tomahora_law_alarms_total{law="atencion_con_cita"} 0`,
		`tomahora_lane_queued 3`, `tomahora_readers 8`, `tomahora_readers_in_use 2`, `tomahora_readers_waiting 1`,
		`tomahora_database_up 1`,
		`tomahora_build_info{goversion="go`,
		`go_goroutines `, `process_resident_memory_bytes `,
	} {
		if !strings.Contains(got, line) {
			t.Errorf("missing: %s", line)
		}
	}
	s.err = errors.New("gone")
	got = scrape(t, m)
	if !strings.Contains(got, "tomahora_database_up 0\n") {
		t.Error("the database is gone, but database_up is not 0")
	}
	if strings.Contains(got, "tomahora_webhook_deliveries{") {
		t.Error("the database is gone, but deliveries are counted")
	}
}

func TestHowFarWebhooksAreBehind(t *testing.T) {
	now := time.Date(2026, 11, 26, 4, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		backlog sqlstore.Backlog
		want    string
	}{
		{sqlstore.Backlog{}, "0 muerta 0 pendiente 0 waited 0"},
		{sqlstore.Backlog{Eventos: 7, Pendientes: 4, Muertas: 2, Desde: now.Add(-90 * time.Second)}, "7 muerta 2 pendiente 4 waited 90"},
		{sqlstore.Backlog{Pendientes: 1, Desde: now.Add(time.Second)}, "0 muerta 0 pendiente 1 waited 0"}, // another machine's clock
	} {
		m := obs.New("v9", func() time.Time { return now })
		m.WatchStore(&store{backlog: c.backlog})
		var got []string
		for line := range strings.Lines(scrape(t, m)) {
			for _, name := range []string{"feed_lag_eventos ", `webhook_deliveries{estado="`, "webhook_oldest_pending_seconds "} {
				if rest, ok := strings.CutPrefix(line, "tomahora_"+name); ok {
					got = append(got, strings.TrimSpace(strings.Replace(rest, `"}`, "", 1)))
				}
			}
		}
		if said := strings.Join(got, " "); said != strings.Replace(c.want, "waited ", "", 1) {
			t.Errorf("%+v: got %s, want %s", c.backlog, said, c.want)
		}
	}
}

func TestNamesAreAsPrometheusWantsThem(t *testing.T) {
	m := newMetrics()
	m.WatchStore(&store{})
	m.Request("/", "GET", 200, 0)
	problems, err := promlint.New(strings.NewReader(scrape(t, m))).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("problems %v, error %v", problems, err)
	}
}

func TestTellingAllocatesNothing(t *testing.T) {
	m := newMetrics()
	tell := func() {
		m.Request("/api/v5/citas", "POST", 201, time.Millisecond)
		m.Booked("create", "accepted")
		m.Batch(64, 3)
		m.Commit(m.Now().Sub(m.Now()))
	}
	tell()
	if n := testing.AllocsPerRun(1000, tell); n > 0 {
		t.Errorf("%v allocations for each request", n)
	}
}

func BenchmarkTellingOfARequest(b *testing.B) {
	m := newMetrics()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			m.Request("/api/v5/citas", "POST", 201, time.Millisecond)
			m.Booked("create", "accepted")
		}
	})
}
