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
// rules and returns all problems of the first stage that has any; when it is
// about time and place, as a Rechazo.
func Agendar(tx tomahora.Tx, by tomahora.Actor, s tomahora.Solicitud) (Agendada, error) {
	j, err := juzgar(tx, by, s)
	if err != nil {
		return Agendada{}, err
	}
	if j.gemela != nil {
		return Agendada{Cita: *j.gemela, Repetida: true}, nil
	}
	return j.book(tx, by)
}

// juicio is what was found out about a request to book, before anything is
// written.
type juicio struct {
	solicitud tomahora.Solicitud // as its reserva fills it in
	etapa     tomahora.Etapa     // the last stage that was judged
	problems  tomahora.Problems  // of that stage
	gemela    *tomahora.Cita     // an earlier sending of it made this one, whatever the problems
	facts     tomahora.Facts
	lugar     tomahora.Lugar
}

// juzgar judges a request to book. It returns an error when it is refused, and
// what is known of it then.
func juzgar(tx tomahora.Tx, by tomahora.Actor, s tomahora.Solicitud) (*juicio, error) {
	cfg := tx.Config()
	j := &juicio{solicitud: s, etapa: tomahora.EtapaReserva}
	s, used, err := withReserva(tx, by, s)
	if err != nil {
		return j.refuse(err)
	}
	j.solicitud, j.etapa = s, tomahora.EtapaForma
	if err := s.CheckShape(cfg); err != nil {
		return j.refuse(err)
	}
	if used != 0 {
		return j.retried(tx, by, tomahora.Problems{tomahora.Invalid(tomahora.CodeReservaVencida, "id_reserva")}, used)
	}
	j.etapa = tomahora.EtapaReferencias
	if j.facts, err = factsOf(tx, s, 0); err != nil {
		return j, err
	}
	if err := s.CheckReferences(cfg, j.facts); err != nil {
		return j.retried(tx, by, err, j.facts.Ocupada)
	}
	j.etapa = tomahora.EtapaLugar
	var problems tomahora.Problems
	j.lugar, problems = s.Lugar(cfg, tx.Now())
	if problems = append(problems, j.facts.Topes.Problems()...); len(problems) > 0 {
		return j.retried(tx, by, rechazo(s, problems, nil), j.facts.Topes.First())
	}
	return j, nil
}

// refuse is a judgement that ends in a refusal.
func (j *juicio) refuse(refusal error) (*juicio, error) {
	j.problems = tomahora.ProblemsOf(refusal)
	return j, refusal
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

// retried finds out whether a refused request is a retry: whether the cita in its
// way is what an earlier sending of the same request made. Else it is refused.
func (j *juicio) retried(tx tomahora.Tx, by tomahora.Actor, refusal error, inTheWay tomahora.CitaID) (*juicio, error) {
	if inTheWay == 0 || !onlyConflicts(refusal) {
		return j.refuse(refusal)
	}
	lugar, problems := j.solicitud.Lugar(tx.Config(), tx.Now())
	if len(problems) > 0 {
		return j.refuse(refusal)
	}
	twin, err := tx.Citas().Get(inTheWay)
	if err != nil {
		return j, err
	}
	if !twin.AnswersRetry(j.solicitud, by, lugar.Videoconsulta, tx.Now()) {
		return j.refuse(refusal)
	}
	j.gemela, j.problems = &twin, tomahora.ProblemsOf(refusal)
	return j, nil
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
func (j *juicio) book(tx tomahora.Tx, by tomahora.Actor) (Agendada, error) {
	atencion, err := j.atencion(tx)
	if err != nil {
		return Agendada{}, err
	}
	if atencion.ID == 0 {
		if atencion, err = tx.Atenciones().Create(atencion, by); err != nil {
			return Agendada{}, err
		}
	}
	cita, err := tx.Citas().Create(j.cita(by, atencion))
	if err != nil {
		return Agendada{}, err
	}
	return Agendada{Cita: cita}, use(tx, j.solicitud.IDReserva, cita.ID)
}

// cita is the cita that is to be made.
func (j *juicio) cita(by tomahora.Actor, a tomahora.Atencion) tomahora.Cita {
	s, paciente := j.solicitud, j.facts.Paciente
	return tomahora.Cita{
		Espacio:          j.lugar.Espacio,
		IDPaciente:       s.IDPaciente,
		IDAtencion:       a.ID,
		IDEstado:         s.IDEstado,
		Videoconsulta:    j.lugar.Videoconsulta,
		Comentario:       s.Comentario,
		Viva:             true,
		Exclusiva:        j.lugar.Exclusiva,
		AtencionMultiple: a.Tipo.AllowsManyCitas(),
		Origen:           by,

		NombrePaciente: paciente.Nombre, ApellidosPaciente: paciente.Apellidos, NombreAtencion: a.Nombre,
	}
}

// atencion is the atención that the request names, else the lowest-numbered open
// one of the same paciente, profesional and sucursal, else a new one, whose id
// is 0.
func (j *juicio) atencion(tx tomahora.Tx) (tomahora.Atencion, error) {
	s := j.solicitud
	if j.facts.Atencion != nil {
		return *j.facts.Atencion, nil
	}
	open, err := optional(tx.Atenciones().FirstOpen(s.IDPaciente, s.IDProfesional, s.IDSucursal))
	if err != nil {
		return tomahora.Atencion{}, err
	}
	if open != nil {
		return *open, nil
	}
	return tomahora.NewConsulta(s), nil
}
