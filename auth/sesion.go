package auth

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
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
func NewSessions(o SessionOptions) *Sessions { return &Sessions{o, nobodys()} }

const (
	sessionCookie = "tomahora"
	// extendAfter is how much of a session's idle time passes before it is written
	// that it was used.
	extendAfter = 15 * time.Minute
	// maxAccounts bounds how many accounts of one email are tried.
	maxAccounts = 16
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
	if r.Header.Get("Accept") != "text/event-stream" { // a page that is only left open is no use
		s.extend(r.Context(), sesion)
	}
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
// failures demasiados_intentos. The browser is known to the accounts from then on.
func (s *Sessions) Enter(w http.ResponseWriter, r *http.Request, email, clave string) (tomahora.Usuario, error) {
	candidates, err := s.candidates(r, tomahora.NormalizeEmail(email))
	if err != nil {
		return tomahora.Usuario{}, err
	}
	open, err := s.attempt(r, candidates, clave)
	if err != nil {
		return tomahora.Usuario{}, err
	}
	accounts := make([]tomahora.Usuario, len(open))
	for i, c := range open {
		accounts[i] = c.Usuario
	}
	if err := s.EnterAs(w, r, accounts...); err != nil {
		return tomahora.Usuario{}, err
	}
	for _, c := range open {
		s.remember(w, r, c)
	}
	return accounts[0], nil
}

// Verify tells whether a password is a usuario's own, as who is signed in is asked
// for it once more. The errors are those of Enter.
func (s *Sessions) Verify(r *http.Request, u tomahora.Usuario, clave string) error {
	_, hash, _, err := s.usuario(r.Context(), u.IDClinica, u.ID)
	if err != nil {
		return err
	}
	c := candidateOf(tomahora.Credencial{Usuario: u, Clave: hash})
	c.browser = "sesion " + base64.RawStdEncoding.EncodeToString(s.Current(r))
	_, err = s.attempt(r, []candidate{c}, clave)
	return err
}

// candidates are the accounts of an email that may come in with a password. Where
// there is none it is one of nobody's, which costs as much and opens to nothing.
func (s *Sessions) candidates(r *http.Request, email string) (list []candidate, err error) {
	found, err := s.Store.UsuariosByEmail(r.Context(), email)
	if err != nil {
		return nil, err
	}
	for _, credencial := range found {
		if !credencial.Habilitado || credencial.Clave == "" || len(list) == maxAccounts {
			continue
		}
		c := candidateOf(credencial)
		c.browser = knownBrowser(r, credencial)
		list = append(list, c)
	}
	if len(list) == 0 {
		list = []candidate{{Credencial: tomahora.Credencial{Clave: s.nobodys}, cuenta: "correo " + email}}
	}
	return list, nil
}

// attempt is the candidates that a password opens, at least one. Every attempt is
// counted before it is known whether it fails, so that many at once count as many
// one after the other. A candidate that was guessed at too often is not tried.
func (s *Sessions) attempt(r *http.Request, candidates []candidate, clave string) ([]candidate, error) {
	ctx, now, network := r.Context(), s.Clock(), s.network(r)
	var counted []tomahora.Freno
	var hasta time.Time
	if slices.ContainsFunc(candidates, candidate.fromStranger) {
		var err error
		if hasta, err = s.Store.Frenar(ctx, now, frenoOfNetwork(network)); err != nil {
			return nil, err
		}
		if hasta.IsZero() {
			counted = append(counted, frenoOfNetwork(network))
		} else {
			candidates = slices.DeleteFunc(candidates, candidate.fromStranger)
		}
	}
	var open []candidate
	var tried bool
	for _, c := range candidates {
		held, err := s.Store.Frenar(ctx, now, c.frenos(network)...)
		if err != nil {
			return nil, err
		}
		if !held.IsZero() {
			hasta = held
			continue
		}
		tried = true
		ok, err := s.opens(ctx, &c, clave)
		if err != nil {
			return nil, err
		}
		if ok {
			open, counted = append(open, c), append(counted, c.frenos(network)...)
		}
	}
	switch {
	case len(open) > 0:
		return open, s.Store.Soltar(ctx, counted...)
	case tried:
		return nil, tomahora.Invalid(tomahora.CodeCredencialInvalida, "")
	default: // nothing was guessed
		return nil, errors.Join(tooMany(hasta.Sub(now)), s.Store.Soltar(ctx, counted...))
	}
}

func tooMany(wait time.Duration) error {
	seconds := int(math.Ceil(wait.Seconds()))
	return &tomahora.Error{Kind: tomahora.KindRateLimited, Code: tomahora.CodeDemasiadosIntentos, Args: []any{seconds}}
}

// opens tells whether a password is a candidate's, and keeps it anew where its hash
// is of another time.
func (s *Sessions) opens(ctx context.Context, c *candidate, clave string) (bool, error) {
	ok, stale, err := s.Passwords.Check(ctx, c.Clave, clave)
	if err != nil || !ok || c.ID == 0 {
		return false, err
	}
	if stale {
		c.Clave, err = s.rehash(ctx, c.Credencial, clave)
	}
	return true, err
}

// rehash keeps a password at the cost of today, unless it was changed meanwhile,
// and returns its hash.
func (s *Sessions) rehash(ctx context.Context, c tomahora.Credencial, clave string) (hash string, err error) {
	if hash, err = s.Passwords.Hash(ctx, clave); err != nil {
		return "", err
	}
	return hash, s.Store.Update(ctx, c.IDClinica, func(tx tomahora.Tx) error {
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
