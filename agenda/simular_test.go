package agenda_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// anyTx draws a clinic where everything that a booking can name is there in every
// condition, and reservas of every kind.
func anyTx(t *testing.T, rt *rapid.T) *fakeTx {
	tx := newTx(t, func(p *tomahora.Plan) {
		p.Clinica.ExigirAtencion, p.Clinica.RechazarPasado = oneIn(rt, 4, "exigir_atencion"), oneIn(rt, 4, "rechazar_pasado")
		p.Sucursales = append(p.Sucursales, tomahora.Sucursal{ID: 2})
		p.Sillones = append(p.Sillones, tomahora.Sillon{ID: 3, Exclusivo: true}, tomahora.Sillon{ID: 4})
		p.Profesionales = append(p.Profesionales, tomahora.Profesional{ID: 3, Intervalo: 15}, tomahora.Profesional{ID: 4, Intervalo: 30, Habilitado: true})
		p.Horarios[0].Jornada.Sillones = []tomahora.SillonID{1, 2, 3}
		p.Horarios = append(p.Horarios, tomahora.Horario{
			ID: 2, IDProfesional: 4, IDSucursal: 1, Dia: tomahora.Viernes,
			Jornada: tomahora.Jornada{Rango: tomahora.Rango{Inicio: 540, Fin: 660}, Sillones: []tomahora.SillonID{1, 3}, Modalidad: tomahora.Presencial},
		})
	})
	tx.now = time.Date(2018, 11, 2, 9, 20, 0, 0, time.UTC)
	tx.pacientes[3] = tomahora.Paciente{ID: 3}
	tx.atenciones = append(tx.atenciones,
		tomahora.Atencion{ID: 3, Tipo: tomahora.TipoLicencia, IDPaciente: 2, IDProfesional: 2, IDSucursal: 1},
		tomahora.Atencion{ID: 4, Tipo: tomahora.TipoConsulta, IDPaciente: 2, IDProfesional: 2, IDSucursal: 1, Finalizado: true},
		tomahora.Atencion{ID: 5, Tipo: tomahora.TipoConsulta, IDPaciente: 1, IDProfesional: 2, IDSucursal: 1})
	tx.citas = []tomahora.Cita{{
		ID: 700, IDPaciente: 1, IDAtencion: 9, Viva: true, Exclusiva: true,
		Espacio: tomahora.Espacio{IDProfesional: 4, IDSucursal: 1, IDSillon: 3, Fecha: request().Fecha, Rango: tomahora.Rango{Inicio: 540, Fin: 600}},
	}}
	for id := tomahora.ReservaID(1); id <= 4; id++ {
		r := tomahora.Reserva{
			ID: id, Origen: recepcion, Creada: tx.now, Vence: tx.now.Add(time.Minute), Videoconsulta: true,
			Espacio: tomahora.Espacio{IDProfesional: 2, IDSucursal: 1, IDSillon: 1, Fecha: request().Fecha, Rango: tomahora.Rango{Inicio: 600 + 30*tomahora.Hora(id), Fin: 630 + 30*tomahora.Hora(id)}},
		}
		switch id {
		case 2:
			r.Vence = tx.now
		case 3:
			r.Origen = "token:9"
		case 4:
			r.IDPaciente = 2
		}
		tx.reservas = append(tx.reservas, r)
	}
	return tx
}

