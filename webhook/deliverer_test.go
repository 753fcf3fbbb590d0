package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/storetest"
)

// clinic is a clinic in a store, with pacientes to change.
type clinic struct {
	t     *testing.T
	store *sqlstore.Store
	id    tomahora.ClinicaID
}

func newClinic(t *testing.T, pacientes int) clinic {
	t.Helper()
	// The business clock stands still, as --now lets it.
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: func() time.Time { return storetest.Now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return clinic{t, store, storetest.Setup(t, store, pacientes)}
}

func (c clinic) update(fn func(tx tomahora.Tx) error) {
	c.t.Helper()
	if err := c.store.Update(context.Background(), c.id, fn); err != nil {
		c.t.Fatal(err)
	}
}

func (c clinic) hook(target string) (w tomahora.Webhook) {
	c.t.Helper()
	c.update(func(tx tomahora.Tx) (err error) {
		w, err = tx.Webhooks().Create(hookAt(target), tomahora.Sistema)
		return err
	})
	return w
}

// change changes a paciente, which is one evento.
func (c clinic) change(id tomahora.PacienteID) {
	c.t.Helper()
	c.update(func(tx tomahora.Tx) error {
		p, err := tx.Pacientes().Get(id)
		if err != nil {
			return err
		}
		_, err = tx.Pacientes().Save(p, tomahora.Sistema, "nombre")
		return err
	})
}

// estados counts the deliveries of a webhook by estado.
func (c clinic) estados(w tomahora.Webhook) map[tomahora.EstadoEntrega]int {
	c.t.Helper()
	n := map[tomahora.EstadoEntrega]int{}
	for _, e := range c.entregas(w) {
		n[e.Estado]++
	}
	return n
}

func (c clinic) entregas(w tomahora.Webhook) (list []tomahora.Entrega) {
	c.t.Helper()
	err := c.store.View(c.t.Context(), c.id, func(tx tomahora.Tx) (err error) {
		list, err = tx.Webhooks().Entregas(w.ID, tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id"}}, Limite: 10_000})
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

// aviso is a body that names its evento, so that order can be seen.
func aviso(tx tomahora.Tx, e tomahora.Entrega) ([]byte, error) {
	p, err := tx.Pacientes().Get(tomahora.PacienteID(e.IDEntidad))
	return fmt.Appendf(nil, `{"evento":%d,"paciente":%d,"version":%d}`, e.IDEvento, e.IDEntidad, p.Version), err
}

// deliver runs a Deliverer until the test ends, or stop is called.
func (c clinic) deliver(o Options) (stop func()) {
	c.t.Helper()
	o.Store, o.Body, o.Logger = c.store, aviso, slog.New(slog.DiscardHandler)
	if o.Sender == nil {
		o.Sender = newSender(c.t, SenderOptions{Locales: true, Timeout: time.Second})
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		New(o).Run(ctx)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	c.t.Cleanup(stop)
	return stop
}

// message is what a receiver has taken.
type message struct{ Evento, Paciente, Version int64 }

// endpoint is a receiver that remembers what it has taken, in order.
type endpoint struct {
	*httptest.Server
	mu    sync.Mutex
	taken []message
	tries map[int64]int
}

// newEndpoint makes a receiver that lets misbehave answer the attempts to deliver
// the same evento, counted from 1, unless that returns false.
func newEndpoint(t *testing.T, misbehave func(w http.ResponseWriter, r *http.Request, try int) bool) *endpoint {
	t.Helper()
	v := &endpoint{tries: map[int64]int{}}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var m message
		if err != nil || json.Unmarshal(body, &m) != nil {
			t.Errorf("got %s, %v", body, err)
		}
		verify(t, secretA, r.Header, body)
		v.mu.Lock()
		v.tries[m.Evento]++
		try := v.tries[m.Evento]
		v.mu.Unlock()
		if misbehave != nil && misbehave(w, r, try) {
			return
		}
		v.mu.Lock()
		v.taken = append(v.taken, m)
		v.mu.Unlock()
	}))
	t.Cleanup(v.Close)
	return v
}

func (v *endpoint) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.taken)
}

func waitFor(t *testing.T, what string, limit time.Duration, done func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %s in vain until %s", limit, what)
		}
	}
}

