package tomahora

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// Webhook is a URL that is told of what happens in a clinic.
type Webhook struct {
	ID        WebhookID
	URL       string
	Entidades []string // which it is told of; none means the vendor's
	Acciones  []Accion // which it is told of; none means all
	Activo    bool
	Token     string // the public key, by which a receiver tells its webhooks apart
	// Secretos are what its deliveries are signed with: the one in force, then
	// those before it that are still valid. They are kept as they are, because
	// signing needs them.
	Secretos []Secreto
	Creado   time.Time
	// Hasta is the last evento that was looked at: those up to it are entregas,
	// or not for this webhook.
	Hasta EventoID
}

// WebhookID identifies a webhook of a clinic.
type WebhookID int64

// Secreto is a key that signs.
type Secreto struct {
	Texto string    // "whsec_" and base64
	Vence time.Time // in real time; zero for the one in force
}

// The limits of webhooks.
const (
	MaxWebhooks   = 20             // of a clinic
	MaxSecretos   = 5              // that a delivery is signed with
	VigenciaVieja = 24 * time.Hour // of a secreto that was replaced

	// ReintentosEntrega is how long a delivery is tried again, from its first
	// attempt on.
	ReintentosEntrega = 72 * time.Hour
	// RetencionEntrega and RetencionMuerta are how long deliveries are remembered
	// that arrived, and that were given up.
	RetencionEntrega = 7 * 24 * time.Hour
	RetencionMuerta  = 30 * 24 * time.Hour
)

// entidadesDelProveedor are what the vendor's webhooks tell of (contract §2.8).
var entidadesDelProveedor = []string{"cita", "paciente", "profesional", "contrato", "horario", "horario_bloqueado", "horario_especial"}

// EntidadesWebhook are all entidades that a webhook may ask for.
func EntidadesWebhook() []string {
	return append(slices.Clone(entidadesDelProveedor),
		"atencion", "reserva", "estado", "sucursal", "sillon", "especialidad", "prestacion")
}

// AccionesWebhook are all acciones that a webhook may ask for.
func AccionesWebhook() []Accion { return []Accion{Created, Modified, Deleted} }

// Wants tells whether the webhook is told of an evento.
func (w Webhook) Wants(e Evento) bool {
	entidades := w.Entidades
	if len(entidades) == 0 {
		entidades = entidadesDelProveedor
	}
	return slices.Contains(entidades, e.Entidad) && (len(w.Acciones) == 0 || slices.Contains(w.Acciones, e.Accion))
}

// Vigentes are the secretos that are valid at a real time, the one in force
// first.
func (w Webhook) Vigentes(now time.Time) []Secreto {
	return slices.DeleteFunc(slices.Clone(w.Secretos), func(s Secreto) bool { return !s.Vence.IsZero() && !now.Before(s.Vence) })
}

// Rotated is the webhook with a new secreto in force at a real time. The one before
// it stays valid for VigenciaVieja.
func (w Webhook) Rotated(texto string, now time.Time) Webhook {
	old := w.Vigentes(now)
	for i := range old {
		if old[i].Vence.IsZero() {
			old[i].Vence = now.Add(VigenciaVieja)
		}
	}
	w.Secretos = append([]Secreto{{Texto: texto}}, old...)
	w.Secretos = w.Secretos[:min(len(w.Secretos), MaxSecretos)]
	return w
}

// CambioWebhook is what is to be set in a webhook; nil leaves it as it is.
type CambioWebhook struct {
	URL       *string
	Entidades *[]string
	Acciones  *[]Accion
	Activo    *bool
}

// Check reports what cannot be: unknown names, and with nuevo a URL that is
// missing. Whether a URL may be called is the caller's to know.
func (c CambioWebhook) Check(nuevo bool) error {
	var problems Problems
	if c.URL == nil && nuevo {
		problems = append(problems, Invalid(CodeParametroRequerido, "url", "url"))
	}
	if c.Entidades != nil && !contains(EntidadesWebhook(), *c.Entidades) {
		problems = append(problems, invalido("entidades", "son cita, paciente, profesional, contrato, horario, horario_bloqueado, horario_especial, atencion, reserva, estado, sucursal, sillon, especialidad y prestacion"))
	}
	if c.Acciones != nil && !contains(AccionesWebhook(), *c.Acciones) {
		problems = append(problems, invalido("acciones", "son created, modified y deleted"))
	}
	if c == (CambioWebhook{}) && !nuevo {
		problems = append(problems, Invalid(CodeSinCambios, ""))
	}
	return problems.orNil()
}

