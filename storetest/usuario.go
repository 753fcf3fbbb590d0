package storetest

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
)

// anita is a usuario with what is easily lost.
func anita() tomahora.Usuario {
	return tomahora.Usuario{
		Email: "ana.ñandú@clinica.cl", Nombre: "Ana «Anita» Ñandú", Rol: tomahora.RolProfesional, IDProfesional: 2, Idioma: "en", Habilitado: true,
	}
}

// withUsuario makes a clinic with a usuario.
func withUsuario(t *testing.T, s tomahora.Store) (id tomahora.ClinicaID, u tomahora.Usuario) {
	t.Helper()
	id = Setup(t, s, 1)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		u, err = tx.Usuarios().Create(anita(), "$argon2id$x", actor)
		return err
	}))
	return id, u
}

func testUsuarios(t *testing.T, open Open) {
	s := open(t, frozen)
	id, u := withUsuario(t, s)
	other, twin := withUsuario(t, s) // the same person
	want := anita()
	want.ID, want.IDClinica, want.Creado = 1, id, Now
	diff(t, u, want)
	found, err := s.UsuariosByEmail(t.Context(), "ana.ñandú@clinica.cl")
	must(t, err)
	diff(t, found, []tomahora.Credencial{{Usuario: u, Clave: "$argon2id$x"}, {Usuario: twin, Clave: "$argon2id$x"}})
	found, err = s.UsuariosByEmail(t.Context(), "ana")
	must(t, err)
	diff(t, len(found), 0)

	want.Nombre, want.Rol, want.IDProfesional, want.Idioma, want.Habilitado = "Ana", tomahora.RolLectura, 0, "es", false
	wantCode(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := tx.Usuarios().Create(anita(), "", actor)
		return err
	}), tomahora.CodeUsuarioExiste)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		must(t, tx.Usuarios().Save(want, want.Actor(), "nombre", "rol"))
		must(t, tx.Usuarios().SaveClave(u.ID, "$argon2id$y", want.Actor()))
		diff(t, tx.Config().NombreDe("usuario:1"), "Ana")
		missing := want
		missing.ID = 2
		wantNotFound(t, tx.Usuarios().Save(missing, actor))
		wantNotFound(t, tx.Usuarios().SaveClave(2, "", actor))
		_, err := tx.Usuarios().Get(2)
		wantNotFound(t, err)
		_, err = tx.Usuarios().Clave(2)
		wantNotFound(t, err)
		return nil
	}))
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		got, err := tx.Usuarios().Get(u.ID)
		must(t, err)
		diff(t, got, want)
		clave, err := tx.Usuarios().Clave(u.ID)
		must(t, err)
		diff(t, clave, "$argon2id$y")
		list, err := tx.Usuarios().List()
		diff(t, list, []tomahora.Usuario{want})
		return err
	}))
	must(t, s.View(t.Context(), other, func(tx tomahora.Tx) error {
		got, err := tx.Usuarios().Get(1)
		diff(t, got, twin)
		return err
	}))
	diff(t, tail(t, s, id, 3), []string{
		"token:1 created usuario 1 []", "usuario:1 modified usuario 1 [nombre rol]", "usuario:1 modified usuario 1 [clave]",
	})
}

// tail are the last n eventos of a clinic, in words.
func tail(t *testing.T, s tomahora.Store, id tomahora.ClinicaID, n int) (words []string) {
	t.Helper()
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		last, err := tx.Eventos().Last()
		must(t, err)
		list, err := tx.Eventos().Since(last-tomahora.EventoID(n), n)
		words = spell(list)
		return err
	}))
	return words
}

func spell(list []tomahora.Evento) (words []string) {
	for _, e := range list {
		words = append(words, fmt.Sprint(e.Actor, " ", e.Accion, " ", e.Entidad, " ", e.IDEntidad, " ", e.Campos))
	}
	return words
}

