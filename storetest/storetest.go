// Package storetest is what every tomahora.Store must do, as a suite to run
// against each engine.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// Open makes an empty store that reads the given clock, and closes it when the
// test ends.
type Open func(t *testing.T, clock func() time.Time) tomahora.Store

// Now is the frozen clock of the suite.
var Now = time.Date(2026, 11, 23, 12, 0, 0, 123456000, time.UTC)

const actor = tomahora.Actor("token:1")

// Run runs the suite.
func Run(t *testing.T, open Open) {
	tests := map[string]func(*testing.T, Open){
		"a clinic starts with the initial estados":                         testNewClinica,
		"a plan is read back as it was written":                            testPlan,
		"a change of the plan counts a new version of the configuration":   testVersion,
		"a paciente is read back as it was written":                        testPaciente,
		"a cita is read back as it was written":                            testCita,
		"ids ascend per clinic and start where they are told to":           testIDs,
		"one clinic never sees another":                                    testTenancy,
		"an unknown id is not found":                                       testNotFound,
		"a transaction has one timestamp":                                  testTimestamp,
		"a failing closure leaves nothing behind":                          testRollback,
		"a panic in a closure is an error and leaves nothing behind":       testPanic,
		"a write in a view fails":                                          testViewIsReadOnly,
		"a cancelled request does not start":                               testCancelledBefore,
		"a request cancelled in a batch harms no other member":             testCancelledInBatch,
		"a member that fails harms no other member of its batch":           testFailingMembers,
		"a member that is refused after it wrote leaves nothing behind":    testRefusedMembers,
		"the laws refuse what the rules would let through":                 testLaws,
		"what the laws allow is allowed":                                   testLawsAllow,
		"an atención has one live cita, a plan de tratamiento many":        testAtencionLaw,
		"making a sillón exclusive rewrites its future citas or refuses":   testSillonBecomesExclusive,
		"the first open atención is the lowest-numbered usable one":        testFirstOpen,
		"of many clients on one slot exactly one wins":                     testStampedeSame,
		"of many clients on overlapping slots exactly what fits is taken":  testStampedeOverlapping,
		"a demo clinic is emptied, and any other is not":                   testReset,
		"a token is found by its hash until it is revoked":                 testTokens,
		"a reserva holds its place for who made it":                        testReserva,
		"a cita moves to the place that a reserva holds for it":            testReservaMoves,
		"a reserva that has run out holds nothing, and is forgotten":       testReservaRunsOut,
		"an hour is held for a paciente who books online":                  testOnlineHold,
		"who books online neither learns nor changes anything":             testOnlinePaciente,
		"of many strangers who want an hour online as many get it as fit":  testOnlineStampede,
		"nobody learns online whether somebody has citas":                  testOnlineTellsNobody,
		"nobody fills an agenda online":                                    testOnlineLimits,
		"a paciente confirms, moves and annuls their own cita":             testOnlineChange,
		"an answer is kept under its key for a day":                        testRespuestas,
		"a usuario is read back as it was written":                         testUsuarios,
		"a sesión is found until it runs out or is ended":                  testSesiones,
		"failures to log in hold longer each time":                         testFrenos,
		"a clinic has its own tokens":                                      testTokensOfClinica,
		"what happened to a row is known for ever":                         testHistorial,
		"a webhook is read back as it was written":                         testWebhook,
		"a webhook looks at what happens while it is active":               testWebhookLooks,
		"deliveries go in order per entidad, and hold back no other":       testEntregasInOrder,
		"a delivery is one replica's until its lease runs out":             testEntregaLease,
		"a delivery can be sent again":                                     testEntregaRequeue,
		"deliveries are forgotten in time, and with their webhook":         testEntregasForgotten,
		"eventos are read in order, and forgotten from the oldest on":      testEventos,
		"a watcher is woken by new eventos, and never waited for":          testWatch,
		"a natural retry answers the first cita":                           testRetry,
		"a saved cita keeps fecha_actualizacion unless its estado changed": testSaveCita,
		"the laws refuse a change as they refuse a cita":                   testSaveLaws,
		"a RUT belongs to one paciente of a clinic":                        testPacienteRUT,
		"a saved plan is read back as it was written":                      testSavePlan,
		"the agenda tells the live citas of some days":                     testAgenda,
		"lists and the agenda stay inside their clinic":                    testListTenancy,
		"a closure that ends its goroutine takes nobody with it":           testGoexit,
		"a list answers as Select does over the same rows":                 testLists,
		"citas are counted by week and estado, by origin and lead time":    testCounts,
		"a list refuses what it does not know":                             testListDefects,
		"a list compares with any number":                                  testWideNumbers,
		"a sheet of the agenda tells all that a sucursal shows":            testHoja,
		"pacientes are found by what is typed of them":                     testBuscar,
		"a changed paciente is found by what it is now":                    testBuscarChanged,
		"a part of a text is taken as it stands, but for case and accents": testContiene,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

func frozen() time.Time { return Now }

// Plan is the clinic of the suite: two sucursales, profesionales 1 and 2 who
// work at both at any hour on sillones 1, 2 and the exclusive 3.
func Plan() tomahora.Plan {
	p := tomahora.Plan{
		Clinica: tomahora.Clinica{Nombre: "Prueba", Zona: "America/Santiago"},
		Sucursales: []tomahora.Sucursal{
			{ID: 1, Nombre: "NORTE", Comuna: "Ñuñoa", Habilitada: true},
			{ID: 2, Nombre: "SUR", Zona: "America/Punta_Arenas", Habilitada: true},
		},
		Sillones:       []tomahora.Sillon{{ID: 1, Nombre: "Sillon 1"}, {ID: 2, Nombre: "Sillon 2"}, {ID: 3, Nombre: "Box 3", Exclusivo: true}},
		Especialidades: []tomahora.Especialidad{{ID: 1, Nombre: "Odontología", Habilitada: true}},
	}
	for prof := tomahora.ProfesionalID(1); prof <= 2; prof++ {
		p.Profesionales = append(p.Profesionales, tomahora.Profesional{
			ID: prof, Nombre: "Profesional", Apellidos: fmt.Sprint(prof), IDEspecialidad: 1, Intervalo: 15, Habilitado: true,
		})
		for dia := tomahora.Lunes; dia <= tomahora.Domingo; dia++ {
			for suc := tomahora.SucursalID(1); suc <= 2; suc++ {
				p.Horarios = append(p.Horarios, tomahora.Horario{
					IDProfesional: prof, IDSucursal: suc, Dia: dia,
					Jornada: tomahora.Jornada{Rango: tomahora.Rango{Fin: tomahora.FinDelDia}, Sillones: []tomahora.SillonID{1, 2, 3}, Modalidad: tomahora.Presencial},
				})
			}
		}
	}
	return p
}

// Setup makes a clinic with Plan and n pacientes.
func Setup(t testing.TB, s tomahora.Store, n int) tomahora.ClinicaID {
	t.Helper()
	p := Plan()
	id, err := s.CreateClinica(t.Context(), p.Clinica)
	must(t, err)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		if err := write(tx.Setup(), p); err != nil {
			return err
		}
		for range n {
			if _, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Ana", Apellidos: "Rojas", Habilitado: true}, actor); err != nil {
				return err
			}
		}
		return nil
	}))
	return id
}

