package e2e

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	tmh "github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/demo"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/web"
)

type cookieSessions struct{}

func (cookieSessions) User(r *http.Request) (tmh.Usuario, bool) {
	u := tmh.Usuario{ID: 5, IDClinica: 1, Nombre: "Carolina Méndez", Rol: tmh.RolRecepcion, Habilitado: true, Idioma: "es"}
	return u, true
}

func startAgenda(t *testing.T, now time.Time) string {
	t.Helper()
	clock := func() time.Time { return now }
	s, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: clock})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	id, err := s.CreateClinica(t.Context(), demo.Clinica())
	must(t, err)
	must(t, s.Update(t.Context(), id, func(tx tmh.Tx) error { return demo.Seed(tx, false) }))
	stopping := make(chan struct{})
	h := web.New(web.Options{
		Store: s, Sessions: cookieSessions{}, BaseURL: func(r *http.Request) string { return "http://" + r.Host },
		RequestID: func(context.Context) string { return "1" }, Observe: func(context.Context, string, auth.Principal) {},
		Clock: clock, Real: time.Now, Stopping: stopping, Logger: slog.New(slog.DiscardHandler),
	})
	srv := httptest.NewServer(h)
	t.Cleanup(func() { close(stopping); srv.Close() })
	return srv.URL
}

func TestAgendaLook(t *testing.T) {
	base := startAgenda(t, time.Date(2026, 11, 26, 13, 5, 0, 0, time.UTC))
	p := newPageAt(t, base)
	p.prefer("light")
	p.open("/")
	p.see(".ec-event.cita")
	p.screenshot("dev-agenda", desktop)
	p.click("[data-nueva]")
	p.see("#panel[open] [name=q]")
	p.screenshot("dev-agendar", desktop)
}
