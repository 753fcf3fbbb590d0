package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tomahora/tomahora/auth"
)

func TestAPasswordIsCheckedAgainstItsHash(t *testing.T) {
	p := auth.NewPasswords(2)
	hash, err := p.Hash(t.Context(), "contraseña")
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Hash(t.Context(), "contraseña")
	if err != nil || again == hash {
		t.Errorf("one password has one hash for everybody (error %v)", err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is %s", hash)
	}
	for _, tt := range []struct {
		clave string
		want  bool
	}{{"contraseña", true}, {"contrasen\u0303a", true}, {"contrasena", false}, {"", false}, {"contraseña ", false}} {
		ok, stale, err := p.Check(t.Context(), hash, tt.clave)
		if ok != tt.want || stale || err != nil {
			t.Errorf("%q: %v, to be made anew %v, error %v", tt.clave, ok, stale, err)
		}
	}
}

// The hash is from another implementation of argon2id: m=256, t=2, p=1, "password".
func TestOldHashesAreToBeMadeAnew(t *testing.T) {
	const hash = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	ok, stale, err := auth.NewPasswords(1).Check(t.Context(), hash, "password")
	if !ok || !stale || err != nil {
		t.Errorf("got %v, to be made anew %v, error %v", ok, stale, err)
	}
}

func TestWhatIsNoHashIsNobodys(t *testing.T) {
	p := auth.NewPasswords(1)
	for _, hash := range []string{
		"", "x", "demo", "$argon2id$v=19$m=19456,t=2,p=1$AAAA", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=256,t=999,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=256,t=2,p=1$!$AAAAAAAAAAAAAAAAAAAAAAAA",
	} {
		if ok, _, err := p.Check(t.Context(), hash, ""); ok || err != nil {
			t.Errorf("%q let somebody in, error %v", hash, err)
		}
	}
}

func TestWhoHasGoneIsNotWaitedFor(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := auth.NewPasswords(1).Hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkHash(b *testing.B) {
	p := auth.NewPasswords(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Hash(b.Context(), "contraseña"); err != nil {
			b.Fatal(err)
		}
	}
}
