package agenda_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// otherwise tells what is free instead of what an error refuses; nil when nobody
// is told.
func otherwise(t testing.TB, tx tomahora.Tx, refusal error) []agenda.Libre {
	t.Helper()
	r, ok := errors.AsType[*agenda.Rechazo](refusal)
	if !ok || !r.AdmitsOtra() {
		return nil
	}
	libres, err := agenda.Alternativas(tx, r)
	if err != nil || libres == nil {
		t.Fatalf("Alternativas: %v, %v", libres, err)
	}
	return libres
}

// together gives Rojas and Salas the same especialidad.
func together(p *tomahora.Plan) {
	p.Especialidades = []tomahora.Especialidad{{ID: 1}}
	p.Profesionales[0].IDEspecialidad, p.Profesionales[1].IDEspecialidad = 1, 1
}

func TestAlternativas(t *testing.T) {
	ask := func(prof tomahora.ProfesionalID, fecha int, inicio string, duracion tomahora.Duracion, changes ...func(*tomahora.Solicitud)) tomahora.Solicitud {
		h, err := tomahora.ParseHora(inicio)
		if err != nil {
			t.Fatal(err)
		}
		s := tomahora.Solicitud{
			IDProfesional: prof, IDSucursal: centro, IDSillon: 1, IDEstado: tomahora.EstadoNoConfirmado, IDPaciente: 5,
			Fecha: nov(fecha), HoraInicio: &h, Duracion: &duracion, Videoconsulta: new(false),
		}
		for _, change := range changes {
			change(&s)
		}
		return s
	}
	whole := func(lane tomahora.SillonID, fecha int) tomahora.Cita {
		return deRojas("09:00-11:00", inLane(lane), func(c *tomahora.Cita) { c.Espacio.Fecha = nov(fecha) })
	}
	tests := []struct {
		name  string
		now   string
		plan  func(*tomahora.Plan)
		citas []tomahora.Cita
		asked tomahora.Solicitud
		want  string
	}{
		{
			name:  "the nearest of the day, another lane of the same hour first",
			citas: []tomahora.Cita{deRojas("09:30-10:00")}, asked: ask(rojas, 2, "09:30", 30), want: `
			02 09:30 1: 2 ambas
			02 09:00 1: 1 2 ambas
			02 10:00 1: 1 2 ambas
			02 10:30 1: 1 2 ambas`,
		},
		{
			name:  "of the days around when the day has not enough",
			citas: []tomahora.Cita{whole(1, 2), whole(2, 2), deRojas("09:00-10:00", func(c *tomahora.Cita) { c.Espacio.Fecha = nov(9) })}, asked: ask(rojas, 2, "10:00", 60), want: `
			09 09:00 1: 2 ambas
			09 09:30 1: 2 ambas
			09 10:00 1: 1 2 ambas
			16 09:00 1: 1 2 ambas`,
		},
		{
			name: "a day before may be nearer than one after", now: "2018-11-01T12:00:00-03:00",
			citas: []tomahora.Cita{whole(1, 2), whole(2, 2)}, asked: ask(rojas, 2, "09:00", 30, func(s *tomahora.Solicitud) { s.Videoconsulta = new(true) }), want: `
			01 16:30 1: 1 videoconsulta
			01 16:00 1: 1 videoconsulta
			08 16:00 1: 1 videoconsulta
			08 16:30 1: 1 videoconsulta`,
		},
		{
			name: "never what has begun", now: "2018-11-02T09:40:00-03:00",
			citas: []tomahora.Cita{deRojas("10:00-10:30")}, asked: ask(rojas, 2, "10:00", 30), want: `
			02 10:00 1: 2 ambas
			02 10:30 1: 1 2 ambas
			09 09:00 1: 1 2 ambas
			09 09:30 1: 1 2 ambas`,
		},
		{
			name: "from now on when the date has long passed", now: "2018-11-02T10:10:00-03:00", plan: refusePast,
			asked: ask(rojas, -300, "10:00", 30), want: `
			02 10:30 1: 1 2 ambas
			09 09:00 1: 1 2 ambas
			09 09:30 1: 1 2 ambas
			09 10:00 1: 1 2 ambas`,
		},
		{
			name: "then of others of the especialidad", plan: together,
			citas: []tomahora.Cita{whole(1, 2), deRojas("09:00-10:30", inLane(2))}, asked: ask(rojas, 2, "09:00", 60), want: `
			09 09:00 1: 1 2 ambas
			09 09:30 1: 1 2 ambas
			09 10:00 1: 1 2 ambas
			16 09:00 1: 1 2 ambas
			02 09:00 2: 1 presencial
			09 09:00 2: 1 presencial`,
		},
		{
			name: "of others only in the modality that was asked for", plan: together,
			citas: []tomahora.Cita{deRojas("09:00-09:30")},
			asked: ask(rojas, 2, "09:00", 60, func(s *tomahora.Solicitud) { s.Videoconsulta = new(true) }), want: `
			02 09:00 1: 2 ambas
			02 09:30 1: 1 2 ambas
			02 10:00 1: 1 2 ambas
			08 16:00 1: 1 videoconsulta`,
		},
		{
			name:  "without a modality any hour will do",
			asked: ask(rojas, 2, "08:00", 120, func(s *tomahora.Solicitud) { s.Videoconsulta = nil }), want: `
			02 09:00 1: 1 2 ambas
			09 09:00 1: 1 2 ambas
			16 09:00 1: 1 2 ambas
			23 09:00 1: 1 2 ambas`,
		},
		{
			name: "somebody else may have the exclusive sillón", plan: withEquipo,
			citas: []tomahora.Cita{deRojas("09:00-10:00", ofSalas, inLane(equipo)), deRojas("09:00-11:00")}, asked: ask(rojas, 2, "09:30", 30), want: `
			02 10:00 1: 3 ambas
			02 10:30 1: 3 ambas
			09 09:00 1: 1 3 ambas
			09 09:30 1: 1 3 ambas`,
		},
		{name: "none for a length that never fits", asked: ask(rojas, 2, "09:00", 180), want: ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newAgenda(t, tt.plan, tt.citas...)
			if tt.now != "" {
				tx.now = instant(t, tt.now)
			} else {
				tx.now = instant(t, "2018-11-01T17:00:00-03:00")
			}
			_, err := agenda.Agendar(tx, recepcion, tt.asked)
			if err == nil {
				t.Fatal("it was booked")
			}
			if diff := cmp.Diff(linesOf(tt.want), listed(otherwise(t, tx, err))); diff != "" {
				t.Errorf("instead of what is refused with %v (-want +got):\n%s", codes(err), diff)
			}
		})
	}
}

