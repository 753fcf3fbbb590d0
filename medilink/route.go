package medilink

import (
	"maps"
	"math"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// handler answers one method of a route; an error it returns is rendered in one
// place, so it must not have written anything by then.
type handler func(w http.ResponseWriter, r *http.Request, p auth.Principal) error

// methods are the handlers of a route. HEAD works where GET does.
type methods map[string]handler

func (m methods) find(method string) (handler, bool) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	h, ok := m[method]
	return h, ok
}

// allow is the value of an Allow header; cors tells whether OPTIONS is answered.
func (m methods) allow(cors bool) string {
	names := slices.Collect(maps.Keys(m))
	if cors {
		names = append(names, http.MethodOptions)
	}
	if _, ok := m[http.MethodGet]; ok {
		names = append(names, http.MethodHead)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// endpoint is a route with its methods; the one of unknown routes has none.
type endpoint struct {
	api     *api
	pattern string
	methods methods
	allow   string
	dry     bool // with simular=1 it writes nothing
}

// ServeHTTP is where every error of the face ends.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := e.serve(w, r); err != nil {
		e.api.fail(w, r, err)
	}
}

// serve judges the transport in the product's order: 401, 404 route, 405, 403;
// reading the body (413, 400) is the handler's.
func (e *endpoint) serve(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := e.api.Auth.Authenticate(ctx, Authorization(r))
	e.api.Observe(ctx, e.pattern, p)
	if err != nil {
		return err
	}
	if err := Limit(e.api.Limiter, w, p.IDToken); err != nil {
		return err
	}
	if e.methods == nil {
		return tomahora.NotFound("la ruta")
	}
	h, ok := e.methods.find(r.Method)
	if !ok {
		w.Header().Set("Allow", e.allow)
		return &tomahora.Error{Kind: tomahora.KindMethodNotAllowed, Code: tomahora.CodeMetodoNoPermitido, Args: []any{r.Method}}
	}
	if p.Lectura && !e.reads(r) {
		return &tomahora.Error{Kind: tomahora.KindForbidden, Code: tomahora.CodeSinPermiso}
	}
	return h(w, r, p)
}

// reads tells whether a request writes nothing, and so is for every token.
func (e *endpoint) reads(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead || e.dry && isSimulacion(r)
}

// Authorization is the one Authorization header; of several, none counts, since
// a proxy might have believed another one.
func Authorization(r *http.Request) string {
	if values := r.Header["Authorization"]; len(values) == 1 {
		return values[0]
	}
	return ""
}

// Limit counts a request of a token, and tells in the vendor's headers what is
// left (contract §1.6). A nil Limiter limits nothing.
func Limit(l Limiter, w http.ResponseWriter, id tomahora.TokenID) error {
	if l == nil {
		return nil
	}
	allowance, h := l.Allow(id), w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(allowance.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(allowance.Remaining))
	if allowance.OK {
		return nil
	}
	h.Set("Retry-After", strconv.Itoa(retrySeconds(allowance.RetryAfter)))
	return &tomahora.Error{Kind: tomahora.KindRateLimited, Code: tomahora.CodeDemasiadasSolicitudes}
}

// retrySeconds rounds up: who waits so long is not refused again.
func retrySeconds(wait time.Duration) int {
	return max(1, int(math.Ceil(wait.Seconds())))
}

// normalised is the request with "//", dot segments and the slash at the end
// taken out of its path. Clients use all spellings (contract §1.4), and the mux
// would redirect them, which turns a POST into a GET. It works on the escaped
// path, so that an escaped slash stays inside its segment.
func normalised(r *http.Request) *http.Request {
	escaped := r.URL.EscapedPath()
	clean := path.Clean(escaped)
	if !strings.HasPrefix(clean, "/") {
		clean = path.Clean("/" + escaped)
	}
	if clean == escaped {
		return r
	}
	u := *r.URL
	u.RawPath = clean
	if plain, err := url.PathUnescape(clean); err == nil {
		u.Path = plain
	}
	copied := *r
	copied.URL = &u
	return &copied
}

// prefixOf is the prefix of a routed request, which its links carry on:
// "/api/v5".
func prefixOf(r *http.Request) string {
	const api = "/api/"
	version, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, api), "/")
	return api + version
}

// pathID reads the {id} of a route.
func pathID(r *http.Request) (int64, error) { return pathIDOf(r, "id") }

// pathIDOf reads another id of a route by its name.
func pathIDOf(r *http.Request, name string) (int64, error) {
	text := r.PathValue(name)
	if strings.Trim(text, "0123456789") == "" {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && id > 0 {
			return id, nil
		}
	}
	return 0, tomahora.Invalid(tomahora.CodeParametroInvalido, name, name, whyID)
}
