package agenda

import (
	"errors"
	"math"
	"slices"

	"github.com/tomahora/tomahora"
)

// Rechazo is a refusal by the third stage: what was asked for is whole and names
// what exists, but this time and place it cannot have.
type Rechazo struct { //nolint:errname // Problems with what they are about
	tomahora.Problems
	solicitud tomahora.Solicitud
	sin       *tomahora.Espacio // the place of the live cita that was to move
}

// rechazo refuses a request; before is the cita that was to move, nil for none.
func rechazo(s tomahora.Solicitud, problems tomahora.Problems, before *tomahora.Cita) *Rechazo {
	r := &Rechazo{Problems: problems, solicitud: s}
	if before != nil && before.Viva {
		r.sin = &before.Espacio
	}
	return r
}

func (r *Rechazo) Unwrap() error { return r.Problems }

// AdmitsOtra tells whether another time or place would do, so that it is worth
// while to look for Alternativas.
func (r *Rechazo) AdmitsOtra() bool {
	return slices.ContainsFunc(r.Problems, func(e *tomahora.Error) bool {
		switch e.Code {
		case tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon, tomahora.CodeTopeReserva,
			tomahora.CodeSinHorario, tomahora.CodeSillonNoDisponible, tomahora.CodeFechaPasada:
			return true
		default:
			return false
		}
	})
}

// plain is a refusal of which nobody is to be told alternatives.
func plain(err error) error {
	if r, ok := errors.AsType[*Rechazo](err); ok {
		return r.Problems
	}
	return err
}

const (
	// maxAlternativas is how many are told of the profesional, and how many of
	// others.
	maxAlternativas = 4
	// maxOtros is how many other profesionales are looked at.
	maxOtros = 16
)

// Alternativas are the places nearest to the one that was refused, at most four
// of the same profesional and then at most four of others of the same
// especialidad, all at the same sucursal, for as long and in the same modality;
// never nil. None has begun. Of others, those are looked at who follow in the order of
// their ids.
func Alternativas(tx tomahora.Tx, r *Rechazo) ([]Libre, error) {
	s := r.solicitud
	b := Busqueda{
		Profesionales: []tomahora.ProfesionalID{s.IDProfesional},
		Sucursales:    []tomahora.SucursalID{s.IDSucursal},
		Duracion:      *s.Duracion,
		Videoconsulta: s.Videoconsulta,
		Futuras:       true,
		sin:           r.sin,
	}
	list := make([]Libre, 0, 2*maxAlternativas)
	near := newCercania(tx, s)
	own, err := near.nearest(tx, b, 0, 1, 3, 7, 14, 30)
	if err != nil {
		return nil, err
	}
	b.Profesionales = otros(tx.Config(), s)
	others, err := near.nearest(tx, b, 0, 1, 3, 7)
	return append(append(list, own...), others...), err
}

// otros are who might attend instead.
func otros(cfg *tomahora.Config, s tomahora.Solicitud) []tomahora.ProfesionalID {
	asked, _ := cfg.Profesional(s.IDProfesional)
	if asked.IDEspecialidad == 0 {
		return nil
	}
	var before, after []tomahora.ProfesionalID
	for _, p := range cfg.Plan().Profesionales {
		switch {
		case p.ID == asked.ID, !p.Habilitado, p.IDEspecialidad != asked.IDEspecialidad, !p.Admits(*s.Duracion), !cfg.Atiende(p.ID, s.IDSucursal):
		case p.ID < asked.ID:
			before = append(before, p.ID)
		default:
			after = append(after, p.ID)
		}
	}
	after = append(after, before...)
	return after[:min(len(after), maxOtros)]
}

// cercania is what places are near to.
type cercania struct {
	fecha  tomahora.Fecha
	inicio tomahora.Hora
	hoy    tomahora.Fecha // there is nothing before it
}

// newCercania is near the place of a request; where that has passed, near today's
// first hour, which comes to the same order.
func newCercania(tx tomahora.Tx, s tomahora.Solicitud) cercania {
	c := cercania{s.Fecha, *s.HoraInicio, tomahora.FechaOf(tx.Now(), tx.Config().ZonaDe(s.IDSucursal))}
	if c.fecha.Before(c.hoy) {
		c.fecha, c.inicio = c.hoy, 0
	}
	return c
}

