package torture

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// numClients write a history together.
const numClients = 16

// TestHistoriesAreLinearizable lets many clients book, annul, bring back, move and
// list on few agendas, each through its own replica, and looks for an order in
// which the rules explain all they saw.
func TestHistoriesAreLinearizable(t *testing.T) {
	onEvery(t, func(t *testing.T, b backend) {
		c := b.open(t)
		acts, week := 0, 0
		rounds(t, budget(t, 10, 2*time.Second), func(seed uint64) {
			week++
			r := newRecorder(t, c, week, seed)
			r.record(t, 40)
			history := r.finish(t)
			acts += len(history)
			mustBeLinearizable(t, history)
		})
		t.Logf("%d acts", acts)
		c.check(t)
	})
}

// recorder writes a history of agendas that nobody used before.
type recorder struct {
	cluster   *cluster
	seed      uint64
	agendas   []agenda
	pacientes map[agenda][]int64
	begin     time.Time

	mu      sync.Mutex
	ids     map[agenda][]int64 // of the citas that are known
	history []porcupine.Operation
}

func newRecorder(t *testing.T, c *cluster, week int, seed uint64) *recorder {
	t.Helper()
	monday := firstWeek.AddDate(40, 0, 7*week) // far from what other tests book
	for monday.Weekday() != time.Monday {
		monday = monday.AddDate(0, 0, 1)
	}
	fecha := func(day int) string { return monday.AddDate(0, 0, day).Format(time.DateOnly) }
	r := &recorder{
		cluster: c, seed: seed, begin: time.Now(), ids: map[agenda][]int64{}, pacientes: map[agenda][]int64{},
		agendas: []agenda{{2, fecha(0)}, {1, fecha(0)}, {2, fecha(1)}},
	}
	for _, a := range r.agendas { // an atención may not tie two agendas together
		r.pacientes[a] = c.pacientes(t, 6)
	}
	return r
}

