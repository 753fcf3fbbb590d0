package tomahora_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the tests' zones must not depend on the machine

	"github.com/tomahora/tomahora"
)

// The demo clinic's ids (product rules, «The demo clinic»).
const (
	norte tomahora.SucursalID = 1
	sur   tomahora.SucursalID = 2

	soto    tomahora.ProfesionalID = 1 // NORTE and SUR, presencial, intervalo 15
	vergara tomahora.ProfesionalID = 2 // NORTE, ambas, intervalo 15, sillones 1 and 2
	araya   tomahora.ProfesionalID = 3 // NORTE, videoconsulta, intervalo 20
	fuentes tomahora.ProfesionalID = 4 // SUR, horarios especiales only, intervalo 30, sillón 3
	pinto   tomahora.ProfesionalID = 5 // disabled
	vera    tomahora.ProfesionalID = 6 // SUR, presencial, intervalo 30, sillón 3

	box3 tomahora.SillonID = 3 // exclusivo

	lopez      tomahora.PacienteID = 1
	risopatron tomahora.PacienteID = 2
	exodoncia  tomahora.AtencionID = 2
)

// Days around the seed's example, a Friday.
const (
	viernes = "2018-11-02"
	sabado  = "2018-11-03"
	domingo = "2018-11-04"
	lunes   = "2018-11-05"

	primerMiercoles = "2018-11-07"
)

func fecha(s string) tomahora.Fecha {
	f, err := tomahora.ParseFecha(s)
	if err != nil {
		panic(err)
	}
	return f
}

func hora(s string) tomahora.Hora {
	h, err := tomahora.ParseHoraFin(s)
	if err != nil {
		panic(err)
	}
	return h
}

func rango(inicio, fin string) tomahora.Rango {
	return tomahora.Rango{Inicio: hora(inicio), Fin: hora(fin)}
}

func jornada(r, pausa tomahora.Rango, m tomahora.Modalidad, sillones ...tomahora.SillonID) tomahora.Jornada {
	return tomahora.Jornada{Rango: r, Pausa: pausa, Sillones: sillones, Modalidad: m}
}

// weekly is one rule for each of the days; the ids are given by demoPlan.
func weekly(prof tomahora.ProfesionalID, suc tomahora.SucursalID, j tomahora.Jornada, dias ...tomahora.Dia) []tomahora.Horario {
	var list []tomahora.Horario
	for _, d := range dias {
		list = append(list, tomahora.Horario{IDProfesional: prof, IDSucursal: suc, Dia: d, Jornada: j})
	}
	return list
}

// demoPlan is the demo clinic.
func demoPlan() tomahora.Plan {
	semana := []tomahora.Dia{tomahora.Lunes, tomahora.Martes, tomahora.Miercoles, tomahora.Jueves, tomahora.Viernes}
	full, pausa := rango("08:00", "20:00"), rango("13:00", "14:00")
	morning, none := rango("09:00", "13:00"), tomahora.Rango{}
	var horarios []tomahora.Horario
	for _, rules := range [][]tomahora.Horario{
		weekly(soto, norte, jornada(full, pausa, tomahora.Presencial, 1), semana...),
		weekly(soto, sur, jornada(full, pausa, tomahora.Presencial, 1), semana...),
		weekly(soto, norte, jornada(morning, none, tomahora.Presencial, 1), tomahora.Sabado),
		weekly(vergara, norte, jornada(full, pausa, tomahora.Ambas, 1, 2), semana...),
		weekly(vergara, norte, jornada(morning, none, tomahora.Ambas, 1, 2), tomahora.Sabado),
		weekly(araya, norte, jornada(full, pausa, tomahora.Videoconsulta, 1), semana...),
		weekly(vera, sur, jornada(full, pausa, tomahora.Presencial, box3), semana...),
	} {
		horarios = append(horarios, rules...)
	}
	for i := range horarios {
		horarios[i].ID = tomahora.HorarioID(i + 1)
	}
	return tomahora.Plan{
		Clinica:        tomahora.Clinica{ID: 1, Nombre: "Clínica Demo", Zona: "America/Santiago", EsDemo: true},
		Sucursales:     []tomahora.Sucursal{{ID: norte, Nombre: "NORTE", Habilitada: true}, {ID: sur, Nombre: "SUR", Habilitada: true}},
		Sillones:       []tomahora.Sillon{{ID: 1, Nombre: "Sillon 1"}, {ID: 2, Nombre: "Sillon 2"}, {ID: box3, Nombre: "Box 3", Exclusivo: true}},
		Especialidades: []tomahora.Especialidad{{ID: 1, Nombre: "Odontología General", Habilitada: true}, {ID: 2, Nombre: "Medicina General", Habilitada: true}},
		Profesionales: []tomahora.Profesional{
			{ID: soto, Nombre: "Javiera", Apellidos: "Soto", IDEspecialidad: 1, Intervalo: 15, Habilitado: true},
			{ID: vergara, Nombre: "Daniel", Apellidos: "Vergara", IDEspecialidad: 1, Intervalo: 15, Habilitado: true},
			{ID: araya, Nombre: "Marcela", Apellidos: "Araya", IDEspecialidad: 2, Intervalo: 20, Habilitado: true},
			{ID: fuentes, Nombre: "Tomás", Apellidos: "Fuentes", IDEspecialidad: 2, Intervalo: 30, Habilitado: true},
			{ID: pinto, Nombre: "Rosa", Apellidos: "Pinto", IDEspecialidad: 1, Intervalo: 15},
			{ID: vera, Nombre: "Ignacio", Apellidos: "Vera", IDEspecialidad: 2, Intervalo: 30, Habilitado: true},
		},
		Estados:  tomahora.EstadosIniciales(),
		Horarios: horarios,
		Especiales: []tomahora.HorarioEspecial{{
			ID: 1, IDProfesional: fuentes, IDSucursal: sur, Fecha: fecha(primerMiercoles),
			Jornada: jornada(morning, none, tomahora.Presencial, box3),
		}},
	}
}

