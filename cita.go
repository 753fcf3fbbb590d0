package tomahora

import "time"

// Espacio is the place a cita takes in the agenda.
type Espacio struct {
	IDProfesional ProfesionalID
	IDSucursal    SucursalID
	IDSillon      SillonID
	Fecha         Fecha
	Rango         Rango
}

func (e Espacio) sameTime(o Espacio) bool { return e.Fecha == o.Fecha && e.Rango.Overlaps(o.Rango) }

func (e Espacio) esSobrecupo() bool { return e.IDSillon == Sobrecupo }

// TopeProfesional tells whether both places cannot be held at once because of
// the profesional: the same lane twice, or two sucursales (nobody is in two
// places). A sobrecupo conflicts with nothing.
func (e Espacio) TopeProfesional(o Espacio) bool {
	return !e.esSobrecupo() && !o.esSobrecupo() && e.sameTime(o) &&
		e.IDProfesional == o.IDProfesional &&
		(e.IDSillon == o.IDSillon || e.IDSucursal != o.IDSucursal)
}

// TopeSillon tells whether both places need the same physical chair. It is to
// be asked of exclusive sillones only.
func (e Espacio) TopeSillon(o Espacio) bool {
	return !e.esSobrecupo() && !o.esSobrecupo() && e.sameTime(o) &&
		e.IDSucursal == o.IDSucursal && e.IDSillon == o.IDSillon
}

// Cita is an appointment.
type Cita struct {
	ID            CitaID
	Espacio       Espacio
	IDPaciente    PacienteID
	IDAtencion    AtencionID
	IDEstado      EstadoID
	Videoconsulta bool
	Comentario    string

	Viva             bool // its estado has anulacion=0: it holds its slot
	Exclusiva        bool // its sillón was exclusive when last written
	AtencionMultiple bool // its atención may have several live citas

	EstadoDesde  time.Time // last change of estado; creation counts (seed, fecha_actualizacion)
	Creada       time.Time
	Cambiada     time.Time
	Version      int64 // 1 when created, +1 with every change
	Origen       Actor
	IDCitaPrevia CitaID // the cita this one replaced by a change of date

	// Read with the cita, never written with it.
	NombrePaciente    string
	ApellidosPaciente string
	NombreAtencion    string
}

// PacienteCompleto is nombre and apellidos of the paciente, as nombre_paciente
// shows them.
func (c Cita) PacienteCompleto() string { return fullName(c.NombrePaciente, c.ApellidosPaciente) }

// RetryWindow is how long after its creation a cita answers a natural retry of
// the request that made it.
const RetryWindow = 5 * time.Minute

// AnswersRetry tells whether the cita is what an earlier sending of this very
// request made, recently and untouched since, so that the request is a retry
// and not a second wish (product rules, «Retries»).
func (c Cita) AnswersRetry(s Solicitud, by Actor, videoconsulta bool, now time.Time) bool {
	return c.Viva && c.Version == 1 && c.Origen == by &&
		now.Before(c.Creada.Add(RetryWindow)) &&
		c.Espacio == s.Espacio() &&
		c.IDPaciente == s.IDPaciente &&
		c.IDEstado == s.IDEstado &&
		c.Videoconsulta == videoconsulta &&
		c.Comentario == s.Comentario &&
		(s.IDAtencion == 0 || s.IDAtencion == c.IDAtencion)
}
