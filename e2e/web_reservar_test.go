package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	ics "github.com/arran4/golang-ical"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const (
	lunes      = "2026-11-30"
	lunesNueve = "1.1.2026-11-30.09:00.0" // with profesional 1 at NORTE
	lunesDiez  = "1.1.2026-11-30.10:00.0"
)

// startOnline is the demo clinic on a Thursday at 10:05.
func startOnline(t *testing.T, args ...string) *server {
	t.Helper()
	return start(t, append([]string{"demo", "--empty", "--now", "2026-11-26T10:05:00-03:00"}, args...)...)
}

// newPhone opens a tab that is a phone's, at the first step.
func newPhone(t *testing.T, s *server) *page {
	t.Helper()
	p := newPage(t, s)
	p.open("/reservar/1") // an empty tab that is a phone's cannot go anywhere
	p.resize(phone)
	p.prefer("light")
	return p
}

// onPhone takes the page of a phone, light and dark, into screenshots/, has axe
// judge both, and fails on what a thumb cannot hit.
func (p *page) onPhone(name string) {
	p.t.Helper()
	for _, scheme := range []string{"dark", "light"} {
		p.prefer(scheme)
		p.screenshot(name+"-360-"+scheme, phone)
		p.axe(name + "-" + scheme)
	}
	p.staysWithin(name, phone)
	for _, small := range eval[[]string](p, `[...document.querySelectorAll('main a, main button, main input:not([type=hidden], [type=radio], [type=checkbox]), main label, main textarea')]
		.filter((e) => e.offsetParent && (e.matches('a, button, input, textarea') || e.querySelector('input')) && !e.closest('p.enlace'))
		.filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.outerHTML.slice(0, 120))`) {
		p.t.Errorf("%s: lower than 44 px: %s", name, small)
	}
	p.speaks("es-CL")
}

// choose presses the button of an hour.
func (p *page) choose(hora string) {
	p.t.Helper()
	p.follow(fmt.Sprintf(`button[name="hora"][value=%q]`, hora))
}

// details fills the last step in.
func (p *page) details(rut string) {
	p.t.Helper()
	p.fill(`[name="rut"]`, rut)
	p.fill(`[name="nombre"]`, "Rosa María")
	p.fill(`[name="apellidos"]`, "Soto Undurraga")
	p.fill(`[name="celular"]`, "9 8765 4321")
}

func (p *page) address() string { return eval[string](p, "location.pathname + location.search") }

func (p *page) wantText(texts ...string) {
	p.t.Helper()
	shown := eval[string](p, "document.body.innerText")
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			p.t.Errorf("the page has no %q but\n%s", text, shown)
		}
	}
}

// offersNine tells whether the hour of lunesNueve can be chosen.
func (p *page) offersNine() bool {
	return eval[bool](p, `document.querySelector('button[name="hora"][value="`+lunesNueve+`"]') !== null`)
}

