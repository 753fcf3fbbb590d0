package tomahora

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
