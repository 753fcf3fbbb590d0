package e2e

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	tmh "github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/demo"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/web"
)

// agendaNow is a Thursday morning at the demo clinic.
var agendaNow = time.Date(2026, 11, 26, 13, 5, 0, 0, time.UTC)

// whoever are Sessions in which the cookie "quien" says whose a request is: a rol,
// or "profesional.2".
type whoever struct{ clinica tmh.ClinicaID }

func (w whoever) User(r *http.Request) (tmh.Usuario, bool, error) {
	u := tmh.Usuario{ID: 5, IDClinica: w.clinica, Nombre: "Carolina Méndez", Rol: tmh.RolRecepcion, Habilitado: true}
	for _, c := range r.CookiesNamed("quien") {
		rol, prof, _ := strings.Cut(c.Value, ".")
		id, err := strconv.Atoi(cmp.Or(prof, "0"))
		if err != nil {
			return tmh.Usuario{}, false, err
		}
		u.ID, u.Nombre, u.Rol, u.IDProfesional = 6, "Daniel Vergara", tmh.Rol(rol), tmh.ProfesionalID(id)
	}
	return u, u.Rol != "nadie", nil
}

// agendaServer serves the web of a clinic in this process.
type agendaServer struct {
	*httptest.Server
	store tmh.Store
	id    tmh.ClinicaID
	later atomic.Int64 // nanoseconds after agendaNow
}

func startAgenda(t testing.TB) *agendaServer {
	t.Helper()
	return startAgendaOf(t, func(tx tmh.Tx) error { return demo.Seed(tx, false) })
}

// startAgendaOf is startAgenda for a clinic that seed fills.
func startAgendaOf(t testing.TB, seed func(tmh.Tx) error) *agendaServer {
	t.Helper()
	a := &agendaServer{}
	clock := func() time.Time { return agendaNow.Add(time.Duration(a.later.Load())) }
	s, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: clock})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	id, err := s.CreateClinica(t.Context(), demo.Clinica())
	must(t, err)
	must(t, s.Update(t.Context(), id, seed))
	stopping := make(chan struct{})
	a.store, a.id = s, id
	a.Server = httptest.NewServer(web.New(web.Options{
		Store: s, Sessions: whoever{id}, BaseURL: func(r *http.Request) string { return "http://" + r.Host },
		RequestID: func(context.Context) string { return "1" }, Observe: func(context.Context, string, auth.Principal) {},
		Address: func(*http.Request) string { return "" }, Clock: clock, RealClock: time.Now, Stopping: stopping, Logger: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(func() { close(stopping); a.CloseClientConnections(); a.Close() })
	return a
}

// citas are the citas of a day, as the store has them.
func (a *agendaServer) cita(t *testing.T, id tmh.CitaID) (c tmh.Cita) {
	t.Helper()
	must(t, a.store.View(t.Context(), a.id, func(tx tmh.Tx) (err error) { c, err = tx.Citas().Get(id); return err }))
	return c
}

// openAgenda opens the agenda of a day, once it is drawn and hears the news.
func (p *page) openAgenda(path string) {
	p.t.Helper()
	p.open(path)
	p.see("#grilla .ec-event.cita")
}

// mouse sends events of the mouse.
func (p *page) mouse(kind input.DispatchMouseEventType, x, y float64, buttons int64) {
	p.t.Helper()
	e := input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: buttons, ClickCount: 1}
	p.run(command(input.DispatchMouseEvent, e))
}

// point is a place in the window.
type point struct{ X, Y float64 }

// at is the middle of an element, at a share of its height.
func (p *page) at(selector string, y float64) point {
	p.t.Helper()
	p.see(selector)
	return eval[point](p, fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return {X: r.left + r.width / 2, Y: r.top + r.height * %v} })()`, selector, y))
}

// drag takes something from one place to another and holds it there.
func (p *page) drag(from, to point) {
	p.t.Helper()
	p.mouse(input.DispatchMouseEventTypeMousePressed, from.X, from.Y, 1)
	const steps = 6
	for i := 1; i <= steps; i++ {
		f := float64(i) / steps
		p.mouse(input.DispatchMouseEventTypeMouseMoved, from.X+(to.X-from.X)*f, from.Y+(to.Y-from.Y)*f, 1)
	}
}

func (p *page) drop(at point) { p.mouse(input.DispatchMouseEventTypeMouseReleased, at.X, at.Y, 0) }

// minute is how high a minute of the grid is drawn.
const minute = 24.0 / 15

func TestThreeKeystrokesFromASearchToABooking(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	p.press("/")
	p.see("#panel[open] [name=q]")
	p.press("risop")
	p.see("[data-opcion=paciente]")
	p.press(kb.Enter)
	p.until("document.activeElement.dataset.opcion === 'libre'")
	p.press(kb.Enter)
	p.until("document.activeElement.matches('[data-principal]')")
	p.press(kb.Enter)
	p.until(`document.activeElement.querySelector('[data-cita="754"]')`)
	c := a.cita(t, 754)
	if c.IDPaciente != 2 || c.Origen != "usuario:5" || c.Espacio.Fecha.String() != "2026-11-26" || c.Espacio.Rango.Inicio < 10*60+5 {
		t.Errorf("booked %+v", c)
	}
	if text := p.see(".toast-text"); !strings.Contains(text, "Fernanda Risopatrón") {
		t.Errorf("the toast says %q", text)
	}
}

// findCita is a live cita of profesional 1 on the demo's day that fits between those
// before and after it.
func (a *agendaServer) findCita(t *testing.T, fits func(before, c, after tmh.Cita) bool) tmh.Cita {
	t.Helper()
	var found tmh.Cita
	hoy := tmh.Fecha{Year: 2026, Month: 11, Day: 26}
	must(t, a.store.View(t.Context(), a.id, func(tx tmh.Tx) error {
		list, err := tx.Citas().Agenda([]tmh.ProfesionalID{1}, hoy, hoy)
		for i := 1; i+1 < len(list) && found.ID == 0; i++ {
			if fits(list[i-1], list[i], list[i+1]) {
				found = list[i]
			}
		}
		return err
	}))
	if found.ID == 0 {
		t.Fatal("the demo has no such cita")
	}
	return found
}

func cita(id tmh.CitaID) string { return fmt.Sprintf(`#grilla .ec-event:has([data-cita="%d"])`, id) }

// box is where the event of the grid that holds something begins.
func (p *page) box(selector string) point {
	p.t.Helper()
	return eval[point](p, fmt.Sprintf(`(() => { const r = document.querySelector(%q).closest('.ec-event').getBoundingClientRect(); return {X: r.left, Y: r.top} })()`, selector))
}

// shadow holds what follows the pointer to the hours that it tells, and to where it
// begins.
func (p *page) shadow(want tmh.Rango, y float64) {
	p.t.Helper()
	hours := want.Inicio.String()[:5] + " – " + want.Fin.String()[:5]
	p.until(fmt.Sprintf("document.querySelector('.sombra time')?.textContent === %q", hours))
	got := eval[point](p, "(() => { const r = document.querySelector('.sombra').getBoundingClientRect(); return {X: r.left, Y: r.top} })()")
	if math.Abs(got.Y-y) > 1 {
		p.t.Errorf("the shadow of %s begins at %v, want %v", hours, got.Y, y)
	}
}

func TestDragACita(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	c := a.findCita(t, func(_, c, after tmh.Cita) bool {
		return c.Espacio.IDSucursal == 1 && c.Espacio.Rango.Fin+30 <= after.Espacio.Rango.Inicio && c.Espacio.Rango.Fin+30 <= 13*60
	})
	from := p.at(cita(c.ID), 0.3)
	to := point{from.X, from.Y + 30*minute}
	before := p.box(cita(c.ID))
	p.drag(from, to)
	p.shadow(tmh.Rango{Inicio: c.Espacio.Rango.Inicio + 30, Fin: c.Espacio.Rango.Fin + 30}, before.Y+30*minute)
	p.drop(to)
	p.see(".toast-text")
	p.until("!document.querySelector('.sombra')")
	p.until(fmt.Sprintf(`document.querySelector('[data-cita="%d"] time').textContent === '%s'`, c.ID, (c.Espacio.Rango.Inicio + 30).String()[:5]))
	if got := a.cita(t, c.ID).Espacio.Rango; got.Inicio != c.Espacio.Rango.Inicio+30 || got.Duracion() != c.Espacio.Rango.Duracion() {
		t.Errorf("moved from %v to %v", c.Espacio.Rango, got)
	}
	p.press("u")
	p.until(fmt.Sprintf(`document.querySelector('[data-cita="%d"] time').textContent === '%s'`, c.ID, c.Espacio.Rango.Inicio.String()[:5]))
	if got := a.cita(t, c.ID).Espacio; got != c.Espacio {
		t.Errorf("undone to %v, was at %v", got, c.Espacio)
	}
}

func TestADragThatIsRefusedOffersOtherHours(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.expect(422)
	p.openAgenda("/")
	// Onto the cita that follows it.
	var next tmh.Cita
	c := a.findCita(t, func(_, c, after tmh.Cita) bool {
		next = after
		return c.Espacio.IDSucursal == 1 && after.Espacio.IDSucursal == 1 && after.Espacio.Rango.Fin <= 13*60
	})
	from := p.at(cita(c.ID), 0.3)
	to := point{from.X, from.Y + float64(next.Espacio.Rango.Inicio-c.Espacio.Rango.Inicio)*minute}
	p.drag(from, to)
	if rule := p.see("#letrero"); rule != "El profesional ya tiene una cita a esa hora" {
		t.Errorf("while it is held there the page says %q", rule)
	}
	p.screenshot("agenda-no-se-puede", desktop)
	p.drop(to)
	p.see(".rechazo")
	p.until("document.activeElement.matches('.rechazo-libre')")
	p.screenshot("agenda-rechazo", desktop)
	if got := a.cita(t, c.ID); got.Espacio != c.Espacio {
		t.Errorf("the refused cita is at %v, was at %v", got.Espacio, c.Espacio)
	}
	p.until(fmt.Sprintf(`document.querySelector('[data-cita="%d"] time').textContent === '%s'`, c.ID, c.Espacio.Rango.Inicio.String()[:5]))
	offered := eval[string](p, "document.activeElement.querySelector('strong').textContent")
	p.press(kb.Enter)
	p.see(".toast-text")
	p.until("!document.querySelector('.rechazo')")
	got := a.cita(t, c.ID)
	if got.Espacio == c.Espacio || got.Espacio.Rango.Inicio.String()[:5] != offered {
		t.Errorf("the cita is at %v, and %s was taken", got.Espacio, offered)
	}
}

func TestLengthenACita(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	c := a.findCita(t, func(_, c, after tmh.Cita) bool {
		return c.Espacio.IDSucursal == 1 && c.Espacio.Rango.Fin+30 <= after.Espacio.Rango.Inicio && c.Espacio.Rango.Fin+30 <= 13*60
	})
	p.run(command(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: 1, Y: 1}))
	from := p.at(cita(c.ID), 1)
	from.Y -= 2
	to := point{from.X, from.Y + 30*minute}
	before := p.box(cita(c.ID))
	p.drag(from, to)
	p.shadow(tmh.Rango{Inicio: c.Espacio.Rango.Inicio, Fin: c.Espacio.Rango.Fin + 30}, before.Y)
	p.drop(to)
	p.see(".toast-text")
	if got := a.cita(t, c.ID).Espacio.Rango; got.Inicio != c.Espacio.Rango.Inicio || got.Fin != c.Espacio.Rango.Fin+30 {
		t.Errorf("lengthened from %v to %v", c.Espacio.Rango, got)
	}
}