// A person books with a phone, goes back once, and then confirms, moves and annuls.
func TestReservarOnAPhone(t *testing.T) {
	t.Parallel()
	s := startOnline(t)
	p := newPhone(t, s)
	p.run(command(network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}))
	p.open("/reservar/1")
	p.onPhone("reservar-1-con")
	p.follow(`a[href$="con=p1"]`)
	p.wantText("Paso 2 de 4", "Javiera Soto")
	p.onPhone("reservar-2-dia")
	p.follow(`a[href$="dia=` + lunes + `"]`)
	p.onPhone("reservar-3-hora")
	p.choose(lunesNueve)
	p.wantText("Paso 4 de 4", "Lunes 30 de noviembre", "09:00", "Av. La Paz 1003")
	p.until(`/ 4:5\d minutos/.test(document.body.innerText)`)
	p.fill(`[name="rut"]`, "123456785")
	if got := eval[string](p, `document.querySelector('[name="rut"]').value`); got != "12.345.678-5" {
		t.Errorf("a RUT is written %q", got)
	}
	p.onPhone("reservar-4-datos")

	p.follow("a.atras")
	p.wantText("¿A qué hora?")
	if !p.offersNine() {
		t.Error("who goes back cannot choose the same hour again")
	}
	p.choose(lunesDiez)
	p.expect(422)
	p.submit(`[name="celular"]`)
	p.wantText("Escriba su RUT o su documento", "Escriba su nombre", "Revise los datos")
	p.onPhone("reservar-4-datos-error")
	p.details("12345678k")
	p.fill(`[name="email"]`, "rosa@ejemplo.cl")
	p.submit(`[name="celular"]`)
	p.wantText("Ese RUT no existe")
	p.details("123456785")
	p.follow(`form.datos button[type="submit"]`)
	p.wantText("Su hora está reservada", "Lunes 30 de noviembre", "10:00", "Guarde este enlace")
	p.copiesTheLink()
	p.onPhone("reservar-5-lista")
	total := 0.0
	var first string
	for _, r := range p.responses() {
		if strings.HasSuffix(r.url, "con=p1") {
			break
		}
		total, first = total+r.bytes, first+" "+r.url
	}
	if total == 0 || total > 60_000 {
		t.Errorf("the first page weighs %.0f bytes:%s", total, first)
	}
	if n := eval[int](p, "document.cookie.length"); n != 0 {
		t.Error("a script could read a cookie")
	}

	link := strings.TrimSuffix(p.address(), "?nueva=1")
	if cal := p.calendar(link); cal.GetProperty(ics.ComponentPropertyDtStart).Value != "20261130T130000Z" {
		t.Errorf("the calendar has %s", cal.GetProperty(ics.ComponentPropertyDtStart).Value)
	}
	p.open(link)
	p.onPhone("reservar-6-cita")
	p.follow(`form[action$="/confirmar"] button`)
	p.wantText("Hora confirmada")
	p.onPhone("reservar-6-confirmada")
	p.follow(`a[href$="/mover"]`)
	p.onPhone("reservar-7-mover-dia")
	p.follow(`a[href$="dia=2026-12-01"]`)
	p.choose("1.2.2026-12-01.17:30.0")
	p.wantText("¿Mover su hora?", "Lunes 30 de noviembre, 10:00", "Martes 1 de diciembre", "17:30")
	p.onPhone("reservar-7-mover")
	p.follow(`form[action$="/mover"] button`)
	p.wantText("Martes 1 de diciembre", "17:30", "SUR")
	if cal := p.calendar(link); cal.GetProperty(ics.ComponentPropertySequence).Value != "2" {
		t.Errorf("the calendar has sequence %s", cal.GetProperty(ics.ComponentPropertySequence).Value)
	}
	p.follow(`a[href$="/anular"]`)
	p.onPhone("reservar-8-anular")
	p.follow(`form[action$="/anular"] button`)
	p.wantText("Hora anulada", "Tomar otra hora")
	p.onPhone("reservar-8-anulada")
	if cal := p.calendar(link); cal.GetProperty(ics.ComponentPropertyStatus).Value != "CANCELLED" {
		t.Errorf("the calendar has status %s", cal.GetProperty(ics.ComponentPropertyStatus).Value)
	}

	p.expect(404)
	p.open(link[:len(link)-3] + "AAA")
	p.wantText("No encontramos esta página")
	p.onPhone("reservar-9-falso")
}

// copiesTheLink fails where the button beside the link does not copy it, or says
// nothing where the browser refuses to.
func (p *page) copiesTheLink() {
	p.t.Helper()
	p.click(".copy button")
	p.until("document.querySelector('.copied[role=status]').textContent === 'Copiado'")
	eval[bool](p, "(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); return true; })()")
	p.click(".copy button")
	p.until("document.querySelector('.copied').textContent.includes('Está seleccionado')")
	if got, want := eval[string](p, "getSelection().toString()"), eval[string](p, "document.querySelector('#enlace').href"); got != want {
		p.t.Errorf("selected to be copied is %q, want %q", got, want)
	}
	eval[bool](p, "(() => { getSelection().empty(); document.querySelector('.copied').textContent = ''; return true; })()")
}

// calendar is the event of a cita's calendar file.
func (p *page) calendar(link string) *ics.VEvent {
	p.t.Helper()
	text := eval[string](p, fmt.Sprintf("fetch(%q).then((r) => r.text())", link+"/cita.ics"))
	cal, err := ics.ParseCalendar(strings.NewReader(text))
	must(p.t, err)
	if len(cal.Events()) != 1 {
		p.t.Fatalf("%d events in %s", len(cal.Events()), text)
	}
	return cal.Events()[0]
}