// anySolicitud draws a request that has a few things different from one that is
// good, on one of a few places, so that it is repeated and stands in its own way.
func anySolicitud(rt *rapid.T) tomahora.Solicitud {
	s := request(at(tomahora.Hora(rapid.SampledFrom([]int{540, 570, 585, 600, 630, 660}).Draw(rt, "hora"))))
	s.IDAtencion = tomahora.AtencionID(rapid.IntRange(0, 6).Draw(rt, "atencion"))
	changes := []func(){
		func() {
			s.IDProfesional = tomahora.ProfesionalID(rapid.SampledFrom([]int{0, 2, 3, 4, 9}).Draw(rt, "profesional"))
		},
		func() { s.IDSucursal = tomahora.SucursalID(rapid.SampledFrom([]int{0, 2, 9}).Draw(rt, "sucursal")) },
		func() { s.IDEstado = tomahora.EstadoID(rapid.SampledFrom([]int{1, 3, 99}).Draw(rt, "estado")) },
		func() {
			s.IDSillon = tomahora.SillonID(rapid.SampledFrom([]int{0, 2, 3, 3, 4, 7, 9}).Draw(rt, "sillon"))
		},
		func() {
			s.IDPaciente = tomahora.PacienteID(rapid.SampledFrom([]int{0, 1, 1, 3, 9}).Draw(rt, "paciente"))
		},
		func() { s.Fecha = s.Fecha.AddDays(rapid.SampledFrom([]int{-7, 1, 7}).Draw(rt, "dias")) },
		func() { s.Fecha = tomahora.Fecha{} },
		func() { s.HoraInicio = nil },
		func() { s.Duracion = nil },
		func() {
			s.Duracion = new(tomahora.Duracion(rapid.SampledFrom([]int{-15, 0, 15, 20, 60, 300, 5000}).Draw(rt, "duracion")))
		},
		func() { s.Videoconsulta = nil },
		func() { s.Videoconsulta = new(false) },
		func() { s.IDReserva = tomahora.ReservaID(rapid.IntRange(1, 5).Draw(rt, "reserva")) },
		func() { // with nothing else said
			s = tomahora.Solicitud{IDEstado: tomahora.EstadoNoConfirmado, IDPaciente: 2, IDReserva: tomahora.ReservaID(rapid.IntRange(1, 5).Draw(rt, "reserva"))}
		},
		func() {
			field := rapid.SampledFrom([]string{
				"id_profesional", "id_sucursal", "id_estado", "id_sillon", "id_paciente", "id_atencion",
				"fecha", "hora_inicio", "duracion", "comentario", "videoconsulta", "id_reserva",
			}).Draw(rt, "ilegible")
			s.Unreadable = append(s.Unreadable, tomahora.Invalid(tomahora.CodeParametroInvalido, field, field, "x"))
		},
	}
	for range rapid.SampledFrom([]int{0, 0, 1, 1, 2, 3}).Draw(rt, "cambios") {
		rapid.SampledFrom(changes).Draw(rt, "cambio")()
	}
	return s
}

// rule names a rule in a word.
func rule(code tomahora.Code, field string) string { return fmt.Sprint(code, " ", field) }

// What a simulation says of a request is what a booking then does with it, until
// every rule has been broken.
func TestASimulationAgreesWithTheBooking(t *testing.T) {
	const rounds, steps = 30, 12
	unbroken, retries := map[string]bool{}, 0
	for _, v := range (tomahora.Solicitud{}).Veredictos(tomahora.EtapaForma, nil) {
		unbroken[rule(v.Code, v.Field)] = true
	}
	for range rounds {
		rapid.Check(t, func(rt *rapid.T) {
			tx := anyTx(t, rt)
			for range steps {
				s := anySolicitud(rt)
				by := rapid.SampledFrom([]tomahora.Actor{recepcion, recepcion, "token:4"}).Draw(rt, "by")
				sim, err := simulated(rt, tx, by, s)
				if err != nil {
					rt.Fatalf("Simular: %v", err)
				}
				got, refusal := agenda.Agendar(tx, by, s)
				checkSimulation(rt, sim, got, refusal)
				for _, v := range sim.Reglas {
					if v.Problem != nil {
						delete(unbroken, rule(v.Code, v.Field))
					}
				}
				if sim.Repetida {
					retries++
				}
			}
		})
		if t.Failed() || len(unbroken) == 0 && retries > 0 {
			return
		}
	}
	t.Errorf("%d retries, and nothing ever broke the rules %q", retries, slices.Sorted(maps.Keys(unbroken)))
}

