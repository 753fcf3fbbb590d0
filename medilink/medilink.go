// Package medilink is the face that speaks the Medilink v5 scheduling API: it
// reads requests as its real clients send them, calls the use cases, and
// answers exactly as the contract shows. Its wire structs never leave it.
package medilink

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/medilink/openapi"
)

// Options are what the face needs from the program around it.
type Options struct {
	Store tomahora.Store      // required
	Auth  *auth.Authenticator // required

	// Webhooks reaches the receivers of webhooks. Required.
	Webhooks WebhookSender

	// BaseURL is the public scheme and host under which a request came, without
	// a slash at its end; links start with it. Required.
	BaseURL func(*http.Request) string

	// CORSOrigins are the origins whose pages may call from a browser, such as
	// "https://clinica.cl"; "*" is any. None means that CORS is off.
	CORSOrigins []string
	// Limiter bounds how often a token may call. Nil means never.
	Limiter Limiter
	// Sandbox is for servers to try things out. Nil means that this is none.
	Sandbox *Sandbox
	// RequestID is the id a request carries in its context, for the error
	// envelope. Nil means none.
	RequestID func(context.Context) string
	// Observe is told of each request the route pattern ("" when there is no
	// such route) and who asks, as soon as both are known. Nil means no one is.
	Observe func(ctx context.Context, route string, p auth.Principal)
	// Booked is told how each request to book or to change the date of a cita
	// ended: "accepted", "replayed" for the answer to an earlier one, or the code
	// of the error. Nil means no one is.
	Booked func(operation, outcome string)
	// Clock is the real clock, for the deadlines of connections that wait for
	// eventos. Nil means that they have none.
	Clock func() time.Time
	// Stopping is closed when the server begins to stop: streams and waiting
	// requests end then. Nil means never.
	Stopping <-chan struct{}
	// Feed is told what happens on the feed of eventos. Nil means nobody is.
	Feed FeedObserver
	// Logger takes the details of failures that a client is not shown. Nil
	// drops them.
	Logger *slog.Logger
}

// Limiter bounds how often a token may call.
type Limiter interface {
	// Allow counts a request of a token and judges it.
	Allow(id tomahora.TokenID) Allowance
}

// Allowance is what a Limiter says of one request.
type Allowance struct {
	OK         bool
	Limit      int           // requests a token may make at once
	Remaining  int           // how many of them it has left
	RetryAfter time.Duration // how long to wait; 0 when OK
}

// prefixes are the versions under which the same resources are served
// (contract §1.1).
func prefixes() []string { return []string{"/api/v5", "/api/v6", "/api/v1"} }

// New makes the handler of everything under /api.
func New(o Options) http.Handler { return newAPI(o) }

func newAPI(o Options) *api {
	a := &api{Options: o, mux: http.NewServeMux(), document: sync.OnceValues(openapi.JSON)}
	if a.RequestID == nil {
		a.RequestID = func(context.Context) string { return "" }
	}
	if a.Observe == nil {
		a.Observe = func(context.Context, string, auth.Principal) {}
	}
	if a.Booked == nil {
		a.Booked = func(string, string) {}
	}
	if a.Logger == nil {
		a.Logger = slog.New(slog.DiscardHandler)
	}
	if a.Feed == nil {
		a.Feed = unobserved{}
	}
	a.followers = followers{observe: a.Feed.Following, of: map[tomahora.TokenID]int{}}
	for _, prefix := range prefixes() {
		a.handleCitas(prefix)
		a.handleReservas(prefix)
		a.handlePacientes(prefix)
		a.handleAtenciones(prefix)
		a.handleCatalogues(prefix)
		a.handleHorarios(prefix)
		a.handleAvailability(prefix)
		a.handleSandbox(prefix)
		a.handleEventos(prefix)
		a.handleWebhooks(prefix)
	}
	a.mux.HandleFunc(openapiPath, a.openapi)
	a.mux.Handle("/", &endpoint{api: a}) // every other path: no such route
	a.routes = a.mux
	if a.Sandbox != nil {
		a.routes = a.Sandbox.Faults(a.mux)
	}
	return a
}

// api is the face.
type api struct {
	Options
	mux       *http.ServeMux
	routes    http.Handler // the mux, and the faults of a sandbox around it
	endpoints []*endpoint  // those of the mux
	document  func() ([]byte, error)
	followers followers
}

func (a *api) handle(pattern string, m methods) *endpoint {
	e := &endpoint{api: a, pattern: pattern, methods: m, allow: m.allow(len(a.CORSOrigins) > 0)}
	a.endpoints = append(a.endpoints, e)
	a.mux.Handle(pattern, e)
	return e
}

