package tomahora

import (
	"errors"
	"fmt"
	"slices"
)

// Kind groups errors by what a caller can do about them; each face maps it to
// its own status.
type Kind int

// The kinds of error. KindInternal is also that of every error which is not an
// *Error.
const (
	KindInternal     Kind = iota
	KindInvalid           // the request must change
	KindUnauthorized      // no token, or not one of ours
	KindForbidden         // the token may not do this
	KindNotFound          // no such thing in this clinic
	KindUnavailable       // the database is not there; trying again is safe

	KindMethodNotAllowed // the route exists, but not for this method
	KindTooLarge         // the body is longer than is read
	KindRateLimited      // too many requests; trying again later is fine
	KindReused           // an Idempotency-Key that stands for another request
	KindStale            // what the request was based on has changed since
	KindGone             // what was asked for is no longer kept
)

// Error is a failure a caller is told about. Code is stable and is the wire's
// vocabulary; the Spanish message is made from it and Args.
type Error struct {
	Kind  Kind
	Code  Code
	Field string // wire name of the parameter, or "" when not about one
	Args  []any  // values for the message; never personal data
	Err   error  // cause: logged, never shown

	Citas []CitaID // the citas in the way, where the code says so
}

// Error is the Spanish message.
func (e *Error) Error() string { return message(e.Code, e.Args) }

func (e *Error) Unwrap() error { return e.Err }

// Problems are the errors of one stage of judgement, in the order they are to
// be reported. It is never empty.
type Problems []*Error //nolint:errname // a list of problems, and read as one everywhere

// Error is the message of the first problem.
func (p Problems) Error() string { return p[0].Error() }

// Unwrap gives errors.Is and errors.As each problem in turn.
func (p Problems) Unwrap() []error {
	errs := make([]error, len(p))
	for i, e := range p {
		errs[i] = e
	}
	return errs
}

