package agenda

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tomahora/tomahora"
)

// ReservarOnline holds an hour while its paciente gives the details, and lets go
// of the one that was held for them before, 0 for none. CodeHoraNoDisponible when
// the hour is gone. Where so many are held already that this one has to be booked
// without, the reserva is zero.
func ReservarOnline(tx tomahora.Tx, h HoraOnline, anterior tomahora.ReservaID) (tomahora.Reserva, error) {
	libre, err := findOnline(tx, h, anterior)
	if err != nil {
		return tomahora.Reserva{}, err
	}
	if err := SoltarOnline(tx, anterior); err != nil {
		return tomahora.Reserva{}, err
	}
	held, err := MisReservas(tx, tomahora.ActorOnline)
	if err != nil {
		return tomahora.Reserva{}, err
	}
	if cfg := tx.Config(); len(held) >= cfg.Online().MaxReservas(len(cfg.ProfesionalesOnline())) {
		return tomahora.Reserva{}, nil
	}
	return Reservar(tx, tomahora.ActorOnline, solicitudOnline(tx, libre), tomahora.TTLOnline)
}

// findOnline finds an hour among what is offered to everybody.
func findOnline(tx tomahora.Tx, h HoraOnline, reserva tomahora.ReservaID) (Libre, error) {
	oferta, err := NewOferta(tx, Eleccion{IDProfesional: h.IDProfesional}, reserva)
	if err != nil {
		return Libre{}, err
	}
	return oferta.Hora(h)
}

func solicitudOnline(tx tomahora.Tx, l Libre) tomahora.Solicitud {
	e, video := l.Espacio, l.Videoconsulta
	inicio, duracion := e.Rango.Inicio, e.Rango.Duracion()
	return tomahora.Solicitud{
		IDProfesional: e.IDProfesional, IDSucursal: e.IDSucursal, IDSillon: e.IDSillon, Fecha: e.Fecha, HoraInicio: &inicio, Duracion: &duracion,
		Videoconsulta: &video, IDEstado: settable(tx.Config(), tomahora.EstadoAgendaOnline, tomahora.EstadoNoConfirmado),
	}
}

// settable is the first of the estados that the clinic has in use, else the last.
func settable(cfg *tomahora.Config, ids ...tomahora.EstadoID) tomahora.EstadoID {
	for _, id := range ids {
		if e, ok := cfg.Estado(id); ok && e.Habilitado {
			return id
		}
	}
	return ids[len(ids)-1]
}

// SoltarOnline lets go of an hour that is held for a paciente; one that is not
// held any more is no error.
func SoltarOnline(tx tomahora.Tx, id tomahora.ReservaID) error {
	if id == 0 {
		return nil
	}
	return unlessNotFound(Soltar(tx, tomahora.ActorOnline, id))
}

// HoraReservada is the reserva that holds an hour for its paciente, nil when it
// does not any more.
func HoraReservada(tx tomahora.Tx, id tomahora.ReservaID, h HoraOnline) (*tomahora.Reserva, error) {
	if id == 0 {
		return nil, nil //nolint:nilnil // nil is no reserva
	}
	r, err := optional(VerReserva(tx, tomahora.ActorOnline, id))
	if err != nil || r == nil || horaDe(r.Espacio, r.Videoconsulta) != h {
		return nil, err
	}
	return r, nil
}

// AgendarOnline books an hour for who gives these details: for the paciente with
// their document, about whom nothing is told and nothing changed, or a new one.
// The reserva may be 0, or have run out: the hour is theirs all the same as long
// as nobody took it. Envio names this sending of the form, a secret of the browser
// that sends it: sent again, it is answered with the cita that it made.
//
// Nothing that is known of a paciente decides the answer. What a receptionist
// should look at is told to her, in the comment of the cita.
func AgendarOnline(tx tomahora.Tx, h HoraOnline, reserva tomahora.ReservaID, d tomahora.DatosOnline, envio string) (Agendada, error) {
	if _, err := openOnline(tx.Config()); err != nil {
		return Agendada{}, err
	}
	d = d.Normalized()
	if err := d.Check(); err != nil {
		return Agendada{}, err
	}
	clave := claveEnvio(envio, h, d)
	if earlier, err := sentBefore(tx, clave); err != nil || earlier.Repetida {
		return earlier, err
	}
	paciente, avisos, err := pacienteOnline(tx, d)
	if err != nil {
		return Agendada{}, err
	}
	s, err := placeOnline(tx, paciente, h, reserva)
	if err != nil {
		return Agendada{}, err
	}
	ahead, err := citasAhead(tx, paciente)
	if err != nil {
		return Agendada{}, err
	}
	avisos = append(avisos, besideOthers(ahead, 0, s.IDProfesional, s.Fecha, tomahora.Rango{Inicio: *s.HoraInicio, Fin: s.HoraInicio.Add(*s.Duracion)})...)
	if ahead := countOnline(ahead); ahead >= tomahora.MuchasCitasOnline {
		avisos = append(avisos, fmt.Sprintf("ya tiene %d citas reservadas en línea por delante", ahead))
	}
	s.Comentario = withAvisos(d.Comentario(), avisos)
	booked, err := Agendar(tx, tomahora.ActorOnline, s)
	if err != nil || envio == "" {
		return booked, err
	}
	return booked, tx.Respuestas().Keep(clave, tomahora.Respuesta{Status: 201, Cuerpo: strconv.AppendInt(nil, int64(booked.Cita.ID), 10)})
}

