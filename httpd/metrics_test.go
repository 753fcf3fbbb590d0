package httpd

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora/auth"
)

func TestMetricsAreServedWhereThereAreAny(t *testing.T) {
	teapot := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	with, log := newServer(nil, func(c *Config) { c.Metrics = teapot })
	without, _ := newServer(nil)
	for path, want := range map[string]int{"/metrics": 418, "/metrics/": 418, "/metrics/x": 404, "/metricsx": 404} {
		if w := get(with, "GET", path); w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
		if w := get(without, "GET", path); w.Code != http.StatusNotFound || codeOf(t, w) != "no_encontrado" {
			t.Errorf("%s without metrics: status %d", path, w.Code)
		}
	}
	get(with, "GET", "/metrics")
	if lines := log.lines(t); lines[len(lines)-1]["route"] != "/metrics" {
		t.Errorf("log line %v", lines[len(lines)-1])
	}
}

func TestAServerOfMetricsAlone(t *testing.T) {
	s, _ := newServer(nil, func(c *Config) { c.API, c.Store = nil, nil; c.Metrics = http.NotFoundHandler() })
	for path, want := range map[string]int{"/api/v5/citas": 404, "/docs": 404, "/readyz": 404, "/healthz": 200} {
		if w := get(s, "GET", path); w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
	}
}

func TestGuarded(t *testing.T) {
	const token = "un secreto: con dos puntos"
	inner := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	basic := func(user, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, password) }
	}
	header := func(v string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", v) }
	}
	tests := map[string]struct {
		token string
		send  func(*http.Request)
		want  int
	}{
		"nothing":                  {token, func(*http.Request) {}, 401},
		"the token":                {token, header("Bearer " + token), 418},
		"the scheme in lower case": {token, header("bearer " + token), 418},
		"another token":            {token, header("Bearer otro"), 401},
		"its beginning":            {token, header("Bearer " + token[:5]), 401},
		"another scheme":           {token, header("Token " + token), 401},
		"the password":             {token, basic("prometheus", token), 418},
		"the password of no user":  {token, basic("", token), 418},
		"another password":         {token, basic("prometheus", "otro"), 401},
		"the token as the user":    {token, basic(token, ""), 401},
		"no token was set":         {"", header("Bearer "), 401},
		"no password was set":      {"", basic("", ""), 401},
	}
	for name, test := range tests {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		test.send(r)
		w := httptest.NewRecorder()
		Guarded(test.token, inner).ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s: status %d, want %d", name, w.Code, test.want)
		}
		if asked := w.Header().Values("WWW-Authenticate"); (w.Code == 401) != (len(asked) == 2) {
			t.Errorf("%s: status %d with WWW-Authenticate %q", name, w.Code, asked)
		}
	}
}

type request struct {
	Route, Method string
	Status        int
}

type requests []request

func (l *requests) Request(route, method string, status int, took time.Duration) {
	if took < 0 {
		panic("a request took less than no time")
	}
	*l = append(*l, request{route, method, status})
}

func TestRequestsAreToldWithoutWhatCallersInvent(t *testing.T) {
	var told requests
	api := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/panic":
			Observe(r.Context(), "/api/{what}", auth.Principal{})
			panic("x")
		case "/api/x":
			Observe(r.Context(), "/api/{what}", auth.Principal{})
			w.WriteHeader(http.StatusCreated)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}
	s, _ := newServer(api, func(c *Config) { c.Requests = &told })
	get(s, "GET", "/api/x")
	get(s, "GET", "/api/panic")
	get(s, "HACK", "/api/11111111-1")
	get(s, "GET", "/no/such/11111111-1")
	get(s, "GET", "/healthz")
	want := requests{
		{"/api/{what}", "GET", 201}, {"/api/{what}", "GET", 500}, {"", "other", 404}, {"", "GET", 404}, {"/healthz", "GET", 200},
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
