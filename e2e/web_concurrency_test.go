package e2e

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	tmh "github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// jueves is the day of agendaNow, viernes the next.
var jueves, viernes = tmh.Fecha{Year: 2026, Month: 11, Day: 26}, tmh.Fecha{Year: 2026, Month: 11, Day: 27}

const (
	agendaJueves  = "/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional"
	agendaViernes = "/?sucursal=1&fecha=2026-11-27&vista=dia&por=profesional"
)

// bookOn books a quarter of an hour of profesional 1 for a client of the API.
func (a *agendaServer) bookOn(t *testing.T, fecha tmh.Fecha, hora tmh.Hora) tmh.Cita {
	t.Helper()
	var done agenda.Agendada
	must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) (err error) {
		done, err = agenda.Agendar(tx, "token:1", tmh.Solicitud{
			IDProfesional: 1, IDSucursal: 1, IDSillon: 1, IDEstado: tmh.EstadoNoConfirmado, IDPaciente: 3,
			Fecha: fecha, HoraInicio: &hora, Duracion: new(tmh.Duracion(15)),
		})
		return err
	}))
	return done.Cita
}

// modify changes a cita for a client of the API.
func (a *agendaServer) modify(t *testing.T, id tmh.CitaID, c tmh.CambioCita) {
	t.Helper()
	must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) error {
		_, err := agenda.Modificar(tx, "token:1", id, c)
		return err
	}))
}

// hold keeps from the page what it is answered to requests with a method and a
// path, until let. window.pedidas are the requests so far, held the answers.
func (p *page) hold(method, path string) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`(() => {
		const real = window.fetch;
		Object.assign(window, { pedidas: 0, held: [], holding: true, let: () => { holding = false; held.forEach((go) => go()); } });
		window.fetch = async (url, init) => {
			if ((init?.method ?? 'GET') !== %q || !String(url).startsWith(%q)) return real(url, init);
			window.pedidas++;
			const answer = await real(url, init);
			if (!holding) return answer;
			await new Promise((go, stop) => {
				held.push(go);
				init?.signal?.addEventListener('abort', () => stop(new DOMException('', 'AbortError')));
			});
			return answer;
		};
		return true;
	})()`, method, path))
}

// let gives the page what was held.
func (p *page) let() { p.t.Helper(); eval[bool](p, "(window.let(), true)") }

