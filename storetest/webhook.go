package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
)

// told is a webhook of everything there is.
func told() tomahora.Webhook {
	return tomahora.Webhook{
		URL: "https://clinica.cl/ñ?a=1", Entidades: []string{"cita", "paciente"}, Acciones: []tomahora.Accion{tomahora.Created}, Activo: true, Token: "whk_a",
		Secretos: []tomahora.Secreto{{Texto: "whsec_b"}, {Texto: "whsec_a", Vence: Now.Add(time.Hour)}},
	}
}

// withWebhook makes a clinic with a webhook.
func withWebhook(t *testing.T, s tomahora.Store) (id tomahora.ClinicaID, w tomahora.Webhook) {
	t.Helper()
	id = Setup(t, s, 1)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		w, err = tx.Webhooks().Create(told(), actor)
		return err
	}))
	return id, w
}

func testWebhook(t *testing.T, open Open) {
	s := open(t, frozen)
	id, w := withWebhook(t, s)
	other, twin := withWebhook(t, s)
	want := told()
	want.ID, want.Creado = 1, Now
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		last, err := tx.Eventos().Last()
		must(t, err)
		want.Hasta = last // its own making is no news to it
		diff(t, w, want)
		got, err := tx.Webhooks().Get(w.ID)
		must(t, err)
		diff(t, got, want)
		list, err := tx.Webhooks().List()
		diff(t, list, []tomahora.Webhook{want})
		return err
	}))
	w.URL, w.Entidades, w.Acciones, w.Activo, w.Secretos = "https://otra.cl", nil, nil, false, w.Secretos[:1]
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		must(t, tx.Webhooks().Save(w, actor, "url", "activo"))
		must(t, tx.Webhooks().Delete(twin.ID, actor)) // this clinic's own, of the same number
		_, err := tx.Webhooks().Get(w.ID)
		wantNotFound(t, err)
		wantNotFound(t, tx.Webhooks().Save(w, actor, "url"))
		wantNotFound(t, tx.Webhooks().Delete(w.ID, actor))
		again, err := tx.Webhooks().Create(told(), actor)
		diff(t, again.ID, tomahora.WebhookID(2))
		return err
	}))
	must(t, s.View(t.Context(), other, func(tx tomahora.Tx) error {
		got, err := tx.Webhooks().Get(twin.ID)
		diff(t, got, twin)
		_, err2 := tx.Webhooks().Get(2)
		wantNotFound(t, err2)
		return err
	}))
}

// porEntregar is what there is to do for a clinic: "repartir", "enviar", both or
// nothing.
func porEntregar(t *testing.T, s tomahora.Store, id tomahora.ClinicaID, now time.Time) string {
	t.Helper()
	all, err := s.PorEntregar(t.Context(), now)
	must(t, err)
	var todo []string
	for _, p := range all {
		if p.IDClinica == id && p.Repartir {
			todo = append(todo, "repartir")
		}
		if p.IDClinica == id && p.Enviar {
			todo = append(todo, "enviar")
		}
	}
	return strings.Join(todo, " ")
}

func testWebhookLooks(t *testing.T, open Open) {
	s := open(t, frozen)
	id, w := withWebhook(t, s)
	pending := func() (oldest, last tomahora.EventoID) {
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) (err error) {
			oldest, err = tx.Webhooks().Pending()
			must(t, err)
			last, err = tx.Eventos().Last()
			return err
		}))
		return oldest, last
	}
	update := func(fn func(tx tomahora.Tx) error) {
		t.Helper()
		must(t, s.Update(t.Context(), id, fn))
	}
	happen := func() {
		update(func(tx tomahora.Tx) error {
			_, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Eva", Habilitado: true}, actor)
			return err
		})
	}
	diff(t, porEntregar(t, s, id, Now), "")
	oldest, last := pending()
	diff(t, oldest, tomahora.EventoID(0))
	happen()
	diff(t, porEntregar(t, s, id, Now), "repartir")
	oldest, _ = pending()
	diff(t, oldest, last+1)
	update(func(tx tomahora.Tx) error { return tx.Webhooks().Look(w.ID, last+1) })
	update(func(tx tomahora.Tx) error { return tx.Webhooks().Look(w.ID, last) }) // never back
	diff(t, porEntregar(t, s, id, Now), "")
	set := func(active bool) {
		update(func(tx tomahora.Tx) error {
			w, err := tx.Webhooks().Get(w.ID)
			must(t, err)
			w.Activo = active
			return tx.Webhooks().Save(w, actor, "activo")
		})
	}
	set(false)
	happen()
	diff(t, porEntregar(t, s, id, Now), "")
	oldest, _ = pending()
	diff(t, oldest, tomahora.EventoID(0))
	set(true) // what happened meanwhile is not told
	diff(t, porEntregar(t, s, id, Now), "")
}

