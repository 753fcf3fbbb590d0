package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
)

// movers are how many clients want the one slot.
const movers = 64

// wish is a request that would put a cita on the contested slot.
type wish struct {
	method, path, body string
	status             int // when it is granted
}

// The slot that everyone wants, of profesional 2 on sillón 1, and the days of the
// week after it where the citas are that want it.
const (
	contestedFecha, contestedHora = "2027-03-01", "18:00"
	waitingFrom, waitingTo        = "2027-03-08", "2027-03-11"
)

// waiting books the cita of a mover, twenty on each day.
func waiting(t *testing.T, s *server, i int) int64 {
	t.Helper()
	hora := fmt.Sprintf("%02d:%02d", 8+i%20/4, i%4*15)
	fecha := fmt.Sprintf("2027-03-%02d", 8+i/20)
	a := s.book(t, citaJSON(2, 1, 1, i+1, fecha, hora, 15, 0))
	a.want(t, http.StatusCreated)
	return a.id(t)
}

func byPut(t *testing.T, s *server, i int) wish {
	t.Helper()
	id := waiting(t, s, i)
	return wish{http.MethodPut, fmt.Sprintf("/api/v5/citas/%d", id), fmt.Sprintf(`{"fecha":%q,"hora_inicio":%q}`, contestedFecha, contestedHora), http.StatusOK}
}

func byChangeDate(t *testing.T, s *server, i int) wish {
	t.Helper()
	id := waiting(t, s, i)
	body := fmt.Sprintf(`{"id_sesion":%d,"fecha":%q,"hora_inicio":%q,"duracion":15}`, id, contestedFecha, contestedHora)
	return wish{http.MethodPost, "/api/v5/citas/changeDate", body, http.StatusCreated}
}

// byUnannulling books the slot itself and annuls that, so that the wish is to
// have it back.
func byUnannulling(t *testing.T, s *server, i int) wish {
	t.Helper()
	a := s.book(t, citaJSON(2, 1, 1, i+1, contestedFecha, contestedHora, 15, 0))
	a.want(t, http.StatusCreated)
	path := fmt.Sprintf("/api/v5/citas/%d", a.id(t))
	s.wire(t, http.MethodPut, path, asJSON, `{"id_estado":1}`).want(t, http.StatusOK)
	return wish{http.MethodPut, path, `{"id_estado":7}`, http.StatusOK}
}

func byBooking(t *testing.T, _ *server, i int) wish {
	t.Helper()
	return wish{http.MethodPost, "/api/v5/citas", citaJSON(2, 1, 1, i+1, contestedFecha, contestedHora, 15, 0), http.StatusCreated}
}

type wisher func(t *testing.T, s *server, i int) wish

// TestOneOfManyMoversWins: of many citas that are moved, or brought back, onto
// one slot at the same time, one gets it and every other one stays what it was.
func TestOneOfManyMoversWins(t *testing.T) {
	t.Parallel()
	tests := map[string][]wisher{
		"by PUT":           {byPut},
		"by changeDate":    {byChangeDate},
		"by un-annulling":  {byUnannulling},
		"in every way":     {byPut, byChangeDate, byUnannulling, byBooking},
		"against bookings": {byPut, byBooking},
	}
	for name, wishers := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := "sqlite:" + t.TempDir() + "/demo.db"
			s := start(t, "demo", "--db", db, "--empty")
			wishes := make([]wish, movers)
			for i := range wishes {
				wishes[i] = wishers[i%len(wishers)](t, s, i)
			}
			live := liveIDs(t, s, waitingFrom, waitingTo)
			won := s.race(t, wishes)
			if len(won) != 1 {
				t.Errorf("%d clients got the slot: %v", len(won), won)
			}
			if on := liveIDs(t, s, contestedFecha, contestedFecha); len(on) != 1 {
				t.Errorf("on the slot are the citas %v, want one", on)
			}
			after := liveIDs(t, s, waitingFrom, waitingTo)
			gone := 0
			for _, id := range live {
				if !slices.Contains(after, id) {
					gone++
				}
			}
			if gone > 1 {
				t.Errorf("%d citas left their place, want at most the winner", gone)
			}
			tomahora(t, "check", "--db", db)
		})
	}
}

// race sends all wishes at once, and returns those that were granted.
func (s *server) race(t *testing.T, wishes []wish) []wish {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: len(wishes)}}
	begin := make(chan struct{})
	var mu sync.Mutex
	var won []wish
	var wg sync.WaitGroup
	for _, w := range wishes {
		wg.Go(func() {
			<-begin
			a, err := s.do(t.Context(), client, w.method, w.path, w.body)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				t.Error(err)
			case a.status == w.status:
				won = append(won, w)
			case a.status != http.StatusBadRequest || a.code(t) != "tope_profesional":
				t.Errorf("%s %s: got %d %s", w.method, w.path, a.status, a.body)
			}
		})
	}
	close(begin)
	wg.Wait()
	return won
}

// liveIDs are the live citas from one day to another.
func liveIDs(t *testing.T, s *server, desde, hasta string) []string {
	t.Helper()
	q := fmt.Sprintf(`{"fecha":{"gte":%q,"lte":%q},"estado_anulacion":{"eq":0}}`, desde, hasta)
	return s.wire(t, http.MethodGet, "/api/v5/citas?limit=100&q="+encodeURIComponent(q), "", "").column(t, "id")
}