// config is the snapshot of a plan that must be good.
func config(t *testing.T, plan tomahora.Plan) *tomahora.Config {
	t.Helper()
	cfg, err := tomahora.NewConfig(1, plan)
	if err != nil {
		t.Fatalf("NewConfig: %v", err)
	}
	return cfg
}

// demo is the demo clinic, changed.
func demo(t *testing.T, changes ...func(*tomahora.Plan)) *tomahora.Config {
	t.Helper()
	plan := demoPlan()
	for _, change := range changes {
		if change != nil {
			change(&plan)
		}
	}
	return config(t, plan)
}

// seed is the seed's own request, changed.
func seed(changes ...func(*tomahora.Solicitud)) tomahora.Solicitud {
	s := tomahora.Solicitud{
		IDProfesional: vergara,
		IDSucursal:    norte,
		IDEstado:      tomahora.EstadoNoConfirmado,
		IDSillon:      1,
		IDPaciente:    risopatron,
		IDAtencion:    exodoncia,
		Fecha:         fecha(viernes),
		HoraInicio:    new(hora("09:00")),
		Duracion:      new(tomahora.Duracion(30)),
		Comentario:    "Control general",
		Videoconsulta: new(true),
	}
	for _, change := range changes {
		if change != nil {
			change(&s)
		}
	}
	return s
}

// at moves a request to another start and length in minutes.
func at(inicio string, duracion int) func(*tomahora.Solicitud) {
	return func(s *tomahora.Solicitud) {
		s.HoraInicio, s.Duracion = new(hora(inicio)), new(tomahora.Duracion(duracion))
	}
}

// on moves a request to another day.
func on(dia string) func(*tomahora.Solicitud) {
	return func(s *tomahora.Solicitud) { s.Fecha = fecha(dia) }
}

// with moves a request to another profesional, sucursal and sillón, in the
// modality of the horario.
func with(prof tomahora.ProfesionalID, suc tomahora.SucursalID, sillon tomahora.SillonID) func(*tomahora.Solicitud) {
	return func(s *tomahora.Solicitud) {
		s.IDProfesional, s.IDSucursal, s.IDSillon, s.Videoconsulta = prof, suc, sillon, nil
	}
}

func onSillon(id tomahora.SillonID) func(*tomahora.Solicitud) {
	return func(s *tomahora.Solicitud) { s.IDSillon = id }
}

func both(changes ...func(*tomahora.Solicitud)) func(*tomahora.Solicitud) {
	return func(s *tomahora.Solicitud) {
		for _, change := range changes {
			change(s)
		}
	}
}

// now is the instant the seed's answer shows.
func now() time.Time { return instant("2018-11-05T17:09:01-03:00") }

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func codes(problems tomahora.Problems) []tomahora.Code {
	var list []tomahora.Code
	for _, p := range problems {
		list = append(list, p.Code)
	}
	return list
}

// named are the problems as "field: code".
func named(err error) []string {
	var list []string
	for _, p := range tomahora.ProblemsOf(err) {
		list = append(list, p.Field+": "+string(p.Code))
	}
	return list
}
