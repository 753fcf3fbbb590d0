package agenda

import (
	"cmp"
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
	maxOtros = 8
	// How many days away the profesional's are looked for, and those of others.
	maxDias, maxDiasOtros = 30, 7
)

// radios are how many days around the date are looked at, one after the other
// until enough is found. Most find it on the date itself.
func radios() []int { return []int{0, 1, 3, maxDiasOtros, 14, maxDias} }

// Alternativas are the places nearest to the one that was refused, at most four
// of the same profesional and then at most four of others of the same
// especialidad, all at the same sucursal, for as long and in the same modality;
// never nil. None has begun. Of others, those are looked at who follow in the
// order of their ids.
func Alternativas(tx tomahora.Tx, r *Rechazo) ([]Libre, error) {
	s, cfg := r.solicitud, tx.Config()
	b := Busqueda{Sucursales: []tomahora.SucursalID{s.IDSucursal}, Duracion: *s.Duracion, Videoconsulta: s.Videoconsulta, Futuras: true, sin: r.sin}
	near := newCercania(tx, s)
	own := &cercanos{cercania: near, busqueda: b, profesionales: []tomahora.ProfesionalID{s.IDProfesional}, days: maxDias}
	others := &cercanos{cercania: near, busqueda: b, profesionales: otros(cfg, s), days: maxDiasOtros}
	looked := -1
	for _, n := range radios() {
		b.Profesionales = append(own.wanted(looked, n), others.wanted(looked, n)...)
		buscados := b.buscados(cfg)
		if len(buscados) == 0 {
			break
		}
		for _, t := range near.tramos(looked, n) {
			dias, duraciones, err := b.dias(tx, buscados, t[0], t[1])
			if err != nil {
				return nil, err
			}
			for i, d := range dias {
				if d.Lugar().IDProfesional == s.IDProfesional {
					own.add(d, duraciones[i])
				} else {
					others.add(d, duraciones[i])
				}
			}
		}
		looked = n
	}
	list := make([]Libre, 0, 2*maxAlternativas)
	return append(append(list, own.libres...), others.libres...), nil
}

// otros are who might attend instead: those who follow by their ids, and after the
// last one the first.
func otros(cfg *tomahora.Config, s tomahora.Solicitud) (ids []tomahora.ProfesionalID) {
	asked, _ := cfg.Profesional(s.IDProfesional)
	if asked.IDEspecialidad == 0 {
		return nil
	}
	all := cfg.Plan().Profesionales
	next, _ := slices.BinarySearchFunc(all, asked.ID+1, func(p tomahora.Profesional, id tomahora.ProfesionalID) int { return cmp.Compare(p.ID, id) })
	for i := range all {
		p := all[(next+i)%len(all)]
		if p.ID == asked.ID || !p.Habilitado || p.IDEspecialidad != asked.IDEspecialidad || !p.Admits(*s.Duracion) || !cfg.Atiende(p.ID, s.IDSucursal) {
			continue
		}
		if ids = append(ids, p.ID); len(ids) == maxOtros {
			break
		}
	}
	return ids
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

// tramos are the dates within so many days that were not looked at within fewer.
func (c cercania) tramos(looked, days int) [][2]tomahora.Fecha {
	between := func(from, to int) [2]tomahora.Fecha {
		return [2]tomahora.Fecha{latest(c.hoy, c.fecha.AddDays(from)), earliest(lastFecha(), c.fecha.AddDays(to))}
	}
	if looked < 0 {
		return [][2]tomahora.Fecha{between(-days, days)}
	}
	return [][2]tomahora.Fecha{between(-days, -looked-1), between(looked+1, days)}
}

// cercanos are the nearest places of some profesionales, as far as was looked. Of
// many places few are wanted, so that most are not even asked who is there.
type cercanos struct {
	cercania
	busqueda      Busqueda
	profesionales []tomahora.ProfesionalID
	days          int // how far away they may be
	libres        []Libre
	minutes       []int // how far each of them is
	sillones      []tomahora.SillonID
}

// wanted are whose places have to be looked at within so many days, when all
// within fewer were: nobody's when what is still to come is no nearer.
func (n *cercanos) wanted(looked, days int) []tomahora.ProfesionalID {
	if days > n.days || looked >= 0 && n.farthest() <= n.beyond(looked) {
		return nil
	}
	return n.profesionales
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