func (a *api) handleCitas(prefix string) {
	a.handle(prefix+"/citas", methods{
		http.MethodGet: a.listCitas, http.MethodPost: a.simulable(a.booking("create", a.writes(a.createCita))),
	}).dry = true
	a.handle(prefix+"/citas/{id}", methods{http.MethodGet: a.getCita, http.MethodPut: a.writes(a.updateCita)})
	a.handle(prefix+"/citas/changeDate", methods{http.MethodPost: a.booking("change_date", a.writes(a.changeDate))})
	a.handle(prefix+"/citas/estados", methods{http.MethodGet: a.listEstados, http.MethodPost: a.writes(a.createEstado)})
	a.handle(prefix+"/citas/estados/{id}", methods{http.MethodGet: a.getEstado})
	for _, noun := range profesionalNouns(prefix) {
		a.handle(prefix+"/"+noun+"/{id}/citas", methods{http.MethodGet: a.listCitasOfProfesional})
	}
	a.handle(prefix+"/sucursales/{id}/citas", methods{http.MethodGet: a.listCitasOfSucursal})
}

func (a *api) handleReservas(prefix string) {
	a.handle(prefix+"/reservas", methods{http.MethodGet: a.listReservas, http.MethodPost: a.writes(a.createReserva)})
	a.handle(prefix+"/reservas/{id}", methods{http.MethodGet: a.getReserva, http.MethodDelete: a.writes(a.deleteReserva)})
}

func (a *api) handleEventos(prefix string) {
	a.handle(prefix+"/eventos", methods{http.MethodGet: a.listEventos})
	a.handle(prefix+"/eventos/stream", methods{http.MethodGet: a.streamEventos})
}

func (a *api) handlePacientes(prefix string) {
	const one = "/pacientes/{id}"
	a.handle(prefix+"/pacientes", methods{http.MethodGet: a.listPacientes, http.MethodPost: a.writes(a.createPaciente)})
	a.handle(prefix+one, methods{http.MethodGet: a.getPaciente, http.MethodPut: a.writes(a.updatePaciente)})
	a.handle(prefix+one+"/citas", methods{http.MethodGet: a.listCitasOfPaciente})
	a.handle(prefix+one+"/atenciones", methods{http.MethodGet: a.listAtencionesOfPaciente})
	a.handle(prefix+one+"/tratamientos", methods{http.MethodGet: a.listAtencionesOfPaciente})
	for _, name := range notKeptOfPaciente() {
		a.handle(prefix+one+"/"+name, methods{http.MethodGet: a.listNothingOf(pacienteExists)})
	}
}

func (a *api) handleAtenciones(prefix string) {
	const one = "/atenciones/{id}"
	a.handle(prefix+"/atenciones", methods{http.MethodGet: a.listAtenciones, http.MethodPost: a.writes(a.createAtencion)})
	a.handle(prefix+one, methods{http.MethodGet: a.getAtencion})
	for _, name := range []string{"detalles", "evoluciones", "fichas"} {
		a.handle(prefix+one+"/"+name, methods{http.MethodGet: a.listNothingOf(atencionExists)})
	}
}

// ServeHTTP serves any spelling of a path, and browsers where they are let in.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.letsIn(w, r) && r.Method == http.MethodOptions {
		a.preflight(w)
		return
	}
	a.routes.ServeHTTP(w, normalised(r))
}

// letsIn opens the answer to the page that asks, where its origin is one of
// CORSOrigins. What protects the API is the token, which no browser adds by
// itself.
func (a *api) letsIn(w http.ResponseWriter, r *http.Request) bool {
	if len(a.CORSOrigins) == 0 {
		return false
	}
	h, origin := w.Header(), "*"
	if !slices.Contains(a.CORSOrigins, "*") {
		h.Add("Vary", "Origin")
		origin = r.Header.Get("Origin")
		if !slices.Contains(a.CORSOrigins, origin) {
			return false
		}
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "ETag, Idempotent-Replayed, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id")
	return true
}

// preflight answers for any path, also an unknown one: a browser that is
// refused here never gets to see the answer that says what is wrong.
func (a *api) preflight(w http.ResponseWriter) {
	const usual = "Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID"
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE")
	h.Set("Access-Control-Allow-Headers", usual)
	if a.Sandbox != nil {
		h.Set("Access-Control-Allow-Headers", usual+", X-Tomahora-Falla")
	}
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}