func TestEverythingArrivesInOrderThoughTheReceiverMisbehaves(t *testing.T) {
	t.Parallel()
	const pacientes, changes = 6, 4
	c := newClinic(t, pacientes)
	v := newEndpoint(t, func(w http.ResponseWriter, r *http.Request, try int) bool {
		if try > 1 {
			return false
		}
		switch rand.IntN(4) {
		case 0:
			w.WriteHeader(http.StatusInternalServerError)
		case 1:
			<-r.Context().Done()
		case 2:
			panic(http.ErrAbortHandler)
		default:
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
		return true
	})
	w := c.hook(v.URL)
	for range 2 { // two who share the work
		c.deliver(Options{})
	}
	var writers sync.WaitGroup
	for id := range tomahora.PacienteID(pacientes) {
		writers.Go(func() {
			for range changes {
				c.change(id + 1)
			}
		})
	}
	writers.Wait()
	waitFor(t, "all is delivered", time.Minute, func() bool { return c.estados(w)[tomahora.Entregada] == pacientes*changes })
	last := map[int64]message{}
	for _, m := range v.taken {
		if before := last[m.Paciente]; m.Evento <= before.Evento || m.Version < before.Version {
			t.Errorf("%+v came after %+v", m, before)
		}
		last[m.Paciente] = m
	}
	if len(v.taken) != pacientes*changes {
		t.Errorf("%d were taken, want each of %d once", len(v.taken), pacientes*changes)
	}
	for _, e := range c.entregas(w) {
		if e.Intentos != 2 {
			t.Errorf("evento %d took %d attempts, want 2", e.IDEvento, e.Intentos)
		}
	}
}

func TestASlowReceiverHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	const pacientes = 40
	c := newClinic(t, pacientes)
	slow := newEndpoint(t, func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		<-r.Context().Done()
		return true
	})
	good := newEndpoint(t, nil)
	for range 4 {
		c.hook(slow.URL)
	}
	c.hook(good.URL)
	c.deliver(Options{Total: 12, PerWebhook: 4, Sender: newSender(t, SenderOptions{Locales: true, Timeout: 4 * time.Second})})
	for id := range tomahora.PacienteID(pacientes) {
		c.change(id + 1)
	}
	waitFor(t, "the other one has everything", 3*time.Second, func() bool { return good.count() == pacientes })
	if n := slow.count(); n != 0 {
		t.Errorf("the slow ones took %d", n)
	}
}

// TestAMessageThatHangsHoldsUpNoOther has a receiver that fails more than it
// takes, and never answers to one of its messages.
func TestAMessageThatHangsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	const pacientes = 24
	c := newClinic(t, pacientes)
	var hangs atomic.Bool
	asked := make(chan struct{}, pacientes)
	v := newEndpoint(t, func(w http.ResponseWriter, r *http.Request, try int) bool {
		if hangs.CompareAndSwap(true, false) {
			asked <- struct{}{}
			<-r.Context().Done()
			return true
		}
		if try <= 3 {
			w.WriteHeader(http.StatusInternalServerError)
			return true
		}
		return false
	})
	w := c.hook(v.URL)
	c.change(1)
	c.deliver(Options{Sender: newSender(t, SenderOptions{Locales: true})})
	waitFor(t, "something was refused", 5*time.Second, func() bool { return c.entregas(w) != nil && c.entregas(w)[0].Intentos > 0 })
	hangs.Store(true)
	for id := range tomahora.PacienteID(pacientes - 1) {
		c.change(id + 2)
	}
	<-asked
	waitFor(t, "the others are taken", 9*time.Second, func() bool { return v.count() == pacientes-1 })
}

