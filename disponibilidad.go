package tomahora

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Disponibilidad is one date of a profesional's agenda at a sucursal with what
// takes it: it tells which places a cita can have. It judges by the pieces that
// Solicitud.Lugar and the topes judge by, so that what is offered is what is
// accepted.
type Disponibilidad struct {
	lugar     Espacio // what all its places share: no sillón, no range
	intervalo Duracion
	zona      *time.Location
	continua  bool // no clock change: every hour of the date exists
	primera   Hora // starts before it have passed
	segmentos []Segmento
	bloqueos  []HorarioBloqueado
	bloqueada minutos
	carriles  []carril // by id, without the Sobrecupo
}

// carril is a lane that some segment of the date offers.
type carril struct {
	id        SillonID
	exclusivo bool
	ocupado   minutos
	sillon    *SillonDia // what else takes it, when exclusive
}

// SillonDia is one date of an exclusive sillón with what takes it. All who attend
// on it that day share it.
type SillonDia struct {
	lugar   Espacio
	ocupado minutos
}

// NewSillonDia is a date of an exclusive sillón without citas.
func NewSillonDia(suc SucursalID, sillon SillonID, fecha Fecha) *SillonDia {
	return &SillonDia{lugar: Espacio{IDSucursal: suc, IDSillon: sillon, Fecha: fecha}}
}

// Occupy tells of a live cita on an exclusive sillón, whoever attends.
func (s *SillonDia) Occupy(cita Espacio) {
	lugar := s.lugar
	lugar.Rango = cita.Rango
	if lugar.TopeSillon(cita) {
		s.ocupado.add(cita.Rango)
	}
}

// Disponibilidad opens a date of an agenda, with no cita in it yet. Who is
// unknown or deshabilitado has no places, and nor has such a sucursal.
func (c *Config) Disponibilidad(prof ProfesionalID, suc SucursalID, fecha Fecha, now time.Time) *Disponibilidad {
	d := &Disponibilidad{
		lugar: Espacio{IDProfesional: prof, IDSucursal: suc, Fecha: fecha},
		zona:  c.ZonaDe(suc),
	}
	asked := Solicitud{IDProfesional: prof, IDSucursal: suc}
	if asked.checkProfesional(c) != nil || asked.checkSucursal(c) != nil {
		return d
	}
	d.segmentos = c.Segmentos(prof, suc, fecha)
	if len(d.segmentos) == 0 {
		return d
	}
	d.intervalo = c.profesionales[prof].Intervalo
	d.continua = fecha.isContinuous(d.zona)
	d.primera = c.primeraHora(suc, fecha, now)
	for _, b := range c.Bloqueos(suc, fecha) {
		if b.binds(prof) {
			d.bloqueos = append(d.bloqueos, b)
			d.bloqueada.add(b.Rango)
		}
	}
	d.carriles = make([]carril, 0, len(d.segmentos[0].Sillones))
	for _, s := range d.segmentos {
		d.addCarriles(c, s)
	}
	return d
}

func (d *Disponibilidad) addCarriles(c *Config, s Segmento) {
	for _, id := range s.Sillones {
		if i, found := d.carril(id); !found && id != Sobrecupo {
			d.carriles = slices.Insert(d.carriles, i, carril{id: id, exclusivo: c.sillones[id].Exclusivo})
		}
	}
}

// carril finds a lane of the date, or where it would stand.
func (d *Disponibilidad) carril(id SillonID) (int, bool) {
	return slices.BinarySearchFunc(d.carriles, id, func(l carril, id SillonID) int { return cmp.Compare(l.id, id) })
}

// LeaveOutPast offers nothing that has begun by the clock of the sucursal, as
// rechazar_pasado does.
func (d *Disponibilidad) LeaveOutPast(now time.Time) {
	d.primera = max(d.primera, firstHora(d.lugar.Fecha, now.In(d.zona)))
}

// Occupy tells of a live cita of the profesional, at this sucursal or another: it
// takes the lanes on which a new one would have it for a tope.
func (d *Disponibilidad) Occupy(cita Espacio) {
	lugar := d.lugar
	lugar.Rango = cita.Rango
	for i := range d.carriles {
		l := &d.carriles[i]
		lugar.IDSillon = l.id
		if lugar.TopeProfesional(cita) {
			l.ocupado.add(cita.Rango)
		}
	}
}

// Share tells what takes an exclusive sillón of the date.
func (d *Disponibilidad) Share(s *SillonDia) {
	if i, found := d.carril(s.lugar.IDSillon); found {
		d.carriles[i].sillon = s
	}
}