// bloqueos are those that a test made of profesional 1, as the store has them.
func (a *agendaServer) bloqueos(t *testing.T) (list []tmh.HorarioBloqueado) {
	t.Helper()
	must(t, a.store.View(t.Context(), a.id, func(tx tmh.Tx) error {
		for _, b := range tx.Config().Plan().Bloqueos {
			if b.IDProfesional == 1 && b.Comentario == "Reunión de equipo" {
				list = append(list, b)
			}
		}
		return nil
	}))
	return list
}

const bloqueo = `#grilla a.fondo-texto[title="Reunión de equipo"]`

// block draws a range of hours and says that it is to be blocked.
func (p *page) block(from, to point) {
	p.t.Helper()
	p.drag(from, to)
	p.see(".sombra time")
	p.drop(to)
	p.click(`#panel[open] .modos a[href^="/ajustes/bloqueos/nuevo"]`)
	p.until("document.activeElement.matches('#panel #campo-comentario')")
	p.fill("#campo-comentario", "Reunión de equipo")
}

func TestBlockHoursByDraggingOverThem(t *testing.T) {
	a := startAgenda(t)
	p, other := newPageAt(t, a.URL), newPageAt(t, a.URL)
	p.openAgenda("/")
	other.openAgenda("/")
	c := a.findCita(t, func(_, c, after tmh.Cita) bool {
		return c.Espacio.IDSucursal == 1 && c.Espacio.Rango.Fin+30 <= after.Espacio.Rango.Inicio && c.Espacio.Rango.Fin+30 <= 13*60
	})
	under := p.at(cita(c.ID), 1)
	p.block(point{under.X, under.Y + 3*minute}, point{under.X, under.Y + 28*minute})
	p.screenshot("agenda-bloquear", desktop)
	p.axe("agenda-bloquear")
	p.press(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.see(bloqueo)
	p.until("!document.querySelector('#panel').open")
	other.see(bloqueo)
	list := a.bloqueos(t)
	if want := (tmh.Rango{Inicio: c.Espacio.Rango.Fin, Fin: c.Espacio.Rango.Fin + 30}); len(list) != 1 || list[0].Rango != want || list[0].Fecha != c.Espacio.Fecha || list[0].IDSucursal != 1 {
		t.Fatalf("blocked %+v, want %v", list, want)
	}

	other.click(bloqueo)
	other.see(fmt.Sprintf(`#panel form[action="/ajustes/bloqueos/%d"]`, list[0].ID))
	other.screenshot("agenda-bloqueo", desktop)
	other.axe("agenda-bloqueo")
	other.click("#panel .deletion summary")
	other.click("#panel .deletion button")
	gone := fmt.Sprintf("!document.querySelector(%q)", bloqueo)
	other.until(gone)
	p.until(gone)
	if list := a.bloqueos(t); len(list) != 0 {
		t.Errorf("deleted, and there is %+v", list)
	}
}

func TestBlockHoursThatHaveACita(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.expect(422)
	p.openAgenda("/")
	c := a.findCita(t, func(before, c, _ tmh.Cita) bool {
		return c.Espacio.IDSucursal == 1 && before.Espacio.Rango.Fin+15 <= c.Espacio.Rango.Inicio && c.Espacio.Rango.Inicio >= 10*60 && c.Espacio.Rango.Fin <= 13*60
	})
	from, to := p.at(cita(c.ID), 0), p.at(cita(c.ID), 1)
	from.Y -= 12 * minute
	to.Y -= 3 * minute
	p.block(from, to)
	p.click("#panel [data-principal]")
	if text := p.see("#panel .in-the-way"); !strings.Contains(text, c.PacienteCompleto()) {
		t.Errorf("in the way is %q, want %s", text, c.PacienteCompleto())
	}
	p.until("document.activeElement.matches('#panel .summary')")
	p.screenshot("agenda-bloqueo-citas", desktop)
	if list := a.bloqueos(t); len(list) != 0 {
		t.Fatalf("refused, and there is %+v", list)
	}
	p.click(`#panel [name="forzar"]`)
	p.click("#panel [data-principal]")
	p.see(bloqueo)
	list := a.bloqueos(t)
	if want := (tmh.Rango{Inicio: c.Espacio.Rango.Inicio - 15, Fin: c.Espacio.Rango.Fin}); len(list) != 1 || list[0].Rango != want {
		t.Errorf("blocked %+v, want %v", list, want)
	}
	if got := a.cita(t, c.ID); !got.Viva || got.Espacio != c.Espacio {
		t.Errorf("the cita became %+v", got)
	}
}

// drawn draws a range of hours and takes one of the ways to use them, by the path of
// its form.
func (p *page) drawn(from, to point, way string) {
	p.t.Helper()
	p.drag(from, to)
	p.drop(to)
	p.click(fmt.Sprintf(`#panel[open] .modos a[href^=%q]`, way))
	p.see(fmt.Sprintf(`#panel form[action=%q]`, way))
}

// fields are the values of fields of the form in the panel.
func (p *page) fields(names ...string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf("'%s'.split(' ').map((n) => document.querySelector(`#panel [name=${n}]`).value).join()", strings.Join(names, " ")))
}

