package mcp

import (
	"math"
	"slices"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// confirmado is «Confirmado por teléfono»: the estado for a paciente who says so in
// a conversation.
const confirmado tomahora.EstadoID = 3

// maxCitas is how many citas of a paciente are shown.
const maxCitas = 50

// lugarIn is a place in the agenda, as buscar_horas shows it.
type lugarIn struct {
	IDProfesional int64  `json:"id_profesional,omitempty" jsonschema:"el profesional"`
	IDSucursal    int64  `json:"id_sucursal,omitempty"    jsonschema:"la sucursal"`
	IDSillon      int64  `json:"id_sillon,omitempty"      jsonschema:"el sillón que mostró buscar_horas"`
	Fecha         string `json:"fecha,omitempty"          jsonschema:"AAAA-MM-DD"`
	HoraInicio    string `json:"hora_inicio,omitempty"    jsonschema:"HH:MM"`
	Duracion      int    `json:"duracion,omitempty"       jsonschema:"minutos"`
	Videoconsulta *bool  `json:"videoconsulta,omitempty"  jsonschema:"true: por videoconsulta; false: presencial. Hace falta si la modalidad de la hora es «ambas»"`
}

// solicitud is a request for the place, of which what is missing or wrong is
// reported together.
func (in lugarIn) solicitud(more ...*tomahora.Error) tomahora.Solicitud {
	var r reader
	s := tomahora.Solicitud{
		IDProfesional: tomahora.ProfesionalID(in.IDProfesional),
		IDSucursal:    tomahora.SucursalID(in.IDSucursal),
		IDSillon:      tomahora.SillonID(in.IDSillon),
		IDEstado:      tomahora.EstadoNoConfirmado,
		Fecha:         r.fecha("fecha", in.Fecha),
		HoraInicio:    r.hora("hora_inicio", in.HoraInicio),
		Duracion:      duracion(in.Duracion),
		Videoconsulta: in.Videoconsulta,
	}
	s.Unreadable = slices.Concat(r.problems, more)
	return s
}

type reservaIn struct {
	lugarIn
	IDPaciente int64 `json:"id_paciente,omitempty" jsonschema:"el paciente, si ya se sabe"`
	TTL        int   `json:"ttl,omitempty"         jsonschema:"segundos que dura, de 30 a 900; si no se dice, 120"`
}

type reservaOut struct {
	IDReserva     int64  `json:"id_reserva"`
	IDProfesional int64  `json:"id_profesional"`
	Profesional   string `json:"profesional"`
	IDSucursal    int64  `json:"id_sucursal"`
	Sucursal      string `json:"sucursal"`
	Fecha         string `json:"fecha"`
	Dia           string `json:"dia"`
	HoraInicio    string `json:"hora_inicio"`
	Duracion      int    `json:"duracion"`
	Videoconsulta bool   `json:"videoconsulta"`
	Vence         string `json:"vence"` // clinic's local time
	TTL           int    `json:"ttl"`   // seconds left
}

// reservarHora holds a place.
func reservarHora(tx tomahora.Tx, by tomahora.Actor, in reservaIn) (any, error) {
	var r reader
	ttl := r.ttl("ttl", in.TTL)
	s := in.solicitud(r.problems...)
	s.IDPaciente = tomahora.PacienteID(in.IDPaciente)
	made, err := agenda.Reservar(tx, by, s, ttl)
	if err != nil {
		return nil, err
	}
	cfg, e := tx.Config(), made.Espacio
	profesional, _ := cfg.Profesional(e.IDProfesional)
	sucursal, _ := cfg.Sucursal(e.IDSucursal)
	return reservaOut{
		IDReserva: int64(made.ID), IDProfesional: int64(e.IDProfesional), Profesional: profesional.NombreCompleto(),
		IDSucursal: int64(e.IDSucursal), Sucursal: sucursal.Nombre, Fecha: e.Fecha.String(), Dia: nombreDia(e.Fecha),
		HoraInicio: horaMinuto(e.Rango.Inicio), Duracion: int(e.Rango.Duracion()), Videoconsulta: made.Videoconsulta,
		Vence: made.Vence.In(cfg.Zona()).Format(time.DateTime), TTL: int(math.Ceil(made.Vence.Sub(tx.Now()).Seconds())),
	}, nil
}

type agendarIn struct {
	IDPaciente int64 `json:"id_paciente" jsonschema:"el paciente, de buscar_paciente"`
	IDReserva  int64 `json:"id_reserva,omitempty" jsonschema:"la reserva; con ella no hace falta decir la hora"`
	lugarIn
	Comentario string `json:"comentario,omitempty" jsonschema:"lo que el paciente quiere que se sepa"`
}

// citaOut is a cita without what is known of its paciente.
type citaOut struct {
	IDCita        int64  `json:"id_cita"`
	IDPaciente    int64  `json:"id_paciente"`
	IDProfesional int64  `json:"id_profesional"`
	Profesional   string `json:"profesional"`
	IDSucursal    int64  `json:"id_sucursal"`
	Sucursal      string `json:"sucursal"`
	IDSillon      int64  `json:"id_sillon"`
	Fecha         string `json:"fecha"`
	Dia           string `json:"dia"`
	HoraInicio    string `json:"hora_inicio"`
	Duracion      int    `json:"duracion"`
	Videoconsulta bool   `json:"videoconsulta"`
	IDEstado      int64  `json:"id_estado"`
	Estado        string `json:"estado"`
	Anulada       bool   `json:"anulada"`
	Repetida      bool   `json:"repetida,omitempty"` // an earlier sending of the request made it
}

func newCita(cfg *tomahora.Config, c tomahora.Cita) citaOut {
	e := c.Espacio
	profesional, _ := cfg.Profesional(e.IDProfesional)
	sucursal, _ := cfg.Sucursal(e.IDSucursal)
	estado, _ := cfg.Estado(c.IDEstado)
	return citaOut{
		IDCita: int64(c.ID), IDPaciente: int64(c.IDPaciente),
		IDProfesional: int64(e.IDProfesional), Profesional: profesional.NombreCompleto(),
		IDSucursal: int64(e.IDSucursal), Sucursal: sucursal.Nombre, IDSillon: int64(e.IDSillon),
		Fecha: e.Fecha.String(), Dia: nombreDia(e.Fecha), HoraInicio: horaMinuto(e.Rango.Inicio), Duracion: int(e.Rango.Duracion()),
		Videoconsulta: c.Videoconsulta, IDEstado: int64(c.IDEstado), Estado: estado.Nombre, Anulada: !c.Viva,
	}
}

// agendar books a cita.
func agendar(tx tomahora.Tx, by tomahora.Actor, in agendarIn) (any, error) {
	s := in.solicitud()
	s.IDPaciente, s.IDReserva, s.Comentario = tomahora.PacienteID(in.IDPaciente), tomahora.ReservaID(in.IDReserva), in.Comentario
	booked, err := agenda.Agendar(tx, by, s)
	if err != nil {
		return nil, err
	}
	out := newCita(tx.Config(), booked.Cita)
	out.Repetida = booked.Repetida
	return out, nil
}

// citaIn names a cita, and the paciente whom it must be of: who does not know both
// has no business with it.
type citaIn struct {
	IDPaciente int64 `json:"id_paciente" jsonschema:"el paciente de la cita"`
	IDCita     int64 `json:"id_cita"     jsonschema:"la cita, de agendar o citas_del_paciente"`
}

// find finds the cita.
func (in citaIn) find(tx tomahora.Tx) (tomahora.Cita, error) {
	var r reader
	r.require("id_paciente", in.IDPaciente)
	r.require("id_cita", in.IDCita)
	if err := r.err(); err != nil {
		return tomahora.Cita{}, err
	}
	c, err := tx.Citas().Get(tomahora.CitaID(in.IDCita))
	if err == nil && c.IDPaciente != tomahora.PacienteID(in.IDPaciente) {
		return tomahora.Cita{}, tomahora.NotFound("la cita")
	}
	return c, err
}

// checkViva refuses a cita that is annulled; what says in Spanish what cannot be
// done with it then.
func (in citaIn) checkViva(tx tomahora.Tx, what string) error {
	c, err := in.find(tx)
	if err == nil && !c.Viva {
		return tomahora.Invalid(tomahora.CodeCitaAnulada, "id_cita", what)
	}
	return err
}

// confirmar puts a cita in the estado of one that its paciente confirmed.
func confirmar(tx tomahora.Tx, by tomahora.Actor, in citaIn) (any, error) {
	if err := in.checkViva(tx, "confirmar"); err != nil {
		return nil, err
	}
	return modificar(tx, by, in, tomahora.CambioCita{IDEstado: confirmado})
}

// anular puts a cita in «Anulado».
func anular(tx tomahora.Tx, by tomahora.Actor, in citaIn) (any, error) {
	c, err := in.find(tx)
	if err != nil {
		return nil, err
	}
	if !c.Viva { // however it was annulled
		return newCita(tx.Config(), c), nil
	}
	return modificar(tx, by, in, tomahora.CambioCita{IDEstado: tomahora.EstadoAnulado})
}

type moverIn struct {
	citaIn
	IDReserva int64 `json:"id_reserva,omitempty" jsonschema:"la reserva de la nueva hora; con ella no hace falta decirla"`
	lugarIn
}

// mover moves a cita under its id.
func mover(tx tomahora.Tx, by tomahora.Actor, in moverIn) (any, error) {
	if err := in.checkViva(tx, "mover"); err != nil {
		return nil, err
	}
	s := in.solicitud()
	return modificar(tx, by, in.citaIn, tomahora.CambioCita{
		IDProfesional: s.IDProfesional, IDSucursal: s.IDSucursal, IDSillon: s.IDSillon, Fecha: s.Fecha, HoraInicio: s.HoraInicio,
		Duracion: s.Duracion, Videoconsulta: s.Videoconsulta, IDReserva: tomahora.ReservaID(in.IDReserva), Unreadable: s.Unreadable,
	})
}

func modificar(tx tomahora.Tx, by tomahora.Actor, in citaIn, c tomahora.CambioCita) (any, error) {
	changed, err := agenda.Modificar(tx, by, tomahora.CitaID(in.IDCita), c)
	if err != nil {
		return nil, err
	}
	return newCita(tx.Config(), changed), nil
}

type citasIn struct {
	IDPaciente int64 `json:"id_paciente" jsonschema:"el paciente, de buscar_paciente"`
}

type citasOut struct {
	Citas []citaOut `json:"citas"`
}

// citasDelPaciente are the live citas of a paciente that have not begun, the
// soonest first.
func citasDelPaciente(tx tomahora.Tx, _ tomahora.Actor, in citasIn) (any, error) {
	var r reader
	r.require("id_paciente", in.IDPaciente)
	if err := r.err(); err != nil {
		return nil, err
	}
	if _, err := tx.Pacientes().Get(tomahora.PacienteID(in.IDPaciente)); err != nil {
		return nil, err
	}
	cfg := tx.Config()
	yesterday := tomahora.FechaOf(tx.Now(), cfg.Zona()).AddDays(-1) // where it is still today, elsewhere
	found, err := tx.Citas().List(tomahora.Consulta{
		Filtros: []tomahora.Filtro{
			{Columna: "id_paciente", Operador: tomahora.Igual, Valor: in.IDPaciente},
			{Columna: "estado_anulacion", Operador: tomahora.Igual, Valor: int64(0)},
			{Columna: "fecha", Operador: tomahora.MayorIgual, Valor: yesterday.String()},
		},
		Orden:  []tomahora.Orden{{Columna: "fecha"}, {Columna: "id"}},
		Limite: maxCitas,
	})
	if err != nil {
		return nil, err
	}
	out := citasOut{Citas: []citaOut{}}
	slices.SortStableFunc(found, func(a, b tomahora.Cita) int { return startOf(cfg, a).Compare(startOf(cfg, b)) })
	for _, c := range found {
		if startOf(cfg, c).After(tx.Now()) {
			out.Citas = append(out.Citas, newCita(cfg, c))
		}
	}
	return out, nil
}

// startOf is the instant at which a cita begins.
func startOf(cfg *tomahora.Config, c tomahora.Cita) time.Time {
	e := c.Espacio
	return time.Date(e.Fecha.Year, e.Fecha.Month, e.Fecha.Day, 0, int(e.Rango.Inicio), 0, 0, cfg.ZonaDe(e.IDSucursal))
}
