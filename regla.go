package tomahora

import "slices"

// Etapa is a stage of judging a booking. Each is judged only if nothing is wrong
// in those before.
type Etapa string

// The stages, in their order.
const (
	EtapaReserva     Etapa = "reserva"     // the reserva it names, which fills it in
	EtapaForma       Etapa = "forma"       // its parameters
	EtapaReferencias Etapa = "referencias" // what they name
	EtapaLugar       Etapa = "lugar"       // time and place
)

// Regla is a rule of a booking, known by the problem of who breaks it.
type Regla struct {
	Etapa Etapa
	Code  Code
	Field string
	tras  []Code // not looked at where one of these was found
}

// Veredicto is what became of a rule: Cumple is nil where it was not judged, and
// Problem nil where it is not broken.
type Veredicto struct {
	Regla
	Cumple  *bool
	Problem *Error
}

// reglas are the rules of a booking in the order in which they are judged and
// reported.
func reglas() []Regla {
	list := []Regla{{EtapaReserva, CodeNoExiste, "id_reserva", nil}, {EtapaReserva, CodeReservaVencida, "id_reserva", []Code{CodeNoExiste}}}
	for _, field := range []string{"id_profesional", "id_sucursal", "id_sillon", "fecha", "id_paciente", "hora_inicio", "duracion", "videoconsulta"} {
		list = append(list, Regla{EtapaReserva, CodeReservaDistinta, field, nil})
	}
	for _, field := range citaFields {
		if slices.Contains([]string{"id_sesion", "citas_relacionadas", "ttl"}, field) {
			continue // of other requests
		}
		list = append(list, Regla{EtapaForma, CodeParametroInvalido, field, nil})
		if !slices.Contains([]string{"id_estado", "comentario", "videoconsulta", "id_reserva"}, field) {
			list = append(list, Regla{EtapaForma, CodeParametroRequerido, field, []Code{CodeParametroInvalido}})
		}
	}
	referencias := [][]Code{
		{CodeNoExiste, CodeProfesionalDeshabilitado}, {CodeNoExiste, CodeSucursalDeshabilitada}, {CodeEstadoInvalido}, {CodeNoExiste},
		{CodeNoExiste, CodePacienteDeshabilitado},
		{CodeNoExiste, CodeAtencionDeOtroPaciente, CodeAtencionTipoNoPermitido, CodeAtencionCerrada, CodeAtencionConCita},
	}
	for i, field := range []string{"id_profesional", "id_sucursal", "id_estado", "id_sillon", "id_paciente", "id_atencion"} {
		for n, code := range referencias[i] {
			list = append(list, Regla{EtapaReferencias, code, field, referencias[i][:n]})
		}
	}
	sinHorario := []Code{CodeSinHorario}
	return append(list,
		Regla{EtapaLugar, CodeFechaPasada, "fecha", nil},
		Regla{EtapaLugar, CodeDuracionIncompatible, "duracion", nil},
		Regla{EtapaLugar, CodeSinHorario, "hora_inicio", nil},
		Regla{EtapaLugar, CodeSillonNoDisponible, "id_sillon", sinHorario},
		Regla{EtapaLugar, CodeVideoconsultaRequerida, "videoconsulta", sinHorario},
		Regla{EtapaLugar, CodeModalidadNoDisponible, "videoconsulta", sinHorario},
		Regla{EtapaLugar, CodeTopeProfesional, "hora_inicio", nil},
		Regla{EtapaLugar, CodeTopeSillon, "id_sillon", nil},
		Regla{EtapaLugar, CodeTopeReserva, "hora_inicio", nil},
	)
}

// etapas are the stages in their order.
func etapas() []Etapa { return []Etapa{EtapaReserva, EtapaForma, EtapaReferencias, EtapaLugar} }

// Veredictos tells of every rule what became of it, in the order of the stages,
// when a request was judged up to a stage and these problems were found. A rule
// about what a request may leave out holds when it does.
func (s Solicitud) Veredictos(until Etapa, problems Problems) []Veredicto {
	all := reglas()
	list := make([]Veredicto, len(all))
	for i, r := range all {
		list[i].Regla = r
		if at := slices.IndexFunc(problems, r.isBrokenBy); at >= 0 {
			list[i].Problem, list[i].Cumple = problems[at], new(false)
		} else if s.wasJudged(r, until, problems) {
			list[i].Cumple = new(true)
		}
	}
	return list
}

func (r Regla) isBrokenBy(e *Error) bool { return e.Code == r.Code && e.Field == r.Field }

// wasJudged tells whether a rule that is not broken was looked at.
func (s Solicitud) wasJudged(r Regla, until Etapa, problems Problems) bool {
	if slices.Index(etapas(), r.Etapa) > slices.Index(etapas(), until) {
		return false
	}
	hidden := slices.ContainsFunc(problems, func(e *Error) bool {
		return slices.Contains(r.tras, e.Code) && (r.Etapa == EtapaLugar || e.Field == r.Field)
	})
	switch {
	case hidden:
		return false
	case r.Etapa == EtapaReserva:
		return s.IDReserva == 0 || len(s.Unreadable) == 0
	case r.Etapa == EtapaLugar && s.Espacio().Rango.IsEmpty(): // there is no place to judge
		return r.Code == CodeFechaPasada || r.Code == CodeDuracionIncompatible
	default:
		return true
	}
}