func TestWhatOtherHoursDoNotHelp(t *testing.T) {
	tx := newTx(t)
	for name, s := range map[string]tomahora.Solicitud{
		"an unknown paciente":        request(func(s *tomahora.Solicitud) { s.IDPaciente = 99 }),
		"an hour that is missing":    request(func(s *tomahora.Solicitud) { s.HoraInicio = nil }),
		"a modality that is missing": request(func(s *tomahora.Solicitud) { s.Videoconsulta = nil }),
		"a length off the grid":      request(func(s *tomahora.Solicitud) { s.Duracion = new(tomahora.Duracion(20)) }),
	} {
		if _, err := agenda.Agendar(tx, recepcion, s); err == nil || otherwise(t, tx, err) != nil {
			t.Errorf("%s: refused with %v, and other hours are told", name, err)
		}
	}
}

// A cita that is to move does not stand in its own way, and where it is already is
// no alternative.
func TestAlternativasOfAMove(t *testing.T) {
	monday := time.Date(2018, 10, 29, 12, 0, 0, 0, time.UTC)
	moves := map[string]func(tx tomahora.Tx, id tomahora.CitaID) error{
		"moved": func(tx tomahora.Tx, id tomahora.CitaID) error {
			_, err := agenda.Modificar(tx, recepcion, id, tomahora.CambioCita{HoraInicio: new(tomahora.Hora(570))})
			return err
		},
		"to another date": func(tx tomahora.Tx, id tomahora.CitaID) error {
			_, err := agenda.CambiarFecha(tx, recepcion, id, tomahora.CambioCita{Fecha: request().Fecha, HoraInicio: new(tomahora.Hora(570))})
			return err
		},
	}
	for name, move := range moves {
		t.Run(name, func(t *testing.T) {
			tx := newTx(t, func(p *tomahora.Plan) {
				p.Horarios[0].Jornada.Sillones = []tomahora.SillonID{1}
				p.Sillones[0].Exclusivo = true
			})
			tx.now = monday
			made, err := agenda.Agendar(tx, recepcion, request())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := agenda.Agendar(tx, recepcion, request(at(585), func(s *tomahora.Solicitud) { s.IDPaciente, s.IDAtencion = 1, 0 })); err != nil {
				t.Fatal(err)
			}
			before := slices.Clone(tx.citas)
			refusal := move(tx, made.Cita.ID)
			tx.citas = before // a refused update leaves nothing
			want := linesOf(`
			02 09:15 2: 1 ambas
			02 10:15 2: 1 ambas
			02 10:30 2: 1 ambas
			02 10:45 2: 1 ambas`)
			got := listed(otherwise(t, tx, refusal))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if _, err := agenda.Modificar(tx, recepcion, made.Cita.ID, tomahora.CambioCita{HoraInicio: new(tomahora.Hora(555))}); err != nil {
				t.Errorf("the first alternative is refused: %v", err)
			}
		})
	}
}

