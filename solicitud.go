package tomahora

import (
	"slices"
	"time"
)

// Solicitud is a request to book a cita, as a face could read it. Zero ids mean
// "absent", as do nil pointers.
type Solicitud struct {
	IDProfesional ProfesionalID
	IDSucursal    SucursalID
	IDEstado      EstadoID // EstadoNoConfirmado when the request names none
	IDSillon      SillonID
	IDPaciente    PacienteID
	IDAtencion    AtencionID // 0: any open one, or a new one
	Fecha         Fecha
	HoraInicio    *Hora
	Duracion      *Duracion
	Comentario    string
	Videoconsulta *bool
	IDReserva     ReservaID // 0: none

	// Unreadable are the parameters that were sent but could not be read.
	Unreadable Problems
}

// The parameters of a booking in the seed's order, which is the order in which
// problems with them are reported; those of a change alone stand around them.
var citaFields = []string{
	"id_sesion",
	"id_profesional", "id_sucursal", "id_estado", "id_sillon", "id_paciente", "id_atencion",
	"fecha", "hora_inicio", "duracion", "comentario", "videoconsulta",
	"citas_relacionadas", "id_reserva", "ttl",
}

// Espacio is the place the request asks for; only after CheckShape found the
// request whole. Its range is empty when the duracion is none that a day has.
func (s Solicitud) Espacio() Espacio {
	e := Espacio{s.IDProfesional, s.IDSucursal, s.IDSillon, s.Fecha, Rango{}}
	if d := *s.Duracion; d > 0 && d <= Duracion(FinDelDia) {
		e.Rango = Rango{*s.HoraInicio, s.HoraInicio.Add(d)}
	}
	return e
}

// CheckShape is the first stage of judgement: every parameter that is missing or
// unreadable, in the seed's order.
func (s Solicitud) CheckShape(cfg *Config) error {
	problems := slices.Clone(s.Unreadable).
		require("id_profesional", s.IDProfesional == 0).
		require("id_sucursal", s.IDSucursal == 0).
		require("id_sillon", s.IDSillon == 0).
		require("id_paciente", s.IDPaciente == 0).
		require("id_atencion", s.IDAtencion == 0 && cfg.clinica.ExigirAtencion).
		require("fecha", s.Fecha.IsZero()).
		require("hora_inicio", s.HoraInicio == nil).
		require("duracion", s.Duracion == nil)
	return problems.inOrder(citaFields).orNil()
}

// CheckShapeReserva is the first stage for a request to hold a place: as of a
// booking, but who comes may not be known yet.
func (s Solicitud) CheckShapeReserva() error {
	return slices.Clone(s.Unreadable).
		require("id_profesional", s.IDProfesional == 0).
		require("id_sucursal", s.IDSucursal == 0).
		require("id_sillon", s.IDSillon == 0).
		require("fecha", s.Fecha.IsZero()).
		require("hora_inicio", s.HoraInicio == nil).
		require("duracion", s.Duracion == nil).
		inOrder(citaFields).orNil()
}

// Facts are what a store knows about what a request names and where it wants to
// be. Nil and 0 mean that the clinic has no such thing.
type Facts struct {
	Paciente *Paciente // no more than its names and whether it is habilitado
	Atencion *Atencion // nil too when the request names none
	Ocupada  CitaID    // the live cita of Atencion, unless that may have many
	Topes    Topes
}

// Topes are the live citas and the reserva in the way of a place, of several the
// oldest.
type Topes struct {
	Profesional CitaID
	Sillon      CitaID
	Reserva     ReservaID
}

// CheckReferences is the second stage: what the request names must exist and be
// usable, in the seed's order.
func (s Solicitud) CheckReferences(cfg *Config, f Facts) error {
	var problem *Error
	if estado, ok := cfg.Estado(s.IDEstado); !ok || !estado.canStart() {
		problem = Invalid(CodeEstadoInvalido, "id_estado")
	}
	return s.checkReferences(cfg, f, problem)
}

// checkReferences judges all references but the estado, of which it is given
// the problem, or nil.
func (s Solicitud) checkReferences(cfg *Config, f Facts, estado *Error) error {
	problems := s.checkPlace(cfg, estado).with(f.checkPaciente())
	if s.IDAtencion != 0 {
		problems = problems.with(s.checkAtencion(f))
	}
	return problems.orNil()
}

// CheckReferencesReserva is the second stage for a request to hold a place.
func (s Solicitud) CheckReferencesReserva(cfg *Config, f Facts) error {
	problems := s.checkPlace(cfg, nil)
	if s.IDPaciente != 0 {
		problems = problems.with(f.checkPaciente())
	}
	return problems.orNil()
}

// checkPlace judges what a place is made of, and the estado between, of which it
// is given the problem, or nil.
func (s Solicitud) checkPlace(cfg *Config, estado *Error) Problems {
	problems := Problems{}.with(s.checkProfesional(cfg)).with(s.checkSucursal(cfg)).with(estado)
	if _, ok := cfg.Sillon(s.IDSillon); !ok {
		problems = problems.with(NoExiste("el sillón", "id_sillon"))
	}
	return problems
}