// line is a clinic with deliveries on their way to its webhook: eventos 11 and 13
// of cita 1, 12 of cita 2.
type line struct {
	t  *testing.T
	s  tomahora.Store
	id tomahora.ClinicaID
	w  tomahora.WebhookID
}

func event(id tomahora.EventoID, cita int64) tomahora.Evento {
	return tomahora.Evento{ID: id, Accion: tomahora.Modified, Entidad: "cita", IDEntidad: cita}
}

func newLine(t *testing.T, s tomahora.Store) line {
	id, w := withWebhook(t, s)
	l := line{t, s, id, w.ID}
	l.update(func(hooks tomahora.Webhooks) {
		for _, e := range []tomahora.Evento{event(11, 1), event(12, 2), event(13, 1), event(11, 1)} {
			must(t, hooks.Enqueue(w.ID, e, Now))
		}
	})
	return l
}

func (l line) update(fn func(hooks tomahora.Webhooks)) {
	l.t.Helper()
	must(l.t, l.s.Update(l.t.Context(), l.id, func(tx tomahora.Tx) error {
		fn(tx.Webhooks())
		return nil
	}))
}

// claim claims what there is for ten seconds, and checks which that is.
func (l line) claim(arriendo string, now time.Time, want ...tomahora.EventoID) map[tomahora.EventoID]tomahora.Entrega {
	l.t.Helper()
	got := map[tomahora.EventoID]tomahora.Entrega{}
	var ids []tomahora.EventoID
	l.update(func(hooks tomahora.Webhooks) {
		list, err := hooks.Claim(l.w, arriendo, now, now.Add(10*time.Second), 10)
		must(l.t, err)
		clear(got)
		ids = nil
		for _, e := range list {
			got[e.IDEvento] = e
			ids = append(ids, e.IDEvento)
		}
	})
	slices.Sort(ids)
	diff(l.t, ids, want)
	return got
}

func (l line) settle(e tomahora.Entrega, arriendo string, i tomahora.Intento, now time.Time) (held bool) {
	l.t.Helper()
	l.update(func(hooks tomahora.Webhooks) {
		var err error
		held, err = hooks.Settle(e.After(i, now, 0), arriendo, now)
		must(l.t, err)
	})
	return held
}

// list are the deliveries in an estado, by evento and attempts; "" is any.
func (l line) list(estado tomahora.EstadoEntrega) (rows []string) {
	l.t.Helper()
	q := tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id", Descendente: true}}, Limite: 10}
	if estado != "" {
		q.Filtros = []tomahora.Filtro{{Columna: "estado", Operador: tomahora.Igual, Valor: string(estado)}}
	}
	must(l.t, l.s.View(l.t.Context(), l.id, func(tx tomahora.Tx) error {
		list, err := tx.Webhooks().Entregas(l.w, q)
		for _, e := range list {
			rows = append(rows, fmt.Sprintf("%d %s %d", e.IDEvento, e.Estado, e.Intentos))
		}
		return err
	}))
	return rows
}

var (
	taken   = tomahora.Intento{Status: 200}
	refused = tomahora.Intento{Status: 500, Error: "respondió 500"}
)