// Two people want the same hour. While one has it, it is not offered to the other,
// who is told kindly; who wrote too long keeps what was written.
func TestTwoPeopleReserveTheSameHour(t *testing.T) {
	t.Parallel()
	s := startOnline(t)
	one, other := newPhone(t, s), newPhone(t, s)
	for _, p := range []*page{one, other} {
		p.open("/reservar/1/hora?con=p1&dia=" + lunes)
	}
	one.choose(lunesNueve)
	other.choose(lunesNueve)
	other.wantText("Alguien acaba de tomar esa hora", "Lunes 30 de noviembre, 08:45", "Lunes 30 de noviembre, 09:15")
	other.onPhone("reservar-3-perdida")
	if other.offersNine() {
		t.Error("an hour that is held for somebody is offered")
	}

	// Whoever leaves lets go of the hour at once.
	one.expect(404)
	one.open("/reservar/99/fuera")
	other.until(fmt.Sprintf("fetch('/reservar/1/hora?con=p1&dia=%s', {headers: {Accept: 'text/html'}}).then((r) => r.text()).then((h) => h.includes('value=\"%s\"'))", lunes, lunesNueve))
	other.open("/reservar/1/datos?con=p1&hora=" + lunesNueve)
	other.wantText("Esta hora no está guardada")
	other.details("123456785")
	one.open("/reservar/1/hora?con=p1&dia=" + lunes)
	one.choose(lunesNueve)
	one.details("111111111")
	one.follow(`form.datos button[type="submit"]`)
	one.wantText("Su hora está reservada")
	other.expect(409)
	other.follow(`form.datos button[type="submit"]`)
	other.wantText("Alguien acaba de tomar esa hora", "Lo que escribió sigue aquí")
	other.onPhone("reservar-4-perdida")
	other.click(`input[value="1.1.2026-11-30.09:15.0"]`)
	other.follow(`form.datos button[type="submit"]`)
	other.wantText("Su hora está reservada", "Lunes 30 de noviembre", "09:15")
}

// An hour is held for some minutes only; then it is still who was first's.
func TestReservarAfterTheHourIsHeldNoLonger(t *testing.T) {
	t.Parallel()
	s := startOnline(t)
	one, other := newPhone(t, s), newPhone(t, s)
	one.open("/reservar/1/hora?con=p1&dia=" + lunes)
	one.choose(lunesNueve)
	other.open("/reservar/1/hora?con=p1&dia=" + lunes)
	if other.offersNine() {
		t.Error("an hour that is held is offered")
	}
	a, err := s.do(t.Context(), http.DefaultClient, http.MethodPost, "/api/v5/sandbox/reloj", `{"avanzar":301}`)
	must(t, err)
	if a.status != http.StatusOK {
		t.Fatalf("moving the clock was answered %d", a.status)
	}
	other.open("/reservar/1/hora?con=p1&dia=" + lunes)
	if !other.offersNine() {
		t.Error("an hour that is held no longer is not offered")
	}
	one.details("123456785")
	one.follow(`form.datos button[type="submit"]`)
	one.wantText("Su hora está reservada", "09:00")
}

// Who reloads the details, or comes back to them, has the hour still; the page says
// that it is held only while it is.
func TestReservarReloaded(t *testing.T) {
	t.Parallel()
	s := startOnline(t)
	one, other := newPhone(t, s), newPhone(t, s)
	one.open("/reservar/1/hora?con=p1&dia=" + lunes)
	one.choose(lunesNueve)
	const counting = `/ [45]:\d\d minutos/.test(document.body.innerText)`
	reserva := func() string { return eval[string](one, `document.querySelector('[name="reserva"]').value`) }
	for range 3 {
		one.until(counting)
		before := reserva()
		one.run(chromedp.Reload())
		one.until(fmt.Sprintf(`document.querySelector('[name="reserva"]')?.value !== %q`, before))
		one.until(counting)
		if !strings.Contains(one.address(), reserva()) {
			t.Errorf("the address is %s, want reserva %s in it", one.address(), reserva())
		}
		other.open("/reservar/1/hora?con=p1&dia=" + lunes)
		if other.offersNine() {
			t.Fatal("an hour that the page says is held is offered to others")
		}
	}
	one.follow("a.atras")
	if !one.offersNine() {
		t.Error("who goes back cannot choose the same hour again")
	}
	one.choose(lunesNueve)
	address := one.address()
	one.open("/reservar/1")
	other.until(fmt.Sprintf("fetch('/reservar/1/hora?con=p1&dia=%s', {headers: {Accept: 'text/html'}}).then((r) => r.text()).then((h) => h.includes('value=\"%s\"'))", lunes, lunesNueve))
	one.open(address) // as from the history
	one.until(counting)
	other.open("/reservar/1/hora?con=p1&dia=" + lunes)
	if other.offersNine() {
		t.Error("an hour that was taken again is offered to others")
	}
	one.details("123456785")
	one.follow(`form.datos button[type="submit"]`)
	one.wantText("Su hora está reservada", "09:00")
}