func write(setup tomahora.Setup, p tomahora.Plan) error {
	var errs []error
	for _, s := range p.Sucursales {
		errs = append(errs, setup.SaveSucursal(s, actor))
	}
	for _, s := range p.Sillones {
		errs = append(errs, setup.SaveSillon(s, actor))
	}
	for _, e := range p.Especialidades {
		errs = append(errs, setup.SaveEspecialidad(e, actor))
	}
	for _, p := range p.Profesionales {
		errs = append(errs, setup.SaveProfesional(p, actor))
	}
	for _, h := range p.Horarios {
		_, err := setup.CreateHorario(h, actor)
		errs = append(errs, err)
	}
	for _, e := range p.Especiales {
		_, err := setup.CreateEspecial(e, actor)
		errs = append(errs, err)
	}
	for _, b := range p.Bloqueos {
		_, err := setup.CreateBloqueo(b, actor)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code tomahora.Code) {
	t.Helper()
	if !tomahora.IsCode(err, code) {
		t.Fatalf("got error %v, want code %s", err, code)
	}
}

func wantNotFound(t testing.TB, err error) {
	t.Helper()
	if tomahora.KindOf(err) != tomahora.KindNotFound {
		t.Fatalf("got error %v, want not found", err)
	}
}

func diff(t testing.TB, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("-want +got:\n%s", d)
	}
}

