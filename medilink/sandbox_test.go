package medilink

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
)

// fakeClock is a clock that tells how it was moved.
type fakeClock struct{ at time.Time }

func (c *fakeClock) Now() time.Time          { return c.at }
func (c *fakeClock) Set(t time.Time)         { c.at = t }
func (c *fakeClock) Advance(d time.Duration) { c.at = c.at.Add(d) }

// everySandbox has all the routes that a sandbox can have.
func everySandbox() *Sandbox {
	return &Sandbox{
		Faults: func(h http.Handler) http.Handler { return h },
		Clock:  &fakeClock{now()},
		Reset:  func(context.Context, tomahora.ClinicaID) error { return nil },
	}
}

func TestTheClockIsMoved(t *testing.T) {
	tests := map[string]struct {
		body   string
		status int
		moved  time.Duration
		code   tomahora.Code
	}{
		"on":                   {`{"avanzar":120}`, 200, 2 * time.Minute, ""},
		"on, in a text":        {`avanzar=120`, 200, 2 * time.Minute, ""},
		"not at all":           {`{"avanzar":0}`, 200, 0, ""},
		"to a time":            {`{"ahora":"2018-11-05T17:10:01-03:00"}`, 200, time.Minute, ""},
		"back":                 {`{"ahora":"2018-11-05T20:08:01Z"}`, 200, -time.Minute, ""},
		"nowhere":              {`{}`, 400, 0, tomahora.CodeParametroRequerido},
		"by both":              {`{"avanzar":1,"ahora":"2018-11-05T20:08:01Z"}`, 400, 0, tomahora.CodeParametroInvalido},
		"back by seconds":      {`{"avanzar":-1}`, 400, 0, tomahora.CodeParametroInvalido},
		"by half a second":     {`{"avanzar":0.5}`, 400, 0, tomahora.CodeParametroInvalido},
		"to no time":           {`{"ahora":"mañana"}`, 400, 0, tomahora.CodeParametroInvalido},
		"to a time without Z":  {`{"ahora":"2018-11-05 20:08:01"}`, 400, 0, tomahora.CodeParametroInvalido},
		"to the Middle Ages":   {`{"ahora":"1250-01-01T00:00:00Z"}`, 400, 0, tomahora.CodeParametroInvalido},
		"by eleven years":      {`{"avanzar":346896000}`, 400, 0, tomahora.CodeParametroInvalido},
		"with half of a body":  {`{"avanzar"`, 400, 0, tomahora.CodeCuerpoInvalido},
		"by more than numbers": {`{"avanzar":9223372036854775808}`, 400, 0, tomahora.CodeParametroInvalido},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			box := everySandbox()
			f := newFace(t, func(o *Options) { o.Sandbox = box })
			w := f.send("POST", "/api/v5/sandbox/reloj", test.body)
			if moved := box.Clock.Now().Sub(now()); w.Code != test.status || moved != test.moved {
				t.Errorf("status %d, moved by %s, body %s", w.Code, moved, w.Body)
			}
			if test.code != "" && !strings.Contains(w.Body.String(), `"code":"`+string(test.code)+`"`) {
				t.Errorf("body %s", w.Body)
			}
		})
	}
}

// The clock says what the clinic's transactions see, here that of the fake.
func TestTheClockIsToldInTheClinicsZone(t *testing.T) {
	f := newFace(t, func(o *Options) { o.Sandbox = everySandbox() })
	for _, path := range []string{"/api/v5/sandbox/reloj", "/api/v1/sandbox/reset/"} {
		w := f.send("POST", path, `{"avanzar":0}`)
		if want := `{"data":{"ahora":"2018-11-05T17:09:01-03:00"}}` + "\n"; w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%s: status %d, body %s", path, w.Code, w.Body)
		}
	}
}

func TestTheClockStaysWithinReach(t *testing.T) {
	box := everySandbox()
	f := newFace(t, func(o *Options) { o.Sandbox = box })
	for range 25 {
		f.send("POST", "/api/v5/sandbox/reloj", `{"avanzar":315360000}`)
	}
	if year := box.Clock.Now().Year(); year < 2190 || year >= 2200 {
		t.Errorf("the clock shows the year %d", year)
	}
}

func TestOnlyASandboxIsOne(t *testing.T) {
	plain := newFace(t)
	noReset := newFace(t, func(o *Options) { o.Sandbox = everySandbox(); o.Sandbox.Reset = nil })
	demo := newFace(t, func(o *Options) { o.Sandbox = everySandbox(); o.CORSOrigins = []string{"*"} })
	steps := []struct {
		face         face
		method, path string
		token        string
		status       int
	}{
		{plain, "POST", "/api/v5/sandbox/reloj", "demo", 404},
		{plain, "POST", "/api/v5/sandbox/reset", "demo", 404},
		{noReset, "POST", "/api/v5/sandbox/reset", "demo", 404},
		{noReset, "POST", "/api/v6/sandbox/reloj", "demo", 200},
		{demo, "POST", "/api/v6/sandbox/reset", "demo", 200},
		{demo, "POST", "/api/v5/sandbox/reset", "lector", 403},
		{demo, "POST", "/api/v5/sandbox/reloj", "lector", 403},
		{demo, "POST", "/api/v5/sandbox/reset", "nobody", 401},
		{demo, "GET", "/api/v5/sandbox/reloj", "demo", 405},
	}
	for _, s := range steps {
		if w := s.face.send(s.method, s.path, `{"avanzar":0}`, header{"Authorization", "Token " + s.token}); w.Code != s.status {
			t.Errorf("%s %s with %s: status %d, want %d", s.method, s.path, s.token, w.Code, s.status)
		}
	}
	if got := demo.send("OPTIONS", "/api/v5/citas", "").Header().Get("Access-Control-Allow-Headers"); !strings.HasSuffix(got, ", X-Tomahora-Falla") {
		t.Errorf("a browser may send %s", got)
	}
}

func TestAResetThatFailsIsNoSuccess(t *testing.T) {
	f := newFace(t, func(o *Options) {
		o.Sandbox = everySandbox()
		o.Sandbox.Reset = func(context.Context, tomahora.ClinicaID) error { return tomahora.Unavailable(nil) }
	})
	if w := f.send("POST", "/api/v5/sandbox/reset", ""); w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
}
