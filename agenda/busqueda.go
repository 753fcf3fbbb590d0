package agenda

import (
	"cmp"
	"slices"
	"time"

	"github.com/tomahora/tomahora"
)

// Busqueda asks for free places.
type Busqueda struct {
	Profesionales []tomahora.ProfesionalID
	Sucursales    []tomahora.SucursalID
	Desde, Hasta  tomahora.Fecha    // both included
	Duracion      tomahora.Duracion // 0: one intervalo of each profesional
	// DuracionDe is of some profesionales another length than Duracion.
	DuracionDe map[tomahora.ProfesionalID]tomahora.Duracion

	Futuras bool          // leave out what has begun by the clock of the sucursal
	Aviso   time.Duration // with Futuras: and what begins sooner than so

	// What a place must be like besides; the zero values demand nothing.
	Horas         tomahora.Rango // it lies inside
	Dias          []tomahora.Dia // it is on one of them
	Videoconsulta *bool          // it can be attended so

	Limite    int  // 0: all
	Repartido bool // each profesional's soonest in turn

	// sin is a place that counts as free: that of the cita which is to move.
	sin *tomahora.Espacio
	// suelta counts as not there: the reserva of who is asking.
	suelta tomahora.ReservaID
}

// Libre is a place that a cita could take: every lane in Sillones does, and
// Espacio.IDSillon is the lowest of them.
type Libre struct {
	Espacio   tomahora.Espacio
	Sillones  []tomahora.SillonID
	Modalidad tomahora.Modalidad
	// Videoconsulta is how to book it: as was asked for; else as its Modalidad
	// is, and presencial where that is ambas.
	Videoconsulta bool
}

// primerTramo is how many days of so many agendas a search with a Limite looks at
// first. Most find what they want there, of many agendas on one day; each further
// stretch is twice as long as the one before, so that a fully booked agenda costs
// few reads.
func primerTramo(agendas int) int {
	const many = 32
	if agendas < many {
		return 7
	}
	return 1
}

// Libres finds free places, by fecha, hora_inicio, profesional and sucursal; or
// in turns, each of which is in that order. A profesional or sucursal that is
// deshabilitado has none, nor has a profesional to whose intervalo the Duracion
// does not fit.
func Libres(tx tomahora.Tx, b Busqueda) ([]Libre, error) {
	if last := lastFecha(); last.Before(b.Hasta) {
		b.Hasta = last
	}
	buscados := b.buscados(tx.Config())
	var libres []Libre
	desde, days := b.Desde, primerTramo(len(buscados))
	for len(buscados) > 0 && !b.Hasta.Before(desde) {
		hasta := desde.AddDays(days - 1)
		if b.Limite == 0 || b.Hasta.Before(hasta) {
			hasta = b.Hasta
		}
		var err error
		if libres, err = b.search(tx, buscados, libres, desde, hasta); err != nil {
			return nil, err
		}
		buscados = b.wanting(buscados, libres)
		desde, days = hasta.AddDays(1), 2*days
	}
	if b.Repartido {
		libres = inTurns(libres)
	}
	if b.Limite > 0 {
		libres = libres[:min(len(libres), b.Limite)]
	}
	return libres, nil
}

// lastFecha is the last date that has a spelling.
func lastFecha() tomahora.Fecha {
	return tomahora.Fecha{Year: 9999, Month: time.December, Day: 31}
}

// buscado is a profesional with the length that is searched for and the
// sucursales where they attend.
type buscado struct {
	id         tomahora.ProfesionalID
	duracion   tomahora.Duracion
	sucursales []tomahora.SucursalID
}

// buscados are the profesionales to search, each once, by id.
func (b Busqueda) buscados(cfg *tomahora.Config) []buscado {
	sucursales := sortedIDs(b.Sucursales)
	var list []buscado
	for _, id := range sortedIDs(b.Profesionales) {
		prof, ok := cfg.Profesional(id)
		duracion := cmp.Or(b.DuracionDe[id], b.Duracion, prof.Intervalo)
		if !ok || !prof.Admits(duracion) {
			continue
		}
		p := buscado{id: id, duracion: duracion}
		for _, suc := range sucursales {
			if cfg.Atiende(id, suc) {
				p.sucursales = append(p.sucursales, suc)
			}
		}
		if len(p.sucursales) > 0 {
			list = append(list, p)
		}
	}
	return list
}

