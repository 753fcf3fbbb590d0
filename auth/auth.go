// Package auth tells who a caller is: programs by their tokens, people by a
// password, or by what a provider says of them, and then by their session. It
// renders nothing; each face answers in its own way.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"github.com/tomahora/tomahora"
)

// Principal is who makes a request: a token, and the clinic it opens.
type Principal struct {
	IDClinica tomahora.ClinicaID
	IDToken   tomahora.TokenID
	Lectura   bool // may read only
}

// Actor is the principal as citas and eventos keep it: "token:3".
func (p Principal) Actor() tomahora.Actor {
	return p.IDToken.Actor()
}

// secretPrefix lets scanners of leaked secrets recognise ours.
const secretPrefix = "tmh_"

// NewSecret makes the secret of a new token, to be shown once, and the hash
// under which a store keeps the token.
func NewSecret() (secret string, hash []byte) {
	var random [32]byte
	rand.Read(random[:]) // never fails: it ends the program instead
	secret = secretPrefix + base64.RawURLEncoding.EncodeToString(random[:])
	return secret, Hash(secret)
}

// Hash is SHA-256: a secret has 256 random bits, so nothing slower is needed.
func Hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Tokens is where an Authenticator looks tokens up; a tomahora.Store is one.
type Tokens interface {
	// TokenByHash finds a token in force; KindNotFound when there is none.
	TokenByHash(ctx context.Context, hash []byte) (tomahora.Token, error)
}

const (
	// freshness is how long a token is believed without asking the store. A
	// revoked token must stop working within a second.
	freshness = 500 * time.Millisecond
	// maxRemembered bounds the memory of an Authenticator. Only valid tokens
	// are remembered, so a caller cannot fill it with guesses.
	maxRemembered = 10_000
)

// Authenticator recognises callers by their Authorization header. It may be
// shared between goroutines.
type Authenticator struct {
	tokens Tokens
	clock  func() time.Time

	mu    sync.RWMutex
	known map[[sha256.Size]byte]recognised
}

// recognised is a valid token and when the store was last asked about it.
type recognised struct {
	principal Principal
	asked     time.Time
}

// New makes an Authenticator. The clock is the real one, also where the
// business clock is frozen: it only ages what is remembered.
func New(tokens Tokens, clock func() time.Time) *Authenticator {
	return &Authenticator{tokens: tokens, clock: clock, known: map[[sha256.Size]byte]recognised{}}
}

// Authenticate reads the value of an Authorization header (seed: "Token …",
// the scheme in any case). Anything but a token in force is KindUnauthorized.
func (a *Authenticator) Authenticate(ctx context.Context, header string) (Principal, error) {
	secret, ok := secretOf(header)
	if !ok {
		return Principal{}, unauthorized()
	}
	hash := sha256.Sum256([]byte(secret))
	now := a.clock()
	if p, ok := a.remembered(hash, now); ok {
		return p, nil
	}
	token, err := a.tokens.TokenByHash(ctx, hash[:])
	if tomahora.KindOf(err) == tomahora.KindNotFound {
		a.forget(hash)
		return Principal{}, unauthorized()
	}
	if err != nil {
		return Principal{}, err
	}
	p := Principal{IDClinica: token.IDClinica, IDToken: token.ID, Lectura: token.Lectura}
	// The age counts from before the question: a revocation during it must
	// not be overlooked any longer than one after it.
	a.remember(hash, recognised{p, now})
	return p, nil
}

func (a *Authenticator) remembered(hash [sha256.Size]byte, now time.Time) (Principal, bool) {
	a.mu.RLock()
	r, ok := a.known[hash]
	a.mu.RUnlock()
	age := now.Sub(r.asked)
	return r.principal, ok && 0 <= age && age < freshness // before it was asked nothing is known: the clock went back
}

func (a *Authenticator) remember(hash [sha256.Size]byte, r recognised) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.known) >= maxRemembered {
		clear(a.known) // each costs one question to know again
	}
	// A question asked earlier may be answered later; one from the future was
	// asked before the clock went back.
	if known := a.known[hash].asked; r.asked.After(known) || known.After(a.clock()) {
		a.known[hash] = r
	}
}

func (a *Authenticator) forget(hash [sha256.Size]byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, hash)
}

func secretOf(header string) (string, bool) {
	scheme, secret, found := strings.Cut(header, " ")
	secret = strings.Trim(secret, " \t")
	if !found || secret == "" || !strings.EqualFold(scheme, "Token") {
		return "", false
	}
	return secret, !strings.ContainsAny(secret, " \t")
}

func unauthorized() error {
	return &tomahora.Error{Kind: tomahora.KindUnauthorized, Code: tomahora.CodeNoAutorizado}
}
