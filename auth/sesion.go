package auth

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/tomahora/tomahora"
)

// SessionOptions are what Sessions needs. All are required.
type SessionOptions struct {
	Store     tomahora.Store
	Passwords *Passwords
	// Clock is the real clock, also where the business clock is frozen.
	Clock func() time.Time
	// Secure tells whether a browser reached us over TLS, and Address from where.
	Secure  func(*http.Request) bool
	Address func(*http.Request) string
	Logger  *slog.Logger
}

// Sessions lets people in and recognises them by a cookie. What is in force is in
// the store, so that it survives restarts, holds for all replicas, and ends at
// once when it is ended. It may be shared between goroutines.
type Sessions struct {
	SessionOptions
	// nobodys is a hash that is checked where there is no account, so that it takes
	// as long as where there is one.
	nobodys string
}

// NewSessions makes Sessions.
func NewSessions(ctx context.Context, o SessionOptions) (*Sessions, error) {
	nobodys, err := o.Passwords.Hash(ctx, rand.Text())
	if err != nil {
		return nil, err
	}
	return &Sessions{o, nobodys}, nil
}

const (
	sessionCookie = "tomahora"
	// extendAfter is how much of a session's idle time passes before it is written
	// that it was used.
	extendAfter = 15 * time.Minute
	// maxAccounts bounds how many accounts of one email are tried.
	maxAccounts = 16
	// Failures that have no consequence. An office shares one address.
	freeOfAccount = 5
	freeOfAddress = 30
)

// Account is a usuario that a session may be: who works in several clinics has
// one in each.
type Account struct {
	IDClinica tomahora.ClinicaID `json:"c"`
	IDUsuario tomahora.UsuarioID `json:"u"`
	// Clave is the hash of the account's password hash. Once that is another, the
	// session is that account no more.
	Clave []byte `json:"h"`
}

// kept is what a session remembers.
type kept struct {
	Since    int64     `json:"desde"` // Unix time
	Accounts []Account `json:"cuentas"`
}

// User is who makes a request, false where nobody is signed in. Each call asks the
// store, so that who is disabled or signed out elsewhere is so at once.
func (s *Sessions) User(r *http.Request) (tomahora.Usuario, bool, error) {
	sesion, ok, err := s.sesion(r)
	if err != nil || !ok {
		return tomahora.Usuario{}, false, err
	}
	u, _, ok, err := s.usuario(r.Context(), sesion.IDClinica, sesion.IDUsuario)
	if err != nil || !ok {
		return tomahora.Usuario{}, false, err
	}
	s.extend(r.Context(), sesion)
	return u, true, nil
}

// sesion is the session of a request.
func (s *Sessions) sesion(r *http.Request) (tomahora.Sesion, bool, error) {
	hash := s.Current(r)
	if hash == nil {
		return tomahora.Sesion{}, false, nil
	}
	found, err := s.Store.SesionByHash(r.Context(), hash, s.Clock())
	return found, err == nil, unlessNotFound(err)
}

// usuario is an account's, with the hash of its password, if it may come in.
func (s *Sessions) usuario(ctx context.Context, clinica tomahora.ClinicaID, id tomahora.UsuarioID) (u tomahora.Usuario, clave string, ok bool, err error) {
	err = s.Store.View(ctx, clinica, func(tx tomahora.Tx) (err error) {
		if u, err = tx.Usuarios().Get(id); err != nil {
			return err
		}
		clave, err = tx.Usuarios().Clave(id)
		return err
	})
	return u, clave, err == nil && u.Habilitado, unlessNotFound(err)
}

func unlessNotFound(err error) error {
	if tomahora.KindOf(err) == tomahora.KindNotFound {
		return nil
	}
	return err
}

