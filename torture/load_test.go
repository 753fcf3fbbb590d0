package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// loaders are the clients of a load.
const loaders = 32

// patience is how long anything may take to come back.
const patience = time.Minute

// load books, annuls and moves, and remembers what it was promised. Every two
// wishes are for one slot. Who gets no answer, or 503, sends the same again, to
// the next replica, until there is an answer; some hang up before it comes.
type load struct {
	ctx       context.Context //nolint:containedctx // of the test: when that is over there is nothing to insist on
	cluster   *cluster
	pacientes []int64
	stop      context.CancelFunc
	wg        sync.WaitGroup

	next, nextMove   atomic.Int64
	granted, unknown atomic.Int64
	replayed         atomic.Int64 // wishes whose first sending had its effect unanswered

	mu       sync.Mutex
	promised map[string]promise // by the comment of the wish
	broken   []string           // what no server should have said
}

// promise is what is known of a wish in the end.
type promise struct {
	booked        // id 0: it was refused
	rival  string // the other wish for the slot
	hungUp bool   // on a sending of it
}

// startLoad sets the clients to work until settle.
func startLoad(t *testing.T, c *cluster, seed uint64) *load {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &load{ctx: t.Context(), cluster: c, stop: stop, pacientes: c.pacientes(t, loaders), promised: map[string]promise{}}
	for client := range loaders {
		rnd := rand.New(rand.NewPCG(seed, uint64(client)))
		l.wg.Go(func() {
			for ctx.Err() == nil {
				l.fulfil(client, rnd)
				time.Sleep(5 * time.Millisecond) // a person would think longer
			}
		})
	}
	return l
}

// slot is the place number n: every quarter of an hour of the weekdays of
// profesional 2, on both sillones.
func slot(n int) place {
	const perDay = 2 * 44 // from 08:00 to 20:00 without the break
	days, i := n/perDay, n%perDay
	p := place{prof: 2, suc: 1, sillon: 1 + int64(i%2), inicio: 480 + 15*(i/2)}
	if p.inicio >= 13*60 {
		p.inicio += 60
	}
	p.fin = p.inicio + 15
	p.fecha = loadFrom.AddDate(0, 0, 7*(days/5)+days%5).Format(time.DateOnly)
	return p
}

// The Mondays on which the slots begin, and those to which citas are moved.
var (
	loadFrom  = time.Date(2040, time.January, 2, 0, 0, 0, 0, time.UTC)
	moveWeeks = 10_000
)