// place is a slot on 2026-11-30, hours in minutes.
func place(prof tomahora.ProfesionalID, suc tomahora.SucursalID, sillon tomahora.SillonID, inicio, fin tomahora.Hora) tomahora.Espacio {
	return tomahora.Espacio{
		IDProfesional: prof, IDSucursal: suc, IDSillon: sillon,
		Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}, Rango: tomahora.Rango{Inicio: inicio, Fin: fin},
	}
}

// insert writes a cita past the rules, with an atención of its own.
func insert(tx tomahora.Tx, e tomahora.Espacio) (tomahora.Cita, error) {
	a, err := tx.Atenciones().Create(tomahora.Atencion{
		Nombre: "Consulta", Tipo: tomahora.TipoConsulta, Fecha: e.Fecha, IDPaciente: 1, IDProfesional: e.IDProfesional, IDSucursal: e.IDSucursal,
	}, actor)
	if err != nil {
		return tomahora.Cita{}, err
	}
	return insertFor(tx, e, a)
}

func insertFor(tx tomahora.Tx, e tomahora.Espacio, a tomahora.Atencion) (tomahora.Cita, error) {
	sillon, _ := tx.Config().Sillon(e.IDSillon)
	return tx.Citas().Create(tomahora.Cita{
		Espacio: e, IDPaciente: 1, IDAtencion: a.ID, IDEstado: tomahora.EstadoNoConfirmado, Viva: true,
		Exclusiva: sillon.Exclusivo, AtencionMultiple: a.Tipo.AllowsManyCitas(), Origen: actor,
	})
}

func request(pac tomahora.PacienteID, e tomahora.Espacio) tomahora.Solicitud {
	d := e.Rango.Duracion()
	return tomahora.Solicitud{
		IDProfesional: e.IDProfesional, IDSucursal: e.IDSucursal, IDSillon: e.IDSillon, IDPaciente: pac,
		IDEstado: tomahora.EstadoNoConfirmado, Fecha: e.Fecha, HoraInicio: &e.Rango.Inicio, Duracion: &d,
	}
}

func testNewClinica(t *testing.T, open Open) {
	s := open(t, frozen)
	id, err := s.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "A", Zona: "America/Santiago", ExigirAtencion: true})
	must(t, err)
	list, err := s.Clinicas(t.Context())
	must(t, err)
	diff(t, list, []tomahora.Clinica{{ID: id, Nombre: "A", Zona: "America/Santiago", ExigirAtencion: true}})
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		diff(t, tx.Config().Plan().Estados, tomahora.EstadosIniciales())
		return nil
	}))
	_, err = s.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "B", Zona: "Chile/Atlantis"})
	wantCode(t, err, tomahora.CodeConfiguracionInvalida)
}

func testPlan(t *testing.T, open Open) {
	s := open(t, frozen)
	fecha := tomahora.Fecha{Year: 2026, Month: 12, Day: 2}
	p := Plan()
	p.Horarios[0].Jornada.Pausa = tomahora.Rango{Inicio: 780, Fin: 840}
	p.Horarios[0].Desde, p.Horarios[0].Hasta = fecha, fecha.AddDays(30)
	p.Especiales = []tomahora.HorarioEspecial{{IDProfesional: 1, IDSucursal: 1, Fecha: fecha, Jornada: tomahora.Jornada{
		Rango: tomahora.Rango{Inicio: 540, Fin: 600}, Sillones: []tomahora.SillonID{3}, Modalidad: tomahora.Ambas,
	}}}
	p.Bloqueos = []tomahora.HorarioBloqueado{{IDSucursal: 1, Fecha: fecha, Rango: tomahora.Rango{Inicio: 540, Fin: 555}, Comentario: "Reunión"}}
	p.Online = tomahora.OnlinePorDefecto()
	id, err := s.CreateClinica(t.Context(), p.Clinica)
	must(t, err)
	var want tomahora.Plan
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		must(t, write(tx.Setup(), p))
		want = tx.Config().Plan()
		return nil
	}))
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		got := tx.Config().Plan()
		diff(t, got, want)
		for i := range got.Horarios {
			got.Horarios[i].ID = 0
		}
		got.Especiales[0].ID, got.Bloqueos[0].ID = 0, 0
		p.Clinica.ID, p.Estados = id, tomahora.EstadosIniciales()
		diff(t, got, p)
		return nil
	}))
}