// extend writes now and again that a session is used. A failure to do so only ends
// it earlier.
func (s *Sessions) extend(ctx context.Context, v tomahora.Sesion) {
	now := s.Clock()
	vence := earlier(now.Add(tomahora.OcioSesion), time.Unix(read(v).Since, 0).Add(tomahora.DuracionSesion))
	if vence.Sub(v.Vence) < extendAfter {
		return
	}
	if err := s.Store.ExtendSesion(ctx, v.Hash, vence); err != nil {
		s.Logger.WarnContext(ctx, "a session could not be extended", "error", err)
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// read is what a session remembers; nothing where that is not ours.
func read(v tomahora.Sesion) (k kept) {
	if json.Unmarshal(v.Datos, &k) != nil {
		return kept{}
	}
	return k
}

// Current is the hash of the session that a request names, nil where it names
// none. It need not be in force.
func (s *Sessions) Current(r *http.Request) []byte {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil || cookie.Value == "" {
		return nil
	}
	return Hash(cookie.Value)
}

// Enter signs in who knows the password of an email. Otherwise the error is
// credencial_invalida, whether or not there is such an account, or after many
// failures demasiados_intentos.
func (s *Sessions) Enter(w http.ResponseWriter, r *http.Request, email, clave string) (tomahora.Usuario, error) {
	ctx, email := r.Context(), tomahora.NormalizeEmail(email)
	var accounts []tomahora.Usuario
	err := s.guarded(r, email, func() (err error) {
		accounts, err = s.accounts(ctx, email, clave)
		return err
	})
	if err != nil {
		return tomahora.Usuario{}, err
	}
	return accounts[0], s.EnterAs(w, r, accounts...)
}

// Verify tells whether a password is a usuario's own, as who is signed in is asked
// for it once more. The errors are those of Enter.
func (s *Sessions) Verify(r *http.Request, u tomahora.Usuario, clave string) error {
	return s.guarded(r, u.Email, func() error {
		_, hash, _, err := s.usuario(r.Context(), u.IDClinica, u.ID)
		if err != nil {
			return err
		}
		ok, _, err := s.Passwords.Check(r.Context(), hash, clave)
		if err == nil && !ok {
			return invalid()
		}
		return err
	})
}

// guarded lets an attempt be made unless too many failed, and counts it.
func (s *Sessions) guarded(r *http.Request, email string, attempt func() error) error {
	ctx, frenos := r.Context(), s.frenos(r, email)
	now := s.Clock()
	hasta, err := s.Store.Frenar(ctx, now, frenos...)
	if err != nil {
		return err
	}
	if !hasta.IsZero() {
		seconds := int(math.Ceil(hasta.Sub(now).Seconds()))
		return &tomahora.Error{Kind: tomahora.KindRateLimited, Code: tomahora.CodeDemasiadosIntentos, Args: []any{seconds}}
	}
	if err := attempt(); err != nil {
		return err
	}
	return s.Store.Soltar(ctx, frenos...)
}

// frenos are what an attempt is counted against. Of an IPv6 address it is the
// network, since whoever has one has all of it.
func (s *Sessions) frenos(r *http.Request, email string) []tomahora.Freno {
	address := s.Address(r)
	if ip, err := netip.ParseAddr(address); err == nil && ip.Is6() {
		if network, err := ip.Prefix(64); err == nil {
			address = network.String()
		}
	}
	return []tomahora.Freno{FrenoDe(email), {Hash: Hash("origen " + address), Libres: freeOfAddress}}
}

// FrenoDe is what the failures of an account are counted against.
func FrenoDe(email string) tomahora.Freno {
	return tomahora.Freno{Hash: Hash("cuenta " + tomahora.NormalizeEmail(email)), Libres: freeOfAccount, Olvida: true}
}

// accounts are those of an email that a password opens, at least one.
func (s *Sessions) accounts(ctx context.Context, email, clave string) ([]tomahora.Usuario, error) {
	found, err := s.Store.UsuariosByEmail(ctx, email)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(c tomahora.Credencial) bool { return !c.Habilitado || c.Clave == "" })
	if len(found) == 0 {
		found = []tomahora.Credencial{{Clave: s.nobodys}}
	}
	var open []tomahora.Usuario
	for _, c := range found[:min(len(found), maxAccounts)] {
		ok, stale, err := s.Passwords.Check(ctx, c.Clave, clave)
		if err != nil {
			return nil, err
		}
		if !ok || c.ID == 0 {
			continue
		}
		open = append(open, c.Usuario)
		if stale {
			if err := s.rehash(ctx, c, clave); err != nil {
				return nil, err
			}
		}
	}
	if len(open) == 0 {
		return nil, invalid()
	}
	return open, nil
}

func invalid() error { return tomahora.Invalid(tomahora.CodeCredencialInvalida, "") }

// rehash keeps a password at the cost of today, unless it was changed meanwhile.
func (s *Sessions) rehash(ctx context.Context, c tomahora.Credencial, clave string) error {
	hash, err := s.Passwords.Hash(ctx, clave)
	if err != nil {
		return err
	}
	return s.Store.Update(ctx, c.IDClinica, func(tx tomahora.Tx) error {
		stored, err := tx.Usuarios().Clave(c.ID)
		if err != nil || stored != c.Clave {
			return err
		}
		return tx.Usuarios().SaveClave(c.ID, hash, tomahora.Sistema)
	})
}

// EnterAs signs in who was recognised in another way, as the first of these
// accounts, of which there must be one. What session there was ends.
func (s *Sessions) EnterAs(w http.ResponseWriter, r *http.Request, accounts ...tomahora.Usuario) error {
	remembered := kept{Since: s.Clock().Unix()}
	for _, u := range accounts {
		_, clave, _, err := s.usuario(r.Context(), u.IDClinica, u.ID)
		if err != nil {
			return err
		}
		remembered.Accounts = append(remembered.Accounts, Account{u.IDClinica, u.ID, Hash(clave)})
	}
	return s.begin(w, r, remembered.Accounts[0], remembered)
}

// begin starts a session in place of what there was.
func (s *Sessions) begin(w http.ResponseWriter, r *http.Request, as Account, remembered kept) error {
	datos, err := json.Marshal(remembered)
	if err != nil {
		return err
	}
	if old := s.Current(r); old != nil {
		if err := s.Store.DeleteSesion(r.Context(), old); err != nil {
			return err
		}
	}
	var random [sha256.Size]byte
	rand.Read(random[:])
	secret := base64.RawURLEncoding.EncodeToString(random[:])
	now, end := s.Clock(), time.Unix(remembered.Since, 0).Add(tomahora.DuracionSesion)
	err = s.Store.CreateSesion(r.Context(), tomahora.Sesion{
		Hash: Hash(secret), IDClinica: as.IDClinica, IDUsuario: as.IDUsuario, Datos: datos, Vence: earlier(now.Add(tomahora.OcioSesion), end),
	}, now)
	if err != nil {
		return err
	}
	s.setCookie(w, r, secret, int(end.Sub(now).Seconds()))
	return nil
}

// Leave signs out. Nobody being signed in is no error.
func (s *Sessions) Leave(w http.ResponseWriter, r *http.Request) error {
	s.setCookie(w, r, "", -1)
	if hash := s.Current(r); hash != nil {
		return s.Store.DeleteSesion(r.Context(), hash)
	}
	return nil
}

// Accounts are those that a request's session may be, the present one too.
func (s *Sessions) Accounts(r *http.Request) ([]Account, error) {
	v, _, err := s.sesion(r)
	return read(v).Accounts, err
}

// Switch makes a session be that of a clinic's account; KindNotFound where the
// session has none there.
func (s *Sessions) Switch(w http.ResponseWriter, r *http.Request, id tomahora.ClinicaID) error {
	v, _, err := s.sesion(r)
	if err != nil {
		return err
	}
	remembered := read(v)
	i := slices.IndexFunc(remembered.Accounts, func(a Account) bool { return a.IDClinica == id })
	if i < 0 {
		return tomahora.NotFound("la clínica")
	}
	a := remembered.Accounts[i]
	_, clave, ok, err := s.usuario(r.Context(), a.IDClinica, a.IDUsuario)
	if err != nil {
		return err
	}
	if !ok || !bytes.Equal(Hash(clave), a.Clave) {
		return tomahora.NotFound("la clínica")
	}
	return s.begin(w, r, a, remembered)
}

// setCookie gives the browser a session's secret; a maxAge below 0 takes it away.
func (s *Sessions) setCookie(w http.ResponseWriter, r *http.Request, secret string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: secret, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure(r),
	})
}
