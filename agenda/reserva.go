package agenda

import (
	"slices"
	"time"

	"github.com/tomahora/tomahora"
)

// Reservar holds a place for ttl (POST /reservas). The place is judged as that of
// a cita; the paciente may be left out. A ttl of 0 is the usual one.
func Reservar(tx tomahora.Tx, by tomahora.Actor, s tomahora.Solicitud, ttl time.Duration) (tomahora.Reserva, error) {
	lugar, err := juzgarLugar(tx, s)
	if err != nil {
		return tomahora.Reserva{}, err
	}
	if ttl == 0 {
		ttl = tomahora.ReservaDefault
	}
	return tx.Reservas().Create(tomahora.Reserva{
		Espacio: lugar.Espacio, IDPaciente: s.IDPaciente, Videoconsulta: lugar.Videoconsulta, Exclusiva: lugar.Exclusiva,
		Vence: tx.Now().Add(ttl), Origen: by,
	})
}

// juzgarLugar judges a place as that of a cita, whoever comes.
func juzgarLugar(tx tomahora.Tx, s tomahora.Solicitud) (tomahora.Lugar, error) {
	cfg := tx.Config()
	if err := s.CheckShapeReserva(); err != nil {
		return tomahora.Lugar{}, err
	}
	facts, err := factsOf(tx, s, 0)
	if err != nil {
		return tomahora.Lugar{}, err
	}
	if err := s.CheckReferencesReserva(cfg, facts); err != nil {
		return tomahora.Lugar{}, err
	}
	lugar, problems := s.Lugar(cfg, tx.Now())
	if problems = append(problems, facts.Topes.Problems()...); len(problems) > 0 {
		return tomahora.Lugar{}, rechazo(s, problems, nil)
	}
	return lugar, nil
}

// Soltar lets go of a reserva (DELETE /reservas/{id}), which only who made it may.
func Soltar(tx tomahora.Tx, by tomahora.Actor, id tomahora.ReservaID) error {
	if _, err := VerReserva(tx, by, id); err != nil {
		return err
	}
	return tx.Reservas().Delete(id, by)
}

// VerReserva is a reserva in force (GET /reservas/{id}) of who asks; of everybody
// else's it is KindNotFound.
func VerReserva(tx tomahora.Tx, by tomahora.Actor, id tomahora.ReservaID) (tomahora.Reserva, error) {
	r, err := tx.Reservas().Get(id)
	if err == nil && (r.Origen != by || !r.IsVigente(tx.Now())) {
		return tomahora.Reserva{}, tomahora.NotFound("la reserva")
	}
	return r, err
}

// withReserva is a request to book with what its reserva says. Where that one has
// already led to a cita, it returns this cita's id, for the request may be a
// retry.
func withReserva(tx tomahora.Tx, by tomahora.Actor, s tomahora.Solicitud) (tomahora.Solicitud, tomahora.CitaID, error) {
	if s.IDReserva == 0 || len(s.Unreadable) > 0 {
		return s, 0, nil
	}
	r, err := usable(tx, by, s.IDReserva)
	if err != nil {
		return s, 0, err
	}
	if problems := r.Fill(&s); len(problems) > 0 {
		return s, 0, problems
	}
	return s, r.IDCita, nil
}

// usable is a reserva of who asks that is in force, or that has led to a cita.
func usable(tx tomahora.Tx, by tomahora.Actor, id tomahora.ReservaID) (tomahora.Reserva, error) {
	r, err := tx.Reservas().Get(id)
	switch {
	case tomahora.KindOf(err) == tomahora.KindNotFound || err == nil && r.Origen != by:
		return r, tomahora.NoExiste("la reserva", "id_reserva")
	case err == nil && r.IDCita == 0 && !r.IsVigente(tx.Now()):
		return r, tomahora.Invalid(tomahora.CodeReservaVencida, "id_reserva")
	default:
		return r, err
	}
}

// cambioWithReserva is a change of a cita with what its reserva says. One that has
// led to a cita already is good for the same cita again, for the request may be a
// retry; cita is 0 where it is to lead to a new one.
func cambioWithReserva(tx tomahora.Tx, by tomahora.Actor, cita tomahora.CitaID, c tomahora.CambioCita) (tomahora.CambioCita, tomahora.Reserva, error) {
	if c.IDReserva == 0 || len(c.Unreadable) > 0 {
		return c, tomahora.Reserva{}, nil
	}
	r, err := usable(tx, by, c.IDReserva)
	if err == nil && r.IDCita != 0 && r.IDCita != cita {
		err = tomahora.Invalid(tomahora.CodeReservaVencida, "id_reserva")
	}
	if err != nil {
		return c, r, err
	}
	if problems := r.FillCambio(&c); len(problems) > 0 {
		return c, r, problems
	}
	return c, r, nil
}

// use lets a reserva, if there is one, end in a cita.
func use(tx tomahora.Tx, id tomahora.ReservaID, cita tomahora.CitaID) error {
	if id == 0 {
		return nil
	}
	return tx.Reservas().Use(id, cita)
}

// MisReservas are the reservas in force of who asks (GET /reservas).
func MisReservas(tx tomahora.Tx, by tomahora.Actor) ([]tomahora.Reserva, error) {
	all, err := tx.Reservas().Vigentes(tomahora.Fecha{Year: 1, Month: time.January, Day: 1}, lastFecha())
	return slices.DeleteFunc(all, func(r tomahora.Reserva) bool { return r.Origen != by }), err
}
