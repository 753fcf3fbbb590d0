package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
)

// Guesses are counted in three ways. Of an account by the network that they come
// from, so that who guesses holds up nobody elsewhere; of an account from wherever,
// so that many networks together are slow; and of a network whatever the account,
// so that trying one password on many accounts is slow. A browser in which somebody
// has signed in before is counted by itself, and by nothing else.

// candidate is an account that a password may open.
type candidate struct {
	tomahora.Credencial
	cuenta  string // what its failures are counted under
	browser string // the browser where the account knows it, else ""
}

// candidateOf is an account with this password. Under another password nothing of
// what was guessed before counts. Each account counts by itself, whatever others
// have its email: who may set the password of one must not thereby be free to guess
// at another.
func candidateOf(c tomahora.Credencial) candidate {
	clave := base64.RawStdEncoding.EncodeToString(Hash(c.Clave))
	return candidate{Credencial: c, cuenta: fmt.Sprintf("cuenta %d/%d %s", c.IDClinica, c.ID, clave)}
}

// fromStranger tells whether the browser is none that the account knows.
func (c candidate) fromStranger() bool { return c.browser == "" }

// frenos are what a failure from a network is counted against.
func (c candidate) frenos(network string) []tomahora.Freno {
	if c.browser != "" {
		return []tomahora.Freno{frenoOfGuesser(c.cuenta + " " + c.browser)}
	}
	return []tomahora.Freno{
		frenoOfGuesser(c.cuenta + " " + network),
		{Hash: Hash(c.cuenta), Libres: 20, Tope: time.Minute, Olvido: 15 * time.Minute},
	}
}

// frenoOfGuesser is for one who guesses at one account.
func frenoOfGuesser(who string) tomahora.Freno {
	return tomahora.Freno{Hash: Hash(who), Libres: 5, Tope: 15 * time.Minute, Olvido: time.Hour, Perdona: true}
}

// frenoOfNetwork is for all strangers of a network: an office shares one address.
func frenoOfNetwork(network string) tomahora.Freno {
	return tomahora.Freno{Hash: Hash(network), Libres: 30, Tope: 15 * time.Minute, Olvido: 5 * time.Minute}
}

// network is where a request comes from. Of an IPv6 address it is the network of
// 64 bits, since whoever has one has all of it.
func (s *Sessions) network(r *http.Request) string {
	address := s.Address(r)
	if ip, err := netip.ParseAddr(address); err == nil && ip.Is6() {
		if network, err := ip.Prefix(64); err == nil {
			address = network.String()
		}
	}
	return "origen " + address
}

const (
	// entryPath is where browsers send what accounts know them by.
	entryPath = "/entrar"
	// knownFor is how long they keep it.
	knownFor = 365 * 24 * time.Hour
)

func knownCookie(u tomahora.Usuario) string { return fmt.Sprintf("conocido-%d-%d", u.IDClinica, u.ID) }

// remember makes the browser known to an account.
func (s *Sessions) remember(w http.ResponseWriter, r *http.Request, c candidate) {
	if !c.fromStranger() {
		return
	}
	nonce := rand.Text()
	http.SetCookie(w, &http.Cookie{
		Name: knownCookie(c.Usuario), Value: nonce + "." + signBrowser(c.Credencial, nonce), Path: entryPath, MaxAge: int(knownFor.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure(r),
	})
}

// knownBrowser is by what an account knows the browser of a request, "" where it
// does not.
func knownBrowser(r *http.Request, c tomahora.Credencial) string {
	cookie, err := r.Cookie(knownCookie(c.Usuario))
	if err != nil {
		return ""
	}
	nonce, mac, _ := strings.Cut(cookie.Value, ".")
	if !hmac.Equal([]byte(mac), []byte(signBrowser(c, nonce))) {
		return ""
	}
	return "conocido " + nonce
}

// signBrowser signs by the hash of the account's password, a secret that every
// replica has: a new password makes all browsers strangers.
func signBrowser(c tomahora.Credencial, nonce string) string {
	mac := hmac.New(sha256.New, []byte(c.Clave))
	_, _ = fmt.Fprintf(mac, "conocido %d/%d %s", c.IDClinica, c.ID, nonce) // never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
