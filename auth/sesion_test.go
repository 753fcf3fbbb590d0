package auth_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/sqlstore"
)

// office is a store with a clinic, its users, and the sessions over it.
type office struct {
	t        *testing.T
	store    *sqlstore.Store
	sessions *auth.Sessions
	clock    *clock
	clinica  tomahora.ClinicaID
	address  string
	secure   bool
}

func newOffice(t *testing.T) *office {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	o := &office{t: t, store: store, clock: newClock(), address: "203.0.113.7", secure: true}
	o.sessions = auth.NewSessions(auth.SessionOptions{
		Store: store, Passwords: auth.NewPasswords(2), Clock: func() time.Time { return o.clock.now },
		Secure:  func(*http.Request) bool { return o.secure },
		Address: func(*http.Request) string { return o.address },
		Logger:  slog.New(slog.DiscardHandler),
	})
	o.clinica = o.newClinica()
	return o
}

func (o *office) newClinica() tomahora.ClinicaID {
	o.t.Helper()
	id, err := o.store.CreateClinica(o.t.Context(), tomahora.Clinica{Nombre: "A", Zona: "America/Santiago"})
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

// hire makes a user with a password, "" for none.
func (o *office) hire(clinica tomahora.ClinicaID, email, clave string) tomahora.Usuario {
	o.t.Helper()
	hash := ""
	if clave != "" {
		var err error
		if hash, err = auth.NewPasswords(1).Hash(o.t.Context(), clave); err != nil {
			o.t.Fatal(err)
		}
	}
	return o.hireAs(clinica, email, hash)
}

func (o *office) hireAs(clinica tomahora.ClinicaID, email, hash string) (u tomahora.Usuario) {
	o.t.Helper()
	o.update(clinica, func(tx tomahora.Tx) (err error) {
		u, err = agenda.CrearUsuario(tx, tomahora.CambioUsuario{Email: &email, Nombre: new("Ana"), Rol: new(tomahora.RolRecepcion)}, hash, tomahora.Sistema)
		return err
	})
	return u
}

func (o *office) update(clinica tomahora.ClinicaID, fn func(tomahora.Tx) error) {
	o.t.Helper()
	if err := o.store.Update(o.t.Context(), clinica, fn); err != nil {
		o.t.Fatal(err)
	}
}

// browser keeps cookies between requests.
type browser struct {
	*office
	cookies []*http.Cookie
}

func (b *browser) request() *http.Request {
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, "/", nil)
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	return r
}

// do runs what may set cookies.
func (b *browser) do(fn func(http.ResponseWriter, *http.Request) error) error {
	w := httptest.NewRecorder()
	err := fn(w, b.request())
	for _, set := range w.Result().Cookies() {
		b.cookies = slices.DeleteFunc(b.cookies, func(c *http.Cookie) bool { return c.Name == set.Name })
		if set.MaxAge >= 0 {
			b.cookies = append(b.cookies, set)
		}
	}
	return err
}