// record lets every client do n acts.
func (r *recorder) record(t *testing.T, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for client := range numClients {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(r.seed, uint64(client)))
			for i := range n {
				a := r.draw(rnd)
				a.wish.comentario = fmt.Sprintf("%d-%d", client, i)
				o, err := r.do(client, a)
				for err == nil && o.unknown && (o.unsent || a.kind == actBook) && t.Context().Err() == nil {
					time.Sleep(20 * time.Millisecond)
					o, err = r.do(client, a)
				}
				if err != nil {
					t.Errorf("%s: %v", describe(a, o), err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// do does one act and writes it down.
func (r *recorder) do(client int, a act) (outcome, error) {
	call := time.Since(r.begin).Nanoseconds()
	o, err := r.cluster.server(client).act(a)
	if o.unsent {
		return o, err
	}
	op := porcupine.Operation{ClientId: client, Input: a, Call: call, Output: o, Return: time.Since(r.begin).Nanoseconds()}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history = append(r.history, op)
	if o.cita.ID != 0 && a.kind == actBook {
		r.ids[a.agenda] = append(r.ids[a.agenda], o.cita.ID)
	}
	return o, err
}

// draw chooses the next act of a client.
func (r *recorder) draw(rnd *rand.Rand) act {
	a := act{agenda: pick(rnd, r.agendas), kind: actBook}
	r.mu.Lock()
	ids := slices.Clone(r.ids[a.agenda])
	r.mu.Unlock()
	p := r.drawPlace(rnd, a.agenda)
	die := rnd.IntN(10)
	if die < 5 && len(ids) > 0 {
		a.kind, a.id = actPut, pick(rnd, ids[max(0, len(ids)-12):])
	}
	switch {
	case a.kind == actBook && die == 9:
		a.kind = actList
	case a.kind == actBook:
		a.wish = wish{place: p, paciente: pick(rnd, r.pacientes[a.agenda]), estado: estadoInicial, video: absent}
		if a.prof == 2 {
			a.wish.video = 0 // its hours are of both modalities
		}
	case die < 2:
		a.change = change{estado: new(int64(1))}
	case die < 3:
		a.change = change{estado: new(int64(estadoInicial))}
	default:
		a.change = change{inicio: &p.inicio, suc: &p.suc, sillon: &p.sillon}
	}
	return a
}

// drawPlace draws one in the same two hours as everybody.
func (r *recorder) drawPlace(rnd *rand.Rand, a agenda) place {
	p := place{prof: a.prof, suc: 1, sillon: 1, fecha: a.fecha, inicio: 540 + 15*rnd.IntN(8)}
	p.fin = p.inicio + 15*(1+rnd.IntN(2))
	if a.prof == 2 {
		p.sillon = 1 + rnd.Int64N(2)
	} else {
		p.suc = 1 + rnd.Int64N(2)
	}
	return p
}

func pick[T any](rnd *rand.Rand, from []T) T { return from[rnd.IntN(len(from))] }

// finish looks at every agenda once more when all is quiet, and settles what was
// left without an answer.
func (r *recorder) finish(t *testing.T) []porcupine.Operation {
	t.Helper()
	var after []cita
	for _, a := range r.agendas {
		if _, err := r.do(0, act{agenda: a, kind: actList}); err != nil {
			t.Fatal(err)
		}
		all, err := r.cluster.server(1).list(fmt.Sprintf(`{"fecha":{"eq":%q},"id_profesional":{"eq":%d}}`, a.fecha, a.prof))
		if err != nil {
			t.Fatal(err)
		}
		after = append(after, all...)
	}
	if both := conflicts(after); len(both) > 0 {
		t.Errorf("live citas conflict: %v", both)
	}
	sent := map[string]int64{}
	for _, c := range after {
		if other, twice := sent[c.Comentarios]; twice {
			t.Errorf("one wish made the citas %d and %d", other, c.ID)
		}
		sent[c.Comentarios] = c.ID
	}
	slices.SortStableFunc(r.history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	return settled(r.history, after)
}

// TestCheckerSeesALie doctors a history that was recorded, in every way in which
// a server could betray its clients, and wants each to be found.
func TestCheckerSeesALie(t *testing.T) {
	c := backends()[0].open(t)
	r := newRecorder(t, c, 0, seed(t))
	r.record(t, 12)
	history := r.finish(t)
	mustBeLinearizable(t, history)
	first := func(wanted func(act, outcome) bool) func() int {
		return func() int {
			return slices.IndexFunc(history, func(op porcupine.Operation) bool { return wanted(seen(op)) })
		}
	}
	isBooked := func(a act, o outcome) bool { return a.kind == actBook && o.cita.ID != 0 }
	isRefused := func(a act, o outcome) bool { return a.kind == actBook && len(o.codes) > 0 }
	isAnnulled := func(a act, o outcome) bool { return a.kind == actPut && a.change.estado != nil && o.cita.IDEstado == 1 }
	// The last lists are of when all was quiet, so that only one answer is true.
	lastList := func() int {
		for i := len(history) - 1; i >= len(history)-len(r.agendas); i-- {
			if _, o := seen(history[i]); len(o.list) > 0 {
				return i
			}
		}
		return -1
	}
	lies := map[string]struct {
		find func() int
		tell func(act, *outcome)
	}{
		"a booking that was granted is said to be refused": {first(isBooked), func(_ act, o *outcome) {
			*o = outcome{codes: []string{topeProfesional}}
		}},
		"a refused booking is said to be granted": {first(isRefused), func(a act, o *outcome) {
			w := a.wish
			*o = outcome{cita: booked{1 << 40, w.paciente, 1 << 40, w.estado, w.place, max(w.video, 0), w.comentario, false}.wire()}
		}},
		"a refusal names another law": {first(isRefused), func(_ act, o *outcome) { o.codes = []string{topeSillon} }},
		"two bookings have one id": {first(func(a act, o outcome) bool {
			return isBooked(a, o) && o.cita.ID != firstID(history)
		}), func(_ act, o *outcome) { o.cita.ID = firstID(history) }},
		"a list leaves a cita out": {lastList, func(_ act, o *outcome) { o.list = o.list[1:] }},
		"a list shows a cita where it is not": {lastList, func(_ act, o *outcome) {
			o.list = slices.Clone(o.list)
			o.list[0].HoraInicio = "19:45:00"
		}},
		"a list is from before everything": {func() int { return len(history) - 1 }, func(_ act, o *outcome) { o.list = nil }},
		"a booking is said to be a replay": {first(isBooked), func(_ act, o *outcome) { o.replayed = true }},
		"an annulment did not happen":      {first(isAnnulled), func(_ act, o *outcome) { o.cita.IDEstado, o.cita.EstadoAnulacion = 7, 0 }},
	}
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			i := lie.find()
			if i < 0 {
				t.Fatal("the history has nothing to lie about")
			}
			doctored := slices.Clone(history)
			a, o := seen(doctored[i])
			lie.tell(a, &o)
			doctored[i].Output = o
			if porcupine.CheckOperationsTimeout(linearizable(), doctored, judgeTime) != porcupine.Illegal {
				t.Errorf("the checker believes it: %s", describe(a, o))
			}
		})
	}
}

func firstID(history []porcupine.Operation) int64 {
	for _, op := range history {
		if a, o := seen(op); a.kind == actBook && o.cita.ID != 0 {
			return o.cita.ID
		}
	}
	return 0
}

// TestUnansweredMayHaveHappened: a booking without an answer may take effect at
// any time, or never, but only once and for good.
func TestUnansweredMayHaveHappened(t *testing.T) {
	t.Parallel()
	a := agenda{1, firstWeek.Format(time.DateOnly)}
	w := wish{place: place{1, 1, 1, a.fecha, 540, 570}, paciente: 1, estado: estadoInicial, comentario: "a"}
	made := booked{8, 1, 3, estadoInicial, w.place, 0, "a", false}.wire()
	other := w
	other.comentario = "b"
	there, nothing := outcome{list: []cita{made}}, outcome{}
	unanswered, tope, granted := outcome{unknown: true}, outcome{codes: []string{topeProfesional}}, outcome{cita: made}
	book, rival, look := act{agenda: a, kind: actBook, wish: w}, act{agenda: a, kind: actBook, wish: other}, act{agenda: a, kind: actList}
	type event struct {
		act
		outcome
	}
	tests := map[string]struct {
		history []event // one after the other
		after   []cita
		want    porcupine.CheckResult
	}{
		"never":                      {[]event{{book, unanswered}, {look, nothing}, {look, nothing}}, nil, porcupine.Ok},
		"at once":                    {[]event{{book, unanswered}, {rival, tope}, {look, there}}, []cita{made}, porcupine.Ok},
		"later":                      {[]event{{book, unanswered}, {look, nothing}, {look, there}}, []cita{made}, porcupine.Ok},
		"and is gone again":          {[]event{{book, unanswered}, {look, there}, {look, nothing}}, []cita{made}, porcupine.Illegal},
		"never, but is in the way":   {[]event{{book, unanswered}, {rival, tope}, {look, nothing}}, nil, porcupine.Illegal},
		"later, and answers a retry": {[]event{{book, unanswered}, {look, there}, {book, outcome{cita: made, replayed: true}}}, []cita{made}, porcupine.Ok},
		"never, but the retry does":  {[]event{{book, unanswered}, {look, nothing}, {book, granted}, {look, there}}, []cita{made}, porcupine.Ok},
		"and again by the retry":     {[]event{{book, unanswered}, {look, there}, {book, granted}}, []cita{made}, porcupine.Illegal},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var history []porcupine.Operation
			for i, e := range tt.history {
				history = append(history, porcupine.Operation{ClientId: i, Input: e.act, Call: int64(2 * i), Output: e.outcome, Return: int64(2*i + 1)})
			}
			if got := porcupine.CheckOperationsTimeout(linearizable(), settled(history, tt.after), judgeTime); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
