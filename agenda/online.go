package agenda

import (
	"cmp"
	"slices"
	"time"

	"github.com/tomahora/tomahora"
)

// What pacientes do for themselves is what a receptionist does: the same search,
// the same reserva, the same booking. The settings of the clinic only narrow what
// is offered, and what nobody has proved is not believed.

// GrupoOnline are the profesionales of one especialidad with whom pacientes may
// book; of none where the Especialidad is zero.
type GrupoOnline struct {
	Especialidad  tomahora.Especialidad
	Profesionales []tomahora.Profesional
}

// GruposOnline are all of them, by name. KindNotFound where the clinic does not
// let pacientes book for themselves.
func GruposOnline(cfg *tomahora.Config) ([]GrupoOnline, error) {
	if _, err := openOnline(cfg); err != nil {
		return nil, err
	}
	var groups []GrupoOnline
	for _, p := range cfg.ProfesionalesOnline() {
		i := slices.IndexFunc(groups, func(g GrupoOnline) bool { return g.Especialidad.ID == p.IDEspecialidad })
		if i < 0 {
			especialidad, _ := cfg.Especialidad(p.IDEspecialidad)
			i, groups = len(groups), append(groups, GrupoOnline{Especialidad: especialidad})
		}
		groups[i].Profesionales = append(groups[i].Profesionales, p)
	}
	for _, g := range groups {
		slices.SortStableFunc(g.Profesionales, func(a, b tomahora.Profesional) int {
			return cmp.Compare(tomahora.Fold(a.NombreCompleto()), tomahora.Fold(b.NombreCompleto()))
		})
	}
	slices.SortStableFunc(groups, func(a, b GrupoOnline) int {
		return cmp.Compare(tomahora.Fold(a.Especialidad.Nombre), tomahora.Fold(b.Especialidad.Nombre))
	})
	return groups, nil
}

// openOnline are the settings of a clinic that lets pacientes book for themselves.
func openOnline(cfg *tomahora.Config) (tomahora.ReservaOnline, error) {
	o := cfg.Online()
	if !o.Activa {
		return o, tomahora.NotFound("la reserva en línea")
	}
	return o, nil
}

// Eleccion is with whom a paciente wants to be attended, and how.
type Eleccion struct {
	IDProfesional  tomahora.ProfesionalID // 0: whoever is of the especialidad
	IDEspecialidad tomahora.EspecialidadID
	Videoconsulta  *bool // nil: either
}

// Profesionales are those chosen, as far as pacientes may book with them.
func (e Eleccion) Profesionales(cfg *tomahora.Config) []tomahora.Profesional {
	return slices.DeleteFunc(cfg.ProfesionalesOnline(), func(p tomahora.Profesional) bool {
		if e.IDProfesional != 0 {
			return p.ID != e.IDProfesional
		}
		return e.IDEspecialidad == 0 || p.IDEspecialidad != e.IDEspecialidad
	})
}

// Modalidad is how those chosen can be booked: ambas where the paciente is to
// say, "" where nobody is.
func (e Eleccion) Modalidad(cfg *tomahora.Config) tomahora.Modalidad {
	var m tomahora.Modalidad
	for _, p := range e.Profesionales(cfg) {
		switch of := cfg.ModalidadDe(p.ID); {
		case m == "":
			m = of
		case of != "" && of != m:
			m = tomahora.Ambas
		}
	}
	if online := cfg.Online().Modalidad; m == tomahora.Ambas {
		return online
	}
	return m
}

// OfertaOnline are the hours that a paciente may choose from.
type OfertaOnline struct {
	tx       tomahora.Tx
	busqueda Busqueda
	online   tomahora.ReservaOnline
}

// NewOferta offers hours to book. The reserva of who is asking, 0 for none, is no
// obstacle. KindNotFound where there is nobody to book with.
func NewOferta(tx tomahora.Tx, e Eleccion, reserva tomahora.ReservaID) (*OfertaOnline, error) {
	o, err := newOferta(tx, e)
	if err != nil {
		return nil, err
	}
	o.busqueda.suelta = reserva
	return o, nil
}

// OfertaParaMover offers hours to which a cita can move: with the same
// profesional, as long, and in the same modality.
func OfertaParaMover(tx tomahora.Tx, c tomahora.Cita) (*OfertaOnline, error) {
	video := c.Videoconsulta
	o, err := newOferta(tx, Eleccion{IDProfesional: c.Espacio.IDProfesional, Videoconsulta: &video})
	if err != nil {
		return nil, err
	}
	o.busqueda.Duracion, o.busqueda.sin = c.Espacio.Rango.Duracion(), &c.Espacio
	o.online.Modalidad = tomahora.Ambas // it was agreed on
	o.busqueda.Videoconsulta = &video
	return o, nil
}

func newOferta(tx tomahora.Tx, e Eleccion) (*OfertaOnline, error) {
	cfg := tx.Config()
	online, err := openOnline(cfg)
	if err != nil {
		return nil, err
	}
	b := Busqueda{Futuras: true, Aviso: time.Duration(online.Aviso) * time.Minute, Videoconsulta: online.Videoconsulta(e.Videoconsulta)}
	b.Desde = today(tx)
	b.Hasta = b.Desde.AddDays(online.Horizonte - 1)
	for _, p := range e.Profesionales(cfg) {
		b.Profesionales = append(b.Profesionales, p.ID)
	}
	if len(b.Profesionales) == 0 {
		return nil, tomahora.NotFound("el profesional")
	}
	for _, s := range cfg.Plan().Sucursales {
		b.Sucursales = append(b.Sucursales, s.ID)
	}
	return &OfertaOnline{tx, b, online}, nil
}

