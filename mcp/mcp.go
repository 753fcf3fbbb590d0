// Package mcp is the face that AI assistants use: the tools of the Model Context
// Protocol over the same use cases as every other face. It keeps no session, so
// that any replica answers any request.
//
// An assistant speaks for one paciente at a time. Nothing here lists pacientes, and
// what belongs to a paciente is only shown to who names that paciente.
package mcp

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/medilink"
)

// Options are what the face needs from the program around it.
type Options struct {
	Store tomahora.Store      // required
	Auth  *auth.Authenticator // required

	// Limiter bounds how often a token may call, in requests of HTTP. Nil means
	// never.
	Limiter medilink.Limiter
	// RequestID is the id a request carries in its context. Nil means none.
	RequestID func(context.Context) string
	// Observe is told of each request the route and who asks. Nil means no one is.
	Observe func(ctx context.Context, route string, p auth.Principal)
	// Logger takes the details of failures that a client is not shown. Nil drops
	// them.
	Logger *slog.Logger
	// Version is what the server calls itself.
	Version string
}

// route is what the log calls every request of this face.
const route = "/mcp"

// maxBody is the longest request that is read, in bytes.
const maxBody = 1 << 20

// face is the face.
type face struct {
	Options
	tools     []tool
	transport http.Handler
}

// New makes the handler of /mcp.
func New(o Options) (http.Handler, error) {
	if o.RequestID == nil {
		o.RequestID = func(context.Context) string { return "" }
	}
	if o.Observe == nil {
		o.Observe = func(context.Context, string, auth.Principal) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	tools, err := tools()
	if err != nil {
		return nil, fmt.Errorf("tools of MCP: %w", err)
	}
	f := &face{Options: o, tools: tools}
	f.transport = sdk.NewStreamableHTTPHandler(f.server, &sdk.StreamableHTTPOptions{
		Stateless:           true,
		JSONResponse:        true,
		MaxRequestBodyBytes: maxBody,
		// The token protects, which no page can make a browser add; a proxy on the
		// same machine names the public host.
		DisableLocalhostProtection: true,
	})
	return f, nil
}

// principalKey finds who asks in the context of a request.
type principalKey struct{}

// ServeHTTP lets in who has a token in force, as often as that may call.
func (f *face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p, err := f.Auth.Authenticate(ctx, tokenHeader(medilink.Authorization(r)))
	f.Observe(ctx, route, p)
	if err == nil {
		err = medilink.Limit(f.Limiter, w, p.IDToken)
	}
	if err != nil {
		f.log(ctx, err)
		medilink.RenderError(w, f.RequestID(ctx), err)
		return
	}
	f.transport.ServeHTTP(w, r.WithContext(context.WithValue(ctx, principalKey{}, p)))
}

// tokenHeader spells "Bearer …", which is all that many assistants can send, as
// every other face wants it.
func tokenHeader(authorization string) string {
	scheme, secret, _ := strings.Cut(authorization, " ")
	if strings.EqualFold(scheme, "Bearer") {
		return "Token " + secret
	}
	return authorization
}

// log tells of failures that are the server's own.
func (f *face) log(ctx context.Context, err error) {
	switch tomahora.KindOf(err) {
	case tomahora.KindInternal, tomahora.KindUnavailable:
		f.Logger.ErrorContext(ctx, "request failed", "request_id", f.RequestID(ctx), "route", route, "error", medilink.Cause(err))
	default:
	}
}

// server is one for a single request: with the tools that its token may use.
func (f *face) server(r *http.Request) *sdk.Server {
	ctx := r.Context()
	p, _ := ctx.Value(principalKey{}).(auth.Principal)
	server := sdk.NewServer(&sdk.Implementation{Name: "tomahora", Title: "Tomahora", Version: f.Version}, &sdk.ServerOptions{
		Instructions: instructions,
		Capabilities: &sdk.ServerCapabilities{Tools: &sdk.ToolCapabilities{}},
		// What there is depends on the token.
		SetCacheable: func(_ context.Context, _ sdk.Request, c *sdk.Cacheable) { c.CacheScope = "private" },
	})
	for _, t := range f.tools {
		if p.Lectura && t.writes {
			continue
		}
		server.AddTool(t.described, func(ctx context.Context, req *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			// A call may outlive the context of its request of HTTP, but not lose its id.
			data, err := t.call(ctx, f.Store, p, req.Params.Arguments)
			if err != nil {
				f.log(r.Context(), err)
				return failure(f.RequestID(r.Context()), err)
			}
			return success(data)
		})
	}
	return server
}

const instructions = `Agenda de una clínica. Atiende a un paciente a la vez.

Primero buscar_paciente, por su RUT o su contacto exacto; con su id_paciente se agenda y se ven sus citas. buscar_horas muestra ` +
	`las primeras horas libres y quiénes atienden. Al ofrecer una hora conviene reservar_hora: queda guardada unos minutos mientras ` +
	`el paciente decide; después, agendar con el id_reserva. Antes de agendar, mover o anular, confirme con el paciente.

Las fechas y horas son las de la clínica. Un error trae un code estable y un message en español. tope_profesional, tope_sillon y ` +
	`tope_reserva dicen que otra persona tomó la hora: busque otra. no_disponible y error_interno se pueden reintentar tal cual: ` +
	`agendar dos veces lo mismo da una sola cita.`