func testSesiones(t *testing.T, open Open) {
	s := open(t, frozen)
	id, u := withUsuario(t, s)
	other, twin := withUsuario(t, s)
	begin := func(n byte, clinica tomahora.ClinicaID, usuario tomahora.UsuarioID, vence time.Time) tomahora.Sesion {
		hash := sha256.Sum256([]byte{n})
		v := tomahora.Sesion{Hash: hash[:], IDClinica: clinica, IDUsuario: usuario, Datos: []byte{0, n}, Vence: vence}
		must(t, s.CreateSesion(t.Context(), v, Now))
		return v
	}
	in := func(now time.Time, v tomahora.Sesion) bool {
		t.Helper()
		got, err := s.SesionByHash(t.Context(), v.Hash, now)
		if tomahora.KindOf(err) == tomahora.KindNotFound {
			return false
		}
		must(t, err)
		diff(t, got, v)
		return true
	}
	hour := Now.Add(time.Hour)
	one, two, three := begin(1, id, u.ID, hour), begin(2, id, u.ID, hour), begin(3, id, u.ID, hour)
	others, elses := begin(4, other, twin.ID, hour), begin(5, id, u.ID+1, hour)
	soon := begin(6, id, u.ID, Now.Add(time.Second))
	if !in(Now, one) || !in(Now, soon) || in(Now.Add(time.Second), soon) || in(hour, one) {
		t.Error("a sesión lasts until it runs out, and no longer")
	}
	one.Vence = hour.Add(time.Hour)
	must(t, s.ExtendSesion(t.Context(), one.Hash, one.Vence))
	late := sha256.Sum256([]byte("late"))
	v := tomahora.Sesion{Hash: late[:], IDClinica: id, IDUsuario: u.ID, Datos: []byte{}, Vence: hour}
	must(t, s.CreateSesion(t.Context(), v, Now.Add(time.Second)))
	if !in(hour, one) || in(Now, soon) {
		t.Error("a sesión was not extended, or one that has run out was not forgotten")
	}
	must(t, s.DeleteSesion(t.Context(), two.Hash))
	must(t, s.DeleteSesion(t.Context(), two.Hash))
	must(t, s.ExtendSesion(t.Context(), two.Hash, hour)) // and does not bring it back
	if in(Now, two) {
		t.Error("a sesión that was ended is there")
	}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return tx.Usuarios().CloseSesiones(u.ID, one.Hash) }))
	if !in(Now, one) || in(Now, three) || !in(Now, others) || !in(Now, elses) {
		t.Error("not the usuario's other sesiones were ended")
	}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return tx.Usuarios().CloseSesiones(u.ID, nil) }))
	if in(Now, one) || !in(Now, elses) {
		t.Error("not all of the usuario's sesiones were ended")
	}
}

func testFrenos(t *testing.T, open Open) {
	s := open(t, frozen)
	freno := func(name string, libres int, perdona bool) tomahora.Freno {
		hash := sha256.Sum256([]byte(name))
		return tomahora.Freno{Hash: hash[:], Libres: libres, Tope: 15 * time.Minute, Olvido: time.Hour, Perdona: perdona}
	}
	account, address := freno("ana", 3, true), freno("10.0.0.1", 5, false)
	now := Now
	attempt := func(want time.Duration, frenos ...tomahora.Freno) {
		t.Helper()
		hasta, err := s.Frenar(t.Context(), now, frenos...)
		must(t, err)
		var got time.Duration
		if !hasta.IsZero() {
			got = hasta.Sub(now)
		}
		diff(t, got, want)
	}
	attempt(0, account, address)
	attempt(0, account, address)
	must(t, s.Soltar(t.Context(), account, address)) // the second one was right
	for range 3 {
		attempt(0, account, address) // of the address 2, 3 and 4
	}
	attempt(30*time.Second, account, address)
	attempt(30*time.Second, account)
	attempt(0, address) // 5: what was refused did not count
	attempt(30*time.Second, address)
	now = now.Add(30 * time.Second)
	attempt(0, account)
	attempt(time.Minute, account, freno("10.0.0.2", 5, false))
	must(t, s.Soltar(t.Context(), address)) // 4 again
	attempt(0, address)
	attempt(30*time.Second, address)
	must(t, s.Soltar(t.Context(), account))
	attempt(0, account)
	attempt(0, account)
	now = now.Add(tomahora.OlvidoFreno)
	attempt(0, account)
	attempt(0, account) // 2 and not 4
	attempt(0, account, address)

	// Failures are forgotten one after the other, also while new ones come.
	busy := freno("10.0.0.3", 4, false)
	for range 9 {
		attempt(0, busy)
		now = now.Add(45 * time.Minute)
	}
	attempt(0, busy) // of ten, six are forgotten
	attempt(30*time.Second, busy)
}

