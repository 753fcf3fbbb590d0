package agenda_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

var errDisk = errors.New("disk gone")

// pacienteNumero is the paciente of a number in an agendaTx.
func pacienteNumero(id tomahora.PacienteID) tomahora.Paciente {
	return tomahora.Paciente{ID: id, Nombre: "Paciente", Apellidos: fmt.Sprint("Número ", id)}
}

// The clinic of the tables below.
const (
	centro tomahora.SucursalID = 1
	puerto tomahora.SucursalID = 2
	cerro  tomahora.SucursalID = 3 // deshabilitada

	rojas  tomahora.ProfesionalID = 1 // thursdays and fridays at centro, wednesdays at puerto; intervalo 30
	salas  tomahora.ProfesionalID = 2 // fridays at centro; intervalo 20
	tapia  tomahora.ProfesionalID = 3 // deshabilitado
	urrea  tomahora.ProfesionalID = 4 // has no horario
	equipo tomahora.SillonID      = 3 // exclusivo
)

// nov is a date of November 2018; the 2nd is a friday.
func nov(n int) tomahora.Fecha { return tomahora.Fecha{Year: 2018, Month: time.November, Day: n} }

func hours(text string) tomahora.Rango {
	inicio, fin, _ := strings.Cut(text, "-")
	i, errI := tomahora.ParseHora(inicio)
	f, errF := tomahora.ParseHoraFin(fin)
	if errI != nil || errF != nil {
		panic(text)
	}
	return tomahora.Rango{Inicio: i, Fin: f}
}

// newAgenda is the clinic, where it is noon of the 1st, with citas in it.
func newAgenda(t *testing.T, change func(*tomahora.Plan), citas ...tomahora.Cita) *agendaTx {
	t.Helper()
	rule := func(id tomahora.HorarioID, prof tomahora.ProfesionalID, suc tomahora.SucursalID, dia tomahora.Dia, r string, m tomahora.Modalidad, sillones ...tomahora.SillonID) tomahora.Horario {
		return tomahora.Horario{
			ID: id, IDProfesional: prof, IDSucursal: suc, Dia: dia,
			Jornada: tomahora.Jornada{Rango: hours(r), Modalidad: m, Sillones: sillones},
		}
	}
	plan := tomahora.Plan{
		Clinica: tomahora.Clinica{ID: 1, Zona: "America/Santiago"},
		Sucursales: []tomahora.Sucursal{
			{ID: centro, Habilitada: true}, {ID: puerto, Habilitada: true, Zona: "Pacific/Easter"}, {ID: cerro},
		},
		Sillones: []tomahora.Sillon{{ID: 1}, {ID: 2}, {ID: equipo, Exclusivo: true}},
		Profesionales: []tomahora.Profesional{
			{ID: rojas, Intervalo: 30, Habilitado: true}, {ID: salas, Intervalo: 20, Habilitado: true},
			{ID: tapia, Intervalo: 30}, {ID: urrea, Intervalo: 30, Habilitado: true},
		},
		Horarios: []tomahora.Horario{
			rule(1, rojas, centro, tomahora.Jueves, "16:00-17:00", tomahora.Videoconsulta, 1),
			rule(2, rojas, centro, tomahora.Viernes, "09:00-11:00", tomahora.Ambas, 1, 2),
			rule(3, rojas, puerto, tomahora.Miercoles, "09:00-10:00", tomahora.Presencial, 1),
			rule(4, salas, centro, tomahora.Viernes, "09:00-10:00", tomahora.Presencial, 1),
			rule(5, tapia, centro, tomahora.Viernes, "09:00-11:00", tomahora.Presencial, 1),
			rule(6, rojas, cerro, tomahora.Viernes, "15:00-17:00", tomahora.Presencial, 1),
		},
		Estados: tomahora.EstadosIniciales(),
	}
	if change != nil {
		change(&plan)
	}
	cfg, err := tomahora.NewConfig(1, plan)
	if err != nil {
		t.Fatal(err)
	}
	for i := range citas {
		citas[i].ID = tomahora.CitaID(i + 1)
	}
	return &agendaTx{cfg: cfg, now: time.Date(2018, 11, 1, 15, 0, 0, 0, time.UTC), citas: citas}
}

