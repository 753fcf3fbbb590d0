package agenda

import (
	"errors"

	"github.com/tomahora/tomahora"
)

// Simulacion is how a booking would end.
type Simulacion struct {
	Reglas []tomahora.Veredicto // every rule, in the order of the stages
	// Cita is the one that would be made, without an id, and with IDAtencion 0
	// where an atención would be made, too; or the one that an earlier sending of
	// the request made. Nil: the request would be refused.
	Cita         *tomahora.Cita
	Repetida     bool    // the request is a retry
	Alternativas []Libre // when it is refused for its time and place; else nil
}

// Simular judges a request to book as Agendar does, and writes nothing. What is
// wrong with the request is in the answer; an error is the store's.
func Simular(tx tomahora.Tx, by tomahora.Actor, s tomahora.Solicitud) (Simulacion, error) {
	j, refusal := juzgar(tx, by, s)
	if refusal != nil && tomahora.KindOf(refusal) != tomahora.KindInvalid {
		return Simulacion{}, refusal
	}
	sim := Simulacion{
		Reglas:   j.solicitud.Veredictos(j.etapa, j.problems),
		Cita:     j.gemela,
		Repetida: j.gemela != nil,
	}
	if refusal == nil && !sim.Repetida {
		atencion, err := j.atencion(tx)
		if err != nil {
			return Simulacion{}, err
		}
		sim.Cita = new(j.cita(by, atencion))
	}
	if r, ok := errors.AsType[*Rechazo](refusal); ok && r.AdmitsOtra() {
		var err error
		if sim.Alternativas, err = Alternativas(tx, r); err != nil {
			return Simulacion{}, err
		}
	}
	return sim, nil
}

// SimularLugar judges the place of a cita, whoever is to come, and writes nothing: it
// returns what is wrong with it. An error is the store's.
func SimularLugar(tx tomahora.Tx, s tomahora.Solicitud) (tomahora.Problems, error) {
	_, refusal := juzgarLugar(tx, s)
	if refusal != nil && tomahora.KindOf(refusal) != tomahora.KindInvalid {
		return nil, refusal
	}
	return tomahora.ProblemsOf(refusal), nil
}