// drawnAt waits until a cita is drawn at an hour.
func (p *page) drawnAt(id tmh.CitaID, h tmh.Hora) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector('#grilla [data-cita="%d"] time')?.textContent === %q`, id, h.String()[:5]))
}

// move drags a cita so many minutes down.
func (p *page) move(id tmh.CitaID, minutes float64) {
	p.t.Helper()
	from := p.at(cita(id), 0.3)
	to := point{from.X, from.Y + minutes*minute}
	p.drag(from, to)
	p.see(".sombra")
	p.drop(to)
}

// said waits for a toast that says something.
func (p *page) said(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("document.querySelector('#avisos').textContent.includes(%q)", text))
}

// A sheet that was read before somebody booked comes after the news of it.
func TestASheetUnderWayHidesNoNews(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda(agendaJueves)
	p.hold("GET", "/web/agenda")
	p.press(kb.ArrowRight)
	p.until("held.length === 1")
	booked := a.bookOn(t, viernes, 9*60+15)
	p.see(cita(a.bookOn(t, viernes.AddDays(-1), 9*60+15).ID)) // which is told after the other
	p.let()
	p.see(cita(booked.ID))
	if at := p.address(); !strings.Contains(at, "fecha=2026-11-27") {
		t.Errorf("the address is %s", at)
	}
}

// What has to be read again does not keep one from going elsewhere.
func TestASheetThatIsOldWhenItComesIsReadAgain(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda(agendaJueves)
	p.hold("GET", "/web/agenda")
	p.press(kb.ArrowRight)
	p.until("held.length === 1")
	must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) error {
		_, err := agenda.GuardarBloqueo(tx, "token:1", tmh.HorarioBloqueado{
			IDProfesional: 1, IDSucursal: 1, Fecha: viernes, Rango: tmh.Rango{Inicio: 9 * 60, Fin: 9*60 + 30}, Comentario: "Reunión de equipo",
		}, true)
		return err
	}))
	p.until("pedidas > 1")
	p.let()
	p.see(bloqueo)
	if at := p.address(); !strings.Contains(at, "fecha=2026-11-27") {
		t.Errorf("the address is %s", at)
	}
}

// Two steps on a slow network are two days.
func TestTwoStepsAreTwoDays(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda(agendaJueves)
	p.hold("GET", "/web/agenda")
	p.press(kb.ArrowRight)
	p.until("pedidas === 1")
	p.press(kb.ArrowRight)
	p.let()
	p.until("location.search.includes('fecha=2026-11-28')")
}

// A change names the cita that was seen. Who comes second is told so, and sees how
// the cita is now.
func TestADragLosesToAChangeThatCameMeanwhile(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, viernes, 9*60+15)
	p := newPageAt(t, a.URL)
	p.expect(409)
	p.openAgenda(agendaViernes)
	from := p.at(cita(c.ID), 0.3)
	to := point{from.X, from.Y + 15*minute}
	p.drag(from, to)
	p.see(".sombra")
	a.modify(t, c.ID, tmh.CambioCita{HoraInicio: new(tmh.Hora(8 * 60))})
	p.until("document.querySelector('#novedades').textContent.includes('08:00')") // the grid waits for the drag to end
	p.drop(to)
	told := p.see(".rechazo")
	if want := "La cita de " + c.PacienteCompleto() + " cambió antes: ahora es a las 08:00"; !strings.Contains(told, want) {
		t.Errorf("the page says %q, want %q", told, want)
	}
	p.drawnAt(c.ID, 8*60)
	if got := a.cita(t, c.ID).Espacio.Rango.Inicio; got != 8*60 {
		t.Errorf("the other's 08:00 became %v", got)
	}
}

// What one does quickly is one's own, one after the other.
func TestQuickChangesOfACitaFollowEachOther(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, viernes, 9*60+15)
	p := newPageAt(t, a.URL)
	p.openAgenda(agendaViernes)
	p.hold("POST", "/citas/")
	p.move(c.ID, 15)
	p.drawnAt(c.ID, 9*60+30)
	p.until("held.length === 1")
	p.move(c.ID, 15)
	p.drawnAt(c.ID, 9*60+45)
	if n := eval[int](p, "pedidas"); n != 1 {
		t.Errorf("the second change was sent before the first was answered")
	}
	p.let()
	p.until("pedidas === 2")
	p.said("09:45")
	if got := a.cita(t, c.ID).Espacio.Rango.Inicio; got != 9*60+45 {
		t.Errorf("moved to 09:30 and 09:45, the cita is at %v", got)
	}
	p.press("u")
	p.drawnAt(c.ID, 9*60+30)
	if got := a.cita(t, c.ID).Espacio.Rango.Inicio; got != 9*60+30 {
		t.Errorf("the last undone, the cita is at %v", got)
	}
}

// What was done on top of a change that is refused is not done.
func TestWhatFollowedARefusedChangeIsNotDone(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, viernes, 9*60+15)
	a.bookOn(t, viernes, 9*60+30)
	p := newPageAt(t, a.URL)
	p.expect(422)
	p.openAgenda(agendaViernes)
	p.hold("POST", "/citas/")
	p.move(c.ID, 15)
	p.drawnAt(c.ID, 9*60+30)
	p.until("held.length === 1")
	p.move(c.ID, 30)
	p.drawnAt(c.ID, 10*60)
	p.let()
	p.see(".rechazo")
	p.drawnAt(c.ID, 9*60+15)
	if n := eval[int](p, "pedidas"); n != 1 {
		t.Errorf("%d changes were sent", n)
	}
	if got := a.cita(t, c.ID); got.Espacio != c.Espacio {
		t.Errorf("the refused cita is at %v", got.Espacio)
	}
}

// The hour that is taken instead is one for the length that was asked for.
func TestALengthThatIsRefusedIsKeptAtAnotherHour(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, viernes, 9*60+15)
	a.bookOn(t, viernes, 9*60+30)
	p := newPageAt(t, a.URL)
	p.expect(422)
	p.openAgenda(agendaViernes)
	p.run(command(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: 1, Y: 1}))
	from := p.at(cita(c.ID), 1)
	from.Y -= 2
	to := point{from.X, from.Y + 15*minute}
	p.drag(from, to)
	p.see(".sombra")
	p.drop(to)
	p.until("document.activeElement.matches('.rechazo-libre')")
	p.press(kb.Enter)
	p.see(".toast-text")
	if got := a.cita(t, c.ID).Espacio.Rango; got.Duracion() != 30 || got.Inicio == c.Espacio.Rango.Inicio {
		t.Errorf("asked for half an hour and given another, the cita is at %v", got)
	}
}

// A bloqueo is what was done last: it is undone, and no older change in its place.
// One of several days is left, since its days are many.
func TestUndoABloqueoAndNotWhatWasBefore(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, viernes, 9*60+15)
	p := newPageAt(t, a.URL)
	p.openAgenda(agendaViernes)
	p.move(c.ID, 15)
	p.said("09:30")
	for _, step := range []struct {
		hasta      string
		made, left int
		told       string
	}{{"", 1, 0, "Deshecho"}, {"2026-12-26", 2, 2, "No hay nada que deshacer"}} {
		p.press("b")
		p.see(`#panel form[action="/ajustes/bloqueos/nuevo"]`)
		eval[bool](p, fmt.Sprintf(`(() => {
			for (const [name, value] of Object.entries({id_profesional: '1', fecha: '2026-12-25', hasta: %q})) document.querySelector('#panel [name=' + name + ']').value = value;
			return true;
		})()`, step.hasta))
		p.fill("#panel #campo-comentario", "Reunión de equipo")
		p.click("#panel [data-principal]")
		p.until("!document.querySelector('#panel').open")
		if n := len(a.bloqueos(t)); n != step.made {
			t.Fatalf("there are %d bloqueos, want %d", n, step.made)
		}
		p.press("u")
		p.said(step.told)
		if n := len(a.bloqueos(t)); n != step.left {
			t.Errorf("%d bloqueos are left, want %d", n, step.left)
		}
	}
	if got := a.cita(t, c.ID).Espacio.Rango.Inicio; got != 9*60+30 {
		t.Errorf("the bloqueo undone, the cita is at %v", got)
	}
}