// Hours that are drawn where nobody attends are opened: here those of the break, with
// those around it, since an especial replaces all of the day's.
func TestOpenHoursByDraggingOverThem(t *testing.T) {
	a := startAgenda(t)
	p, other := a.as(t, "administracion"), newPageAt(t, a.URL)
	p.openAgenda("/")
	other.openAgenda("/")
	c := a.findCita(t, func(_, c, _ tmh.Cita) bool { return c.Espacio.IDSucursal == 1 && c.Espacio.Rango.Fin <= 13*60 })
	top := p.at(cita(c.ID), 0)
	top.Y += float64(13*60-c.Espacio.Rango.Inicio) * minute
	p.drawn(point{top.X, top.Y + 3*minute}, point{top.X, top.Y + 58*minute}, "/ajustes/especiales/nuevo")
	if got := p.fields("id_profesional", "id_sucursal", "fecha", "hora_inicio", "hora_fin", "pausa_inicio", "sillones", "modalidad"); got != "1,1,2026-11-26,08:00,20:00,,1,presencial" {
		t.Errorf("the form is for %s", got)
	}
	if told := p.see("#panel .sheet-body > p"); told != "Ese día atiende 08:00 – 13:00, 14:00 – 20:00. Este horario lo reemplaza." {
		t.Errorf("the form tells %q", told)
	}
	p.until("document.activeElement.matches('#panel #campo-hora_inicio')")
	p.look("agenda-atender")
	breaks := eval[int](other, "document.querySelectorAll('#grilla .fondo-pausa').length")
	p.press(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.until("!document.querySelector('#panel').open")
	other.until(fmt.Sprintf("document.querySelectorAll('#grilla .fondo-pausa').length === %d", breaks-1))
	list := a.especiales(t)
	if len(list) != 1 || list[0].Jornada.Rango != (tmh.Rango{Inicio: 8 * 60, Fin: 20 * 60}) || !list[0].Jornada.Pausa.IsEmpty() || list[0].IDSucursal != 1 {
		t.Errorf("opened %+v", list)
	}
	p.press("u")
	other.until(fmt.Sprintf("document.querySelectorAll('#grilla .fondo-pausa').length === %d", breaks))
	if list := a.especiales(t); len(list) != 0 {
		t.Errorf("undone, there are %+v", list)
	}
}

// Hours that are drawn within a day's are all that is left of it: who has an hour
// outside is named first.
func TestOpenHoursThatLeaveACitaOutside(t *testing.T) {
	a := startAgenda(t)
	p := a.as(t, "administracion")
	p.expect(422)
	p.openAgenda("/")
	c := a.findCita(t, func(_, c, after tmh.Cita) bool {
		return c.Espacio.IDSucursal == 1 && c.Espacio.Rango.Fin+30 <= after.Espacio.Rango.Inicio && c.Espacio.Rango.Fin+30 <= 13*60
	})
	under := p.at(cita(c.ID), 1)
	p.drawn(point{under.X, under.Y + 3*minute}, point{under.X, under.Y + 28*minute}, "/ajustes/especiales/nuevo")
	p.click("#panel [data-principal]")
	if text := p.see("#panel .in-the-way"); !strings.Contains(text, c.PacienteCompleto()) {
		t.Errorf("outside are %q, want %s", text, c.PacienteCompleto())
	}
	p.until("document.activeElement.matches('#panel .summary')")
	p.screenshot("agenda-especial-citas", desktop)
	p.axe("agenda-especial-citas")
	if list := a.especiales(t); len(list) != 0 {
		t.Fatalf("refused, and there is %+v", list)
	}
	p.click(`#panel [name="forzar"]`)
	p.click("#panel [data-principal]")
	p.until("!document.querySelector('#panel').open")
	list := a.especiales(t)
	if want := (tmh.Rango{Inicio: c.Espacio.Rango.Fin, Fin: c.Espacio.Rango.Fin + 30}); len(list) != 1 || list[0].Jornada.Rango != want {
		t.Errorf("opened %+v, want %v", list, want)
	}
	if got := a.cita(t, c.ID); !got.Viva || got.Espacio != c.Espacio {
		t.Errorf("the cita became %+v", got)
	}
}

// especiales are those of profesional 1 on the demo's day, as the store has them.
func (a *agendaServer) especiales(t *testing.T) (list []tmh.HorarioEspecial) {
	t.Helper()
	must(t, a.store.View(t.Context(), a.id, func(tx tmh.Tx) error {
		for _, e := range tx.Config().Plan().Especiales {
			if e.IDProfesional == 1 && e.Fecha == (tmh.Fecha{Year: 2026, Month: 11, Day: 26}) {
				list = append(list, e)
			}
		}
		return nil
	}))
	return list
}

// A sillón is not one profesional's: whose hours are meant is asked, and what was said
// is kept from one form to the next.
func TestDrawHoursOfASillonThatSeveralHave(t *testing.T) {
	a := startAgenda(t)
	p := a.as(t, "administracion")
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=sillon")
	top := p.at(".ec-body .ec-day", 0)
	top.Y += (9*60 - 7*60) * minute
	from, to := point{top.X, top.Y + 16*minute}, point{top.X, top.Y + 43*minute}
	p.drawn(from, to, "/ajustes/bloqueos/nuevo")
	if got := p.fields("id_profesional", "hora_inicio", "hora_fin"); got != ",09:15,09:45" {
		t.Errorf("the form is for %s", got)
	}
	p.until("document.activeElement.matches('#panel #campo-id_profesional')")
	p.look("agenda-sillon-bloquear")
	p.click("#panel [data-principal]")
	p.see("#panel #campo-id_profesional:invalid")
	p.click(`#panel .modos a[href^="/agendar"]`)
	p.see(`#panel form[action="/agendar"]`)
	if got := p.fields("id_profesional", "hora_inicio", "duracion", "id_sillon"); got != ",09:15,30,1" {
		t.Errorf("back at booking the form is for %s", got)
	}
	eval[bool](p, "(() => { const f = document.querySelector('#campo-id_profesional'); f.value = '1'; return f.dispatchEvent(new Event('change', {bubbles: true})); })()")
	p.click(`#panel .modos a[href*="id_profesional=1"][href^="/ajustes/bloqueos"]`)
	p.until("document.activeElement.matches('#panel #campo-comentario')")
	p.fill("#campo-comentario", "Reunión de equipo")
	p.press(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.until("!document.querySelector('#panel').open")
	list := a.bloqueos(t)
	if want := (tmh.Rango{Inicio: 9*60 + 15, Fin: 9*60 + 45}); len(list) != 1 || list[0].Rango != want {
		t.Errorf("blocked %+v, want %v", list, want)
	}
}

// Where a day has sobrecupos, a click into their lane is for one more, and a click
// beside it is not.
func TestAClickInTheLaneOfSobrecuposBooksOne(t *testing.T) {
	a := startAgenda(t)
	inicio, d := tmh.Hora(10*60+15), tmh.Duracion(15)
	var first agenda.Agendada
	must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) (err error) {
		first, err = agenda.Agendar(tx, "token:1", tmh.Solicitud{
			IDProfesional: 1, IDSucursal: 1, IDSillon: tmh.Sobrecupo, IDEstado: tmh.EstadoNoConfirmado, IDPaciente: 3,
			Fecha: tmh.Fecha{Year: 2026, Month: 11, Day: 26}, HoraInicio: &inicio, Duracion: &d,
		})
		return err
	}))
	c := a.findCita(t, func(_, c, after tmh.Cita) bool {
		return c.Espacio.IDSucursal == 1 && c.Espacio.Rango.Fin+30 <= after.Espacio.Rango.Inicio && c.Espacio.Rango.Inicio > inicio && c.Espacio.Rango.Fin+30 <= 13*60
	})
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	lane, free := p.at(cita(first.Cita.ID), 0.5), p.at(cita(c.ID), 1)
	free.Y += 4 * minute
	for _, at := range []struct {
		X         float64
		sobrecupo bool
	}{{free.X - 20, false}, {lane.X, true}} {
		p.mouse(input.DispatchMouseEventTypeMousePressed, at.X, free.Y, 1)
		p.drop(point{at.X, free.Y})
		p.until(fmt.Sprintf("document.querySelector('#panel[open] #campo-sobrecupo')?.checked === %v", at.sobrecupo))
		if n := eval[int](p, "document.querySelectorAll('#panel .modos').length"); n != 0 {
			t.Errorf("after a click there are %d choices of what to do", n)
		}
	}
	p.until("document.activeElement.matches('#panel [name=q]')")
	p.press("risop")
	p.see("[data-opcion=paciente]")
	p.press(kb.Enter)
	p.until("document.activeElement.matches('[data-principal]')")
	p.press(kb.Enter)
	booked := first.Cita.ID + 1
	p.see(cita(booked))
	if got := a.cita(t, booked).Espacio; got.IDSillon != tmh.Sobrecupo || got.IDProfesional != 1 || got.Rango.Inicio != c.Espacio.Rango.Fin {
		t.Errorf("booked at %+v", got)
	}
}