func contains[T comparable](all, some []T) bool {
	return !slices.ContainsFunc(some, func(v T) bool { return !slices.Contains(all, v) })
}

// Apply sets what the change says, and returns the wire names of what is no
// longer as it was.
func (c CambioWebhook) Apply(w *Webhook) []string {
	var campos []string
	if c.URL != nil && *c.URL != w.URL {
		w.URL, campos = *c.URL, append(campos, "url")
	}
	if c.Entidades != nil && !slices.Equal(*c.Entidades, w.Entidades) {
		w.Entidades, campos = *c.Entidades, append(campos, "entidades")
	}
	if c.Acciones != nil && !slices.Equal(*c.Acciones, w.Acciones) {
		w.Acciones, campos = *c.Acciones, append(campos, "acciones")
	}
	if c.Activo != nil && *c.Activo != w.Activo {
		w.Activo, campos = *c.Activo, append(campos, "activo")
	}
	return campos
}

// Entrega is an evento on its way to a webhook. All its times are real ones.
type Entrega struct {
	IDWebhook WebhookID
	IDEvento  EventoID
	Accion    Accion
	Entidad   string
	IDEntidad int64

	Estado   EstadoEntrega
	Intentos int       // attempts so far
	Primero  time.Time // the first of them; zero before it
	// Proximo is when it may be tried: zero while an earlier one of the same
	// entidad is waited for. While somebody is at it, it is when others may take
	// it for abandoned.
	Proximo  time.Time
	Arriendo string // who is at it; "" when nobody is

	Creada       time.Time
	Terminada    time.Time // delivered or given up; zero before that
	UltimoStatus int       // of the last answer; 0 when there was none
	UltimoError  string    // what was wrong with the last attempt, in Spanish
}

// EstadoEntrega is how far an Entrega is.
type EstadoEntrega string

// The estados of an Entrega.
const (
	Pendiente EstadoEntrega = "pendiente"
	Entregada EstadoEntrega = "entregada"
	Muerta    EstadoEntrega = "muerta" // given up
)

// Intento is what came of an attempt to deliver.
type Intento struct {
	Status int           // of the answer; 0 when there was none
	Error  string        // in Spanish; "" when it was delivered
	Cuerpo string        // how the answer began
	Tardo  time.Duration // how long it took
}

// IsEntregado tells whether the receiver has taken it.
func (i Intento) IsEntregado() bool { return i.Error == "" }

// MessageID names an entrega to its receiver, the same in every attempt.
func (e Entrega) MessageID(clinica ClinicaID) string {
	id := func(n int64) string { return strconv.FormatInt(n, 10) }
	return "msg_" + id(int64(clinica)) + "_" + id(int64(e.IDWebhook)) + "_" + id(int64(e.IDEvento))
}

// After is the entrega after an attempt that ended at a real time. Azar, in
// [0, 1), spreads what failed together.
func (e Entrega) After(i Intento, now time.Time, azar float64) Entrega {
	e.Arriendo, e.UltimoStatus, e.UltimoError = "", i.Status, i.Error
	e.Intentos++
	if e.Primero.IsZero() {
		e.Primero = now
	}
	end := e.Primero.Add(ReintentosEntrega)
	switch {
	case i.IsEntregado():
		e.Estado, e.Proximo, e.Terminada = Entregada, time.Time{}, now
	case !now.Before(end):
		e.Estado, e.Proximo, e.Terminada = Muerta, time.Time{}, now
	default:
		e.Proximo = now.Add(EsperaEntrega(e.Intentos, azar))
		if e.Proximo.After(end) {
			e.Proximo = end
		}
	}
	return e
}

// EsperaEntrega is how long to wait after so many attempts, from 1 on: half a
// second first and then half as long again each time, up to six hours, and half of
// that more or less. A receiver that fails now and then soon has everything, and
// one that is down is asked some forty times in three days.
func EsperaEntrega(intentos int, azar float64) time.Duration {
	const first, growth, most = 500 * time.Millisecond, 1.5, 6 * time.Hour
	wait := min(float64(first)*math.Pow(growth, float64(intentos-1)), float64(most))
	return time.Duration(wait/2 + azar*wait)
}

// PorEntregar is a webhook, with what there is to do for it.
type PorEntregar struct {
	IDClinica ClinicaID
	IDWebhook WebhookID
	Repartir  bool // there are eventos it has not looked at, or it was deleted
	Enviar    bool // there are entregas whose time has come
}
