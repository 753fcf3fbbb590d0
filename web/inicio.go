package web

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// FirstRun lets whoever has its code make the first clinic of a database.
type FirstRun struct {
	Code string // that the operator was told

	mu      sync.Mutex
	clinica tomahora.ClinicaID // made, but not all that belongs to it
}

// firstRun tells whether there is a first clinic to be made here.
func (s *server) firstRun(r *http.Request) (bool, error) {
	if s.FirstRun == nil {
		return false, nil
	}
	clinicas, err := s.Store.Clinicas(r.Context())
	return len(clinicas) == 0 || len(clinicas) == 1 && clinicas[0].ID == s.FirstRun.made(), err
}

// made is the clinic that an attempt has left unfinished, 0 for none.
func (f *FirstRun) made() tomahora.ClinicaID {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clinica
}

// comienzo is the form that makes the first clinic.
type comienzo struct {
	Form  form
	Zonas []string
}

// zonas are those that are offered; any other may be typed.
func zonas() []string {
	return []string{
		"America/Santiago", "America/Punta_Arenas", "America/Coyhaique", "Pacific/Easter", "America/Argentina/Buenos_Aires", "America/Asuncion", "America/Bogota",
		"America/Caracas", "America/Guayaquil", "America/La_Paz", "America/Lima", "America/Mexico_City", "America/Montevideo", "Europe/Madrid", "UTC",
	}
}

// inicio is where the first clinic is made.
func (s *server) inicio(w http.ResponseWriter, r *http.Request) error {
	open, err := s.firstRun(r)
	if err != nil {
		return err
	}
	if !open {
		return s.notFound(w, r)
	}
	f := form{Values: map[string][]string{"codigo": {r.URL.Query().Get("codigo")}, "zona": {zonas()[0]}}}
	return s.renderInicio(w, r, http.StatusOK, f)
}

func (s *server) renderInicio(w http.ResponseWriter, r *http.Request, status int, f form) error {
	return s.render(w, r, status, "inicio", comienzo{f, zonas()})
}

// begin makes the first clinic, with a sucursal and a user, and signs that one in.
func (s *server) begin(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	open, err := s.firstRun(r)
	if err != nil {
		return err
	}
	if !open {
		return s.notFound(w, r)
	}
	u, err := s.foundClinica(r, f)
	if err != nil {
		if s.refuse(r, &f, err) {
			return s.renderInicio(w, r, http.StatusUnprocessableEntity, f)
		}
		return err
	}
	if err := s.Doors.EnterAs(w, r, u); err != nil {
		return err
	}
	return s.done(w, r, "/ajustes", "inicio.done", f.Get("clinica"))
}

// foundClinica writes what the form asks for, once all of it is right.
func (s *server) foundClinica(r *http.Request, f form) (tomahora.Usuario, error) {
	clinica := tomahora.Clinica{Nombre: strings.TrimSpace(f.Get("clinica")), Zona: strings.TrimSpace(f.Get("zona"))}
	sucursal := tomahora.Sucursal{ID: 1, Nombre: strings.TrimSpace(f.Get("sucursal")), Direccion: f.Get("direccion"), Comuna: f.Get("comuna"), Habilitada: true}
	change := tomahora.CambioUsuario{Email: new(f.Get("email")), Nombre: new(f.Get("nombre")), Rol: new(tomahora.RolAdministracion)}
	if lang := visitOf(r).lang; s.locales[lang] != nil {
		change.Idioma = &lang
	}
	if err := s.checkFounding(f, clinica, sucursal, change); err != nil {
		return tomahora.Usuario{}, err
	}
	hash, err := s.Doors.Passwords.Hash(r.Context(), f.Get("clave"))
	if err != nil {
		return tomahora.Usuario{}, err
	}
	return s.FirstRun.found(r, s.Store, clinica, func(tx tomahora.Tx) (tomahora.Usuario, error) {
		if err := tx.Setup().SaveSucursal(sucursal, tomahora.Sistema); err != nil {
			return tomahora.Usuario{}, err
		}
		return agenda.CrearUsuario(tx, change, hash, tomahora.Sistema)
	})
}

// checkFounding finds all that is wrong with the form.
func (s *server) checkFounding(f form, clinica tomahora.Clinica, sucursal tomahora.Sucursal, change tomahora.CambioUsuario) error {
	if subtle.ConstantTimeCompare([]byte(strings.ToLower(strings.TrimSpace(f.Get("codigo")))), []byte(s.FirstRun.Code)) != 1 {
		return tomahora.Invalid(tomahora.CodeParametroInvalido, "codigo", "codigo", "no es el código que el servidor mostró al partir")
	}
	var problems tomahora.Problems
	for name, value := range map[string]string{"clinica": clinica.Nombre, "sucursal": sucursal.Nombre} {
		if value == "" {
			problems = append(problems, tomahora.Invalid(tomahora.CodeParametroRequerido, name, name))
		}
	}
	cfg, err := tomahora.NewConfig(1, tomahora.Plan{Clinica: clinica})
	if err != nil {
		problems = append(problems, tomahora.Invalid(tomahora.CodeParametroInvalido, "zona", "zona", "no es una zona horaria"))
		cfg = &tomahora.Config{}
	}
	u, _, err := change.Apply(tomahora.Usuario{}, cfg)
	problems = append(problems, tomahora.ProblemsOf(err)...)
	problems = append(problems, tomahora.ProblemsOf(u.CheckClave(f.Get("clave")))...)
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// found makes the clinic and fills it. Only one request does so; where filling it
// failed, the next one goes on with it.
func (f *FirstRun) found(r *http.Request, store tomahora.Store, c tomahora.Clinica, fill func(tomahora.Tx) (tomahora.Usuario, error)) (u tomahora.Usuario, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	clinicas, err := store.Clinicas(r.Context())
	if err != nil {
		return u, err
	}
	if len(clinicas) > 0 && f.clinica == 0 {
		return u, tomahora.NotFound("la página")
	}
	if f.clinica == 0 {
		if f.clinica, err = store.CreateClinica(r.Context(), c); err != nil {
			return u, err
		}
	}
	err = store.Update(r.Context(), f.clinica, func(tx tomahora.Tx) (err error) {
		c.ID = f.clinica
		if err := tx.Setup().SaveClinica(c, tomahora.Sistema); err != nil {
			return err
		}
		u, err = fill(tx)
		return err
	})
	if err == nil {
		f.clinica = 0
	}
	return u, err
}
