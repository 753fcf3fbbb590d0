package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"
)

// cost is what a hash of a password asks of a machine.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// The cost of new hashes: 19 MiB and two passes, some 30 ms.
var current = cost{19 << 10, 2, 1} //nolint:gochecknoglobals // a constant that Go cannot write as one

const (
	saltBytes = 16
	keyBytes  = 32
	// What a stored hash may ask for at most: one that was brought in with a clinic
	// must not bring the server down.
	maxMemory = 128 << 10
	maxPasses = 16
)

// Passwords hashes and checks passwords with argon2id, a few at a time, because
// each takes its memory. It may be shared between goroutines.
type Passwords struct{ slots *semaphore.Weighted }

// NewPasswords makes Passwords that works on so many at once.
func NewPasswords(atOnce int) *Passwords {
	return &Passwords{semaphore.NewWeighted(int64(atOnce))}
}

// Hash is the hash of a password as it is kept, in the PHC's notation. It only
// fails where ctx ends.
func (p *Passwords) Hash(ctx context.Context, clave string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: it ends the program instead
	key, err := p.derive(ctx, clave, salt, current, keyBytes)
	if err != nil {
		return "", err
	}
	return phc(salt, key), nil
}

// nobodys is a hash that no password has, and that costs as much to check as any.
func nobodys() string {
	salt, key := make([]byte, saltBytes), make([]byte, keyBytes)
	rand.Read(salt)
	rand.Read(key)
	return phc(salt, key)
}

// phc is a hash of the current cost in the PHC's notation.
func phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, current.memory, current.passes, current.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// Check tells whether a hash is that of a password, and whether it should be made
// anew because hashes cost something else by now. A hash that cannot be read is
// nobody's. It only fails where ctx ends.
func (p *Passwords) Check(ctx context.Context, hash, clave string) (ok, stale bool, err error) {
	c, salt, want, readable := parseHash(hash)
	if !readable {
		return false, false, nil
	}
	got, err := p.derive(ctx, clave, salt, c, len(want))
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, c != current || len(want) != keyBytes, nil
}

// derive spells the password alike whatever keyboard it was typed on.
func (p *Passwords) derive(ctx context.Context, clave string, salt []byte, c cost, length int) ([]byte, error) {
	if err := p.slots.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer p.slots.Release(1)
	return argon2.IDKey([]byte(norm.NFKC.String(clave)), salt, c.passes, c.memory, c.threads, uint32(length)), nil
}

func parseHash(hash string) (c cost, salt, key []byte, ok bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost{}, nil, nil, false
	}
	_, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads)
	if err != nil || c.memory > maxMemory || c.passes < 1 || c.passes > maxPasses || c.threads < 1 {
		return cost{}, nil, nil, false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	return c, salt, key, err1 == nil && err2 == nil && len(key) >= saltBytes
}
