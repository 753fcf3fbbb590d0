// Package agenda holds the use cases of scheduling, as functions over a
// transaction. A face reads a request, opens the transaction, calls one of
// these, and renders what it returns.
package agenda

import "github.com/tomahora/tomahora"

// Agendada is the answer to a booking.
type Agendada struct {
	Cita tomahora.Cita
	// Repetida tells that the request was a retry: the cita was made by an
	// earlier sending of it, and nothing was written now.
	Repetida bool
}

// Agendar books a cita. It judges the request in the stages of the product
// rules and returns all problems of the first stage that has any.
func Agendar(tx tomahora.Tx, by tomahora.Actor, s tomahora.Solicitud) (Agendada, error) {
	cfg := tx.Config()
	s, used, err := withReserva(tx, by, s)
	if err != nil {
		return Agendada{}, err
	}
	if err := s.CheckShape(cfg); err != nil {
		return Agendada{}, err
	}
	if used != 0 {
		return retried(tx, by, s, tomahora.Problems{tomahora.Invalid(tomahora.CodeReservaVencida, "id_reserva")}, used)
	}
	facts, err := factsOf(tx, s, 0)
	if err != nil {
		return Agendada{}, err
	}
	if err := s.CheckReferences(cfg, facts); err != nil {
		return retried(tx, by, s, err, facts.Ocupada)
	}
	lugar, problems := s.Lugar(cfg, tx.Now())
	if problems = append(problems, facts.Topes.Problems()...); len(problems) > 0 {
		return retried(tx, by, s, problems, facts.Topes.First())
	}
	return book(tx, by, s, lugar, facts)
}

// factsOf is what the store knows about a request, as if the cita salvo, 0 for
// none, were not there.
func factsOf(tx tomahora.Tx, s tomahora.Solicitud, salvo tomahora.CitaID) (tomahora.Facts, error) {
	sillon, _ := tx.Config().Sillon(s.IDSillon)
	return tx.Citas().Facts(s, sillon.Exclusivo, salvo)
}

// optional turns "not found" into nil.
func optional[T any](v T, err error) (*T, error) {
	if err == nil {
		return &v, nil
	}
	if tomahora.KindOf(err) == tomahora.KindNotFound {
		return nil, nil //nolint:nilnil // nil is how the callers spell "no such row"
	}
	return nil, err
}

// retried answers a refused request with the cita in its way, if that is what
// an earlier sending of the same request made; else with the refusal.
func retried(tx tomahora.Tx, by tomahora.Actor, s tomahora.Solicitud, refusal error, inTheWay tomahora.CitaID) (Agendada, error) {
	if inTheWay == 0 || !onlyConflicts(refusal) {
		return Agendada{}, refusal
	}
	lugar, problems := s.Lugar(tx.Config(), tx.Now())
	if len(problems) > 0 {
		return Agendada{}, refusal
	}
	twin, err := tx.Citas().Get(inTheWay)
	if err != nil {
		return Agendada{}, err
	}
	if !twin.AnswersRetry(s, by, lugar.Videoconsulta, tx.Now()) {
		return Agendada{}, refusal
	}
	return Agendada{Cita: twin, Repetida: true}, nil
}

// onlyConflicts tells whether nothing but another cita stands in the way.
func onlyConflicts(refusal error) bool {
	for _, p := range tomahora.ProblemsOf(refusal) {
		switch p.Code {
		case tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon, tomahora.CodeAtencionConCita, tomahora.CodeReservaVencida:
		default:
			return false
		}
	}
	return true
}

// book writes a request that nothing speaks against.
func book(tx tomahora.Tx, by tomahora.Actor, s tomahora.Solicitud, l tomahora.Lugar, f tomahora.Facts) (Agendada, error) {
	atencion, err := atencionFor(tx, by, s, f.Atencion)
	if err != nil {
		return Agendada{}, err
	}
	cita, err := tx.Citas().Create(tomahora.Cita{
		Espacio:          l.Espacio,
		IDPaciente:       s.IDPaciente,
		IDAtencion:       atencion.ID,
		IDEstado:         s.IDEstado,
		Videoconsulta:    l.Videoconsulta,
		Comentario:       s.Comentario,
		Viva:             true,
		Exclusiva:        l.Exclusiva,
		AtencionMultiple: atencion.Tipo.AllowsManyCitas(),
		Origen:           by,
	})
	if err != nil {
		return Agendada{}, err
	}
	if s.IDReserva != 0 {
		if err := tx.Reservas().Use(s.IDReserva, cita.ID); err != nil {
			return Agendada{}, err
		}
	}
	cita.NombrePaciente, cita.ApellidosPaciente = f.Paciente.Nombre, f.Paciente.Apellidos
	cita.NombreAtencion = atencion.Nombre
	return Agendada{Cita: cita}, nil
}

// atencionFor is the atención the request names, else the lowest-numbered open
// one of the same paciente, profesional and sucursal, else a new one.
func atencionFor(tx tomahora.Tx, by tomahora.Actor, s tomahora.Solicitud, named *tomahora.Atencion) (tomahora.Atencion, error) {
	if named != nil {
		return *named, nil
	}
	open, err := optional(tx.Atenciones().FirstOpen(s.IDPaciente, s.IDProfesional, s.IDSucursal))
	if err != nil {
		return tomahora.Atencion{}, err
	}
	if open != nil {
		return *open, nil
	}
	return tx.Atenciones().Create(tomahora.NewConsulta(s), by)
}
