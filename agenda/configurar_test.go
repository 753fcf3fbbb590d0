package agenda_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/sqlstore"
)

// clinica is a clinic in a store of its own, to be configured.
type clinica struct {
	t     *testing.T
	store tomahora.Store
	id    tomahora.ClinicaID
}

func newClinica(t *testing.T) clinica {
	t.Helper()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"),
		sqlstore.Options{Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	id, err := store.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "Uno", Zona: "America/Santiago"})
	if err != nil {
		t.Fatal(err)
	}
	return clinica{t, store, id}
}

func (c clinica) apply(want agenda.Cambio) (done agenda.Resumen, err error) {
	c.t.Helper()
	err = c.store.Update(c.t.Context(), c.id, func(tx tomahora.Tx) error {
		done, err = agenda.Configurar(tx, tomahora.Sistema, want)
		return err
	})
	return done, err
}

func (c clinica) mustApply(want agenda.Cambio, expected agenda.Resumen) {
	c.t.Helper()
	got, err := c.apply(want)
	if err != nil {
		c.t.Fatal(err)
	}
	if got != expected {
		c.t.Fatalf("got %+v, want %+v", got, expected)
	}
}

func (c clinica) config() (cfg *tomahora.Config) {
	c.t.Helper()
	err := c.store.View(c.t.Context(), c.id, func(tx tomahora.Tx) error {
		cfg = tx.Config()
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return cfg
}

func laboral(from, to tomahora.Hora, sillones ...tomahora.SillonID) tomahora.Jornada {
	return tomahora.Jornada{Rango: tomahora.Rango{Inicio: from, Fin: to}, Sillones: sillones, Modalidad: tomahora.Presencial}
}

func lunes(j tomahora.Jornada) tomahora.Horario {
	return tomahora.Horario{IDProfesional: 1, IDSucursal: 1, Dia: tomahora.Lunes, Jornada: j}
}

// full is a change with something in every section.
func full() agenda.Cambio {
	navidad := tomahora.Fecha{Year: 2026, Month: 12, Day: 24}
	return agenda.Cambio{
		Clinica: func(c *tomahora.Clinica) { c.Nombre = "Dos" },
		Sucursales: []agenda.Edicion[tomahora.SucursalID, tomahora.Sucursal]{
			{ID: 1, Edit: func(s *tomahora.Sucursal) { s.Nombre = "NORTE" }},
		},
		Sillones: []agenda.Edicion[tomahora.SillonID, tomahora.Sillon]{
			{ID: 1, Edit: func(s *tomahora.Sillon) { s.Nombre = "Sillon 1" }},
			{ID: 2, Edit: func(s *tomahora.Sillon) { s.Nombre = "Sillon 2" }},
		},
		Especialidades: []agenda.Edicion[tomahora.EspecialidadID, tomahora.Especialidad]{
			{ID: 1, Edit: func(e *tomahora.Especialidad) { e.Nombre = "Medicina" }},
		},
		Profesionales: []agenda.Edicion[tomahora.ProfesionalID, tomahora.Profesional]{
			{ID: 1, Edit: func(p *tomahora.Profesional) { p.Nombre, p.IDEspecialidad, p.Intervalo = "Ana", 1, 15 }},
		},
		Estados: []agenda.Edicion[tomahora.EstadoID, tomahora.Estado]{
			{ID: 28, Edit: func(e *tomahora.Estado) { e.Nombre, e.Anulacion = "Reagendar", true }},
		},
		Horarios:   []tomahora.Horario{lunes(laboral(480, 780, 1, 2)), lunes(laboral(840, 1200, 1))},
		Especiales: []tomahora.HorarioEspecial{{IDProfesional: 1, IDSucursal: 1, Fecha: navidad, Jornada: laboral(540, 720, 1)}},
		Bloqueos:   []tomahora.HorarioBloqueado{{IDSucursal: 1, Fecha: navidad, Rango: tomahora.Rango{Inicio: 0, Fin: 60}}},
	}
}

func TestConfigurarTwiceWritesOnce(t *testing.T) {
	c := newClinica(t)
	c.mustApply(full(), agenda.Resumen{Creados: 10, Modificados: 1})
	version := c.config().Version()
	c.mustApply(full(), agenda.Resumen{})
	if got := c.config().Version(); got != version {
		t.Errorf("the second time made version %d of %d", got, version)
	}
	if got := c.config().Clinica().Nombre; got != "Dos" {
		t.Errorf("clinic is called %q", got)
	}
	estado, _ := c.config().Estado(28)
	want := tomahora.Estado{ID: 28, Nombre: "Reagendar", Color: "#c9ced6", Anulacion: true, Habilitado: true}
	if diff := cmp.Diff(want, estado); diff != "" {
		t.Errorf("a new estado and its defaults (-want +got):\n%s", diff)
	}
}

func TestConfigurarPrestaciones(t *testing.T) {
	type edit = agenda.Edicion[tomahora.PrestacionID, tomahora.Prestacion]
	want := agenda.Cambio{Prestaciones: []edit{
		{ID: 1, Edit: func(p *tomahora.Prestacion) { p.Nombre, p.Codigo = "Limpieza", "OD002" }},
		{ID: 2, Edit: func(p *tomahora.Prestacion) { p.Nombre, p.Habilitada = "Evaluación", false }},
	}}
	tx := newTx(t, func(p *tomahora.Plan) { p.Clinica.Nombre = "Uno" })
	for _, expected := range []agenda.Resumen{{Creados: 2}, {}} {
		got, err := agenda.Configurar(tx, tomahora.Sistema, want)
		if err != nil || got != expected {
			t.Fatalf("got %+v, %v, want %+v", got, err, expected)
		}
	}
	kept := []tomahora.Prestacion{{ID: 1, Nombre: "Limpieza", Codigo: "OD002", Habilitada: true}, {ID: 2, Nombre: "Evaluación"}}
	if diff := cmp.Diff(kept, tx.cfg.Plan().Prestaciones); diff != "" {
		t.Errorf("prestaciones (-want +got):\n%s", diff)
	}
	want.Prestaciones = []edit{{ID: 3, Edit: func(*tomahora.Prestacion) {}}}
	_, err := agenda.Configurar(tx, tomahora.Sistema, want)
	if diff := cmp.Diff([]string{"prestaciones[0]: configuracion_invalida"}, named(err)); diff != "" {
		t.Errorf("one without a name (-want +got):\n%s", diff)
	}
}

func TestConfigurarLeavesAloneWhatTheChangeLeavesOut(t *testing.T) {
	c := newClinica(t)
	c.mustApply(full(), agenda.Resumen{Creados: 10, Modificados: 1})
	before := c.config().Plan()
	c.mustApply(agenda.Cambio{Profesionales: []agenda.Edicion[tomahora.ProfesionalID, tomahora.Profesional]{
		{ID: 1, Edit: func(p *tomahora.Profesional) { p.Email = "ana@clinica.cl" }},
	}}, agenda.Resumen{Modificados: 1})
	want := before
	want.Profesionales[0].Email = "ana@clinica.cl"
	if diff := cmp.Diff(want, c.config().Plan()); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

func TestConfigurarReplacesLists(t *testing.T) {
	tests := []struct {
		name string
		want []tomahora.Horario
		done agenda.Resumen
	}{
		{"nil keeps what is there", nil, agenda.Resumen{}},
		{"an empty list clears", []tomahora.Horario{}, agenda.Resumen{Borrados: 2}},
		{
			"order, ids, repeated sillones and an empty break make no difference",
			[]tomahora.Horario{
				{
					ID: 99, IDProfesional: 1, IDSucursal: 1, Dia: tomahora.Lunes,
					Jornada: tomahora.Jornada{
						Rango: tomahora.Rango{Inicio: 840, Fin: 1200}, Pausa: tomahora.Rango{Inicio: 900, Fin: 900},
						Sillones: []tomahora.SillonID{1, 1}, Modalidad: tomahora.Presencial,
					},
				},
				lunes(laboral(480, 780, 2, 1)),
			},
			agenda.Resumen{},
		},
		{
			"hours that overlap only the old ones",
			[]tomahora.Horario{lunes(laboral(480, 1200, 1))},
			agenda.Resumen{Creados: 1, Borrados: 2},
		},
		{
			"the one that stays is left alone",
			[]tomahora.Horario{lunes(laboral(480, 780, 1, 2)), lunes(laboral(900, 960, 1))},
			agenda.Resumen{Creados: 1, Borrados: 1},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClinica(t)
			c.mustApply(full(), agenda.Resumen{Creados: 10, Modificados: 1})
			c.mustApply(agenda.Cambio{Horarios: tt.want}, tt.done)
			c.mustApply(agenda.Cambio{Horarios: tt.want}, agenda.Resumen{})
			if plan := c.config().Plan(); tt.want != nil && len(plan.Horarios) != len(tt.want) {
				t.Errorf("got %+v, want %+v", plan.Horarios, tt.want)
			}
		})
	}
	t.Run("equal bloqueos count one by one", func(t *testing.T) {
		c := newClinica(t)
		c.mustApply(full(), agenda.Resumen{Creados: 10, Modificados: 1})
		b := full().Bloqueos[0]
		c.mustApply(agenda.Cambio{Bloqueos: []tomahora.HorarioBloqueado{b, b}}, agenda.Resumen{Creados: 1})
		c.mustApply(agenda.Cambio{Bloqueos: []tomahora.HorarioBloqueado{b}}, agenda.Resumen{Borrados: 1})
	})
}

func TestConfigurarRefusesTheWholeChange(t *testing.T) {
	type editSillon = agenda.Edicion[tomahora.SillonID, tomahora.Sillon]
	tests := []struct {
		name   string
		change func(*agenda.Cambio)
		fields []string
	}{
		{
			"an estado whose citas would change their life",
			func(c *agenda.Cambio) { c.Estados[0].Edit = func(e *tomahora.Estado) { e.Anulacion = false } },
			[]string{"estados[0]"},
		},
		{
			"an estado that the program itself needs, disabled",
			func(c *agenda.Cambio) {
				c.Estados = append(c.Estados, agenda.Edicion[tomahora.EstadoID, tomahora.Estado]{
					ID: tomahora.EstadoNoConfirmado, Edit: func(e *tomahora.Estado) { e.Habilitado = false },
				})
			},
			[]string{"estados[1]"},
		},
		{
			"a sillón without a name, counted as the change counts it",
			func(c *agenda.Cambio) {
				c.Sillones = []editSillon{{ID: 2, Edit: func(*tomahora.Sillon) {}}, {ID: 5, Edit: func(*tomahora.Sillon) {}}}
			},
			[]string{"sillones[1]"},
		},
		{
			"a sobrecupo made a chair, listed after others are left out",
			func(c *agenda.Cambio) {
				c.Sillones = []editSillon{{ID: 7, Edit: func(s *tomahora.Sillon) { s.Nombre = "Siete" }}}
			},
			[]string{"sillones[0]"},
		},
		{
			"unknown references, and everything else wrong beside them",
			func(c *agenda.Cambio) {
				c.Clinica = func(c *tomahora.Clinica) { c.Nombre, c.Zona = "", "Marte/Olympus" }
				c.Horarios[1].IDProfesional = 9
			},
			[]string{"clinica.nombre", "clinica.zona", "horarios[1]"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClinica(t)
			c.mustApply(full(), agenda.Resumen{Creados: 10, Modificados: 1})
			before := c.config().Plan()
			want := full()
			want.Sucursales[0].Edit = func(s *tomahora.Sucursal) { s.Nombre = "otra" }
			tt.change(&want)
			_, err := c.apply(want)
			var fields []string
			for _, p := range tomahora.ProblemsOf(err) {
				if p.Code != tomahora.CodeConfiguracionInvalida {
					t.Errorf("%s has code %s", p.Field, p.Code)
				}
				fields = append(fields, p.Field)
			}
			if diff := cmp.Diff(tt.fields, fields); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, c.config().Plan()); diff != "" {
				t.Errorf("something was written (-want +got):\n%s", diff)
			}
		})
	}
}

func TestConfigurarNamesTheSillonThatCannotBecomeExclusive(t *testing.T) {
	c := newClinica(t)
	want := full()
	want.Profesionales = append(want.Profesionales, agenda.Edicion[tomahora.ProfesionalID, tomahora.Profesional]{
		ID: 2, Edit: func(p *tomahora.Profesional) { p.Nombre, p.Intervalo = "Luis", 15 },
	})
	otro := lunes(laboral(480, 780, 2))
	otro.IDProfesional = 2
	want.Horarios = append(want.Horarios, otro)
	c.mustApply(want, agenda.Resumen{Creados: 12, Modificados: 1})
	err := c.store.Update(t.Context(), c.id, func(tx tomahora.Tx) error {
		for prof := range tomahora.ProfesionalID(2) {
			p, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Eva", Habilitado: true}, tomahora.Sistema)
			if err != nil {
				return err
			}
			inicio, duracion := tomahora.Hora(540), tomahora.Duracion(30)
			_, err = agenda.Agendar(tx, tomahora.Sistema, tomahora.Solicitud{
				IDProfesional: prof + 1, IDSucursal: 1, IDEstado: tomahora.EstadoNoConfirmado, IDSillon: 2, IDPaciente: p.ID,
				Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}, HoraInicio: &inicio, Duracion: &duracion,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want.Sillones[1].Edit = func(s *tomahora.Sillon) { s.Exclusivo = true }
	_, err = c.apply(want)
	problems := tomahora.ProblemsOf(err)
	if len(problems) != 1 || problems[0].Code != tomahora.CodeTopeSillon || problems[0].Field != "sillones[1]" {
		t.Errorf("got %v, want tope_sillon at sillones[1]", problems)
	}
}

func TestConfigurarReservaOnline(t *testing.T) {
	c := newClinica(t)
	if got := c.config().Online(); got != tomahora.OnlinePorDefecto() {
		t.Errorf("a clinic that has chosen nothing has %+v", got)
	}
	want := agenda.Cambio{Online: func(o *tomahora.ReservaOnline) {
		o.Activa, o.Origenes, o.Clave = true, "https://Uno.cl/, https://dos.cl", "mine"
	}}
	c.mustApply(want, agenda.Resumen{Modificados: 1})
	first := c.config().Online()
	if len(first.Clave) < 32 {
		t.Errorf("what pacientes are given is signed with %q", first.Clave)
	}
	chosen := tomahora.OnlinePorDefecto()
	chosen.Activa, chosen.Origenes, chosen.Clave = true, "https://uno.cl https://dos.cl", first.Clave
	if first != chosen {
		t.Errorf("got %+v, want %+v", first, chosen)
	}
	c.mustApply(want, agenda.Resumen{})
	c.mustApply(agenda.Cambio{Online: func(o *tomahora.ReservaOnline) { o.Activa = false }}, agenda.Resumen{Modificados: 1})
	if got := c.config().Online().Clave; got != first.Clave {
		t.Error("links that were given are no longer good")
	}
	_, err := c.apply(agenda.Cambio{Online: func(o *tomahora.ReservaOnline) { o.Horizonte = 0 }})
	if problems := tomahora.ProblemsOf(err); len(problems) != 1 || problems[0].Field != "reserva_online.horizonte" {
		t.Errorf("got %v", err)
	}
}
