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
	Olvida bool   // one success makes up for all failures; otherwise for none but its own
}

// The limits of a Freno.
const (
	EsperaFreno = 30 * time.Second // after the last of Libres; twice as long after each one more
	MaxFreno    = 15 * time.Minute
	OlvidoFreno = 24 * time.Hour // without a failure, after which they do not count any more
)

// Espera is how long nobody may try again after so many failures.
func (f Freno) Espera(fallos int) time.Duration {
	if fallos < f.Libres {
		return 0
	}
	wait := EsperaFreno
	for n := f.Libres; n < fallos && wait < MaxFreno; n++ {
		wait *= 2
	}
	return min(wait, MaxFreno)
}