// orNil is the problems as an error, nil when there are none.
func (p Problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// with adds a problem, if there is one.
func (p Problems) with(e *Error) Problems {
	if e == nil {
		return p
	}
	return append(p, e)
}

// require adds that a parameter is missing, unless a problem with it is known.
func (p Problems) require(field string, missing bool) Problems {
	known := slices.ContainsFunc(p, func(e *Error) bool { return e.Field == field })
	if !missing || known {
		return p
	}
	return append(p, Invalid(CodeParametroRequerido, field, field))
}

// inOrder sorts the problems as their parameters stand on the wire; those of
// parameters that are not among the fields come first.
func (p Problems) inOrder(fields []string) Problems {
	return slices.SortedStableFunc(slices.Values(p), func(a, b *Error) int {
		return slices.Index(fields, a.Field) - slices.Index(fields, b.Field)
	})
}

// ProblemsOf lists what a caller is to be told of err: all problems of a stage,
// the one *Error in its chain, or nil for an internal error.
func ProblemsOf(err error) Problems {
	if p, ok := errors.AsType[Problems](err); ok {
		return p
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return Problems{e}
	}
	return nil
}

// Invalid is a problem with one parameter of a request.
func Invalid(code Code, field string, args ...any) *Error {
	return &Error{Kind: KindInvalid, Code: code, Field: field, Args: args}
}

// invalido is a problem with a parameter of which why says in Spanish what is
// wrong.
func invalido(field, why string) *Error { return Invalid(CodeParametroInvalido, field, field, why) }

// NoExiste is a problem with a parameter that names what the clinic does not
// have; what is the noun in Spanish with its article, as "la cita".
func NoExiste(what, field string) *Error { return Invalid(CodeNoExiste, field, what, field) }

// NotFound says that the clinic has no such thing; what names the noun in
// Spanish with its article, as "la cita".
func NotFound(what string) *Error {
	return &Error{Kind: KindNotFound, Code: CodeNoEncontrado, Args: []any{what}}
}

// Unavailable says that the database could not be reached or did not answer,
// and that trying again is safe.
func Unavailable(cause error) *Error {
	return &Error{Kind: KindUnavailable, Code: CodeNoDisponible, Err: cause}
}

// KindOf is the kind of the first problem of err; KindInternal when it has none.
func KindOf(err error) Kind {
	if problems := ProblemsOf(err); problems != nil {
		return problems[0].Kind
	}
	return KindInternal
}

// IsCode tells whether err carries a problem with this code.
func IsCode(err error, code Code) bool {
	for _, p := range ProblemsOf(err) {
		if p.Code == code {
			return true
		}
	}
	return false
}

// Code names one kind of problem for programs; codes are stable once released.
type Code string

// The codes of a booking, in the order of the stages of judgement.
const (
	CodeParametroRequerido Code = "parametro_requerido"
	CodeParametroInvalido  Code = "parametro_invalido"

	CodeNoExiste                 Code = "no_existe"
	CodeProfesionalDeshabilitado Code = "profesional_deshabilitado"
	CodeSucursalDeshabilitada    Code = "sucursal_deshabilitada"
	CodeEstadoInvalido           Code = "estado_invalido"
	CodePacienteDeshabilitado    Code = "paciente_deshabilitado"
	CodeAtencionDeOtroPaciente   Code = "atencion_de_otro_paciente"
	CodeAtencionTipoNoPermitido  Code = "atencion_tipo_no_permitido"
	CodeAtencionCerrada          Code = "atencion_cerrada"
	CodeAtencionConCita          Code = "atencion_con_cita"

	CodeFechaPasada            Code = "fecha_pasada"
	CodeDuracionIncompatible   Code = "duracion_incompatible"
	CodeSinHorario             Code = "sin_horario"
	CodeSillonNoDisponible     Code = "sillon_no_disponible"
	CodeVideoconsultaRequerida Code = "videoconsulta_requerida"
	CodeModalidadNoDisponible  Code = "modalidad_no_disponible"
	CodeTopeProfesional        Code = "tope_profesional"
	CodeTopeSillon             Code = "tope_sillon"
	CodeTopeReserva            Code = "tope_reserva"
)

// The codes of reservas and of writing twice.
const (
	CodeReservaVencida       Code = "reserva_vencida"
	CodeReservaDistinta      Code = "reserva_distinta"
	CodeIdempotenciaDistinta Code = "idempotencia_distinta"
	CodeVersionDistinta      Code = "version_distinta"
	CodeCursorVencido        Code = "cursor_vencido"
	CodeDemasiadosWebhooks   Code = "demasiados_webhooks"
)

// The codes of a change: of a cita, a paciente, the hours.
const (
	CodeSinCambios       Code = "sin_cambios"
	CodeCitaAnulada      Code = "cita_anulada"
	CodeBloqueoConCitas  Code = "bloqueo_con_citas"
	CodeEspecialConCitas Code = "especial_con_citas"
)

// The codes of what pacientes do for themselves.
const (
	CodeHoraNoDisponible Code = "hora_no_disponible"
	CodeLimiteOnline     Code = "limite_online"
	CodeCitaCerrada      Code = "cita_cerrada"
)

// The codes of usuarios and of logging in.
const (
	CodeUsuarioExiste       Code = "usuario_existe"
	CodeUltimoAdministrador Code = "ultimo_administrador"
	CodeCredencialInvalida  Code = "credencial_invalida"
	CodeDemasiadosIntentos  Code = "demasiados_intentos"
)

// The codes of everything around a booking.
const (
	CodeNoEncontrado          Code = "no_encontrado"
	CodeNoDisponible          Code = "no_disponible"
	CodeConfiguracionInvalida Code = "configuracion_invalida"
	CodePacienteExiste        Code = "paciente_existe"
	CodePacienteAmbiguo       Code = "paciente_ambiguo"
	CodeSoloDemo              Code = "solo_demo"
)

// The codes of the transport: what is judged before a request is understood.
const (
	CodeNoAutorizado          Code = "no_autorizado"
	CodeSinPermiso            Code = "sin_permiso"
	CodeMetodoNoPermitido     Code = "metodo_no_permitido"
	CodeCuerpoDemasiadoGrande Code = "cuerpo_demasiado_grande"
	CodeCuerpoInvalido        Code = "cuerpo_invalido"
	CodeDemasiadasSolicitudes Code = "demasiadas_solicitudes"
	CodeErrorInterno          Code = "error_interno"
)

// The codes of lists.
const (
	CodeFiltroInvalido    Code = "filtro_invalido"
	CodeFiltroNoPermitido Code = "filtro_no_permitido"
	CodeOrdenNoPermitido  Code = "orden_no_permitido"
	CodeCursorInvalido    Code = "cursor_invalido"
)

// messages holds the vendor's own sentence where one is known (contract §1.5),
// ours elsewhere.
var messages = map[Code]string{
	CodeParametroRequerido: "El parámetro %s es requerido",
	CodeParametroInvalido:  "El parámetro %s no es válido: %s",

	CodeNoExiste:                 "No existe %s que indica %s",
	CodeProfesionalDeshabilitado: "El profesional está deshabilitado",
	CodeSucursalDeshabilitada:    "La sucursal está deshabilitada",
	CodeEstadoInvalido:           "El estado indicado en id_estado no se puede usar",
	CodePacienteDeshabilitado:    "El paciente está deshabilitado",
	CodeAtencionDeOtroPaciente:   "La atención indicada en id_atencion es de otro paciente",
	CodeAtencionTipoNoPermitido:  "La atención indicada en id_atencion es de tipo %s y no admite citas",
	CodeAtencionCerrada:          "La atención indicada en id_atencion está finalizada o bloqueada",
	CodeAtencionConCita:          "La atención indicada en id_atencion ya tiene una cita",

	CodeFechaPasada:            "La fecha y hora de la cita ya pasaron",
	CodeDuracionIncompatible:   "Profesional no tiene horario para la fecha y duración de cita solicitadas: la duración debe ser un múltiplo de %d minutos",
	CodeSinHorario:             "Profesional no tiene horario para la fecha y duración de cita solicitadas",
	CodeSillonNoDisponible:     "El sillón %d no se atiende en ese horario del profesional",
	CodeVideoconsultaRequerida: "El parámetro videoconsulta es requerido: el horario del profesional admite ambas modalidades",
	CodeModalidadNoDisponible:  "El horario del profesional solo admite la modalidad %s",
	CodeTopeProfesional:        "Profesional tiene tope con otra cita",
	CodeTopeSillon:             "Sillón tiene tope con otra cita",
	CodeTopeReserva:            "Profesional tiene tope con una hora reservada por unos minutos",

	CodeReservaVencida:       "La reserva indicada en id_reserva venció o ya se usó",
	CodeReservaDistinta:      "El parámetro %s no es el de la reserva indicada en id_reserva",
	CodeIdempotenciaDistinta: "La Idempotency-Key ya se usó con otra solicitud",
	CodeVersionDistinta:      "If-Match no es la versión actual (%d): alguien la cambió antes",
	CodeCursorVencido:        "No hay eventos desde ese cursor: ya no se guardan o es de otra base de datos; vuelva a leer lo que necesita y siga desde el último evento",
	CodeDemasiadosWebhooks:   "La clínica ya tiene %d webhooks; borre uno antes de crear otro",

	CodeSinCambios:       "La solicitud no indica ningún cambio",
	CodeCitaAnulada:      "La cita está anulada y no se puede %s",
	CodeBloqueoConCitas:  "El bloqueo se superpone con citas ya agendadas (%d); con forzar=1 se guarda de todos modos",
	CodeEspecialConCitas: "El horario especial deja citas ya agendadas fuera de sus horas (%d)",

	CodeHoraNoDisponible: "Esa hora ya no está disponible",
	CodeLimiteOnline:     "Por ahora no se pueden tomar más horas en línea desde esta dirección",
	CodeCitaCerrada:      "Esta hora ya no se puede cambiar en línea",

	CodeUsuarioExiste:       "Ya hay un usuario con ese correo en la clínica",
	CodeUltimoAdministrador: "Es el último usuario habilitado con rol administracion; dé ese rol a otro antes",
	CodeCredencialInvalida:  "El correo o la contraseña no son correctos",
	CodeDemasiadosIntentos:  "Hubo demasiados intentos fallidos; pruebe de nuevo en %d segundos",

	CodeNoEncontrado:          "No se encontró %s",
	CodeNoDisponible:          "El servicio no está disponible en este momento; intente de nuevo",
	CodeConfiguracionInvalida: "La configuración no es válida: %s",
	CodePacienteExiste:        "Ya existe un paciente con el RUT indicado",
	CodePacienteAmbiguo:       "Más de un paciente tiene ese contacto; búsquelo por su RUT",
	CodeSoloDemo:              "Solo la clínica de demostración se puede volver a como estaba al principio",

	CodeNoAutorizado:          "Token ausente o inválido",
	CodeSinPermiso:            "El token es de solo lectura",
	CodeMetodoNoPermitido:     "El método %s no está permitido en esta ruta",
	CodeCuerpoDemasiadoGrande: "El cuerpo de la solicitud supera %d bytes",
	CodeCuerpoInvalido:        "El cuerpo de la solicitud no se puede leer: %s",
	CodeDemasiadasSolicitudes: "Too Many Attempts",
	CodeErrorInterno:          "Error interno del servidor",

	CodeFiltroInvalido:    `El parámetro q no se puede leer: %s; se espera JSON con el formato {"columna":{"operador":"valor"}}`,
	CodeFiltroNoPermitido: "No puede buscar por %s",
	CodeOrdenNoPermitido:  "No puede ordenar por %s",
	CodeCursorInvalido:    "El cursor no es válido o es de otra lista",
}

func message(code Code, args []any) string {
	format, ok := messages[code]
	if !ok {
		return string(code)
	}
	return fmt.Sprintf(format, args...)
}
