package sandbox_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/sandbox"
)

func TestAMovedClockGoesOn(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c := sandbox.NewClock(func() time.Time { return base })
	c.Advance(time.Minute)
	c.Advance(time.Hour)
	base = base.Add(time.Second)
	if want := base.Add(time.Hour + time.Minute); !c.Now().Equal(want) {
		t.Errorf("got %s, want %s", c.Now(), want)
	}
	to := time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC)
	c.Set(to)
	base = base.Add(time.Second)
	if want := to.Add(time.Second); !c.Now().Equal(want) {
		t.Errorf("got %s, want %s", c.Now(), want)
	}
}

// tokens knows one secret.
type tokens struct{}

func (tokens) TokenByHash(_ context.Context, hash []byte) (tomahora.Token, error) {
	if string(hash) != string(auth.Hash("demo")) {
		return tomahora.Token{}, tomahora.NotFound("el token")
	}
	return tomahora.Token{ID: 1, IDClinica: 1}, nil
}

// done is what reached the routes.
type done struct {
	requests int
	body     string
}

func (d *done) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	d.requests++
	d.body = string(body)
	w.Header().Set("X-Reached", "yes")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, "done")
}

func newFaults(next http.Handler) http.Handler {
	return sandbox.Faults{
		Auth:      auth.New(tokens{}, time.Now),
		RequestID: func(context.Context) string { return "REQ1" },
		Observe:   func(context.Context, string, auth.Principal) {},
	}.Around(next)
}

// request is one with a token and the given faults.
func request(faults ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/api/v5/citas", strings.NewReader("body"))
	r.Header.Set("Authorization", "Token demo")
	r.Header[sandbox.Header] = faults
	return r
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		faults  []string
		status  int // 0: the connection is cut
		body    string
		reached int
	}{
		"none":                     {nil, 201, "done", 1},
		"too many requests":        {[]string{"429"}, 429, `"message":"Too Many Attempts","code":"demasiadas_solicitudes"`, 0},
		"an error":                 {[]string{"500"}, 500, `"code":"error_interno"`, 0},
		"not available":            {[]string{"503"}, 503, `"code":"no_disponible"`, 0},
		"a page":                   {[]string{"html"}, 502, "<html>", 0},
		"a delay":                  {[]string{"lento=1ms"}, 201, "done", 1},
		"cut before":               {[]string{"corte"}, 0, "", 0},
		"cut after":                {[]string{"corte-despues"}, 0, "", 1},
		"one that is unknown":      {[]string{"otra"}, 400, `"field":"X-Tomahora-Falla"`, 0},
		"an empty one":             {[]string{""}, 400, `"code":"parametro_invalido"`, 0},
		"two":                      {[]string{"429", "500"}, 400, `"code":"parametro_invalido"`, 0},
		"a delay that is too long": {[]string{"lento=31s"}, 400, `"code":"parametro_invalido"`, 0},
		"a delay of nothing":       {[]string{"lento=0s"}, 400, `"code":"parametro_invalido"`, 0},
		"a delay into the past":    {[]string{"lento=-1s"}, 400, `"code":"parametro_invalido"`, 0},
		"a delay without a unit":   {[]string{"lento=2"}, 400, `"code":"parametro_invalido"`, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reached := &done{}
			w := httptest.NewRecorder()
			cut := serve(newFaults(reached), w, request(test.faults...))
			if cut != (test.status == 0) || !cut && w.Code != test.status || !strings.Contains(w.Body.String(), test.body) || reached.requests != test.reached {
				t.Errorf("cut %t, status %d, reached %d times, body %s", cut, w.Code, reached.requests, w.Body)
			}
			if reached.requests > 0 && reached.body != "body" {
				t.Errorf("the routes read %q", reached.body)
			}
			if cut && (w.Body.Len() > 0 || w.Header().Get("X-Reached") != "") {
				t.Errorf("before the cut: %v %s", w.Header(), w.Body)
			}
			if retry := w.Header().Get("Retry-After"); (retry == "1") != (w.Code == 429 || w.Code == 503) {
				t.Errorf("status %d with Retry-After %q", w.Code, retry)
			}
		})
	}
}

// serve tells whether the connection was cut.
func serve(h http.Handler, w http.ResponseWriter, r *http.Request) (cut bool) {
	defer func() { cut = recover() == http.ErrAbortHandler }() //nolint:errorlint // a panic's value
	h.ServeHTTP(w, r)
	return false
}

func TestFaultsAreForCallersWithAToken(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(http.Header){
		"without a token":  func(h http.Header) { h.Del("Authorization") },
		"with another":     func(h http.Header) { h.Set("Authorization", "Token other") },
		"with one and one": func(h http.Header) { h.Add("Authorization", "Token demo") },
	} {
		reached := &done{}
		r := request("corte")
		change(r.Header)
		if cut := serve(newFaults(reached), httptest.NewRecorder(), r); cut || reached.requests != 1 {
			t.Errorf("%s: cut %t, reached %d times", name, cut, reached.requests)
		}
	}
}

func TestADelayEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reached := &done{}
		ctx, leave := context.WithTimeout(t.Context(), 10*time.Second)
		defer leave()
		start := time.Now()
		cut := serve(newFaults(reached), httptest.NewRecorder(), request("lento=30s").WithContext(ctx))
		if waited := time.Since(start); !cut || reached.requests != 0 || waited != 10*time.Second {
			t.Errorf("cut %t, reached %d times, after %s", cut, reached.requests, waited)
		}
	})
}

// A body that is longer than what is read before the delay arrives whole.
func TestADelayKeepsTheBody(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3<<20)
	reached := &done{}
	r := request("lento=1ms")
	r.Body = io.NopCloser(strings.NewReader(long))
	serve(newFaults(reached), httptest.NewRecorder(), r)
	if reached.body != long {
		t.Errorf("the routes read %d bytes of %d", len(reached.body), len(long))
	}
}

// A server that gives up on slow senders does not give up on one it keeps waiting.
func TestADelayIsNotTheSendersFault(t *testing.T) {
	t.Parallel()
	reached := &done{}
	server := httptest.NewUnstartedServer(newFaults(reached))
	server.Config.ReadTimeout = 100 * time.Millisecond
	server.Start()
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = request("lento=400ms").Header
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated || reached.body != "body" {
		t.Errorf("status %d, the routes read %q", resp.StatusCode, reached.body)
	}
}
