package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// signedInAs are Sessions in which every request is one user's; the zero Usuario
// is nobody.
type signedInAs struct{ tomahora.Usuario }

func (u signedInAs) User(*http.Request) (tomahora.Usuario, bool) { return u.Usuario, u.ID != 0 }

func userOf(rol tomahora.Rol) tomahora.Usuario {
	return tomahora.Usuario{ID: 5, IDClinica: 1, Nombre: "María José Ñandú", Rol: rol, Habilitado: true}
}

// newTestWeb is the pages for one user, over any or no store.
func newTestWeb(t *testing.T, u tomahora.Usuario, store tomahora.Store) http.Handler {
	t.Helper()
	return New(Options{
		Store: store, Sessions: signedInAs{u},
		BaseURL:   func(r *http.Request) string { return "http://" + r.Host },
		RequestID: func(context.Context) string { return "solicitud-1" },
		Observe:   func(context.Context, string, auth.Principal) {},
		Address:   func(*http.Request) string { return "203.0.113.5" },
		RealClock: time.Now,
		Clock:     func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) },
		Logger:    slog.New(slog.DiscardHandler),
	})
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

func TestEveryPageHasTheLayout(t *testing.T) {
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), nil)
	w := browse(t, h, "/")
	if w.Code != http.StatusOK {
		t.Fatalf("answered %d", w.Code)
	}
	for _, want := range []string{`lang="es-CL"`, "<title>Agenda · tomahora</title>", `href="#contenido"`, `aria-current="page"`, "María José Ñandú", ">MJ<", "Recepción"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page has no %s\n%s", want, w.Body)
		}
	}
}
