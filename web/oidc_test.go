package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/internal/oidctest"
	"github.com/tomahora/tomahora/sqlstore"
)

// newDoor serves the pages of a clinic with one user, by email, to browsers that
// come in by a provider.
func newDoor(t *testing.T, p *oidctest.Provider, email string) (*httptest.Server, *sqlstore.Store) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	id, err := store.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "A", Zona: "America/Santiago"})
	if err == nil {
		err = store.Update(t.Context(), id, func(tx tomahora.Tx) error {
			_, err := agenda.CrearUsuario(tx, tomahora.CambioUsuario{Email: &email, Nombre: new("Ana Rojas"), Rol: new(tomahora.RolAdministracion)}, "", tomahora.Sistema)
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	sessions := auth.NewSessions(auth.SessionOptions{
		Store: store, Passwords: auth.NewPasswords(1), Clock: time.Now, Logger: slog.New(slog.DiscardHandler),
		Secure: func(*http.Request) bool { return false }, Address: func(*http.Request) string { return "203.0.113.7" },
	})
	h := New(Options{
		Store: store, Sessions: sessions, Doors: sessions,
		OIDC:      auth.NewOIDC(auth.OIDCOptions{Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Nombre: "Cuenta Única"}),
		BaseURL:   func(r *http.Request) string { return "http://" + r.Host },
		RequestID: func(context.Context) string { return "solicitud-1" },
		Observe:   func(context.Context, string, auth.Principal) {},
		Clock:     time.Now,
		Logger:    slog.New(slog.DiscardHandler),
	})
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server, store
}

// visitor is a browser that follows wherever it is sent.
func visitor(t *testing.T) func(url string) (status int, at, page string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	return func(url string) (int, string, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/html")
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		page, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, resp.Request.URL.Path, string(page)
	}
}

func TestSigningInByAProvider(t *testing.T) {
	p := oidctest.New(t, time.Now())
	server, _ := newDoor(t, p, "ana@clinica.cl")
	open := visitor(t)
	if _, at, page := open(server.URL + "/cuenta"); at != "/entrar" || !strings.Contains(page, `href="/entrar/oidc?volver=%2fcuenta">Entrar con Cuenta Única`) {
		t.Fatalf("at %s: %s", at, page)
	}
	status, at, page := open(server.URL + "/entrar/oidc?volver=%2fcuenta")
	if status != http.StatusOK || at != "/cuenta" || !strings.Contains(page, "Ana Rojas") {
		t.Errorf("%d at %s: %s", status, at, page)
	}
	if strings.Contains(page, `action="/cuenta/clave"`) {
		t.Error("who has no password is to change it")
	}
}

func TestWhoAProviderKnowsAndTheClinicDoesNot(t *testing.T) {
	p := oidctest.New(t, time.Now())
	server, store := newDoor(t, p, "eva@clinica.cl")
	open := visitor(t)
	status, at, page := open(server.URL + "/entrar/oidc")
	if status != http.StatusForbidden || at != oidcBack || !strings.Contains(page, "No hay un usuario con el correo ana@clinica.cl") {
		t.Errorf("%d at %s: %s", status, at, page)
	}
	p.Claims = map[string]any{"email": "eva@clinica.cl", "email_verified": false}
	if status, _, page := open(server.URL + "/entrar/oidc"); status != http.StatusForbidden || !strings.Contains(page, "No se pudo entrar con Cuenta Única") {
		t.Errorf("an email that is not verified: %d: %s", status, page)
	}
	p.Claims = map[string]any{"email": "eva@clinica.cl"}
	err := store.Update(t.Context(), 1, func(tx tomahora.Tx) error {
		u, err := tx.Usuarios().Get(1)
		if err != nil {
			return err
		}
		u.Habilitado = false
		return tx.Usuarios().Save(u, tomahora.Sistema, "habilitado")
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, _, page := open(server.URL + "/entrar/oidc"); status != http.StatusForbidden || !strings.Contains(page, "No hay un usuario") {
		t.Errorf("who is disabled: %d: %s", status, page)
	}
	// An answer that this browser did not ask for, as another site may send it.
	if status, _, page := open(server.URL + oidcBack + "?state=&code=codigo"); status != http.StatusForbidden || !strings.Contains(page, "No se pudo entrar") {
		t.Errorf("an answer to nothing: %d: %s", status, page)
	}
	p.Server.Close()
	server2, _ := newDoor(t, p, "eva@clinica.cl")
	if status, _, page := open(server2.URL + "/entrar/oidc"); status != http.StatusBadGateway || !strings.Contains(page, "No se pudo entrar") {
		t.Errorf("a provider that is gone: %d: %s", status, page)
	}
}
