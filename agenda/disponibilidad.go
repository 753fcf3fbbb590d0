package agenda

import (
	"cmp"
	"slices"

	"github.com/tomahora/tomahora"
)

// Grilla is one day of a profesional's agenda at a sucursal, in steps of the
// intervalo; no Casillas where nobody works.
type Grilla struct {
	Fecha    tomahora.Fecha
	Casillas []Casilla
}

// Casilla is one step of the grid with its lanes by ascending id: those that the
// horario offers and any other on which a cita stands, but not the Sobrecupo.
type Casilla struct {
	Rango     tomahora.Rango
	Carriles  []Carril
	Sobrecupo bool // may be booked as sobrecupo
}

// Carril is one lane of a Casilla. Libre: a cita of one intervalo may be booked
// here. Else Cita or Bloqueo tells why, where it is one of this lane: neither
// does while the profesional is at another sucursal, another one has the sillón,
// or the hour has passed.
type Carril struct {
	IDSillon tomahora.SillonID
	Libre    bool
	Cita     *tomahora.Cita
	Bloqueo  *tomahora.HorarioBloqueado
}

// Grillas are the days of a profesional at a sucursal, both dates included, one
// Grilla for each; the citas carry their paciente's names. KindNotFound when the
// profesional or the sucursal is unknown or has nothing to do with the other.
func Grillas(tx tomahora.Tx, prof tomahora.ProfesionalID, suc tomahora.SucursalID, desde, hasta tomahora.Fecha) ([]Grilla, error) {
	cfg := tx.Config()
	profesional, err := atiende(cfg, prof, suc)
	if err != nil {
		return nil, err
	}
	var dias, worked []*tomahora.Disponibilidad
	for fecha := desde; !hasta.Before(fecha); fecha = fecha.AddDays(1) {
		d := cfg.Disponibilidad(prof, suc, fecha, tx.Now())
		dias = append(dias, d)
		if d.Works() {
			worked = append(worked, d)
		}
	}
	citas, err := read(worked, tx.Citas().Agenda)
	if err != nil {
		return nil, err
	}
	if err := occupy(tx, worked, espacios(citas)); err != nil {
		return nil, err
	}
	shown, err := namedByFecha(tx, citas, suc)
	if err != nil {
		return nil, err
	}
	grillas := make([]Grilla, len(dias))
	for i, d := range dias {
		fecha := d.Lugar().Fecha
		grillas[i] = Grilla{fecha, casillas(d, profesional.Intervalo, shown[fecha])}
	}
	return grillas, nil
}

// atiende finds a profesional who has to do with the sucursal.
func atiende(cfg *tomahora.Config, prof tomahora.ProfesionalID, suc tomahora.SucursalID) (tomahora.Profesional, error) {
	profesional, ok := cfg.Profesional(prof)
	if !ok {
		return profesional, tomahora.NotFound("el profesional")
	}
	if _, ok := cfg.Sucursal(suc); !ok {
		return profesional, tomahora.NotFound("la sucursal")
	}
	if !cfg.Atiende(prof, suc) {
		return profesional, tomahora.NotFound("el profesional en la sucursal")
	}
	return profesional, nil
}

