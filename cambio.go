package tomahora

import (
	"cmp"
	"slices"
)

// CambioCita is a request to change a cita, as a face could read it. Zero ids,
// a zero Fecha and nil pointers mean "leave as it is".
type CambioCita struct {
	IDEstado      EstadoID
	IDProfesional ProfesionalID
	IDSucursal    SucursalID
	IDSillon      SillonID
	Fecha         Fecha
	HoraInicio    *Hora
	Duracion      *Duracion
	Videoconsulta *bool
	Comentario    *string   // "" clears it
	IDReserva     ReservaID // that holds the place it goes to, 0: none
	// Relacionadas carries the change of estado on to every cita of the same
	// atención, sucursal, fecha and hora_inicio (contract §2.1).
	Relacionadas bool

	// Unreadable are the parameters that were sent but could not be read.
	Unreadable Problems
}

// CheckShape is the first stage of judging a change under the same id: every
// parameter that could not be read, in the seed's order, or sin_cambios when
// none was sent.
func (c CambioCita) CheckShape() error {
	if len(c.Unreadable) > 0 {
		return c.Unreadable.inOrder(citaFields)
	}
	sent := c.IDEstado != 0 || c.IDProfesional != 0 || c.IDSucursal != 0 || c.IDSillon != 0 || !c.Fecha.IsZero() ||
		c.HoraInicio != nil || c.Duracion != nil || c.Videoconsulta != nil || c.Comentario != nil || c.IDReserva != 0
	if !sent {
		return Invalid(CodeSinCambios, "")
	}
	return nil
}

// CheckShapeFecha is the first stage of judging a change of date of the cita id,
// 0 when the request names none: every parameter that is missing or unreadable,
// in the seed's order.
func (c CambioCita) CheckShapeFecha(id CitaID) error {
	problems := slices.Clone(c.Unreadable).
		require("id_sesion", id == 0).
		require("fecha", c.Fecha.IsZero()).
		require("hora_inicio", c.HoraInicio == nil)
	return problems.inOrder(citaFields).orNil()
}

// Solicitud is the request that would book a cita as the change leaves it; it
// names its atención and its modality.
func (c CambioCita) Solicitud(before Cita) Solicitud {
	inicio, duracion := before.Espacio.Rango.Inicio, before.Espacio.Rango.Duracion()
	return Solicitud{
		IDProfesional: cmp.Or(c.IDProfesional, before.Espacio.IDProfesional),
		IDSucursal:    cmp.Or(c.IDSucursal, before.Espacio.IDSucursal),
		IDEstado:      cmp.Or(c.IDEstado, before.IDEstado),
		IDSillon:      cmp.Or(c.IDSillon, before.Espacio.IDSillon),
		IDPaciente:    before.IDPaciente,
		IDAtencion:    before.IDAtencion,
		Fecha:         cmp.Or(c.Fecha, before.Espacio.Fecha),
		HoraInicio:    cmp.Or(c.HoraInicio, &inicio),
		Duracion:      cmp.Or(c.Duracion, &duracion),
		Comentario:    *cmp.Or(c.Comentario, &before.Comentario),
		Videoconsulta: cmp.Or(c.Videoconsulta, &before.Videoconsulta),
		IDReserva:     c.IDReserva,
	}
}

// Apply is a cita as the change leaves it, before any rule has judged that. An
// unknown estado leaves it as live as it was.
func (c CambioCita) Apply(cfg *Config, before Cita) Cita {
	s, after := c.Solicitud(before), before
	after.Espacio, after.Videoconsulta = s.Espacio(), *s.Videoconsulta
	after.IDEstado, after.Comentario = s.IDEstado, s.Comentario
	if estado, ok := cfg.Estado(s.IDEstado); ok && s.IDEstado != before.IDEstado {
		after.Viva = !estado.Anulacion
	}
	return after
}

// MustFit tells whether a change from before has to stand up to the rules of a
// booking: the cita is live and it became so or its slot changed.
func (c Cita) MustFit(before Cita) bool {
	return c.Viva && (!before.Viva || c.Espacio != before.Espacio || c.Videoconsulta != before.Videoconsulta)
}

// Changed are the wire names of what a change from before wrote.
func (c Cita) Changed(before Cita) []string {
	var campos []string
	compare := func(field string, same bool) {
		if !same {
			campos = append(campos, field)
		}
	}
	is, was := c.Espacio, before.Espacio
	compare("id_profesional", is.IDProfesional == was.IDProfesional)
	compare("id_sucursal", is.IDSucursal == was.IDSucursal)
	compare("id_estado", c.IDEstado == before.IDEstado)
	compare("id_sillon", is.IDSillon == was.IDSillon)
	compare("fecha", is.Fecha == was.Fecha)
	compare("hora_inicio", is.Rango.Inicio == was.Rango.Inicio)
	compare("duracion", is.Rango.Duracion() == was.Rango.Duracion())
	compare("comentario", c.Comentario == before.Comentario)
	compare("videoconsulta", c.Videoconsulta == before.Videoconsulta)
	return campos
}

// CheckReferences is the second stage for a change that must fit: as of a
// booking, but the cita may go to any estado a caller may set, and the one it is
// in is not judged again.
func (c CambioCita) CheckReferences(cfg *Config, before Cita, f Facts) error {
	return c.Solicitud(before).checkReferences(cfg, f, c.checkEstado(cfg, before))
}

// CheckUnfitted is all that is asked of a change that need not fit: that what it
// names exists, and that it leaves the cita a range of one day.
func (c CambioCita) CheckUnfitted(cfg *Config, before Cita) error {
	s := c.Solicitud(before)
	var problems Problems
	prof, ok := cfg.Profesional(s.IDProfesional)
	if !ok {
		problems = problems.with(NoExiste("el profesional", "id_profesional"))
	}
	if _, ok := cfg.Sucursal(s.IDSucursal); !ok {
		problems = problems.with(NoExiste("la sucursal", "id_sucursal"))
	}
	problems = problems.with(c.checkEstado(cfg, before))
	if _, ok := cfg.Sillon(s.IDSillon); !ok {
		problems = problems.with(NoExiste("el sillón", "id_sillon"))
	}
	if len(problems) > 0 {
		return problems
	}
	switch r := s.Espacio().Rango; {
	case *s.Duracion <= 0:
		return Invalid(CodeDuracionIncompatible, "duracion", prof.Intervalo)
	case r.IsEmpty() || !dia.Contains(r):
		return Invalid(CodeSinHorario, "hora_inicio")
	default:
		return nil
	}
}

func (c CambioCita) checkEstado(cfg *Config, before Cita) *Error {
	if c.IDEstado == 0 || c.IDEstado == before.IDEstado {
		return nil
	}
	if estado, ok := cfg.Estado(c.IDEstado); !ok || !estado.canBeSet() {
		return Invalid(CodeEstadoInvalido, "id_estado")
	}
	return nil
}
