package agenda_test

import (
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// busyTx is a big clinic in memory whose citas are read as they lie there, so
// that a benchmark measures what is computed.
type busyTx struct {
	agendaTx
	exclusivas []tomahora.Espacio
	ocupados   []tomahora.Espacio
}

func (tx *busyTx) Citas() tomahora.Citas         { return busyCitas{tx: tx} }
func (tx *busyTx) Pacientes() tomahora.Pacientes { return busyPacientes{} }

type busyPacientes struct{ tomahora.Pacientes }

func (busyPacientes) List(tomahora.Consulta) ([]tomahora.Paciente, error) {
	return []tomahora.Paciente{{ID: 1, Nombre: "Juan", Apellidos: "Lopez"}}, nil
}

type busyCitas struct {
	tomahora.Citas
	tx *busyTx
}

func (b busyCitas) Agenda([]tomahora.ProfesionalID, tomahora.Fecha, tomahora.Fecha) ([]tomahora.Cita, error) {
	return b.tx.citas, nil
}

func (b busyCitas) Ocupados([]tomahora.ProfesionalID, tomahora.Fecha, tomahora.Fecha) ([]tomahora.Espacio, error) {
	return b.tx.ocupados, nil
}

func (b busyCitas) Sillones(tomahora.SucursalID, tomahora.Fecha, tomahora.Fecha) ([]tomahora.Espacio, error) {
	return b.tx.exclusivas, nil
}

// newBusyTx has profesionales who work every day from 08:00 to 20:00 in quarters
// of an hour with a break, on sillones 1 and 2 or, every fourth of them, on four
// exclusive ones that they share. Three of four hours are taken, by citas of half
// an hour.
func newBusyTx(b *testing.B, profs, days int) (*busyTx, agenda.Busqueda) {
	b.Helper()
	desde := tomahora.Fecha{Year: 2018, Month: time.November, Day: 5}
	search := agenda.Busqueda{Sucursales: []tomahora.SucursalID{1}, Desde: desde, Hasta: desde.AddDays(days - 1)}
	plan := tomahora.Plan{
		Clinica:    tomahora.Clinica{ID: 1, Zona: "America/Santiago"},
		Sucursales: []tomahora.Sucursal{{ID: 1, Habilitada: true}},
		Sillones:   []tomahora.Sillon{{ID: 1}, {ID: 2}},
	}
	var boxes []tomahora.SillonID
	for id := tomahora.SillonID(11); id <= 14; id++ {
		plan.Sillones = append(plan.Sillones, tomahora.Sillon{ID: id, Exclusivo: true})
		boxes = append(boxes, id)
	}
	tx := &busyTx{}
	for p := range profs {
		id := tomahora.ProfesionalID(p + 1)
		search.Profesionales = append(search.Profesionales, id)
		plan.Profesionales = append(plan.Profesionales, tomahora.Profesional{ID: id, Intervalo: 15, Habilitado: true})
		sillones := []tomahora.SillonID{1, 2}
		if p%4 == 3 {
			sillones = boxes
		}
		for dia := tomahora.Lunes; dia <= tomahora.Domingo; dia++ {
			plan.Horarios = append(plan.Horarios, tomahora.Horario{
				ID: tomahora.HorarioID(len(plan.Horarios) + 1), IDProfesional: id, IDSucursal: 1, Dia: dia,
				Jornada: tomahora.Jornada{
					Rango: tomahora.Rango{Inicio: 480, Fin: 1200}, Pausa: tomahora.Rango{Inicio: 780, Fin: 840},
					Sillones: sillones, Modalidad: tomahora.Presencial,
				},
			})
		}
		for day := range days {
			tx.fill(id, sillones, desde.AddDays(day))
		}
	}
	cfg, err := tomahora.NewConfig(1, plan)
	if err != nil {
		b.Fatal(err)
	}
	tx.cfg, tx.now = cfg, time.Date(2018, 11, 5, 12, 0, 0, 0, time.UTC)
	return tx, search
}

// fill takes three of four half hours of a day on each of the first two lanes.
func (tx *busyTx) fill(prof tomahora.ProfesionalID, sillones []tomahora.SillonID, fecha tomahora.Fecha) {
	for i := range 24 {
		for lane, sillon := range sillones[:2] {
			if (i+lane+int(prof))%4 == 0 {
				continue
			}
			inicio := tomahora.Hora(480 + 30*i)
			c := tomahora.Cita{
				ID: tomahora.CitaID(len(tx.citas) + 1), Viva: true, Exclusiva: sillon > 10, IDPaciente: 1,
				Espacio: tomahora.Espacio{IDProfesional: prof, IDSucursal: 1, IDSillon: sillon, Fecha: fecha, Rango: tomahora.Rango{Inicio: inicio, Fin: inicio + 30}},
			}
			tx.citas, tx.ocupados = append(tx.citas, c), append(tx.ocupados, c.Espacio)
			if c.Exclusiva {
				tx.exclusivas = append(tx.exclusivas, ofNobody(c.Espacio))
			}
		}
	}
}

func BenchmarkLibres(b *testing.B) {
	for _, size := range []struct {
		name        string
		profs, days int
	}{
		{"1 profesional, 7 days", 1, 7},
		{"20 profesionales, 14 days", 20, 14},
		{"200 profesionales, 31 days", 200, 31},
	} {
		b.Run(size.name, func(b *testing.B) {
			tx, search := newBusyTx(b, size.profs, size.days)
			b.ReportAllocs()
			for b.Loop() {
				libres, err := agenda.Libres(tx, search)
				if err != nil || len(libres) == 0 {
					b.Fatal(len(libres), err)
				}
			}
		})
	}
}

func BenchmarkGrillas(b *testing.B) {
	b.Run("1 profesional, 7 days", func(b *testing.B) {
		tx, search := newBusyTx(b, 1, 7)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := agenda.Grillas(tx, 1, 1, search.Desde, search.Hasta); err != nil {
				b.Fatal(err)
			}
		}
	})
}