// What depends on a field of the form follows it, and the focus stays where it is.
func TestTheBookingFormFollowsItsFields(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	p.press("n")
	p.see("#panel[open] #campo-id_profesional")
	if n := eval[int](p, "document.querySelectorAll('#campo-duracion').length"); n != 0 {
		t.Fatal("there are lengths before it is known of whose hours")
	}
	eval[bool](p, "(() => { const f = document.querySelector('#campo-id_profesional'); f.focus(); f.value = '2'; return f.dispatchEvent(new Event('change', {bubbles: true})); })()")
	p.see("#panel #campo-duracion")
	p.until("document.activeElement.id === 'campo-id_profesional' && document.activeElement.value === '2'")
}

// bloquea blocks hours of profesionales at sucursal 1 on the demo's day, and returns the
// bloqueos' ids.
func (a *agendaServer) bloquea(t *testing.T, inicio, fin tmh.Hora, comentario string, profs ...tmh.ProfesionalID) (ids []tmh.HorarioID) {
	t.Helper()
	must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) error {
		for _, prof := range profs {
			b, err := agenda.GuardarBloqueo(tx, "token:1", tmh.HorarioBloqueado{
				IDProfesional: prof, IDSucursal: 1, Fecha: tmh.Fecha{Year: 2026, Month: 11, Day: 26}, Rango: tmh.Rango{Inicio: inicio, Fin: fin}, Comentario: comentario,
			}, true)
			if err != nil {
				return err
			}
			ids = append(ids, b.ID)
		}
		return nil
	}))
	return ids
}

// The bloqueo of one profesional is seen in the sillones in which she works, and closes
// them where nobody else does: at the demo three share sillón 1, of which one has sillón 2
// alone.
func TestABloqueoOfOneProfesionalIsSeenInSillones(t *testing.T) {
	a := startAgenda(t)
	id := a.bloquea(t, 10*60, 12*60, "Reunión", 2)[0]
	const path = "/?sucursal=1&fecha=2026-11-26&vista=dia&por=sillon"
	p := newPageAt(t, a.URL)
	p.openAgenda(path)
	// What each column tells of bloqueos: how many minutes are closed, and whose hours.
	const told = `[...document.querySelectorAll('#grilla .ec-body .ec-day')].map((day) => day.getBoundingClientRect())
		.map((day) => [...document.querySelectorAll('#grilla .fondo-bloqueo')].filter((f) => { const {left, right} = f.getBoundingClientRect(); return day.left < left + 2 && right < day.right + 2; })
		.map((f) => f.matches('.fondo-franja') ? f.textContent.trim() : Math.round(f.offsetHeight / 24 * 15)).join()).join('|')`
	if got := eval[string](p, told); got != "Daniel Vergara: Reunión|120,Daniel Vergara: Reunión|" {
		t.Errorf("the columns tell %q", got)
	}
	const under = `(() => { const f = document.querySelector('#grilla .fondo-franja').getBoundingClientRect();
		return [...document.querySelectorAll('#grilla .cita')].map((c) => c.getBoundingClientRect()).filter((c) => c.left < f.right && f.left < c.right - 1 && c.top < f.bottom - 1 && f.top < c.bottom - 1).length; })()`
	if n := eval[int](p, under); n != 0 {
		t.Errorf("%d citas lie over it", n)
	}
	p.look("agenda-sillon-bloqueo")
	p.click("#grilla .fondo-franja a.fondo-texto")
	p.see(fmt.Sprintf(`#panel form[action="/ajustes/bloqueos/%d"]`, id))

	a.bloquea(t, 11*60, 13*60, "", 1, 3)
	const both = "Daniel Vergara: Reunión,60,Javiera Soto: Bloqueado,Marcela Araya: Bloqueado|120,Daniel Vergara: Reunión|"
	p.until(fmt.Sprintf("%s === %q", told, both))
	p.press(kb.Escape)
	p.look("agenda-sillon-bloqueos")

	reader := a.as(t, "lectura")
	reader.openAgenda(path)
	if n := eval[int](reader, "document.querySelectorAll('#grilla a').length"); n != 0 {
		t.Errorf("who only reads is led to %d forms", n)
	}
}

