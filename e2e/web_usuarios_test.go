package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/tomahora/tomahora/internal/oidctest"
)

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	s := start(t, "demo")
	p := newPage(t, s)
	p.expect(422)
	p.open("/cuenta")
	if at := eval[string](p, "location.pathname + location.search"); at != "/entrar?volver=%2Fcuenta" {
		t.Errorf("who is not signed in is at %s", at)
	}
	p.look("entrar-volver")
	if focus := eval[string](p, "document.activeElement.name"); focus != "email" {
		t.Errorf("the focus is on %q", focus)
	}
	p.fill(`[name="email"]`, "admin@demo.cl")
	p.fill(`[name="clave"]`, "otra")
	p.submit(`[name="clave"]`)
	if said := p.see(".summary"); !strings.Contains(said, "El correo o la clave no son correctos") {
		t.Errorf("it says %q", said)
	}
	p.look("entrar-mal")
	if kept := eval[string](p, `document.querySelector('[name="email"]').value`); kept != "admin@demo.cl" {
		t.Errorf("the email is %q", kept)
	}
	p.fill(`[name="clave"]`, "demo")
	p.submit(`[name="clave"]`)
	if at := eval[string](p, "location.pathname"); at != "/cuenta" {
		t.Errorf("it went on to %s", at)
	}
	if cookies := eval[string](p, "document.cookie"); strings.Contains(cookies, "tomahora") {
		t.Error("scripts can read the session")
	}
	p.look("cuenta-administracion")
	p.click(".menu-user")
	p.follow(`form[action="/salir"] button`)
	if said := p.see(".notice"); !strings.Contains(said, "Salió") {
		t.Errorf("it says %q", said)
	}
	p.open("/")
	if at := eval[string](p, "location.pathname"); at != "/entrar" {
		t.Errorf("who has left is at %s", at)
	}
}

func TestAnAccountOfOnesOwn(t *testing.T) {
	t.Parallel()
	s := start(t, "demo")
	here, there := newPage(t, s), newPage(t, s)
	here.expect(422)
	here.login("recepcion@demo.cl", "demo")
	there.login("recepcion@demo.cl", "demo")
	here.open("/cuenta")
	here.fill(`[name="nombre"]`, "María José Ñandú-Fernández de la Reguera y Echeñique")
	here.submit(`[name="nombre"]`)
	here.see(".notice-ok")
	here.look("cuenta-nombre-largo")

	change := func(actual, nueva, repetida string) {
		t.Helper()
		here.fill(`[name="actual"]`, actual)
		here.fill(`[name="clave"]`, nueva)
		here.fill(`[name="repetida"]`, repetida)
		here.submit(`[name="repetida"]`)
	}
	for _, wrong := range [][4]string{
		{"demo", "corta", "corta", "al menos 10"},
		{"otra", "correcto caballo", "correcto caballo", "No es su clave actual"},
		{"demo", "correcto caballo", "correcto cabello", "No es igual"},
	} {
		change(wrong[0], wrong[1], wrong[2])
		if said := here.see(".problem"); !strings.Contains(said, wrong[3]) {
			t.Errorf("%q is answered %q", wrong, said)
		}
	}
	here.look("cuenta-mal")
	change("demo", "correcto caballo", "correcto caballo")
	here.see(".notice-ok")
	there.open("/cuenta")
	if at := eval[string](there, "location.pathname"); at != "/entrar" {
		t.Errorf("after the password was changed elsewhere, one is at %s", at)
	}
	there.login("recepcion@demo.cl", "correcto caballo")
}