// Lugar is the profesional, sucursal and date; it has neither sillón nor range.
func (d *Disponibilidad) Lugar() Espacio { return d.lugar }

// Works tells whether the date has hours of work.
func (d *Disponibilidad) Works() bool { return len(d.segmentos) > 0 }

// MayOffer is false when no citas need be known to tell that the date offers
// nothing: nobody works, or what there is of work has passed and is left out.
func (d *Disponibilidad) MayOffer() bool {
	return d.Works() && d.primera < d.segmentos[len(d.segmentos)-1].Rango.Fin
}

// Rangos yields every range of a length that the hours of work have room for,
// with its segment, by hora_inicio: on the grid, at an hour the clocks show. The
// length is one that the profesional Admits. What takes the range does not matter.
func (d *Disponibilidad) Rangos(duracion Duracion) iter.Seq2[Rango, Segmento] {
	return func(yield func(Rango, Segmento) bool) {
		for _, s := range d.segmentos {
			r := Rango{s.Rango.Inicio, s.Rango.Inicio.Add(duracion)}
			for ; s.fits(r, d.intervalo); r = r.shift(d.intervalo) {
				if d.exists(r.Inicio) && !yield(r, s) {
					return
				}
			}
		}
	}
}

func (d *Disponibilidad) exists(h Hora) bool { return d.continua || h.ExistsOn(d.lugar.Fecha, d.zona) }

// AppendLibres appends the sillones, by id, on which a cita can have a range
// that Rangos yielded with its segment.
func (d *Disponibilidad) AppendLibres(ids []SillonID, r Rango, s Segmento) []SillonID {
	if !d.AcceptsSobrecupo(r) || d.bloqueada.touches(r) {
		return ids
	}
	for i := range d.carriles {
		if l := &d.carriles[i]; l.isFree(r) && s.Offers(l.id) {
			ids = append(ids, l.id)
		}
	}
	return ids
}

func (l *carril) isFree(r Rango) bool {
	return !l.ocupado.touches(r) && (l.sillon == nil || !l.sillon.ocupado.touches(r))
}

// AcceptsSobrecupo tells whether a sobrecupo can have a range that Rangos
// yielded: neither a bloqueo nor a cita is in its way.
func (d *Disponibilidad) AcceptsSobrecupo(r Rango) bool { return r.Inicio >= d.primera }

// Sillones yields the lanes that a segment of the date offers, by id, without
// the Sobrecupo.
func (d *Disponibilidad) Sillones(s Segmento) iter.Seq[SillonID] {
	return d.sillones(func(l *carril) bool { return s.Offers(l.id) })
}

// Exclusivos yields the exclusive sillones among the lanes of the date, by id.
func (d *Disponibilidad) Exclusivos() iter.Seq[SillonID] {
	return d.sillones(func(l *carril) bool { return l.exclusivo })
}

func (d *Disponibilidad) sillones(wanted func(*carril) bool) iter.Seq[SillonID] {
	return func(yield func(SillonID) bool) {
		for i := range d.carriles {
			if l := &d.carriles[i]; wanted(l) && !yield(l.id) {
				return
			}
		}
	}
}

// Bloqueo is the first bloqueo that takes a minute of the range, nil when none
// does.
func (d *Disponibilidad) Bloqueo(r Rango) *HorarioBloqueado {
	for i := range d.bloqueos {
		if b := &d.bloqueos[i]; b.Rango.Overlaps(r) {
			return b
		}
	}
	return nil
}

// minutos is a set of minutes of one day, a bit for each. Whether a range is
// free is asked for every step of every lane, and costs a word or two whatever
// the number of citas, which may come in any order and overlap.
type minutos [(FinDelDia + 63) / 64]uint64

func (m *minutos) add(r Rango) {
	for h := r.Inicio; h < r.Fin; h = nextWord(h) {
		m[h/64] |= r.bits(h)
	}
}

func (m *minutos) touches(r Rango) bool {
	for h := r.Inicio; h < r.Fin; h = nextWord(h) {
		if m[h/64]&r.bits(h) != 0 {
			return true
		}
	}
	return false
}

// nextWord is the first minute in the word after that of h.
func nextWord(h Hora) Hora { return h&^63 + 64 }

// bits are those of the range in the word of h, from h on; those beyond the word
// are shifted out of it.
func (r Rango) bits(h Hora) uint64 { return (1<<uint(r.Fin-h) - 1) << uint(h%64) }
