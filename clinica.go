package tomahora

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Clinica is a tenant: everything else belongs to one.
type Clinica struct {
	ID             ClinicaID
	Nombre         string
	Zona           string // IANA time zone
	ExigirAtencion bool   // a booking must name its atención
	RechazarPasado bool   // a cita may not start in the past
	EsDemo         bool   // made by `tomahora demo`, which may serve it again
}

// Plan is everything that describes how a clinic works: what a clinic file
// holds and what a store keeps, as plain lists.
type Plan struct {
	Clinica        Clinica
	Online         ReservaOnline
	Sucursales     []Sucursal
	Sillones       []Sillon // without the Sobrecupo, which is always there
	Especialidades []Especialidad
	Profesionales  []Profesional
	Prestaciones   []Prestacion
	Estados        []Estado
	Horarios       []Horario
	Especiales     []HorarioEspecial
	Bloqueos       []HorarioBloqueado
	Tokens         []Token // the revoked ones too: what they made is still here
	Usuarios       []Usuario
}

// Config is an immutable snapshot of a clinic's Plan, indexed for the rules.
// It may be shared between goroutines.
type Config struct {
	version        int64
	plan           Plan
	clinica        Clinica
	zona           *time.Location
	sucursales     map[SucursalID]Sucursal
	zonas          map[SucursalID]*time.Location
	sillones       map[SillonID]Sillon
	especialidades map[EspecialidadID]Especialidad
	profesionales  map[ProfesionalID]Profesional
	estados        map[EstadoID]Estado
	horarios       map[agendaKey][]Horario
	especiales     map[agendaDay][]HorarioEspecial
	bloqueos       map[bloqueoDay][]HorarioBloqueado
	actores        map[Actor]string
}

// agendaKey is one profesional at one sucursal, agendaDay on one date.
type agendaKey struct {
	profesional ProfesionalID
	sucursal    SucursalID
}

type agendaDay struct {
	agendaKey
	fecha Fecha
}

type bloqueoDay struct {
	sucursal SucursalID
	fecha    Fecha
}

// NewConfig checks a plan and makes its snapshot. It returns all that is wrong
// with the plan as Problems with code configuracion_invalida.
func NewConfig(version int64, p Plan) (*Config, error) {
	c := &Config{
		version:        version,
		plan:           p.sorted(),
		clinica:        p.Clinica,
		sucursales:     indexBy(p.Sucursales, func(s Sucursal) SucursalID { return s.ID }),
		zonas:          make(map[SucursalID]*time.Location, len(p.Sucursales)),
		sillones:       indexBy(p.Sillones, func(s Sillon) SillonID { return s.ID }),
		especialidades: indexBy(p.Especialidades, func(e Especialidad) EspecialidadID { return e.ID }),
		profesionales:  indexBy(p.Profesionales, func(p Profesional) ProfesionalID { return p.ID }),
		estados:        indexBy(p.Estados, func(e Estado) EstadoID { return e.ID }),
		horarios:       map[agendaKey][]Horario{},
		especiales:     map[agendaDay][]HorarioEspecial{},
		bloqueos:       map[bloqueoDay][]HorarioBloqueado{},
		actores:        make(map[Actor]string, len(p.Tokens)+len(p.Usuarios)),
	}
	for _, t := range p.Tokens {
		c.actores[t.ID.Actor()] = t.Nombre
	}
	c.actores[ActorOnline] = "Reserva en línea"
	for _, u := range p.Usuarios {
		c.actores[u.Actor()] = u.Nombre
	}
	c.sillones[Sobrecupo] = Sillon{ID: Sobrecupo, Nombre: "Sobrecupo"}
	// By their start, in which order Segmentos gives them.
	for _, h := range sortedBy(p.Horarios, func(h Horario) Hora { return h.Jornada.Rango.Inicio }) {
		key := agendaKey{h.IDProfesional, h.IDSucursal}
		c.horarios[key] = append(c.horarios[key], h)
	}
	for _, e := range sortedBy(p.Especiales, func(e HorarioEspecial) Hora { return e.Jornada.Rango.Inicio }) {
		c.especiales[e.day()] = append(c.especiales[e.day()], e)
	}
	for _, b := range p.Bloqueos {
		day := bloqueoDay{b.IDSucursal, b.Fecha}
		c.bloqueos[day] = append(c.bloqueos[day], b)
	}
	if err := c.check(p); err != nil {
		return nil, err
	}
	return c, nil
}

func indexBy[K comparable, V any](list []V, id func(V) K) map[K]V {
	m := make(map[K]V, len(list)+1)
	for _, v := range list {
		m[id(v)] = v
	}
	return m
}

// Version counts the changes of the clinic's configuration.
func (c *Config) Version() int64 { return c.version }

// Clinica is the clinic itself, with its settings.
func (c *Config) Clinica() Clinica { return c.clinica }

// Sucursal finds a branch.
func (c *Config) Sucursal(id SucursalID) (Sucursal, bool) { return find(c.sucursales, id) }

// Sillon finds a lane; the Sobrecupo is always there.
func (c *Config) Sillon(id SillonID) (Sillon, bool) { return find(c.sillones, id) }

// Profesional finds who attends.
func (c *Config) Profesional(id ProfesionalID) (Profesional, bool) { return find(c.profesionales, id) }

// Especialidad finds what profesionales practise.
func (c *Config) Especialidad(id EspecialidadID) (Especialidad, bool) {
	return find(c.especialidades, id)
}