func testVersion(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 0)
	version := func() (v int64) {
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error { v = tx.Config().Version(); return nil }))
		return v
	}
	before := version()
	boom := errors.New("boom")
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		must(t, tx.Setup().SaveSillon(tomahora.Sillon{ID: 9, Nombre: "Box 9"}, actor))
		if _, ok := tx.Config().Sillon(9); !ok {
			t.Error("the change is not seen by its own transaction")
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatalf("got %v, want the closure's own error", err)
	}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		if _, ok := tx.Config().Sillon(9); ok {
			t.Error("a change that was undone is still seen")
		}
		return nil
	}))
	if after := version(); after != before {
		t.Fatalf("got version %d after an undone change, want %d", after, before)
	}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		return tx.Setup().SaveClinica(tomahora.Clinica{Nombre: "Prueba", Zona: "America/Santiago", RechazarPasado: true}, actor)
	}))
	if after := version(); after <= before {
		t.Fatalf("got version %d after a change, want more than %d", after, before)
	}
}

func testPaciente(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 0)
	want := tomahora.Paciente{
		RUT: "11111111-1", TipoDocumento: 1, Nombre: "Juan", NombreSocial: "Juana", Apellidos: "Ñandú O'Higgins",
		FechaNacimiento: tomahora.Fecha{Year: 1980, Month: 2, Day: 29}, FechaAfiliacion: tomahora.Fecha{Year: 2026, Month: 1, Day: 1},
		Telefono: "2", Celular: "9", Ciudad: "Santiago", Comuna: "Ñuñoa", Direccion: "Calle 1", Email: "a@b.cl", Sexo: "F", IDGenero: 2,
		NumeroFicha: "77", Observaciones: "—", Habilitado: true,
	}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		got, err := tx.Pacientes().Create(want, actor)
		must(t, err)
		want.ID, want.Version, want.Creado = 1, 1, Now
		diff(t, got, want)
		return nil
	}))
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		got, err := tx.Pacientes().Get(1)
		must(t, err)
		diff(t, got, want)
		return nil
	}))
}

func testCita(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	var want tomahora.Cita
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		want, err = insert(tx, place(1, 1, 3, 540, 570))
		return err
	}))
	if !want.Creada.Equal(Now) || !want.EstadoDesde.Equal(Now) || want.Version != 1 || !want.Exclusiva {
		t.Fatalf("got %+v, want the clock's time, version 1 and the sillón's exclusivity", want)
	}
	want.NombrePaciente, want.ApellidosPaciente, want.NombreAtencion = "Ana", "Rojas", "Consulta"
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		got, err := tx.Citas().Get(want.ID)
		must(t, err)
		diff(t, got, want)
		r := request(1, place(2, 1, 3, 555, 585))
		r.IDAtencion = want.IDAtencion
		refs, err := tx.Citas().Facts(r, true, 0)
		must(t, err)
		diff(t, refs.Ocupada, want.ID)
		diff(t, refs.Topes, tomahora.Topes{Sillon: want.ID})
		if refs.Paciente.NombreCompleto() != "Ana Rojas" || !refs.Paciente.Habilitado || refs.Atencion.Tipo != tomahora.TipoConsulta {
			t.Errorf("got references %+v %+v", *refs.Paciente, *refs.Atencion)
		}
		return nil
	}))
}

func testIDs(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	var got []tomahora.CitaID
	book := func(inicio tomahora.Hora) {
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
			c, err := insert(tx, place(1, 1, 1, inicio, inicio+15))
			got = append(got, c.ID)
			return err
		}))
	}
	book(0)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return tx.Setup().SkipCitaIDs(754) }))
	book(15)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return tx.Setup().SkipCitaIDs(10) }))
	book(30)
	diff(t, got, []tomahora.CitaID{1, 754, 755})
}

func testTenancy(t *testing.T, open Open) {
	s := open(t, frozen)
	a, b := Setup(t, s, 2), Setup(t, s, 0)
	must(t, s.Update(t.Context(), a, func(tx tomahora.Tx) error {
		_, err := insert(tx, place(1, 1, 1, 0, 15))
		return err
	}))
	must(t, s.View(t.Context(), b, func(tx tomahora.Tx) error {
		_, err := tx.Citas().Get(1)
		wantNotFound(t, err)
		_, err = tx.Pacientes().Get(1)
		wantNotFound(t, err)
		_, err = tx.Atenciones().Get(1)
		wantNotFound(t, err)
		r := request(1, place(1, 1, 1, 0, 15))
		r.IDAtencion = 1
		facts, err := tx.Citas().Facts(r, true, 0)
		must(t, err)
		diff(t, facts, tomahora.Facts{})
		return nil
	}))
	must(t, s.Update(t.Context(), b, func(tx tomahora.Tx) error {
		p, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "B", Habilitado: true}, actor)
		must(t, err)
		c, err := insert(tx, place(1, 1, 1, 0, 15))
		must(t, err)
		diff(t, []int64{int64(p.ID), int64(c.ID)}, []int64{1, 1})
		return nil
	}))
}

