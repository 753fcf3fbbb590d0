package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A day's work at a clinic: of twenty requests sixteen look for free hours, three
// list and one books.
const (
	mixedOf          = 20
	mixedFree        = 16
	mixedLists       = 3
	mixedConnections = 64
	mixedPast        = 10 // a part of the larger history, which lists have to pass by
	mixedVariants    = 1009
)

// kind is one sort of request in a mix, with how long each took.
type kind struct {
	name     string
	requests [][]byte // asked in turn; nil: bookings

	mu        sync.Mutex
	latencies []time.Duration
}

func (k *kind) add(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.latencies = append(k.latencies, d)
}

// mixed measures all three at once on one server.
type mixed struct {
	served
	free, lists, bookings *kind
	booked                atomic.Int64
}

// measureMix measures the mix on an engine.
func (b *bench) measureMix(ctx context.Context, e engine) (err error) {
	db, err := e.create(ctx)
	if err != nil {
		return err
	}
	s, err := b.serve(ctx, db, b.history/mixedPast)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	m := &mixed{served: s, bookings: &kind{name: "bookings, 5 %"}}
	m.free = &kind{name: "availability, 80 %", requests: m.variants(m.freeHours)}
	m.lists = &kind{name: "lists, 15 %", requests: m.variants(m.list)}
	all := m.measurement(e.name)
	if err := measure(ctx, b.rounds, b.duration, all); err != nil {
		return err
	}
	rows := [][]string{{"", "answers", "p50 ms", "p99 ms"}}
	for _, k := range []*kind{m.free, m.lists, m.bookings} {
		slices.Sort(k.latencies)
		t := tally{latencies: k.latencies}
		rows = append(rows, []string{
			k.name, strconv.Itoa(len(k.latencies)),
			fmt.Sprintf("%.2f", milliseconds(t.percentile(50))), fmt.Sprintf("%.2f", milliseconds(t.percentile(99))),
		})
	}
	b.out.measurements(fmt.Sprintf("A day's mix over HTTP after %d old citas, %s", b.history/mixedPast, e.name), "connections", all)
	b.out.table("", rows)
	if err := m.measureLibre(ctx, b, e); err != nil {
		return err
	}
	return m.audit(ctx, m.before+m.booked.Load())
}

func (m *mixed) measurement(name string) *measurement {
	return &measurement{name: name, callers: mixedConnections, cpu: m.cpu, open: func(ctx context.Context, n int) ([]caller, func(), error) {
		if err := m.stock(ctx); err != nil {
			return nil, nil, err
		}
		turn := 0
		return m.connect(ctx, n, func(w *wire) caller {
			turn += 7 // the connections are not to book all at once
			return m.caller(w, turn)
		})
	}}
}

// caller asks for one kind after the other, beginning somewhere in the mix.
func (m *mixed) caller(w *wire, turn int) caller {
	p := newPoster(m.token)
	return func(context.Context) (bool, error) {
		turn++
		k := m.bookings
		switch place := turn % mixedOf; {
		case place < mixedFree:
			k = m.free
		case place < mixedFree+mixedLists:
			k = m.lists
		}
		start := time.Now()
		err := m.ask(w, p, k, turn)
		k.add(time.Since(start))
		return err == nil, err
	}
}

func (m *mixed) ask(w *wire, p *poster, k *kind, turn int) error {
	if k.requests != nil {
		status, body, err := w.do(k.requests[turn*31%len(k.requests)])
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("status %d: %s", status, body)
		}
		return err
	}
	accepted, err := booked(w.do(p.post(m.work.attempt())))
	if accepted {
		m.booked.Add(1)
	}
	return err
}

// variants are the requests for paths.
func (m *mixed) variants(path func(n int64) string) [][]byte {
	list := make([][]byte, mixedVariants)
	for i := range list {
		list[i] = get(path(int64(i)), m.token)
	}
	return list
}

// freeHours asks for a profesional's hours, as a grid or as free starts. Two of
// the workload's days, which have no nights, are as long as a week elsewhere.
func (m *mixed) freeHours(n int64) string {
	profesional := spread(n, profesionales)
	from := firstDay().AddDays(int(n % blockDays))
	if n%2 == 0 {
		return fmt.Sprintf("/api/v5/sucursales/%d/profesionales/%d/agendas?q=", sucursal, profesional) + url.QueryEscape(fmt.Sprintf(
			`{"fecha_inicio":{"eq":"%s"},"fecha_fin":{"eq":"%s"},"mostrar_detalles":{"eq":"0"}}`, from, from.AddDays(1)))
	}
	return fmt.Sprintf("/api/v5/horariosdisponibles?ids_profesional[]=%d&id_sucursal=%d&fecha_inicio=%s&fecha_fin=%s&duracion=%d",
		profesional, sucursal, from, from.AddDays(1), intervalo)
}

// list asks for a profesional's day or a paciente's newest.
func (m *mixed) list(n int64) string {
	q := fmt.Sprintf(`{"id_paciente":{"eq":%d}}`, spread(n, m.work.pacientes))
	if n%2 == 0 {
		q = fmt.Sprintf(`{"id_profesional":{"eq":%d},"fecha":{"eq":"%s"}}`, spread(n, profesionales), firstDay().AddDays(int(n%blockDays)))
	}
	return "/api/v5/citas?q=" + url.QueryEscape(q)
}
