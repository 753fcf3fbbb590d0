package auth_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// tokens is a store of tokens that counts questions.
type tokens struct {
	mu     sync.Mutex
	byHash map[string]tomahora.Token
	err    error
	asked  atomic.Int64
}

func (s *tokens) TokenByHash(_ context.Context, hash []byte) (tomahora.Token, error) {
	s.asked.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return tomahora.Token{}, s.err
	}
	t, ok := s.byHash[string(hash)]
	if !ok {
		return t, tomahora.NotFound("el token")
	}
	return t, nil
}

func (s *tokens) revoke(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byHash, string(auth.Hash(secret)))
}

// clock is a real clock that is turned by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func newTokens() *tokens {
	return &tokens{byHash: map[string]tomahora.Token{
		string(auth.Hash("demo")): {ID: 3, IDClinica: 1, Lectura: true},
	}}
}

func newClock() *clock { return &clock{time.Unix(1_540_000_000, 0)} }

func isUnauthorized(err error) bool {
	e, ok := errors.AsType[*tomahora.Error](err)
	return ok && e.Kind == tomahora.KindUnauthorized && e.Code == tomahora.CodeNoAutorizado
}

func TestHeader(t *testing.T) {
	tests := map[string]bool{
		"Token demo":                         true,
		"token demo":                         true,
		"TOKEN demo":                         true,
		"Token   demo ":                      true,
		"":                                   false,
		"Token":                              false,
		"Token ":                             false,
		"demo":                               false,
		"Bearer demo":                        false,
		"Basic demo":                         false,
		"Token demo extra":                   false,
		"Token other":                        false,
		"Token DEMO":                         false,
		"Token " + strings.Repeat("x", 9999): false,
	}
	for header, accepted := range tests {
		t.Run(header[:min(len(header), 20)], func(t *testing.T) {
			p, err := auth.New(newTokens(), newClock().Now).Authenticate(t.Context(), header)
			if !accepted {
				if !isUnauthorized(err) {
					t.Fatalf("got %v, want no_autorizado", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := auth.Principal{IDClinica: 1, IDToken: 3, Lectura: true}
			if diff := cmp.Diff(want, p); diff != "" {
				t.Error(diff)
			}
			if got := p.Actor(); got != "token:3" {
				t.Errorf("actor %q", got)
			}
		})
	}
}

func TestAValidTokenIsRememberedForHalfASecond(t *testing.T) {
	store, c := newTokens(), newClock()
	a := auth.New(store, c.Now)
	for range 100 {
		if _, err := a.Authenticate(t.Context(), "Token demo"); err != nil {
			t.Fatal(err)
		}
	}
	if n := store.asked.Load(); n != 1 {
		t.Errorf("asked the store %d times, want 1", n)
	}
	c.now = c.now.Add(500 * time.Millisecond)
	if _, err := a.Authenticate(t.Context(), "Token demo"); err != nil {
		t.Fatal(err)
	}
	if n := store.asked.Load(); n != 2 {
		t.Errorf("asked the store %d times, want 2", n)
	}
}

func TestARevokedTokenStopsWithinASecond(t *testing.T) {
	store, c := newTokens(), newClock()
	a := auth.New(store, c.Now)
	if _, err := a.Authenticate(t.Context(), "Token demo"); err != nil {
		t.Fatal(err)
	}
	store.revoke("demo")
	c.now = c.now.Add(999 * time.Millisecond)
	if _, err := a.Authenticate(t.Context(), "Token demo"); !isUnauthorized(err) {
		t.Errorf("got %v, want no_autorizado", err)
	}
}

func TestAClockThatGoesBackKeepsNoTokenAlive(t *testing.T) {
	store, c := newTokens(), newClock()
	a := auth.New(store, c.Now)
	if _, err := a.Authenticate(t.Context(), "Token demo"); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(-3 * time.Hour)
	for range 3 { // the first time it is asked for, then remembered again
		if _, err := a.Authenticate(t.Context(), "Token demo"); err != nil {
			t.Fatal(err)
		}
	}
	if n := store.asked.Load(); n != 2 {
		t.Errorf("asked the store %d times, want 2", n)
	}
	store.revoke("demo")
	c.now = c.now.Add(-time.Hour)
	if _, err := a.Authenticate(t.Context(), "Token demo"); !isUnauthorized(err) {
		t.Errorf("got %v, want no_autorizado", err)
	}
}

func TestAnUnknownTokenIsNeverRemembered(t *testing.T) {
	store, c := newTokens(), newClock()
	a := auth.New(store, c.Now)
	if _, err := a.Authenticate(t.Context(), "Token new"); !isUnauthorized(err) {
		t.Fatal(err)
	}
	store.byHash[string(auth.Hash("new"))] = tomahora.Token{ID: 4, IDClinica: 2}
	if _, err := a.Authenticate(t.Context(), "Token new"); err != nil {
		t.Errorf("a token made after a guess of it: %v", err)
	}
}

func TestAFailingStoreIsNotAWrongToken(t *testing.T) {
	store := newTokens()
	store.err = tomahora.Unavailable(errors.New("gone"))
	_, err := auth.New(store, newClock().Now).Authenticate(t.Context(), "Token demo")
	if !tomahora.IsCode(err, tomahora.CodeNoDisponible) {
		t.Errorf("got %v, want no_disponible", err)
	}
}

func TestConcurrentCallers(t *testing.T) {
	store := newTokens()
	a := auth.New(store, time.Now)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 200 {
				if _, err := a.Authenticate(t.Context(), "Token demo"); err != nil {
					t.Error(err)
				}
				if _, err := a.Authenticate(t.Context(), "Token no"); err == nil {
					t.Error("an unknown token passed")
				}
			}
		})
	}
	wg.Wait()
}

func TestNewSecret(t *testing.T) {
	one, hash := auth.NewSecret()
	two, _ := auth.NewSecret()
	if one == two {
		t.Error("two secrets are equal")
	}
	if !strings.HasPrefix(one, "tmh_") || len(one) != len("tmh_")+43 {
		t.Errorf("secret has the wrong shape: %d bytes", len(one))
	}
	if !bytes.Equal(hash, auth.Hash(one)) {
		t.Error("the hash is not the secret's")
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	a := auth.New(newTokens(), time.Now)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Authenticate(b.Context(), "Token demo"); err != nil {
			b.Fatal(err)
		}
	}
}
