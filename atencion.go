package tomahora

import (
	"cmp"
	"time"
)

// TipoAtencion is the tipo de evento médico of an atención.
type TipoAtencion string

// The tipos the rules speak of; a clinic may have others.
const (
	TipoConsulta        TipoAtencion = "Consulta"
	TipoLicencia        TipoAtencion = "Licencia"
	TipoInterconsulta   TipoAtencion = "Interconsulta"
	TipoPlanTratamiento TipoAtencion = "Plan de tratamiento"
)

// TiposAtencion are the tipos the program knows, in the order of their ids on
// the wire, which count from 1; any other tipo has id 0.
func TiposAtencion() []TipoAtencion {
	return []TipoAtencion{TipoConsulta, TipoLicencia, TipoInterconsulta, TipoPlanTratamiento}
}

// AllowsCitas is false of Licencia and Interconsulta, which cannot be booked
// (seed, id_atencion).
func (t TipoAtencion) AllowsCitas() bool { return t != TipoLicencia && t != TipoInterconsulta }

// AllowsManyCitas is true of a plan de tratamiento, attended over several citas.
func (t TipoAtencion) AllowsManyCitas() bool { return t == TipoPlanTratamiento }

// Atencion is the medical event a cita belongs to.
type Atencion struct {
	ID            AtencionID
	Nombre        string
	Tipo          TipoAtencion
	Fecha         Fecha
	IDPaciente    PacienteID
	IDProfesional ProfesionalID
	IDSucursal    SucursalID
	Finalizado    bool
	Bloqueado     bool

	NombrePaciente string // read with the atención, never written with it
}

// NewConsulta is the atención made for a booking that names none.
func NewConsulta(s Solicitud) Atencion {
	return Atencion{
		Nombre:        "Consulta",
		Tipo:          TipoConsulta,
		Fecha:         s.Fecha,
		IDPaciente:    s.IDPaciente,
		IDProfesional: s.IDProfesional,
		IDSucursal:    s.IDSucursal,
	}
}

// WithDefaults fills in what a request to make the atención left out: a zero
// IDSucursal becomes the lowest-numbered one where the profesional attends, if
// there is any, a zero Fecha today, "" as Tipo «Consulta», and "" as Nombre the
// name of its tipo.
func (a Atencion) WithDefaults(cfg *Config, now time.Time) Atencion {
	for _, s := range cfg.plan.Sucursales {
		if a.IDSucursal == 0 && cfg.Atiende(a.IDProfesional, s.ID) {
			a.IDSucursal = s.ID
		}
	}
	a.Fecha = cmp.Or(a.Fecha, FechaOf(now, cfg.ZonaDe(a.IDSucursal)))
	a.Tipo = cmp.Or(a.Tipo, TipoConsulta)
	a.Nombre = cmp.Or(a.Nombre, string(a.Tipo))
	return a
}

// CheckShape is the first stage of judging an atención that is to be made: what
// it cannot do without.
func (a Atencion) CheckShape() error {
	problems := Problems{}.
		require("id_paciente", a.IDPaciente == 0).
		require("id_profesional", a.IDProfesional == 0)
	return problems.orNil()
}

// CheckReferences is the second stage: what it names must exist. The paciente is
// nil when the clinic has no such one. Of a profesional who attends nowhere the
// sucursal must be named.
func (a Atencion) CheckReferences(cfg *Config, paciente *Paciente) error {
	var problems Problems
	if paciente == nil {
		problems = problems.with(NoExiste("el paciente", "id_paciente"))
	}
	_, known := cfg.Profesional(a.IDProfesional)
	if !known {
		problems = problems.with(NoExiste("el profesional", "id_profesional"))
	}
	if _, ok := cfg.Sucursal(a.IDSucursal); !ok && a.IDSucursal != 0 {
		problems = problems.with(NoExiste("la sucursal", "id_sucursal"))
	}
	return problems.require("id_sucursal", known && a.IDSucursal == 0).orNil()
}

// check judges an atención that a request of the paciente names; taken tells
// whether it has a live cita.
func (a Atencion) check(paciente PacienteID, taken bool) *Error {
	const field = "id_atencion"
	switch {
	case a.IDPaciente != paciente:
		return Invalid(CodeAtencionDeOtroPaciente, field)
	case !a.Tipo.AllowsCitas():
		return Invalid(CodeAtencionTipoNoPermitido, field, string(a.Tipo))
	case a.Finalizado || a.Bloqueado:
		return Invalid(CodeAtencionCerrada, field)
	case taken && !a.Tipo.AllowsManyCitas():
		return Invalid(CodeAtencionConCita, field)
	default:
		return nil
	}
}
