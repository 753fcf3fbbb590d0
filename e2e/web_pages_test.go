package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp/kb"
)

// checkedPage is a page of the web that must keep the basics.
type checkedPage struct {
	name, path string
	as         string  // email of the demo's user who looks; "" is nobody
	status     int64   // 0 is 200
	budget     float64 // of all that is loaded, in KB on the wire; 0 is 60
	others     []size  // in which it is looked at, too
}

// checkedPages are all pages of the demo clinic.
func checkedPages() []checkedPage {
	return []checkedPage{
		{name: "no-encontrada", path: "/no/existe", status: 404},
		{name: "no-encontrada-con-sesion", path: "/no/existe", as: "recepcion@demo.cl", status: 404},
		{name: "sin-permiso", path: "/ajustes/usuarios", as: "recepcion@demo.cl", status: 403},
		{name: "entrar", path: "/entrar"},
		{name: "cuenta", path: "/cuenta", as: "profesional@demo.cl"},

		// The agenda.
		{name: "agenda", path: "/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional", as: "recepcion@demo.cl", budget: 120, others: []size{upright}},
		{name: "agenda-semana", path: "/?sucursal=1&fecha=2026-11-26&vista=semana&profesional=2", as: "recepcion@demo.cl", budget: 120, others: []size{upright}},
		{name: "agenda-sillon", path: "/?sucursal=1&fecha=2026-11-26&vista=dia&por=sillon", as: "recepcion@demo.cl", budget: 120, others: []size{upright}},
		{name: "agenda-vacia", path: "/?sucursal=1&fecha=2026-11-29&vista=dia&por=profesional", as: "recepcion@demo.cl", budget: 120, others: []size{upright}},
		{name: "agenda-profesional", path: "/?fecha=2026-11-26&vista=dia&por=profesional", as: "profesional@demo.cl", budget: 120, others: []size{upright}},
		{name: "dia", path: "/dia?sucursal=1&fecha=2026-11-26", as: "recepcion@demo.cl"},
		{name: "dia-vacio", path: "/dia?sucursal=1&fecha=2026-11-29", as: "recepcion@demo.cl"},
		{name: "agendar", path: "/agendar?id_sucursal=1&q=perez", as: "recepcion@demo.cl"},
		{name: "agendar-hora", path: "/agendar?id_sucursal=1&id_paciente=2&id_profesional=2", as: "recepcion@demo.cl"},
		{name: "agendar-nuevo", path: "/agendar?id_sucursal=1&nuevo=1&rut=11.111.111-2", as: "recepcion@demo.cl"},
		{name: "agendar-modalidad", path: "/agendar?id_sucursal=1&id_paciente=2&id_profesional=2&fecha=2026-11-27&hora_inicio=09:15&duracion=30", as: "recepcion@demo.cl"},
		{name: "cita", path: "/citas/200?mover=1&anular=1", as: "recepcion@demo.cl"},

		// Set-up.
		{name: "ajustes", path: "/ajustes", as: "admin@demo.cl"},
		{name: "ajustes-clinica", path: "/ajustes/clinica", as: "admin@demo.cl"},
		{name: "ajustes-sucursales", path: "/ajustes/sucursales", as: "admin@demo.cl"},
		{name: "ajustes-sucursal", path: "/ajustes/sucursales/1", as: "admin@demo.cl"},
		{name: "ajustes-sillones", path: "/ajustes/sillones", as: "admin@demo.cl"},
		{name: "ajustes-sillon", path: "/ajustes/sillones/3", as: "admin@demo.cl"},
		{name: "ajustes-especialidades", path: "/ajustes/especialidades", as: "admin@demo.cl"},
		{name: "ajustes-profesionales", path: "/ajustes/profesionales", as: "admin@demo.cl"},
		{name: "ajustes-profesional", path: "/ajustes/profesionales/1", as: "admin@demo.cl"},
		{name: "ajustes-horario", path: "/ajustes/profesionales/1/horario", as: "admin@demo.cl"},
		{name: "ajustes-especiales", path: "/ajustes/especiales", as: "admin@demo.cl"},
		{name: "ajustes-especial", path: "/ajustes/especiales/nuevo", as: "admin@demo.cl"},
		{name: "ajustes-bloqueos", path: "/ajustes/bloqueos", as: "recepcion@demo.cl"},
		{name: "ajustes-bloqueo", path: "/ajustes/bloqueos/nuevo", as: "recepcion@demo.cl"},
		{name: "ajustes-estados", path: "/ajustes/estados", as: "admin@demo.cl"},
		{name: "ajustes-estado", path: "/ajustes/estados/3", as: "admin@demo.cl"},
		{name: "ajustes-usuarios", path: "/ajustes/usuarios", as: "admin@demo.cl"},
		{name: "ajustes-usuario", path: "/ajustes/usuarios/nuevo", as: "admin@demo.cl"},
		{name: "ajustes-tokens", path: "/ajustes/tokens", as: "admin@demo.cl"},
		{name: "ajustes-token", path: "/ajustes/tokens/nuevo", as: "admin@demo.cl"},
		{name: "ajustes-webhooks", path: "/ajustes/webhooks", as: "admin@demo.cl"},
		{name: "ajustes-webhook", path: "/ajustes/webhooks/nuevo", as: "admin@demo.cl"},

		// The dashboard.
		{name: "tablero", path: "/tablero", as: "recepcion@demo.cl"},

		// Self-booking.
		{name: "reservar-con", path: "/reservar/1"},
		{name: "reservar-modalidad", path: "/reservar/1/modalidad?con=p2"},
		{name: "reservar-dia", path: "/reservar/1/dia?con=p1"},
		{name: "reservar-hora", path: "/reservar/1/hora?con=p1&dia=2026-11-27"},
		{name: "reservar-perdida", path: "/reservar/1/hora?con=p1&dia=2026-11-28&perdida=1.1.2026-11-28.13:00.0"},
		{name: "reservar-datos", path: "/reservar/1/datos?con=p1&hora=1.1.2026-11-27.09:00.0"},
		{name: "reservar-no", path: "/reservar/99", status: 404},
		{name: "ajustes-online", path: "/ajustes/online", as: "admin@demo.cl"},
	}
}

