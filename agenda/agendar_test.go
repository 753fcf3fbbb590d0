package agenda_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// fakeTx is a clinic in memory: just what the use cases ask of a transaction.
// What a store must do about order, durability and races is tested in storetest.
type fakeTx struct {
	tomahora.Tx
	cfg        *tomahora.Config
	now        time.Time
	citas      []tomahora.Cita
	pacientes  map[tomahora.PacienteID]tomahora.Paciente
	atenciones []tomahora.Atencion
	reservas   []tomahora.Reserva
	wrote      []string // what was written, in order, with the wire names of what changed
	broken     error    // what every read answers, when set
}

func (tx *fakeTx) Now() time.Time                  { return tx.now }
func (tx *fakeTx) Config() *tomahora.Config        { return tx.cfg }
func (tx *fakeTx) Citas() tomahora.Citas           { return fakeCitas{tx: tx} }
func (tx *fakeTx) Pacientes() tomahora.Pacientes   { return fakePacientes{tx: tx} }
func (tx *fakeTx) Atenciones() tomahora.Atenciones { return fakeAtenciones{tx: tx} }
func (tx *fakeTx) Reservas() tomahora.Reservas     { return fakeReservas{list: tx.reservas, now: tx.now} }

// liveOf is the index of the live cita of an atención other than salvo.
func (tx *fakeTx) liveOf(id tomahora.AtencionID, salvo tomahora.CitaID) int {
	return slices.IndexFunc(tx.citas, func(c tomahora.Cita) bool {
		return c.Viva && !c.AtencionMultiple && c.IDAtencion == id && c.ID != salvo
	})
}

type fakeCitas struct {
	tomahora.Citas
	tx *fakeTx
}

func (f fakeCitas) Get(id tomahora.CitaID) (tomahora.Cita, error) {
	for _, c := range f.tx.citas {
		if c.ID == id {
			return f.named(c), nil
		}
	}
	return tomahora.Cita{}, tomahora.NotFound("la cita")
}

func (f fakeCitas) Facts(s tomahora.Solicitud, exclusivo bool, salvo tomahora.CitaID) (facts tomahora.Facts, err error) {
	if paciente, err := f.tx.Pacientes().Get(s.IDPaciente); err == nil {
		facts.Paciente = &paciente
	} else if tomahora.KindOf(err) != tomahora.KindNotFound {
		return facts, err
	}
	if atencion, err := f.tx.Atenciones().Get(s.IDAtencion); err == nil {
		facts.Atencion = &atencion
	}
	if i := f.tx.liveOf(s.IDAtencion, salvo); i >= 0 {
		facts.Ocupada = f.tx.citas[i].ID
	}
	for _, c := range f.tx.citas {
		if c.ID == salvo {
			continue
		}
		if c.Viva && facts.Topes.Profesional == 0 && s.Espacio().TopeProfesional(c.Espacio) {
			facts.Topes.Profesional = c.ID
		}
		if c.Viva && c.Exclusiva && exclusivo && facts.Topes.Sillon == 0 && s.Espacio().TopeSillon(c.Espacio) {
			facts.Topes.Sillon = c.ID
		}
	}
	for _, r := range f.tx.reservas {
		if r.ID != s.IDReserva && r.IsVigente(f.tx.now) && facts.Topes.Reserva == 0 && s.Espacio().TopeProfesional(r.Espacio) {
			facts.Topes.Reserva = r.ID
		}
	}
	return facts, nil
}

func (f fakeCitas) Ocupados(profs []tomahora.ProfesionalID, desde, hasta tomahora.Fecha) (list []tomahora.Espacio, err error) {
	for _, c := range f.tx.citas {
		if c.Viva && c.Espacio.IDSillon != tomahora.Sobrecupo && slices.Contains(profs, c.Espacio.IDProfesional) && within(c.Espacio.Fecha, desde, hasta) {
			list = append(list, c.Espacio)
		}
	}
	return list, f.tx.broken
}

func (f fakeCitas) Sillones(suc tomahora.SucursalID, desde, hasta tomahora.Fecha) (list []tomahora.Espacio, err error) {
	for _, c := range f.tx.citas {
		if c.Viva && c.Exclusiva && c.Espacio.IDSucursal == suc && within(c.Espacio.Fecha, desde, hasta) {
			list = append(list, ofNobody(c.Espacio))
		}
	}
	return list, f.tx.broken
}

