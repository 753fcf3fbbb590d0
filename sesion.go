package tomahora

import "time"

// Sesion is somebody's being logged in, in one browser. Its times are real ones,
// also where the business clock is frozen.
type Sesion struct {
	Hash      []byte // SHA-256 of what the cookie holds
	IDClinica ClinicaID
	IDUsuario UsuarioID
	Datos     []byte
	Vence     time.Time
}

// How long a sesión lasts: without being used, and at most.
const (
	OcioSesion     = 12 * time.Hour
	DuracionSesion = 7 * 24 * time.Hour
)

// Freno is what failures to log in are counted against: an account, or an address
// that they come from.
type Freno struct {
	Hash   []byte // SHA-256 of which
	Libres int    // failures without consequence
	// Tope is the longest that nobody may try again. After the last of Libres it is
	// EsperaFreno, and twice as long after each one more.
	Tope time.Duration
	// Olvido is after how long a failure is forgotten, one after the other.
	Olvido time.Duration
	// Perdona: one success makes up for all failures; otherwise for none but its own.
	Perdona bool
}

// The limits of all frenos.
const (
	EsperaFreno = 30 * time.Second
	OlvidoFreno = 24 * time.Hour // without a failure, after which none counts any more
)

// Espera is how long nobody may try again after so many failures.
func (f Freno) Espera(fallos int) time.Duration {
	if fallos < f.Libres {
		return 0
	}
	wait := EsperaFreno
	for n := f.Libres; n < fallos && wait < f.Tope; n++ {
		wait *= 2
	}
	return min(wait, f.Tope)
}
