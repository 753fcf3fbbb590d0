package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// ajustesNow is when the demo of these tests is, a Thursday.
const ajustesNow = "2026-11-26T10:05:00-03:00"

// longName is as long as names get.
const longName = "María de los Ángeles Constanza"

// weekPoint is a place in the window.
type weekPoint struct{ X, Y float64 }

// hourOfWeek is the place of an hour in a day's column of the week.
func (p *page) hourOfWeek(day, minute int) weekPoint {
	p.t.Helper()
	return eval[weekPoint](p, fmt.Sprintf(`(() => {
		const body = document.querySelector('.week-body[data-dia="%d"]');
		const hours = Number(getComputedStyle(document.querySelector('#semana')).getPropertyValue('--horas'));
		const first = Number(document.querySelector('.week-hour').textContent.slice(0, 2));
		let box = body.getBoundingClientRect();
		const y = (box) => box.top + (%d / 60 - first) / hours * box.height;
		if (y(box) < 150 || y(box) > innerHeight - 100) scrollBy(0, y(box) - innerHeight / 2);
		box = body.getBoundingClientRect();
		return {x: box.left + box.width / 2, y: y(box)};
	})()`, day, minute))
}

// draw drags from one hour of a day to another.
func (p *page) draw(day, from, to int) {
	p.t.Helper()
	p.hourOfWeek(day, to)
	a, b := p.hourOfWeek(day, from), p.hourOfWeek(day, to)
	p.run(chromedp.DragAndDropXY(a.X, a.Y+1, b.X, b.Y, 8))
}

// block selects the block of a day that begins at an hour.
func block(day int, hours string) string {
	return fmt.Sprintf(`(() => [...document.querySelectorAll('.week-body[data-dia="%d"] .week-block')].find((b) => b.querySelector('.week-hours').textContent === '%s'))()`, day, hours)
}

// shows waits until a day has a block with these hours.
func (p *page) shows(day int, hours string) {
	p.t.Helper()
	p.until(block(day, hours) + " !== undefined")
}

func TestSetUpAProfesionalFromNothing(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", ajustesNow, "--empty")
	p := newPage(t, s)
	p.login("admin@demo.cl", "demo")
	p.open("/ajustes/profesionales")
	p.look("horario-profesionales")
	p.follow(`a[href="/ajustes/profesionales/nuevo"]`)
	p.fill(`[name="nombre"]`, longName)
	p.fill(`[name="apellidos"]`, "Fernández-Errázuriz y Undurraga")
	p.fill(`[name="rut"]`, "12.345.678-5")
	p.fill(`[name="intervalo"]`, "20")
	p.click(`[name="agenda_online"]`)
	p.look("horario-profesional-nuevo")
	p.submit(`[name="intervalo"]`)

	// The week: drawn with the mouse, lengthened with the keyboard, with a break.
	path := eval[string](p, "location.pathname")
	if !strings.HasSuffix(path, "/horario") {
		t.Fatalf("a new profesional leads to %s", path)
	}
	p.see(".notice-ok")
	p.look("horario-vacio")
	p.draw(1, 9*60, 13*60)
	p.shows(1, "09:00 – 13:00")
	p.run(chromedp.Evaluate[chromedp.Void](block(1, "09:00 – 13:00") + ".focus()"))
	p.press(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift))
	p.press(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift))
	p.shows(1, "09:00 – 13:30")
	p.press(kb.ArrowUp)
	p.shows(1, "08:45 – 13:15")
	p.press(kb.ArrowDown)
	p.shows(1, "09:00 – 13:30")

	// An edge is dragged, and another block to another day.
	end := p.hourOfWeek(1, 13*60+30)
	to := p.hourOfWeek(1, 15*60)
	p.run(chromedp.DragAndDropXY(end.X, end.Y-3, to.X, to.Y-3, 8))
	p.shows(1, "09:00 – 15:00")
	p.draw(3, 10*60, 12*60)
	p.shows(3, "10:00 – 12:00")
	from, other := p.hourOfWeek(3, 11*60), p.hourOfWeek(5, 16*60)
	p.run(chromedp.DragAndDropXY(from.X, from.Y, other.X, other.Y, 12))
	p.shows(5, "15:00 – 17:00")

	// At the side: a break, the sillones, and the same on Tuesday.
	p.run(chromedp.Evaluate[chromedp.Void](block(1, "09:00 – 15:00") + ".click()"))
	p.see("#regla[open]")
	p.click(`#regla .field > .check input`)
	p.until(`document.querySelector('.week-pause')?.textContent.includes('11:30 – 12:30') ?? false`)
	p.click(`#regla .day-copy[title="martes"]`)
	p.shows(2, "09:00 – 15:00")
	p.look("horario-regla")
	p.click("#regla .sheet-foot [data-close]")
	p.look("horario-dibujado")
	p.follow(`#horario button[type="submit"]`)
	if said := p.see(".notice-ok"); !strings.Contains(said, "Se guardó el horario") {
		t.Errorf("it says %q", said)
	}
	p.shows(2, "09:00 – 15:00")
	p.shows(5, "15:00 – 17:00")

	// And now the API books there, and nowhere else.
	var prof int
	_, err := fmt.Sscanf(path, "/ajustes/profesionales/%d/horario", &prof)
	must(t, err)
	if a := s.book(t, citaJSON(prof, 1, 1, 1, "2026-12-01", "09:00", 40, 0)); a.status != http.StatusCreated {
		t.Errorf("on Tuesday: %d %s", a.status, a.body)
	}
	for when, refused := range map[string]string{"the break": "2026-12-01 11:40", "Wednesday": "2026-12-02 10:00"} {
		fecha, hora, _ := strings.Cut(refused, " ")
		if a := s.book(t, citaJSON(prof, 1, 1, 1, fecha, hora, 20, 0)); a.code(t) != "sin_horario" {
			t.Errorf("in %s: %d %s", when, a.status, a.body)
		}
	}

	// Two blocks over each other are told at once, and refused when saved.
	p.expect(422)
	p.draw(2, 16*60, 18*60)
	p.shows(2, "16:00 – 18:00")
	p.run(chromedp.Evaluate[chromedp.Void](block(2, "16:00 – 18:00") + ".focus()"))
	for range 8 {
		p.press(kb.ArrowUp)
	}
	p.shows(2, "14:00 – 16:00")
	p.see(".week-wrong")
	p.follow(`#horario button[type="submit"]`)
	p.see(".summary")
	p.click(".week-wrong")
	if said := p.see("#regla .problem"); !strings.Contains(strings.ToLower(said), "se superpone con otro horario") {
		t.Errorf("it says %q", said)
	}
	p.look("horario-mal")

	// Without the hours the cita has nowhere to be, which the page tells.
	p.click("#regla .sheet-foot [data-close]")
	p.run(chromedp.Evaluate[chromedp.Void](block(2, "09:00 – 15:00") + ".focus()"))
	p.press(kb.Delete)
	p.until(block(2, "09:00 – 15:00") + " === undefined")
	p.follow(`#horario button[type="submit"]`)
	p.see(".notice-ok")
	p.click(".outside > summary")
	if said := p.see(".outside"); !strings.Contains(said, "1 cita agendada queda fuera") || !strings.Contains(said, "martes 1 de diciembre") {
		t.Errorf("it says %q", said)
	}
	p.look("horario-fuera")
}