// Hours of a horario especial are marked with what they are, which leads who may change
// it to its form.
func TestAnEspecialIsOpenedFromTheGrid(t *testing.T) {
	a := startAgenda(t)
	ids := map[int]tmh.HorarioID{}
	must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) error {
		// The last is of a day that has no earlier minute, in a week of its own.
		for day, rango := range map[int]tmh.Rango{0: {Inicio: 10 * 60, Fin: 18 * 60}, 1: {}, 7: {Fin: 8 * 60}} {
			e, err := agenda.GuardarEspecial(tx, "token:1", tmh.HorarioEspecial{
				IDProfesional: 1, IDSucursal: 1, Fecha: tmh.Fecha{Year: 2026, Month: 11, Day: 26}.AddDays(day),
				Jornada: tmh.Jornada{Rango: rango, Sillones: []tmh.SillonID{1}},
			}, true)
			if err != nil {
				return err
			}
			ids[day] = e.ID
		}
		return nil
	}))
	const at = "/?sucursal=1&fecha=2026-11-26&profesional=1"
	p, reception := a.as(t, "administracion"), newPageAt(t, a.URL)
	for view, told := range map[string]string{
		"&vista=semana&por=profesional": "Horario especial,Horario especial: no atiende", "&vista=dia&por=profesional": "Horario especial",
		"&vista=dia&por=sillon": "Javiera Soto: Horario especial",
	} {
		reception.openAgenda(at + view)
		if got := eval[string](reception, "[...document.querySelectorAll('#grilla .fondo-especial .fondo-texto')].map((m) => m.textContent).join()"); got != told {
			t.Errorf("%s tells %q, want %q", view, got, told)
		}
		if n := eval[int](reception, "document.querySelectorAll('#grilla .fondo-especial a').length"); n != 0 {
			t.Errorf("%s leads reception to %d forms", view, n)
		}
		p.openAgenda(at + view)
		p.look("agenda-especial" + strings.ReplaceAll(strings.ReplaceAll(view, "&", "-"), "=", "-"))
	}
	p.openAgenda(at + "&vista=semana&por=profesional")
	p.click(fmt.Sprintf(`#grilla a[href="/ajustes/especiales/%d"]`, ids[1]))
	p.see(fmt.Sprintf(`#panel form[action="/ajustes/especiales/%d"] #campo-cerrado:checked`, ids[1]))
	p.openAgenda(at + "&vista=semana&por=profesional")
	eval[bool](p, fmt.Sprintf("(document.querySelector('#grilla a[href=\"/ajustes/especiales/%d\"]').focus(), true)", ids[0]))
	p.press(kb.Enter)
	p.see(fmt.Sprintf(`#panel form[action="/ajustes/especiales/%d"]`, ids[0]))
	p.click("#panel .deletion summary")
	p.click("#panel .deletion button")
	p.until(fmt.Sprintf("!document.querySelector('#grilla a[href=\"/ajustes/especiales/%d\"]')", ids[0]))
	if list := a.especiales(t); len(list) != 0 {
		t.Errorf("deleted, and there is %+v", list)
	}
	p.open("/?sucursal=1&fecha=2026-12-03&vista=dia&por=profesional")
	p.click(fmt.Sprintf(`#grilla a[href="/ajustes/especiales/%d"]`, ids[7]))
	p.see(fmt.Sprintf(`#panel form[action="/ajustes/especiales/%d"]`, ids[7]))
}

// Hours are blocked from the keyboard too.
func TestBlockHoursFromTheKeyboard(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/?sucursal=1&fecha=2026-11-30&vista=semana&por=profesional&profesional=1")
	p.press("b")
	p.see(`#panel form[action^="/ajustes/bloqueos/nuevo"]`)
	got := eval[string](p, "['fecha', 'id_profesional', 'id_sucursal'].map((n) => document.querySelector(`#campo-${n}`).value).join()")
	if got != "2026-11-30,1,1" {
		t.Errorf("the form is for %s", got)
	}
}

// What one does the other sees. That it takes less than a second is the store's to
// tell; here it is waited for.
func TestTwoBrowsersSeeEachOther(t *testing.T) {
	a := startAgenda(t)
	one, other := newPageAt(t, a.URL), newPageAt(t, a.URL)
	for _, p := range []*page{one, other} {
		p.openAgenda("/?sucursal=1&fecha=2026-11-27&vista=dia&por=profesional")
	}
	one.open("/agendar?id_paciente=2&id_sucursal=1&id_profesional=1&fecha=2026-11-27&hora_inicio=09:15&duracion=30")
	one.follow("[data-principal]")
	other.until(`document.querySelector('.cita-fresca [data-cita="754"]')`)
	if said := eval[string](other, "document.querySelector('#novedades').textContent"); !strings.Contains(said, "Fernanda Risopatrón") {
		t.Errorf("screen readers are told %q", said)
	}
	one.openAgenda("/?sucursal=1&fecha=2026-11-27&vista=dia&por=profesional")
	one.see(cita(754))
	other.click(cita(754))
	other.click(`#panel [name="id_estado"][value="3"]`)
	one.until(`document.querySelector('.estado-confirmado [data-cita="754"]')`)

	// An hour that is held is seen as long as it is.
	inicio, d := tmh.Hora(9*60+45), tmh.Duracion(15)
	must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) error {
		_, err := agenda.Reservar(tx, "token:1", tmh.Solicitud{
			IDProfesional: 1, IDSucursal: 1, IDSillon: 1, Fecha: tmh.Fecha{Year: 2026, Month: 11, Day: 27}, HoraInicio: &inicio, Duracion: &d,
		}, 0)
		return err
	}))
	one.see("#grilla .reserva")
}

// cutOff has the tab be without network, and know it, or be with it again.
func (p *page) cutOff(cut bool) {
	p.t.Helper()
	p.run(
		command(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1}},
		}),
		command(network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1}),
	)
}

func TestALostConnectionIsShownAndRecovers(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	p.until("document.querySelector('#conexion').hidden")
	p.mu.Lock()
	before := len(p.problems)
	p.mu.Unlock()
	p.cutOff(true)
	a.CloseClientConnections()
	p.see("#conexion")
	p.look("agenda-sin-conexion")
	must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) error {
		inicio, d := tmh.Hora(9*60+15), tmh.Duracion(30)
		_, err := agenda.Agendar(tx, "token:1", tmh.Solicitud{
			IDProfesional: 1, IDSucursal: 1, IDSillon: 1, IDEstado: tmh.EstadoNoConfirmado, IDPaciente: 2,
			Fecha: tmh.Fecha{Year: 2026, Month: 11, Day: 26}, HoraInicio: &inicio, Duracion: &d,
		})
		return err
	}))
	p.cutOff(false)
	p.until("document.querySelector('#conexion').hidden")
	p.see(cita(754))
	p.mu.Lock()
	p.problems = p.problems[:before] // the browser tells of the connection, too
	p.mu.Unlock()
}

// Who is signed out is told so, and not that the connection is lost.
func TestAnAgendaThatNobodyIsSignedInToSaysSo(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.expect(401)
	p.openAgenda("/")
	p.until("document.querySelector('#conexion').hidden")
	eval[string](p, "document.cookie = 'quien=nadie; path=/'")
	a.CloseClientConnections()
	p.see(`#conexion a[href^="/entrar?volver="]`)
	p.look("agenda-sin-sesion")
	p.mu.Lock()
	p.problems = slices.DeleteFunc(p.problems, func(s string) bool { return strings.Contains(s, "ERR_") }) // the lost connection's own
	p.mu.Unlock()
}

func TestEstadosInOneClick(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	c := a.findCita(t, func(_, c, _ tmh.Cita) bool { return c.Espacio.IDSucursal == 1 && c.IDEstado == tmh.EstadoNoConfirmado })
	p.click(cita(c.ID))
	p.click(`#panel [name="id_estado"][value="8"]`)
	p.see(`#panel .estado-actual.estado-no-asiste`)
	p.until("document.activeElement.closest('#panel')")
	if got := a.cita(t, c.ID); got.IDEstado != 8 || !got.Viva {
		t.Errorf("no-show left %+v", got)
	}
	p.click(".anular summary")
	p.click("#campo-motivo")
	p.press("El paciente pidió otra fecha")
	p.click(".anular button")
	p.until(fmt.Sprintf(`!document.querySelector('#grilla [data-cita="%d"]')`, c.ID))
	until(t, "the cita is annulled", func() bool { return !a.cita(t, c.ID).Viva }) // it is shown so before it is
	if got := a.cita(t, c.ID); got.IDEstado != tmh.EstadoAnulado || !strings.HasSuffix(got.Comentario, "El paciente pidió otra fecha") {
		t.Errorf("annulled as %+v", got)
	}
	p.press(kb.Escape)
	p.press("u")
	p.see(cita(c.ID))
	if got := a.cita(t, c.ID); got.IDEstado != 8 || !got.Viva || got.Comentario != c.Comentario {
		t.Errorf("undone to %+v", got)
	}
}

// as is a page of somebody else than the receptionist. A cookie needs a page to be
// set on, and one that is not there says nothing of anybody.
func (a *agendaServer) as(t *testing.T, who string) *page {
	t.Helper()
	p := newPageAt(t, a.URL)
	p.expect(404)
	p.open("/estatico/no")
	eval[string](p, fmt.Sprintf("document.cookie = 'quien=%s; path=/'", who))
	return p
}

