package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/tomahora/tomahora"
)

// OIDCOptions name a provider that knows people by OpenID Connect.
type OIDCOptions struct {
	Issuer       string // URL under which it publishes what it is
	ClientID     string
	ClientSecret string
	Nombre       string // as people know it
}

// OIDC lets people in of whom a provider says that an email is theirs. It may be
// shared between goroutines.
type OIDC struct {
	OIDCOptions
	client *http.Client

	mu       sync.Mutex
	provider *oidc.Provider // nil until it was reached once
}

// oidcTimeout is how long the provider may take for one answer.
const oidcTimeout = 10 * time.Second

// NewOIDC makes an OIDC. The provider is asked when somebody comes, so that a
// server starts without it.
func NewOIDC(o OIDCOptions) *OIDC {
	return &OIDC{OIDCOptions: o, client: &http.Client{Timeout: oidcTimeout}}
}

// Attempt is what a browser keeps while its owner is with the provider.
type Attempt struct {
	State    string `json:"s"` // that the answer is to this browser
	Nonce    string `json:"n"` // that the token was made for this attempt
	Verifier string `json:"v"` // that who brings the code is who asked (PKCE)
}

// Begin is where to send a browser, which then comes back to a URL of ours, and
// what it is to keep until then.
func (o *OIDC) Begin(ctx context.Context, back string) (to string, a Attempt, err error) {
	config, _, err := o.config(ctx, back)
	if err != nil {
		return "", Attempt{}, err
	}
	a = Attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	return config.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), a, nil
}

// ErrOIDCDenied is of what the provider, or its answer, does not vouch for.
var ErrOIDCDenied = errors.New("the provider does not vouch for this")

// Finish is the email of who came back to a URL of ours with an answer, as
// NormalizeEmail spells it. Anything that does not prove that it is theirs is
// ErrOIDCDenied.
func (o *OIDC) Finish(ctx context.Context, back string, a Attempt, answer url.Values) (email string, err error) {
	if a.State == "" || subtle.ConstantTimeCompare([]byte(a.State), []byte(answer.Get("state"))) != 1 {
		return "", fmt.Errorf("%w: the answer is to another attempt", ErrOIDCDenied)
	}
	if reason := answer.Get("error"); reason != "" {
		return "", fmt.Errorf("%w: it says %q", ErrOIDCDenied, reason)
	}
	config, verifier, err := o.config(ctx, back)
	if err != nil {
		return "", err
	}
	tokens, err := config.Exchange(oidc.ClientContext(ctx, o.client), answer.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response.StatusCode < http.StatusInternalServerError {
			return "", fmt.Errorf("%w: the code is refused with %d", ErrOIDCDenied, refused.Response.StatusCode)
		}
		return "", fmt.Errorf("exchange the code: %w", err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	return o.emailOf(ctx, verifier, raw, a.Nonce)
}

// emailOf reads an ID token.
func (o *OIDC) emailOf(ctx context.Context, verifier *oidc.IDTokenVerifier, raw, nonce string) (string, error) {
	token, err := verifier.Verify(oidc.ClientContext(ctx, o.client), raw)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrOIDCDenied, err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 {
		return "", fmt.Errorf("%w: the token was made for another attempt", ErrOIDCDenied)
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := token.Claims(&claims); err != nil {
		return "", fmt.Errorf("%w: %w", ErrOIDCDenied, err)
	}
	if claims.Email == "" || !claims.Verified {
		return "", fmt.Errorf("%w: the token has no email that was verified", ErrOIDCDenied)
	}
	return tomahora.NormalizeEmail(claims.Email), nil
}

// config is how to talk to the provider, for answers to a URL of ours.
func (o *OIDC) config(ctx context.Context, back string) (oauth2.Config, *oidc.IDTokenVerifier, error) {
	provider, err := o.reach(ctx)
	if err != nil {
		return oauth2.Config{}, nil, err
	}
	return oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, Endpoint: provider.Endpoint(), RedirectURL: back,
		Scopes: []string{oidc.ScopeOpenID, "email"},
	}, provider.Verifier(&oidc.Config{ClientID: o.ClientID}), nil
}

// reach asks the provider once what it is.
func (o *OIDC) reach(ctx context.Context) (*oidc.Provider, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider != nil {
		return o.provider, nil
	}
	// It goes on to fetch keys with this context, long after the request.
	provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), o.client), o.Issuer)
	if err != nil {
		return nil, fmt.Errorf("reach the provider: %w", err)
	}
	o.provider = provider
	return provider, nil
}