func TestGoneDeactivates(t *testing.T) {
	t.Parallel()
	c := newClinic(t, 1)
	v := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(http.StatusGone)
		return true
	})
	w := c.hook(v.URL)
	c.deliver(Options{})
	c.change(1)
	waitFor(t, "it is no longer active", 10*time.Second, func() (gone bool) {
		_ = c.store.View(t.Context(), c.id, func(tx tomahora.Tx) error {
			w, err := tx.Webhooks().Get(w.ID)
			gone = err == nil && !w.Activo
			return err
		})
		return gone
	})
	list := c.entregas(w)
	if len(list) != 1 || list[0].Estado != tomahora.Pendiente || list[0].UltimoStatus != http.StatusGone {
		t.Errorf("got %+v", list)
	}
}

func TestTheEndIsBoundedAndLosesNothing(t *testing.T) {
	t.Parallel()
	c := newClinic(t, 2)
	var well atomic.Bool
	asked := make(chan struct{}, 10)
	v := newEndpoint(t, func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if well.Load() {
			return false
		}
		asked <- struct{}{}
		<-r.Context().Done()
		return true
	})
	w := c.hook(v.URL)
	stop := c.deliver(Options{Grace: 200 * time.Millisecond, Sender: newSender(t, SenderOptions{Locales: true})})
	c.change(1)
	c.change(2)
	<-asked
	began := time.Now()
	stop()
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the end took %s", took)
	}
	for _, e := range c.entregas(w) {
		if e.Estado != tomahora.Pendiente || e.Arriendo != "" || e.Intentos != 0 {
			t.Errorf("got %+v, want it to be as before the attempt", e)
		}
	}
	well.Store(true)
	c.deliver(Options{})
	waitFor(t, "both are delivered", 10*time.Second, func() bool { return v.count() == 2 })
}

func TestWhatABatchHasNotCommittedYetIsNotSkipped(t *testing.T) {
	t.Parallel()
	c := newClinic(t, 8)
	v := newEndpoint(t, nil)
	w := c.hook(v.URL)
	var writers sync.WaitGroup
	for id := range tomahora.PacienteID(8) {
		writers.Go(func() {
			for range 25 {
				c.change(id + 1)
			}
		})
	}
	for range 40 { // in the same batches
		c.update(func(tx tomahora.Tx) error {
			_, err := share(tx, time.Now())
			return err
		})
	}
	writers.Wait()
	for range 3 {
		c.update(func(tx tomahora.Tx) error {
			_, err := share(tx, time.Now())
			return err
		})
	}
	list := c.entregas(w)
	for i, e := range list {
		if i > 0 && e.IDEvento != list[i-1].IDEvento+1 {
			t.Fatalf("after evento %d comes %d", list[i-1].IDEvento, e.IDEvento)
		}
	}
	if len(list) != 200 {
		t.Errorf("got %d deliveries of 200 eventos", len(list))
	}
}

// TestWhoMissedEventosIsToldOfTheRest has nobody deliver for so long that some
// eventos were forgotten.
func TestWhoMissedEventosIsToldOfTheRest(t *testing.T) {
	t.Parallel()
	c := newClinic(t, 1)
	w := c.hook("http://127.0.0.1:1/")
	for range 3 {
		c.change(1)
	}
	c.update(func(tx tomahora.Tx) error { return tx.Eventos().Forget(w.Hasta + 2) })
	for _, want := range [][]tomahora.WebhookID{{w.ID}, nil} {
		c.update(func(tx tomahora.Tx) error {
			done, err := share(tx, time.Now())
			if !slices.Equal(done.missed, want) {
				t.Errorf("webhooks %v have missed something, want %v", done.missed, want)
			}
			return err
		})
	}
	if list := c.entregas(w); len(list) != 1 || list[0].IDEvento != w.Hasta+3 {
		t.Errorf("got %+v", list)
	}
}