// beyond is how near a place can be that is more than so many days away.
func (c cercania) beyond(days int) int {
	after := (days+1)*int(tomahora.FinDelDia) - int(c.inicio)
	if c.fecha.AddDays(-days - 1).Before(c.hoy) {
		return after
	}
	return min(after, days*int(tomahora.FinDelDia)+int(c.inicio)+1)
}

// nearest finds the nearest places of a search. It looks at the date itself, and
// then at more and more days around it until it has as many as are wanted and
// what is farther away is no nearer.
func (c cercania) nearest(tx tomahora.Tx, b Busqueda, days ...int) ([]Libre, error) {
	buscados := b.buscados(tx.Config())
	if len(buscados) == 0 {
		return nil, nil
	}
	found := cercanos{cercania: c, busqueda: b}
	looked := -1
	for _, n := range days {
		tramos := [][2]int{{-n, -looked - 1}, {looked + 1, n}}
		if looked < 0 {
			tramos = [][2]int{{-n, n}}
		}
		for _, t := range tramos {
			dias, duraciones, err := b.dias(tx, buscados, latest(c.hoy, c.fecha.AddDays(t[0])), earliest(lastFecha(), c.fecha.AddDays(t[1])))
			if err != nil {
				return nil, err
			}
			for i, d := range dias {
				found.add(d, duraciones[i])
			}
		}
		looked = n
		if found.farthest() <= c.beyond(looked) {
			break
		}
	}
	return found.libres, nil
}

// cercanos are the nearest places of those that were looked at. Of many few are
// wanted, so that most are not even asked who is there.
type cercanos struct {
	cercania
	busqueda Busqueda
	libres   []Libre
	minutes  []int // how far each of them is
	sillones []tomahora.SillonID
}

// farthest is how far the last of the places is once there are enough; until then
// nothing is too far.
func (n *cercanos) farthest() int {
	if len(n.libres) < maxAlternativas {
		return math.MaxInt
	}
	return n.minutes[maxAlternativas-1]
}

// add looks at a day.
func (n *cercanos) add(d *tomahora.Disponibilidad, duracion tomahora.Duracion) {
	lugar := d.Lugar()
	midnight := n.fecha.DaysTo(lugar.Fecha)*int(tomahora.FinDelDia) - int(n.inicio)
	for r, segmento := range d.Rangos(duracion) {
		lugar.Rango = r
		after := midnight + int(r.Inicio)
		far := max(after, -after)
		if far >= n.farthest() && after >= 0 {
			return
		}
		if far >= n.farthest() || !n.busqueda.admits(r, segmento) || n.busqueda.isAt(lugar) {
			continue
		}
		if n.sillones = d.AppendLibres(n.sillones[:0], r, segmento); len(n.sillones) > 0 {
			lugar.IDSillon = n.sillones[0]
			n.insert(far, Libre{lugar, slices.Clone(n.sillones), segmento.Modalidad, segmento.Modalidad.Settle(n.busqueda.Videoconsulta)})
		}
	}
}

// insert puts a place after those that are as near.
func (n *cercanos) insert(far int, l Libre) {
	i := len(n.libres)
	for i > 0 && n.minutes[i-1] > far {
		i--
	}
	n.libres, n.minutes = slices.Insert(n.libres, i, l), slices.Insert(n.minutes, i, far)
	if len(n.libres) > maxAlternativas {
		n.libres, n.minutes = n.libres[:maxAlternativas], n.minutes[:maxAlternativas]
	}
}

// isAt tells whether a place, on whatever lane, is that of the cita that is to
// move.
func (b Busqueda) isAt(e tomahora.Espacio) bool {
	if b.sin == nil {
		return false
	}
	e.IDSillon = b.sin.IDSillon
	return e == *b.sin
}

func latest(f, g tomahora.Fecha) tomahora.Fecha {
	if f.Before(g) {
		return g
	}
	return f
}

func earliest(f, g tomahora.Fecha) tomahora.Fecha {
	if g.Before(f) {
		return g
	}
	return f
}
