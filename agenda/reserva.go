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
	r, err := optional(tx.Reservas().Get(s.IDReserva))
	if err != nil {
		return s, 0, err
	}
	if r == nil || r.Origen != by {
		return s, 0, tomahora.NoExiste("la reserva", "id_reserva")
	}
	if r.IDCita == 0 && !r.IsVigente(tx.Now()) {
		return s, 0, tomahora.Invalid(tomahora.CodeReservaVencida, "id_reserva")
	}
	if problems := r.Fill(&s); len(problems) > 0 {
		return s, 0, problems
	}
	return s, r.IDCita, nil
}

// MisReservas are the reservas in force of who asks (GET /reservas).
func MisReservas(tx tomahora.Tx, by tomahora.Actor) ([]tomahora.Reserva, error) {
	all, err := tx.Reservas().Vigentes(tomahora.Fecha{Year: 1, Month: time.January, Day: 1}, lastFecha())
	return slices.DeleteFunc(all, func(r tomahora.Reserva) bool { return r.Origen != by }), err
}
