package tomahora

import "slices"

// Modalidad is how a working range is attended.
type Modalidad string

// The modalities of a horario.
const (
	Presencial    Modalidad = "presencial"
	Videoconsulta Modalidad = "videoconsulta"
	Ambas         Modalidad = "ambas"
)

func (m Modalidad) known() bool { return m == Presencial || m == Videoconsulta || m == Ambas }

// Admits tells whether a cita may be attended so.
func (m Modalidad) Admits(videoconsulta bool) bool {
	return m == Ambas || m == modalidadDe(videoconsulta)
}

// Settle is how a cita is attended where that was asked for, or left open by
// nil: then as the modality is, presencial where that is ambas.
func (m Modalidad) Settle(asked *bool) bool {
	if asked != nil {
		return *asked
	}
	return m == Videoconsulta
}

// modalidadDe is the modality of one cita.
func modalidadDe(videoconsulta bool) Modalidad {
	if videoconsulta {
		return Videoconsulta
	}
	return Presencial
}

// Jornada is a working range of one day with at most one break, the lanes it
// offers besides the Sobrecupo, and its modality. An empty range means closed,
// an empty Pausa no break: both are how the wire spells them (contract §2.4).
type Jornada struct {
	Rango     Rango
	Pausa     Rango
	Sillones  []SillonID
	Modalidad Modalidad
}

var dia = Rango{0, FinDelDia}

// wellFormed accepts hours inside one day, in order, with the break inside.
func (j Jornada) wellFormed() bool {
	if j.Rango.Fin < j.Rango.Inicio || !dia.Contains(j.Rango) {
		return false
	}
	if j.Pausa.IsEmpty() {
		return j.Pausa.Inicio == j.Pausa.Fin
	}
	return j.Rango.Contains(j.Pausa)
}

// Segmento is a stretch of work without a break. The grid of start hours counts
// from its start.
type Segmento struct {
	Rango     Rango
	Sillones  []SillonID
	Modalidad Modalidad
}

// Offers tells whether a lane may be booked in this segment; the Sobrecupo
// always may.
func (s Segmento) Offers(id SillonID) bool {
	return id == Sobrecupo || slices.Contains(s.Sillones, id)
}

// fits tells whether a cita may have a range by the segment alone: the start on
// its grid, the whole range inside it.
func (s Segmento) fits(r Rango, intervalo Duracion) bool {
	return s.Rango.Contains(r) && Duracion(r.Inicio-s.Rango.Inicio)%intervalo == 0
}

// Segmentos splits the working range at its break.
func (j Jornada) Segmentos() []Segmento {
	if j.Rango.IsEmpty() {
		return nil
	}
	pieces := []Rango{j.Rango}
	if !j.Pausa.IsEmpty() {
		pieces = []Rango{{j.Rango.Inicio, j.Pausa.Inicio}, {j.Pausa.Fin, j.Rango.Fin}}
	}
	segmentos := make([]Segmento, 0, len(pieces))
	for _, r := range pieces {
		if !r.IsEmpty() {
			segmentos = append(segmentos, Segmento{r, j.Sillones, j.Modalidad})
		}
	}
	return segmentos
}

// Horario is a weekly rule of a profesional at a sucursal. Desde and Hasta, both
// inclusive, bound the dates it is in force; zero means unbounded.
type Horario struct {
	ID            HorarioID
	IDProfesional ProfesionalID
	IDSucursal    SucursalID
	Dia           Dia
	Jornada       Jornada
	Desde, Hasta  Fecha
}

func (h Horario) agenda() agendaKey { return agendaKey{h.IDProfesional, h.IDSucursal} }

func (h Horario) inForceOn(f Fecha) bool {
	return h.Dia == f.Dia() &&
		(h.Desde.IsZero() || !f.Before(h.Desde)) &&
		(h.Hasta.IsZero() || !h.Hasta.Before(f))
}

// clashes tells whether two rules of one agenda would work the same minutes of
// some day.
func (h Horario) clashes(o Horario) bool {
	apart := (!h.Hasta.IsZero() && !o.Desde.IsZero() && h.Hasta.Before(o.Desde)) ||
		(!o.Hasta.IsZero() && !h.Desde.IsZero() && o.Hasta.Before(h.Desde))
	return h.Dia == o.Dia && !apart && h.Jornada.Rango.Overlaps(o.Jornada.Rango)
}