// claveEnvio is what one sending of a form is remembered under; whoever sends it
// with other details asks for something else.
func claveEnvio(envio string, h HoraOnline, d tomahora.DatosOnline) tomahora.Clave {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %v %#v", envio, h, d))
	return tomahora.Clave{Metodo: "POST", Ruta: "/reservar", Texto: hex.EncodeToString(sum[:])}
}

// sentBefore is what an earlier sending of the same form made, as long as it is
// live: a button that was pressed twice.
func sentBefore(tx tomahora.Tx, k tomahora.Clave) (Agendada, error) {
	said, _, err := tx.Respuestas().Find(k)
	if err != nil {
		return Agendada{}, unlessNotFound(err)
	}
	id, err := strconv.ParseInt(string(said.Cuerpo), 10, 64)
	if err != nil {
		return Agendada{}, err
	}
	c, err := tx.Citas().Get(tomahora.CitaID(id))
	if err != nil || !c.Viva {
		return Agendada{}, unlessNotFound(err)
	}
	return Agendada{Cita: c, Repetida: true}, nil
}

func unlessNotFound(err error) error {
	if tomahora.KindOf(err) == tomahora.KindNotFound {
		return nil
	}
	return err
}

// pacienteOnline finds who has a document, or makes them. Whose paciente is
// disabled gets a new one without the document: a refusal would tell that they
// are known.
func pacienteOnline(tx tomahora.Tx, d tomahora.DatosOnline) (id tomahora.PacienteID, avisos []string, err error) {
	known, err := optional(tx.Pacientes().ByRUT(d.Documento))
	if err != nil {
		return 0, nil, err
	}
	if known != nil && known.Habilitado {
		return known.ID, nil, nil
	}
	observaciones, tipo, documento := "Se inscribió al reservar en línea; nadie ha verificado sus datos.", 0, d.Documento
	if d.OtroDocumento {
		tipo = 1
	}
	if known != nil {
		avisos = []string{"el documento que escribió es de un paciente deshabilitado"}
		observaciones += " Escribió el documento " + documento + ", que es de un paciente deshabilitado."
		documento, tipo = "", 0
	}
	made, err := CrearPaciente(tx, tomahora.ActorOnline, tomahora.CambioPaciente{
		RUT: &documento, TipoDocumento: &tipo, Nombre: &d.Nombre, Apellidos: &d.Apellidos, Celular: &d.Celular, Email: &d.Email,
		Observaciones: &observaciones,
	})
	return made.ID, avisos, err
}

// citasAhead are the live citas of a paciente from today on.
func citasAhead(tx tomahora.Tx, id tomahora.PacienteID) ([]tomahora.Cita, error) {
	citas, err := listCitas(tx,
		tomahora.Filtro{Columna: "id_paciente", Operador: tomahora.Igual, Valor: int64(id)},
		tomahora.Filtro{Columna: "fecha", Operador: tomahora.MayorIgual, Valor: today(tx).String()})
	return slices.DeleteFunc(citas, func(c tomahora.Cita) bool { return !c.Viva || HaEmpezado(tx, c) }), err
}

func countOnline(citas []tomahora.Cita) (n int) {
	for _, c := range citas {
		if c.Origen == tomahora.ActorOnline {
			n++
		}
	}
	return n
}

// What a receptionist is told of a cita beside others of its paciente.
const (
	avisoMismaHora = "ya tiene otra cita a esa hora"
	avisoMismoDia  = "ya tiene otra cita ese día con el mismo profesional"
)

// besideOthers is what is odd about a place, beside the other citas of its
// paciente; salvo is the cita that is to be there, 0 for a new one.
func besideOthers(citas []tomahora.Cita, salvo tomahora.CitaID, prof tomahora.ProfesionalID, fecha tomahora.Fecha, rango tomahora.Rango) (avisos []string) {
	for _, c := range citas {
		e := c.Espacio
		switch {
		case c.ID == salvo || e.Fecha != fecha:
		case e.Rango.Overlaps(rango):
			return []string{avisoMismaHora}
		case e.IDProfesional == prof:
			avisos = []string{avisoMismoDia}
		}
	}
	return avisos
}

