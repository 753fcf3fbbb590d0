package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"

	"github.com/tomahora/tomahora"
)

// The clinic all measurements book in.
const (
	profesionales = 200
	intervalo     = 15 // minutes; every cita takes one step
	pacientes     = 20_000
	sucursal      = 1
	sillon        = 1

	// The free atenciones that requests name are of another sucursal, so that a
	// request which names none never takes one of them, and their ids are far
	// above those the store gives.
	otherSucursal = 2
	firstAtencion = 1_000_000_000
)

// The slots are dealt in blocks of some weeks, as a clinic fills up, each in the
// same shuffled order.
const (
	blockDays = 60
	daySlots  = int(tomahora.FinDelDia) / intervalo
	comment   = "Control general"
)

// firstDay is after all history.
func firstDay() tomahora.Fecha { return tomahora.Fecha{Year: 2027, Month: 1, Day: 1} }

// conflictBehind is how far back the attempt lies whose slot is asked for again:
// farther than requests are ever under way, and of another paciente, since the
// same one would be a retry.
const conflictBehind = 1001

// slot is a place in a block: profesional, day and hour in one number.
type slot int32

// shuffledSlots is the same order in every run.
func shuffledSlots() []slot {
	slots := make([]slot, profesionales*blockDays*daySlots)
	for i := range slots {
		slots[i] = slot(i)
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(slots), func(i, j int) { slots[i], slots[j] = slots[j], slots[i] })
	return slots
}

// workload deals out attempts to book, each slot once, but for one attempt in ten
// that aims at a slot taken before.
type workload struct {
	slots     []slot
	pacientes int64
	next      atomic.Int64
}

// attempt is one request to book.
type attempt struct {
	profesional int
	fecha       tomahora.Fecha
	inicio      tomahora.Hora
	paciente    int64
	atencion    int64 // a free one of the paciente, for a request that names one
}

func (w *workload) attempt() attempt { return w.nth(w.next.Add(1) - 1) }

// nth is attempt n, from 0.
func (w *workload) nth(n int64) attempt {
	place := n
	if n%10 == 9 && n > conflictBehind {
		place -= conflictBehind
	}
	block, rest := place/int64(len(w.slots)), place%int64(len(w.slots))
	s := int(w.slots[rest])
	return attempt{
		profesional: 1 + s%profesionales,
		fecha:       firstDay().AddDays(int(block)*blockDays + s/profesionales/daySlots),
		inicio:      tomahora.Hora(s / profesionales % daySlots * intervalo),
		paciente:    1 + n%w.pacientes,
		atencion:    firstAtencion + n,
	}
}

// solicitud is the attempt as the use case takes it: the seed's request, but for
// videoconsulta, which a horario of one modality does not need, and that most
// clients do not name an atención.
func (a attempt) solicitud(named bool) tomahora.Solicitud {
	d := tomahora.Duracion(intervalo)
	s := tomahora.Solicitud{
		IDProfesional: tomahora.ProfesionalID(a.profesional),
		IDSucursal:    sucursal,
		IDEstado:      tomahora.EstadoNoConfirmado,
		IDSillon:      sillon,
		IDPaciente:    tomahora.PacienteID(a.paciente),
		Fecha:         a.fecha,
		HoraInicio:    &a.inicio,
		Duracion:      &d,
		Comentario:    comment,
	}
	if named {
		s.IDAtencion = tomahora.AtencionID(a.atencion)
	}
	return s
}

// appendJSON appends the attempt as a client sends it.
func (a attempt) appendJSON(b []byte) []byte {
	field := func(name string, v int64) {
		b = append(b, name...)
		b = strconv.AppendInt(b, v, 10)
	}
	field(`{"id_profesional":`, int64(a.profesional))
	field(`,"id_sucursal":`, sucursal)
	field(`,"id_estado":`, int64(tomahora.EstadoNoConfirmado))
	field(`,"id_sillon":`, sillon)
	field(`,"id_paciente":`, a.paciente)
	field(`,"id_atencion":`, a.atencion)
	b = append(b, `,"fecha":"`...)
	b = append(b, a.fecha.String()...)
	b = fmt.Appendf(b, `","hora_inicio":"%02d:%02d"`, int(a.inicio)/60, int(a.inicio)%60)
	field(`,"duracion":`, intervalo)
	return append(b, `,"comentario":"`+comment+`"}`...)
}

// answered sorts an answer of the use case: accepted, refused because the slot is
// taken, or anything else, which this workload never expects.
func answered(err error) (accepted bool, unexpected error) {
	var problem *tomahora.Error
	if errors.As(err, &problem) && problem.Code == tomahora.CodeTopeProfesional {
		return false, nil
	}
	return err == nil, err
}
