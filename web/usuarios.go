package web

import (
	"net/http"
	"net/url"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// secreto is what is shown once: a password, a token, or a webhook's secret.
type secreto struct{ Title, Text, Label, Value, Hint, Next string }

// usuarios lists those of the clinic.
func (s *server) usuarios(w http.ResponseWriter, r *http.Request) error {
	var all []tomahora.Usuario
	var cfg *tomahora.Config
	err := s.view(r, func(tx tomahora.Tx) (err error) {
		cfg = tx.Config()
		all, err = tx.Usuarios().List()
		return err
	})
	if err != nil {
		return err
	}
	l := s.words(r)
	made := listado{
		Title: l.t("ajustes.usuarios"), Intro: l.t("ajustes.usuarios.intro"), New: &enlace{l.t("ajustes.usuarios.new"), "/ajustes/usuarios/nuevo"}, Export: "/listas/accesos/usuarios.csv",
		Columns: []string{l.t("ajustes.nombre"), l.t("ajustes.usuarios.rol"), l.t("ajustes.state")},
	}
	for _, u := range all {
		rol := celda{Text: l.t("rol." + string(u.Rol))}
		if p, ok := cfg.Profesional(u.IDProfesional); ok {
			rol.Below = p.NombreCompleto()
		}
		made.Rows = append(made.Rows, fila{
			Path: "/ajustes/usuarios/" + itoa(u.ID), Off: !u.Habilitado,
			Cells: []celda{{Text: u.Nombre, Below: u.Email}, rol, l.enabledTag(u.Habilitado)},
		})
	}
	return s.render(w, r, http.StatusOK, "listado", made)
}

// usuarioPage is the form of a usuario, with a way to give a new password.
type usuarioPage struct {
	ficha
	Reset *borrado
}

// usuarioDe finds the usuario that the path names.
func (s *server) usuarioDe(r *http.Request) (u tomahora.Usuario, err error) {
	id, err := pathID(r)
	if err != nil {
		return u, err
	}
	err = s.view(r, func(tx tomahora.Tx) (err error) {
		u, err = tx.Usuarios().Get(tomahora.UsuarioID(id))
		return err
	})
	return u, err
}

func (s *server) newUsuario(w http.ResponseWriter, r *http.Request) error {
	f := url.Values{"rol": {string(tomahora.RolRecepcion)}, "idioma": {visitOf(r).lang}}
	return s.showUsuario(w, r, http.StatusOK, form{Values: f}, tomahora.Usuario{})
}

func (s *server) editUsuario(w http.ResponseWriter, r *http.Request) error {
	u, err := s.usuarioDe(r)
	if err != nil {
		return err
	}
	f := url.Values{
		"nombre": {u.Nombre}, "email": {u.Email}, "rol": {string(u.Rol)}, "id_profesional": {itoa(u.IDProfesional)}, "idioma": {u.Idioma},
	}
	setFlag(f, "habilitado", u.Habilitado)
	return s.showUsuario(w, r, http.StatusOK, form{Values: f}, u)
}

// showUsuario shows the form of a usuario, the zero one for a new one.
func (s *server) showUsuario(w http.ResponseWriter, r *http.Request, status int, f form, u tomahora.Usuario) error {
	cfg, err := s.config(r)
	if err != nil {
		return err
	}
	l := s.words(r)
	var roles []option
	for _, rol := range tomahora.Roles() {
		roles = append(roles, option{string(rol), l.t("rol." + string(rol))})
	}
	profesionales := []option{{"0", l.t("ajustes.usuarios.noProfesional")}}
	for _, p := range cfg.Plan().Profesionales {
		profesionales = append(profesionales, option{itoa(p.ID), p.NombreCompleto()})
	}
	rol := newChoices(f, "rol", l.t("ajustes.usuarios.rol"), roles)
	rol.Radio = true
	for i, o := range roles {
		rol.Options[i].Hint = l.t("rol." + o.Value + ".line")
	}
	page := usuarioPage{ficha: ficha{
		Title: l.t("ajustes.usuarios.new"), Form: f, Action: r.URL.Path, Back: enlace{l.t("ajustes.usuarios"), "/ajustes/usuarios"},
		Groups: []grupo{
			{Fields: []field{
				newField(f, "nombre", l.t("ajustes.nombre"), "required", "maxlength=200", "autocomplete=off"),
				newField(f, "email", l.t("entrar.email"), "type=email", "required", "maxlength=254", "autocomplete=off", "spellcheck=false"),
			}},
			{Choices: []choices{rol}},
			{Fields: []field{
				newChoice(newField(f, "id_profesional", l.t("ajustes.usuarios.profesional"), "required", "hint="+l.t("ajustes.usuarios.profesionalHint")), profesionales),
				newChoice(newField(f, "idioma", l.t("cuenta.idioma"), "required"), idiomas()),
			}},
		},
	}}
	if u.ID == 0 {
		page.Groups = append(page.Groups, grupo{Legend: l.t("entrar.clave"), Fields: []field{
			newField(f, "clave", l.t("ajustes.usuarios.clave"), "type=password", "autocomplete=new-password", "hint="+l.t("ajustes.usuarios.claveHint")),
		}})
		return s.render(w, r, status, "usuario", page)
	}
	page.Title = u.Nombre
	page.Groups = append(page.Groups, grupo{Fields: []field{
		newField(f, "habilitado", l.t("ajustes.usuarios.habilitado"), "type=checkbox", "hint="+l.t("ajustes.usuarios.habilitadoHint")),
	}})
	page.Reset = &borrado{"/ajustes/usuarios/" + itoa(u.ID) + "/clave", l.t("ajustes.usuarios.reset"), l.t("ajustes.usuarios.resetQuestion")}
	return s.render(w, r, status, "usuario", page)
}

// idiomas are the languages, each in its own words.
func idiomas() []option { return []option{{"es", "Español"}, {"en", "English"}} }

// cambioUsuario is what the form of a usuario has.
func cambioUsuario(e *lector) tomahora.CambioUsuario {
	return tomahora.CambioUsuario{
		Nombre: new(e.Get("nombre")), Email: new(e.Get("email")), Rol: new(tomahora.Rol(e.Get("rol"))),
		IDProfesional: new(tomahora.ProfesionalID(e.id("id_profesional"))), Idioma: new(e.Get("idioma")),
	}
}

// createUsuario makes a usuario. A password that was not given is made, and shown.
func (s *server) createUsuario(w http.ResponseWriter, r *http.Request) error {
	e, err := s.lector(w, r)
	if err != nil {
		return err
	}
	change, clave := cambioUsuario(e), e.Get("clave")
	made := clave == ""
	if made {
		clave = auth.NewPassword()
	}
	again := func() error {
		return s.showUsuario(w, r, http.StatusUnprocessableEntity, e.form, tomahora.Usuario{})
	}
	if err := s.checkUsuario(r, change, clave); err != nil {
		if s.refuse(r, &e.form, err) {
			return again()
		}
		return err
	}
	hash, err := s.Doors.Passwords.Hash(r.Context(), clave)
	if err != nil {
		return err
	}
	var u tomahora.Usuario
	err = s.update(r, func(tx tomahora.Tx) (err error) {
		u, err = agenda.CrearUsuario(tx, change, hash, s.user(r).Actor())
		return err
	})
	if s.refuse(r, &e.form, err) {
		return again()
	}
	if err != nil {
		return err
	}
	if made {
		return s.showClave(w, r, u, clave)
	}
	return s.done(w, r, "/ajustes/usuarios", "ajustes.saved", u.Nombre)
}

// checkUsuario finds all that is wrong with a new usuario, the password too.
func (s *server) checkUsuario(r *http.Request, change tomahora.CambioUsuario, clave string) error {
	cfg, err := s.config(r)
	if err != nil {
		return err
	}
	u, _, err := change.Apply(tomahora.Usuario{}, cfg)
	problems := append(tomahora.ProblemsOf(err), tomahora.ProblemsOf(u.CheckClave(clave))...)
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// saveUsuario changes a usuario.
func (s *server) saveUsuario(w http.ResponseWriter, r *http.Request) error {
	e, err := s.lector(w, r)
	if err != nil {
		return err
	}
	u, err := s.usuarioDe(r)
	if err != nil {
		return err
	}
	change := cambioUsuario(e)
	change.Habilitado = new(e.marca("habilitado"))
	err = s.update(r, func(tx tomahora.Tx) error {
		_, err := agenda.CambiarUsuario(tx, u.ID, change, s.user(r).Actor())
		return err
	})
	if s.refuse(r, &e.form, err) {
		return s.showUsuario(w, r, http.StatusUnprocessableEntity, e.form, u)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/ajustes/usuarios", "ajustes.saved", e.texto("nombre"))
}

// resetClave gives a usuario a new password, for which no failure counts yet.
func (s *server) resetClave(w http.ResponseWriter, r *http.Request) error {
	u, err := s.usuarioDe(r)
	if err != nil {
		return err
	}
	clave := auth.NewPassword()
	hash, err := s.Doors.Passwords.Hash(r.Context(), clave)
	if err != nil {
		return err
	}
	err = s.update(r, func(tx tomahora.Tx) error { return agenda.CambiarClave(tx, u.ID, hash, nil, s.user(r).Actor()) })
	if err != nil {
		return err
	}
	return s.showClave(w, r, u, clave)
}

func (s *server) showClave(w http.ResponseWriter, r *http.Request, u tomahora.Usuario, clave string) error {
	l := s.words(r)
	return s.render(w, r, http.StatusOK, "secreto", secreto{
		Title: l.t("ajustes.usuarios.claveTitle", u.Nombre), Text: l.t("ajustes.usuarios.claveText"),
		Label: l.t("entrar.clave"), Value: clave, Hint: l.t("ajustes.usuarios.claveLater"), Next: "/ajustes/usuarios",
	})
}
