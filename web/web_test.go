package web

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// signedInAs are Sessions in which every request is one user's; the zero Usuario
// is nobody.
type signedInAs struct{ tomahora.Usuario }

func (u signedInAs) User(*http.Request) (tomahora.Usuario, bool, error) {
	return u.Usuario, u.ID != 0, nil
}

func userOf(rol tomahora.Rol) tomahora.Usuario {
	return tomahora.Usuario{ID: 5, IDClinica: 1, Nombre: "María José Ñandú", Rol: rol, Habilitado: true}
}

// newTestWeb is the pages for one user, over any or no store.
func newTestWeb(t *testing.T, u tomahora.Usuario, store tomahora.Store) *Handler {
	t.Helper()
	return New(testOptions(u, store))
}

func testOptions(u tomahora.Usuario, store tomahora.Store) Options {
	return Options{
		Store: store, Sessions: signedInAs{u}, Webhooks: fakeSender{},
		BaseURL:   func(r *http.Request) string { return "http://" + r.Host },
		RequestID: func(context.Context) string { return "solicitud-1" },
		Observe:   func(context.Context, string, auth.Principal) {},
		Address:   func(*http.Request) string { return "192.0.2.1" },
		RealClock: time.Now,
		Clock:     func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) },
		Logger:    slog.New(slog.DiscardHandler),
	}
}

// browse asks for a page as a browser does; a header is "Name: value".
func browse(t *testing.T, h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, h, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil), headers...)
}

// submit sends a form as a browser does.
func submit(t *testing.T, h http.Handler, path string, values url.Values, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return send(t, h, r, headers...)
}

func send(t *testing.T, h http.Handler, r *http.Request, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestWhoIsNotSignedInIsSentToSignIn(t *testing.T) {
	h := newTestWeb(t, tomahora.Usuario{}, nil)
	w := browse(t, h, "/?fecha=2026-11-26")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/entrar?volver=%2F%3Ffecha%3D2026-11-26" {
		t.Errorf("answered %d to %q", w.Code, w.Header().Get("Location"))
	}
	if w := browse(t, h, "/", "Accept: application/json"); w.Code != http.StatusUnauthorized {
		t.Errorf("a script was answered %d, want 401", w.Code)
	}
}

func TestWhoMayNotIsTold(t *testing.T) {
	u := userOf(tomahora.RolAdministracion)
	u.Habilitado = false
	w := browse(t, newTestWeb(t, u, nil), "/")
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "<h1>Sin permiso</h1>") {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
}

func TestMay(t *testing.T) {
	tests := []struct {
		name string
		v    visit
		need tomahora.Permiso
		want bool
	}{
		{"nobody, a page for anyone", visit{}, anyone, true},
		{"nobody, a page of users", visit{}, signedIn, false},
		{"a usuario, a page of users", visit{signedIn: true, user: userOf(tomahora.RolLectura)}, signedIn, true},
		{"a role that has it", visit{signedIn: true, user: userOf(tomahora.RolLectura)}, tomahora.VerTablero, true},
		{"a role that lacks it", visit{signedIn: true, user: userOf(tomahora.RolLectura)}, tomahora.Agendar, false},
		{"nobody with a role", visit{user: userOf(tomahora.RolAdministracion)}, tomahora.VerAgenda, false},
	}
	for _, tt := range tests {
		if got := tt.v.may(tt.need); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestEveryPageHasTheLayout(t *testing.T) {
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), nil)
	w := browse(t, h, "/no/existe")
	for _, want := range []string{`lang="es-CL"`, "<title>No se encontró la página · tomahora</title>", `href="#contenido"`, `<nav class="nav"`, "María José Ñandú", ">MJ<", "Recepción"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page has no %s\n%s", want, w.Body)
		}
	}
}