func (f Facts) checkPaciente() *Error {
	switch {
	case f.Paciente == nil:
		return NoExiste("el paciente", "id_paciente")
	case !f.Paciente.Habilitado:
		return Invalid(CodePacienteDeshabilitado, "id_paciente")
	default:
		return nil
	}
}

func (s Solicitud) checkProfesional(cfg *Config) *Error {
	prof, ok := cfg.Profesional(s.IDProfesional)
	if !ok {
		return NoExiste("el profesional", "id_profesional")
	}
	if !prof.Habilitado {
		return Invalid(CodeProfesionalDeshabilitado, "id_profesional")
	}
	return nil
}

func (s Solicitud) checkSucursal(cfg *Config) *Error {
	suc, ok := cfg.Sucursal(s.IDSucursal)
	if !ok {
		return NoExiste("la sucursal", "id_sucursal")
	}
	if !suc.Habilitada {
		return Invalid(CodeSucursalDeshabilitada, "id_sucursal")
	}
	return nil
}

func (s Solicitud) checkAtencion(f Facts) *Error {
	if f.Atencion == nil {
		return NoExiste("la atención", "id_atencion")
	}
	return f.Atencion.check(s.IDPaciente, f.Ocupada != 0)
}

// Lugar is where and how a clean request will be attended.
type Lugar struct {
	Espacio       Espacio
	Videoconsulta bool
	Exclusiva     bool // the sillón is an exclusive one
}

// Lugar settles the place and the modality of a request whose shape and
// references are clean, as far as the schedule alone can tell, with all
// problems of the third stage but the topes.
func (s Solicitud) Lugar(cfg *Config, now time.Time) (Lugar, Problems) {
	var problems Problems
	prof, _ := cfg.Profesional(s.IDProfesional)
	sillon, _ := cfg.Sillon(s.IDSillon)
	lugar := Lugar{Espacio: s.Espacio(), Exclusiva: sillon.Exclusivo}
	if *s.HoraInicio < cfg.primeraHora(s.IDSucursal, s.Fecha, now) {
		problems = append(problems, Invalid(CodeFechaPasada, "fecha"))
	}
	d := *s.Duracion
	if !prof.Admits(d) {
		problems = append(problems, Invalid(CodeDuracionIncompatible, "duracion", prof.Intervalo))
	}
	if d <= 0 {
		return lugar, problems
	}
	if d > Duracion(FinDelDia) {
		return lugar, append(problems, Invalid(CodeSinHorario, "hora_inicio"))
	}
	segmento, ok := cfg.workSegment(lugar.Espacio, prof.Intervalo)
	if !ok {
		return lugar, append(problems, Invalid(CodeSinHorario, "hora_inicio"))
	}
	if !segmento.Offers(s.IDSillon) {
		problems = append(problems, Invalid(CodeSillonNoDisponible, "id_sillon", s.IDSillon))
	}
	video, e := segmento.videoconsulta(s.Videoconsulta)
	if e != nil {
		problems = append(problems, e)
	}
	lugar.Videoconsulta = video
	return lugar, problems
}

// videoconsulta settles the modality of a cita in this segment: with one
// modality an absent parameter takes it and a sent one must match; with both it
// is required (seed, videoconsulta).
func (s Segmento) videoconsulta(sent *bool) (bool, *Error) {
	const field = "videoconsulta"
	switch {
	case sent == nil && s.Modalidad == Ambas:
		return false, Invalid(CodeVideoconsultaRequerida, field)
	case sent != nil && !s.Modalidad.Admits(*sent):
		return *sent, Invalid(CodeModalidadNoDisponible, field, string(s.Modalidad))
	default:
		return s.Modalidad.Settle(sent), nil
	}
}

// primeraHora is the first start of a date that a clinic takes: with
// rechazar_pasado those before it are fecha_pasada.
func (c *Config) primeraHora(suc SucursalID, f Fecha, now time.Time) Hora {
	if !c.clinica.RechazarPasado {
		return 0
	}
	return firstHora(f, now.In(c.ZonaDe(suc)))
}

// firstHora is the first start of a date that has not passed, by the clock that
// shows now; the minute that runs has not. It is FinDelDia on an earlier date.
func firstHora(f Fecha, now time.Time) Hora {
	today := FechaOf(now, now.Location())
	switch {
	case f == today:
		return Hora(now.Hour()*60 + now.Minute())
	case f.Before(today):
		return FinDelDia
	default:
		return 0
	}
}

// Problems are the topes as problems of the third stage, after the others.
func (t Topes) Problems() Problems {
	var problems Problems
	if t.Profesional != 0 {
		problems = append(problems, Invalid(CodeTopeProfesional, "hora_inicio"))
	}
	if t.Sillon != 0 {
		problems = append(problems, Invalid(CodeTopeSillon, "id_sillon"))
	}
	if t.Reserva != 0 {
		problems = append(problems, Invalid(CodeTopeReserva, "hora_inicio"))
	}
	return problems
}

// First is the cita to look at when one stands in the way, 0 when none does. A
// retry finds its twin here: nothing else can overlap what the twin holds.
func (t Topes) First() CitaID {
	if t.Profesional != 0 {
		return t.Profesional
	}
	return t.Sillon
}