// deRojas is a live one of Rojas on the friday, at centro on sillón 1, changed.
func deRojas(r string, changes ...func(*tomahora.Cita)) tomahora.Cita {
	c := tomahora.Cita{
		Viva: true, IDPaciente: 5,
		Espacio: tomahora.Espacio{IDProfesional: rojas, IDSucursal: centro, IDSillon: 1, Fecha: nov(2), Rango: hours(r)},
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func inLane(id tomahora.SillonID) func(*tomahora.Cita) {
	return func(c *tomahora.Cita) { c.Espacio.IDSillon, c.Exclusiva = id, id == equipo }
}

func atPuerto(c *tomahora.Cita) { c.Espacio.IDSucursal = puerto }

func ofSalas(c *tomahora.Cita) { c.Espacio.IDProfesional = salas }

func annulled(c *tomahora.Cita) { c.Viva = false }

func refusePast(p *tomahora.Plan) { p.Clinica.RechazarPasado = true }

// withEquipo puts the exclusive sillón beside sillón 1 in the fridays of Rojas.
func withEquipo(p *tomahora.Plan) {
	p.Horarios[1].Jornada.Sillones = []tomahora.SillonID{equipo, 1}
}

// bloqueado adds a bloqueo of the friday at centro; 0 is the whole sucursal.
func bloqueado(prof tomahora.ProfesionalID, r string) func(*tomahora.Plan) {
	return func(p *tomahora.Plan) {
		p.Bloqueos = append(p.Bloqueos, tomahora.HorarioBloqueado{ID: 9, IDProfesional: prof, IDSucursal: centro, Fecha: nov(2), Rango: hours(r)})
	}
}

// drawn shows a day line by line, such as "09:00 1:cita 4 2:libre +sobrecupo".
func drawn(g agenda.Grilla) []string {
	var lines []string
	for _, c := range g.Casillas {
		words := []string{c.Rango.Inicio.String()[:5]}
		for _, l := range c.Carriles {
			words = append(words, fmt.Sprintf("%d:%s", l.IDSillon, state(l)))
		}
		if c.Sobrecupo {
			words = append(words, "+sobrecupo")
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return lines
}

// state is all that a lane tells.
func state(l agenda.Carril) string {
	var words []string
	if l.Libre {
		words = append(words, "libre")
	}
	if l.Cita != nil {
		words = append(words, fmt.Sprint("cita ", l.Cita.ID))
	}
	if l.Bloqueo != nil {
		words = append(words, fmt.Sprint("bloqueo ", l.Bloqueo.ID))
	}
	if len(words) == 0 {
		return "ocupado"
	}
	return strings.Join(words, " and ")
}

func TestGrillaOfADay(t *testing.T) {
	tests := []struct {
		name  string
		plan  func(*tomahora.Plan)
		now   string
		citas []tomahora.Cita
		want  string
	}{
		{name: "an empty day is free on every lane", want: `
			09:00 1:libre 2:libre +sobrecupo
			09:30 1:libre 2:libre +sobrecupo
			10:00 1:libre 2:libre +sobrecupo
			10:30 1:libre 2:libre +sobrecupo`},
		{name: "a cita shows on its lane in each of its steps", citas: []tomahora.Cita{deRojas("09:30-10:30", inLane(2))}, want: `
			09:00 1:libre 2:libre +sobrecupo
			09:30 1:libre 2:cita 1 +sobrecupo
			10:00 1:libre 2:cita 1 +sobrecupo
			10:30 1:libre 2:libre +sobrecupo`},
		{name: "an annulled cita leaves its lane free", citas: []tomahora.Cita{deRojas("09:30-10:30", annulled)}, want: `
			09:00 1:libre 2:libre +sobrecupo
			09:30 1:libre 2:libre +sobrecupo
			10:00 1:libre 2:libre +sobrecupo
			10:30 1:libre 2:libre +sobrecupo`},
		{name: "a cita that starts off the grid shows in every step it touches", citas: []tomahora.Cita{deRojas("09:20-10:10")}, want: `
			09:00 1:cita 1 2:libre +sobrecupo
			09:30 1:cita 1 2:libre +sobrecupo
			10:00 1:cita 1 2:libre +sobrecupo
			10:30 1:libre 2:libre +sobrecupo`},
		{name: "of two citas in a step the earlier shows", citas: []tomahora.Cita{deRojas("09:45-10:00"), deRojas("09:30-09:45")}, want: `
			09:00 1:libre 2:libre +sobrecupo
			09:30 1:cita 2 2:libre +sobrecupo
			10:00 1:libre 2:libre +sobrecupo
			10:30 1:libre 2:libre +sobrecupo`},
		{name: "a cita on a sillón the horario does not offer shows on a lane of its own", plan: func(p *tomahora.Plan) { p.Horarios[1].Jornada.Sillones = []tomahora.SillonID{2} },
			citas: []tomahora.Cita{deRojas("09:30-10:00"), deRojas("10:00-10:30", inLane(equipo))}, want: `
			09:00 2:libre +sobrecupo
			09:30 1:cita 1 2:libre +sobrecupo
			10:00 2:libre 3:cita 2 +sobrecupo
			10:30 2:libre +sobrecupo`},
		{name: "a sobrecupo makes nothing busy and does not show", citas: []tomahora.Cita{deRojas("09:00-11:00", inLane(tomahora.Sobrecupo))}, want: `
			09:00 1:libre 2:libre +sobrecupo
			09:30 1:libre 2:libre +sobrecupo
			10:00 1:libre 2:libre +sobrecupo
			10:30 1:libre 2:libre +sobrecupo`},
		{name: "the profesional's citas at another sucursal take every lane and do not show", citas: []tomahora.Cita{deRojas("09:30-10:00", atPuerto)}, want: `
			09:00 1:libre 2:libre +sobrecupo
			09:30 1:ocupado 2:ocupado +sobrecupo
			10:00 1:libre 2:libre +sobrecupo
			10:30 1:libre 2:libre +sobrecupo`},
		{name: "another profesional's cita takes an exclusive sillón and does not show", plan: withEquipo,
			citas: []tomahora.Cita{deRojas("09:30-10:00", ofSalas, inLane(equipo)), deRojas("10:00-10:30", ofSalas)}, want: `
			09:00 1:libre 3:libre +sobrecupo
			09:30 1:libre 3:ocupado +sobrecupo
			10:00 1:libre 3:libre +sobrecupo
			10:30 1:libre 3:libre +sobrecupo`},
		{name: "a bloqueo shows on every lane but where a cita stands", plan: bloqueado(0, "09:15-10:15"), citas: []tomahora.Cita{deRojas("10:00-10:30")}, want: `
			09:00 1:bloqueo 9 2:bloqueo 9 +sobrecupo
			09:30 1:bloqueo 9 2:bloqueo 9 +sobrecupo
			10:00 1:cita 1 2:bloqueo 9 +sobrecupo
			10:30 1:libre 2:libre +sobrecupo`},
		{name: "a bloqueo of another profesional changes nothing", plan: bloqueado(salas, "09:00-10:30"), want: `
			09:00 1:libre 2:libre +sobrecupo
			09:30 1:libre 2:libre +sobrecupo
			10:00 1:libre 2:libre +sobrecupo
			10:30 1:libre 2:libre +sobrecupo`},
		{name: "with rechazar_pasado what has begun is neither free nor for a sobrecupo", plan: refusePast, now: "2018-11-02T10:01:00-03:00", citas: []tomahora.Cita{deRojas("09:00-09:30")}, want: `
			09:00 1:cita 1 2:ocupado
			09:30 1:ocupado 2:ocupado
			10:00 1:ocupado 2:ocupado
			10:30 1:libre 2:libre +sobrecupo`},
		{name: "a horario especial replaces the rules", plan: func(p *tomahora.Plan) {
			p.Especiales = []tomahora.HorarioEspecial{{ID: 8, IDProfesional: rojas, IDSucursal: centro, Fecha: nov(2), Jornada: tomahora.Jornada{Rango: hours("09:10-10:15"), Sillones: []tomahora.SillonID{1}, Modalidad: tomahora.Presencial}}}
		}, want: `
			09:10 1:libre +sobrecupo
			09:40 1:libre +sobrecupo`},
		{name: "of a deshabilitado nothing shows", plan: func(p *tomahora.Plan) { p.Profesionales[0].Habilitado = false }, citas: []tomahora.Cita{deRojas("09:00-09:30")}},
		{name: "at a sucursal that is deshabilitada nothing shows", plan: func(p *tomahora.Plan) { p.Sucursales[0].Habilitada = false }, citas: []tomahora.Cita{deRojas("09:00-09:30")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newAgenda(t, tt.plan, tt.citas...)
			if tt.now != "" {
				tx.now = instant(t, tt.now)
			}
			got, err := agenda.Grillas(tx, rojas, centro, nov(2), nov(2))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || got[0].Fecha != nov(2) {
				t.Fatalf("got %v, want the one day", got)
			}
			if diff := cmp.Diff(linesOf(tt.want), drawn(got[0])); diff != "" {
				t.Errorf("the day (-want +got):\n%s", diff)
			}
		})
	}
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	now, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return now.UTC()
}

func linesOf(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestGrillasAreOneForEachDate(t *testing.T) {
	tx := newAgenda(t, nil,
		deRojas("09:00-09:30"),
		deRojas("16:00-16:30", func(c *tomahora.Cita) { c.Espacio.Fecha, c.IDPaciente = nov(8), 6 }),
		deRojas("08:00-08:30", func(c *tomahora.Cita) { c.IDPaciente = 7 }),
		deRojas("10:00-10:30"),
		deRojas("10:00-10:30", inLane(tomahora.Sobrecupo), func(c *tomahora.Cita) { c.IDPaciente = 9 }),
		deRojas("09:30-10:00", atPuerto, func(c *tomahora.Cita) { c.IDPaciente = 8 }),
	)
	got, err := agenda.Grillas(tx, rojas, centro, nov(1), nov(9))
	if err != nil {
		t.Fatal(err)
	}
	steps := map[string]int{}
	named := map[string]string{}
	for _, g := range got {
		steps[g.Fecha.String()] = len(g.Casillas)
		for _, c := range g.Casillas {
			for _, l := range c.Carriles {
				if l.Cita != nil {
					named[g.Fecha.String()] = l.Cita.PacienteCompleto()
				}
			}
		}
	}
	wantSteps := map[string]int{
		"2018-11-01": 2, "2018-11-02": 4, "2018-11-03": 0, "2018-11-04": 0, "2018-11-05": 0,
		"2018-11-06": 0, "2018-11-07": 0, "2018-11-08": 2, "2018-11-09": 4,
	}
	if diff := cmp.Diff(wantSteps, steps); diff != "" {
		t.Errorf("steps of each date (-want +got):\n%s", diff)
	}
	wantNamed := map[string]string{"2018-11-02": "Paciente Número 5", "2018-11-08": "Paciente Número 6"}
	if diff := cmp.Diff(wantNamed, named); diff != "" {
		t.Errorf("names on the citas (-want +got):\n%s", diff)
	}
	want := []reading{{Profesionales: []tomahora.ProfesionalID{rojas}, Desde: "2018-11-01", Hasta: "2018-11-09"}}
	if diff := cmp.Diff(want, tx.agendas); diff != "" {
		t.Errorf("reads of the agenda (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]int64{{5, 6, 7}}, tx.names); diff != "" {
		t.Errorf("reads of names, of each paciente once (-want +got):\n%s", diff)
	}
	if len(tx.sillones) != 0 {
		t.Errorf("sillones were read, though none is exclusive: %v", tx.sillones)
	}
}

func TestACitaWhosePacienteIsNotListedHasNoName(t *testing.T) {
	const unlisted = 100
	tx := newAgenda(t, nil, deRojas("09:00-09:30", func(c *tomahora.Cita) { c.IDPaciente = unlisted }))
	got, err := agenda.Grillas(tx, rojas, centro, nov(2), nov(2))
	if err != nil {
		t.Fatal(err)
	}
	if c := got[0].Casillas[0].Carriles[0].Cita; c == nil || c.PacienteCompleto() != "" {
		t.Errorf("got %+v, want the cita without a name", c)
	}
}

func TestAnExclusiveSillonIsReadOnce(t *testing.T) {
	tx := newAgenda(t, withEquipo)
	if _, err := agenda.Grillas(tx, rojas, centro, nov(1), nov(16)); err != nil {
		t.Fatal(err)
	}
	want := []reading{{IDSucursal: centro, Desde: "2018-11-01", Hasta: "2018-11-16"}}
	if diff := cmp.Diff(want, tx.sillones); diff != "" {
		t.Errorf("reads of sillones (-want +got):\n%s", diff)
	}
	if len(tx.agendas) != 1 || len(tx.names) != 0 {
		t.Errorf("%d reads of the agenda and %d of names, want 1 and none", len(tx.agendas), len(tx.names))
	}
}

func TestNothingIsReadOfDaysWithoutWork(t *testing.T) {
	tx := newAgenda(t, nil)
	got, err := agenda.Grillas(tx, rojas, centro, nov(3), nov(7))
	if err != nil || len(got) != 5 {
		t.Fatalf("got %d days and %v, want 5", len(got), err)
	}
	if len(tx.agendas) != 0 {
		t.Errorf("the agenda was read for days without work: %v", tx.agendas)
	}
}

func TestGrillasOfWhatIsNotThere(t *testing.T) {
	tests := []struct {
		name string
		prof tomahora.ProfesionalID
		suc  tomahora.SucursalID
		want string
	}{
		{"an unknown profesional is not found", 99, centro, "No se encontró el profesional"},
		{"an unknown sucursal is not found", rojas, 99, "No se encontró la sucursal"},
		{"a profesional without horario at the sucursal is not found there", salas, puerto, "No se encontró el profesional en la sucursal"},
		{"a profesional without any horario is not found there", urrea, centro, "No se encontró el profesional en la sucursal"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := agenda.Grillas(newAgenda(t, nil), tt.prof, tt.suc, nov(2), nov(2))
			if tomahora.KindOf(err) != tomahora.KindNotFound || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// listed are free places such as "02 09:00 1: 1 2 ambas" for the 2nd at nine,
// profesional 1, on sillones 1 and 2, in both modalities.
func listed(libres []agenda.Libre) []string {
	var list []string
	for _, l := range libres {
		e := l.Espacio
		line := fmt.Sprintf("%02d %s %d: %s %s", e.Fecha.Day, e.Rango.Inicio.String()[:5], e.IDProfesional, strings.Trim(fmt.Sprint(l.Sillones), "[]"), l.Modalidad)
		if e.IDSillon != l.Sillones[0] {
			line += fmt.Sprint(" but ", e.IDSillon)
		}
		list = append(list, line)
	}
	return list
}

func TestLibres(t *testing.T) {
	const noon = "2018-11-01T12:00:00-03:00"
	tests := []struct {
		name   string
		plan   func(*tomahora.Plan)
		now    string
		citas  []tomahora.Cita
		search agenda.Busqueda
		want   string
	}{
		{name: "free places come by fecha, hour and profesional, each profesional once",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{salas, rojas, salas}, Desde: nov(1), Hasta: nov(2)}, want: `
			01 16:00 1: 1 videoconsulta
			01 16:30 1: 1 videoconsulta
			02 09:00 1: 1 2 ambas
			02 09:00 2: 1 presencial
			02 09:20 2: 1 presencial
			02 09:30 1: 1 2 ambas
			02 09:40 2: 1 presencial
			02 10:00 1: 1 2 ambas
			02 10:30 1: 1 2 ambas`},
		{name: "citas take their lanes", citas: []tomahora.Cita{deRojas("09:00-10:30"), deRojas("10:00-10:30", inLane(2)), deRojas("09:20-09:40", ofSalas)},
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas, salas}, Desde: nov(2), Hasta: nov(2)}, want: `
			02 09:00 1: 2 ambas
			02 09:00 2: 1 presencial
			02 09:30 1: 2 ambas
			02 09:40 2: 1 presencial
			02 10:30 1: 1 2 ambas`},
		{name: "a longer cita needs one lane for its whole length", citas: []tomahora.Cita{deRojas("09:00-09:30"), deRojas("09:30-10:00", inLane(2))},
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Desde: nov(2), Hasta: nov(2), Duracion: 60}, want: `
			02 09:30 1: 1 ambas
			02 10:00 1: 1 2 ambas`},
		{name: "a profesional to whose intervalo the length does not fit is left out",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas, salas}, Desde: nov(2), Hasta: nov(2), Duracion: 40}, want: `
			02 09:00 2: 1 presencial
			02 09:20 2: 1 presencial`},
		{name: "no length below one minute fits", search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas, salas}, Desde: nov(2), Hasta: nov(2), Duracion: -30}},
		{name: "another profesional's cita takes an exclusive sillón", plan: withEquipo,
			citas:  []tomahora.Cita{deRojas("09:10-10:10", ofSalas, inLane(equipo)), deRojas("10:30-11:00")},
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Desde: nov(2), Hasta: nov(2)}, want: `
			02 09:00 1: 1 ambas
			02 09:30 1: 1 ambas
			02 10:00 1: 1 ambas
			02 10:30 1: 3 ambas`},
		{name: "an unknown profesional, one deshabilitado and one without horario have none",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{tapia, urrea, 99}, Desde: nov(1), Hasta: nov(9)}},
		{name: "a sucursal that is deshabilitada has none", search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Sucursales: []tomahora.SucursalID{cerro}, Desde: nov(1), Hasta: nov(9)}},
		{name: "no profesionales, no places", search: agenda.Busqueda{Desde: nov(1), Hasta: nov(9)}},
		{name: "a period that ends before it begins has none", search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Desde: nov(2), Hasta: nov(1)}},
		{name: "what has begun is offered unless only futuras are asked for", now: "2018-11-02T10:10:00-03:00",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Desde: nov(1), Hasta: nov(2), Duracion: 60}, want: `
			01 16:00 1: 1 videoconsulta
			02 09:00 1: 1 2 ambas
			02 09:30 1: 1 2 ambas
			02 10:00 1: 1 2 ambas`},
		{name: "futuras leaves out what has begun", now: "2018-11-02T10:00:30-03:00",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Desde: nov(1), Hasta: nov(2), Futuras: true}, want: `
			02 10:00 1: 1 2 ambas
			02 10:30 1: 1 2 ambas`},
		{name: "futuras goes by the clock of the sucursal", now: "2018-11-07T11:15:00-03:00",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Sucursales: []tomahora.SucursalID{puerto}, Desde: nov(7), Hasta: nov(7), Futuras: true}, want: `
			07 09:30 1: 1 presencial`},
		{name: "rechazar_pasado leaves out what has begun", plan: refusePast, now: "2018-11-02T10:10:00-03:00",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Desde: nov(1), Hasta: nov(2)}, want: `
			02 10:30 1: 1 2 ambas`},
		{name: "a limit takes the first ones",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{salas, rojas}, Desde: nov(1), Hasta: nov(30), Limite: 4}, want: `
			01 16:00 1: 1 videoconsulta
			01 16:30 1: 1 videoconsulta
			02 09:00 1: 1 2 ambas
			02 09:00 2: 1 presencial`},
		{name: "only what lies inside some hours",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas, salas}, Desde: nov(1), Hasta: nov(2), Horas: hours("09:20-10:30")}, want: `
			02 09:20 2: 1 presencial
			02 09:30 1: 1 2 ambas
			02 09:40 2: 1 presencial
			02 10:00 1: 1 2 ambas`},
		{name: "only on some days of the week",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Desde: nov(1), Hasta: nov(9), Dias: []tomahora.Dia{tomahora.Jueves, tomahora.Domingo}, Duracion: 60}, want: `
			01 16:00 1: 1 videoconsulta
			08 16:00 1: 1 videoconsulta`},
		{name: "only what admits a videoconsulta",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas, salas}, Desde: nov(1), Hasta: nov(2), Videoconsulta: new(true), Duracion: 60}, want: `
			01 16:00 1: 1 videoconsulta
			02 09:00 1: 1 2 ambas
			02 09:30 1: 1 2 ambas
			02 10:00 1: 1 2 ambas`},
		{name: "only what can be attended in person",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas, salas}, Desde: nov(1), Hasta: nov(2), Videoconsulta: new(false), Duracion: 60}, want: `
			02 09:00 1: 1 2 ambas
			02 09:00 2: 1 presencial
			02 09:30 1: 1 2 ambas
			02 10:00 1: 1 2 ambas`},
		{name: "at several sucursales, by their hours",
			citas:  []tomahora.Cita{deRojas("09:30-10:00", func(c *tomahora.Cita) { c.Espacio.Fecha, c.Espacio.IDSucursal = nov(7), puerto })},
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Sucursales: []tomahora.SucursalID{puerto, cerro, centro}, Desde: nov(7), Hasta: nov(8)}, want: `
			07 09:00 1: 1 presencial
			08 16:00 1: 1 videoconsulta
			08 16:30 1: 1 videoconsulta`},
		{name: "spread over profesionales, each one's soonest in turn",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas, salas}, Desde: nov(1), Hasta: nov(30), Repartido: true, Limite: 5}, want: `
			01 16:00 1: 1 videoconsulta
			02 09:00 2: 1 presencial
			01 16:30 1: 1 videoconsulta
			02 09:20 2: 1 presencial
			02 09:00 1: 1 2 ambas`},
		{name: "spread over profesionales without a limit",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas, salas}, Desde: nov(1), Hasta: nov(2), Repartido: true, Horas: hours("09:00-16:30")}, want: `
			01 16:00 1: 1 videoconsulta
			02 09:00 2: 1 presencial
			02 09:00 1: 1 2 ambas
			02 09:20 2: 1 presencial
			02 09:30 1: 1 2 ambas
			02 09:40 2: 1 presencial
			02 10:00 1: 1 2 ambas
			02 10:30 1: 1 2 ambas`},
		{name: "a limit beyond what there is takes all",
			search: agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Desde: nov(1), Hasta: nov(8), Limite: 100, Duracion: 60}, want: `
			01 16:00 1: 1 videoconsulta
			02 09:00 1: 1 2 ambas
			02 09:30 1: 1 2 ambas
			02 10:00 1: 1 2 ambas
			08 16:00 1: 1 videoconsulta`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newAgenda(t, tt.plan, tt.citas...)
			if tt.now == "" {
				tt.now = noon
			}
			tx.now = instant(t, tt.now)
			if tt.search.Sucursales == nil {
				tt.search.Sucursales = []tomahora.SucursalID{centro}
			}
			got, err := agenda.Libres(tx, tt.search)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(linesOf(tt.want), listed(got)); diff != "" {
				t.Errorf("free places (-want +got):\n%s", diff)
			}
		})
	}
}

