package e2e

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	tmh "github.com/tomahora/tomahora"
)

// In the week a column is a day, and in the view by sillon a sillon: what is dragged
// is shown where it would come to lie.
func TestTheShadowIsInTheColumnItIsDraggedTo(t *testing.T) {
	a := startAgenda(t)
	for _, test := range []struct{ path, column string }{
		{"/?sucursal=1&fecha=2026-11-26&vista=semana&por=profesional&profesional=1", "4"},
		{"/?sucursal=1&fecha=2026-11-26&vista=dia&por=sillon", "1"},
	} {
		t.Run(test.path, func(t *testing.T) {
			p := newPageAt(t, a.URL)
			p.expect(422)
			p.openAgenda(test.path)
			from := p.seenCita()
			day := eval[point](p, fmt.Sprintf("(() => { const r = document.querySelectorAll('#grilla .ec-body .ec-day')[%s].getBoundingClientRect(); return {X: r.left, Y: r.width} })()", test.column))
			p.drag(from, point{day.X + day.Y/2, from.Y})
			p.see(".sombra")
			got := eval[point](p, "(() => { const r = document.querySelector('.sombra').getBoundingClientRect(); return {X: r.left, Y: r.width} })()")
			if math.Abs(got.X-day.X) > 2 || math.Abs(got.Y-day.Y) > 4 {
				t.Errorf("the shadow is at %v, %v wide; the column at %v, %v", got.X, got.Y, day.X, day.Y)
			}
			p.press(kb.Escape)
			p.drop(from)
		})
	}
}

// focus puts the focus on the event of a cita, as the arrows do.
func (p *page) focus(id tmh.CitaID) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf("(document.querySelector('[data-cita=\"%d\"]').closest('.ec-event').focus(), true)", id))
}

// focused tells, as a condition, that a cita has the focus.
func focused(id tmh.CitaID) string {
	return fmt.Sprintf("document.activeElement.querySelector(':scope [data-cita=\"%d\"]') !== null && document.activeElement.matches('.ec-event')", id)
}

// What others do draws anew the citas it is about and no other, so that the focus of
// who works from the keyboard stays where it is.
func TestNewsLeaveTheRestOfTheGridAlone(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, jueves, 9*60+15)
	p := newPageAt(t, a.URL)
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
	p.focus(c.ID)
	eval[bool](p, "(window.before = [...document.querySelectorAll('#grilla .ec-event')], true)")

	other := a.bookOn(t, jueves, 9*60+45)
	p.see(cita(other.ID))
	if gone := eval[int](p, "window.before.filter((node) => !node.isConnected).length"); gone != 0 {
		t.Errorf("one booking drew %d others anew", gone)
	}
	p.until(focused(c.ID))

	a.modify(t, c.ID, tmh.CambioCita{IDEstado: 3})
	p.until(fmt.Sprintf(`document.querySelector('.estado-confirmado [data-cita="%d"]')`, c.ID))
	p.until(focused(c.ID))
	if gone := eval[int](p, "window.before.filter((node) => !node.isConnected).length"); gone != 1 {
		t.Errorf("the change of one cita drew %d anew", gone)
	}

	a.modify(t, other.ID, tmh.CambioCita{IDEstado: tmh.EstadoAnulado})
	p.until(fmt.Sprintf(`!document.querySelector('#grilla [data-cita="%d"]')`, other.ID))
	p.until(focused(c.ID))
}

// The first cita is the first that is seen, whichever was drawn last.
func TestTheFirstCitaIsTheFirstOnTheScreen(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda(agendaJueves)
	first := a.cita(t, eval[tmh.CitaID](p, "Number(document.querySelector('#grilla [data-cita]').dataset.cita)"))
	a.modify(t, first.ID, tmh.CambioCita{IDEstado: tmh.EstadoAnulado})
	p.until(fmt.Sprintf(`!document.querySelector('#grilla [data-cita="%d"]')`, first.ID))
	again := a.bookOn(t, jueves, first.Espacio.Rango.Inicio)
	p.see(cita(again.ID))
	p.press("g")
	p.until(focused(again.ID))
}

// Key after key works on the same cita.
func TestKeysOneAfterTheOther(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, jueves, 9*60+15)
	p := newPageAt(t, a.URL)
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
	p.focus(c.ID)
	for _, step := range []struct {
		key  string
		want tmh.EstadoID
		kind string
	}{{"l", 5, "en-espera"}, {"a", 6, "atendiendose"}, {"f", 2, "atendido"}} {
		p.press(step.key)
		p.until(fmt.Sprintf(`document.querySelector('.estado-%s [data-cita="%d"]')`, step.kind, c.ID))
		p.until(focused(c.ID))
		p.until("document.querySelector('.toast-text')")
		until(t, "the estado is saved", func() bool { return a.cita(t, c.ID).IDEstado == step.want })
	}
}

// Escape lets go of what is dragged, and it was never moved.
func TestEscapeEndsADrag(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, jueves, 9*60+15)
	p := newPageAt(t, a.URL)
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
	before := p.box(cita(c.ID))
	from := p.at(cita(c.ID), 0.3)
	to := point{from.X, from.Y + 15*minute}
	p.drag(from, to)
	p.see(".sombra")
	p.press(kb.Escape)
	p.until("!document.querySelector('.sombra') && !document.querySelector('#agenda.arrastrando')")
	p.drop(to)
	p.until("!document.querySelector('.ec-ghost')")
	if at := p.box(cita(c.ID)); at != before {
		t.Errorf("the cita is drawn at %v, was at %v", at, before)
	}

	// Hours that are drawn for something new, likewise.
	p.drag(point{to.X, to.Y + 60*minute}, point{to.X, to.Y + 90*minute})
	p.see(".sombra")
	p.press(kb.Escape)
	p.drop(to)
	p.until("!document.querySelector('.sombra')")
	if open := eval[bool](p, "document.querySelector('#panel').open"); open {
		t.Error("hours that were let go of are booked")
	}
	if got := a.cita(t, c.ID); got.Espacio != c.Espacio || got.Version != c.Version {
		t.Errorf("the cita became %+v", got)
	}
	// And the grid goes on working.
	p.drag(from, to)
	p.drop(to)
	p.see(".toast-text")
	if got := a.cita(t, c.ID).Espacio.Rango.Inicio; got != c.Espacio.Rango.Inicio+15 {
		t.Errorf("moved to %v", got)
	}
}

// A cita says to who does not see its column whose it is, and on which day.
func TestACitaSaysWhatItsColumnDoes(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, jueves, 9*60+15)
	p := newPageAt(t, a.URL)
	for _, test := range []struct{ query, want string }{
		{"vista=dia&por=profesional", "Javiera Soto"},
		{"vista=dia&por=sillon", "Sillon 1"},
		{"vista=semana&por=profesional&profesional=1", "jueves, 26 de noviembre"},
	} {
		p.openAgenda("/?sucursal=1&fecha=2026-11-26&" + test.query)
		p.see(cita(c.ID))
		said := eval[string](p, fmt.Sprintf(`document.querySelector('[data-cita="%d"] .unseen').textContent`, c.ID))
		if !strings.HasSuffix(said, "hasta las 09:30, "+test.want) {
			t.Errorf("%s: a screen reader says %q, want it to end with %q", test.query, said, test.want)
		}
	}
}
