package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"

	tmh "github.com/tomahora/tomahora"
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

func (w whoever) User(r *http.Request) (tmh.Usuario, bool) {
	c, err := r.Cookie("quien")
	if err != nil {
		return tmh.Usuario{ID: 5, IDClinica: w.clinica, Nombre: "Carolina Méndez", Rol: tmh.RolRecepcion, Habilitado: true, Idioma: "es"}, true
	}
	u := tmh.Usuario{ID: 6, IDClinica: w.clinica, Nombre: "Daniel Vergara", Habilitado: true, Idioma: "es"}
	rol, prof, _ := strings.Cut(c.Value, ".")
	u.Rol = tmh.Rol(rol)
	if prof != "" {
		fmt.Sscan(prof, &u.IDProfesional)
	}
	return u, rol != "nadie"
}

// agendaServer serves the web of a clinic in this process.
type agendaServer struct {
	*httptest.Server
	store tmh.Store
	id    tmh.ClinicaID
}

func startAgenda(t *testing.T) *agendaServer {
	t.Helper()
	clock := func() time.Time { return agendaNow }
	s, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: clock})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	id, err := s.CreateClinica(t.Context(), demo.Clinica())
	must(t, err)
	must(t, s.Update(t.Context(), id, func(tx tmh.Tx) error { return demo.Seed(tx, false) }))
	stopping := make(chan struct{})
	a := &agendaServer{store: s, id: id}
	a.Server = httptest.NewServer(web.New(web.Options{
		Store: s, Sessions: whoever{id}, BaseURL: func(r *http.Request) string { return "http://" + r.Host },
		RequestID: func(context.Context) string { return "1" }, Observe: func(context.Context, string, auth.Principal) {},
		Clock: clock, Real: time.Now, Stopping: stopping, Logger: slog.New(slog.DiscardHandler),
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

// at is where an element stands, at shares of its width and height.
func (p *page) at(selector string, x, y float64) point {
	p.t.Helper()
	p.see(selector)
	return eval[point](p, fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return {X: r.left + r.width * %v, Y: r.top + r.height * %v} })()`, selector, x, y))
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
const minute = 20.0 / 15

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

// findCita is the id of a live cita of a profesional on the demo's day, with so much
// free time before and behind it.
func (a *agendaServer) findCita(t *testing.T, prof tmh.ProfesionalID, fits func(before, c, after tmh.Cita) bool) tmh.Cita {
	t.Helper()
	var found tmh.Cita
	hoy := tmh.Fecha{Year: 2026, Month: 11, Day: 26}
	must(t, a.store.View(t.Context(), a.id, func(tx tmh.Tx) error {
		list, err := tx.Citas().Agenda([]tmh.ProfesionalID{prof}, hoy, hoy)
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

func TestDragACita(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	c := a.findCita(t, 1, func(_, c, after tmh.Cita) bool {
		return c.Espacio.IDSucursal == 1 && c.Espacio.Rango.Fin+30 <= after.Espacio.Rango.Inicio && c.Espacio.Rango.Fin+30 <= 13*60
	})
	from := p.at(cita(c.ID), 0.5, 0.3)
	to := point{from.X, from.Y + 30*minute}
	p.drag(from, to)
	p.drop(to)
	p.see(".toast-text")
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