// Horas are the free hours of a date, in the order of Libres.
func (o *OfertaOnline) Horas(fecha tomahora.Fecha) ([]Libre, error) { return o.between(fecha, fecha) }

func (o *OfertaOnline) between(desde, hasta tomahora.Fecha) ([]Libre, error) {
	b := o.busqueda
	b.Desde, b.Hasta = latest(b.Desde, desde), earliest(b.Hasta, hasta)
	return Libres(o.tx, b)
}

// DiaOnline is a date with so many hours to begin at.
type DiaOnline struct {
	Fecha tomahora.Fecha
	Horas int
}

// Dias are the first n dates with free hours from one on, and the date of the
// next one after them, zero when there is none.
func (o *OfertaOnline) Dias(desde tomahora.Fecha, n int) (dias []DiaOnline, siguiente tomahora.Fecha, err error) {
	desde = latest(o.busqueda.Desde, desde)
	for days := 7; !o.busqueda.Hasta.Before(desde); days *= 2 {
		hasta := desde.AddDays(days - 1)
		libres, err := o.between(desde, hasta)
		if err != nil {
			return nil, tomahora.Fecha{}, err
		}
		dias = append(dias, byDate(libres)...)
		if len(dias) > n {
			return dias[:n], dias[n].Fecha, nil
		}
		desde = hasta.AddDays(1)
	}
	return dias, tomahora.Fecha{}, nil
}

// byDate counts the hours of each date; an hour that several offer at a sucursal
// is one.
func byDate(libres []Libre) []DiaOnline {
	type hora struct {
		sucursal tomahora.SucursalID
		inicio   tomahora.Hora
	}
	var dias []DiaOnline
	var seen map[hora]bool
	for i := range libres {
		e := libres[i].Espacio
		if n := len(dias); n == 0 || dias[n-1].Fecha != e.Fecha {
			dias, seen = append(dias, DiaOnline{Fecha: e.Fecha}), map[hora]bool{}
		}
		if h := (hora{e.IDSucursal, e.Rango.Inicio}); !seen[h] {
			seen[h] = true
			dias[len(dias)-1].Horas++
		}
	}
	return dias
}

// Cercanas are the n free hours nearest to one that is lost, within a week of it,
// in their order.
func (o *OfertaOnline) Cercanas(h HoraOnline, n int) ([]Libre, error) {
	libres, err := o.between(h.Fecha.AddDays(-maxDiasOtros), h.Fecha.AddDays(maxDiasOtros))
	if err != nil {
		return nil, err
	}
	far := func(l Libre) int {
		minutes := h.Fecha.DaysTo(l.Espacio.Fecha)*int(tomahora.FinDelDia) + int(l.Espacio.Rango.Inicio) - int(h.Inicio)
		return max(minutes, -minutes)
	}
	nearest := slices.SortedStableFunc(slices.Values(libres), func(a, b Libre) int { return cmp.Compare(far(a), far(b)) })
	nearest = nearest[:min(n, len(nearest))]
	slices.SortStableFunc(nearest, func(a, b Libre) int {
		return cmp.Or(a.Espacio.Fecha.DaysTo(b.Espacio.Fecha)*-1, cmp.Compare(a.Espacio.Rango.Inicio, b.Espacio.Rango.Inicio))
	})
	return nearest, nil
}

// HoraOnline names an hour that was offered; any sillón will do.
type HoraOnline struct {
	IDProfesional tomahora.ProfesionalID
	IDSucursal    tomahora.SucursalID
	Fecha         tomahora.Fecha
	Inicio        tomahora.Hora
	Videoconsulta bool
}

// HoraDe is the hour of a free place.
func HoraDe(l Libre) HoraOnline { return horaDe(l.Espacio, l.Videoconsulta) }

func horaDe(e tomahora.Espacio, video bool) HoraOnline {
	return HoraOnline{e.IDProfesional, e.IDSucursal, e.Fecha, e.Rango.Inicio, video}
}

// Hora finds an hour again among what is offered now; CodeHoraNoDisponible when
// it is gone.
func (o *OfertaOnline) Hora(h HoraOnline) (Libre, error) {
	gone := tomahora.Invalid(tomahora.CodeHoraNoDisponible, "hora_inicio")
	if !o.online.Modalidad.Admits(h.Videoconsulta) || !slices.Contains(o.busqueda.Profesionales, h.IDProfesional) {
		return Libre{}, gone
	}
	b := o.busqueda
	b.Profesionales, b.Sucursales = []tomahora.ProfesionalID{h.IDProfesional}, []tomahora.SucursalID{h.IDSucursal}
	b.Desde, b.Hasta = latest(b.Desde, h.Fecha), earliest(b.Hasta, h.Fecha)
	b.Videoconsulta = &h.Videoconsulta
	libres, err := Libres(o.tx, b)
	if err != nil {
		return Libre{}, err
	}
	i := slices.IndexFunc(libres, func(l Libre) bool { return l.Espacio.Rango.Inicio == h.Inicio })
	if i < 0 {
		return Libre{}, gone
	}
	return libres[i], nil
}
