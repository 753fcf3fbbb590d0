package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/medilink"
)

// Header is how a caller asks for a request to misbehave.
const Header = "X-Tomahora-Falla"

// whyFault says what Header may hold.
const whyFault = "debe ser 429, 500, 503, html, corte, corte-despues o lento=D, con una duración D de hasta 30s"

// maxDelay is the longest delay a caller may ask for.
const maxDelay = 30 * time.Second

// Faults makes requests misbehave as their Header asks. Every field is required.
type Faults struct {
	Auth      *auth.Authenticator
	RequestID func(context.Context) string
	// Observe is told of a request that goes no further than its fault.
	Observe func(ctx context.Context, route string, p auth.Principal)
}

// route is what the log calls a request that goes no further than its fault.
const route = "falla"

// Around puts the faults around the routes. They are for callers with a token in
// force; of everybody else's requests the routes themselves say what is wrong.
func (f Faults) Around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.Header.Values(Header)
		if len(asked) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		p, err := f.Auth.Authenticate(r.Context(), medilink.Authorization(r))
		if err != nil {
			next.ServeHTTP(w, r)
			return
		}
		f.misbehave(w, r, p, strings.Join(asked, ","), next)
	})
}

func (f Faults) misbehave(w http.ResponseWriter, r *http.Request, p auth.Principal, fault string, next http.Handler) {
	switch fault {
	case "corte-despues":
		next.ServeHTTP(unheard{http.Header{}}, r)
		panic(http.ErrAbortHandler) // closes the connection
	case "429", "500", "503", "html", "corte":
		f.Observe(r.Context(), route, p)
		f.answer(w, r, fault)
	default:
		delay, ok := delayOf(fault)
		if !ok {
			f.Observe(r.Context(), route, p)
			f.fail(w, r, tomahora.Invalid(tomahora.CodeParametroInvalido, Header, Header, whyFault))
			return
		}
		next.ServeHTTP(w, delayed(r, delay))
	}
}

// answer is given before anything is done.
func (f Faults) answer(w http.ResponseWriter, r *http.Request, fault string) {
	switch fault {
	case "429":
		w.Header().Set("Retry-After", "1")
		f.fail(w, r, &tomahora.Error{Kind: tomahora.KindRateLimited, Code: tomahora.CodeDemasiadasSolicitudes})
	case "500":
		f.fail(w, r, &tomahora.Error{Kind: tomahora.KindInternal, Code: tomahora.CodeErrorInterno})
	case "503":
		f.fail(w, r, tomahora.Unavailable(nil))
	case "html":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, page) // only the connection can fail
	case "corte":
		panic(http.ErrAbortHandler)
	}
}

// page is what a proxy in front of a server that is down would show.
const page = `<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><h1>502 Bad Gateway</h1></body></html>
`

func (f Faults) fail(w http.ResponseWriter, r *http.Request, err error) {
	medilink.RenderError(w, f.RequestID(r.Context()), err)
}

// delayOf reads "lento=2s".
func delayOf(fault string) (time.Duration, bool) {
	text, ok := strings.CutPrefix(fault, "lento=")
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d > 0 && d <= maxDelay
}

// maxRead is how much of a delayed request's body is read before the delay, in
// bytes: a little more than any route takes.
const maxRead = 1<<20 + 1

// delayed is the request after a delay. A caller who leaves meanwhile has sent it
// in vain: nothing is done. The body is read first, because the server sees a
// caller leave, and stops counting the time it takes to send, only after that.
func delayed(r *http.Request, delay time.Duration) *http.Request {
	head, err := io.ReadAll(io.LimitReader(r.Body, maxRead))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	}
	later := *r
	later.Body = body{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
	return &later
}

// body is a request's body of which some was read before.
type body struct {
	io.Reader
	io.Closer
}

// unheard takes an answer that nobody is to hear.
type unheard struct{ header http.Header }

func (u unheard) Header() http.Header         { return u.header }
func (u unheard) Write(b []byte) (int, error) { return len(b), nil }
func (u unheard) WriteHeader(int)             {}
