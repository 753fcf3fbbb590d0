package tomahora_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestWhatEachRolMayDo(t *testing.T) {
	want := map[tomahora.Rol]string{
		tomahora.RolAdministracion: "ver_agenda ver_pacientes ver_tablero agendar editar_pacientes bloquear configurar",
		tomahora.RolRecepcion:      "ver_agenda ver_pacientes ver_tablero agendar editar_pacientes bloquear",
		tomahora.RolProfesional:    "ver_agenda ver_pacientes agendar editar_pacientes",
		tomahora.RolLectura:        "ver_agenda ver_pacientes ver_tablero",
		"jefe":                     "",
	}
	for rol, want := range want {
		var got []string
		u := tomahora.Usuario{Rol: rol, Habilitado: true}
		for _, p := range []tomahora.Permiso{
			tomahora.VerAgenda, tomahora.VerPacientes, tomahora.VerTablero, tomahora.Agendar,
			tomahora.EditarPacientes, tomahora.Bloquear, tomahora.Configurar,
		} {
			if u.Puede(p) {
				got = append(got, string(p))
			}
			if (tomahora.Usuario{Rol: rol}).Puede(p) {
				t.Errorf("%s, disabled, may %s", rol, p)
			}
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s may %q, want %q", rol, got, want)
		}
	}
}

func TestAProfesionalHasOneAgenda(t *testing.T) {
	u := tomahora.Usuario{Rol: tomahora.RolProfesional, IDProfesional: soto, Habilitado: true}
	if !u.PuedeEn(tomahora.Agendar, soto) || u.PuedeEn(tomahora.Agendar, vergara) || u.PuedeEn(tomahora.VerAgenda, vergara) {
		t.Error("a profesional's agenda is not the own one")
	}
	if u.PuedeEn(tomahora.Bloquear, soto) {
		t.Error("a profesional may block")
	}
	u = tomahora.Usuario{Rol: tomahora.RolRecepcion, Habilitado: true}
	if !u.PuedeEn(tomahora.Agendar, soto) || !u.PuedeEn(tomahora.Agendar, vergara) {
		t.Error("a receptionist may not book with everybody")
	}
}

func TestCambioUsuario(t *testing.T) {
	cfg, err := tomahora.NewConfig(1, demoPlan())
	if err != nil {
		t.Fatal(err)
	}
	ana := tomahora.Usuario{
		ID: 5, IDClinica: 1, Email: "ana@demo.cl", Nombre: "Ana", Rol: tomahora.RolProfesional, IDProfesional: soto, Idioma: "es", Habilitado: true,
	}
	tests := map[string]struct {
		before tomahora.Usuario
		change tomahora.CambioUsuario
		campos string
		wrong  string // fields
	}{
		"new":                       {tomahora.Usuario{}, tomahora.CambioUsuario{Email: new(" Ana@Demo.CL "), Nombre: new(" Ana "), Rol: new(tomahora.RolRecepcion)}, "email nombre rol", ""},
		"nothing":                   {tomahora.Usuario{}, tomahora.CambioUsuario{}, "", "email nombre rol"},
		"same":                      {ana, tomahora.CambioUsuario{Email: new("ANA@demo.cl"), Nombre: new("Ana")}, "", ""},
		"another role":              {ana, tomahora.CambioUsuario{Rol: new(tomahora.RolLectura)}, "rol id_profesional", ""},
		"profesional of nobody":     {ana, tomahora.CambioUsuario{IDProfesional: new(tomahora.ProfesionalID(0))}, "id_profesional", "id_profesional"},
		"profesional not there":     {ana, tomahora.CambioUsuario{IDProfesional: new(tomahora.ProfesionalID(99))}, "id_profesional", "id_profesional"},
		"unknown role and language": {ana, tomahora.CambioUsuario{Rol: new(tomahora.Rol("jefe")), Idioma: new("fr")}, "rol id_profesional idioma", "rol idioma"},
		"disabled":                  {ana, tomahora.CambioUsuario{Habilitado: new(false)}, "habilitado", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			after, campos, err := tt.change.Apply(tt.before, cfg)
			if got := strings.Join(campos, " "); got != tt.campos {
				t.Errorf("changed %q, want %q", got, tt.campos)
			}
			var fields []string
			for _, p := range tomahora.ProblemsOf(err) {
				fields = append(fields, p.Field)
			}
			if got := strings.Join(fields, " "); got != tt.wrong {
				t.Errorf("wrong are %q, want %q", got, tt.wrong)
			}
			if err == nil && (after.Email != "ana@demo.cl" || after.Idioma != "es") {
				t.Errorf("email %q, idioma %q", after.Email, after.Idioma)
			}
		})
	}
}

func TestEmailOfUsuarios(t *testing.T) {
	cfg, err := tomahora.NewConfig(1, demoPlan())
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{
		"ana@demo.cl": true, "ana.maria+x@sub.demo.cl": true, "ñandú@peñalolén.cl": true, "root@localhost": true,
		"ana": false, "@demo.cl": false, "ana@": false, "a@b@c": false, "ana@demo..cl": false, "ana maria@demo.cl": false,
		"ana@demo.cl\n.x": false, "<ana@demo.cl>": false, strings.Repeat("a", 250) + "@demo.cl": false,
	}
	for email, want := range tests {
		_, _, err := tomahora.CambioUsuario{Email: &email, Nombre: new("Ana"), Rol: new(tomahora.RolLectura)}.Apply(tomahora.Usuario{}, cfg)
		if (err == nil) != want {
			t.Errorf("%q: %v", email, err)
		}
	}
}

func TestCheckClave(t *testing.T) {
	u := tomahora.Usuario{Email: "ana.contreras@demo.cl", Nombre: "Ana Contreras"}
	good := []string{"correcto caballo", "ñandúñandú", strings.Repeat("ab", 100)}
	bad := []string{
		"", "corta", "aaaaaaaaaaaaaa", "ANA CONTRERAS", "ana.contreras", "Ana.Contreras@demo.cl",
		strings.Repeat("ab", 101), "abcdefghij\xff",
	}
	for _, clave := range slices.Concat(good, bad) {
		if err := u.CheckClave(clave); (err == nil) != slices.Contains(good, clave) {
			t.Errorf("%q: %v", clave, err)
		}
	}
	if diff := cmp.Diff(tomahora.KindInvalid, tomahora.KindOf(u.CheckClave("corta"))); diff != "" {
		t.Error(diff)
	}
}

func TestFrenoHoldsLongerEachTime(t *testing.T) {
	f := tomahora.Freno{Libres: 5, Tope: 15 * time.Minute}
	for fallos, want := range map[int]time.Duration{
		0: 0, 1: 0, 4: 0, 5: 30 * time.Second, 6: time.Minute, 7: 2 * time.Minute, 9: 8 * time.Minute, 10: 15 * time.Minute, 1 << 30: 15 * time.Minute,
	} {
		if got := f.Espera(fallos); got != want {
			t.Errorf("after %d failures %v, want %v", fallos, got, want)
		}
	}
}
