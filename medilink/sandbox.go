package medilink

import (
	"context"
	"net/http"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// Sandbox is what a server for trying things out has besides (package sandbox).
type Sandbox struct {
	// Faults is put around the routes. Required.
	Faults func(http.Handler) http.Handler
	// Clock is the business clock of this process, which callers may move.
	// Required.
	Clock Clock
	// Reset makes a clinic as it was at first. Nil means that there is no such
	// route.
	Reset func(ctx context.Context, id tomahora.ClinicaID) error
}

// Clock is a clock that can be moved.
type Clock interface {
	Now() time.Time
	Set(t time.Time)
	Advance(d time.Duration)
}

// handleSandbox serves what moves the sandbox itself. It knows no
// Idempotency-Key: that belongs to the clinic's data.
func (a *api) handleSandbox(prefix string) {
	if a.Sandbox == nil {
		return
	}
	a.handle(prefix+"/sandbox/reloj", methods{http.MethodPost: a.moveClock})
	if a.Sandbox.Reset != nil {
		a.handle(prefix+"/sandbox/reset", methods{http.MethodPost: a.reset})
	}
}

// relojBody is the business time, in the clinic's zone.
type relojBody struct {
	Ahora string `json:"ahora"` // RFC 3339
}

// reset is POST /sandbox/reset.
func (a *api) reset(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	if err := a.Sandbox.Reset(r.Context(), p.IDClinica); err != nil {
		return err
	}
	return a.sayClock(w, r, p)
}

// moveClock is POST /sandbox/reloj.
func (a *api) moveClock(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	f, err := readFields(w, r)
	if err != nil {
		return err
	}
	q := params{fields: f}
	ahora, avanzar := q.instante("ahora"), q.segundos("avanzar")
	if ahora == nil && avanzar == nil {
		q.require("ahora", "avanzar")
	}
	if err := q.err(); err != nil {
		return err
	}
	switch {
	case ahora != nil && avanzar != nil:
		return tomahora.Invalid(tomahora.CodeParametroInvalido, "avanzar", "avanzar", "no puede venir junto con ahora")
	case ahora != nil:
		a.Sandbox.Clock.Set(*ahora)
	case isReachable(a.Sandbox.Clock.Now().Add(*avanzar)):
		a.Sandbox.Clock.Advance(*avanzar)
	default:
		return tomahora.Invalid(tomahora.CodeParametroInvalido, "avanzar", "avanzar", whyAhora)
	}
	return a.sayClock(w, r, p)
}

// sayClock answers with the time that the clinic's transactions see.
func (a *api) sayClock(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	var body relojBody
	err := a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		body.Ahora = tx.Now().In(tx.Config().Zona()).Format(time.RFC3339)
		return nil
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{body})
	return nil
}

const (
	whyAhora   = "debe llevar a una fecha y hora RFC 3339 entre los años 2000 y 2199"
	whyAvanzar = "debe ser un número de segundos entre 0 y 315360000"
	maxAvanzar = 315_360_000 // ten years
)

// isReachable tells whether the clock may be set to t: all that is reckoned from
// there is a date of four digits.
func isReachable(t time.Time) bool { return t.Year() >= 2000 && t.Year() < 2200 }

// instante reads an instant; nil when it is absent.
func (p *params) instante(name string) *time.Time {
	sent, v, ok := p.find([]string{name})
	if !ok {
		return nil
	}
	t, err := time.Parse(time.RFC3339, v.text)
	if v.kind != kindText || err != nil || !isReachable(t) {
		p.reject([]string{name}, sent, whyAhora)
		return nil
	}
	return &t
}

// segundos reads a number of seconds; nil when it is absent.
func (p *params) segundos(name string) *time.Duration {
	sent, v, ok := p.find([]string{name})
	if !ok {
		return nil
	}
	n, isInteger := v.entero()
	if !isInteger || n < 0 || n > maxAvanzar {
		p.reject([]string{name}, sent, whyAvanzar)
		return nil
	}
	return new(time.Duration(n) * time.Second)
}