// HorarioEspecial replaces all weekly rules of one profesional, sucursal and
// date.
type HorarioEspecial struct {
	ID            HorarioID
	IDProfesional ProfesionalID
	IDSucursal    SucursalID
	Fecha         Fecha
	Jornada       Jornada
}

func (e HorarioEspecial) day() agendaDay {
	return agendaDay{agendaKey{e.IDProfesional, e.IDSucursal}, e.Fecha}
}

func (e HorarioEspecial) clashes(o HorarioEspecial) bool {
	return e.day() == o.day() && e.Jornada.Rango.Overlaps(o.Jornada.Rango)
}

// HorarioBloqueado removes a range of one date, for one profesional or, without
// one, for the whole sucursal. It does not restart the grid.
type HorarioBloqueado struct {
	ID            HorarioID
	IDProfesional ProfesionalID // 0 = the whole sucursal
	IDSucursal    SucursalID
	Fecha         Fecha
	Rango         Rango
	Comentario    string
}

// binds tells whether it is one of the profesional's or of the whole sucursal.
func (b HorarioBloqueado) binds(prof ProfesionalID) bool {
	return b.IDProfesional == 0 || b.IDProfesional == prof
}

// Segmentos are the working segments of a profesional at a sucursal on a date,
// by their start, before bloqueos. No rule, no hours.
func (c *Config) Segmentos(prof ProfesionalID, suc SucursalID, fecha Fecha) []Segmento {
	var segmentos []Segmento
	if especiales := c.Especiales(prof, suc, fecha); len(especiales) > 0 {
		for _, e := range especiales {
			segmentos = append(segmentos, e.Jornada.Segmentos()...)
		}
		return segmentos
	}
	for _, h := range c.horarios[agendaKey{prof, suc}] {
		if h.inForceOn(fecha) {
			segmentos = append(segmentos, h.Jornada.Segmentos()...)
		}
	}
	return segmentos
}

// Especiales are those of a profesional at a sucursal on a date, by their start.
// The list is the snapshot's own and must not be changed.
func (c *Config) Especiales(prof ProfesionalID, suc SucursalID, fecha Fecha) []HorarioEspecial {
	return c.especiales[agendaDay{agendaKey{prof, suc}, fecha}]
}

// Bloqueos are those of a sucursal on a date, of its profesionales and of all of it.
// The list is the snapshot's own and must not be changed.
func (c *Config) Bloqueos(suc SucursalID, fecha Fecha) []HorarioBloqueado {
	return c.bloqueos[bloqueoDay{suc, fecha}]
}

// bloqueado tells whether a bloqueo of the profesional or of the whole sucursal
// takes any minute of the range.
func (c *Config) bloqueado(prof ProfesionalID, suc SucursalID, fecha Fecha, r Rango) bool {
	return slices.ContainsFunc(c.Bloqueos(suc, fecha), func(b HorarioBloqueado) bool {
		return b.binds(prof) && b.Rango.Overlaps(r)
	})
}

// workSegment finds the segment in which a cita may stand: the whole range
// inside it, the start on its grid and at an hour the clocks show that day, and
// no bloqueo over it, unless it is a sobrecupo (seed; product rules, «Grid»).
func (c *Config) workSegment(e Espacio, intervalo Duracion) (Segmento, bool) {
	if e.IDSillon != Sobrecupo && c.bloqueado(e.IDProfesional, e.IDSucursal, e.Fecha, e.Rango) {
		return Segmento{}, false
	}
	if !e.Rango.Inicio.ExistsOn(e.Fecha, c.ZonaDe(e.IDSucursal)) {
		return Segmento{}, false
	}
	for _, s := range c.Segmentos(e.IDProfesional, e.IDSucursal, e.Fecha) {
		if s.fits(e.Rango, intervalo) {
			return s, true
		}
	}
	return Segmento{}, false
}

// Displaces tells whether a cita holds a slot that the bloqueo takes away. A
// sobrecupo may stand over a bloqueo.
func (b HorarioBloqueado) Displaces(c Cita) bool {
	e := c.Espacio
	return c.Viva && !e.esSobrecupo() && b.binds(e.IDProfesional) &&
		e.IDSucursal == b.IDSucursal && e.Fecha == b.Fecha && e.Rango.Overlaps(b.Rango)
}
