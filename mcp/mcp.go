// Package mcp is the face that AI assistants use: the tools of the Model Context
// Protocol over the same use cases as every other face. It keeps no session, so
// that any replica answers any request.
//
// An assistant speaks for one paciente at a time. Nothing here lists pacientes, and
// what belongs to a paciente is only shown to who names that paciente.
package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
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
	f := &face{Options: o}
	every, reading := f.server(tools), f.server(slices.DeleteFunc(slices.Clone(tools), func(t tool) bool { return t.writes }))
	serverFor := func(r *http.Request) *sdk.Server {
		if p, ok := principalOf(r.Context()); ok && !p.Lectura {
			return every
		}
		return reading
	}
	f.transport = sdk.NewStreamableHTTPHandler(serverFor, &sdk.StreamableHTTPOptions{
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

func principalOf(ctx context.Context) (auth.Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(auth.Principal)
	return p, ok
}

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

// server has some tools. It serves everybody who may use them.
func (f *face) server(tools []tool) *sdk.Server {
	server := sdk.NewServer(&sdk.Implementation{Name: "tomahora", Title: "Tomahora", Version: f.Version}, &sdk.ServerOptions{
		Instructions: instructions,
		Capabilities: &sdk.ServerCapabilities{Tools: &sdk.ToolCapabilities{}},
		// What there is depends on the token.
		SetCacheable: func(_ context.Context, _ sdk.Request, c *sdk.Cacheable) { c.CacheScope = "private" },
	})
	for _, t := range tools {
		server.AddTool(t.described, func(ctx context.Context, req *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			data, err := f.call(ctx, t, req.Params.Arguments)
			if err != nil {
				f.log(ctx, err)
				return failure(f.RequestID(ctx), err)
			}
			return success(data)
		})
	}
	return server
}

// errNobody is a request that did not come through ServeHTTP, or lost who asks on
// its way.
var errNobody = errors.New("a call of a tool by nobody")

// call calls a tool for who asks.
func (f *face) call(ctx context.Context, t tool, arguments json.RawMessage) (any, error) {
	p, ok := principalOf(ctx)
	if !ok {
		return nil, errNobody
	}
	return t.call(ctx, f.Store, p, arguments)
}

const instructions = `Agenda de una clínica. Atiende a un paciente a la vez.

Primero buscar_paciente, por su RUT o su contacto exacto; con su id_paciente se agenda y se ven sus citas. buscar_horas muestra ` +
	`las primeras horas libres y quiénes atienden. Al ofrecer una hora conviene reservar_hora: queda guardada unos minutos mientras ` +
	`el paciente decide; después, agendar o mover con el id_reserva. Antes de agendar, mover o anular, confirme con el paciente.

Las fechas y horas son las de la clínica. Un error trae un code estable y un message en español. tope_profesional, tope_sillon y ` +
	`tope_reserva dicen que otra persona tomó la hora: busque otra. no_disponible y error_interno se pueden reintentar tal cual: ` +
	`agendar dos veces lo mismo da una sola cita.`