func testNotFound(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 0)
	none := func(tomahora.Tx) error { t.Error("the closure ran without a clinic"); return nil }
	wantNotFound(t, s.View(t.Context(), id+1, none))
	wantNotFound(t, s.Update(t.Context(), id+1, none))
	wantNotFound(t, s.RevokeToken(t.Context(), 99))
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		wantNotFound(t, tx.Setup().DeleteBloqueo(99, actor))
		return nil
	}))
}

func testTimestamp(t *testing.T, open Open) {
	var ticks atomic.Int64
	s := open(t, func() time.Time { return Now.Add(time.Duration(ticks.Add(1)) * time.Second) })
	id := Setup(t, s, 1)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		c, err := insert(tx, place(1, 1, 1, 0, 15))
		must(t, err)
		if !c.Creada.Equal(tx.Now()) || !tx.Now().Equal(tx.Now()) {
			t.Errorf("got %v beside %v, want one timestamp", c.Creada, tx.Now())
		}
		if tx.Now().Location() != time.UTC {
			t.Error("the timestamp is not UTC")
		}
		return nil
	}))
}

func testRollback(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	refuse := tomahora.Invalid(tomahora.CodeSinHorario, "hora_inicio")
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := insert(tx, place(1, 1, 1, 0, 15))
		must(t, err)
		return refuse
	})
	if !errors.Is(err, refuse) {
		t.Fatalf("got %v, want the closure's own error", err)
	}
	wantNothing(t, s, id)
}

// wantNothing checks that no cita was left, and that the next one is number 1.
func wantNothing(t *testing.T, s tomahora.Store, id tomahora.ClinicaID) {
	t.Helper()
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := tx.Citas().Get(1)
		wantNotFound(t, err)
		c, err := insert(tx, place(1, 1, 1, 0, 15))
		must(t, err)
		diff(t, c.ID, tomahora.CitaID(1))
		return nil
	}))
}

func testPanic(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := insert(tx, place(1, 1, 1, 0, 15))
		must(t, err)
		panic("in the closure")
	})
	if err == nil || tomahora.ProblemsOf(err) != nil {
		t.Fatalf("got %v, want an internal error", err)
	}
	wantNothing(t, s, id)
}

func testViewIsReadOnly(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	err := s.View(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := insert(tx, place(1, 1, 1, 0, 15))
		return err
	})
	if err == nil {
		t.Fatal("a view wrote")
	}
	wantNothing(t, s, id)
}

func testCancelledBefore(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Update(ctx, id, func(tomahora.Tx) error { t.Error("the closure of a cancelled request ran"); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	wantNothing(t, s, id)
}

// testCancelledInBatch holds the lane so that a batch gathers, and cancels every
// third member: some before their closure starts, some from inside it.
func testCancelledInBatch(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	const members = 60
	hold := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		must(t, s.Update(t.Context(), id, func(tomahora.Tx) error { <-hold; return nil }))
	})
	errs := make([]error, members)
	for i := range members {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			errs[i] = s.Update(ctx, id, func(tx tomahora.Tx) error {
				if i%3 == 1 {
					cancel() // while the batch is open
				}
				_, err := insert(tx, place(1, 1, 1, tomahora.Hora(15*i), tomahora.Hora(15*i+15)))
				return err
			})
		})
		if i%3 == 2 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				defer cancel()
				err := s.Update(ctx, id, func(tx tomahora.Tx) error {
					_, err := insert(tx, place(2, 1, 1, tomahora.Hora(15*i), tomahora.Hora(15*i+15)))
					return err
				})
				if err != nil && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, want context.DeadlineExceeded", err)
				}
			})
		}
	}
	time.Sleep(20 * time.Millisecond) // let the queue fill and the deadlines pass
	close(hold)
	wg.Wait()
	kept := 0
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		for i := range members {
			facts, err := tx.Citas().Facts(request(1, place(1, 1, 1, tomahora.Hora(15*i), tomahora.Hora(15*i+15))), false, 0)
			must(t, err)
			found := facts.Topes.Profesional != 0
			if acknowledged := errs[i] == nil; acknowledged != found {
				t.Errorf("member %d: answered %v, found its cita: %t", i, errs[i], found)
			}
			if found {
				kept++
			}
		}
		return nil
	}))
	if kept != members {
		t.Errorf("got %d citas, want %d: a context that ends after the start stops nothing", kept, members)
	}
}