func testEntregasInOrder(t *testing.T, open Open) {
	l := newLine(t, open(t, frozen))
	diff(t, porEntregar(t, l.s, l.id, Now.Add(-time.Microsecond)), "")
	diff(t, porEntregar(t, l.s, l.id, Now), "enviar")
	first := l.claim("a", Now, 11, 12)
	diff(t, porEntregar(t, l.s, l.id, Now), "")
	if !l.settle(first[12], "a", taken, Now) || !l.settle(first[11], "a", refused, Now) {
		t.Fatal("who claimed a delivery no longer holds it")
	}
	l.claim("a", Now) // 13 waits for 11, which waits to be tried again
	later := Now.Add(tomahora.EsperaEntrega(1, 0))
	again := l.claim("a", later, 11)
	diff(t, again[11].Intentos, 1)
	diff(t, again[11].UltimoStatus, 500)
	l.update(func(hooks tomahora.Webhooks) { must(t, hooks.Enqueue(l.w, event(14, 1), later)) })
	l.claim("a", later) // both wait
	l.settle(again[11], "a", taken, later)
	l.settle(l.claim("a", later, 13)[13], "a", taken, later)
	l.settle(l.claim("a", later, 14)[14], "a", taken, later)
	diff(t, l.list(""), []string{"14 entregada 1", "13 entregada 1", "12 entregada 1", "11 entregada 2"})
	other, _ := withWebhook(t, l.s)
	must(t, l.s.View(t.Context(), other, func(tx tomahora.Tx) error {
		_, err := tx.Webhooks().Entrega(l.w, 11)
		wantNotFound(t, err)
		list, err := tx.Webhooks().Entregas(l.w, tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id"}}, Limite: 10})
		diff(t, len(list), 0)
		return err
	}))
}

func testEntregaLease(t *testing.T, open Open) {
	l := newLine(t, open(t, frozen))
	first := l.claim("a", Now, 11, 12)
	end := Now.Add(10 * time.Second)
	l.claim("b", end.Add(-time.Microsecond))
	second := l.claim("b", end, 11, 12)
	if l.settle(first[11], "a", taken, end) {
		t.Error("a lease that ran out and was taken over is still good")
	}
	l.claim("c", end) // so 13 was not let go
	if !l.settle(second[11], "b", taken, end) {
		t.Error("the lease that took over is not good")
	}
	l.claim("c", end, 13)
}

func testEntregaRequeue(t *testing.T, open Open) {
	l := newLine(t, open(t, frozen))
	must11 := l.claim("a", Now, 11, 12)
	l.settle(must11[11], "a", refused, Now)
	dead := Now.Add(tomahora.ReintentosEntrega)
	retry := l.claim("a", dead, 11, 12)
	l.settle(retry[11], "a", refused, dead)
	l.settle(retry[12], "a", taken, dead)
	diff(t, l.list(tomahora.Muerta), []string{"11 muerta 2"})
	l.settle(l.claim("a", dead, 13)[13], "a", refused, dead) // waits to be tried again
	requeue := func(events ...tomahora.Evento) {
		l.update(func(hooks tomahora.Webhooks) {
			for _, e := range events {
				must(t, hooks.Requeue(l.w, e, dead))
			}
		})
	}
	requeue(event(13, 1), event(11, 1), event(12, 2), event(5, 3))
	diff(t, l.list(""), []string{"13 pendiente 0", "12 pendiente 0", "11 pendiente 0", "5 pendiente 0"})
	now := l.claim("a", dead, 5, 11, 12)
	requeue(event(11, 1), event(13, 1)) // 11 is under way, and 13 goes on waiting
	l.claim("b", dead)
	l.settle(now[11], "a", taken, dead)
	l.claim("b", dead, 13)
}

func testEntregasForgotten(t *testing.T, open Open) {
	l := newLine(t, open(t, frozen))
	first := l.claim("a", Now, 11, 12)
	l.settle(first[12], "a", taken, Now)
	forget := func(now time.Time) []string {
		l.update(func(hooks tomahora.Webhooks) { must(t, hooks.Forget(now)) })
		return l.list("")
	}
	day := Now.Add(tomahora.RetencionEntrega)
	diff(t, len(forget(day.Add(-time.Microsecond))), 3)
	diff(t, forget(day), []string{"13 pendiente 0", "11 pendiente 0"})
	l.update(func(hooks tomahora.Webhooks) { must(t, hooks.Delete(l.w, actor)) })
	diff(t, porEntregar(t, l.s, l.id, Now), "repartir")
	diff(t, len(forget(Now)), 0)
	diff(t, porEntregar(t, l.s, l.id, Now), "")
}
