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

	// OIDC is whom else people may come in with; nil is nobody.
	OIDC *auth.OIDC
	// FirstRun lets somebody make the first clinic; nil where nobody may.
	FirstRun *FirstRun
	// Demo tells people who they may sign in as.
	Demo bool

	// Webhooks reaches the receivers of webhooks. Required.
	Webhooks WebhookSender

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
	// RealClock is the real clock, by which those who come too often wait, and
	// browsers that do not read are left. Required.
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
	streams *streams
	limits  onlineLimits
	needs   map[string]tomahora.Permiso // what each route needs, by its pattern
}

// Handler serves the pages.
type Handler struct {
	server *server
	next   http.Handler
}

// New makes the handler of every path that no other face has. Catalogues and
// templates are part of the program: one that cannot be read panics, here or when
// it is first shown.
func New(o Options) *Handler {
	s := &server{
		Options: o, assets: readAssets(built()), locales: readLocales(),
		streams: &streams{of: map[tomahora.UsuarioID]int{}}, limits: newOnlineLimits(o.RealClock),
	}
	s.screens = readScreens(s.locales, s.assets)
	mux := http.NewServeMux()
	s.needs = map[string]tomahora.Permiso{}
	for _, rt := range s.routes() {
		s.needs[rt.pattern] = rt.need
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
		{"GET /entrar/oidc", anyone, s.beginOIDC},
		{"GET " + oidcBack, anyone, s.finishOIDC},
		{"POST /salir", anyone, s.salir},
		{"GET /inicio", anyone, s.inicio},
		{"POST /inicio", anyone, s.begin},
		{"GET /cuenta", signedIn, s.cuenta},
		{"POST /cuenta", signedIn, s.saveCuenta},
		{"POST /cuenta/clave", signedIn, s.saveClave},
		{"POST /cuenta/clinica", signedIn, s.changeClinica},
		{"GET /ajustes/usuarios", tomahora.Configurar, s.usuarios},
		{"GET /ajustes/usuarios/nuevo", tomahora.Configurar, s.newUsuario},
		{"POST /ajustes/usuarios/nuevo", tomahora.Configurar, s.createUsuario},
		{"GET /ajustes/usuarios/{id}", tomahora.Configurar, s.editUsuario},
		{"POST /ajustes/usuarios/{id}", tomahora.Configurar, s.saveUsuario},
		{"POST /ajustes/usuarios/{id}/clave", tomahora.Configurar, s.resetClave},
		{"GET /ajustes/tokens", tomahora.Configurar, s.tokens},
		{"GET /ajustes/tokens/nuevo", tomahora.Configurar, s.newToken},
		{"POST /ajustes/tokens/nuevo", tomahora.Configurar, s.createToken},
		{"POST /ajustes/tokens/{id}/revocar", tomahora.Configurar, s.revokeToken},

		// The agenda.
		{"GET /{$}", tomahora.VerAgenda, s.agenda},
		{"GET /web/agenda", tomahora.VerAgenda, s.hoja},
		{"GET /web/vivo", tomahora.VerAgenda, s.vivo},
		{"GET /agendar", tomahora.Agendar, s.agendar},
		{"POST /agendar", tomahora.Agendar, s.guardarCita},
		{"GET /citas/{id}", tomahora.VerAgenda, s.cita},
		{"POST /citas/{id}", tomahora.Agendar, s.cambiarCita},
		{"POST /web/citas/{id}/probar", tomahora.Agendar, s.probarCambio},
		{"GET /dia", tomahora.VerAgenda, s.dia},

		// Set-up.
		{"GET /ajustes", tomahora.Bloquear, s.ajustes},
		{"GET /ajustes/clinica", tomahora.Configurar, edit(s, catalogoClinica)},
		{"POST /ajustes/clinica", tomahora.Configurar, save(s, catalogoClinica)},
		{"GET /ajustes/online", tomahora.Configurar, edit(s, catalogoOnline)},
		{"POST /ajustes/online", tomahora.Configurar, save(s, catalogoOnline)},
		{"GET /ajustes/sucursales", tomahora.Configurar, s.list(sucursales)},
		{"GET /ajustes/sucursales/{id}", tomahora.Configurar, edit(s, catalogoSucursales)},
		{"POST /ajustes/sucursales/{id}", tomahora.Configurar, save(s, catalogoSucursales)},
		{"GET /ajustes/sillones", tomahora.Configurar, s.list(sillones)},
		{"GET /ajustes/sillones/{id}", tomahora.Configurar, edit(s, catalogoSillones)},
		{"POST /ajustes/sillones/{id}", tomahora.Configurar, save(s, catalogoSillones)},
		{"GET /ajustes/especialidades", tomahora.Configurar, s.list(especialidades)},
		{"GET /ajustes/especialidades/{id}", tomahora.Configurar, edit(s, catalogoEspecialidades)},
		{"POST /ajustes/especialidades/{id}", tomahora.Configurar, save(s, catalogoEspecialidades)},
		{"GET /ajustes/profesionales", tomahora.Configurar, s.list(profesionales)},
		{"GET /ajustes/profesionales/{id}", tomahora.Configurar, edit(s, catalogoProfesionales)},
		{"POST /ajustes/profesionales/{id}", tomahora.Configurar, save(s, catalogoProfesionales)},
		{"GET /ajustes/profesionales/{id}/horario", tomahora.Configurar, s.horario},
		{"POST /ajustes/profesionales/{id}/horario", tomahora.Configurar, s.saveHorario},
		{"GET /ajustes/especiales", tomahora.Configurar, s.list(s.especiales)},
		{"GET /ajustes/especiales/{id}", tomahora.Configurar, edit(s, catalogoEspeciales)},
		{"POST /ajustes/especiales/{id}", tomahora.Configurar, save(s, catalogoEspeciales)},
		{"POST /ajustes/especiales/{id}/borrar", tomahora.Configurar, remove(s, "/ajustes/especiales", "ajustes.especiales.deleted", deleteEspecial)},
		{"GET /ajustes/bloqueos", tomahora.Bloquear, s.list(s.bloqueos)},
		{"GET /ajustes/bloqueos/{id}", tomahora.Bloquear, s.editBloqueo},
		{"POST /ajustes/bloqueos/{id}", tomahora.Bloquear, s.saveBloqueo},
		{"POST /ajustes/bloqueos/{id}/borrar", tomahora.Bloquear, remove(s, "/ajustes/bloqueos", "ajustes.bloqueos.deleted", deleteBloqueo)},
		{"GET /ajustes/estados", tomahora.Configurar, s.list(estados)},
		{"GET /ajustes/estados/{id}", tomahora.Configurar, edit(s, catalogoEstados)},
		{"POST /ajustes/estados/{id}", tomahora.Configurar, save(s, catalogoEstados)},
		{"GET /ajustes/webhooks", tomahora.Configurar, s.webhooks},
		{"GET /ajustes/webhooks/nuevo", tomahora.Configurar, s.newWebhook},
		{"POST /ajustes/webhooks/nuevo", tomahora.Configurar, s.createWebhook},
		{"GET /ajustes/webhooks/{id}", tomahora.Configurar, s.webhook},
		{"GET /ajustes/webhooks/{id}/editar", tomahora.Configurar, s.editWebhook},
		{"POST /ajustes/webhooks/{id}/editar", tomahora.Configurar, s.saveWebhook},
		{"POST /ajustes/webhooks/{id}/rotar", tomahora.Configurar, s.rotateWebhook},
		{"POST /ajustes/webhooks/{id}/probar", tomahora.Configurar, s.probeWebhook},
		{"POST /ajustes/webhooks/{id}/reenviar", tomahora.Configurar, s.resendWebhook},
		{"POST /ajustes/webhooks/{id}/borrar", tomahora.Configurar, remove(s, "/ajustes/webhooks", "ajustes.webhooks.deleted", deleteWebhook)},

		// The dashboard and lists.
		{"GET /tablero", tomahora.VerTablero, s.tablero},
		{"GET /listas/{file}", tomahora.VerTablero, s.listaCSV(s.lista)},
		{"GET /listas/accesos/{file}", tomahora.Configurar, s.listaCSV(s.listaAccesos)},

		// Self-booking.
		{"GET /reservar/{clinica}", anyone, s.anyClinica(s.onlineCon)},
		{"GET /reservar/{clinica}/modalidad", anyone, s.anyClinica(s.onlineModalidad)},
		{"GET /reservar/{clinica}/dia", anyone, s.anyClinica(s.onlineDia)},
		{"GET /reservar/{clinica}/hora", anyone, s.anyClinica(s.onlineHora)},
		{"POST /reservar/{clinica}/tomar", anyone, s.anyClinica(s.onlineTomar)},
		{"POST /reservar/{clinica}/retomar", anyone, s.anyClinica(s.onlineRetomar)},
		{"POST /reservar/{clinica}/soltar", anyone, s.anyClinica(s.onlineSoltar)},
		{"GET /reservar/{clinica}/datos", anyone, s.anyClinica(s.onlineDatos)},
		{"POST /reservar/{clinica}/datos", anyone, s.anyClinica(s.onlineReservar)},
		{"GET /r/{enlace}", anyone, s.anyCita(s.verCita)},
		{"GET /r/{enlace}/cita.ics", anyone, s.anyCita(s.icsCita)},
		{"POST /r/{enlace}/confirmar", anyone, s.anyCita(s.confirmarCita)},
		{"GET /r/{enlace}/anular", anyone, s.anyCita(s.preguntarAnular)},
		{"POST /r/{enlace}/anular", anyone, s.anyCita(s.anularCita)},
		{"GET /r/{enlace}/mover", anyone, s.anyCita(s.preguntarMover)},
		{"POST /r/{enlace}/mover", anyone, s.anyCita(s.moverCita)},
	}
}

// handle serves a route to those who may use it.
func (s *server) handle(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.newVisit(r, rt)
		r = visiting(r, v)
		s.Observe(r.Context(), rt.path(), auth.Principal{IDClinica: v.user.IDClinica})
		if err == nil {
			err = checkTexts(r.URL.Query())
		}
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