func (f fakeCitas) Create(c tomahora.Cita) (tomahora.Cita, error) {
	c.ID, c.Version, c.Creada = tomahora.CitaID(754+len(f.tx.citas)), 1, f.tx.now
	f.tx.citas = append(f.tx.citas, c)
	return c, nil
}

type fakePacientes struct {
	tomahora.Pacientes
	tx *fakeTx
}

func (f fakePacientes) Get(id tomahora.PacienteID) (tomahora.Paciente, error) {
	if f.tx.broken != nil {
		return tomahora.Paciente{}, f.tx.broken
	}
	p, ok := f.tx.pacientes[id]
	if !ok {
		return p, tomahora.NotFound("el paciente")
	}
	return p, nil
}

type fakeAtenciones struct {
	tomahora.Atenciones
	tx *fakeTx
}

func (f fakeAtenciones) find(match func(tomahora.Atencion) bool) (tomahora.Atencion, error) {
	if i := slices.IndexFunc(f.tx.atenciones, match); i >= 0 {
		return f.tx.atenciones[i], nil
	}
	return tomahora.Atencion{}, tomahora.NotFound("la atención")
}

func (f fakeAtenciones) Get(id tomahora.AtencionID) (tomahora.Atencion, error) {
	return f.find(func(a tomahora.Atencion) bool { return a.ID == id })
}

func (f fakeAtenciones) FirstOpen(pac tomahora.PacienteID, prof tomahora.ProfesionalID, suc tomahora.SucursalID) (tomahora.Atencion, error) {
	return f.find(func(a tomahora.Atencion) bool {
		return a.IDPaciente == pac && a.IDProfesional == prof && a.IDSucursal == suc &&
			!a.Finalizado && !a.Bloqueado && a.Tipo.AllowsCitas() && !a.Tipo.AllowsManyCitas() && f.tx.liveOf(a.ID, 0) < 0
	})
}

func (f fakeAtenciones) Create(a tomahora.Atencion, _ tomahora.Actor) (tomahora.Atencion, error) {
	a.ID = tomahora.AtencionID(len(f.tx.atenciones) + 1)
	f.tx.atenciones = append(f.tx.atenciones, a)
	return a, nil
}

const recepcion tomahora.Actor = "token:3"

// newTx is a clinic with one profesional, who works fridays from 09:00 to 13:00
// in both modalities on sillones 1 and 2, and two pacientes; the second has a
// consulta and a plan de tratamiento. The plan may be changed.
func newTx(t *testing.T, changes ...func(*tomahora.Plan)) *fakeTx {
	t.Helper()
	plan := tomahora.Plan{
		Clinica:       tomahora.Clinica{ID: 1, Zona: "UTC"},
		Sucursales:    []tomahora.Sucursal{{ID: 1, Habilitada: true}},
		Sillones:      []tomahora.Sillon{{ID: 1}, {ID: 2}},
		Profesionales: []tomahora.Profesional{{ID: 2, Intervalo: 15, Habilitado: true}},
		Estados:       tomahora.EstadosIniciales(),
		Horarios: []tomahora.Horario{{
			ID: 1, IDProfesional: 2, IDSucursal: 1, Dia: tomahora.Viernes,
			Jornada: tomahora.Jornada{Rango: tomahora.Rango{Inicio: 540, Fin: 780}, Sillones: []tomahora.SillonID{1, 2}, Modalidad: tomahora.Ambas},
		}},
	}
	tx := &fakeTx{
		now: time.Date(2018, 11, 5, 20, 9, 1, 0, time.UTC),
		pacientes: map[tomahora.PacienteID]tomahora.Paciente{
			1: {ID: 1, Nombre: "Juan", Apellidos: "Lopez", Habilitado: true},
			2: {ID: 2, Nombre: "Fernanda", Apellidos: "Risopatrón", Habilitado: true},
		},
		atenciones: []tomahora.Atencion{
			{ID: 1, Nombre: "Plan", Tipo: tomahora.TipoPlanTratamiento, IDPaciente: 2, IDProfesional: 2, IDSucursal: 1},
			{ID: 2, Nombre: "Exodoncia", Tipo: tomahora.TipoConsulta, IDPaciente: 2, IDProfesional: 2, IDSucursal: 1},
		},
	}
	for _, change := range changes {
		change(&plan)
	}
	tx.configure(t, plan)
	return tx
}