func TestTheWeekByTouch(t *testing.T) {
	t.Parallel()
	p := newPage(t, start(t, "demo", "--now", ajustesNow, "--empty"))
	p.login("admin@demo.cl", "demo")
	p.resize(phone)
	p.open("/ajustes/profesionales/4/horario?sucursal=2")
	p.see(".week-body")
	for _, hour := range []int{15, 10} {
		at := p.hourOfWeek(1, hour*60)
		p.run(chromedp.TapXY(at.X, at.Y+2))
	}
	p.shows(1, "15:00 – 19:00")
	p.shows(1, "10:00 – 14:00")
	p.follow(`#horario button[type="submit"]`)
	p.see(".notice-ok")
	p.shows(1, "10:00 – 14:00")
}

func TestTheWeekWithoutScripts(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", ajustesNow, "--empty")
	p := newPage(t, s)
	p.login("admin@demo.cl", "demo")
	p.withoutScripts()
	p.open("/ajustes/profesionales/4/horario?sucursal=2")
	p.follow(`[name="agregar"]`)
	p.click(`[name="dia.0"][value="3"]`)
	p.click(`[name="dia.0"][value="4"]`)
	p.letScripts(true) // to look at the page, whose own have not run
	p.look("horario-sin-scripts")
	p.withoutScripts()
	p.follow(`#horario .form-end button[type="submit"]`)
	if said := p.see(".notice-ok"); !strings.Contains(said, "Se guardó el horario") {
		t.Errorf("it says %q", said)
	}
	if a := s.book(t, citaJSON(4, 2, 1, 1, "2026-12-03", "09:00", 30, 0)); a.status != http.StatusCreated {
		t.Errorf("on Thursday: %d %s", a.status, a.body)
	}
	if rows := eval[int](p, `document.querySelectorAll('.rule [name="dia.0"]:checked').length`); rows != 2 {
		t.Errorf("%d days are kept, want 2", rows)
	}
}

func TestABloqueoOverCitasIsRefusedThenForced(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", ajustesNow)
	p := newPage(t, s)
	p.expect(422)
	p.login("recepcion@demo.cl", "demo")
	p.open("/ajustes/bloqueos")
	p.look("bloqueos-vacio")
	p.follow(`a[href="/ajustes/bloqueos/nuevo"]`)
	p.run(chromedp.SetValue(chromedp.CSS(`[name="id_profesional"]`), "0"), chromedp.SetValue(chromedp.CSS(`[name="fecha"]`), "2026-11-27"))
	p.fill(`[name="comentario"]`, "Capacitación de todo el equipo en la sede central, con traslado desde las ocho y media de la mañana")
	p.submit(`[name="comentario"]`)
	if said := p.see(".in-the-way"); !strings.Contains(said, "viernes 27 de noviembre") {
		t.Errorf("in the way are %q", said)
	}
	p.look("bloqueo-con-citas")
	p.click(`[name="forzar"]`)
	p.submit(`[name="comentario"]`)
	p.see(".notice-ok")
	p.look("bloqueos-forzado")
	if a := s.book(t, citaJSON(1, 1, 1, 1, "2026-11-27", "09:00", 15, 0)); a.code(t) != "sin_horario" {
		t.Errorf("during the bloqueo: %d %s", a.status, a.body)
	}
}

