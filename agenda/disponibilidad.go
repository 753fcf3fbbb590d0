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
	if err := (ocupaciones{profesionales: espacios(citas)}).occupy(tx, worked); err != nil {
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

// ocupaciones are the places that are taken on some days, by whoever.
type ocupaciones struct {
	profesionales []tomahora.Espacio // of the profesionales, at any sucursal, by profesional and fecha
	reservas      []tomahora.Reserva
	// sin is a place that counts as free once: that of a cita which is to move.
	sin *tomahora.Espacio
	// suelta counts as not there.
	suelta tomahora.ReservaID
}

// without leaves the place out that counts as free, of a profesional or of nobody
// in particular.
func (o ocupaciones) without(places []tomahora.Espacio) []tomahora.Espacio {
	if o.sin == nil {
		return places
	}
	i := slices.IndexFunc(places, func(e tomahora.Espacio) bool {
		e.IDProfesional = cmp.Or(e.IDProfesional, o.sin.IDProfesional)
		return e == *o.sin
	})
	if i < 0 {
		return places
	}
	return slices.Delete(slices.Clone(places), i, i+1)
}

// occupy tells the days of the places that are taken or held on them. The days
// are by fecha and profesional. It asks for more only where a sillón that is
// offered is exclusive.
func (o ocupaciones) occupy(tx tomahora.Tx, dias []*tomahora.Disponibilidad) error {
	if len(dias) == 0 {
		return nil
	}
	type agendaDia struct {
		prof  tomahora.ProfesionalID
		fecha tomahora.Fecha
	}
	of := func(e tomahora.Espacio) agendaDia { return agendaDia{e.IDProfesional, e.Fecha} }
	byAgenda := make(map[agendaDia][]*tomahora.Disponibilidad, len(dias)) // at each sucursal
	for i := 0; i < len(dias); {
		key, n := of(dias[i].Lugar()), i+1
		for n < len(dias) && of(dias[n].Lugar()) == key {
			n++
		}
		byAgenda[key] = dias[i:n]
		i = n
	}
	var err error
	if o.reservas, err = tx.Reservas().Vigentes(dias[0].Lugar().Fecha, dias[len(dias)-1].Lugar().Fecha); err != nil {
		return err
	}
	if o.suelta != 0 {
		o.reservas = slices.DeleteFunc(o.reservas, func(r tomahora.Reserva) bool { return r.ID == o.suelta })
	}
	for _, r := range o.reservas {
		for _, d := range byAgenda[of(r.Espacio)] {
			d.Occupy(r.Espacio)
		}
	}
	var last agendaDia // the places come day by day
	var here []*tomahora.Disponibilidad
	for _, e := range o.without(o.profesionales) {
		if key := of(e); key != last {
			here, last = byAgenda[key], key
		}
		for _, d := range here {
			d.Occupy(e)
		}
	}
	return o.occupySillones(tx, dias)
}

// occupySillones tells the days of the citas and reservas on exclusive sillones,
// whoever attends.
func (o ocupaciones) occupySillones(tx tomahora.Tx, dias []*tomahora.Disponibilidad) error {
	type sillonFecha struct {
		suc    tomahora.SucursalID
		sillon tomahora.SillonID
		fecha  tomahora.Fecha
	}
	shared := map[sillonFecha]*tomahora.SillonDia{}
	var sucursales []tomahora.SucursalID // with such sillones
	for _, d := range dias {
		lugar := d.Lugar()
		for id := range d.Exclusivos() {
			key := sillonFecha{lugar.IDSucursal, id, lugar.Fecha}
			if shared[key] == nil {
				shared[key] = tomahora.NewSillonDia(key.suc, id, key.fecha)
			}
			if !slices.Contains(sucursales, key.suc) {
				sucursales = append(sucursales, key.suc)
			}
			d.Share(shared[key])
		}
	}
	taken := make([]tomahora.Espacio, 0, len(o.reservas))
	for _, suc := range sucursales {
		places, err := tx.Citas().Sillones(suc, dias[0].Lugar().Fecha, dias[len(dias)-1].Lugar().Fecha)
		if err != nil {
			return err
		}
		taken = append(taken, o.without(places)...)
	}
	for _, r := range o.reservas {
		if r.Exclusiva {
			taken = append(taken, r.Espacio)
		}
	}
	for _, e := range taken {
		if s := shared[sillonFecha{e.IDSucursal, e.IDSillon, e.Fecha}]; s != nil {
			s.Occupy(e)
		}
	}
	return nil
}