func testFailingMembers(t *testing.T, open Open) {
	testMembers(t, open, func(i int) error {
		switch i % 4 {
		case 1:
			return tomahora.Invalid(tomahora.CodeSinHorario, "hora_inicio")
		case 2:
			return errors.New("a defect")
		case 3:
			panic("a defect")
		default:
			return nil
		}
	})
}

func testRefusedMembers(t *testing.T, open Open) {
	testMembers(t, open, func(i int) error {
		if i%4 != 0 {
			return tomahora.Invalid(tomahora.CodeSinHorario, "hora_inicio")
		}
		return nil
	})
}

// testMembers queues members that each write a cita and then end as told: every
// fourth well, the others not.
func testMembers(t *testing.T, open Open, end func(i int) error) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	hold := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		must(t, s.Update(t.Context(), id, func(tomahora.Tx) error { <-hold; return nil }))
	})
	const members = 48
	errs := make([]error, members)
	for i := range members {
		wg.Go(func() {
			errs[i] = s.Update(t.Context(), id, func(tx tomahora.Tx) error {
				if _, err := insert(tx, place(1, 1, 1, tomahora.Hora(15*i), tomahora.Hora(15*i+15))); err != nil {
					return err
				}
				return end(i)
			})
		})
	}
	time.Sleep(20 * time.Millisecond) // let the queue fill
	close(hold)
	wg.Wait()
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		for i := range members {
			facts, err := tx.Citas().Facts(request(1, place(1, 1, 1, tomahora.Hora(15*i), tomahora.Hora(15*i+15))), false, 0)
			must(t, err)
			found := facts.Topes.Profesional != 0
			if want := i%4 == 0; found != want || (errs[i] == nil) != want {
				t.Errorf("member %d: answered %v, found its cita: %t, want %t", i, errs[i], found, want)
			}
		}
		return nil
	}))
}

func testLaws(t *testing.T, open Open) {
	tests := map[string]struct {
		second tomahora.Espacio
		want   tomahora.Code
	}{
		"the same place":                      {place(1, 1, 1, 540, 570), tomahora.CodeTopeProfesional},
		"starting inside it":                  {place(1, 1, 1, 555, 585), tomahora.CodeTopeProfesional},
		"ending inside it":                    {place(1, 1, 1, 525, 555), tomahora.CodeTopeProfesional},
		"around it":                           {place(1, 1, 1, 525, 585), tomahora.CodeTopeProfesional},
		"inside it":                           {place(1, 1, 1, 550, 560), tomahora.CodeTopeProfesional},
		"at another sucursal":                 {place(1, 2, 2, 555, 585), tomahora.CodeTopeProfesional},
		"another profesional's exclusive box": {place(2, 1, 3, 555, 585), tomahora.CodeTopeSillon},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t, frozen)
			id := Setup(t, s, 1)
			err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
				_, err := insert(tx, place(1, 1, 1, 540, 570))
				must(t, err)
				_, err = insert(tx, place(1, 1, 3, 540, 570))
				must(t, err)
				_, err = insert(tx, test.second)
				return err
			})
			wantCode(t, err, test.want)
			wantNothing(t, s, id)
		})
	}
}

func testLawsAllow(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	allowed := []tomahora.Espacio{
		place(1, 1, 1, 540, 570),
		place(1, 1, 1, 570, 600), // touching behind
		place(1, 1, 1, 510, 540), // touching before
		place(1, 1, 2, 540, 570), // another lane of the same profesional
		place(2, 1, 1, 540, 570), // another profesional on the same lane number
		place(1, 1, 7, 540, 570), // sobrecupo
		place(1, 1, 7, 540, 570), // and once more
		place(1, 2, 7, 540, 570), // at the other sucursal too
		place(1, 1, 3, 600, 630), // the exclusive box
		place(2, 2, 3, 600, 630), // a box of that number at another sucursal
	}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		for _, e := range allowed {
			if _, err := insert(tx, e); err != nil {
				t.Errorf("%+v: %v", e, err)
			}
		}
		return nil
	}))
}

