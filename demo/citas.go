package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// The span of the generated citas, in days from today, both inclusive.
const (
	firstDay = -7
	lastDay  = 14
)

// libre is the hour that every profesional is left free, so that there is always
// room to try a booking: the seed's own example asks for 09:00.
var libre = tomahora.Rango{Inicio: 9 * 60, Fin: 10 * 60}

// maxCitas keeps their ids below FirstCitaID, however the dice fall.
const maxCitas = 700

// maxDuracion is that of the longest generated cita.
const maxDuracion = 60

// The estados of generated citas that the rules of booking have no name for.
const (
	atendido   tomahora.EstadoID = 2
	confirmado tomahora.EstadoID = 3
	atendiendo tomahora.EstadoID = 6
	noAsiste   tomahora.EstadoID = 8
	notificado tomahora.EstadoID = 18
)

// generator books citas through the same use case as everyone else. It keeps
// its own account of what it took, so that it asks only for what is free.
type generator struct {
	tx        tomahora.Tx
	rnd       *rand.Rand
	today     tomahora.Fecha
	now       tomahora.Hora
	pacientes []int // in the order they are called; the next one is at booked, around and around
	booked    int
	taken     []tomahora.Espacio // of the day in work
}

func createCitas(tx tomahora.Tx, today tomahora.Fecha) error {
	var seed [32]byte
	copy(seed[:], today.String())
	rnd := rand.New(rand.NewChaCha8(seed))
	now := tx.Now().In(tx.Config().Zona())
	g := &generator{
		tx:        tx,
		rnd:       rnd,
		today:     today,
		now:       tomahora.Hora(now.Hour()*60 + now.Minute()),
		pacientes: rnd.Perm(numPacientes - numPresentados),
	}
	for offset := firstDay; offset <= lastDay; offset++ {
		if err := g.fillDay(offset); err != nil {
			return fmt.Errorf("demo citas: %w", err)
		}
	}
	return nil
}

// agendaDe is one profesional at one sucursal.
type agendaDe struct {
	profesional tomahora.ProfesionalID
	sucursal    tomahora.SucursalID
}

// agendas are those to be filled, the rarer first: 4 shares the Box 3 with 6,
// and 1 may be at one of two sucursales.
func (g *generator) agendas() []agendaDe {
	first, second := tomahora.SucursalID(1), tomahora.SucursalID(2)
	if g.rnd.IntN(2) == 0 {
		first, second = second, first
	}
	return []agendaDe{{4, 2}, {1, first}, {1, second}, {2, 1}, {3, 1}, {6, 2}}
}

// fillDay takes less of a day the further ahead it is, as agendas fill up.
func (g *generator) fillDay(offset int) error {
	fecha := g.today.AddDays(offset)
	g.taken = g.taken[:0]
	chance := 11 - max(offset, 0)/3
	for _, a := range g.agendas() {
		for _, s := range g.tx.Config().Segmentos(a.profesional, a.sucursal, fecha) {
			for _, sillon := range s.Sillones {
				lane := tomahora.Espacio{
					IDProfesional: a.profesional, IDSucursal: a.sucursal, IDSillon: sillon, Fecha: fecha, Rango: s.Rango,
				}
				if err := g.fillLane(lane, s.Modalidad, chance); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// fillLane goes along the grid of one lane and books here and there: chance is
// how many of a thousand minutes are to begin a cita.
func (g *generator) fillLane(lane tomahora.Espacio, m tomahora.Modalidad, chance int) error {
	prof, _ := g.tx.Config().Profesional(lane.IDProfesional)
	e := lane
	for inicio := lane.Rango.Inicio; inicio < lane.Rango.Fin; inicio = e.Rango.Fin {
		e.Rango = tomahora.Rango{Inicio: inicio, Fin: inicio.Add(g.duracion(prof.Intervalo))}
		wanted := g.rnd.IntN(1000) < chance*int(prof.Intervalo)
		if !wanted || !lane.Rango.Contains(e.Rango) || !g.free(e) {
			e.Rango.Fin = inicio.Add(prof.Intervalo)
			continue
		}
		if err := g.take(e, m); err != nil {
			return err
		}
	}
	return nil
}

// duracion is a compatible one.
func (g *generator) duracion(intervalo tomahora.Duracion) tomahora.Duracion {
	return intervalo * tomahora.Duracion(1+g.rnd.IntN(maxDuracion/int(intervalo)))
}

// free tells whether a cita may be put there with nothing in its way.
func (g *generator) free(e tomahora.Espacio) bool {
	sillon, _ := g.tx.Config().Sillon(e.IDSillon)
	return !e.Rango.Overlaps(libre) && !slices.ContainsFunc(g.taken, func(o tomahora.Espacio) bool {
		return e.TopeProfesional(o) || sillon.Exclusivo && e.TopeSillon(o)
	})
}

// take books a place and, now and then, a sobrecupo over it.
func (g *generator) take(e tomahora.Espacio, m tomahora.Modalidad) error {
	if err := g.book(e, m); err != nil {
		return err
	}
	g.taken = append(g.taken, e)
	if g.rnd.IntN(20) > 0 {
		return nil
	}
	e.IDSillon = tomahora.Sobrecupo
	return g.book(e, m)
}

func (g *generator) book(e tomahora.Espacio, m tomahora.Modalidad) error {
	if g.booked == maxCitas {
		return nil
	}
	duracion := e.Rango.Duracion()
	_, err := agenda.Agendar(g.tx, actor, tomahora.Solicitud{
		IDProfesional: e.IDProfesional,
		IDSucursal:    e.IDSucursal,
		IDEstado:      g.estado(e),
		IDSillon:      e.IDSillon,
		IDPaciente:    g.nextPaciente(),
		Fecha:         e.Fecha,
		HoraInicio:    &e.Rango.Inicio,
		Duracion:      &duracion,
		Comentario:    pick(g.rnd, comentarios[:]),
		Videoconsulta: g.videoconsulta(m),
	})
	return err
}

// nextPaciente calls everyone once before it calls anyone again, so that nobody
// is wanted in two places.
func (g *generator) nextPaciente() tomahora.PacienteID {
	n := g.pacientes[g.booked%len(g.pacientes)]
	g.booked++
	return tomahora.PacienteID(n + numPresentados + 1)
}

// videoconsulta is sent only where it has to be.
func (g *generator) videoconsulta(m tomahora.Modalidad) *bool {
	if m != tomahora.Ambas {
		return nil
	}
	video := g.rnd.IntN(4) == 0
	return &video
}

// estado is one that fits the hour: what is over was attended or missed.
func (g *generator) estado(e tomahora.Espacio) tomahora.EstadoID {
	dice := g.rnd.IntN(10)
	isToday := e.Fecha == g.today
	isOver := e.Fecha.Before(g.today) || isToday && e.Rango.Fin <= g.now
	switch {
	case isOver && dice == 0:
		return noAsiste
	case isOver:
		return atendido
	case isToday && e.Rango.Inicio <= g.now:
		return atendiendo
	case dice < 3:
		return confirmado
	case dice < 5:
		return notificado
	default:
		return tomahora.EstadoNoConfirmado
	}
}

var comentarios = [...]string{
	"", "", "", "", "Control general", "Primera consulta", "Trae exámenes", "Prefiere ser llamado por la tarde", "Revisión de tratamiento",
	"Llega con acompañante", "Receta por renovar", "Dolor desde hace una semana",
}
