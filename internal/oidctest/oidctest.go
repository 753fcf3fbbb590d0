// Package oidctest is an OpenID Connect provider for tests.
package oidctest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The client that every Provider knows.
const (
	ClientID     = "agenda"
	ClientSecret = "secreto"
)

// Provider lets in everybody at once, and says of them what it is told to. It is
// for one browser at a time.
type Provider struct {
	URL    string
	Server *httptest.Server
	Signer *rsa.PrivateKey // what it signs with
	Claims map[string]any  // in place of what it would say
	Asked  url.Values      // how the browser came

	t   *testing.T
	now time.Time
}

// New starts a Provider whose tokens are made at a time, until the test ends.
func New(t *testing.T, now time.Time) *Provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{t: t, now: now, Signer: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.answer(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token",
			"jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		p.answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /auth", func(w http.ResponseWriter, r *http.Request) {
		p.Asked = r.URL.Query()
		http.Redirect(w, r, p.Asked.Get("redirect_uri")+"?"+p.Answer().Encode(), http.StatusSeeOther)
	})
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	p.URL = p.Server.URL
	t.Cleanup(p.Server.Close)
	return p
}

func (p *Provider) answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

const code = "codigo"

// Answer is what a browser that came as Asked goes back with.
func (p *Provider) Answer() url.Values {
	return url.Values{"code": {code}, "state": {p.Asked.Get("state")}}
}

// token gives an ID token for the code, to who knows the secret and the verifier.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	challenge := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if id != ClientID || secret != ClientSecret || r.FormValue("code") != code || r.FormValue("redirect_uri") != p.Asked.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(challenge[:]) != p.Asked.Get("code_challenge") {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{
		"iss": p.URL, "aud": ClientID, "sub": "1", "exp": p.now.Add(time.Hour).Unix(), "iat": p.now.Unix(),
		"nonce": p.Asked.Get("nonce"), "email": "Ana@Clinica.cl", "email_verified": true,
	}
	maps.Copy(claims, p.Claims)
	payload, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.Signer, KeyID: "k"}}, nil)
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
