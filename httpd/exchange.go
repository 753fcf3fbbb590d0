package httpd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/tomahora/tomahora/auth"
)

// exchange is one request with its answer: a ResponseWriter that keeps what the
// log is told. Only the goroutine of the request touches it.
type exchange struct {
	http.ResponseWriter
	id        string
	route     string
	principal auth.Principal
	pages     Pages // who answers for people, if it is people who ask
	status    int   // 0 until something was answered
	bytes     int64
}

// WriteHeader notes the first final status.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 && status >= http.StatusOK {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write counts bytes of the body.
func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(b)
	x.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

type exchangeKey struct{}

// exchangeOf is the exchange a context belongs to, an empty one where there is
// none.
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{}
}

// RequestID is the id of the request a context belongs to, "" outside of one.
func RequestID(ctx context.Context) string { return exchangeOf(ctx).id }

// Observe notes for the log which route a request took and who made it.
func Observe(ctx context.Context, route string, p auth.Principal) {
	x := exchangeOf(ctx)
	x.route, x.principal = route, p
}

// observed gives every request an id, an answer also when its handler panics,
// and one line in the log.
func (s *Server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.cfg.Clock()
		x := &exchange{ResponseWriter: w, id: rand.Text()}
		x.Header().Set("X-Request-Id", x.id)
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		defer s.told(r, x, start)
		defer s.recovered(x, r)
		next.ServeHTTP(x, r)
	})
}

// told tells the log and the observer of a request that has ended.
func (s *Server) told(r *http.Request, x *exchange, start time.Time) {
	took := s.cfg.Clock().Sub(start)
	if s.cfg.Requests != nil {
		s.cfg.Requests.Request(x.route, knownMethod(r.Method), x.status, took)
	}
	s.log(r, x, took)
}

// log writes the request's line. It tells the route, never the path or query:
// callers put RUTs and names there.
func (s *Server) log(r *http.Request, x *exchange, took time.Duration) {
	ctx := r.Context()
	if !s.cfg.Logger.Enabled(ctx, slog.LevelInfo) {
		return
	}
	s.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "request",
		slog.String("method", knownMethod(r.Method)),
		slog.String("route", x.route),
		slog.Int("status", x.status),
		slog.Int64("bytes", x.bytes),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.String("request_id", x.id),
		slog.Int64("id_clinica", int64(x.principal.IDClinica)),
		slog.Int64("id_token", int64(x.principal.IDToken)),
	)
}

// knownMethod keeps a caller's inventions out of the log and the metrics.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return method
	default:
		return "other"
	}
}

// recovered turns a panic into a 500, or into a broken connection where an
// answer had begun: half an answer must not look whole.
func (s *Server) recovered(x *exchange, r *http.Request) {
	cause := recover()
	if cause == nil {
		if x.status == 0 {
			x.status = http.StatusOK // what net/http answers for a silent handler
		}
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	err := fmt.Errorf("panic: %v", cause)
	s.cfg.Logger.ErrorContext(r.Context(), "request panicked",
		"request_id", x.id, "route", x.route, "error", err, "stack", string(debug.Stack()))
	if x.status != 0 {
		panic(http.ErrAbortHandler)
	}
	s.fail(x, r, err)
}