// Where another day cannot be read, the page says so and stays where it is.
func TestGoingElsewhereWithoutANetworkSaysSo(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda(agendaJueves)
	title := p.see("#titulo")
	eval[bool](p, "(window.fetch = () => Promise.reject(new TypeError('Failed to fetch')), true)")
	p.press(kb.ArrowRight)
	p.said("Sin conexión con el servidor")
	p.click("#anuladas")
	p.until("!document.querySelector('#anuladas').checked")
	if got := p.see("#titulo"); got != title || !strings.HasSuffix(p.address(), agendaJueves) {
		t.Errorf("the page is at %q, %s", got, p.address())
	}
}

// Whose session ended is told so, and led to where one signs in and back.
func TestAnEndedSessionLeadsToSignIn(t *testing.T) {
	a := startAgenda(t)
	for name, do := range map[string]func(p *page){
		"another day": func(p *page) { p.press(kb.ArrowRight) },
		"a cita":      func(p *page) { p.click("#grilla .ec-event.cita") },
		"a booking":   func(p *page) { p.press("n") },
		"a change": func(p *page) {
			eval[bool](p, "(document.querySelector('#grilla .ec-event.cita').focus(), true)")
			p.press("x")
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPageAt(t, a.URL)
			p.expect(401)
			p.openAgenda(agendaJueves)
			p.setCookie("quien", "nadie")
			do(p)
			p.said("Su sesión terminó")
			if n := eval[int](p, "document.querySelectorAll('#avisos .toast').length"); n != 1 {
				t.Errorf("it is told %d times", n)
			}
			p.follow("#avisos a")
			at, err := url.Parse(p.address())
			must(t, err)
			if at.Path != "/entrar" || at.Query().Get("volver") != agendaJueves {
				t.Errorf("it leads to %s", at)
			}
		})
	}
}