func request(changes ...func(*tomahora.Solicitud)) tomahora.Solicitud {
	s := tomahora.Solicitud{
		IDProfesional: 2, IDSucursal: 1, IDEstado: tomahora.EstadoNoConfirmado, IDSillon: 1, IDPaciente: 2, IDAtencion: 2,
		Fecha: tomahora.Fecha{Year: 2018, Month: time.November, Day: 2}, HoraInicio: new(tomahora.Hora(540)),
		Duracion: new(tomahora.Duracion(30)), Comentario: "Control general", Videoconsulta: new(true),
	}
	for _, change := range changes {
		if change != nil {
			change(&s)
		}
	}
	return s
}

func withoutAtencion(s *tomahora.Solicitud) { s.IDAtencion = 0 }

func onSobrecupo(s *tomahora.Solicitud) { s.IDSillon = tomahora.Sobrecupo }

func at(inicio tomahora.Hora) func(*tomahora.Solicitud) {
	return func(s *tomahora.Solicitud) { s.HoraInicio = &inicio }
}

func codes(err error) []tomahora.Code {
	var list []tomahora.Code
	for _, p := range tomahora.ProblemsOf(err) {
		list = append(list, p.Code)
	}
	return list
}

func TestAgendarKeepsTheCita(t *testing.T) {
	tx := newTx(t)
	got, err := agenda.Agendar(tx, recepcion, request())
	if err != nil {
		t.Fatal(err)
	}
	want := agenda.Agendada{Cita: tomahora.Cita{
		ID: 754,
		Espacio: tomahora.Espacio{
			IDProfesional: 2, IDSucursal: 1, IDSillon: 1,
			Fecha: tomahora.Fecha{Year: 2018, Month: time.November, Day: 2}, Rango: tomahora.Rango{Inicio: 540, Fin: 570},
		},
		IDPaciente: 2, IDAtencion: 2, IDEstado: tomahora.EstadoNoConfirmado, Videoconsulta: true, Comentario: "Control general",
		Viva: true, Creada: tx.now, Version: 1, Origen: recepcion,
		NombrePaciente: "Fernanda", ApellidosPaciente: "Risopatrón", NombreAtencion: "Exodoncia",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the answer (-want +got):\n%s", diff)
	}
}

func TestOneStageAtATime(t *testing.T) {
	unreadable := func(s *tomahora.Solicitud) { s.Fecha = tomahora.Fecha{} }
	unknown := func(s *tomahora.Solicitud) { s.IDPaciente = 99 }
	tests := []struct {
		name string
		sent []func(*tomahora.Solicitud)
		want []tomahora.Code
	}{
		{"a bad shape hides bad references and a bad place", []func(*tomahora.Solicitud){unreadable, unknown, at(541)}, []tomahora.Code{tomahora.CodeParametroRequerido}},
		{"bad references hide a bad place", []func(*tomahora.Solicitud){unknown, at(541)}, []tomahora.Code{tomahora.CodeNoExiste, tomahora.CodeAtencionDeOtroPaciente}},
		{"a bad place is told last, its topes after the rest", []func(*tomahora.Solicitud){withoutAtencion, at(541)}, []tomahora.Code{tomahora.CodeSinHorario, tomahora.CodeTopeProfesional}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newTx(t)
			if _, err := agenda.Agendar(tx, recepcion, request()); err != nil {
				t.Fatal(err)
			}
			_, err := agenda.Agendar(tx, recepcion, request(tt.sent...))
			if diff := cmp.Diff(tt.want, codes(err)); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
			if len(tx.citas) != 1 {
				t.Errorf("a refused request left %d citas, want 1", len(tx.citas))
			}
		})
	}
}