func TestALimitReadsNoFurtherThanItMust(t *testing.T) {
	full := func(days ...int) []tomahora.Cita {
		var list []tomahora.Cita
		for _, n := range days {
			list = append(list, deRojas("09:00-11:00", func(c *tomahora.Cita) { c.Espacio.Fecha = nov(n) }), deRojas("09:00-11:00", inLane(2), func(c *tomahora.Cita) { c.Espacio.Fecha = nov(n) }))
		}
		return list
	}
	tests := []struct {
		name  string
		citas []tomahora.Cita
		limit int
		want  []string // the periods that were read
	}{
		{"what the first week has is found in the first week", nil, 4, []string{"2018-11-02 2018-11-08"}},
		{"what it does not have is looked for in the two weeks after", full(2), 3, []string{"2018-11-02 2018-11-08", "2018-11-09 2018-11-22"}},
		{"then in the four weeks after that, where work is", full(2, 9, 16), 7, []string{"2018-11-02 2018-11-08", "2018-11-09 2018-11-22", "2018-11-23 2018-12-20"}},
		{"without a limit all is read at once", full(2, 9, 16), 0, []string{"2018-11-02 2018-12-28"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newAgenda(t, nil, tt.citas...)
			got, err := agenda.Libres(tx, agenda.Busqueda{
				Profesionales: []tomahora.ProfesionalID{rojas, urrea}, Sucursales: []tomahora.SucursalID{centro}, Desde: nov(2), Hasta: nov(2).AddDays(59), Limite: tt.limit,
			})
			if err != nil || tt.limit > 0 && len(got) != tt.limit {
				t.Fatalf("got %d places and %v, want %d", len(got), err, tt.limit)
			}
			var periods []string
			for _, r := range tx.agendas {
				periods = append(periods, r.Desde+" "+r.Hasta)
				if !slices.Equal(r.Profesionales, []tomahora.ProfesionalID{rojas}) {
					t.Errorf("read the agendas of %v, want those of who works", r.Profesionales)
				}
			}
			if diff := cmp.Diff(tt.want, periods); diff != "" {
				t.Errorf("periods read (-want +got):\n%s", diff)
			}
			if len(tx.sillones) != 0 {
				t.Errorf("sillones were read, though none is exclusive: %v", tx.sillones)
			}
		})
	}
}