func TestARelatedCitaIsOfferedNoOtherHour(t *testing.T) {
	tx := newTx(t)
	planned := func(s *tomahora.Solicitud) { s.IDAtencion = 1 }
	first, err := agenda.Agendar(tx, recepcion, request(planned))
	if err != nil {
		t.Fatal(err)
	}
	second, err := agenda.Agendar(tx, recepcion, request(planned, func(s *tomahora.Solicitud) { s.IDSillon = 2 }))
	if err != nil {
		t.Fatal(err)
	}
	annul := tomahora.CambioCita{IDEstado: tomahora.EstadoAnulado, Relacionadas: true}
	if _, err := agenda.Modificar(tx, recepcion, first.Cita.ID, annul); err != nil {
		t.Fatal(err)
	}
	if _, err := agenda.Agendar(tx, recepcion, request(func(s *tomahora.Solicitud) { s.IDSillon, s.IDPaciente, s.IDAtencion = 2, 1, 0 })); err != nil {
		t.Fatal(err)
	}
	_, err = agenda.Modificar(tx, recepcion, first.Cita.ID, tomahora.CambioCita{IDEstado: tomahora.EstadoNoConfirmado, Relacionadas: true})
	if !tomahora.IsCode(err, tomahora.CodeTopeProfesional) || otherwise(t, tx, err) != nil {
		t.Errorf("cita %d comes to life again: got %v, want its tope and nothing else", second.Cita.ID, err)
	}
}

// far is how many minutes of the calendar a place is from another.
func far(l agenda.Libre, from tomahora.Espacio) int {
	at := func(e tomahora.Espacio) time.Time {
		return time.Date(e.Fecha.Year, e.Fecha.Month, e.Fecha.Day, 0, int(e.Rango.Inicio), 0, 0, time.UTC)
	}
	return int(at(l.Espacio).Sub(at(from)).Abs().Minutes())
}

func TestAlternativasAreTheNearestThatAreAccepted(t *testing.T) {
	told := 0
	rapid.Check(t, func(rt *rapid.T) {
		tx, fechas := anyClinic(rt)
		asked := anyAgenda(rt)
		prof, _ := tx.cfg.Profesional(asked.IDProfesional)
		asked.Fecha, asked.IDSillon = rapid.SampledFrom(fechas).Draw(rt, "pedida"), rapid.SampledFrom(todos()).Draw(rt, "pedido")
		asked.Rango.Inicio = tomahora.Hora(5 * rapid.IntRange(0, 24*12-1).Draw(rt, "inicio"))
		asked.Rango.Fin = asked.Rango.Inicio.Add(prof.Intervalo * tomahora.Duracion(rapid.IntRange(1, 3).Draw(rt, "intervalos")))
		var video *bool
		if rapid.Bool().Draw(rt, "con_modalidad") {
			video = new(rapid.Bool().Draw(rt, "videoconsulta"))
		}
		refusal := try(tx, asked, video)
		r, ok := errors.AsType[*agenda.Rechazo](refusal)
		if !ok || !r.AdmitsOtra() {
			return
		}
		libres, err := agenda.Alternativas(tx, r)
		if err != nil {
			rt.Fatalf("Alternativas: %v", err)
		}
		var got, want []string
		for _, l := range libres {
			told++
			if err := try(tx, l.Espacio, &l.Videoconsulta); err != nil {
				rt.Fatalf("the alternative %+v: %v", l, err)
			}
			got = append(got, fmt.Sprint(l.Espacio.IDProfesional, " ", far(l, asked)))
		}
		center := asked.Fecha
		if hoy := tomahora.FechaOf(tx.now, tx.cfg.ZonaDe(asked.IDSucursal)); center.Before(hoy) {
			center = hoy
		}
		for _, who := range []struct {
			id   tomahora.ProfesionalID
			days int
		}{{asked.IDProfesional, 30}, {3 - asked.IDProfesional, 7}} {
			all := search(rt, tx, agenda.Busqueda{
				Profesionales: []tomahora.ProfesionalID{who.id}, Sucursales: []tomahora.SucursalID{asked.IDSucursal},
				Desde: center.AddDays(-who.days), Hasta: center.AddDays(who.days), Duracion: asked.Rango.Duracion(), Videoconsulta: video, Futuras: true,
			})
			slices.SortFunc(all, func(x, y agenda.Libre) int { return far(x, asked) - far(y, asked) })
			for _, l := range all[:min(len(all), 4)] {
				want = append(want, fmt.Sprint(who.id, " ", far(l, asked)))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("how far the alternatives are (-want +got):\n%s", diff)
		}
	})
	if told == 0 {
		t.Error("nothing was ever offered instead")
	}
}
