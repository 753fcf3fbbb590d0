package agenda

import (
	"cmp"
	"maps"
	"slices"

	"github.com/tomahora/tomahora"
)

// MaxDiasTablero is how many dates a Tablero looks at, at most.
const MaxDiasTablero = 366

// Tablero is how a clinic works in a Periodo, in numbers.
type Tablero struct {
	tomahora.Periodo
	Semanas []tomahora.Fecha // the lunes of each week that the Periodo has a date of

	// Profesionales are those who offer hours or have citas, by name.
	Profesionales []TableroProfesional
	// Ocupacion is of all of them together, by week.
	Ocupacion []tomahora.Ocupacion
	// Asistencia is of all, by week.
	Asistencia []Asistencia
	Anuladas   int

	// Anticipacion counts citas by how many days before they were booked, from 0
	// on; what was written down afterwards counts as booked on the day.
	Anticipacion map[int]int
	Origenes     []Origen // who booked most first
}

// TableroProfesional is one profesional's part.
type TableroProfesional struct {
	ID         tomahora.ProfesionalID
	Nombre     string
	Ocupacion  []tomahora.Ocupacion // by week
	Asistencia Asistencia
}

// Asistencia counts citas that are not annulled: all of a stretch of dates, those
// whose date has come, and of them those whose paciente did not.
type Asistencia struct {
	Citas     int
	Pasadas   int
	NoAsisten int
}

func (a Asistencia) plus(b Asistencia) Asistencia {
	return Asistencia{a.Citas + b.Citas, a.Pasadas + b.Pasadas, a.NoAsisten + b.NoAsisten}
}

// Origen is who booked, and how many citas.
type Origen struct {
	Actor  tomahora.Actor
	Nombre string // "" where it has none
	Citas  int
}

// TableroDe puts the numbers of a Periodo together; a longer one than
// MaxDiasTablero is cut off. What was offered is told by the horarios of today:
// those of the past are not kept. Sobrecupos take no hours.
func TableroDe(tx tomahora.Tx, p tomahora.Periodo) (Tablero, error) {
	if last := p.Desde.AddDays(MaxDiasTablero - 1); last.Before(p.Hasta) {
		p.Hasta = last
	}
	t := Tablero{Periodo: p, Anticipacion: map[int]int{}}
	for week := p.Desde.Lunes(); !p.Hasta.Before(week); week = week.AddDays(7) {
		t.Semanas = append(t.Semanas, week)
	}
	t.Ocupacion = make([]tomahora.Ocupacion, len(t.Semanas))
	t.Asistencia = make([]Asistencia, len(t.Semanas))
	for _, prof := range tx.Config().Plan().Profesionales {
		t.Profesionales = append(t.Profesionales, TableroProfesional{
			ID: prof.ID, Nombre: prof.NombreCompleto(), Ocupacion: make([]tomahora.Ocupacion, len(t.Semanas)),
		})
	}
	for _, count := range []func(tomahora.Tx) error{t.countOcupacion, t.countAsistencia, t.countOrigenes} {
		if err := count(tx); err != nil {
			return Tablero{}, err
		}
	}
	t.Profesionales = slices.DeleteFunc(t.Profesionales, TableroProfesional.isIdle)
	slices.SortStableFunc(t.Profesionales, func(a, b TableroProfesional) int {
		return cmp.Compare(tomahora.Fold(a.Nombre), tomahora.Fold(b.Nombre))
	})
	return t, nil
}

func (p TableroProfesional) isIdle() bool {
	return p.Asistencia == Asistencia{} && p.Total().Ofrecidos == 0
}

// Total is the Ocupacion of all weeks.
func (p TableroProfesional) Total() tomahora.Ocupacion { return total(p.Ocupacion) }

// Total is the Ocupacion of all weeks and profesionales.
func (t *Tablero) Total() tomahora.Ocupacion { return total(t.Ocupacion) }

func total(weeks []tomahora.Ocupacion) (sum tomahora.Ocupacion) {
	for _, o := range weeks {
		sum = sum.Plus(o)
	}
	return sum
}

// TotalAsistencia is the Asistencia of all weeks.
func (t *Tablero) TotalAsistencia() (sum Asistencia) {
	for _, a := range t.Asistencia {
		sum = sum.plus(a)
	}
	return sum
}

// semana is the place of a date's week.
func (t *Tablero) semana(f tomahora.Fecha) int { return t.Semanas[0].DaysTo(f) / 7 }

// profesional is the part of one, nil where there is none by that id.
func (t *Tablero) profesional(id tomahora.ProfesionalID) *TableroProfesional {
	i, found := slices.BinarySearchFunc(t.Profesionales, id, func(p TableroProfesional, id tomahora.ProfesionalID) int { return cmp.Compare(p.ID, id) })
	if !found {
		return nil
	}
	return &t.Profesionales[i]
}