// A profesional sees and changes the own agenda alone, whatever is asked for.
func TestAProfesionalSeesTheOwnAgendaOnly(t *testing.T) {
	a := startAgenda(t)
	p := a.as(t, "profesional.2")
	p.openAgenda("/?sucursal=1&fecha=2026-11-26")
	if n := eval[int](p, "document.querySelectorAll('.columna-nombre').length"); n != 1 {
		t.Errorf("%d columns", n)
	}
	others := a.findCita(t, func(_, c, _ tmh.Cita) bool { return c.Espacio.IDSucursal == 1 })
	p.expect(404)
	p.expect(403)
	for path, want := range map[string]int{
		fmt.Sprintf("/citas/%d", others.ID):                     404,
		"/citas/999999":                                         404,
		"/agendar?id_profesional=1&id_sucursal=1&id_paciente=2": 200,
	} {
		if got := eval[int](p, fmt.Sprintf("fetch(%q).then((r) => r.status)", path)); got != want {
			t.Errorf("GET %s: %d, want %d", path, got, want)
		}
	}
	for body, want := range map[string]int{
		"id_estado=3": 404,
	} {
		if got := eval[int](p, fmt.Sprintf("fetch('/citas/%d', {method: 'POST', headers: {Accept: 'application/json'}, body: new URLSearchParams(%q)}).then((r) => r.status)", others.ID, body)); got != want {
			t.Errorf("POST %s: %d, want %d", body, got, want)
		}
	}
	if got := eval[int](p, "fetch('/agendar', {method: 'POST', headers: {Accept: 'application/json'}, body: new URLSearchParams({id_profesional: 1, id_sucursal: 1, id_paciente: 2, fecha: '2026-11-26', hora_inicio: '09:15', duracion: 15})}).then((r) => r.status)"); got != 403 {
		t.Errorf("booking in another's agenda: %d, want 403", got)
	}
	ids := eval[[]int](p, "fetch('/web/agenda?sucursal=1&fecha=2026-11-26&profesional=1&vista=semana').then((r) => r.json()).then((h) => [...new Set([...h.citas, ...h.dias].map((c) => c.id_profesional))])")
	if len(ids) != 1 || ids[0] != 2 {
		t.Errorf("the sheet is of profesionales %v", ids)
	}
}

func TestWhoOnlyReadsChangesNothing(t *testing.T) {
	a := startAgenda(t)
	p := a.as(t, "lectura")
	p.openAgenda("/")
	p.expect(403)
	if n := eval[int](p, "document.querySelectorAll('[data-nueva], .ec-draggable').length"); n != 0 {
		t.Errorf("%d things to change something with", n)
	}
	c := a.findCita(t, func(_, c, _ tmh.Cita) bool { return c.Espacio.IDSucursal == 1 })
	for _, path := range []string{fmt.Sprintf("/citas/%d", c.ID), fmt.Sprintf("/web/citas/%d/probar", c.ID), "/agendar"} {
		if got := eval[int](p, fmt.Sprintf("fetch(%q, {method: 'POST', body: new URLSearchParams({id_estado: 3})}).then((r) => r.status)", path)); got != 403 {
			t.Errorf("POST %s: %d, want 403", path, got)
		}
	}
	p.click(cita(c.ID))
	p.see("#panel .datos")
	if n := eval[int](p, "document.querySelectorAll('#panel form').length"); n != 0 {
		t.Errorf("the panel of a cita has %d forms", n)
	}
}

// focused is the id of the cita that has the focus in the grid.
func (p *page) focused() tmh.CitaID {
	p.t.Helper()
	p.until("document.activeElement.matches('#grilla .ec-event.cita')")
	return tmh.CitaID(eval[int64](p, "Number(document.activeElement.querySelector('[data-cita]').dataset.cita)"))
}

// tabs goes through what is open in the panel with the tabulator, from where it begins,
// and fails where something in it is not come to.
func (p *page) tabs(what string) {
	p.t.Helper()
	const inside = "document.querySelector('#panel-cuerpo').contains(document.activeElement)"
	p.until(inside) // where it begins; what stands before that is come to backwards
	eval[bool](p, "(document.querySelector('#panel [data-close]').focus(), true)")
	p.press(kb.Tab)
	const left = `[...document.querySelectorAll('#panel-cuerpo :is(a[href], button:enabled, input:not([type=hidden]), select, textarea, summary, [tabindex="0"])')]
		.filter((e) => e.checkVisibility() && !e.dataset.seen && !(e.type === 'radio' && !e.checked && e.form.querySelector('[name=' + e.name + ']:checked'))).map((e) => e.outerHTML.slice(0, 80))`
	const most = 80
	for i := 0; eval[bool](p, inside+" && ((document.activeElement.dataset.seen = 1), true)"); i++ {
		if p.press(kb.Tab); i == most {
			p.t.Fatalf("%s does not end", what)
		}
	}
	if missed := eval[[]string](p, left); len(missed) > 0 {
		p.t.Errorf("in %s one does not come to %q", what, missed)
	}
}

// Who may do what does it from the keyboard, and nothing else is offered or answers to
// a key: a request that is refused would fail the test.
func TestTheKeyboardOfEachRole(t *testing.T) {
	a := startAgenda(t)
	forms := map[string]string{"n": "/agendar", "b": "/ajustes/bloqueos/nuevo", "e": "/ajustes/especiales/nuevo"}
	for who, opens := range map[string]string{"administracion": "nbe", "recepcion": "nb", "profesional.2": "n", "lectura": ""} {
		t.Run(who, func(t *testing.T) {
			p := a.as(t, who)
			p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
			for key, path := range forms {
				p.press(key)
				if !strings.Contains(opens, key) {
					continue
				}
				p.see(fmt.Sprintf("#panel[open] form[action=%q]", path))
				p.tabs(path)
				p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
			}
			p.press("g")
			id := p.focused()
			before := a.cita(t, id)
			if opens == "" {
				for _, key := range []string{"c", "l", "a", "f", "x", "m", "u", kb.Delete} {
					p.press(key)
				}
				p.press("z", chromedp.KeyModifiers(chromedp.ModifierCtrl))
			}
			p.press(kb.Enter)
			p.see("#panel[open] .cita-cuando")
			for _, href := range eval[[]string](p, "[...document.querySelectorAll('#panel a[href^=\"/\"]')].map((a) => a.getAttribute('href'))") {
				if got := eval[int](p, fmt.Sprintf("fetch(%q, {headers: {'X-Parte': '1'}}).then((r) => r.status)", href)); got != 200 {
					t.Errorf("the panel leads to %s, which is answered %d", href, got)
				}
			}
			p.tabs("the panel of a cita")
			if n := eval[int](p, "document.querySelectorAll('#panel :is(form, [data-principal], a[href^=\"/agendar\"]), .toast').length"); (n == 0) != (opens == "") {
				t.Errorf("there are %d things to change something with", n)
			}
			if opens == "" {
				if got := a.cita(t, id); got.Version != before.Version {
					t.Errorf("the cita became %+v", got)
				}
				return
			}
			p.annulAndBack(t, a, id)
			p.bookNext()
		})
	}
}