func TestPlacesKeepTheirOwnSillones(t *testing.T) {
	tx := newAgenda(t, nil, deRojas("09:30-10:00"))
	got, err := agenda.Libres(tx, agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Sucursales: []tomahora.SucursalID{centro}, Desde: nov(2), Hasta: nov(30)})
	if err != nil {
		t.Fatal(err)
	}
	before := listed(got)
	for _, l := range got {
		_ = append(l.Sillones, 99)
	}
	if diff := cmp.Diff(before, listed(got)); diff != "" {
		t.Errorf("appending to one place's sillones changed another's (-want +got):\n%s", diff)
	}
}

func TestAReadThatFailsIsTold(t *testing.T) {
	for _, read := range []string{"agenda", "sillones", "names"} {
		t.Run(read, func(t *testing.T) {
			tx := newAgenda(t, withEquipo, deRojas("09:00-09:30"))
			tx.fails = read
			if _, err := agenda.Grillas(tx, rojas, centro, nov(1), nov(2)); !errors.Is(err, errDisk) {
				t.Errorf("Grillas: got %v, want the store's own error", err)
			}
			if read == "names" {
				return
			}
			if _, err := agenda.Libres(tx, agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{rojas}, Sucursales: []tomahora.SucursalID{centro}, Desde: nov(1), Hasta: nov(2)}); !errors.Is(err, errDisk) {
				t.Errorf("Libres: got %v, want the store's own error", err)
			}
		})
	}
}
