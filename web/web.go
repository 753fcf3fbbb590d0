// Package web is the face for people: the agenda a clinic works in all day, its
// set-up, and the pages where pacientes book for themselves. Pages are made here
// and work without JavaScript; scripts, built from src into dist, make them
// quicker. Like every face it talks to the use cases and has no rules of its own.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// Options are what the pages are made of.
type Options struct {
	Store    tomahora.Store // required
	Sessions Sessions       // required
	Doors    *auth.Sessions // lets people in; required

	// FirstRun lets somebody make the first clinic; nil where nobody may.
	FirstRun *FirstRun
	// Demo tells people who they may sign in as.
	Demo bool

	// BaseURL tells under which public scheme and host a request came, without a
	// slash at its end. Required.
	BaseURL func(*http.Request) string
	// RequestID is the id that answer, log and people share. Required.
	RequestID func(context.Context) string
	// Observe is told which route a request took, and for which clinic. Required.
	Observe func(ctx context.Context, route string, p auth.Principal)
	// Address tells from which address a request came, "" where it cannot be told.
	// Required.
	Address func(*http.Request) string
	// RealClock is the real clock, by which those who come too often wait. Required.
	RealClock func() time.Time
	// Clock is the business clock. Required.
	Clock func() time.Time
	// Stopping is closed when the server is to stop: streams end then. Required.
	Stopping <-chan struct{}
	Logger   *slog.Logger // required
}

// Sessions tells who is signed in.
type Sessions interface {
	// User is who makes a request, false where nobody is signed in. Each call asks
	// anew: who was let in may be put out.
	User(r *http.Request) (tomahora.Usuario, bool, error)
}

// server is the pages with all they share.
type server struct {
	Options
	assets  *assets
	locales locales
	screens screens
	nav     []navItem
}

// Handler serves the pages.
type Handler struct {
	server *server
	next   http.Handler
}

// New makes the handler of every path that no other face has. Templates and
// catalogues are part of the program: one that cannot be read panics here.
func New(o Options) *Handler {
	s := &server{Options: o, assets: readAssets(built()), locales: readLocales()}
	s.screens = readScreens(s.locales, s.assets)
	mux := http.NewServeMux()
	for _, rt := range s.routes() {
		mux.Handle(rt.pattern, s.handle(rt))
	}
	s.nav = navigation(s.routes())
	return &Handler{s, s.protected(mux)}
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.next.ServeHTTP(w, r) }

// Fail answers a request that ServeHTTP could not, for a reason that the log was
// told already.
func (h *Handler) Fail(w http.ResponseWriter, r *http.Request, err error) {
	h.server.failAs(w, h.server.stranger(r), err)
}

// route is a page or an action, and what one must be allowed to do to use it.
type route struct {
	pattern string // of http.ServeMux
	need    tomahora.Permiso
	serve   func(http.ResponseWriter, *http.Request) error
}

// path is the pattern without its method.
func (rt route) path() string {
	_, path, found := strings.Cut(rt.pattern, " ")
	if !found {
		return rt.pattern
	}
	return path
}

// What a route needs that is no permiso.
const (
	unasked  tomahora.Permiso = "sin_preguntar" // it is the same for all, and nobody is asked who they are
	anyone   tomahora.Permiso = ""              // nobody need be signed in
	signedIn tomahora.Permiso = "con_sesion"    // whoever is
)

// routes is every path of the web, with who may use it. A handler returns an
// error for what it did not answer.
func (s *server) routes() []route {
	return []route{
		// What every page needs.
		{"GET /estatico/{file}", unasked, s.asset},
		{"POST /preferencias", anyone, s.setPreferences},
		{"/", anyone, s.notFound},

		// Users and sessions.
		{"GET /entrar", anyone, s.entrar},
		{"POST /entrar", anyone, s.enter},
		{"POST /salir", anyone, s.salir},
		{"GET /inicio", anyone, s.inicio},
		{"POST /inicio", anyone, s.begin},
		{"GET /cuenta", signedIn, s.cuenta},
		{"POST /cuenta", signedIn, s.saveCuenta},
		{"POST /cuenta/clave", signedIn, s.saveClave},
		{"POST /cuenta/clinica", signedIn, s.changeClinica},

		// The agenda.
		{"GET /{$}", tomahora.VerAgenda, s.agenda},

		// Set-up.

		// The dashboard and lists.

		// Self-booking.
	}
}

// handle serves a route to those who may use it.
func (s *server) handle(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.newVisit(r, rt)
		r = visiting(r, v)
		s.Observe(r.Context(), rt.path(), auth.Principal{IDClinica: v.user.IDClinica})
		if err == nil {
			err = s.admit(w, r, rt)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// admit serves the route, or sends who is not signed in to sign in.
func (s *server) admit(w http.ResponseWriter, r *http.Request, rt route) error {
	v := visitOf(r)
	switch {
	case v.may(rt.need):
		return rt.serve(w, r)
	case v.signedIn:
		return &tomahora.Error{Kind: tomahora.KindForbidden, Code: tomahora.CodeSinPermiso}
	case r.Method == http.MethodGet && !wantsJSON(r):
		http.Redirect(w, r, "/entrar?"+url.Values{"volver": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		return nil
	default:
		return &tomahora.Error{Kind: tomahora.KindUnauthorized, Code: tomahora.CodeNoAutorizado}
	}
}

// notFound answers for every path that is not a route.
func (s *server) notFound(http.ResponseWriter, *http.Request) error {
	return tomahora.NotFound("la página")
}

// view reads the clinic of the request's user.
func (s *server) view(r *http.Request, fn func(tomahora.Tx) error) error {
	return s.Store.View(r.Context(), s.user(r).IDClinica, fn)
}

// update changes the clinic of the request's user.
func (s *server) update(r *http.Request, fn func(tomahora.Tx) error) error {
	return s.Store.Update(r.Context(), s.user(r).IDClinica, fn)
}