// annulAndBack asks by keys alone to move a cita, annuls it, takes that back, and has it
// in one estado after the other.
func (p *page) annulAndBack(t *testing.T, a *agendaServer, id tmh.CitaID) {
	t.Helper()
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
	p.press("g")
	p.until(fmt.Sprintf("document.activeElement.matches(%q)", cita(id)))
	p.press("m")
	p.until("document.activeElement.matches('#panel details[open] #campo-fecha')")
	p.press(kb.Escape)
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
	p.press("g")
	p.until(fmt.Sprintf("document.activeElement.matches(%q)", cita(id)))
	p.press(kb.Delete)
	p.until("document.activeElement.matches('#panel #campo-motivo')")
	p.press("Enfermo")
	p.press(kb.Enter)
	p.until(fmt.Sprintf("!document.querySelector(%q)", cita(id)))
	until(t, "the cita is annulled", func() bool { return !a.cita(t, id).Viva }) // it is shown so before it is
	if got := a.cita(t, id); !strings.HasSuffix(got.Comentario, "Enfermo") {
		t.Errorf("annulled as %+v", got)
	}
	p.press(kb.Escape)
	p.until("document.activeElement.matches('#grilla .ec-main')") // the cita is no longer there
	p.press("u")
	p.see(cita(id))
	p.focus(id)
	p.press("x")
	p.until("[...document.querySelectorAll('.toast-text')].some((t) => t.textContent.endsWith('no asistió'))")
	p.until(fmt.Sprintf("document.activeElement.matches(%q + '.estado-no-asiste')", cita(id)))
	if got := a.cita(t, id); !got.Viva {
		t.Errorf("undone to %+v", got)
	}
	p.press(kb.Enter)
	p.until("document.activeElement.matches('#panel .cita-cuando')") // nothing usually follows
	p.press(kb.Tab)
	p.press(kb.Enter)
	p.see("#panel .estado-actual.estado-confirmado")
	p.press(kb.Escape)
	p.until(fmt.Sprintf("document.activeElement.matches(%q)", cita(id)))
}

// bookNext books the next free hour by keys alone. Where that is attended either way
// one is asked which.
func (p *page) bookNext() {
	p.t.Helper()
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
	p.press("n")
	p.see("#panel[open] [name=q]")
	p.press("risop")
	p.see("[data-opcion=paciente]")
	p.press(kb.Enter)
	p.until("document.activeElement.dataset.opcion === 'libre'")
	p.press(kb.Enter)
	p.until("document.activeElement.matches('[data-principal], [name=videoconsulta]')")
	if eval[bool](p, "document.activeElement.name === 'videoconsulta'") {
		p.press(" ")
	}
	p.press(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.until("document.activeElement.closest('.ec-event')?.textContent.includes('Risopatrón')")
}

// The day's list does without scripts: one changes an estado, books, and is told
// what is wrong.
func TestTheDayWithoutJavaScript(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.run(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	p.open("/dia?sucursal=1&fecha=2026-11-26")
	c := a.findCita(t, func(_, c, _ tmh.Cita) bool { return c.Espacio.IDSucursal == 1 && c.IDEstado == tmh.EstadoNoConfirmado })
	form := fmt.Sprintf(`form[action="/citas/%d"]`, c.ID)
	p.follow(form + " button")
	if got := a.cita(t, c.ID); got.IDEstado != 3 {
		t.Errorf("the list left %+v", got)
	}
	p.see(".notice-ok")
	p.follow(`a[href^="/agendar"]`)
	p.fill("#campo-q", "risopatron")
	p.follow(".buscador button")
	p.follow("[data-opcion=paciente]")
	p.follow("[data-opcion=libre]")
	p.follow("[data-principal]")
	p.see(".notice-ok")
	if got := a.cita(t, 754); got.IDPaciente != 2 {
		t.Errorf("booked %+v", got)
	}
}

// Hours of a day are blocked and opened from its list, and one comes back to it.
func TestTheHoursOfTheDayWithoutJavaScript(t *testing.T) {
	a := startAgenda(t)
	p := a.as(t, "administracion")
	const day = "/dia?sucursal=1&fecha=2026-11-26"
	p.open(day)
	p.look("dia-administracion")
	p.withoutScripts()
	p.open(day)
	p.follow(`a[href^="/ajustes/bloqueos/nuevo"]`)
	p.run(chromedp.SetValue(chromedp.CSS(`[name="id_profesional"]`), "1"), chromedp.SetValue(chromedp.CSS(`[name="hora_inicio"]`), "09:00"), chromedp.SetValue(chromedp.CSS(`[name="hora_fin"]`), "09:30"))
	p.click(`[name="todo_el_dia"]`)
	p.fill(`[name="comentario"]`, "Reunión de equipo")
	p.submit(`[name="comentario"]`)
	p.see(".notice-ok")
	if list := a.bloqueos(t); len(list) != 1 || list[0].Rango != (tmh.Rango{Inicio: 9 * 60, Fin: 9*60 + 30}) {
		t.Errorf("blocked %+v", list)
	}
	if told := p.see(".dia-bloqueo"); !strings.Contains(told, "Reunión de equipo") {
		t.Errorf("the list tells %q", told)
	}
	p.follow(`a[href^="/ajustes/especiales/nuevo"]`)
	p.run(chromedp.SetValue(chromedp.CSS(`[name="id_profesional"]`), "1"), chromedp.SetValue(chromedp.CSS(`[name="hora_fin"]`), "21:00"))
	p.expect(422) // there is a cita at eight
	p.follow(`form.ficha button[type="submit"]`)
	p.see(".in-the-way")
	p.click(`[name="forzar"]`)
	p.follow(`form.ficha button[type="submit"]`)
	p.see(".notice-ok")
	if at := eval[string](p, "location.pathname + location.search"); at != day {
		t.Errorf("one comes back to %s", at)
	}
	if list := a.especiales(t); len(list) != 1 || list[0].Jornada.Rango != (tmh.Rango{Inicio: 9 * 60, Fin: 21 * 60}) {
		t.Errorf("opened %+v", list)
	}
}

// On paper there is the list, and nothing to click.
func TestTheDayIsPrinted(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.open("/dia?sucursal=1&fecha=2026-11-26")
	p.run(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	if n := eval[int](p, "[...document.querySelectorAll('button, select, input, nav, header.top')].filter((e) => e.checkVisibility()).length"); n != 0 {
		t.Errorf("%d things to click are printed", n)
	}
	if n := eval[int](p, "[...document.querySelectorAll('tbody tr')].filter((e) => e.checkVisibility()).length"); n != 21 {
		t.Errorf("%d citas are printed, want 21", n)
	}
	p.screenshot("dia-impreso", desktop)
}

// Everything that opens over the agenda can be used by everybody.
func TestWhatOpensOverTheAgenda(t *testing.T) {
	a := startAgenda(t)
	c := a.findCita(t, func(_, c, _ tmh.Cita) bool { return c.Espacio.IDSucursal == 1 })
	for _, window := range []size{desktop, tablet, upright, phone} {
		for _, look := range []struct{ scheme, lang string }{{"light", ""}, {"dark", ""}, {"light", "en"}} {
			t.Run(window.name+"-"+look.scheme+look.lang, func(t *testing.T) {
				p := a.as(t, "recepcion")
				p.setCookie("idioma", look.lang)
				p.resize(window)
				p.prefer(look.scheme)
				p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
				judge := func(name string) {
					name += "-" + window.name + "-" + look.scheme + look.lang
					p.screenshot(name, window)
					p.axe(name)
				}
				p.press("?")
				p.see("#teclas[open]")
				judge("agenda-teclas")
				p.press(kb.Escape)
				p.press("/")
				p.see("#panel[open] [name=q]")
				p.press("perez")
				p.see("[data-opcion=paciente]")
				judge("agenda-buscar")
				p.press(kb.Enter)
				p.until("document.activeElement.dataset.opcion === 'libre'")
				judge("agenda-horas")
				p.press(kb.Escape)
				p.until("!document.querySelector('#panel').open")
				p.click(cita(c.ID))
				p.see("#panel[open] .cita-cuando")
				judge("agenda-cita")
			})
		}
	}
}

// longNames are names as long as people have them.
func longNames(i int) (nombre, apellidos string) {
	nombres := []string{"María de los Ángeles", "José Miguel", "Ana", "Bartolomé Sebastián", "Ñusta Wayra", "Constanza Fernanda"}
	familias := []string{"Undurraga Larraín", "Huenchumán Catrileo", "Soto", "de la Fuente y Fernández-Valdés", "Pérez", "Arancibia Etcheverry"}
	return nombres[i%len(nombres)], familias[i/3%len(familias)]
}

// fullDay fills a clinic of 20 profesionales who have 20 citas each today.
func fullDay(tx tmh.Tx) error {
	const profesionales, each = 20, 20
	hoy := tmh.FechaOf(agendaNow, tx.Config().Zona())
	setup := tx.Setup()
	errs := []error{
		setup.SaveSucursal(tmh.Sucursal{ID: 1, Nombre: "Casa Matriz Providencia", Habilitada: true}, tmh.Sistema),
		setup.SaveSillon(tmh.Sillon{ID: 1, Nombre: "Sillón 1"}, tmh.Sistema),
		setup.SaveEspecialidad(tmh.Especialidad{ID: 1, Nombre: "Rehabilitación Oral e Implantología", Habilitada: true}, tmh.Sistema),
	}
	for prof := range tmh.ProfesionalID(profesionales) {
		nombre, apellidos := longNames(int(7*prof) + 1)
		errs = append(errs, setup.SaveProfesional(tmh.Profesional{ID: prof + 1, Nombre: nombre, Apellidos: apellidos, IDEspecialidad: 1, Intervalo: 15, Habilitado: true}, tmh.Sistema))
		_, err := setup.CreateHorario(tmh.Horario{IDProfesional: prof + 1, IDSucursal: 1, Dia: hoy.Dia(), Jornada: tmh.Jornada{
			Rango: tmh.Rango{Inicio: 8 * 60, Fin: 20 * 60}, Pausa: tmh.Rango{Inicio: 13 * 60, Fin: 14 * 60},
			Sillones: []tmh.SillonID{1}, Modalidad: tmh.Ambas,
		}}, tmh.Sistema)
		errs = append(errs, err)
	}
	_, err := setup.CreateBloqueo(tmh.HorarioBloqueado{IDProfesional: 3, IDSucursal: 1, Fecha: hoy, Rango: tmh.Rango{Inicio: 16 * 60, Fin: 18 * 60}, Comentario: "Reunión de equipo en la otra sede"}, tmh.Sistema)
	errs = append(errs, err)
	for i := range profesionales * each {
		errs = append(errs, fullDayCita(tx, hoy, i%profesionales, i/profesionales, i))
	}
	return errors.Join(errs...)
}

// fullDayCita books the n-th cita of a profesional's day.
func fullDayCita(tx tmh.Tx, hoy tmh.Fecha, prof, n, i int) error {
	nombre, apellidos := longNames(i)
	p, err := agenda.CrearPaciente(tx, tmh.Sistema, tmh.CambioPaciente{Nombre: &nombre, Apellidos: &apellidos})
	if err != nil {
		return err
	}
	inicio, d := tmh.Hora(8*60+30*n), tmh.Duracion(15+15*(i%2))
	if n >= 10 {
		inicio += 60
	}
	ask := tmh.Solicitud{
		IDProfesional: tmh.ProfesionalID(prof + 1), IDSucursal: 1, IDSillon: 1, IDPaciente: p.ID, Fecha: hoy, HoraInicio: &inicio, Duracion: &d,
		IDEstado: []tmh.EstadoID{7, 3, 12, 5, 6, 2, 8, 13}[i%8], Videoconsulta: new(i%5 == 0), Comentario: []string{"", "", "Trae exámenes"}[i%3],
	}
	if prof == 2 && n > 13 || i%23 == 0 {
		ask.IDSillon = tmh.Sobrecupo
	}
	_, err = agenda.Agendar(tx, tmh.Sistema, ask)
	return err
}

// weight is how much the agenda loads, in KB on the wire.
func (p *page) weight() (total float64) {
	for _, r := range p.responses() {
		total += r.bytes / 1000
	}
	return total
}

// The agenda of 20 profesionales with 400 citas is less than 250 KB in all.
func TestAFullAgendaWeighsLittle(t *testing.T) {
	a := startAgendaOf(t, fullDay)
	p := newPageAt(t, a.URL)
	p.openAgenda("/?fecha=2026-11-26")
	p.until("document.querySelectorAll('#grilla .cita').length === 400")
	if kb := p.weight(); kb > 250 || kb < 20 {
		t.Errorf("the agenda weighs %.0f KB, want less than 250", kb)
	} else {
		t.Logf("the agenda weighs %.0f KB", kb)
	}
	p.look("agenda-lleno")
}

// BenchmarkAgenda prints what the agenda of 20 profesionales with 400 citas takes until
// it is drawn, in milliseconds: of the server, until its page was read; of scripts,
// by the clock and of the processor; and the longest frame while a cita is dragged.
// It is the least of all rounds, since other work on the machine only adds to it.
func BenchmarkAgenda(b *testing.B) {
	a := startAgendaOf(b, fullDay)
	p := newPageAt(b, a.URL)
	p.expect(422) // what is tried while something is dragged
	p.run(command(performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}))
	least := map[string]float64{}
	note := func(name string, value float64) {
		if before, ok := least[name]; !ok || value < before {
			least[name] = value
		}
	}
	type figures struct{ Server, Script, Drawn float64 }
	for range b.N {
		p.openAgenda("/?fecha=2026-11-26")
		p.until("document.querySelector('.ahora')")
		f := eval[figures](p, `(() => {
			const [page] = performance.getEntriesByType('navigation'), [script] = performance.getEntriesByName('agenda');
			return {Server: page.responseEnd - page.requestStart, Script: script.duration, Drawn: script.startTime + script.duration};
		})()`)
		note("server-ms", f.Server)
		note("script-ms", f.Script)
		note("drawn-ms", f.Drawn)
		for name, seconds := range p.spent() {
			note(name+"-cpu-ms", 1000*seconds)
		}
		note("drag-frame-ms", p.dragFrame())
	}
	for _, name := range []string{"server-ms", "script-ms", "drawn-ms", "ScriptDuration-cpu-ms", "LayoutDuration-cpu-ms", "RecalcStyleDuration-cpu-ms", "TaskDuration-cpu-ms", "drag-frame-ms"} {
		b.ReportMetric(least[name], name)
	}
}

// spent is the time of the processor that the page has taken so far, in seconds by what
// it was for. Unlike the time of the clock it tells the same on a busy machine.
func (p *page) spent() map[string]float64 {
	p.t.Helper()
	spent := map[string]float64{}
	p.run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		result, err := cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
		for _, m := range result.Metrics {
			spent[m.Name] = m.Value
		}
		return err
	}))
	return spent
}