// What is written in a form is still there once one has signed in again.
func TestAFormOutlivesItsSession(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.expect(401)
	p.openAgenda(agendaJueves)
	p.press("n")
	p.see("#panel[open] [name=q]")
	p.fill("#panel [name=q]", "risop")
	p.see("[data-opcion=paciente]")
	p.press(kb.Enter)
	p.until("document.activeElement.dataset.opcion === 'libre'")
	p.press(kb.Enter)
	p.until("document.activeElement.matches('[data-principal]')")
	p.fill("#panel #campo-comentario", "Trae radiografía")
	p.setCookie("quien", "nadie")
	p.click("#panel [data-principal]")
	p.see(`#avisos a[target="_blank"][href^="/entrar?volver="]`)
	p.setCookie("quien", "recepcion")
	p.click("#panel [data-principal]")
	p.until("!document.querySelector('#panel').open")
	if c := a.cita(t, 754); c.Comentario != "Trae radiografía" {
		t.Errorf("booked %+v", c)
	}
}

// before runs a script before those of the pages that are opened from now on.
func (p *page) before(script string) {
	p.t.Helper()
	p.run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}))
}

// night lets a night go by for the server and a page of it.
func (a *agendaServer) night(p *page) {
	p.t.Helper()
	a.later.Store(int64(24 * time.Hour))
	eval[bool](p, "(() => { const real = Date.now.bind(Date); Date.now = () => real() + 86400000; return true; })()")
}

const hoyIs = "document.querySelector('.mes-hoy')?.textContent === '%s' && document.querySelector('#hoy').hasAttribute('aria-current') === %v"

// A page that is left open over night knows the day, at midnight or when somebody
// looks at it again.
func TestAPageLeftOpenOverNight(t *testing.T) {
	for name, test := range map[string]struct{ clock, wake string }{
		"looked at":   {"const real = setInterval; window.setInterval = (f, ms) => real(f, Math.min(ms, 50));", "true"},
		"looked away": {"window.setInterval = () => 0;", "document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))"},
	} {
		t.Run(name, func(t *testing.T) {
			a := startAgenda(t)
			p := newPageAt(t, a.URL)
			p.before("{ " + test.clock + " }")
			p.openAgenda(agendaJueves)
			p.until(fmt.Sprintf(hoyIs, "26", true))
			a.night(p)
			eval[bool](p, test.wake)
			p.until(fmt.Sprintf(hoyIs, "27", false))
			if at := p.address(); !strings.Contains(at, "fecha=2026-11-26") {
				t.Errorf("the page went to %s by itself", at)
			}
			p.press("t")
			p.until("location.search.includes('fecha=2026-11-27')")
		})
	}
}

// The day is the server's, whatever the page believes.
func TestTodayIsTheServers(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda(agendaJueves)
	p.hold("GET", "/web/agenda") // so that nothing but t reads the sheet
	a.later.Store(int64(24 * time.Hour))
	p.press("t")
	p.until("pedidas === 1")
	p.let()
	p.until("location.search.includes('fecha=2026-11-27')")
}

// What is drawn anew keeps the focus.
func TestTheRailKeepsTheFocus(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda(agendaJueves)
	day := func(n string) string {
		return fmt.Sprintf("[...document.querySelectorAll('#mes .mes-dia:not(.mes-otro)')].find((d) => d.textContent === '%s')", n)
	}
	eval[bool](p, fmt.Sprintf("(%s.focus(), true)", day("27")))
	p.press(kb.Enter)
	p.until("location.search.includes('fecha=2026-11-27')")
	p.until("document.activeElement === " + day("27"))
	eval[bool](p, "(document.querySelector('#profesionales input[value=\"2\"]').focus(), true)")
	p.press(" ")
	p.until("!document.querySelector('#profesionales input[value=\"2\"]').checked")
	p.until("document.activeElement.matches('#profesionales input[value=\"2\"]')")
	p.press(" ")
	p.until("document.querySelector('#profesionales input[value=\"2\"]').checked")
}

// Escape closes the panel wherever the focus is, and leaves the focus there.
func TestEscapeClosesThePanelFromThePage(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda(agendaJueves)
	for _, where := range []string{"#despues", "#anuladas", "#grilla .ec-event.cita"} {
		eval[bool](p, "(document.activeElement.blur(), true)") // in a check box letters are no keys
		p.press("n")
		p.see("#panel[open] [name=q]")
		eval[bool](p, fmt.Sprintf("(document.querySelector(%q).focus(), true)", where))
		p.press(kb.Escape)
		p.until("!document.querySelector('#panel').open")
		p.settle()
		p.until(fmt.Sprintf("document.activeElement.matches(%q)", where))
	}
}