// Every page has what a browser, a screen reader and a slow network need, in every
// size, light and dark, and has its words in both languages. None changes anything
// on the server, so they are looked at beside each other, in as many tabs as -parallel
// says. A language is the user's, whom several tabs are, so each has a server.
func TestPagesKeepTheBasics(t *testing.T) {
	t.Parallel()
	spanish := start(t, "demo", "--now", "2026-11-26T10:05:00-03:00")
	english := start(t, "demo", "--now", "2026-11-26T10:05:00-03:00")
	speakEnglish(t, english)
	var mu sync.Mutex
	written := map[string]string{}
	t.Run("pages", func(t *testing.T) {
		for _, tt := range checkedPages() {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				p := newPage(t, spanish)
				html := p.looksRight(tt)
				p.base = english.url
				p.hasEnglishWords(tt)
				mu.Lock()
				defer mu.Unlock()
				written[tt.name] = html
			})
		}
	})
	validHTML(t, written)
}

// looksRight looks at a page in every size, and returns its HTML.
func (p *page) looksRight(tt checkedPage) string {
	p.t.Helper()
	if tt.as != "" {
		p.login(tt.as, "demo")
	}
	if tt.status != 0 {
		p.expect(tt.status)
	}
	p.run(command(network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}))
	html := p.keepsTheBasics(tt)
	p.look(tt.name, tt.others...)
	return html
}

// speakEnglish has all who look at pages choose English.
func speakEnglish(t *testing.T, s *server) {
	t.Helper()
	p := newPage(t, s)
	for _, email := range []string{"recepcion@demo.cl", "profesional@demo.cl", "admin@demo.cl"} {
		p.login(email, "demo")
		p.open("/cuenta")
		p.speak("en")
	}
}

// hasEnglishWords looks at a page of a server where English was chosen.
func (p *page) hasEnglishWords(tt checkedPage) {
	p.t.Helper()
	if tt.as != "" {
		p.login(tt.as, "demo")
	} else {
		p.setCookie("idioma", "en")
	}
	p.open(tt.path)
	p.speaks("en")
	for _, s := range []size{desktop, tablet, phone} {
		p.resize(s)
		p.screenshot(tt.name+"-en-"+s.name, s)
		p.staysWithin(tt.name+" in English", s)
	}
}

// keepsTheBasics opens a page, fails on what is wrong with it, and returns its HTML.
func (p *page) keepsTheBasics(tt checkedPage) string {
	p.t.Helper()
	before := len(p.responses())
	p.open(tt.path)
	p.until("document.readyState === 'complete'")
	p.speaks("es-CL")
	type head struct{ Doctype, Mode, Viewport, Description, Title string }
	h := eval[head](p, `({
		doctype: document.doctype?.name ?? '', mode: document.compatMode, title: document.title,
		viewport: document.querySelector('meta[name=viewport]')?.content ?? '',
		description: document.querySelector('meta[name=description]')?.content ?? '',
	})`)
	if h.Doctype != "html" || h.Mode != "CSS1Compat" || h.Viewport != "width=device-width, initial-scale=1" || h.Description == "" || !strings.HasSuffix(h.Title, " · tomahora") {
		p.t.Errorf("the head of the page is %+v", h)
	}
	html := eval[string](p, "fetch(location.href, {headers: {Accept: 'text/html'}}).then((r) => r.text())")
	total := 0.0
	for _, r := range p.responses()[before:] {
		p.judge(r)
		total += r.bytes
	}
	budget := tt.budget
	if budget == 0 {
		budget = 60
	}
	paint := eval[float64](p, "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
	p.t.Logf("%s weighs %.1f KB and is painted after %.0f ms", tt.name, total/1000, paint)
	if total > budget*1000 {
		p.t.Errorf("the page weighs %.1f KB, more than %.0f", total/1000, budget)
	}
	return html
}

// responses are what was loaded so far.
func (p *page) responses() []response {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]response(nil), p.loaded...)
}