// countOcupacion opens every date of every agenda, as a search for free hours
// does, and tells it of what takes it.
func (t *Tablero) countOcupacion(tx tomahora.Tx) error {
	type agendaDia struct {
		prof  tomahora.ProfesionalID
		suc   tomahora.SucursalID
		fecha tomahora.Fecha
	}
	cfg := tx.Config()
	var ids []tomahora.ProfesionalID
	for _, prof := range t.Profesionales {
		ids = append(ids, prof.ID)
	}
	taken, err := tx.Citas().Ocupados(ids, t.Desde, t.Hasta)
	if err != nil {
		return err
	}
	places := map[agendaDia][]tomahora.Espacio{}
	for _, e := range taken {
		key := agendaDia{e.IDProfesional, e.IDSucursal, e.Fecha}
		places[key] = append(places[key], e)
	}
	for i := range t.Profesionales {
		prof := &t.Profesionales[i]
		for _, suc := range cfg.Plan().Sucursales {
			if t.IDSucursal != 0 && suc.ID != t.IDSucursal || !cfg.Atiende(prof.ID, suc.ID) {
				continue
			}
			for f := t.Desde; !t.Hasta.Before(f); f = f.AddDays(1) {
				d := cfg.Disponibilidad(prof.ID, suc.ID, f, tx.Now())
				for _, e := range places[agendaDia{prof.ID, suc.ID, f}] {
					d.Occupy(e)
				}
				o, week := d.Ocupacion(), t.semana(f)
				prof.Ocupacion[week] = prof.Ocupacion[week].Plus(o)
				t.Ocupacion[week] = t.Ocupacion[week].Plus(o)
			}
		}
	}
	return nil
}

// countAsistencia counts all citas, and once more those whose date has come.
func (t *Tablero) countAsistencia(tx tomahora.Tx) error {
	all, err := tx.Citas().PorSemana(t.Periodo)
	if err != nil {
		return err
	}
	past := all
	if hoy := today(tx); hoy.Before(t.Hasta) {
		until := t.Periodo
		until.Hasta = hoy
		if past, err = tx.Citas().PorSemana(until); err != nil {
			return err
		}
	}
	t.addAsistencia(tx.Config(), all, func(c tomahora.CitasDeSemana) Asistencia { return Asistencia{Citas: c.Citas} })
	t.addAsistencia(tx.Config(), past, func(c tomahora.CitasDeSemana) Asistencia {
		if c.IDEstado == tomahora.EstadoNoAsiste {
			return Asistencia{Pasadas: c.Citas, NoAsisten: c.Citas}
		}
		return Asistencia{Pasadas: c.Citas}
	})
	for _, c := range all {
		if estado, _ := tx.Config().Estado(c.IDEstado); estado.Anulacion && c.IDEstado != tomahora.EstadoCambioFecha {
			t.Anuladas += c.Citas
		}
	}
	return nil
}

func (t *Tablero) addAsistencia(cfg *tomahora.Config, counts []tomahora.CitasDeSemana, as func(tomahora.CitasDeSemana) Asistencia) {
	for _, c := range counts {
		if estado, _ := cfg.Estado(c.IDEstado); estado.Anulacion {
			continue
		}
		week, a := t.semana(c.Semana), as(c)
		t.Asistencia[week] = t.Asistencia[week].plus(a)
		if prof := t.profesional(c.IDProfesional); prof != nil {
			prof.Asistencia = prof.Asistencia.plus(a)
		}
	}
}

func (t *Tablero) countOrigenes(tx tomahora.Tx) error {
	counts, err := tx.Citas().PorOrigen(t.Periodo)
	if err != nil {
		return err
	}
	byActor := map[tomahora.Actor]int{}
	for _, c := range counts {
		t.Anticipacion[max(0, c.Dias)] += c.Citas
		byActor[c.Origen] += c.Citas
	}
	for actor, n := range byActor {
		t.Origenes = append(t.Origenes, Origen{actor, tx.Config().NombreDe(actor), n})
	}
	slices.SortFunc(t.Origenes, func(a, b Origen) int {
		return cmp.Or(cmp.Compare(b.Citas, a.Citas), cmp.Compare(a.Actor, b.Actor))
	})
	return nil
}

// Mediana is the number of days before which half of the citas were booked, 0
// where there are none.
func (t *Tablero) Mediana() int {
	sum := 0
	for _, n := range t.Anticipacion {
		sum += n
	}
	for _, d := range slices.Sorted(maps.Keys(t.Anticipacion)) {
		if sum -= 2 * t.Anticipacion[d]; sum <= 0 {
			return d
		}
	}
	return 0
}
