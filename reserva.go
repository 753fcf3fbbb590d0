package tomahora

import "time"

// Reserva holds a place for a short while, between the moment it is offered and
// the moment it is booked. To everybody else the place is taken.
type Reserva struct {
	ID            ReservaID
	Espacio       Espacio
	IDPaciente    PacienteID // 0: not known yet
	Videoconsulta bool
	Exclusiva     bool // its sillón was exclusive when it was made
	Creada        time.Time
	Vence         time.Time // from this instant on it holds nothing
	Origen        Actor
	IDCita        CitaID // the cita that was booked with it, 0: none yet
}

// How long a Reserva may hold its place.
const (
	ReservaMin     = 30 * time.Second
	ReservaMax     = 15 * time.Minute
	ReservaDefault = 2 * time.Minute
)

// IsVigente tells whether the reserva holds its place now.
func (r Reserva) IsVigente(now time.Time) bool { return r.IDCita == 0 && now.Before(r.Vence) }

// Fill fills in what a request to book with the reserva does not say, and reports
// what it says otherwise.
func (r Reserva) Fill(s *Solicitud) Problems {
	var problems Problems
	e := r.Espacio
	fill(&problems, &s.IDProfesional, e.IDProfesional, "id_profesional")
	fill(&problems, &s.IDSucursal, e.IDSucursal, "id_sucursal")
	fill(&problems, &s.IDSillon, e.IDSillon, "id_sillon")
	fill(&problems, &s.Fecha, e.Fecha, "fecha")
	if r.IDPaciente != 0 {
		fill(&problems, &s.IDPaciente, r.IDPaciente, "id_paciente")
	}
	fillPtr(&problems, &s.HoraInicio, e.Rango.Inicio, "hora_inicio")
	fillPtr(&problems, &s.Duracion, e.Rango.Duracion(), "duracion")
	fillPtr(&problems, &s.Videoconsulta, r.Videoconsulta, "videoconsulta")
	return problems
}

// FillCambio is Fill for a change that takes a cita to the place of the reserva.
func (r Reserva) FillCambio(c *CambioCita) Problems {
	var problems Problems
	e := r.Espacio
	fill(&problems, &c.IDProfesional, e.IDProfesional, "id_profesional")
	fill(&problems, &c.IDSucursal, e.IDSucursal, "id_sucursal")
	fill(&problems, &c.IDSillon, e.IDSillon, "id_sillon")
	fill(&problems, &c.Fecha, e.Fecha, "fecha")
	fillPtr(&problems, &c.HoraInicio, e.Rango.Inicio, "hora_inicio")
	fillPtr(&problems, &c.Duracion, e.Rango.Duracion(), "duracion")
	fillPtr(&problems, &c.Videoconsulta, r.Videoconsulta, "videoconsulta")
	return problems
}

// CheckPaciente refuses a cita of another paciente than the one whom the reserva
// is for, if it says.
func (r Reserva) CheckPaciente(id PacienteID) error {
	if r.IDPaciente != 0 && r.IDPaciente != id {
		return Invalid(CodeReservaDistinta, "id_paciente", "id_paciente")
	}
	return nil
}

func fill[T comparable](problems *Problems, sent *T, held T, field string) {
	var absent T
	switch *sent {
	case held:
	case absent:
		*sent = held
	default:
		*problems = append(*problems, Invalid(CodeReservaDistinta, field, field))
	}
}

func fillPtr[T comparable](problems *Problems, sent **T, held T, field string) {
	switch {
	case *sent == nil:
		*sent = &held
	case **sent != held:
		*problems = append(*problems, Invalid(CodeReservaDistinta, field, field))
	}
}