func TestRoom(t *testing.T) {
	m := &room{total: 8, each: 4, receivers: map[address]*receiver{}}
	a, b, c := address{1, 1}, address{1, 2}, address{2, 1}
	take := func(want ...int) {
		t.Helper()
		var got []int
		for _, to := range []address{a, b, c} {
			got = append(got, m.take(to))
		}
		if !slices.Equal(got, want) {
			t.Errorf("got room for %v, want %v", got, want)
		}
	}
	judge := func(to address, o outcome, wantGoOn, wantMore bool) {
		t.Helper()
		if goOn, more := m.judge(to, o); goOn != wantGoOn || more != wantMore {
			t.Errorf("goes on %v, more %v", goOn, more)
		}
	}
	take(1, 1, 1) // none is known
	take(0, 0, 0)
	judge(a, taken, true, true)
	judge(b, late, true, false)
	take(3, 0, 0)
	judge(a, refused, true, false)
	judge(a, late, true, false)
	judge(a, late, false, false) // the third in a row, and others are under way
	m.give(a, 1)
	judge(c, taken, true, true)
	if m.underWay != 5 || m.ailing != 4 {
		t.Errorf("%d are under way, %d of them to who is not well", m.underWay, m.ailing)
	}
	take(0, 0, 3)
	m.give(b, 1)
	take(0, 1, 0)
	m.give(c, 4)
	if n := m.take(address{3, 1}); n != 0 {
		t.Errorf("got room for %d where half is taken by who is not well", n)
	}
	m.give(a, 3)
	m.give(b, 1)
	if m.underWay != 0 || m.ailing != 0 {
		t.Errorf("%d are under way, %d of them to who is not well", m.underWay, m.ailing)
	}
}

func TestRoomOfWhoFailsAtOnce(t *testing.T) {
	m := &room{total: 32, each: 4, receivers: map[address]*receiver{}}
	a, b := address{1, 1}, address{1, 2}
	take := func(to address, want int) {
		t.Helper()
		if n := m.take(to); n != want {
			t.Errorf("got room for %d, want %d", n, want)
		}
	}
	judge := func(o outcome, wantGoOn, wantMore bool) {
		t.Helper()
		if goOn, more := m.judge(a, o); goOn != wantGoOn || more != wantMore {
			t.Errorf("goes on %v, more %v", goOn, more)
		}
	}
	take(a, 1)
	judge(refused, true, true)
	take(a, 3)
	for range 5 {
		judge(refused, true, false)
	}
	for id := range tomahora.WebhookID(5) {
		take(address{2, id}, 1)
	}
	judge(refused, false, false) // more than a quarter is taken by who is not well
	m.give(a, 1)
	take(a, 0)
	take(b, 1) // of the half
	m.give(b, 1)
	m.give(address{2, 0}, 1)
	take(a, 1)
	judge(late, true, false)
	judge(late, true, false)
	judge(late, false, false) // it is no longer one that fails at once
	m.give(a, 3)
	take(a, 0)
	judge(late, true, false)
	judge(taken, true, true)
	take(a, 3)
	if m.underWay != 8 || m.ailing != 4 {
		t.Errorf("%d are under way, %d of them to who is not well", m.underWay, m.ailing)
	}
}

func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		i    tomahora.Intento
		want outcome
	}{
		{tomahora.Intento{Status: 200, Tardo: slow}, taken},
		{tomahora.Intento{Status: 200, Tardo: slow + 1}, late},
		{tomahora.Intento{Status: 500, Error: "respondió 500", Tardo: slowToFail}, refused},
		{tomahora.Intento{Error: "no respondió a tiempo", Tardo: slowToFail + 1}, late},
	} {
		if got := outcomeOf(c.i); got != c.want {
			t.Errorf("%+v is %d, want %d", c.i, got, c.want)
		}
	}
}
