package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/tomahora/tomahora"
)

//go:embed tmpl/*.html
var templateFiles embed.FS

// screens make the templates by language and name. Each has the layout and the
// components; its own file defines "main". One is parsed when it is first shown:
// most are shown seldom, and one language is more than most clinics need.
type screens map[string]map[string]func() *template.Template

// shared are the files every screen is made with.
func shared() []string { return []string{"layout.html", "components.html", "ajustes_partes.html"} }

func readScreens(all locales, a *assets) screens {
	files, err := fs.Glob(templateFiles, "tmpl/*.html")
	if err != nil {
		panic(err)
	}
	read := screens{}
	for lang, l := range all {
		base := sync.OnceValue(func() *template.Template {
			base := template.New("").Funcs(functions(lang, l, a))
			for _, name := range shared() {
				template.Must(base.ParseFS(templateFiles, "tmpl/"+name))
			}
			return base
		})
		read[lang] = map[string]func() *template.Template{}
		for _, file := range files {
			read[lang][strings.TrimSuffix(path.Base(file), ".html")] = sync.OnceValue(func() *template.Template {
				screen := template.Must(base().Clone())
				return template.Must(screen.ParseFS(templateFiles, file))
			})
		}
	}
	return read
}

// functions are what templates may call, in one language.
func functions(lang string, l locale, a *assets) template.FuncMap {
	return template.FuncMap{
		"t":         l.t,
		"n":         l.n,
		"lang":      func() string { return lang },
		"longDate":  l.longDate,
		"shortDate": l.shortDate,
		"asset":     a.url,
		"built":     func() bool { return len(a.manifest) > 0 },
		"field":     newField,
		"options":   newChoice,
		"empty":     newEmpty,
		"clock":     clock,
		"initials":  initials,
		"heatScale": heatScale,
		"heatX":     heatX,
		"flashText": func(f *flash) string { return f.text(l) },
		"flashIcon": func(kind string) string { return flashIcons()[kind] },
	}
}

// page is what the layout shows around a screen.
type page struct {
	Screen string
	User   tomahora.Usuario
	Bare   bool // without the navigation of users
	Lang   string
	Theme  string // "claro", "oscuro" or ""
	Path   string // of the request with its query, to come back to
	Nav    []navItem
	Sub    [][]navItem // inside the set-up, by group
	Flash  *flash
	Words  map[string]string // for scripts
	Data   any               // the screen's own
}

// navItem is a place the navigation leads to.
type navItem struct {
	Key, Path, Icon string
	Current         bool
	need            tomahora.Permiso
}

// navigation is the places that have a route, with what the route needs.
func navigation(routes []route) []navItem {
	needs := map[string]tomahora.Permiso{}
	for _, rt := range routes {
		needs[rt.pattern] = rt.need
	}
	var items []navItem
	for _, item := range []navItem{
		{Key: "nav.agenda", Path: "/", Icon: "calendar-days"},
		{Key: "nav.dia", Path: "/dia", Icon: "list"},
		{Key: "nav.tablero", Path: "/tablero", Icon: "chart-column"},
		{Key: "nav.ajustes", Path: "/ajustes", Icon: "settings"},
	} {
		pattern := "GET " + item.Path
		if item.Path == "/" {
			pattern = "GET /{$}"
		}
		if need, ok := needs[pattern]; ok {
			item.need = need
			items = append(items, item)
		}
	}
	return items
}

// navFor is the navigation as a visitor of a path sees it.
func (s *server) navFor(v *visit, at string) []navItem {
	if v.bare {
		return nil
	}
	var items []navItem
	for _, item := range s.nav {
		if !v.may(item.need) {
			continue
		}
		item.Current = at == item.Path || item.Path != "/" && strings.HasPrefix(at, item.Path+"/")
		items = append(items, item)
	}
	return items
}

// render answers with a screen in the visitor's language.
func (s *server) render(w http.ResponseWriter, r *http.Request, status int, screen string, data any) error {
	v := visitOf(r)
	p := page{
		Screen: screen, Bare: v.bare, Lang: v.lang, Theme: v.theme, Path: "/",
		Nav: s.navFor(v, r.URL.Path), Sub: s.ajustesNav(v, r.URL.Path), Flash: s.takeFlash(w, r), Words: s.locales[v.lang].scripts(screen), Data: data,
	}
	if !v.bare {
		p.User = v.user
	}
	if r.Method == http.MethodGet {
		p.Path = r.URL.RequestURI()
	}
	var html bytes.Buffer
	if err := s.screens[v.lang][screen]().ExecuteTemplate(&html, "layout", p); err != nil {
		return fmt.Errorf("render %s: %w", screen, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.lang)
	writeBody(w, r, status, html.Bytes())
	return nil
}

// renderPart answers a script that asks for the part of a screen that it shows in a
// page of its own, and everybody else with the whole screen.
func (s *server) renderPart(w http.ResponseWriter, r *http.Request, status int, screen string, data any) error {
	if !asksPart(r) {
		return s.render(w, r, status, screen, data)
	}
	var html bytes.Buffer
	if err := s.screens[visitOf(r).lang][screen]().ExecuteTemplate(&html, "part", data); err != nil {
		return fmt.Errorf("render part of %s: %w", screen, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	writeBody(w, r, status, html.Bytes())
	return nil
}

// asksPart tells whether a script asks for the part of a screen.
func asksPart(r *http.Request) bool { return r.Header.Get("X-Parte") != "" }

// renderJSON answers a script.
func (s *server) renderJSON(w http.ResponseWriter, r *http.Request, status int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	writeBody(w, r, status, body)
	return nil
}

// worthCompressing is the least size of a body that is made smaller.
const worthCompressing = 1 << 10

// writeBody sends a body that is made anew for each request. Nobody keeps it:
// pages tell of pacientes, and outlive the session in the browser's memory.
func writeBody(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Encoding")
	if len(body) >= worthCompressing && accepts(r, "gzip") {
		var small bytes.Buffer
		z := gzip.NewWriter(&small)
		// A buffer takes everything.
		_, _ = z.Write(body)
		_ = z.Close()
		body = small.Bytes()
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	// What is left to fail is the connection, and then nobody listens.
	_, _ = w.Write(body)
}

// wantsJSON tells whether a script asks, or whoever does not read HTML.
func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/web/") || !strings.Contains(r.Header.Get("Accept"), "text/html")
}
