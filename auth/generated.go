package auth

import (
	"crypto/rand"
	"strings"
)

// NewPassword makes a password of 80 random bits that can be read out on the
// telephone: "k3fw-…".
func NewPassword() string {
	const groups, letters = 4, 4
	random := strings.ToLower(rand.Text())
	parts := make([]string, groups)
	for i := range parts {
		parts[i] = random[i*letters : (i+1)*letters]
	}
	return strings.Join(parts, "-")
}