func testAtencionLaw(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	book := func(tipo tomahora.TipoAtencion) error {
		return s.Update(t.Context(), id, func(tx tomahora.Tx) error {
			a, err := tx.Atenciones().Create(tomahora.Atencion{
				Nombre: "X", Tipo: tipo, Fecha: tomahora.Fecha{Year: 2026, Month: 1, Day: 1}, IDPaciente: 1, IDProfesional: 1, IDSucursal: 1,
			}, actor)
			must(t, err)
			if _, err := insertFor(tx, place(1, 1, 7, 0, 15), a); err != nil {
				return err
			}
			_, err = insertFor(tx, place(1, 1, 7, 15, 30), a)
			return err
		})
	}
	must(t, book(tomahora.TipoPlanTratamiento))
	wantCode(t, book(tomahora.TipoConsulta), tomahora.CodeAtencionConCita)
}

func testSillonBecomesExclusive(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	exclusive := tomahora.Sillon{ID: 1, Nombre: "Sillon 1", Exclusivo: true}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := insert(tx, place(1, 1, 1, 540, 570))
		must(t, err)
		past := place(2, 1, 1, 540, 570)
		past.Fecha = tomahora.Fecha{Year: 2020, Month: 1, Day: 1}
		_, err = insert(tx, past)
		must(t, err)
		past.IDProfesional = 1
		_, err = insert(tx, past)
		return err
	}))
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return tx.Setup().SaveSillon(exclusive, actor) }))
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := insert(tx, place(2, 1, 1, 540, 570))
		return err
	})
	wantCode(t, err, tomahora.CodeTopeSillon)

	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		exclusive.Exclusivo = false
		must(t, tx.Setup().SaveSillon(exclusive, actor))
		_, err := insert(tx, place(2, 1, 1, 540, 570))
		return err
	}))
	err = s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		exclusive.Exclusivo = true
		return tx.Setup().SaveSillon(exclusive, actor)
	})
	wantCode(t, err, tomahora.CodeTopeSillon)
}

func testFirstOpen(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 2)
	fecha := tomahora.Fecha{Year: 2026, Month: 1, Day: 1}
	atenciones := []tomahora.Atencion{
		{Tipo: tomahora.TipoConsulta, IDPaciente: 2, IDProfesional: 1, IDSucursal: 1},
		{Tipo: tomahora.TipoConsulta, IDPaciente: 1, IDProfesional: 2, IDSucursal: 1},
		{Tipo: tomahora.TipoConsulta, IDPaciente: 1, IDProfesional: 1, IDSucursal: 2},
		{Tipo: tomahora.TipoConsulta, IDPaciente: 1, IDProfesional: 1, IDSucursal: 1, Finalizado: true},
		{Tipo: tomahora.TipoConsulta, IDPaciente: 1, IDProfesional: 1, IDSucursal: 1, Bloqueado: true},
		{Tipo: tomahora.TipoLicencia, IDPaciente: 1, IDProfesional: 1, IDSucursal: 1},
		{Tipo: tomahora.TipoInterconsulta, IDPaciente: 1, IDProfesional: 1, IDSucursal: 1},
		{Tipo: tomahora.TipoPlanTratamiento, IDPaciente: 1, IDProfesional: 1, IDSucursal: 1},
		{Tipo: tomahora.TipoConsulta, IDPaciente: 1, IDProfesional: 1, IDSucursal: 1},
		{Tipo: tomahora.TipoConsulta, IDPaciente: 1, IDProfesional: 1, IDSucursal: 1},
	}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		for i, a := range atenciones {
			a.Nombre, a.Fecha = "X", fecha
			var err error
			atenciones[i], err = tx.Atenciones().Create(a, actor)
			must(t, err)
			atenciones[i].NombrePaciente = "Ana Rojas"
		}
		for _, want := range []tomahora.AtencionID{9, 10} {
			got, err := tx.Atenciones().FirstOpen(1, 1, 1)
			must(t, err)
			diff(t, got, atenciones[want-1])
			_, err = insertFor(tx, place(1, 1, 7, 0, 15), got)
			must(t, err)
		}
		_, err := tx.Atenciones().FirstOpen(1, 1, 1)
		wantNotFound(t, err)
		return nil
	}))
}