func TestRetry(t *testing.T) {
	wait := func(d time.Duration) func(*fakeTx) { return func(tx *fakeTx) { tx.now = tx.now.Add(d) } }
	touch := func(tx *fakeTx) { tx.citas[0].Version++ }
	planned := func(s *tomahora.Solicitud) { s.IDAtencion = 1 }
	tests := []struct {
		name   string
		first  func(*tomahora.Solicitud)
		then   func(*fakeTx)
		again  func(*tomahora.Solicitud)
		by     tomahora.Actor
		repeat bool
		want   []tomahora.Code // refusal; neither repeat nor this is a new cita
	}{
		{name: "the same request is a retry", repeat: true},
		{name: "the same request without atención is a retry", first: withoutAtencion, again: withoutAtencion, repeat: true},
		{name: "leaving the atención out the second time is a retry", again: withoutAtencion, repeat: true},
		{name: "a sobrecupo with its atención is a retry", first: onSobrecupo, again: onSobrecupo, repeat: true},
		{name: "a sobrecupo without atención is a new cita", first: func(s *tomahora.Solicitud) { onSobrecupo(s); withoutAtencion(s) }, again: func(s *tomahora.Solicitud) { onSobrecupo(s); withoutAtencion(s) }},
		{name: "a plan de tratamiento in the same slot is a retry", first: planned, again: planned, repeat: true},
		{name: "after five minutes it is a conflict", then: wait(5 * time.Minute), want: []tomahora.Code{tomahora.CodeAtencionConCita}},
		{name: "just before five minutes it is a retry", then: wait(5*time.Minute - time.Second), repeat: true},
		{name: "of a cita touched since it is a conflict", then: touch, again: withoutAtencion, want: []tomahora.Code{tomahora.CodeTopeProfesional}},
		{name: "by another token it is a conflict", by: "token:4", again: withoutAtencion, want: []tomahora.Code{tomahora.CodeTopeProfesional}},
		{name: "the atención at another hour is a conflict", again: at(600), want: []tomahora.Code{tomahora.CodeAtencionConCita}},
		{name: "for another paciente it is a conflict", again: func(s *tomahora.Solicitud) { s.IDPaciente, s.IDAtencion = 1, 0 }, want: []tomahora.Code{tomahora.CodeTopeProfesional}},
		{name: "a retry with another fault is refused for both", again: func(s *tomahora.Solicitud) { s.Duracion = new(tomahora.Duracion(20)); s.IDAtencion = 0 }, want: []tomahora.Code{tomahora.CodeDuracionIncompatible, tomahora.CodeTopeProfesional}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newTx(t)
			first, err := agenda.Agendar(tx, recepcion, request(tt.first))
			if err != nil {
				t.Fatal(err)
			}
			if tt.then != nil {
				tt.then(tx)
			}
			by := recepcion
			if tt.by != "" {
				by = tt.by
			}
			atenciones := len(tx.atenciones)
			got, err := agenda.Agendar(tx, by, request(tt.again))
			if diff := cmp.Diff(tt.want, codes(err)); diff != "" {
				t.Fatalf("codes (-want +got):\n%s", diff)
			}
			if got.Repetida != tt.repeat || tt.repeat && got.Cita.ID != first.Cita.ID {
				t.Errorf("repetida %v with cita %d, want %v with %d", got.Repetida, got.Cita.ID, tt.repeat, first.Cita.ID)
			}
			if (tt.repeat || tt.want != nil) && (len(tx.citas) != 1 || len(tx.atenciones) != atenciones) {
				t.Errorf("%d citas and %d atenciones, want nothing written", len(tx.citas), len(tx.atenciones))
			}
		})
	}
}

func TestWhichAtencionACitaTakes(t *testing.T) {
	closeIt := func(tx *fakeTx) { tx.atenciones[1].Finalizado = true }
	tests := []struct {
		name string
		set  func(*fakeTx)
		sent func(*tomahora.Solicitud)
		want tomahora.AtencionID
		text string
	}{
		{name: "the one it names", want: 2, text: "Exodoncia"},
		{name: "a plan de tratamiento only when it names it", sent: func(s *tomahora.Solicitud) { s.IDAtencion = 1 }, want: 1, text: "Plan"},
		{name: "the first open one when it names none", sent: withoutAtencion, want: 2, text: "Exodoncia"},
		{name: "a new consulta when none is open", set: closeIt, sent: withoutAtencion, want: 3, text: "Consulta"},
		{name: "a new consulta when the paciente has none", sent: func(s *tomahora.Solicitud) { s.IDPaciente, s.IDAtencion = 1, 0 }, want: 3, text: "Consulta"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newTx(t)
			if tt.set != nil {
				tt.set(tx)
			}
			got, err := agenda.Agendar(tx, recepcion, request(tt.sent))
			if err != nil {
				t.Fatal(err)
			}
			if got.Cita.IDAtencion != tt.want || got.Cita.NombreAtencion != tt.text {
				t.Errorf("atención %d %q, want %d %q", got.Cita.IDAtencion, got.Cita.NombreAtencion, tt.want, tt.text)
			}
			if multiple := tt.want == 1; got.Cita.AtencionMultiple != multiple {
				t.Errorf("atención multiple = %v, want %v", got.Cita.AtencionMultiple, multiple)
			}
		})
	}
}

func TestAFailingStoreIsNoRefusal(t *testing.T) {
	tx := newTx(t)
	tx.broken = errors.New("disk gone")
	if _, err := agenda.Agendar(tx, recepcion, request()); !errors.Is(err, tx.broken) {
		t.Errorf("got %v, want the store's own error", err)
	}
}
