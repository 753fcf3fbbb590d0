// Package httpd is the HTTP server: it puts the faces under their paths, gives
// every request an id and a line in the log, answers for what no face owns, and
// stops without dropping what is under way.
package httpd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/medilink"
)

// Config is what a Server is made of.
type Config struct {
	API   http.Handler // everything under /api; required
	Docs  http.Handler // everything under /docs; nil means there is none
	MCP   http.Handler // /mcp; nil means there is none
	Store Pinger       // asked by /readyz; required

	Logger *slog.Logger     // required
	Clock  func() time.Time // the real clock; required

	// CertFile and KeyFile are PEM files; with both, Serve speaks HTTPS.
	CertFile, KeyFile string
	// ShutdownTimeout bounds how long requests under way are waited for. Zero
	// means 30 s.
	ShutdownTimeout time.Duration
}

// Pinger tells whether the database answers; a tomahora.Store does.
type Pinger interface {
	Ping(ctx context.Context) error
}

const (
	readHeaderTimeout      = 10 * time.Second
	readTimeout            = 30 * time.Second
	writeTimeout           = 60 * time.Second
	idleTimeout            = 2 * time.Minute
	maxHeaderBytes         = 64 << 10
	defaultShutdownTimeout = 30 * time.Second
	pingTimeout            = 2 * time.Second
)

// Server serves the product over HTTP.
type Server struct {
	cfg     Config
	handler http.Handler
}

// New makes a Server; nothing listens yet.
func New(cfg Config) *Server {
	if cfg.ShutdownTimeout == 0 {
		cfg.ShutdownTimeout = defaultShutdownTimeout
	}
	s := &Server{cfg: cfg}
	s.handler = s.observed(http.HandlerFunc(s.dispatch))
	return s
}

// ServeHTTP answers one request with all that surrounds it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers on l until ctx ends, then lets requests under way finish, for
// ShutdownTimeout at most. It closes l. It returns nil when all of them did.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12},
		ErrorLog:          slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- s.serve(srv, l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	return s.shutdown(context.WithoutCancel(ctx), srv)
}

func (s *Server) serve(srv *http.Server, l net.Listener) error {
	if s.cfg.CertFile == "" && s.cfg.KeyFile == "" {
		return srv.Serve(l)
	}
	return srv.ServeTLS(l, s.cfg.CertFile, s.cfg.KeyFile)
}

func (s *Server) shutdown(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.ShutdownTimeout)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests still under way after %s: %w", s.cfg.ShutdownTimeout, err), srv.Close())
	}
	return nil
}

// dispatch finds who owns a path. It looks at the cleaned path and hands the
// request on as it came: no face is ever reached by a redirect.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	clean := path.Clean("/" + strings.TrimLeft(r.URL.Path, "/"))
	switch {
	case clean == "/api" || strings.HasPrefix(clean, "/api/"):
		s.cfg.API.ServeHTTP(w, r)
	case s.cfg.Docs != nil && (clean == "/docs" || strings.HasPrefix(clean, "/docs/")):
		exchangeOf(r.Context()).route = "/docs"
		s.cfg.Docs.ServeHTTP(w, r)
	case s.cfg.MCP != nil && clean == "/mcp":
		s.cfg.MCP.ServeHTTP(w, r)
	case clean == "/healthz":
		s.probe(w, r, clean, func(context.Context) error { return nil })
	case clean == "/readyz":
		s.probe(w, r, clean, s.cfg.Store.Ping)
	default:
		s.fail(w, r, tomahora.NotFound("la ruta"))
	}
}

// probe answers an operator's question with "ok" or 503.
func (s *Server) probe(w http.ResponseWriter, r *http.Request, route string, check func(context.Context) error) {
	exchangeOf(r.Context()).route = route
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.fail(w, r, &tomahora.Error{Kind: tomahora.KindMethodNotAllowed, Code: tomahora.CodeMetodoNoPermitido, Args: []any{r.Method}})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pingTimeout)
	defer cancel()
	if err := check(ctx); err != nil {
		s.cfg.Logger.WarnContext(ctx, "not ready", "request_id", RequestID(ctx), "error", err)
		s.fail(w, r, tomahora.Unavailable(err))
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	// What is left to fail is the connection, and then nobody listens.
	_, _ = io.WriteString(w, "ok\n")
}

// fail answers err as the API does: so far every client is one of the API.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	medilink.RenderError(w, RequestID(r.Context()), err)
}
