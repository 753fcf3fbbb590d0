package agenda

import (
	"slices"

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
	err := Soltar(tx, tomahora.ActorOnline, id)
	if tomahora.KindOf(err) == tomahora.KindNotFound {
		return nil
	}
	return err
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
// as nobody took it.
//
// All that is refused because of what is known of a paciente is CodeLimiteOnline,
// and only after the hour was found free: who tries documents learns no more than
// that one of them has MaxCitasOnline citas ahead, and books one each time.
func AgendarOnline(tx tomahora.Tx, h HoraOnline, reserva tomahora.ReservaID, d tomahora.DatosOnline) (Agendada, error) {
	if _, err := openOnline(tx.Config()); err != nil {
		return Agendada{}, err
	}
	d = d.Normalized()
	if err := d.Check(); err != nil {
		return Agendada{}, err
	}
	paciente, err := pacienteOnline(tx, d)
	if err != nil {
		return Agendada{}, err
	}
	ahead, err := citasAhead(tx, paciente)
	if err != nil {
		return Agendada{}, err
	}
	s := tomahora.Solicitud{IDPaciente: paciente, Comentario: d.Comentario()}
	if earlier := sentBefore(tx, ahead, h, s.Comentario); earlier != nil {
		return Agendada{Cita: *earlier, Repetida: true}, nil
	}
	if s, err = placeOnline(tx, s, h, reserva); err != nil {
		return Agendada{}, err
	}
	booked, err := Agendar(tx, tomahora.ActorOnline, s)
	switch {
	case tomahora.IsCode(err, tomahora.CodePacienteDeshabilitado):
		return Agendada{}, tomahora.Invalid(tomahora.CodeLimiteOnline, "")
	case err != nil:
		return Agendada{}, err
	}
	return booked, checkAhead(ahead, booked.Cita)
}

// pacienteOnline finds who has a document, or makes them.
func pacienteOnline(tx tomahora.Tx, d tomahora.DatosOnline) (tomahora.PacienteID, error) {
	known, err := optional(tx.Pacientes().ByRUT(d.Documento))
	if err != nil {
		return 0, err
	}
	if known != nil {
		return known.ID, nil
	}
	observaciones, tipo := "Se inscribió al reservar en línea; nadie ha verificado sus datos.", 0
	if d.OtroDocumento {
		tipo = 1
	}
	made, err := CrearPaciente(tx, tomahora.ActorOnline, tomahora.CambioPaciente{
		RUT: &d.Documento, TipoDocumento: &tipo, Nombre: &d.Nombre, Apellidos: &d.Apellidos, Celular: &d.Celular, Email: &d.Email,
		Observaciones: &observaciones,
	})
	return made.ID, err
}

// citasAhead are the live citas of a paciente from today on.
func citasAhead(tx tomahora.Tx, id tomahora.PacienteID) ([]tomahora.Cita, error) {
	citas, err := listCitas(tx,
		tomahora.Filtro{Columna: "id_paciente", Operador: tomahora.Igual, Valor: int64(id)},
		tomahora.Filtro{Columna: "fecha", Operador: tomahora.MayorIgual, Valor: today(tx).String()})
	return slices.DeleteFunc(citas, func(c tomahora.Cita) bool { return !c.Viva || HaEmpezado(tx, c) }), err
}

// sentBefore is what an earlier sending of the same details made of this hour: a
// button that was pressed twice.
func sentBefore(tx tomahora.Tx, ahead []tomahora.Cita, h HoraOnline, comentario string) *tomahora.Cita {
	for i := range ahead {
		c := &ahead[i]
		if horaDe(c.Espacio, c.Videoconsulta) == h && c.Origen == tomahora.ActorOnline && c.Version == 1 && c.Comentario == comentario &&
			tx.Now().Before(c.Creada.Add(tomahora.RetryWindow)) {
			return c
		}
	}
	return nil
}

// placeOnline adds the place to a request: that of the reserva while it holds the
// hour, else any that is free.
func placeOnline(tx tomahora.Tx, s tomahora.Solicitud, h HoraOnline, reserva tomahora.ReservaID) (tomahora.Solicitud, error) {
	held, err := HoraReservada(tx, reserva, h)
	if err != nil {
		return s, err
	}
	var place tomahora.Solicitud
	if held != nil {
		place = solicitudOnline(tx, Libre{Espacio: held.Espacio, Videoconsulta: held.Videoconsulta})
		place.IDReserva = held.ID
	} else {
		libre, err := findOnline(tx, h, 0)
		if err != nil {
			return s, err
		}
		place = solicitudOnline(tx, libre)
	}
	place.IDPaciente, place.Comentario = s.IDPaciente, s.Comentario
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

// checkAhead refuses a cita beside the others of its paciente: at the same time,
// with the same profesional on the same day, or one too many that were booked
// online.
func checkAhead(ahead []tomahora.Cita, cita tomahora.Cita) error {
	online := 0
	for _, c := range ahead {
		if c.ID == cita.ID {
			continue
		}
		if c.Origen == tomahora.ActorOnline {
			online++
		}
		is, other := cita.Espacio, c.Espacio
		if is.Fecha == other.Fecha && (is.IDProfesional == other.IDProfesional || is.Rango.Overlaps(other.Rango)) {
			return tomahora.Invalid(tomahora.CodeLimiteOnline, "")
		}
	}
	if online >= tomahora.MaxCitasOnline {
		return tomahora.Invalid(tomahora.CodeLimiteOnline, "")
	}
	return nil
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
	moved, err := Modificar(tx, tomahora.ActorOnline, id, tomahora.CambioCita{
		IDSucursal: e.IDSucursal, IDSillon: e.IDSillon, Fecha: e.Fecha, HoraInicio: &e.Rango.Inicio,
	})
	if err != nil {
		return c, err
	}
	return moved, checkAhead(ahead, moved)
}