// sortedIDs are ids in their order, each once.
func sortedIDs[ID ~int64](ids []ID) []ID {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

// wanting are those of whom more places have to be found.
func (b Busqueda) wanting(buscados []buscado, libres []Libre) []buscado {
	switch {
	case b.Limite == 0, len(libres) < b.Limite:
		return buscados
	case !b.Repartido:
		return nil
	default:
		return wantingTurns(buscados, libres, b.Limite)
	}
}

// search appends the free places of a stretch of dates.
func (b Busqueda) search(tx tomahora.Tx, buscados []buscado, libres []Libre, desde, hasta tomahora.Fecha) ([]Libre, error) {
	dias, duraciones, err := b.dias(tx, buscados, desde, hasta)
	if err != nil {
		return nil, err
	}
	var e encontrados
	for i, d := range dias {
		e.add(b, d, duraciones[i])
		if last := i+1 == len(dias); !last && dias[i+1].Lugar().Fecha == d.Lugar().Fecha {
			continue
		}
		if b.Limite == 0 || b.Repartido {
			libres = e.appendTo(libres, len(dias)/(i+1), b.Videoconsulta)
			continue
		}
		if libres = e.appendTo(libres, 1, b.Videoconsulta); len(libres) >= b.Limite {
			break
		}
	}
	return libres, nil
}

// dias are the days of a stretch that may have places, by fecha and profesional,
// told of all that is taken on them; with the length that is searched for on each.
func (b Busqueda) dias(tx tomahora.Tx, buscados []buscado, desde, hasta tomahora.Fecha) (dias []*tomahora.Disponibilidad, duraciones []tomahora.Duracion, err error) {
	for fecha := desde; !hasta.Before(fecha); fecha = fecha.AddDays(1) {
		if len(b.Dias) > 0 && !slices.Contains(b.Dias, fecha.Dia()) {
			continue
		}
		for _, p := range buscados {
			for _, suc := range p.sucursales {
				d := tx.Config().Disponibilidad(p.id, suc, fecha, tx.Now())
				if b.Futuras {
					d.LeaveOutPast(tx.Now().Add(b.Aviso))
				}
				if d.MayOffer() {
					dias, duraciones = append(dias, d), append(duraciones, p.duracion)
				}
			}
		}
	}
	ocupados, err := read(dias, tx.Citas().Ocupados)
	if err != nil {
		return nil, nil, err
	}
	return dias, duraciones, ocupaciones{profesionales: ocupados, sin: b.sin, suelta: b.suelta}.occupy(tx, dias)
}

// admits tells whether a range of a segment is what was asked for.
func (b Busqueda) admits(r tomahora.Rango, s tomahora.Segmento) bool {
	return (b.Horas == tomahora.Rango{} || b.Horas.Contains(r)) &&
		(b.Videoconsulta == nil || s.Modalidad.Admits(*b.Videoconsulta))
}

// encontrados are the free places of one date. The memory is used again for the
// next, but for that of the sillones, which the places keep.
type encontrados struct {
	lugares  []tomahora.Espacio // of the agendas, without sillón and hours
	delDia   []hallado
	sillones []tomahora.SillonID
}

// hallado is a place as long as it is not told: there are many, and a Libre is
// large.
type hallado struct {
	lugar     int32 // among the lugares
	inicio    int16
	fin       int16
	sillones  []tomahora.SillonID
	modalidad tomahora.Modalidad
}

// add adds the free places of one profesional at one sucursal.
func (e *encontrados) add(b Busqueda, d *tomahora.Disponibilidad, duracion tomahora.Duracion) {
	lugar := int32(len(e.lugares)) //nolint:gosec // no clinic has so many agendas
	e.lugares = append(e.lugares, d.Lugar())
	var before []tomahora.SillonID
	for r, segmento := range d.Rangos(duracion) {
		if !b.admits(r, segmento) {
			continue
		}
		n := len(e.sillones)
		e.sillones = d.AppendLibres(e.sillones, r, segmento)
		ids := e.sillones[n:len(e.sillones):len(e.sillones)]
		if len(ids) == 0 {
			continue
		}
		if slices.Equal(ids, before) { // as of most places that follow each other
			ids, e.sillones = before, e.sillones[:n]
		}
		e.delDia = append(e.delDia, hallado{lugar, int16(r.Inicio), int16(r.Fin), ids, segmento.Modalidad}) //nolint:gosec // minutes of a day
		before = ids
	}
}

// appendTo takes the places out, by hora_inicio and else in the order in which
// they were added. There are so few hours that counting the places of each is
// cheaper than comparing places. It makes room for so many dates, since they are
// likely to be alike.
func (e *encontrados) appendTo(libres []Libre, dates int, videoconsulta *bool) []Libre {
	var next [tomahora.FinDelDia + 1]int // where the next place of an hour goes
	for i := range e.delDia {
		next[e.delDia[i].inicio+1]++
	}
	for h := range tomahora.FinDelDia {
		next[h+1] += next[h]
	}
	n := len(libres)
	libres = slices.Grow(libres, len(e.delDia)*dates)[:n+len(e.delDia)]
	for i := range e.delDia {
		h := &e.delDia[i]
		l := &libres[n+next[h.inicio]]
		next[h.inicio]++
		l.Espacio = e.lugares[h.lugar]
		l.Espacio.Rango = tomahora.Rango{Inicio: tomahora.Hora(h.inicio), Fin: tomahora.Hora(h.fin)}
		l.Espacio.IDSillon, l.Sillones = h.sillones[0], h.sillones
		l.Modalidad, l.Videoconsulta = h.modalidad, h.modalidad.Settle(videoconsulta)
	}
	e.lugares, e.delDia = e.lugares[:0], e.delDia[:0]
	return libres
}