// namedByFecha picks the citas that the grid of a sucursal shows and fills in
// their paciente's names, asked for at once.
func namedByFecha(tx tomahora.Tx, citas []tomahora.Cita, suc tomahora.SucursalID) (map[tomahora.Fecha][]*tomahora.Cita, error) {
	shown := map[tomahora.Fecha][]*tomahora.Cita{}
	var ids []int64
	for i := range citas {
		c := &citas[i]
		if c.Espacio.IDSucursal == suc && c.Espacio.IDSillon != tomahora.Sobrecupo {
			shown[c.Espacio.Fecha] = append(shown[c.Espacio.Fecha], c)
			ids = append(ids, int64(c.IDPaciente))
		}
	}
	if len(ids) == 0 {
		return shown, nil
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	pacientes, err := tx.Pacientes().List(tomahora.Consulta{
		Filtros: []tomahora.Filtro{{Columna: "id", Operador: tomahora.Entre, Valor: ids}},
		Orden:   []tomahora.Orden{{Columna: "id"}},
		Limite:  len(ids),
	})
	if err != nil {
		return nil, err
	}
	byID := make(map[tomahora.PacienteID]*tomahora.Paciente, len(pacientes))
	for i := range pacientes {
		byID[pacientes[i].ID] = &pacientes[i]
	}
	for _, delDia := range shown {
		for _, c := range delDia {
			if p := byID[c.IDPaciente]; p != nil {
				c.NombrePaciente, c.ApellidosPaciente = p.Nombre, p.Apellidos
			}
		}
	}
	return shown, nil
}

func casillas(d *tomahora.Disponibilidad, intervalo tomahora.Duracion, citas []*tomahora.Cita) []Casilla {
	var list []Casilla
	for r, segmento := range d.Rangos(intervalo) {
		list = append(list, Casilla{r, carriles(d, r, segmento, citas), d.AcceptsSobrecupo(r)})
	}
	return list
}

func carriles(d *tomahora.Disponibilidad, r tomahora.Rango, s tomahora.Segmento, citas []*tomahora.Cita) []Carril {
	libres := d.AppendLibres(make([]tomahora.SillonID, 0, 8), r, s)
	list := make([]Carril, 0, len(s.Sillones))
	for id := range d.Sillones(s) {
		list = append(list, Carril{IDSillon: id, Libre: slices.Contains(libres, id)})
	}
	for _, c := range citas {
		if !c.Espacio.Rango.Overlaps(r) {
			continue
		}
		id := c.Espacio.IDSillon
		i, found := slices.BinarySearchFunc(list, id, func(l Carril, id tomahora.SillonID) int { return cmp.Compare(l.IDSillon, id) })
		if !found {
			list = slices.Insert(list, i, Carril{IDSillon: id})
		}
		if list[i].Cita == nil {
			list[i].Cita = c
		}
	}
	bloqueo := d.Bloqueo(r)
	for i := range list {
		if !list[i].Libre && list[i].Cita == nil {
			list[i].Bloqueo = bloqueo
		}
	}
	return list
}

// Busqueda asks for free places.
type Busqueda struct {
	Profesionales []tomahora.ProfesionalID
	IDSucursal    tomahora.SucursalID
	Desde, Hasta  tomahora.Fecha    // both included
	Duracion      tomahora.Duracion // 0: one intervalo of each profesional
	Futuras       bool              // leave out what has begun by the clinic's clock
	Limite        int               // 0: all
}

// Libre is a place that a cita could take: every lane in Sillones does, and
// Espacio.IDSillon is the lowest of them.
type Libre struct {
	Espacio   tomahora.Espacio
	Sillones  []tomahora.SillonID
	Modalidad tomahora.Modalidad
}

// primerTramo is how many days a search with a Limite looks at first. Most find
// what they want there; each further stretch is twice as long as the one before,
// so that a fully booked agenda costs few reads.
const primerTramo = 7

// Libres finds free places, by fecha, hora_inicio and profesional. A profesional
// or sucursal that is deshabilitado has none, nor has a profesional to whose
// intervalo the Duracion does not fit.
func Libres(tx tomahora.Tx, b Busqueda) ([]Libre, error) {
	buscados := b.buscados(tx.Config())
	var libres []Libre
	desde, days := b.Desde, primerTramo
	for !b.Hasta.Before(desde) && (b.Limite == 0 || len(libres) < b.Limite) {
		hasta := desde.AddDays(days - 1)
		if b.Limite == 0 || b.Hasta.Before(hasta) {
			hasta = b.Hasta
		}
		var err error
		if libres, err = b.search(tx, buscados, libres, desde, hasta); err != nil {
			return nil, err
		}
		desde, days = hasta.AddDays(1), 2*days
	}
	if b.Limite > 0 {
		libres = libres[:min(len(libres), b.Limite)]
	}
	return libres, nil
}

// buscado is a profesional with the length that is searched for.
type buscado struct {
	id       tomahora.ProfesionalID
	duracion tomahora.Duracion
}

// buscados are the profesionales to search, each once, by id.
func (b Busqueda) buscados(cfg *tomahora.Config) []buscado {
	ids := slices.Clone(b.Profesionales)
	slices.Sort(ids)
	var list []buscado
	for _, id := range slices.Compact(ids) {
		prof, ok := cfg.Profesional(id)
		duracion := cmp.Or(b.Duracion, prof.Intervalo)
		if ok && prof.Admits(duracion) {
			list = append(list, buscado{id, duracion})
		}
	}
	return list
}

// search appends the free places of a stretch of dates.
func (b Busqueda) search(tx tomahora.Tx, buscados []buscado, libres []Libre, desde, hasta tomahora.Fecha) ([]Libre, error) {
	var dias []*tomahora.Disponibilidad
	var duraciones []tomahora.Duracion // of the dias
	for fecha := desde; !hasta.Before(fecha); fecha = fecha.AddDays(1) {
		for _, p := range buscados {
			d := tx.Config().Disponibilidad(p.id, b.IDSucursal, fecha, tx.Now())
			if b.Futuras {
				d.LeaveOutPast(tx.Now())
			}
			if d.MayOffer() {
				dias, duraciones = append(dias, d), append(duraciones, p.duracion)
			}
		}
	}
	ocupados, err := read(dias, tx.Citas().Ocupados)
	if err != nil {
		return nil, err
	}
	if err := occupy(tx, dias, ocupados); err != nil {
		return nil, err
	}
	var e encontrados
	for i, d := range dias {
		e.add(d, duraciones[i])
		if last := i+1 == len(dias); last || dias[i+1].Lugar().Fecha != d.Lugar().Fecha {
			libres = e.appendTo(libres, len(dias)/(i+1))
		}
	}
	return libres, nil
}

// encontrados are the free places of one date. The memory is used again for the
// next, but for that of the sillones, which the places keep.
type encontrados struct {
	delDia   []Libre
	sillones []tomahora.SillonID
}

// add adds the free places of one profesional.
func (e *encontrados) add(d *tomahora.Disponibilidad, duracion tomahora.Duracion) {
	var before []tomahora.SillonID
	for r, segmento := range d.Rangos(duracion) {
		n := len(e.sillones)
		e.sillones = d.AppendLibres(e.sillones, r, segmento)
		ids := e.sillones[n:len(e.sillones):len(e.sillones)]
		if len(ids) == 0 {
			continue
		}
		if slices.Equal(ids, before) { // as of most places that follow each other
			ids, e.sillones = before, e.sillones[:n]
		}
		lugar := d.Lugar()
		lugar.Rango, lugar.IDSillon = r, ids[0]
		e.delDia = append(e.delDia, Libre{lugar, ids, segmento.Modalidad})
		before = ids
	}
}

// appendTo takes the places out, by hora_inicio and else in the order in which
// they were added. There are so few hours that counting the places of each is
// cheaper than comparing places. It makes room for so many dates, since they are
// likely to be alike.
func (e *encontrados) appendTo(libres []Libre, dates int) []Libre {
	var next [tomahora.FinDelDia + 1]int // where the next place of an hour goes
	for i := range e.delDia {
		next[e.delDia[i].Espacio.Rango.Inicio+1]++
	}
	for h := range tomahora.FinDelDia {
		next[h+1] += next[h]
	}
	n := len(libres)
	libres = slices.Grow(libres, len(e.delDia)*dates)[:n+len(e.delDia)]
	for i := range e.delDia {
		h := e.delDia[i].Espacio.Rango.Inicio
		libres[n+next[h]] = e.delDia[i]
		next[h]++
	}
	e.delDia = e.delDia[:0]
	return libres
}

// read asks a store for what takes the days, which are by fecha: at once, and of
// no more profesionales and dates than there are among them.
func read[T any](
	dias []*tomahora.Disponibilidad, ask func(profs []tomahora.ProfesionalID, desde, hasta tomahora.Fecha) ([]T, error),
) ([]T, error) {
	if len(dias) == 0 {
		return nil, nil
	}
	profs := make([]tomahora.ProfesionalID, len(dias))
	for i, d := range dias {
		profs[i] = d.Lugar().IDProfesional
	}
	slices.Sort(profs)
	return ask(slices.Compact(profs), dias[0].Lugar().Fecha, dias[len(dias)-1].Lugar().Fecha)
}

func espacios(citas []tomahora.Cita) []tomahora.Espacio {
	list := make([]tomahora.Espacio, len(citas))
	for i := range citas {
		list[i] = citas[i].Espacio
	}
	return list
}

// occupy tells the days, which are of one sucursal and by fecha, of the places
// that are taken or held on them, by profesional and fecha. It asks for more only where a
// sillón that is offered is exclusive.
func occupy(tx tomahora.Tx, dias []*tomahora.Disponibilidad, ocupados []tomahora.Espacio) error {
	if len(dias) == 0 {
		return nil
	}
	type agendaDia struct {
		prof  tomahora.ProfesionalID
		fecha tomahora.Fecha
	}
	byAgenda := make(map[agendaDia]*tomahora.Disponibilidad, len(dias))
	for _, d := range dias {
		lugar := d.Lugar()
		byAgenda[agendaDia{lugar.IDProfesional, lugar.Fecha}] = d
	}
	reservas, err := tx.Reservas().Vigentes(dias[0].Lugar().Fecha, dias[len(dias)-1].Lugar().Fecha)
	if err != nil {
		return err
	}
	for _, r := range reservas {
		if d := byAgenda[agendaDia{r.Espacio.IDProfesional, r.Espacio.Fecha}]; d != nil {
			d.Occupy(r.Espacio)
		}
	}
	var last agendaDia // the places come day by day
	var d *tomahora.Disponibilidad
	for _, e := range ocupados {
		if key := (agendaDia{e.IDProfesional, e.Fecha}); key != last {
			d, last = byAgenda[key], key
		}
		if d != nil {
			d.Occupy(e)
		}
	}
	return occupySillones(tx, dias, reservas)
}

// occupySillones tells the days of the citas and reservas on exclusive sillones,
// whoever attends.
func occupySillones(tx tomahora.Tx, dias []*tomahora.Disponibilidad, reservas []tomahora.Reserva) error {
	type sillonFecha struct {
		sillon tomahora.SillonID
		fecha  tomahora.Fecha
	}
	suc := dias[0].Lugar().IDSucursal
	shared := map[sillonFecha]*tomahora.SillonDia{}
	for _, d := range dias {
		for id := range d.Exclusivos() {
			key := sillonFecha{id, d.Lugar().Fecha}
			if shared[key] == nil {
				shared[key] = tomahora.NewSillonDia(suc, id, key.fecha)
			}
			d.Share(shared[key])
		}
	}
	if len(shared) == 0 {
		return nil
	}
	citas, err := tx.Citas().Sillones(suc, dias[0].Lugar().Fecha, dias[len(dias)-1].Lugar().Fecha)
	if err != nil {
		return err
	}
	taken := espacios(citas)
	for _, r := range reservas {
		if r.Exclusiva && r.Espacio.IDSucursal == suc {
			taken = append(taken, r.Espacio)
		}
	}
	for _, e := range taken {
		if s := shared[sillonFecha{e.IDSillon, e.Fecha}]; s != nil {
			s.Occupy(e)
		}
	}
	return nil
}