// The first clinic is made in a browser, by whoever was told the code.
func TestTheFirstRun(t *testing.T) {
	t.Parallel()
	s := start(t, "serve", "--db", "sqlite:"+t.TempDir()+"/a.db")
	p := newPage(t, s)
	p.expect(422)
	p.open("/") // which is answered after the code was told
	told := regexp.MustCompile(`inicio\?codigo=([a-z2-7-]{19})`).FindStringSubmatch(s.log.String())
	if told == nil {
		t.Fatalf("no code was told:\n%s", s.log)
	}
	if at := eval[string](p, "location.pathname"); at != "/inicio" {
		t.Fatalf("the first visitor is at %s", at)
	}
	p.look("inicio")
	for selector, value := range map[string]string{
		"codigo": "aaaa-aaaa-aaaa-aaaa", "clinica": "Clínica Ñuñoa", "sucursal": "Irarrázaval", "nombre": "Eva Rojas",
		"email": "eva@clinica.cl", "clave": "correcto caballo",
	} {
		p.fill(`[name="`+selector+`"]`, value)
	}
	p.submit(`[name="clave"]`)
	if said := p.see(".problem"); !strings.Contains(said, "código") {
		t.Errorf("a stranger is told %q", said)
	}
	p.look("inicio-mal")
	p.fill(`[name="codigo"]`, told[1])
	p.fill(`[name="clave"]`, "correcto caballo")
	p.submit(`[name="clave"]`)
	if said := p.see(".notice-ok"); !strings.Contains(said, "Clínica Ñuñoa está lista") {
		t.Errorf("it says %q", said)
	}
	if who := p.see(".menu-user"); !strings.Contains(who, "Eva Rojas") {
		t.Errorf("signed in is %q", who)
	}
	p.expect(404)
	p.open("/inicio?codigo=" + told[1])
	p.see("h1")
	if n := eval[int](p, "document.querySelectorAll('form[action=\"/inicio\"]').length"); n != 0 {
		t.Error("a second clinic may be made")
	}
}

// An administrator hires somebody, who comes in with what was shown once, and is
// out at once when disabled.
func TestHiringSomebody(t *testing.T) {
	t.Parallel()
	s := start(t, "demo")
	admin, eva := newPage(t, s), newPage(t, s)
	admin.expect(422)
	admin.login("admin@demo.cl", "demo")
	admin.open("/ajustes/usuarios")
	admin.look("usuarios")
	admin.follow(`a[href="/ajustes/usuarios/nuevo"]`)
	admin.look("usuario-nuevo")
	admin.fill(`[name="nombre"]`, "Evangelina del Tránsito Fernández-Undurraga")
	admin.fill(`[name="email"]`, "recepcion@demo.cl")
	admin.click(`[name="rol"][value="profesional"]`)
	admin.submit(`[name="email"]`)
	if said := admin.see(".field-wrong .problem"); !strings.Contains(said, "Falta") {
		t.Errorf("without a profesional it says %q", said)
	}
	admin.look("usuario-mal")
	admin.click(`[name="rol"][value="lectura"]`)
	admin.submit(`[name="email"]`)
	if said := admin.see(".problem"); !strings.Contains(said, "Ya hay un usuario") {
		t.Errorf("an email that is taken is answered %q", said)
	}
	admin.fill(`[name="email"]`, "evangelina.fernandez-undurraga@una-clinica-con-nombre-largo.cl")
	admin.submit(`[name="email"]`)
	clave := eval[string](admin, "document.querySelector('#secreto').textContent")
	admin.look("usuario-clave")
	eva.login("evangelina.fernandez-undurraga@una-clinica-con-nombre-largo.cl", clave)
	eva.expect(403)
	eva.open("/ajustes/usuarios")
	if said := eva.see("h1"); said != "Sin permiso" {
		t.Errorf("who may only look sees %q", said)
	}

	admin.open("/ajustes/usuarios")
	admin.look("usuarios-largo")
	admin.follow(`tbody tr:last-child a`)
	admin.look("usuario")
	admin.click(`.question summary`)
	admin.follow(`.question form button`)
	again := eval[string](admin, "document.querySelector('#secreto').textContent")
	eva.open("/cuenta")
	if at := eval[string](eva, "location.pathname"); at != "/entrar" || again == clave {
		t.Errorf("after a new password she is at %s", at)
	}
	eva.login("evangelina.fernandez-undurraga@una-clinica-con-nombre-largo.cl", again)
	admin.open("/ajustes/usuarios")
	admin.follow(`tbody tr:last-child a`)
	admin.click(`[name="habilitado"]`)
	admin.submit(`[name="nombre"]`)
	admin.see(".notice-ok")
	eva.open("/cuenta")
	if at := eval[string](eva, "location.pathname"); at != "/entrar" {
		t.Errorf("who was disabled is at %s", at)
	}
	admin.open("/ajustes/usuarios/2")
	admin.click(`[name="habilitado"]`)
	admin.submit(`[name="nombre"]`)
	if said := admin.see(".problem"); !strings.Contains(said, "administración") {
		t.Errorf("the last one is answered %q", said)
	}
}

