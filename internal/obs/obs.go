// Package obs keeps the metrics of the program for Prometheus. The others tell
// it what happens through interfaces of their own; none knows Prometheus.
//
// Labels are route patterns, known methods, statuses, codes and laws: a fixed
// number of series, and nothing of a patient, a clinic or a caller.
package obs

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
)

const (
	namespace   = "tomahora"
	pingTimeout = 2 * time.Second
	maxScrapes  = 4 // at once; more are answered 503
)

// Metrics are the metrics of one process, in a registry of their own. It is the
// observer of a store and of a server; its methods are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	clock    func() time.Time

	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	routes    series[requestKey, requestSeries]
	bookings  *prometheus.CounterVec
	outcomes  series[bookingKey, prometheus.Counter]

	members prometheus.Histogram
	depth   prometheus.Histogram
	commits prometheus.Histogram
	alarms  *prometheus.CounterVec
}

var _ sqlstore.Observer = (*Metrics)(nil)

// New makes the metrics of a program of some version. Clock is the real clock,
// which the store times its commits by.
func New(version string, clock func() time.Time) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), clock: clock}
	m.requests = counters("http_requests_total", "Requests answered. Status 0: the connection ended before there was an answer.", "route", "method", "status")
	m.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: "http_request_duration_seconds", Help: "Time from the request's head to the end of its answer.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route", "method"}) // without the status, which would multiply the buckets
	m.bookings = counters("bookings_total", "Requests to book or to change a date, by how they ended: accepted, replayed, or the error's code.", "operation", "outcome")
	m.members = histogram("lane_batch_members", "Updates that shared a transaction.", prometheus.ExponentialBuckets(1, 2, 9))
	m.depth = histogram("lane_depth", "Updates in the lane when a batch of them was taken, those of the batch included.", prometheus.ExponentialBuckets(1, 2, 12))
	m.commits = histogram("commit_duration_seconds", "Time that COMMIT took, the disk's fsync included.",
		[]float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5})
	m.alarms = counters("law_alarms_total", "Times the database itself refused what the rules had let through. Must stay 0.", "law")
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "The program that runs; always 1.",
	}, []string{"version", "goversion"})
	build.WithLabelValues(version, runtime.Version()).Set(1)
	m.registry.MustRegister(m.requests, m.durations, m.bookings, m.members, m.depth, m.commits, m.alarms, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.startAtZero()
	return m
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets})
}

// startAtZero makes the series that alerts ask for: the first increase of a
// series that was not there is none to Prometheus.
func (m *Metrics) startAtZero() {
	for _, law := range []tomahora.Code{tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon, tomahora.CodeAtencionConCita} {
		m.alarms.WithLabelValues(string(law))
	}
	for _, operation := range []string{"create", "change_date"} {
		for _, outcome := range []string{"accepted", "replayed"} {
			m.bookings.WithLabelValues(operation, outcome)
		}
	}
}

// Handler answers a scrape.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: maxScrapes, Registry: m.registry})
}

// Store is what a store tells when it is asked.
type Store interface {
	Stats() sqlstore.Stats
	Ping(ctx context.Context) error
	Backlog(ctx context.Context) (sqlstore.Backlog, error)
}

// WatchStore adds what a store is busy with, whether its database answers, and how
// far its webhooks are behind; all are asked at each scrape. Of one Metrics it is
// called once.
func (m *Metrics) WatchStore(s Store) {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
	}
	m.registry.MustRegister(watched{
		store: s, clock: m.clock,
		queued:   desc("lane_queued", "Updates that wait for the lane."),
		readers:  desc("readers", "Read transactions that may run at once."),
		inUse:    desc("readers_in_use", "Read transactions that run."),
		waiting:  desc("readers_waiting", "Callers that wait to read."),
		up:       desc("database_up", "1 when the database answers as /readyz asks it, else 0."),
		eventos:  desc("feed_lag_eventos", "Eventos by which a clinic is ahead of what its webhooks have looked at, where that is most."),
		entregas: desc("webhook_deliveries", "Deliveries to active webhooks that wait (pendiente) or were given up (muerta), at most 10,000 of each webhook.", "estado"),
		oldest:   desc("webhook_oldest_pending_seconds", "How long the oldest delivery that waits has waited; 0 when none does."),
	})
}