// cookie is one that the browser keeps, nil where it has none of that name.
func (b *browser) cookie(name string) *http.Cookie {
	i := slices.IndexFunc(b.cookies, func(c *http.Cookie) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return b.cookies[i]
}

func (b *browser) enter(email, clave string) error {
	return b.do(func(w http.ResponseWriter, r *http.Request) error {
		_, err := b.sessions.Enter(w, r, email, clave)
		return err
	})
}

// who is the id of who is signed in, 0 for nobody.
func (b *browser) who() tomahora.UsuarioID {
	b.t.Helper()
	u, ok, err := b.sessions.User(b.request())
	if err != nil || ok != (u.ID != 0) {
		b.t.Fatalf("got %+v, %v, error %v", u, ok, err)
	}
	return u.ID
}

func (b *browser) mustEnter(email, clave string) {
	b.t.Helper()
	if err := b.enter(email, clave); err != nil {
		b.t.Fatal(err)
	}
}

func TestWhoKnowsThePasswordIsIn(t *testing.T) {
	o := newOffice(t)
	ana := o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	b := &browser{office: o}
	if b.who() != 0 {
		t.Error("somebody is in who never came")
	}
	b.mustEnter(" Ana@DEMO.cl ", "correcto caballo")
	if b.who() != ana.ID {
		t.Error("who entered is not in")
	}
	c := b.cookie("tomahora")
	if c.Name != "tomahora" || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 7*24*60*60 {
		t.Errorf("the cookie is %+v", c)
	}
	stolen := &browser{office: o, cookies: slices.Clone(b.cookies)}
	b.mustEnter("ana@demo.cl", "correcto caballo")
	if b.cookie("tomahora").Value == c.Value || stolen.who() != 0 || b.who() != ana.ID {
		t.Error("who enters again keeps the old session")
	}
	if err := b.do(b.sessions.Leave); err != nil || b.who() != 0 || b.cookie("tomahora") != nil {
		t.Errorf("who left is in (error %v)", err)
	}
	if err := b.do(b.sessions.Leave); err != nil {
		t.Error(err)
	}
	o.secure = false
	b.mustEnter("ana@demo.cl", "correcto caballo")
	if b.cookie("tomahora").Secure {
		t.Error("a browser without TLS would not send the cookie back")
	}
}

func TestWhoDoesNotIsToldNothing(t *testing.T) {
	o := newOffice(t)
	o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	o.hire(o.clinica, "oidc@demo.cl", "")
	gone := o.hire(o.clinica, "eva@demo.cl", "correcto caballo")
	o.update(o.clinica, func(tx tomahora.Tx) error {
		_, err := agenda.CambiarUsuario(tx, gone.ID, tomahora.CambioUsuario{Habilitado: new(false)}, tomahora.Sistema)
		return err
	})
	b := &browser{office: o}
	var said []string
	for _, try := range [][2]string{
		{"ana@demo.cl", "otra"}, {"ana@demo.cl", ""}, {"nadie@demo.cl", "correcto caballo"}, {"", ""},
		{"eva@demo.cl", "correcto caballo"}, {"oidc@demo.cl", ""},
	} {
		err := b.enter(try[0], try[1])
		if !tomahora.IsCode(err, tomahora.CodeCredencialInvalida) || len(b.cookies) > 0 {
			t.Errorf("%q: got %v", try, err)
			continue
		}
		said = append(said, err.Error())
	}
	if slices.Sort(said); len(slices.Compact(said)) != 1 {
		t.Errorf("it can be told what is wrong: %q", said)
	}
}

func TestWhoIsDisabledIsOutAtOnce(t *testing.T) {
	o := newOffice(t)
	ana := o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	b := &browser{office: o}
	b.mustEnter("ana@demo.cl", "correcto caballo")
	set := func(enabled bool) {
		o.update(o.clinica, func(tx tomahora.Tx) error {
			_, err := agenda.CambiarUsuario(tx, ana.ID, tomahora.CambioUsuario{Habilitado: &enabled}, tomahora.Sistema)
			return err
		})
	}
	set(false)
	if b.who() != 0 {
		t.Error("who was disabled is still in")
	}
	set(true)
	if b.who() != 0 {
		t.Error("a session came back")
	}
}

func TestASessionEndsAfterAWhile(t *testing.T) {
	o := newOffice(t)
	ana := o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	b := &browser{office: o}
	b.mustEnter("ana@demo.cl", "correcto caballo")
	begin := o.clock.now
	after := func(d time.Duration) tomahora.UsuarioID {
		o.clock.now = begin.Add(d)
		return b.who()
	}
	const night, week = tomahora.OcioSesion, tomahora.DuracionSesion
	for d := time.Duration(0); d < week; d += night - time.Second {
		if after(d) != ana.ID {
			t.Fatalf("out after %v, in which the session was used", d)
		}
	}
	if after(week) != 0 {
		t.Error("a session lasts more than a week")
	}
	b.mustEnter("ana@demo.cl", "correcto caballo")
	begin = o.clock.now
	if after(night-time.Second) != ana.ID || after(2*night-time.Second) != 0 {
		t.Error("a session lasts a night without use")
	}
}

func TestAPageThatIsLeftOpenIsNoUse(t *testing.T) {
	o := newOffice(t)
	ana := o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	b := &browser{office: o}
	b.mustEnter("ana@demo.cl", "correcto caballo")
	begin := o.clock.now
	for d := time.Duration(0); d < tomahora.OcioSesion; d += time.Hour {
		o.clock.now = begin.Add(d)
		stream := b.request()
		stream.Header.Set("Accept", "text/event-stream")
		if u, _, err := o.sessions.User(stream); u.ID != ana.ID || err != nil {
			t.Fatalf("out after %v, error %v", d, err)
		}
	}
	o.clock.now = begin.Add(tomahora.OcioSesion)
	if b.who() != 0 {
		t.Error("a stream has kept the session")
	}
}

// isHeld tells whether an attempt was refused without a look at the password.
func isHeld(err error) bool { return tomahora.IsCode(err, tomahora.CodeDemasiadosIntentos) }

func TestManyFailuresHoldWhoGuesses(t *testing.T) {
	o := newOffice(t)
	ana := o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	b := &browser{office: o}
	for i := range 5 {
		if err := b.enter("ana@demo.cl", "otra"); !tomahora.IsCode(err, tomahora.CodeCredencialInvalida) {
			t.Fatalf("failure %d: got %v", i+1, err)
		}
	}
	held := func(email, clave string) bool {
		err := b.enter(email, clave)
		return isHeld(err) && err.Error() == "Hubo demasiados intentos fallidos; pruebe de nuevo en 30 segundos"
	}
	if !held("ana@demo.cl", "correcto caballo") {
		t.Error("the sixth attempt was heard")
	}
	for range 5 {
		_ = b.enter("nadie@demo.cl", "otra")
	}
	if !held("nadie@demo.cl", "otra") {
		t.Error("an account that is not there is not held as others are, so it can be told")
	}
	o.clock.now = o.clock.now.Add(30 * time.Second)
	b.mustEnter("ana@demo.cl", "correcto caballo")
	for range 4 {
		_ = b.enter("ana@demo.cl", "otra")
	}
	b.mustEnter("ana@demo.cl", "correcto caballo") // who succeeded begins anew
	if err := o.sessions.Verify(b.request(), ana, "otra"); !tomahora.IsCode(err, tomahora.CodeCredencialInvalida) {
		t.Errorf("got %v", err)
	}
	if err := o.sessions.Verify(b.request(), ana, "correcto caballo"); err != nil {
		t.Error(err)
	}
	for range 5 {
		_ = o.sessions.Verify(b.request(), ana, "otra")
	}
	if err := o.sessions.Verify(b.request(), ana, "correcto caballo"); !isHeld(err) {
		t.Errorf("a session that is not hers may guess: %v", err)
	}
}

func TestManyFailuresHoldTheNetwork(t *testing.T) {
	o := newOffice(t)
	o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	b := &browser{office: o}
	o.address = "2001:db8::1"
	b.mustEnter("ana@demo.cl", "correcto caballo")
	heard := 0
	for i := range 60 {
		stranger := &browser{office: o} // one password tried on many accounts
		if i == 10 {
			stranger.mustEnter("ana@demo.cl", "correcto caballo") // makes up for nothing
		}
		if err := stranger.enter(fmt.Sprintf("x%d@demo.cl", i), "otra"); !isHeld(err) {
			heard++
		}
	}
	if heard != 30 {
		t.Errorf("%d guesses at as many accounts were heard, want 30", heard)
	}
	o.address = "2001:db8::2"
	if err := (&browser{office: o}).enter("ana@demo.cl", "correcto caballo"); !isHeld(err) {
		t.Errorf("the next address of the network was heard: %v", err)
	}
	b.mustEnter("ana@demo.cl", "correcto caballo") // where she has been before
	o.address = "2001:db8:0:1::1"
	(&browser{office: o}).mustEnter("ana@demo.cl", "correcto caballo")
}

// An office of twelve behind one address, whose people mistype as people do, in
// browsers that forget everything.
func TestAnOfficeIsNotLockedOut(t *testing.T) {
	o := newOffice(t)
	const people = 12
	email := func(i int) string { return fmt.Sprintf("r%d@demo.cl", i%people) }
	for i := range people {
		o.hire(o.clinica, email(i), "correcto caballo")
	}
	come := func(i, typos int) {
		t.Helper()
		b := &browser{office: o}
		for range typos {
			if err := b.enter(email(i), "corecto"); isHeld(err) {
				t.Fatalf("refused at once: %v", err)
			}
		}
		b.mustEnter(email(i), "correcto caballo")
	}
	for day := range 20 {
		for n := range 3 { // three a day, for weeks
			come(3*day+n, 1)
			o.clock.now = o.clock.now.Add(10 * time.Minute)
		}
		o.clock.now = o.clock.now.Add(23*time.Hour + 30*time.Minute)
	}
	for i := range people { // all on a Monday after the holidays
		come(i, 2)
		o.clock.now = o.clock.now.Add(time.Minute)
	}
}

// Whoever knows an email cannot keep its owner out.
func TestAStrangerLocksNobodyOut(t *testing.T) {
	o := newOffice(t)
	ana := o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	known := &browser{office: o}
	known.mustEnter("ana@demo.cl", "correcto caballo")
	from := func(address string, b *browser, clave string) error {
		o.address = address
		return b.enter("ana@demo.cl", clave)
	}
	for range 60 { // as often as one address may
		for from("198.51.100.66", &browser{office: o}, "otra") == nil {
			t.Fatal("the stranger is in")
		}
		if err := from("203.0.113.7", &browser{office: o}, "correcto caballo"); err != nil {
			t.Fatalf("from her own address, in a new browser: %v", err)
		}
		o.clock.now = o.clock.now.Add(15*time.Minute + time.Second)
	}
	heard := 0
	for i := range 40 { // from many addresses at once
		if err := from(fmt.Sprintf("198.51.100.%d", i), &browser{office: o}, "otra"); !isHeld(err) {
			heard++
		}
	}
	if heard > 21 {
		t.Errorf("%d guesses from as many addresses were heard, want 20 or so", heard)
	}
	if err := from("203.0.113.7", &browser{office: o}, "correcto caballo"); !isHeld(err) {
		t.Errorf("guesses from many addresses are not slowed down: %v", err)
	}
	if err := from("198.51.100.66", known, "correcto caballo"); err != nil {
		t.Errorf("in a browser where she was before: %v", err)
	}
	o.clock.now = o.clock.now.Add(time.Minute)
	if err := from("203.0.113.7", &browser{office: o}, "correcto caballo"); err != nil {
		t.Errorf("in a new browser, a minute later: %v", err)
	}
	if known.who() != ana.ID {
		t.Error("she is out")
	}
}

// A browser is known to whom it let in, until the password is another; what it
// guesses counts for itself.
func TestAKnownBrowser(t *testing.T) {
	o := newOffice(t)
	ana := o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	eva := o.hire(o.clinica, "eva@demo.cl", "batería grapa")
	anas, evas := fmt.Sprintf("conocido-%d-%d", o.clinica, ana.ID), fmt.Sprintf("conocido-%d-%d", o.clinica, eva.ID)
	b := &browser{office: o}
	b.mustEnter("ana@demo.cl", "correcto caballo")
	c := b.cookie(anas)
	if c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/entrar" || c.MaxAge < 300*24*60*60 {
		t.Fatalf("the cookie is %+v", c)
	}
	b.mustEnter("ana@demo.cl", "correcto caballo")
	if again := b.cookie(anas); again.Value != c.Value {
		t.Error("a browser that is known was made known once more, and so may guess anew")
	}
	// Its five guesses hold it, and neither the same person elsewhere nor anybody else.
	for range 5 {
		_ = b.enter("ana@demo.cl", "otra")
	}
	if err := b.enter("ana@demo.cl", "correcto caballo"); !isHeld(err) {
		t.Errorf("the sixth attempt was heard: %v", err)
	}
	(&browser{office: o}).mustEnter("ana@demo.cl", "correcto caballo")
	b.mustEnter("eva@demo.cl", "batería grapa")

	// lockedOut holds strangers up, and tells whether this browser is one.
	stranger := func(cookie *http.Cookie) bool {
		o.clock.now = o.clock.now.Add(48 * time.Hour)
		for range 5 {
			_ = (&browser{office: o}).enter("ana@demo.cl", "otra")
		}
		return isHeld((&browser{office: o, cookies: []*http.Cookie{cookie}}).enter("ana@demo.cl", "correcto caballo"))
	}
	if stranger(c) {
		t.Error("the browser is not known")
	}
	for name, forged := range map[string]string{
		"of another account": b.cookie(evas).Value, "with another name in it": "X" + c.Value, "without a signature": strings.Split(c.Value, ".")[0], "empty": "",
	} {
		if !stranger(&http.Cookie{Name: anas, Value: forged}) {
			t.Errorf("%s: the browser is known", name)
		}
	}
	hash, err := auth.NewPasswords(1).Hash(t.Context(), "correcto caballo")
	if err != nil {
		t.Fatal(err)
	}
	o.update(o.clinica, func(tx tomahora.Tx) error { return agenda.CambiarClave(tx, ana.ID, hash, nil, ana.Actor()) })
	if !stranger(c) {
		t.Error("the browser is known after the password was changed")
	}
}