func TestATokenOfTheWeb(t *testing.T) {
	t.Parallel()
	s := start(t, "demo")
	p := newPage(t, s)
	p.expect(422)
	p.login("admin@demo.cl", "demo")
	p.open("/ajustes/tokens/nuevo")
	p.look("token-nuevo")
	p.fill(`[name="nombre"]`, "sitio web")
	p.click(`[name="lectura"]`)
	p.submit(`[name="nombre"]`)
	secret := eval[string](p, "document.querySelector('#secreto').textContent")
	if said := eval[string](p, "document.querySelector('.copied').textContent"); said != "" {
		t.Errorf("before anything was copied it says %q", said)
	}
	p.click(".copy button")
	p.until("document.querySelector('.copied[role=status]').textContent === 'Copiado'")
	p.look("token-secreto")
	s.token = secret
	status := func() int { return s.get(t, "/api/v5/sucursales").status }
	if got := status(); got != 200 {
		t.Errorf("the API answers the new token %d", got)
	}
	p.open("/ajustes/tokens/nuevo")
	p.click(`[name="nombre"]`)
	p.run(command(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Commands: []string{"paste"}}))
	if got := eval[string](p, `document.querySelector('[name="nombre"]').value`); got != secret {
		t.Errorf("what was copied is %q, want the token", got)
	}
	p.open("/ajustes/tokens")
	p.click(`tbody tr:nth-child(2) .revoke summary`)
	p.look("tokens")
	p.follow(`tbody tr:nth-child(2) .revoke button`)
	p.see(".notice-ok")
	until(t, "the token is refused", func() bool { return status() == 401 })
	p.look("tokens-revocado")
}

// All of it works where a browser runs no scripts.
func TestUsersWithoutScripts(t *testing.T) {
	t.Parallel()
	s := start(t, "demo")
	p := newPage(t, s)
	p.login("admin@demo.cl", "demo")
	p.withoutScripts()
	p.open("/ajustes/tokens/nuevo")
	p.run(chromedp.SendKeys(chromedp.CSS(`[name="nombre"]`), "bot"))
	p.submit(`[name="nombre"]`)
	p.see("#secreto")
	if eval[bool](p, "document.querySelector('.copy') !== null") {
		t.Error("there is a button that does nothing")
	}
	p.open("/cuenta")
	p.click(".menu-user")
	p.follow(`form[action="/salir"] button`)
	p.see(`[name="clave"]`)
}

// A provider lets in who has a user under the email that it verified.
func TestSigningInByAProvider(t *testing.T) {
	t.Parallel()
	provider := oidctest.New(t, time.Now())
	db := "sqlite:" + t.TempDir() + "/a.db"
	tomahora(t, "clinica", "create", "--nombre", "Clínica", "--db", db)
	tomahora(t, "usuario", "create", "--clinica", "1", "--email", "ana@clinica.cl", "--nombre", "Ana Rojas", "--rol", "administracion", "--no-password", "--db", db)
	s := start(t, "serve", "--db", db, "--oidc-issuer", provider.URL, "--oidc-client-id", oidctest.ClientID,
		"--oidc-client-secret", oidctest.ClientSecret, "--oidc-nombre", "la cuenta de la clínica")
	p := newPage(t, s)
	p.open("/cuenta")
	p.look("entrar-oidc")
	p.open("/cuenta") // as it is in a window that was never another size
	p.follow(`a[href^="/entrar/oidc"]`)
	if at, who := eval[string](p, "location.pathname"), p.see(".menu-user"); at != "/cuenta" || !strings.Contains(who, "Ana Rojas") {
		t.Errorf("%q is at %s", who, at)
	}
	stranger := newPage(t, s)
	stranger.expect(403)
	provider.Claims = map[string]any{"email": "nadie-con-un-correo-bastante-largo@otra-clinica.cl"}
	stranger.open("/entrar/oidc")
	if said := stranger.see(".summary"); !strings.Contains(said, "No hay un usuario con el correo nadie-con-un-correo-bastante-largo@otra-clinica.cl") {
		t.Errorf("a stranger is told %q", said)
	}
	stranger.look("entrar-oidc-nadie")
}
