package auth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/tomahora/tomahora/auth"
)

const back = "https://agenda.clinica.cl/entrar/oidc/volver"

// provider is one that says of everybody who comes what it is told to.
type provider struct {
	t      *testing.T
	server *httptest.Server
	key    *rsa.PrivateKey
	signer *rsa.PrivateKey // what it signs with
	claims map[string]any  // in place of what it would say; nil leaves one out
	asked  url.Values      // how the browser came
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{t: t, key: key, signer: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.answer(w, map[string]any{
			"issuer": p.server.URL, "authorization_endpoint": p.server.URL + "/auth", "token_endpoint": p.server.URL + "/token",
			"jwks_uri": p.server.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		p.answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", p.token)
	p.server = httptest.NewServer(mux)
	t.Cleanup(p.server.Close)
	return p
}

func (p *provider) answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

// token gives an ID token for the code, to who knows the secret and the verifier.
func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	challenge := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if id != "agenda" || secret != "secreto" || r.FormValue("code") != "codigo" || r.FormValue("redirect_uri") != back ||
		base64.RawURLEncoding.EncodeToString(challenge[:]) != p.asked.Get("code_challenge") {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{
		"iss": p.server.URL, "aud": "agenda", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
		"nonce": p.asked.Get("nonce"), "email": "Ana@Clinica.cl", "email_verified": true,
	}
	maps.Copy(claims, p.claims)
	payload, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.signer, KeyID: "k"}}, nil)
	if err != nil {
		p.t.Error(err)
		return
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		p.t.Error(err)
		return
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		p.t.Error(err)
	}
	p.answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": compact})
}

// visit begins an attempt, is with the provider, and returns what it comes back with.
func (p *provider) visit(o *auth.OIDC) (auth.Attempt, url.Values) {
	p.t.Helper()
	to, attempt, err := o.Begin(p.t.Context(), back)
	if err != nil {
		p.t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil {
		p.t.Fatal(err)
	}
	p.asked = u.Query()
	if p.asked.Get("code_challenge_method") != "S256" || p.asked.Get("scope") != "openid email" || p.asked.Get("redirect_uri") != back {
		p.t.Errorf("the browser is sent to %s", to)
	}
	return attempt, url.Values{"code": {"codigo"}, "state": {p.asked.Get("state")}}
}

func (p *provider) oidc() *auth.OIDC {
	return auth.NewOIDC(auth.OIDCOptions{Issuer: p.server.URL, ClientID: "agenda", ClientSecret: "secreto", Nombre: "Cuenta"})
}

func TestAProviderVouches(t *testing.T) {
	p := newProvider(t)
	o := p.oidc()
	for range 2 {
		attempt, answer := p.visit(o)
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
	tests := map[string]func(p *provider, a *auth.Attempt, answer url.Values){
		"another's answer":             func(_ *provider, _ *auth.Attempt, answer url.Values) { answer.Set("state", "x") },
		"no attempt":                   func(_ *provider, a *auth.Attempt, answer url.Values) { *a = auth.Attempt{}; answer.Del("state") },
		"a refusal":                    func(_ *provider, _ *auth.Attempt, answer url.Values) { answer.Set("error", "access_denied") },
		"another code":                 func(_ *provider, _ *auth.Attempt, answer url.Values) { answer.Set("code", "x") },
		"a code of another browser":    func(_ *provider, a *auth.Attempt, _ url.Values) { a.Verifier = "x" },
		"a token of another attempt":   func(_ *provider, a *auth.Attempt, _ url.Values) { a.Nonce = "x" },
		"an email that is not hers":    func(p *provider, _ *auth.Attempt, _ url.Values) { p.claims = map[string]any{"email_verified": false} },
		"an email nobody verified":     func(p *provider, _ *auth.Attempt, _ url.Values) { p.claims = map[string]any{"email_verified": nil} },
		"no email":                     func(p *provider, _ *auth.Attempt, _ url.Values) { p.claims = map[string]any{"email": ""} },
		"a token for another program":  func(p *provider, _ *auth.Attempt, _ url.Values) { p.claims = map[string]any{"aud": "otro"} },
		"a token of another provider":  func(p *provider, _ *auth.Attempt, _ url.Values) { p.claims = map[string]any{"iss": "https://otro.cl"} },
		"a token that has run out":     func(p *provider, _ *auth.Attempt, _ url.Values) { p.claims = map[string]any{"exp": 1} },
		"a token that another signed":  func(p *provider, _ *auth.Attempt, _ url.Values) { p.signer = other },
		"a token without the attempts": func(p *provider, _ *auth.Attempt, _ url.Values) { p.claims = map[string]any{"nonce": ""} },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			o := p.oidc()
			attempt, answer := p.visit(o)
			change(p, &attempt, answer)
			if email, err := o.Finish(t.Context(), back, attempt, answer); !errors.Is(err, auth.ErrOIDCDenied) || email != "" {
				t.Errorf("got %q, error %v", email, err)
			}
		})
	}
}

func TestAProviderThatIsNotThereIsAskedAgain(t *testing.T) {
	p := newProvider(t)
	o := p.oidc()
	there := p.server.Config.Handler
	p.server.Config.Handler = http.NotFoundHandler()
	if _, _, err := o.Begin(t.Context(), back); err == nil || errors.Is(err, auth.ErrOIDCDenied) {
		t.Errorf("got %v", err)
	}
	p.server.Config.Handler = there
	if _, _, err := o.Begin(t.Context(), back); err != nil {
		t.Error(err)
	}
}
