package tomahora

import "time"

// Evento tells that something of a clinic was written: who did what to which row.
// It holds ids and names of fields only; the row is read when it is delivered.
type Evento struct {
	ID        EventoID // ascends in the order in which the writes took effect, without gaps
	En        time.Time
	Actor     Actor
	Accion    Accion
	Entidad   string // "cita", "paciente", "profesional", "horario", "horario_bloqueado", …
	IDEntidad int64
	Campos    []string // wire names of what was modified
}

// EventoID counts the eventos of a clinic.
type EventoID int64

// Accion is what happened, as the vendor's webhooks spell it (contract §2.8).
type Accion string

// The acciones.
const (
	Created  Accion = "created"
	Modified Accion = "modified"
	Deleted  Accion = "deleted"
)
