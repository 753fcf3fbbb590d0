// Package httpd is the HTTP server: it puts the faces under their paths, gives
// every request an id and a line in the log, answers for what no face owns, and
// stops without dropping what is under way.
package httpd

import (
	"cmp"
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
	API     http.Handler // everything under /api; nil means there is none
	Docs    http.Handler // everything under /docs; nil means there is none
	MCP     http.Handler // /mcp; nil means there is none
	Web     Pages        // every path that no other has; nil means there is none
	Metrics http.Handler // /metrics; nil means there is none
	Store   Pinger       // asked by /readyz; nil means there is no /readyz

	Logger *slog.Logger     // required
	Clock  func() time.Time // the real clock; required
	// Requests is told of every request that was answered. Nil means no one is.
	Requests RequestObserver

	// CertFile and KeyFile are PEM files; with both, Serve speaks HTTPS.
	CertFile, KeyFile string

	Limits Limits
}

// Pages is a face for people, who are to be told of a failure in a page.
type Pages interface {
	http.Handler
	// Fail answers a request that ServeHTTP left without an answer.
	Fail(w http.ResponseWriter, r *http.Request, err error)
}

// Limits bound what clients can make the server wait for and keep. A zero field
// means its default.
type Limits struct {
	HeaderTimeout   time.Duration // for the head of a request; 10 s
	ReadTimeout     time.Duration // for a request with its body; 30 s
	WriteTimeout    time.Duration // from the head of a request to the end of its answer; 60 s
	IdleTimeout     time.Duration // between two requests of a connection; 2 min
	ShutdownTimeout time.Duration // for requests under way when the server is to stop; 30 s
	// MaxConnections may be open at once; one more waits, and takes the place of
	// one that is idle, if any is. 16384.
	MaxConnections int
}

func (l Limits) withDefaults() Limits {
	l.HeaderTimeout = cmp.Or(l.HeaderTimeout, 10*time.Second)
	l.ReadTimeout = cmp.Or(l.ReadTimeout, 30*time.Second)
	l.WriteTimeout = cmp.Or(l.WriteTimeout, 60*time.Second)
	l.IdleTimeout = cmp.Or(l.IdleTimeout, 2*time.Minute)
	l.ShutdownTimeout = cmp.Or(l.ShutdownTimeout, 30*time.Second)
	l.MaxConnections = cmp.Or(l.MaxConnections, 16384)
	return l
}

// Pinger tells whether the database answers; a tomahora.Store does.
type Pinger interface {
	Ping(ctx context.Context) error
}

// RequestObserver hears of the requests a Server answers, from many goroutines
// at once.
type RequestObserver interface {
	// Request hears of one: its route pattern, "" where no route was taken, its
	// method or "other", the status it was answered with, and how long that took.
	// None of them is of the caller's invention. Status is 0 where the connection
	// was given up before there was one.
	Request(route, method string, status int, took time.Duration)
}

const (
	maxHeaderBytes = 64 << 10
	pingTimeout    = 2 * time.Second
)

// Server serves the product over HTTP.
type Server struct {
	cfg     Config
	handler http.Handler
}

// New makes a Server; nothing listens yet.
func New(cfg Config) *Server {
	cfg.Limits = cfg.Limits.withDefaults()
	s := &Server{cfg: cfg}
	s.handler = s.observed(thrifty(http.HandlerFunc(s.dispatch)))
	return s
}

// ServeHTTP answers one request with all that surrounds it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers on l until ctx ends, then lets requests under way finish, for
// Limits.ShutdownTimeout at most. It closes l. It returns nil when all of them did.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	crowd := newCrowd(l, s.cfg.Limits.MaxConnections)
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: s.cfg.Limits.HeaderTimeout,
		ReadTimeout:       s.cfg.Limits.ReadTimeout,
		WriteTimeout:      s.cfg.Limits.WriteTimeout,
		IdleTimeout:       s.cfg.Limits.IdleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnState:         crowd.note,
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12},
		ErrorLog:          slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- s.serve(srv, crowd) }()
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
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Limits.ShutdownTimeout)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests still under way after %s: %w", s.cfg.Limits.ShutdownTimeout, err), srv.Close())
	}
	return nil
}

// dispatch finds who owns a path. It looks at the cleaned path and hands the
// request on as it came: no face is ever reached by a redirect.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	clean := path.Clean("/" + strings.TrimLeft(r.URL.Path, "/"))
	switch {
	case s.cfg.API != nil && (clean == "/api" || strings.HasPrefix(clean, "/api/")):
		s.cfg.API.ServeHTTP(w, r)
	case s.cfg.Docs != nil && (clean == "/docs" || strings.HasPrefix(clean, "/docs/")):
		exchangeOf(r.Context()).route = "/docs"
		s.cfg.Docs.ServeHTTP(w, r)
	case s.cfg.Metrics != nil && clean == "/metrics":
		exchangeOf(r.Context()).route = clean
		s.cfg.Metrics.ServeHTTP(w, r)
	case s.cfg.MCP != nil && clean == "/mcp":
		s.cfg.MCP.ServeHTTP(w, r)
	case clean == "/healthz":
		s.probe(w, r, clean, func(context.Context) error { return nil })
	case clean == "/readyz" && s.cfg.Store != nil:
		s.probe(w, r, clean, s.cfg.Store.Ping)
	case s.cfg.Web != nil:
		exchangeOf(r.Context()).pages = s.cfg.Web
		s.cfg.Web.ServeHTTP(w, r)
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

// fail answers err as the API does, unless it was people who asked.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if pages := exchangeOf(r.Context()).pages; pages != nil {
		pages.Fail(w, r, err)
		return
	}
	medilink.RenderError(w, RequestID(r.Context()), err)
}