// fulfil is one wish, and often a change of mind.
func (l *load) fulfil(client int, rnd *rand.Rand) {
	n := l.next.Add(1)
	w := wish{place: slot(int(n / 2)), paciente: l.pacientes[client], estado: estadoInicial, video: 0, comentario: wishName(n)}
	a, hungUp := l.insist(client, rnd, http.MethodPost, "/citas", w.body())
	made := booked{paciente: w.paciente, estado: w.estado, place: w.place, comentario: w.comentario}
	switch {
	case a.status == http.StatusCreated:
		c, err := data[cita](a)
		made.id, made.atencion = c.ID, c.IDAtencion
		if err != nil || c != made.wire() {
			l.complain("%v got %v", w.body(), a)
		}
	case a.status != http.StatusBadRequest || !onlyProfesional(a.refusal().codes()):
		l.complain("%v got %v", w.body(), a)
	}
	if made.id != 0 {
		l.granted.Add(1)
		made = l.change(client, rnd, made)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.promised[w.comentario] = promise{made, wishName(n ^ 1), hungUp}
}

func wishName(n int64) string { return fmt.Sprint("deseo ", n) }

// change annuls or moves a cita, or does not, and returns it as it then must be.
func (l *load) change(client int, rnd *rand.Rand, c booked) booked {
	var ch change
	switch rnd.IntN(4) {
	case 0:
		ch.estado = new(int64(1))
	case 1:
		to := slot(int(l.nextMove.Add(1)))
		day, err := time.Parse(time.DateOnly, to.fecha)
		if err != nil {
			panic(err)
		}
		ch.inicio, ch.sillon = &to.inicio, &to.sillon
		ch.fecha = new(day.AddDate(0, 0, 7*moveWeeks).Format(time.DateOnly))
	default:
		return c
	}
	c = ch.apply(c)
	a, _ := l.insist(client, rnd, http.MethodPut, fmt.Sprintf("/citas/%d", c.id), ch.body())
	if got, err := data[cita](a); err != nil || a.status != http.StatusOK || got != c.wire() {
		l.complain("PUT %d %v got %v", c.id, ch.body(), a)
	}
	return c
}

// insist sends a request until it is answered, and tells whether its client hung
// up on one of the sendings.
func (l *load) insist(client int, rnd *rand.Rand, method, path string, body object) (a answer, hungUp bool) {
	for try := 0; ; try++ {
		a = l.send(l.cluster.server(client+try), rnd, method, path, body)
		hungUp = hungUp || errors.Is(a.err, context.DeadlineExceeded)
		if a.replayed() {
			l.replayed.Add(1)
		}
		if !a.unknown() || l.ctx.Err() != nil {
			return a, hungUp
		}
		l.unknown.Add(1)
		time.Sleep(30 * time.Millisecond)
	}
}

// send sends a request; of ten clients one hangs up at about the time when the
// answer is due.
func (l *load) send(s *server, rnd *rand.Rand, method, path string, body object) answer {
	if rnd.IntN(10) > 0 {
		return s.call(method, path, body)
	}
	ctx, cancel := context.WithTimeout(l.ctx, time.Duration(rnd.IntN(10_000))*time.Microsecond)
	defer cancel()
	return s.callWithin(ctx, method, path, body)
}

func (l *load) complain(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = append(l.broken, fmt.Sprintf(format, args...))
}

// progress waits until so many more wishes are granted.
func (l *load) progress(t *testing.T, wishes int64) {
	t.Helper()
	from, begin := l.granted.Load(), time.Now()
	for l.granted.Load() < from+wishes {
		if time.Since(begin) > patience {
			t.Fatalf("of %d wishes %d were granted within %v", wishes, l.granted.Load()-from, patience)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// settle lets every client hear the end of its wish, and holds what all were
// promised against what there is.
func (l *load) settle(t *testing.T) {
	t.Helper()
	l.stop()
	ended := make(chan struct{})
	go func() {
		l.wg.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatalf("some requests are still without an answer after %v", patience)
	}
	for _, complaint := range l.broken[:min(10, len(l.broken))] {
		t.Errorf("%d complaints: %s", len(l.broken), complaint)
	}
	all, err := l.cluster.server(0).list(fmt.Sprintf(`{"fecha":{"gte":%q}}`, loadFrom.Format(time.DateOnly)))
	must(t, err)
	if both := conflicts(all); len(both) > 0 {
		t.Errorf("live citas conflict: %v", both[:min(5, len(both))])
	}
	l.compare(t, all)
	l.cluster.check(t)
	t.Logf("%d wishes, %d granted, %d sendings without an answer of which %d had had their effect",
		len(l.promised), l.granted.Load(), l.unknown.Load(), l.replayed.Load())
}

// compare wants exactly what was promised: of each wish that was granted one
// cita, as its last change left it; of one that was refused, none.
func (l *load) compare(t *testing.T, all []cita) {
	t.Helper()
	there := map[string][]cita{}
	for _, c := range all {
		there[c.Comentarios] = append(there[c.Comentarios], c)
		if _, known := l.promised[c.Comentarios]; !known {
			t.Errorf("cita %d is nobody's wish", c.ID)
		}
	}
	wrong := 0
	for comentario, want := range l.promised {
		var list []cita
		if want.id != 0 {
			list = []cita{want.wire()}
		}
		if !slices.Equal(there[comentario], list) && !l.cameLate(want, there[comentario]) {
			if wrong++; wrong <= 10 {
				t.Errorf("of the wish «%s» there is %+v, want %+v", comentario, there[comentario], list)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d wishes are not as they were promised", wrong)
	}
}

// cameLate tells of a wish that was refused whether the one cita there is of it is
// due to a sending that took effect afterwards. That can be where the client hung
// up on it and asked another replica, which refused because of the rival, while
// the first still waited its turn; and the rival has left the place since.
func (l *load) cameLate(refused promise, there []cita) bool {
	rival := l.promised[refused.rival]
	left := rival.id != 0 && (!rival.live() || rival.place != refused.place)
	late := len(l.cluster.servers) > 1 && refused.id == 0 && refused.hungUp && left && len(there) == 1
	if !late {
		return false
	}
	want := refused.booked
	want.id, want.atencion = there[0].ID, there[0].IDAtencion
	return want.id > rival.id && there[0] == want.wire()
}