// watched asks a store, one question after the other, so that the scrape does not
// count its own reading.
type watched struct {
	store Store
	clock func() time.Time

	queued, readers, inUse, waiting, up, eventos, entregas, oldest *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (w watched) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{w.queued, w.readers, w.inUse, w.waiting, w.up, w.eventos, w.entregas, w.oldest} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (w watched) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	now := w.store.Stats()
	gauge(w.queued, float64(now.Queued))
	gauge(w.readers, float64(now.Readers))
	gauge(w.inUse, float64(now.ReadersInUse))
	gauge(w.waiting, float64(now.ReadersWaiting))
	gauge(w.up, up(w.store))
	w.backlog(gauge)
}

// backlog tells how far webhooks are behind; nothing while the store does not
// answer.
func (w watched) backlog(gauge func(d *prometheus.Desc, v float64, labels ...string)) {
	ctx, cancel := context.WithTimeout(context.Background(), pingTimeout)
	defer cancel()
	behind, err := w.store.Backlog(ctx)
	if err != nil {
		return
	}
	gauge(w.eventos, float64(behind.Eventos))
	gauge(w.entregas, float64(behind.Pendientes), string(tomahora.Pendiente))
	gauge(w.entregas, float64(behind.Muertas), string(tomahora.Muerta))
	waited := 0.0
	if !behind.Desde.IsZero() {
		waited = max(0, w.clock().Sub(behind.Desde).Seconds())
	}
	gauge(w.oldest, waited)
}

func up(s Store) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), pingTimeout)
	defer cancel()
	if s.Ping(ctx) != nil {
		return 0
	}
	return 1
}

// series are the children of a vector that were used before, so that finding
// one allocates nothing.
type series[K comparable, V any] struct {
	mu    sync.RWMutex
	known map[K]V
}

// get finds the child of a key, or lets create make it.
func (s *series[K, V]) get(key K, create func(K) V) V {
	s.mu.RLock()
	v, ok := s.known[key]
	s.mu.RUnlock()
	if ok {
		return v
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[K]V{}
	}
	v = create(key) // the vector gives the same child twice
	s.known[key] = v
	return v
}

type requestKey struct {
	route, method string
	status        int
}

type requestSeries struct {
	count    prometheus.Counter
	duration prometheus.Observer
}

// Request counts a request a server has answered. A request that took no route
// is counted under "unknown", whatever its path.
func (m *Metrics) Request(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "unknown"
	}
	of := m.routes.get(requestKey{route, method, status}, m.requestSeries)
	of.count.Inc()
	of.duration.Observe(took.Seconds())
}

func (m *Metrics) requestSeries(k requestKey) requestSeries {
	return requestSeries{
		m.requests.WithLabelValues(k.route, k.method, strconv.Itoa(k.status)),
		m.durations.WithLabelValues(k.route, k.method),
	}
}

type bookingKey struct{ operation, outcome string }

// Booked counts how a request to book, or to change a date, ended.
func (m *Metrics) Booked(operation, outcome string) {
	m.outcomes.get(bookingKey{operation, outcome}, m.bookingSeries).Inc()
}

func (m *Metrics) bookingSeries(k bookingKey) prometheus.Counter {
	return m.bookings.WithLabelValues(k.operation, k.outcome)
}

// Now implements sqlstore.Observer.
func (m *Metrics) Now() time.Time { return m.clock() }

// Batch implements sqlstore.Observer.
func (m *Metrics) Batch(members, queued int) {
	m.members.Observe(float64(members))
	m.depth.Observe(float64(members + queued))
}

// Commit implements sqlstore.Observer.
func (m *Metrics) Commit(took time.Duration) { m.commits.Observe(took.Seconds()) }

// Alarm implements sqlstore.Observer.
func (m *Metrics) Alarm(law tomahora.Code) { m.alarms.WithLabelValues(string(law)).Inc() }