// simulated simulates and makes sure that nothing was written.
func simulated(rt *rapid.T, tx *fakeTx, by tomahora.Actor, s tomahora.Solicitud) (agenda.Simulacion, error) {
	citas, atenciones, reservas := slices.Clone(tx.citas), slices.Clone(tx.atenciones), slices.Clone(tx.reservas)
	sim, err := agenda.Simular(tx, by, s)
	if diff := cmp.Diff([]any{citas, atenciones, reservas}, []any{tx.citas, tx.atenciones, tx.reservas}); diff != "" {
		rt.Fatalf("a simulation wrote:\n%s", diff)
	}
	return sim, err
}

func checkSimulation(rt *rapid.T, sim agenda.Simulacion, got agenda.Agendada, refusal error) {
	var broken, problems []string
	stage, failed := tomahora.Etapa(""), false
	for _, v := range sim.Reglas {
		// That a reserva was used is told once the parameters are clean.
		known := stage == tomahora.EtapaReserva && v.Etapa == tomahora.EtapaForma && v.Cumple != nil && *v.Cumple
		if failed && v.Etapa != stage && v.Cumple != nil && !known && !sim.Repetida {
			rt.Fatalf("%s of %s was judged, although %s had failed", v.Code, v.Field, stage)
		}
		if v.Problem != nil {
			broken = append(broken, rule(v.Code, v.Field)+": "+v.Problem.Error())
			stage, failed = v.Etapa, true
		}
		if (v.Problem != nil) != (v.Cumple != nil && !*v.Cumple) {
			rt.Fatalf("verdict %+v", v)
		}
	}
	for _, p := range tomahora.ProblemsOf(refusal) {
		problems = append(problems, rule(p.Code, p.Field)+": "+p.Error())
	}
	if !sim.Repetida {
		slices.Sort(broken)
		slices.Sort(problems)
		if diff := cmp.Diff(slices.Compact(problems), broken); diff != "" {
			rt.Fatalf("what the booking is refused for (-) and the simulation says (+):\n%s", diff)
		}
	}
	if sim.Repetida != got.Repetida || (sim.Cita != nil) != (refusal == nil) {
		rt.Fatalf("simulated %v, repetida %v; booked %v, %v", sim.Cita, sim.Repetida, got, refusal)
	}
	r, ok := errors.AsType[*agenda.Rechazo](refusal)
	if told := sim.Alternativas != nil; told != (ok && r.AdmitsOtra()) {
		rt.Fatalf("alternativas %v of %v", sim.Alternativas, refusal)
	}
	if refusal != nil {
		return
	}
	want := got.Cita
	if !sim.Repetida {
		want.ID, want.Version, want.Creada = 0, 0, time.Time{}
		if sim.Cita.IDAtencion == 0 {
			want.IDAtencion = 0
		}
	}
	if diff := cmp.Diff(want, *sim.Cita); diff != "" {
		rt.Fatalf("the cita that was made (-) and the simulated one (+):\n%s", diff)
	}
}

func TestASimulationOfABrokenStoreFails(t *testing.T) {
	tx := newTx(t)
	tx.broken = errors.New("disk gone")
	if _, err := agenda.Simular(tx, recepcion, request()); !errors.Is(err, tx.broken) {
		t.Errorf("got %v, want the store's own error", err)
	}
}

func TestSimularLugar(t *testing.T) {
	tx := booked(t)
	ask := request()
	ask.IDPaciente = 0
	problems, err := agenda.SimularLugar(tx, ask)
	if err != nil || !tomahora.IsCode(problems, tomahora.CodeTopeProfesional) {
		t.Errorf("a place that is taken: %v, %v", problems, err)
	}
	ask.Fecha = siguiente
	if problems, err := agenda.SimularLugar(tx, ask); err != nil || len(problems) > 0 {
		t.Errorf("a free place, whoever comes: %v, %v", problems, err)
	}
}