func TestNavigationShowsWhatAUserMayOpen(t *testing.T) {
	routes := []route{{pattern: "GET /{$}", need: tomahora.VerAgenda}, {pattern: "GET /ajustes", need: tomahora.Configurar}}
	s := &server{nav: navigation(routes)}
	tests := []struct {
		name string
		v    visit
		at   string
		want []navItem
	}{
		{"a reception", visit{signedIn: true, user: userOf(tomahora.RolRecepcion)}, "/", []navItem{
			{Key: "nav.agenda", Path: "/", Icon: "calendar-days", Current: true, need: tomahora.VerAgenda},
		}},
		{"an administration below a place", visit{signedIn: true, user: userOf(tomahora.RolAdministracion)}, "/ajustes/estados", []navItem{
			{Key: "nav.agenda", Path: "/", Icon: "calendar-days", need: tomahora.VerAgenda},
			{Key: "nav.ajustes", Path: "/ajustes", Icon: "settings", Current: true, need: tomahora.Configurar},
		}},
		{"a page for anyone", visit{signedIn: true, bare: true, user: userOf(tomahora.RolRecepcion)}, "/", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, s.navFor(&tt.v, tt.at), cmp.AllowUnexported(navItem{})); diff != "" {
				t.Errorf("navigation (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFailuresAreTold(t *testing.T) {
	secret := errors.New("connection to 10.0.0.5 refused")
	tests := []struct {
		name   string
		err    error
		status int
		page   []string
		json   string
	}{
		{"an internal error", secret, 500, []string{"Ocurrió un error", "<code>solicitud-1</code>"},
			`{"error":{"code":"error_interno","message":"Algo falló de nuestro lado; intente de nuevo","request_id":"solicitud-1"}}`},
		{"a database that is away", tomahora.Unavailable(secret), 503, []string{"No disponible por ahora"},
			`{"error":{"code":"no_disponible","message":"El servicio no está disponible en este momento; intente de nuevo","request_id":"solicitud-1"}}`},
		{"what is not there", tomahora.NotFound("la cita"), 404, []string{"No se encontró la página"},
			`{"error":{"code":"no_encontrado","message":"No se encontró la cita","request_id":"solicitud-1"}}`},
		{"fields that are wrong", tomahora.Problems{
			tomahora.Invalid(tomahora.CodeParametroRequerido, "rut", "rut"), tomahora.Invalid(tomahora.CodeFechaPasada, "fecha"),
		}, 422, []string{"No se pudo hacer", "Falta este dato"},
			`{"error":{"code":"parametro_requerido","message":"Falta este dato","fields":{"fecha":"Esa hora ya pasó","rut":"Falta este dato"},"request_id":"solicitud-1"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newTestWeb(t, tomahora.Usuario{}, nil)
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/dia", nil)
			r.Header.Set("Accept", "text/html")
			h.Fail(w, r, tt.err)
			if w.Code != tt.status || strings.Contains(w.Body.String(), "10.0.0.5") {
				t.Errorf("answered %d: %s", w.Code, w.Body)
			}
			for _, want := range tt.page {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("the page has no %q: %s", want, w.Body)
				}
			}
			w = httptest.NewRecorder()
			h.Fail(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/web/agenda", nil), tt.err)
			if diff := cmp.Diff(tt.json, w.Body.String()); diff != "" || w.Code != tt.status {
				t.Errorf("a script was answered %d (-want +got):\n%s", w.Code, diff)
			}
		})
	}
}

func TestPagesKeepOtherSitesOut(t *testing.T) {
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), nil)
	tests := []struct {
		name    string
		headers []string
		want    int
	}{
		{"our own page", []string{"Sec-Fetch-Site: same-origin"}, 303},
		{"another site", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"another site of ours", []string{"Sec-Fetch-Site: same-site"}, 403},
		{"an old browser on our own page", []string{"Sec-Fetch-Site: ", "Origin: http://example.com"}, 303},
		{"an old browser on another site", []string{"Sec-Fetch-Site: ", "Origin: http://otro.example"}, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := submit(t, h, "/preferencias", url.Values{"tema": {"oscuro"}}, tt.headers...)
			if w.Code != tt.want || tt.want == 403 && w.Header().Get("Set-Cookie") != "" {
				t.Errorf("answered %d with %v", w.Code, w.Header())
			}
		})
	}
}

// Behind a proxy that rewrites Host, a page's own forms still count as its own.
func TestOriginIsComparedWithThePublicHost(t *testing.T) {
	s := &server{Options: Options{BaseURL: func(*http.Request) string { return "https://agenda.clinica.example" }}}
	h := s.protected(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	if w := submit(t, h, "/salir", nil, "Sec-Fetch-Site: ", "Origin: https://agenda.clinica.example"); w.Code != http.StatusTeapot {
		t.Errorf("answered %d", w.Code)
	}
}

func TestHeadersOfSecurity(t *testing.T) {
	w := browse(t, newTestWeb(t, tomahora.Usuario{}, nil), "/no/existe")
	for name, want := range map[string]string{
		"Content-Security-Policy":    "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":     "nosniff",
		"Referrer-Policy":            "same-origin",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Cache-Control":              "no-store",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestPagesAreCompressedForWhoTakesIt(t *testing.T) {
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), nil)
	plain, small := browse(t, h, "/no/existe"), browse(t, h, "/no/existe", "Accept-Encoding: br, gzip")
	if plain.Header().Get("Content-Encoding") != "" || small.Header().Get("Content-Encoding") != "gzip" || small.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("encoded %q and %q", plain.Header(), small.Header())
	}
	z, err := gzip.NewReader(small.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil || string(body) != plain.Body.String() {
		t.Errorf("the compressed page is another one (%v)", err)
	}
}

func TestPreferencesAreKept(t *testing.T) {
	h := newTestWeb(t, tomahora.Usuario{}, nil)
	w := submit(t, h, "/preferencias", url.Values{"idioma": {"en"}, "tema": {"oscuro"}, "volver": {"/entrar?volver=%2Fdia"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/entrar?volver=%2Fdia" {
		t.Errorf("answered %d to %q", w.Code, w.Header().Get("Location"))
	}
	var cookies []string
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			t.Errorf("the cookie is %v", c)
		}
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	page := browse(t, h, "/no", "Cookie: "+strings.Join(cookies, "; ")).Body.String()
	for _, want := range []string{`<html lang="en" data-theme="dark"`, "Page not found"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

func TestLocalPath(t *testing.T) {
	for path, want := range map[string]string{
		"/": "/", "/dia?fecha=2026-11-26": "/dia?fecha=2026-11-26",
		"": "/", "dia": "/", "//otro.example": "/", `/\otro.example`: "/", "https://otro.example": "/", "/\t/otro.example": "/", "javascript:alert(1)": "/",
	} {
		if got := localPath(path); got != want {
			t.Errorf("%q leads to %q, want %q", path, got, want)
		}
	}
}

func TestFlashIsShownOnce(t *testing.T) {
	s := newTestWeb(t, userOf(tomahora.RolRecepcion), nil).server
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = s.done(w, r, "/", "error.no_encontrado", "<Ana>")
	})
	w := submit(t, h, "/algo", nil)
	cookie := w.Result().Cookies()[0]
	page := browse(t, newTestWeb(t, userOf(tomahora.RolRecepcion), nil), "/no/existe", "Cookie: "+cookie.Name+"="+cookie.Value)
	if !strings.Contains(page.Body.String(), "No se encontró &lt;Ana&gt;") || !strings.Contains(page.Header().Get("Set-Cookie"), "aviso=; Path=/; Max-Age=0") {
		t.Errorf("%v %s", page.Header(), page.Body)
	}
	for _, forged := range []string{"x", "e30", base64.RawURLEncoding.EncodeToString([]byte(`{"k":"ok","t":"Su clave es insegura"}`))} {
		if page := browse(t, newTestWeb(t, userOf(tomahora.RolRecepcion), nil), "/no/existe", "Cookie: aviso="+forged); strings.Contains(page.Body.String(), "data-flash") {
			t.Errorf("%s was shown", forged)
		}
	}
}

func TestWordsForScriptsAreJSON(t *testing.T) {
	page := browse(t, newTestWeb(t, userOf(tomahora.RolRecepcion), nil), "/no/existe").Body.String()
	_, after, _ := strings.Cut(page, `<script type="application/json" id="palabras">`)
	source, _, _ := strings.Cut(after, "</script>")
	var words map[string]string
	if err := json.Unmarshal([]byte(source), &words); err != nil || words["js.base.close"] != "Cerrar" || words["nav.agenda"] != "" {
		t.Errorf("%v: %s", err, source)
	}
}