// stampede has many clients book through the rules at once, one paciente each.
func stampede(t *testing.T, s tomahora.Store, id tomahora.ClinicaID, clients int, where func(i int) tomahora.Espacio) map[tomahora.CitaID]tomahora.Rango {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	won := map[tomahora.CitaID]tomahora.Rango{}
	start := make(chan struct{})
	for i := range clients {
		wg.Go(func() {
			<-start
			var got agenda.Agendada
			err := s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
				got, err = agenda.Agendar(tx, actor, request(tomahora.PacienteID(i+1), where(i)))
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won[got.Cita.ID] = got.Cita.Espacio.Rango
			case !tomahora.IsCode(err, tomahora.CodeTopeProfesional):
				t.Errorf("client %d: got %v, want tope_profesional", i, err)
			}
		})
	}
	close(start)
	wg.Wait()
	return won
}

func testStampedeSame(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 64)
	won := stampede(t, s, id, 64, func(int) tomahora.Espacio { return place(1, 1, 1, 540, 570) })
	if len(won) != 1 {
		t.Fatalf("got %d winners, want 1", len(won))
	}
}

func testStampedeOverlapping(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 64)
	won := stampede(t, s, id, 64, func(i int) tomahora.Espacio {
		inicio := tomahora.Hora(540 + 15*(i%8))
		return place(1, 1, 1, inicio, inicio+30)
	})
	// 540 to 675 in pieces of 30 that start every 15: between 3 and 4 fit, and
	// no further one would.
	free := func(r tomahora.Rango) bool {
		for _, o := range won {
			if o.Overlaps(r) {
				return false
			}
		}
		return true
	}
	for i, a := range won {
		for j, b := range won {
			if i != j && a.Overlaps(b) {
				t.Errorf("citas %d and %d overlap", i, j)
			}
		}
	}
	for i := range 8 {
		inicio := tomahora.Hora(540 + 15*i)
		if free(tomahora.Rango{Inicio: inicio, Fin: inicio + 30}) {
			t.Errorf("%s was free and asked for, but nobody got it", inicio)
		}
	}
}

func testTokens(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 0)
	hash := make([]byte, 32)
	hash[0] = 1
	tokenID, err := s.CreateToken(t.Context(), tomahora.Token{IDClinica: id, Nombre: "bot", Lectura: true}, hash)
	must(t, err)
	want := tomahora.Token{ID: tokenID, IDClinica: id, Nombre: "bot", Lectura: true, Creado: Now}
	got, err := s.TokenByHash(t.Context(), hash)
	must(t, err)
	diff(t, got, want)
	_, err = s.TokenByHash(t.Context(), make([]byte, 32))
	wantNotFound(t, err)
	_, err = s.CreateToken(t.Context(), tomahora.Token{IDClinica: id + 1, Nombre: "x"}, make([]byte, 32))
	wantNotFound(t, err)

	must(t, s.RevokeToken(t.Context(), tokenID))
	must(t, s.RevokeToken(t.Context(), tokenID))
	_, err = s.TokenByHash(t.Context(), hash)
	wantNotFound(t, err)
	list, err := s.Tokens(t.Context())
	must(t, err)
	want.Revocado = Now
	diff(t, list, []tomahora.Token{want})
}

func testRetry(t *testing.T, open Open) {
	var elapsed atomic.Int64
	s := open(t, func() time.Time { return Now.Add(time.Duration(elapsed.Load())) })
	id := Setup(t, s, 2)
	book := func(by tomahora.Actor, r tomahora.Solicitud) (got agenda.Agendada, err error) {
		err = s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
			got, err = agenda.Agendar(tx, by, r)
			return err
		})
		return got, err
	}
	r := request(1, place(1, 1, 1, 540, 570))
	first, err := book(actor, r)
	must(t, err)
	if first.Repetida {
		t.Fatal("the first sending was taken for a retry")
	}
	again, err := book(actor, r)
	must(t, err)
	first.Repetida = true
	diff(t, again, first)

	r.IDAtencion = first.Cita.IDAtencion
	again, err = book(actor, r)
	must(t, err)
	diff(t, again, first)

	r.IDAtencion = 0
	_, err = book("token:2", r)
	wantCode(t, err, tomahora.CodeTopeProfesional)
	other := r
	other.IDPaciente = 2
	_, err = book(actor, other)
	wantCode(t, err, tomahora.CodeTopeProfesional)
	elapsed.Store(int64(tomahora.RetryWindow))
	_, err = book(actor, r)
	wantCode(t, err, tomahora.CodeTopeProfesional)
}