// A new password begins without failures.
func TestANewPasswordIsNotHeld(t *testing.T) {
	o := newOffice(t)
	ana := o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	b := &browser{office: o}
	for range 6 {
		_ = b.enter("ana@demo.cl", "otra")
	}
	hash, err := auth.NewPasswords(1).Hash(t.Context(), "batería grapa")
	if err != nil {
		t.Fatal(err)
	}
	o.update(o.clinica, func(tx tomahora.Tx) error { return agenda.CambiarClave(tx, ana.ID, hash, nil, ana.Actor()) })
	b.mustEnter("ana@demo.cl", "batería grapa")
}

func TestReplicasCountTogether(t *testing.T) {
	o := newOffice(t)
	o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	var heard atomic.Int64
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			b := &browser{office: o}
			if tomahora.IsCode(b.enter("ana@demo.cl", "otra"), tomahora.CodeCredencialInvalida) {
				heard.Add(1)
			}
		})
	}
	wg.Wait()
	if n := heard.Load(); n != 5 {
		t.Errorf("%d guesses at once were heard, want 5", n)
	}
}

func TestAPasswordIsHashedAnewAtTheCostOfToday(t *testing.T) {
	o := newOffice(t)
	u := o.hireAs(o.clinica, "ana@demo.cl", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	b := &browser{office: o}
	b.mustEnter("ana@demo.cl", "password")
	var hash string
	o.update(o.clinica, func(tx tomahora.Tx) (err error) {
		hash, err = tx.Usuarios().Clave(u.ID)
		return err
	})
	if ok, stale, err := auth.NewPasswords(1).Check(t.Context(), hash, "password"); !ok || stale || err != nil {
		t.Errorf("got %s: %v, to be made anew %v, error %v", hash, ok, stale, err)
	}
	if b.who() != u.ID {
		t.Error("and she is out")
	}
	known := b.cookie(fmt.Sprintf("conocido-%d-%d", o.clinica, u.ID)).Value
	b.mustEnter("ana@demo.cl", "password")
	if b.cookie(fmt.Sprintf("conocido-%d-%d", o.clinica, u.ID)).Value != known {
		t.Error("and the browser that she came in with is not known")
	}
}

func TestWhoWorksInTwoClinicsSwitches(t *testing.T) {
	o := newOffice(t)
	other, third := o.newClinica(), o.newClinica()
	o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	there := o.hire(other, "ana@demo.cl", "correcto caballo")
	o.hire(third, "ana@demo.cl", "otra contraseña")
	b := &browser{office: o}
	b.mustEnter("ana@demo.cl", "correcto caballo")
	in := func() tomahora.ClinicaID {
		u, _, err := o.sessions.User(b.request())
		if err != nil {
			t.Fatal(err)
		}
		return u.IDClinica
	}
	change := func(to tomahora.ClinicaID) error {
		return b.do(func(w http.ResponseWriter, r *http.Request) error { return o.sessions.Switch(w, r, to) })
	}
	if accounts, err := o.sessions.Accounts(b.request()); len(accounts) != 2 || err != nil || in() != o.clinica {
		t.Fatalf("got %+v in clinica %d, error %v", accounts, in(), err)
	}
	if err := change(third); tomahora.KindOf(err) != tomahora.KindNotFound {
		t.Errorf("the password of one clinic opened another: %v", err)
	}
	if err := change(other); err != nil || in() != other {
		t.Errorf("in clinica %d, error %v", in(), err)
	}
	if err := change(o.clinica); err != nil || in() != o.clinica {
		t.Errorf("in clinica %d, error %v", in(), err)
	}
	o.update(other, func(tx tomahora.Tx) error { return agenda.CambiarClave(tx, there.ID, "$otra", nil, there.Actor()) })
	if err := change(other); tomahora.KindOf(err) != tomahora.KindNotFound {
		t.Errorf("a session from before the password was changed goes on there: %v", err)
	}
	if in() != o.clinica {
		t.Error("and it is out where it was")
	}
}

// Who is in charge of one clinic may make an account there with anybody's email,
// and give it any password. That must not help to guess at the other's.
func TestAnAccountOfOnesOwnIsNoWayToGuessAtAnother(t *testing.T) {
	o := newOffice(t)
	other := o.newClinica()
	o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	bait := o.hire(other, "ana@demo.cl", "batería grapa")
	b := &browser{office: o}
	for range 5 {
		b.mustEnter("ana@demo.cl", "batería grapa") // each is also a guess at the first
		hash, err := auth.NewPasswords(1).Hash(t.Context(), "batería grapa")
		if err != nil {
			t.Fatal(err)
		}
		o.update(other, func(tx tomahora.Tx) error { return agenda.CambiarClave(tx, bait.ID, hash, nil, bait.Actor()) })
	}
	if err := b.enter("ana@demo.cl", "correcto caballo"); !tomahora.IsCode(err, tomahora.CodeCredencialInvalida) {
		t.Errorf("the sixth guess was heard: %v", err)
	}
	b.mustEnter("ana@demo.cl", "batería grapa")
	if accounts, err := o.sessions.Accounts(b.request()); len(accounts) != 1 || err != nil {
		t.Errorf("got %+v, error %v", accounts, err)
	}
}

func TestAChangedPasswordEndsTheOtherSessions(t *testing.T) {
	o := newOffice(t)
	ana := o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	here, there := &browser{office: o}, &browser{office: o}
	here.mustEnter("ana@demo.cl", "correcto caballo")
	there.mustEnter("ana@demo.cl", "correcto caballo")
	o.update(o.clinica, func(tx tomahora.Tx) error {
		return agenda.CambiarClave(tx, ana.ID, "$otra", o.sessions.Current(here.request()), ana.Actor())
	})
	if here.who() != ana.ID || there.who() != 0 {
		t.Errorf("here %d, there %d", here.who(), there.who())
	}
}

func TestADatabaseThatDoesNotAnswerIsNoStranger(t *testing.T) {
	o := newOffice(t)
	o.hire(o.clinica, "ana@demo.cl", "correcto caballo")
	b := &browser{office: o}
	b.mustEnter("ana@demo.cl", "correcto caballo")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok, err := o.sessions.User(b.request().WithContext(ctx)); ok || err == nil {
		t.Errorf("got %v, error %v", ok, err)
	}
}