// NombreDe is the name of who made a change, "" where it has none.
func (c *Config) NombreDe(a Actor) string { return c.actores[a] }

// Estado finds an estado, enabled or not.
func (c *Config) Estado(id EstadoID) (Estado, bool) { return find(c.estados, id) }

func find[K comparable, V any](m map[K]V, id K) (V, bool) {
	v, ok := m[id]
	return v, ok
}

// Zona is the clinic's own time zone.
func (c *Config) Zona() *time.Location { return c.zona }

// ZonaDe is the time zone in which a sucursal's agenda is kept.
func (c *Config) ZonaDe(id SucursalID) *time.Location {
	if z, ok := c.zonas[id]; ok {
		return z
	}
	return c.zona
}

// Plan lists the configuration again, each list by ascending id, without the
// Sobrecupo. The lists are the snapshot's own and must not be changed.
func (c *Config) Plan() Plan { return c.plan }

// sorted is a copy of the plan with each list by ascending id.
func (p Plan) sorted() Plan {
	return Plan{
		Clinica:        p.Clinica,
		Online:         p.Online,
		Sucursales:     sortedBy(p.Sucursales, func(s Sucursal) SucursalID { return s.ID }),
		Sillones:       sortedBy(p.Sillones, func(s Sillon) SillonID { return s.ID }),
		Especialidades: sortedBy(p.Especialidades, func(e Especialidad) EspecialidadID { return e.ID }),
		Profesionales:  sortedBy(p.Profesionales, func(p Profesional) ProfesionalID { return p.ID }),
		Prestaciones:   sortedBy(p.Prestaciones, func(p Prestacion) PrestacionID { return p.ID }),
		Estados:        sortedBy(p.Estados, func(e Estado) EstadoID { return e.ID }),
		Horarios:       sortedBy(p.Horarios, func(h Horario) HorarioID { return h.ID }),
		Especiales:     sortedBy(p.Especiales, func(e HorarioEspecial) HorarioID { return e.ID }),
		Bloqueos:       sortedBy(p.Bloqueos, func(b HorarioBloqueado) HorarioID { return b.ID }),
	}
}

func sortedBy[K cmp.Ordered, V any](list []V, id func(V) K) []V {
	return slices.SortedStableFunc(slices.Values(list), func(a, b V) int { return cmp.Compare(id(a), id(b)) })
}

// Atiende tells whether a profesional has any rule at a sucursal, weekly or for
// one date.
func (c *Config) Atiende(prof ProfesionalID, suc SucursalID) bool {
	key := agendaKey{prof, suc}
	return len(c.horarios[key]) > 0 ||
		slices.ContainsFunc(c.plan.Especiales, func(e HorarioEspecial) bool { return e.day().agendaKey == key })
}

// check finds what makes a plan unusable: unknown references, an intervalo that
// is no step, rules of one day that overlap.
func (c *Config) check(p Plan) error {
	problems := append(c.loadZonas(p), p.Online.check()...)
	of := func(list string, i int, faults ...fault) {
		for _, f := range faults {
			problems = append(problems, f.inPlan(path(list, i)))
		}
	}
	for i, s := range p.Sillones {
		of("sillones", i, s.faults()...)
	}
	for i, prof := range p.Profesionales {
		of("profesionales", i, c.profesionalFaults(prof)...)
	}
	for i, h := range p.Horarios {
		of("horarios", i, c.horarioFaults(h)...)
	}
	for i := range clashes(p.Horarios, Horario.agenda, Horario.clashes) {
		of("horarios", i, horarioClash)
	}
	for i, e := range p.Especiales {
		of("horariosespeciales", i, c.jornadaFaults(e.IDProfesional, e.IDSucursal, e.Jornada)...)
	}
	for i := range clashes(p.Especiales, HorarioEspecial.day, HorarioEspecial.clashes) {
		of("horariosespeciales", i, especialClash)
	}
	for i, b := range p.Bloqueos {
		of("horariosbloqueados", i, c.bloqueoFaults(b)...)
	}
	return problems.orNil()
}

// clashes yields the index of every entry that clashes with an earlier one. Only
// entries of the same key are compared, so that it stays linear for a clinic.
func clashes[K comparable, V any](list []V, key func(V) K, clash func(a, b V) bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		earlier := map[K][]V{}
		for i, v := range list {
			k := key(v)
			if slices.ContainsFunc(earlier[k], func(o V) bool { return clash(v, o) }) && !yield(i) {
				return
			}
			earlier[k] = append(earlier[k], v)
		}
	}
}

// path names the i-th entry of a list, counted from 0.
func path(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// loadZonas finds the zones of the clinic and its sucursales, and reports those
// that there are not.
func (c *Config) loadZonas(p Plan) (problems Problems) {
	var err error
	if c.zona, err = loadZona(p.Clinica.Zona); err != nil {
		problems = append(problems, zonaFault(p.Clinica.Zona).inPlan("clinica.zona"))
		c.zona = time.UTC
	}
	for i, s := range p.Sucursales {
		if s.Zona == "" {
			continue
		}
		zona, err := loadZona(s.Zona)
		if err != nil {
			problems = append(problems, zonaFault(s.Zona).inPlan(path("sucursales", i)))
			continue
		}
		c.zonas[s.ID] = zona
	}
	return problems
}

// loadZona refuses the two names that depend on the machine.
func loadZona(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("no time zone named %q", name)
	}
	return time.LoadLocation(name)
}
