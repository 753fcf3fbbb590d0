package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAttemptsAimAtFreshSlotsButForOneInTen(t *testing.T) {
	w := &workload{slots: shuffledSlots(), pacientes: pacientes}
	taken := map[string]attempt{}
	conflicts := 0
	const attempts = 20_000
	for range attempts {
		a := w.attempt()
		key := fmt.Sprint(a.profesional, a.fecha, a.inicio)
		first, conflict := taken[key]
		switch {
		case !conflict:
			taken[key] = a
		case first.paciente == a.paciente:
			t.Fatalf("%+v repeats %+v for the same paciente, which is a retry", a, first)
		default:
			conflicts++
		}
	}
	if conflicts < attempts*8/100 || conflicts > attempts/10 {
		t.Errorf("got %d conflicts in %d attempts, want about one in ten", conflicts, attempts)
	}
}

func TestSlotsGoOnInTheNextBlock(t *testing.T) {
	w := &workload{slots: shuffledSlots(), pacientes: pacientes}
	first, second := w.nth(0), w.nth(int64(len(w.slots)))
	if got, want := second.fecha, first.fecha.AddDays(blockDays); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPostIsARequest(t *testing.T) {
	a := attempt{profesional: 2, fecha: firstDay(), inicio: 545, paciente: 3, atencion: 4}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(string(newPoster("demo").post(a)))))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id_profesional":2,"id_sucursal":1,"id_estado":7,"id_sillon":1,"id_paciente":3,"id_atencion":4,` +
		`"fecha":"2027-01-01","hora_inicio":"09:05","duracion":15,"comentario":"Control general"}`
	if d := cmp.Diff(want, string(body)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if got := r.Header.Get("Authorization"); got != "Token demo" {
		t.Errorf("got Authorization %q", got)
	}
}

func TestAnswersAreRead(t *testing.T) {
	answers := map[string]struct {
		status   int
		body     string
		accepted bool
		failed   bool
	}{
		"a booking is accepted":               {http.StatusCreated, `{"data":{}}`, true, false},
		"a taken slot is refused":             {http.StatusBadRequest, `{"error":{"code":"tope_profesional"}}`, false, false},
		"any other refusal is not expected":   {http.StatusBadRequest, `{"error":{"code":"sin_horario"}}`, false, true},
		"a server that fails is not expected": {http.StatusInternalServerError, `{}`, false, true},
	}
	for name, tt := range answers {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			defer s.Close()
			w, err := dial(t.Context(), s.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			for range 2 { // the connection stays usable
				accepted, err := booked(w.do(get("/", "demo")))
				if accepted != tt.accepted || (err != nil) != tt.failed {
					t.Fatalf("got %v, %v", accepted, err)
				}
			}
		})
	}
}

func TestDriveCountsAnswersAndStopsAtAFailure(t *testing.T) {
	var n atomic.Int64
	call := func(context.Context) (bool, error) {
		time.Sleep(time.Millisecond)
		return n.Add(1)%2 == 0, nil
	}
	got, err := drive(t.Context(), repeat(call, 4), 30*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if int64(got.answered()) != n.Load() || len(got.latencies) != got.answered() || got.percentile(50) < time.Millisecond {
		t.Errorf("got %d answers and %d latencies of %d calls", got.answered(), len(got.latencies), n.Load())
	}
	boom := errors.New("boom")
	failing := func(context.Context) (bool, error) { return false, boom }
	if _, err := drive(t.Context(), []caller{call, failing}, time.Hour); !errors.Is(err, boom) {
		t.Errorf("got %v, want the caller's own error", err)
	}
}

func TestRatiosAreJudged(t *testing.T) {
	tests := map[string]struct {
		ratio ratio
		want  string
	}{
		"below must":                      {ratio{got: 0.4, must: 0.5, aim: 0.7}, "MISSES"},
		"at must":                         {ratio{got: 0.5, must: 0.5, aim: 0.7}, "holds"},
		"at aim":                          {ratio{got: 0.7, must: 0.5, aim: 0.7}, "holds, aim reached"},
		"above must where less is better": {ratio{got: 1.4, must: 1.3, aim: 1.1, atMost: true}, "MISSES"},
		"below aim where less is better":  {ratio{got: 1, must: 1.3, aim: 1.1, atMost: true}, "holds, aim reached"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.ratio.verdict(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