func TestAWebhookShowsItsSecretOnce(t *testing.T) {
	t.Parallel()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("gracias")) }))
	defer receiver.Close()
	s := start(t, "demo", "--now", ajustesNow, "--empty", "--webhooks-locales")
	p := newPage(t, s)
	p.login("admin@demo.cl", "demo")
	p.open("/ajustes/webhooks/nuevo")
	p.look("webhook-nuevo")
	p.fill(`[name="url"]`, receiver.URL+"/una-direccion-bien-larga/que-no-cabe-en-una-linea/de-un-telefono")
	p.click(`[name="entidades"][value="cita"]`)
	p.submit(`[name="url"]`)
	p.see("#secreto")
	if secret := eval[string](p, `document.querySelector('#secreto').textContent`); !strings.HasPrefix(secret, "whsec_") {
		t.Errorf("the secret is %q", secret)
	}
	p.look("webhook-secreto")
	p.follow(".form-end a")
	if page := eval[string](p, "document.documentElement.outerHTML"); strings.Contains(page, "whsec_") {
		t.Error("the secret is shown again")
	}
	p.follow(`form[action$="/probar"] button`)
	if said := p.see(".probe-ok"); !strings.Contains(said, "respondió 200") || !strings.Contains(said, "gracias") {
		t.Errorf("the test says %q", said)
	}
	if a := s.book(t, citaJSON(1, 1, 1, 1, "2026-11-30", "09:00", 15, 0)); a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.body)
	}
	p.until(`fetch('/ajustes/webhooks/1?estado=entregada', {headers: {Accept: 'text/html'}}).then((r) => r.text()).then((page) => page.includes('tag-ok">Entregada'))`)
	p.open("/ajustes/webhooks/1?estado=entregada")
	p.look("webhook-entregado")
	p.open("/ajustes/webhooks")
	p.look("webhooks-uno")
}

func TestReceptionDoesNotSetUp(t *testing.T) {
	t.Parallel()
	p := newPage(t, start(t, "demo", "--now", ajustesNow, "--empty"))
	p.expect(403)
	p.login("recepcion@demo.cl", "demo")
	for _, path := range []string{"/ajustes/profesionales", "/ajustes/clinica", "/ajustes/webhooks/nuevo", "/ajustes/profesionales/1/horario"} {
		p.open(path)
		if said := p.see("h1"); said != "Sin permiso" {
			t.Errorf("%s shows %q", path, said)
		}
	}
	p.open("/ajustes")
	if places := eval[[]string](p, `[...document.querySelectorAll('.places a')].map((a) => a.getAttribute('href'))`); len(places) != 1 || places[0] != "/ajustes/bloqueos" {
		t.Errorf("a reception sets up %v", places)
	}
}

func TestTheDashboardAndItsLists(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", ajustesNow)
	p := newPage(t, s)
	p.login("recepcion@demo.cl", "demo")
	p.open("/tablero")
	p.look("tablero-12-semanas")
	for _, window := range []size{desktop, phone} {
		p.resize(window)
		p.settle()
		if touching := eval[[]string](p, labelsThatTouch); len(touching) > 0 {
			t.Errorf("at %s these labels touch the one before: %q", window.name, touching)
		}
	}
	p.resize(desktop)
	p.follow(`.presets a:nth-child(1)`)
	if when := eval[string](p, "location.search"); when != "?desde=2026-11-02&hasta=2026-11-29" {
		t.Errorf("the last four weeks are %s", when)
	}
	p.click(".numbers > summary")
	p.see(".numbers[open] table")
	p.look("tablero-4-semanas")
	for _, path := range eval[[]string](p, `[...document.querySelectorAll('.downloads a')].map((a) => a.getAttribute('href'))`) {
		if head := eval[[]int](p, fmt.Sprintf(`fetch(%q).then((r) => r.arrayBuffer()).then((b) => [...new Uint8Array(b.slice(0, 3))])`, path)); len(head) != 3 || head[0] != 0xEF || head[1] != 0xBB || head[2] != 0xBF {
			t.Errorf("%s begins with %v", path, head)
		}
	}
}

// labelsThatTouch are the labels below bars, and above cells, that have no room beside
// the one before.
const labelsThatTouch = `[...document.querySelectorAll('svg.plot')].flatMap((chart) => {
	const labels = [...chart.querySelectorAll('.plot-head')].map((e) => ({text: e.lastChild.textContent, box: e.getBoundingClientRect()}));
	return labels.filter((label, i) => i > 0 && label.box.left < labels[i - 1].box.right + 3).map((label) => label.text);
})`
