package web

import (
	"net/http"

	"github.com/tomahora/tomahora"
)

// entrar is where one signs in.
func (s *server) entrar(w http.ResponseWriter, r *http.Request) error {
	back := localPath(r.URL.Query().Get("volver"))
	if visitOf(r).signedIn {
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	}
	open, err := s.firstRun(r)
	if err != nil {
		return err
	}
	if open {
		http.Redirect(w, r, "/inicio", http.StatusSeeOther)
		return nil
	}
	f := form{Values: map[string][]string{"volver": {back}}}
	return s.renderEntrar(w, r, http.StatusOK, f)
}

// puerta is the form with which one signs in.
type puerta struct {
	Form form
	Demo bool   // it is the demo, whose users everybody may be
	OIDC string // whom else one may come in with; "" is nobody
}

func (s *server) renderEntrar(w http.ResponseWriter, r *http.Request, status int, f form) error {
	p := puerta{Form: f, Demo: s.Demo}
	if s.OIDC != nil {
		p.OIDC = s.OIDC.Nombre
	}
	return s.render(w, r, status, "entrar", p)
}

// enter signs somebody in.
func (s *server) enter(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	if _, err := s.Doors.Enter(w, r, f.Get("email"), f.Get("clave")); err != nil {
		return s.refuseEntry(r, err, &f, func(status int) error { return s.renderEntrar(w, r, status, f) })
	}
	http.Redirect(w, r, localPath(f.Get("volver")), http.StatusSeeOther)
	return nil
}

// refuseEntry shows the form again to whom got a password wrong, or may not try
// now.
func (s *server) refuseEntry(r *http.Request, err error, f *form, again func(status int) error) error {
	if tomahora.IsCode(err, tomahora.CodeDemasiadosIntentos) {
		f.Problems = map[string]string{"": s.locales[visitOf(r).lang].problem(tomahora.ProblemsOf(err)[0])}
		return again(http.StatusTooManyRequests)
	}
	if !s.refuse(r, f, err) {
		return err
	}
	return again(http.StatusUnprocessableEntity)
}

// salir signs out.
func (s *server) salir(w http.ResponseWriter, r *http.Request) error {
	if err := s.Doors.Leave(w, r); err != nil {
		return err
	}
	return s.done(w, r, "/entrar", "entrar.left")
}