// withAvisos is a comment with what is odd now in place of what was, a line each.
func withAvisos(comentario string, avisos []string) string {
	const mark = "Revisar: "
	lines := slices.DeleteFunc(strings.Split(comentario, "\n"), func(line string) bool {
		line = strings.TrimSpace(line)
		return line == mark+avisoMismaHora || line == mark+avisoMismoDia
	})
	for _, aviso := range avisos {
		lines = append(lines, mark+aviso)
	}
	return strings.Join(lines, "\n")
}

// placeOnline is the request for an hour, at the place of the reserva while that
// holds it, else at any that is free.
func placeOnline(tx tomahora.Tx, paciente tomahora.PacienteID, h HoraOnline, reserva tomahora.ReservaID) (place tomahora.Solicitud, err error) {
	held, err := HoraReservada(tx, reserva, h)
	if err != nil {
		return place, err
	}
	if held != nil {
		place = solicitudOnline(tx, Libre{Espacio: held.Espacio, Videoconsulta: held.Videoconsulta})
		place.IDReserva = held.ID
	} else {
		libre, err := findOnline(tx, h, 0)
		if err != nil {
			return place, err
		}
		place = solicitudOnline(tx, libre)
	}
	place.IDPaciente = paciente
	return withAtencion(tx, place)
}

// withAtencion names an atención where the clinic insists on one.
func withAtencion(tx tomahora.Tx, s tomahora.Solicitud) (tomahora.Solicitud, error) {
	if !tx.Config().Clinica().ExigirAtencion {
		return s, nil
	}
	a, err := optional(tx.Atenciones().FirstOpen(s.IDPaciente, s.IDProfesional, s.IDSucursal))
	if err != nil {
		return s, err
	}
	if a == nil {
		made, err := tx.Atenciones().Create(tomahora.NewConsulta(s), tomahora.ActorOnline)
		if err != nil {
			return s, err
		}
		a = &made
	}
	s.IDAtencion = a.ID
	return s, nil
}

// HaEmpezado tells whether a cita has begun by the clock of its sucursal.
func HaEmpezado(tx tomahora.Tx, c tomahora.Cita) bool {
	return !tx.Now().Before(c.Espacio.Fecha.At(c.Espacio.Rango.Inicio, tx.Config().ZonaDe(c.Espacio.IDSucursal)))
}

// AdmiteCambios tells whether a paciente may still confirm, move or annul a cita:
// it is live, has not begun, and they have not been received.
func AdmiteCambios(tx tomahora.Tx, c tomahora.Cita) bool {
	return c.Viva && !HaEmpezado(tx, c) && !c.IDEstado.Recibido()
}

// cambiable is a cita that its paciente may change; CodeCitaCerrada when they may
// not any more.
func cambiable(tx tomahora.Tx, id tomahora.CitaID) (tomahora.Cita, error) {
	c, err := tx.Citas().Get(id)
	if err == nil && !AdmiteCambios(tx, c) {
		err = tomahora.Invalid(tomahora.CodeCitaCerrada, "")
	}
	return c, err
}

// ConfirmarOnline is a paciente's word that they will come. Saying it twice is no
// error.
func ConfirmarOnline(tx tomahora.Tx, id tomahora.CitaID) (tomahora.Cita, error) {
	c, err := cambiable(tx, id)
	if err != nil || c.IDEstado.Confirmado() {
		return c, err
	}
	return Modificar(tx, tomahora.ActorOnline, id, tomahora.CambioCita{
		IDEstado: settable(tx.Config(), tomahora.EstadoConfirmadoPorEmail, tomahora.EstadoConfirmado),
	})
}

// AnularOnline is a paciente's word that they will not.
func AnularOnline(tx tomahora.Tx, id tomahora.CitaID) (tomahora.Cita, error) {
	if _, err := cambiable(tx, id); err != nil {
		return tomahora.Cita{}, err
	}
	return Modificar(tx, tomahora.ActorOnline, id, tomahora.CambioCita{
		IDEstado: settable(tx.Config(), tomahora.EstadoAnuladoPorPaciente, tomahora.EstadoAnulado),
	})
}

// MoverOnline moves a cita to an hour of its OfertaParaMover, under the same id.
func MoverOnline(tx tomahora.Tx, id tomahora.CitaID, h HoraOnline) (tomahora.Cita, error) {
	c, err := cambiable(tx, id)
	if err != nil {
		return c, err
	}
	oferta, err := OfertaParaMover(tx, c)
	if err != nil {
		return c, err
	}
	libre, err := oferta.Hora(h)
	if err != nil {
		return c, err
	}
	ahead, err := citasAhead(tx, c.IDPaciente)
	if err != nil {
		return c, err
	}
	e := libre.Espacio
	comentario := withAvisos(c.Comentario, besideOthers(ahead, id, e.IDProfesional, e.Fecha, e.Rango))
	return Modificar(tx, tomahora.ActorOnline, id, tomahora.CambioCita{
		IDSucursal: e.IDSucursal, IDSillon: e.IDSillon, Fecha: e.Fecha, HoraInicio: &e.Rango.Inicio, Comentario: &comentario,
	})
}