// dragFrame is the longest frame while a cita is dragged, in milliseconds.
func (p *page) dragFrame() float64 {
	p.t.Helper()
	from := p.seenCita()
	p.mouse(input.DispatchMouseEventTypeMousePressed, from.X, from.Y, 1)
	p.mouse(input.DispatchMouseEventTypeMouseMoved, from.X, from.Y+8, 1)
	p.see("#agenda.arrastrando")
	eval[bool](p, `(() => { window.frames_ = []; let last = performance.now(); window.counting = true;
		const tick = (now) => { window.frames_.push(now - last); last = now; if (window.counting) requestAnimationFrame(tick); }; requestAnimationFrame(tick); return true; })()`)
	for i := range 30 {
		p.mouse(input.DispatchMouseEventTypeMouseMoved, from.X+float64(i*8), from.Y+float64(i*6), 1)
	}
	longest := eval[float64](p, `(() => { window.counting = false; return Math.max(...window.frames_.slice(2)); })()`)
	p.mouse(input.DispatchMouseEventTypeMouseMoved, from.X, from.Y, 1)
	p.mouse(input.DispatchMouseEventTypeMouseReleased, from.X, from.Y, 0)
	return longest
}

// seenCita is a place on a cita that is not scrolled out of sight.
func (p *page) seenCita() point {
	p.t.Helper()
	return eval[point](p, `(() => {
		for (const node of document.querySelectorAll('#grilla .ec-event.cita-media')) {
			const r = node.getBoundingClientRect(), at = {X: r.left + r.width / 2, Y: r.top + r.height * 0.3};
			if (node.contains(document.elementFromPoint(at.X, at.Y))) return at;
		}
	})()`)
}
