package auth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/internal/oidctest"
)

const back = "https://agenda.clinica.cl/entrar/oidc/volver"

// visit begins an attempt, is with the provider, and returns what it comes back with.
func visit(t *testing.T, p *oidctest.Provider, o *auth.OIDC) (auth.Attempt, url.Values) {
	t.Helper()
	to, attempt, err := o.Begin(t.Context(), back)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	p.Asked = u.Query()
	if p.Asked.Get("code_challenge_method") != "S256" || p.Asked.Get("scope") != "openid email" || p.Asked.Get("redirect_uri") != back {
		t.Errorf("the browser is sent to %s", to)
	}
	return attempt, p.Answer()
}

func clientOf(p *oidctest.Provider) *auth.OIDC {
	return auth.NewOIDC(auth.OIDCOptions{Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Nombre: "Cuenta"})
}

func TestAProviderVouches(t *testing.T) {
	p := oidctest.New(t, time.Now())
	o := clientOf(p)
	for range 2 {
		attempt, answer := visit(t, p, o)
		email, err := o.Finish(t.Context(), back, attempt, answer)
		if err != nil || email != "ana@clinica.cl" {
			t.Errorf("got %q, error %v", email, err)
		}
	}
}

func TestWhatAProviderDoesNotVouchFor(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]func(p *oidctest.Provider, a *auth.Attempt, answer url.Values){
		"another's answer": func(_ *oidctest.Provider, _ *auth.Attempt, answer url.Values) { answer.Set("state", "x") },
		"no attempt": func(_ *oidctest.Provider, a *auth.Attempt, answer url.Values) {
			*a = auth.Attempt{}
			answer.Del("state")
		},
		"a refusal":                  func(_ *oidctest.Provider, _ *auth.Attempt, answer url.Values) { answer.Set("error", "access_denied") },
		"another code":               func(_ *oidctest.Provider, _ *auth.Attempt, answer url.Values) { answer.Set("code", "x") },
		"a code of another browser":  func(_ *oidctest.Provider, a *auth.Attempt, _ url.Values) { a.Verifier = "x" },
		"a token of another attempt": func(_ *oidctest.Provider, a *auth.Attempt, _ url.Values) { a.Nonce = "x" },
		"an email that is not hers": func(p *oidctest.Provider, _ *auth.Attempt, _ url.Values) {
			p.Claims = map[string]any{"email_verified": false}
		},
		"an email nobody verified": func(p *oidctest.Provider, _ *auth.Attempt, _ url.Values) {
			p.Claims = map[string]any{"email_verified": nil}
		},
		"no email":                    func(p *oidctest.Provider, _ *auth.Attempt, _ url.Values) { p.Claims = map[string]any{"email": ""} },
		"a token for another program": func(p *oidctest.Provider, _ *auth.Attempt, _ url.Values) { p.Claims = map[string]any{"aud": "otro"} },
		"a token of another provider": func(p *oidctest.Provider, _ *auth.Attempt, _ url.Values) {
			p.Claims = map[string]any{"iss": "https://otro.cl"}
		},
		"a token that has run out":     func(p *oidctest.Provider, _ *auth.Attempt, _ url.Values) { p.Claims = map[string]any{"exp": 1} },
		"a token that another signed":  func(p *oidctest.Provider, _ *auth.Attempt, _ url.Values) { p.Signer = other },
		"a token without the attempts": func(p *oidctest.Provider, _ *auth.Attempt, _ url.Values) { p.Claims = map[string]any{"nonce": ""} },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			p := oidctest.New(t, time.Now())
			o := clientOf(p)
			attempt, answer := visit(t, p, o)
			change(p, &attempt, answer)
			if email, err := o.Finish(t.Context(), back, attempt, answer); !errors.Is(err, auth.ErrOIDCDenied) || email != "" {
				t.Errorf("got %q, error %v", email, err)
			}
		})
	}
}

func TestAProviderThatIsNotThereIsAskedAgain(t *testing.T) {
	p := oidctest.New(t, time.Now())
	o := clientOf(p)
	there := p.Server.Config.Handler
	p.Server.Config.Handler = http.NotFoundHandler()
	if _, _, err := o.Begin(t.Context(), back); err == nil || errors.Is(err, auth.ErrOIDCDenied) {
		t.Errorf("got %v", err)
	}
	p.Server.Config.Handler = there
	if _, _, err := o.Begin(t.Context(), back); err != nil {
		t.Error(err)
	}
}
