package web

import (
	"net/http"
	"strconv"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// cuenta is what somebody may set of herself.
type cuenta struct {
	User     tomahora.Usuario
	Form     form // name and language
	Clave    form // a new password
	HasClave bool // she comes in with one
	Idiomas  []option
	Otras    []option // clinics that she may go to
}

func (s *server) cuenta(w http.ResponseWriter, r *http.Request) error {
	return s.renderCuenta(w, r, http.StatusOK, cuenta{})
}

// renderCuenta shows the page, with the forms as they were sent.
func (s *server) renderCuenta(w http.ResponseWriter, r *http.Request, status int, c cuenta) error {
	c.User = s.user(r)
	if c.Form.Values == nil {
		c.Form.Values = map[string][]string{"nombre": {c.User.Nombre}, "idioma": {c.User.Idioma}}
	}
	c.Idiomas = idiomas()
	var clave string
	err := s.view(r, func(tx tomahora.Tx) (err error) {
		clave, err = tx.Usuarios().Clave(c.User.ID)
		return err
	})
	if err != nil {
		return err
	}
	c.HasClave = clave != ""
	if c.Otras, err = s.otherClinicas(r); err != nil {
		return err
	}
	return s.render(w, r, status, "cuenta", c)
}

// otherClinicas are those in which the session may go on.
func (s *server) otherClinicas(r *http.Request) (list []option, err error) {
	accounts, err := s.Doors.Accounts(r)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if a.IDClinica == s.user(r).IDClinica {
			continue
		}
		err := s.Store.View(r.Context(), a.IDClinica, func(tx tomahora.Tx) error {
			list = append(list, option{strconv.FormatInt(int64(a.IDClinica), 10), tx.Config().Clinica().Nombre})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// saveCuenta sets name and language.
func (s *server) saveCuenta(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	nombre, idioma := f.Get("nombre"), f.Get("idioma")
	err = s.update(r, func(tx tomahora.Tx) error {
		_, err := agenda.CambiarUsuario(tx, s.user(r).ID, tomahora.CambioUsuario{Nombre: &nombre, Idioma: &idioma}, s.user(r).Actor())
		return err
	})
	if err != nil {
		if s.refuse(r, &f, err) {
			return s.renderCuenta(w, r, http.StatusUnprocessableEntity, cuenta{Form: f})
		}
		return err
	}
	return s.done(w, r, "/cuenta", "cuenta.saved")
}

// saveClave sets a new password for who knows the old one, and ends the other
// sessions.
func (s *server) saveClave(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	again := func(status int) error { return s.renderCuenta(w, r, status, cuenta{Clave: f}) }
	u, clave := s.user(r), f.Get("clave")
	if err := u.CheckClave(clave); err != nil {
		return s.refuseEntry(r, err, &f, again)
	}
	if clave != f.Get("repetida") {
		f.Problems = map[string]string{"repetida": s.locales[visitOf(r).lang].t("cuenta.notTheSame")}
		return again(http.StatusUnprocessableEntity)
	}
	if err := s.Doors.Verify(r, u, f.Get("actual")); err != nil {
		if tomahora.IsCode(err, tomahora.CodeCredencialInvalida) {
			f.Problems = map[string]string{"actual": s.locales[visitOf(r).lang].t("cuenta.wrong")}
			return again(http.StatusUnprocessableEntity)
		}
		return s.refuseEntry(r, err, &f, again)
	}
	hash, err := s.Doors.Passwords.Hash(r.Context(), clave)
	if err != nil {
		return err
	}
	err = s.update(r, func(tx tomahora.Tx) error {
		return agenda.CambiarClave(tx, u.ID, hash, s.Doors.Current(r), u.Actor())
	})
	if err != nil {
		return err
	}
	return s.done(w, r, "/cuenta", "cuenta.claveSaved")
}

// changeClinica goes on as the same person in another clinic.
func (s *server) changeClinica(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(f.Get("clinica"), 10, 64)
	if err != nil {
		return tomahora.NotFound("la clínica")
	}
	if err := s.Doors.Switch(w, r, tomahora.ClinicaID(id)); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