func testTokensOfClinica(t *testing.T, open Open) {
	s := open(t, frozen)
	id, other := Setup(t, s, 0), Setup(t, s, 0)
	hash := sha256.Sum256([]byte("x"))
	var token tomahora.Token
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		token, err = tx.Tokens().Create(tomahora.Token{Nombre: "bot", Lectura: true}, hash[:], "usuario:1")
		return err
	}))
	diff(t, token, tomahora.Token{ID: 1, IDClinica: id, Nombre: "bot", Lectura: true, Creado: Now})
	found, err := s.TokenByHash(t.Context(), hash[:])
	must(t, err)
	diff(t, found, token)
	must(t, s.Update(t.Context(), other, func(tx tomahora.Tx) error {
		list, err := tx.Tokens().List()
		must(t, err)
		diff(t, len(list), 0)
		wantNotFound(t, tx.Tokens().Revoke(token.ID, actor))
		return nil
	}))
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		list, err := tx.Tokens().List()
		must(t, err)
		diff(t, list, []tomahora.Token{token})
		return tx.Tokens().Revoke(token.ID, "usuario:1")
	}))
	_, err = s.TokenByHash(t.Context(), hash[:])
	wantNotFound(t, err)
	diff(t, tail(t, s, id, 2), []string{"usuario:1 created token 1 []", "usuario:1 deleted token 1 []"})
}

// testHistorial files eventos in every way they may come to be filed, and reads
// them in each state.
func testHistorial(t *testing.T, open Open) {
	s := open(t, frozen)
	id, other := Setup(t, s, 2), Setup(t, s, 2)
	change := func(campo string) {
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
			p, err := tx.Pacientes().Get(2)
			must(t, err)
			_, err = tx.Pacientes().Save(p, "usuario:1", campo)
			return err
		}))
	}
	var want []string
	see := func(when string) {
		t.Helper()
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
			list, err := tx.Eventos().Historial("paciente", 2, 10)
			must(t, err)
			t.Log(when)
			diff(t, spell(list), want)
			for _, e := range list {
				diff(t, e.En, Now)
			}
			some, err := tx.Eventos().Historial("paciente", 2, 1)
			must(t, err)
			diff(t, spell(some), want[:1])
			none, err := tx.Eventos().Historial("cita", 2, 10)
			diff(t, len(none), 0)
			return err
		}))
	}
	more := func() (more bool) {
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) (err error) { more, err = tx.Eventos().Audit(0); return err }))
		return more
	}
	audit := func(limit int) (more bool) {
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) { more, err = tx.Eventos().Audit(limit); return err }))
		return more
	}
	want = []string{"usuario:1 modified paciente 2 [nombre]", "token:1 created paciente 2 []"}
	change("nombre")
	see("nothing filed")
	if !more() || !audit(10) || !more() {
		t.Error("of many eventos ten were all")
	}
	see("some filed")
	for audit(10) {
		see("more filed")
	}
	if more() {
		t.Error("there is more when all is filed")
	}
	see("all filed")
	change("email")
	want = append([]string{"usuario:1 modified paciente 2 [email]"}, want...)
	see("all but one filed")
	forget := func() {
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
			last, err := tx.Eventos().Last()
			must(t, err)
			return tx.Eventos().Forget(last)
		}))
	}
	forget()
	see("all forgotten")
	if more() || audit(10) {
		t.Error("there is more when all is forgotten")
	}
	change("ciudad")
	want = append([]string{"usuario:1 modified paciente 2 [ciudad]"}, want...)
	see("begun again")
	must(t, s.View(t.Context(), other, func(tx tomahora.Tx) error {
		list, err := tx.Eventos().Historial("paciente", 2, 10)
		diff(t, spell(list), []string{"token:1 created paciente 2 []"})
		return err
	}))
}