// judge fails on a response that comes from elsewhere, or is longer or kept for
// another time than it needs to be.
func (p *page) judge(r response) {
	p.t.Helper()
	at, err := url.Parse(r.url)
	must(p.t, err)
	if at.Scheme == "data" {
		return // the browser's own icons
	}
	if !strings.HasPrefix(r.url, p.base+"/") {
		p.t.Errorf("%s is not of this server", r.url)
	}
	const packet = 1400
	if r.bytes > packet && r.header["content-encoding"] == "" && (strings.HasPrefix(r.mime, "text/") || strings.HasSuffix(r.mime, "json") || strings.HasSuffix(r.mime, "xml")) {
		p.t.Errorf("%s is not compressed", r.url)
	}
	want := "no-store"
	if strings.HasPrefix(at.Path, "/estatico/") {
		want = "public, max-age=31536000, immutable"
	}
	if got := r.header["cache-control"]; got != want {
		p.t.Errorf("%s has Cache-Control %q, want %q", r.url, got, want)
	}
	if r.header["x-content-type-options"] != "nosniff" || !strings.Contains(r.header["content-security-policy"], "default-src 'self'") {
		p.t.Errorf("%s has not all headers of security: %v", r.url, r.header)
	}
}

// speak chooses the language of the pages that follow.
func (p *page) speak(lang string) {
	p.t.Helper()
	if status := eval[int64](p, fmt.Sprintf(`fetch('/preferencias', {
		method: 'POST', headers: {Accept: 'application/json'}, body: new URLSearchParams({idioma: %q}),
	}).then((r) => r.status)`, lang)); status != 204 {
		p.t.Fatalf("choosing %s was answered %d", lang, status)
	}
}

// speaks fails where the page is in another language, or shows a key in place of
// its words.
func (p *page) speaks(lang string) {
	p.t.Helper()
	if got := eval[string](p, "document.documentElement.lang"); got != lang {
		p.t.Errorf("the page is in %q, want %q", got, lang)
	}
	for _, key := range eval[[]string](p, `document.body.innerText.split('\n').map((s) => s.trim()).filter((s) => /^[a-z]+(\.[A-Za-z0-9_]+)+$/.test(s))`) {
		p.t.Errorf("the page shows %q, which seems a key without words", key)
	}
}

// The colours change at once, and the next page has them too.
func TestThemeIsKept(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty")
	p := newPage(t, s)
	p.expect(404)
	p.open("/no/existe")
	colour := func() string { return eval[string](p, "getComputedStyle(document.body).backgroundColor") }
	light := colour()
	for range 2 { // to light, then to dark
		p.click(`[name="tema"]:not([hidden])`)
	}
	p.until("document.documentElement.dataset.theme === 'dark'")
	dark := colour()
	if dark == light {
		t.Errorf("both are %s", light)
	}
	p.until("performance.getEntriesByType('resource').filter((e) => e.name.endsWith('/preferencias') && e.responseEnd > 0).length === 2")
	p.open("/no/existe")
	if got := colour(); got != dark {
		t.Errorf("the next page is %s, want %s", got, dark)
	}
}

// Without scripts the colours change too, by a form.
func TestThemeIsKeptWithoutScripts(t *testing.T) {
	t.Parallel()
	p := newPage(t, start(t, "demo", "--empty"))
	p.expect(404)
	p.withoutScripts()
	p.open("/no/existe")
	for _, want := range []string{"light", "dark", ""} {
		p.follow(`[name="tema"]:not([hidden])`)
		if got := eval[string](p, "document.documentElement.dataset.theme ?? ''"); got != want || eval[string](p, "location.pathname") != "/no/existe" {
			t.Errorf("the theme is %q, want %q", got, want)
		}
	}
}

// A keyboard reaches the content without walking through the navigation.
func TestSkipLink(t *testing.T) {
	t.Parallel()
	p := newPage(t, start(t, "demo", "--empty"))
	p.expect(404)
	p.open("/no/existe")
	p.press(kb.Tab)
	if got := eval[string](p, "document.activeElement.className"); got != "skip" {
		t.Fatalf("the first stop is %q", got)
	}
	p.settle()
	if top := eval[float64](p, "document.activeElement.getBoundingClientRect().top"); top < 0 {
		t.Errorf("the link stays out of sight, at %v", top)
	}
	p.press(kb.Enter)
	p.until("document.activeElement.id === 'contenido'")
}