// A phone that runs no scripts, or has not got them yet, books all the same.
func TestReservarWithoutScripts(t *testing.T) {
	t.Parallel()
	s := startOnline(t)
	p := newPhone(t, s)
	p.run(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	p.open("/reservar/1")
	p.follow(`a[href$="con=p1"]`)
	p.follow(`a[href$="dia=` + lunes + `"]`)
	p.choose(lunesNueve)
	p.wantText("Le guardamos esta hora 5 minutos más")
	p.follow("a.atras")
	p.choose(lunesNueve)
	for name, value := range map[string]string{"rut": "12.345.678-5", "nombre": "Rosa", "apellidos": "Soto", "celular": "987654321"} {
		p.run(chromedp.SendKeys(chromedp.CSS(`[name="`+name+`"]`), value))
	}
	p.follow(`form.datos button[type="submit"]`)
	p.wantText("Su hora está reservada")
	p.open(strings.TrimSuffix(p.address(), "?nueva=1"))
	p.follow(`form[action$="/confirmar"] button`)
	p.wantText("Hora confirmada")
	p.follow(`a[href$="/mover"]`)
	p.follow(`a[href$="dia=2026-12-01"]`)
	p.choose("1.1.2026-12-01.10:00.0")
	p.follow(`form[action$="/mover"] button`)
	p.follow(`a[href$="/anular"]`)
	p.follow(`form[action$="/anular"] button`)
	p.wantText("Hora anulada")
}

// site is a web site that shows the pages in a frame.
func site(t *testing.T, frame *string) *httptest.Server {
	t.Helper()
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!doctype html><html lang="es"><title>Clínica</title><link rel="icon" href="data:,"><h1>Reserve su hora</h1>
			<iframe src="%s/reservar/1" title="Reserva" style="width:340px;height:640px;border:0"></iframe>`, *frame)
	})
	made := httptest.NewServer(h)
	t.Cleanup(made.Close)
	return made
}

// frame is what runs in the frames of one origin.
type frame struct {
	page   *page
	origin string
	mu     sync.Mutex
	ids    []string
}

func (p *page) frames(origin string) *frame {
	p.t.Helper()
	f := &frame{page: p, origin: origin}
	must(p.t, chromedp.Listen(p.ctx, func(event any) {
		if e, ok := event.(*runtime.EventExecutionContextCreated); ok && e.Context.Origin == origin {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.ids = append(f.ids, e.Context.UniqueID)
		}
	}))
	return f
}

// until waits until an expression is true in the frame.
func (f *frame) until(expression string) {
	f.page.t.Helper()
	ctx, cancel := context.WithTimeout(f.page.ctx, patience)
	defer cancel()
	for {
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression, f.last)); err == nil && ok {
			return
		} else if ctx.Err() != nil {
			f.page.t.Fatalf("in the frame, %s: %v %v", expression, ok, err)
		}
	}
}

func (f *frame) last(p *runtime.EvaluateParams) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.ids) > 0 {
		p.UniqueContextID = f.ids[len(f.ids)-1]
	}
}

// click clicks what a selector finds in the frame, once it is there.
func (f *frame) click(selector string) {
	f.page.t.Helper()
	f.until(fmt.Sprintf("(() => { const e = document.querySelector(%q); e?.click(); return Boolean(e); })()", selector))
}

// The clinic's own site shows the pages in a frame, where one books from the first
// step to the last; any other site shows nothing.
func TestReservarInAFrame(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "a.db")
	s := startOnline(t, "--db", "sqlite:"+db)
	allowed, forbidden := site(t, &s.url), site(t, &s.url)
	file := filepath.Join(t.TempDir(), "clinica.yaml")
	must(t, os.WriteFile(file, []byte("reserva_online:\n  origenes: ["+allowed.URL+"]\n"), 0o600))
	tomahora(t, "clinica", "apply", file, "--clinica", "1", "--db", "sqlite:"+db)

	p := newPageAt(t, allowed.URL)
	f := p.frames(s.url)
	p.run(command(runtime.Enable, cdp.Empty{}))
	p.open("/")
	f.click(`a[href$="con=p1"]`)
	f.click(`a[href$="dia=` + lunes + `"]`)
	f.click(fmt.Sprintf("button[value=%q]", lunesNueve))
	f.until(`document.querySelector('[name="rut"]') !== null`)
	f.until(`(() => {
		const put = (name, value) => { document.querySelector('[name="' + name + '"]').value = value; };
		put('rut', '12.345.678-5'); put('nombre', 'Rosa'); put('apellidos', 'Soto'); put('celular', '987654321');
		return true;
	})()`)
	p.screenshot("reservar-marco", desktop)
	f.click(`form.datos button[type="submit"]`)
	f.until(`document.body.innerText.includes('Su hora está reservada')`)
	f.click(`a[href$="/mover"]`)
	f.until(`document.body.innerText.includes('¿A qué día la movemos?')`)

	other := newPageAt(t, forbidden.URL)
	g := other.frames(s.url)
	other.run(command(runtime.Enable, cdp.Empty{}))
	other.open("/")
	other.until("document.readyState === 'complete'")
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.ids) > 0 {
		t.Error("a site that the clinic does not name shows the pages")
	}
	if told := strings.Join(other.told(), "\n"); !strings.Contains(told, "frame-ancestors") && !strings.Contains(told, "BLOCKED") {
		t.Errorf("the browser told %q", told)
	}
	other.forget()
}

// forget lets go of the problems so far, which were wanted.
func (p *page) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = nil
}
