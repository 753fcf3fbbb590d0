package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/sqlstore"
)

// building is a server with real sessions over a store of its own.
type building struct {
	t     *testing.T
	store *sqlstore.Store
	url   string
}

func newBuilding(t *testing.T, first *FirstRun) *building {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	sessions := auth.NewSessions(auth.SessionOptions{
		Store: store, Passwords: auth.NewPasswords(2), Clock: time.Now, Logger: slog.New(slog.DiscardHandler),
		Secure: func(*http.Request) bool { return false }, Address: func(*http.Request) string { return "203.0.113.7" },
	})
	server := httptest.NewServer(New(Options{
		Store: store, Sessions: sessions, Doors: sessions, FirstRun: first,
		BaseURL:   func(r *http.Request) string { return "http://" + r.Host },
		RequestID: func(context.Context) string { return "solicitud-1" },
		Observe:   func(context.Context, string, auth.Principal) {},
		Clock:     time.Now,
		Logger:    slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(server.Close)
	return &building{t, store, server.URL}
}

// person is a browser of its own.
type person struct {
	*building
	client *http.Client
}

func (b *building) person() *person {
	b.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return &person{b, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// post sends a form and tells how it was answered.
func (p *person) post(path string, fields ...string) (status int, to string) {
	p.t.Helper()
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url+path, strings.NewReader(values.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept", "text/html")
	resp, err := p.client.Do(r)
	if err != nil {
		p.t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

func (p *person) begin(codigo, clinica string) (int, string) {
	p.t.Helper()
	return p.post("/inicio", "codigo", codigo, "clinica", clinica, "zona", "America/Santiago", "sucursal", "Centro",
		"nombre", "Eva", "email", "eva@clinica.cl", "clave", "correcto caballo")
}

func (b *building) clinicas() []tomahora.Clinica {
	b.t.Helper()
	list, err := b.store.Clinicas(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

func TestOneClinicIsMadeByWhoHasTheCode(t *testing.T) {
	b := newBuilding(t, &FirstRun{Code: "abcd-efgh"})
	for _, codigo := range []string{"", "abcd", "abcd-efgi"} {
		if status, _ := b.person().begin(codigo, "A"); status != http.StatusUnprocessableEntity || len(b.clinicas()) > 0 {
			t.Errorf("the code %q is answered %d, and there are %d clinics", codigo, status, len(b.clinicas()))
		}
	}
	if status, _ := b.person().post("/inicio", "codigo", "abcd-efgh", "zona", "Luna/Mar", "email", "eva", "clave", "corta"); status != http.StatusUnprocessableEntity || len(b.clinicas()) > 0 {
		t.Errorf("a form that is wrong is answered %d, and there are %d clinics", status, len(b.clinicas()))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if status, to := b.person().begin(" ABCD-efgh ", "A"); status != http.StatusNotFound && to != "/ajustes" {
				t.Errorf("answered %d, on to %q", status, to)
			}
		})
	}
	wg.Wait()
	if n := len(b.clinicas()); n != 1 {
		t.Fatalf("there are %d clinics", n)
	}
	err := b.store.View(t.Context(), 1, func(tx tomahora.Tx) error {
		users, err := tx.Usuarios().List()
		if len(users) != 1 || !users[0].Puede(tomahora.Configurar) || len(tx.Config().Plan().Sucursales) != 1 {
			t.Errorf("there are %+v and %+v", users, tx.Config().Plan().Sucursales)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// halting is a store that fails once, after the clinic was made.
type halting struct {
	tomahora.Store
	failed bool
}

func (h *halting) Update(ctx context.Context, id tomahora.ClinicaID, fn func(tomahora.Tx) error) error {
	if !h.failed {
		h.failed = true
		return tomahora.Unavailable(context.DeadlineExceeded)
	}
	return h.Store.Update(ctx, id, fn)
}

func TestAClinicThatWasBegunIsGoneOnWith(t *testing.T) {
	b, f := newBuilding(t, nil), &FirstRun{}
	store := &halting{Store: b.store}
	found := func(nombre string) error {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/inicio", nil)
		_, err := f.found(r, store, tomahora.Clinica{Nombre: nombre, Zona: "America/Santiago"}, func(tomahora.Tx) (u tomahora.Usuario, err error) { return u, nil })
		return err
	}
	if err := found("A"); tomahora.KindOf(err) != tomahora.KindUnavailable || f.made() != 1 {
		t.Fatalf("got %v with clinica %d", err, f.made())
	}
	if err := found("B"); err != nil || f.made() != 0 {
		t.Fatalf("got %v with clinica %d", err, f.made())
	}
	if list := b.clinicas(); len(list) != 1 || list[0].Nombre != "B" {
		t.Errorf("there are %+v", list)
	}
	if err := found("C"); tomahora.KindOf(err) != tomahora.KindNotFound {
		t.Errorf("a second clinic: %v", err)
	}
}

// hire makes a clinic with a user, whose password is her email.
func (b *building) hire(email string) tomahora.ClinicaID {
	b.t.Helper()
	hash, err := auth.NewPasswords(1).Hash(b.t.Context(), email)
	if err != nil {
		b.t.Fatal(err)
	}
	id, err := b.store.CreateClinica(b.t.Context(), tomahora.Clinica{Nombre: "A", Zona: "America/Santiago"})
	if err != nil {
		b.t.Fatal(err)
	}
	err = b.store.Update(b.t.Context(), id, func(tx tomahora.Tx) error {
		_, err := agenda.CrearUsuario(tx, tomahora.CambioUsuario{Email: &email, Nombre: new("Eva"), Rol: new(tomahora.RolAdministracion)}, hash, tomahora.Sistema)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func TestAnAdministrationReachesNoOtherClinic(t *testing.T) {
	b := newBuilding(t, nil)
	b.hire("eva@clinica.cl")
	other := b.hire("ana@otra.cl")
	token, err := b.store.CreateToken(t.Context(), tomahora.Token{IDClinica: other, Nombre: "bot"}, auth.Hash("x"))
	if err != nil {
		t.Fatal(err)
	}
	eva := b.person()
	if status, to := eva.post("/entrar", "email", "eva@clinica.cl", "clave", "eva@clinica.cl", "volver", "//otra.cl"); status != http.StatusSeeOther || to != "/" {
		t.Fatalf("answered %d, on to %q", status, to)
	}
	if status, _ := eva.post("/ajustes/tokens/" + itoa(token) + "/revocar"); status != http.StatusNotFound {
		t.Errorf("another clinic's token: %d", status)
	}
	if _, err := b.store.TokenByHash(t.Context(), auth.Hash("x")); err != nil {
		t.Errorf("it was revoked: %v", err)
	}
	if status, _ := eva.post("/ajustes/usuarios/2/clave"); status != http.StatusNotFound {
		t.Errorf("a user who is not there: %d", status)
	}
	if status, _ := eva.post("/cuenta/clinica", "clinica", itoa(other)); status != http.StatusNotFound {
		t.Errorf("another clinic: %d", status)
	}
	for range 4 {
		eva.post("/cuenta/clave", "actual", "x", "clave", "correcto caballo", "repetida", "correcto caballo")
	}
	if status, _ := eva.post("/cuenta/clave", "actual", "eva@clinica.cl", "clave", "correcto caballo", "repetida", "correcto caballo"); status != http.StatusSeeOther {
		t.Errorf("her own password: %d", status)
	}
}

func TestWhoGuessesWaits(t *testing.T) {
	b := newBuilding(t, nil)
	b.hire("eva@clinica.cl")
	p := b.person()
	for range 5 {
		if status, _ := p.post("/entrar", "email", "eva@clinica.cl", "clave", "x"); status != http.StatusUnprocessableEntity {
			t.Fatalf("answered %d", status)
		}
	}
	if status, _ := p.post("/entrar", "email", "eva@clinica.cl", "clave", "eva@clinica.cl"); status != http.StatusTooManyRequests {
		t.Errorf("the sixth is answered %d", status)
	}
}

// What is no text is refused before a database is asked, since some would fail.
func TestWhatIsNoTextIsRefused(t *testing.T) {
	b := newBuilding(t, nil)
	b.hire("eva@clinica.cl")
	for _, email := range []string{"eva\x00@clinica.cl", "eva\xff@clinica.cl"} {
		if status, _ := b.person().post("/entrar", "email", email, "clave", "x"); status != http.StatusUnprocessableEntity {
			t.Errorf("%q is answered %d", email, status)
		}
		if status, _ := b.person().post("/entrar?volver="+url.QueryEscape(email), "email", "eva@clinica.cl", "clave", "eva@clinica.cl"); status != http.StatusUnprocessableEntity {
			t.Errorf("%q in a query is answered %d", email, status)
		}
	}
}
