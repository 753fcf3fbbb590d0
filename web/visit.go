package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// visit is what is known of a request before its handler runs.
type visit struct {
	user     tomahora.Usuario
	signedIn bool
	bare     bool // a page for whoever comes: without the navigation of users
	lang     string
	theme    string // "claro", "oscuro", or "" for what the system prefers
}

type visitKey struct{}

// may tells whether a visitor has what a route needs.
func (v *visit) may(need tomahora.Permiso) bool {
	switch need {
	case anyone, unasked:
		return true
	case signedIn:
		return v.signedIn
	default:
		return v.signedIn && v.user.Puede(need)
	}
}

// visitOf is the visit a request belongs to.
func visitOf(r *http.Request) *visit {
	v, ok := r.Context().Value(visitKey{}).(*visit)
	if !ok {
		panic("web: a request that was given no visit")
	}
	return v
}

// visiting is the request with what is known of it.
func visiting(r *http.Request, v *visit) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
}

// stranger is a request of which nobody asked yet who makes it.
func (s *server) stranger(r *http.Request) *http.Request {
	return visiting(r, s.newStranger(r))
}

func (s *server) newStranger(r *http.Request) *visit {
	return &visit{bare: true, theme: themeOf(r), lang: s.langOf(r, tomahora.Usuario{})}
}

// langOf is the language a user is to be answered in.
func (s *server) langOf(r *http.Request, u tomahora.Usuario) string {
	return s.locales.choose(u.Idioma, cookieOf(r, langCookie), r.Header.Get("Accept-Language"))
}

// user is who is signed in, the zero Usuario where nobody is.
func (s *server) user(r *http.Request) tomahora.Usuario { return visitOf(r).user }

// newVisit asks who makes a request. Where that cannot be told just now, it is a
// stranger's.
func (s *server) newVisit(r *http.Request, rt route) (*visit, error) {
	if rt.need == unasked {
		return s.newStranger(r), nil
	}
	u, ok, err := s.Sessions.User(r)
	return &visit{user: u, signedIn: ok, bare: rt.need == anyone, theme: themeOf(r), lang: s.langOf(r, u)}, err
}

// The cookies of a browser's preferences.
const (
	langCookie  = "idioma"
	themeCookie = "tema"
)

func themeOf(r *http.Request) string {
	if theme := cookieOf(r, themeCookie); theme == "claro" || theme == "oscuro" {
		return theme
	}
	return ""
}

func cookieOf(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

const preferencesAge = 365 * 24 * 60 * 60 // seconds

// setPreferences keeps the language or theme a browser is to be answered with. The
// language of who is signed in goes where she goes.
func (s *server) setPreferences(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	if lang := f.Get("idioma"); s.locales[lang] != nil {
		s.setCookie(w, r, langCookie, lang, preferencesAge)
		if err := s.setUserLang(r, lang); err != nil {
			return err
		}
	}
	if f.Has("tema") {
		s.setCookie(w, r, themeCookie, f.Get("tema"), preferencesAge)
	}
	if wantsJSON(r) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, localPath(f.Get("volver")), http.StatusSeeOther)
	return nil
}

// setUserLang keeps the language of who is signed in, if anybody is.
func (s *server) setUserLang(r *http.Request, lang string) error {
	v := visitOf(r)
	if !v.signedIn || v.user.Idioma == lang {
		return nil
	}
	return s.update(r, func(tx tomahora.Tx) error {
		_, err := agenda.CambiarUsuario(tx, v.user.ID, tomahora.CambioUsuario{Idioma: &lang}, v.user.Actor())
		return err
	})
}

// setCookie sets a cookie that scripts cannot read; a maxAge below 0 removes it.
func (s *server) setCookie(w http.ResponseWriter, r *http.Request, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.BaseURL(r), "https:"),
	})
}

// localPath is a path of this site to go on to, "/" for anything else: a form's
// value must not lead away from here.
func localPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\t\r\n") {
		return "/"
	}
	return p
}
