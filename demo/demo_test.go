package demo_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/demo"
	"github.com/tomahora/tomahora/sqlstore"
)

func open(t testing.TB, now time.Time) (tomahora.Store, tomahora.ClinicaID) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "demo.db"),
		sqlstore.Options{Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	id, err := store.CreateClinica(t.Context(), demo.Clinica())
	if err != nil {
		t.Fatal(err)
	}
	return store, id
}

// seed makes a demo clinic and hands over a look at it. Nothing that look
// writes is kept.
func seed(t *testing.T, now time.Time, empty bool, look func(tx tomahora.Tx)) {
	t.Helper()
	store, id := open(t, now)
	err := store.Update(t.Context(), id, func(tx tomahora.Tx) error {
		if err := demo.Seed(tx, empty); err != nil {
			return err
		}
		look(tx)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// seedExample is the vendor's own request (seed).
func seedExample(fecha tomahora.Fecha) tomahora.Solicitud {
	inicio, duracion, video := tomahora.Hora(9*60), tomahora.Duracion(30), true
	return tomahora.Solicitud{
		IDProfesional: 2, IDSucursal: 1, IDEstado: 7, IDSillon: 1, IDPaciente: 2, IDAtencion: 2,
		Fecha: fecha, HoraInicio: &inicio, Duracion: &duracion, Comentario: "Control general", Videoconsulta: &video,
	}
}

func allCitas(t *testing.T, tx tomahora.Tx) []tomahora.Cita {
	t.Helper()
	var citas []tomahora.Cita
	for id := tomahora.CitaID(1); ; id++ {
		c, err := tx.Citas().Get(id)
		if tomahora.IsCode(err, tomahora.CodeNoEncontrado) {
			return citas
		}
		if err != nil {
			t.Fatal(err)
		}
		citas = append(citas, c)
	}
}

func date(year int, month time.Month, day int) tomahora.Fecha {
	return tomahora.Fecha{Year: year, Month: month, Day: day}
}

func TestTheSeedsExampleGetsItsAnswer(t *testing.T) {
	t.Parallel()
	now := time.Date(2018, 11, 5, 20, 9, 1, 0, time.UTC)
	for name, empty := range map[string]bool{"with citas": false, "empty": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed(t, now, empty, func(tx tomahora.Tx) {
				made, err := agenda.Agendar(tx, "token:1", seedExample(date(2018, 11, 2)))
				if err != nil {
					t.Fatal(err)
				}
				c := made.Cita
				if c.ID != 754 || c.PacienteCompleto() != "Fernanda Risopatrón" || c.NombreAtencion != "Exodoncia" {
					t.Errorf("got cita %d of %q for %q", c.ID, c.PacienteCompleto(), c.NombreAtencion)
				}
			})
		})
	}
}

// TestResetMakesTheDemoOfTheFirstDay: whatever was done to it.
func TestResetMakesTheDemoOfTheFirstDay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	var citas []tomahora.Cita
	var plan tomahora.Plan
	seed(t, now, false, func(tx tomahora.Tx) { citas, plan = allCitas(t, tx), tx.Config().Plan() })
	store, id := open(t, now)
	reset := func(tx tomahora.Tx) error { return demo.Reset(tx, false) }
	spoil := func(tx tomahora.Tx) error {
		k := demo.Clinica()
		k.Nombre, k.RechazarPasado = "Otra", true
		if err := tx.Setup().SaveClinica(k, "token:1"); err != nil {
			return err
		}
		_, err := agenda.CrearEstado(tx, "token:1", tomahora.Estado{Nombre: "Propio"})
		return err
	}
	for _, do := range []func(tomahora.Tx) error{reset, spoil, reset} {
		if err := store.Update(t.Context(), id, do); err != nil {
			t.Fatal(err)
		}
	}
	err := store.View(t.Context(), id, func(tx tomahora.Tx) error {
		got := tx.Config().Plan()
		got.Tokens, plan.Tokens = nil, nil
		if got.Online.Clave == plan.Online.Clave {
			t.Error("what was signed before is still good, for citas that are others by now")
		}
		got.Online.Clave = plan.Online.Clave
		if diff := cmp.Diff(plan, got); diff != "" {
			t.Errorf("the plan (-first +reset):\n%s", diff)
		}
		if diff := cmp.Diff(citas, allCitas(t, tx)); diff != "" {
			t.Errorf("the citas (-first +reset):\n%s", diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCitas(t *testing.T) {
	t.Parallel()
	days := map[string]time.Time{
		"a first Wednesday at noon":     time.Date(2026, 12, 2, 15, 20, 0, 0, time.UTC),
		"a Sunday after a clock change": time.Date(2026, 9, 6, 20, 0, 0, 0, time.UTC),
	}
	for name, now := range days {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed(t, now, false, func(tx tomahora.Tx) {
				today := tomahora.FechaOf(tx.Now(), tx.Config().Zona())
				citas := allCitas(t, tx)
				if len(citas) < 350 || len(citas) > 550 {
					t.Errorf("got %d citas, want 400 to 500 or so", len(citas))
				}
				checkCitas(t, today, citas)
				checkVariety(t, citas)
			})
		})
	}
}

func checkCitas(t *testing.T, today tomahora.Fecha, citas []tomahora.Cita) {
	t.Helper()
	libre := tomahora.Rango{Inicio: 9 * 60, Fin: 10 * 60}
	for i, c := range citas {
		e := c.Espacio
		if e.Rango.Overlaps(libre) {
			t.Errorf("cita %d takes %v of the hour that is to be free", c.ID, e.Rango)
		}
		if c.IDPaciente <= 2 || c.IDAtencion <= 5 {
			t.Errorf("cita %d takes paciente %d or atención %d, left for callers", c.ID, c.IDPaciente, c.IDAtencion)
		}
		if over := c.IDEstado == 2 || c.IDEstado == 8; over != e.Fecha.Before(today) && e.Fecha != today {
			t.Errorf("cita %d of %s is in estado %d", c.ID, e.Fecha, c.IDEstado)
		}
		if e.Fecha.Before(today.AddDays(-7)) || today.AddDays(14).Before(e.Fecha) {
			t.Errorf("cita %d is on %s", c.ID, e.Fecha)
		}
		for _, o := range citas[:i] {
			if c.IDPaciente == o.IDPaciente && e.Fecha == o.Espacio.Fecha && e.Rango.Overlaps(o.Espacio.Rango) {
				t.Errorf("paciente %d is wanted twice at once, citas %d and %d", c.IDPaciente, c.ID, o.ID)
			}
		}
	}
}

// checkVariety looks for something of everything that a program may want to see.
func checkVariety(t *testing.T, citas []tomahora.Cita) {
	t.Helper()
	seen := map[string]int{}
	for _, c := range citas {
		seen["profesional "+string('0'+rune(c.Espacio.IDProfesional))]++
		seen["sillon "+string('0'+rune(c.Espacio.IDSillon))]++
		if c.Videoconsulta {
			seen["video"]++
		}
		if c.Comentario != "" {
			seen["comentario"]++
		}
		if c.Espacio.Rango.Duracion() == 60 {
			seen["a whole hour"]++
		}
	}
	for _, what := range []string{
		"profesional 1", "profesional 2", "profesional 3", "profesional 6",
		"sillon 1", "sillon 2", "sillon 3", "sillon 7", "video", "comentario", "a whole hour",
	} {
		if seen[what] < 5 {
			t.Errorf("%d of %s", seen[what], what)
		}
	}
}

func TestTheSameDayGivesTheSameClinic(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	var clinics [2][]any
	for i := range clinics {
		seed(t, now, false, func(tx tomahora.Tx) {
			for _, c := range allCitas(t, tx) {
				clinics[i] = append(clinics[i], c)
			}
			for id := tomahora.PacienteID(1); id <= 200; id++ {
				p, err := tx.Pacientes().Get(id)
				if err != nil {
					t.Fatal(err)
				}
				clinics[i] = append(clinics[i], p)
			}
		})
	}
	if diff := cmp.Diff(clinics[0], clinics[1]); diff != "" {
		t.Errorf("the second time differs:\n%s", diff)
	}
}

func TestPacientesAndAtenciones(t *testing.T) {
	seed(t, time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC), true, func(tx tomahora.Tx) {
		ruts := map[string]bool{}
		for id := tomahora.PacienteID(1); id <= 200; id++ {
			p, err := tx.Pacientes().Get(id)
			if err != nil {
				t.Fatal(err)
			}
			if ruts[p.RUT] || !p.Habilitado || p.Nombre == "" {
				t.Errorf("paciente %d is no good: %+v", id, p)
			}
			ruts[p.RUT] = true
		}
		juan, _ := tx.Pacientes().Get(1)
		if juan.NombreCompleto() != "Juan Lopez" || juan.RUT != "11111111-1" {
			t.Errorf("paciente 1 is %q, %q", juan.NombreCompleto(), juan.RUT)
		}
		if _, err := tx.Pacientes().Get(201); !tomahora.IsCode(err, tomahora.CodeNoEncontrado) {
			t.Errorf("paciente 201: got %v", err)
		}
		want := []tomahora.Atencion{
			{ID: 1, IDPaciente: 1, Nombre: "Consulta", Tipo: tomahora.TipoConsulta},
			{ID: 2, IDPaciente: 2, Nombre: "Exodoncia", Tipo: tomahora.TipoConsulta},
			{ID: 3, IDPaciente: 2, Nombre: "Licencia médica", Tipo: tomahora.TipoLicencia},
			{ID: 4, IDPaciente: 2, Nombre: "Interconsulta", Tipo: tomahora.TipoInterconsulta},
			{ID: 5, IDPaciente: 2, Nombre: "Ortodoncia", Tipo: tomahora.TipoPlanTratamiento},
		}
		for _, a := range want {
			paciente, err := tx.Pacientes().Get(a.IDPaciente)
			if err != nil {
				t.Fatal(err)
			}
			a.Fecha, a.IDProfesional, a.IDSucursal = date(2026, 11, 23), 2, 1
			a.NombrePaciente = paciente.NombreCompleto()
			got, err := tx.Atenciones().Get(a.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(a, got); diff != "" {
				t.Errorf("atención (-want +got):\n%s", diff)
			}
		}
	})
}

func TestClinica(t *testing.T) {
	seed(t, time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC), true, func(tx tomahora.Tx) {
		cfg := tx.Config()
		clinica := demo.Clinica()
		clinica.ID = 1
		if diff := cmp.Diff(clinica, cfg.Clinica()); diff != "" {
			t.Errorf("the clinic of the program and of the file differ:\n%s", diff)
		}
		wantPrestaciones := []tomahora.Prestacion{
			{ID: 1, Nombre: "Evaluación dental", Codigo: "OD001", IDCategoria: 1, NombreCategoria: "Odontología", Habilitada: true},
			{ID: 2, Nombre: "Limpieza dental", Codigo: "OD002", IDCategoria: 1, NombreCategoria: "Odontología", Habilitada: true},
			{ID: 3, Nombre: "Consulta de medicina general", Codigo: "MG001", IDCategoria: 2, NombreCategoria: "Medicina", Habilitada: true},
		}
		if diff := cmp.Diff(wantPrestaciones, cfg.Plan().Prestaciones); diff != "" {
			t.Errorf("prestaciones (-want +got):\n%s", diff)
		}
		lunes, sabado := date(2026, 11, 23), date(2026, 11, 28)
		tests := []struct {
			name  string
			prof  tomahora.ProfesionalID
			suc   tomahora.SucursalID
			fecha tomahora.Fecha
			want  []tomahora.Segmento
		}{
			{"Soto at NORTE", 1, 1, lunes, laboral(tomahora.Presencial, 1)},
			{"Soto at SUR", 1, 2, lunes, laboral(tomahora.Presencial, 1)},
			{"Soto on a Saturday at NORTE", 1, 1, sabado, manana(tomahora.Presencial, 1)},
			{"Soto on a Saturday at SUR", 1, 2, sabado, nil},
			{"Vergara", 2, 1, lunes, laboral(tomahora.Ambas, 1, 2)},
			{"Vergara on a Saturday", 2, 1, sabado, manana(tomahora.Ambas, 1, 2)},
			{"Araya", 3, 1, lunes, laboral(tomahora.Videoconsulta, 1)},
			{"Fuentes on the first Wednesday of this month", 4, 2, date(2026, 11, 4), manana(tomahora.Presencial, 3)},
			{"Fuentes on the first Wednesday in a year", 4, 2, date(2027, 11, 3), manana(tomahora.Presencial, 3)},
			{"Fuentes on the first Wednesday two months ago", 4, 2, date(2026, 9, 2), manana(tomahora.Presencial, 3)},
			{"Fuentes on another Wednesday", 4, 2, date(2026, 11, 11), nil},
			{"Pinto", 5, 1, lunes, nil},
			{"Vera", 6, 2, lunes, laboral(tomahora.Presencial, 3)},
		}
		for _, tt := range tests {
			got := cfg.Segmentos(tt.prof, tt.suc, tt.fecha)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		}
		for id, want := range map[tomahora.ProfesionalID]struct {
			nombre    string
			intervalo tomahora.Duracion
			enabled   bool
		}{
			1: {"Javiera Soto", 15, true}, 2: {"Daniel Vergara", 15, true}, 3: {"Marcela Araya", 20, true},
			4: {"Tomás Fuentes", 30, true}, 5: {"Rosa Pinto", 15, false}, 6: {"Ignacio Vera", 30, true},
		} {
			p, _ := cfg.Profesional(id)
			if p.NombreCompleto() != want.nombre || p.Intervalo != want.intervalo || p.Habilitado != want.enabled {
				t.Errorf("profesional %d: got %+v, want %+v", id, p, want)
			}
			var number int
			if _, err := fmt.Sscanf(p.RUT, "%d-", &number); err != nil || tomahora.FormatRUT(number) != p.RUT {
				t.Errorf("profesional %d has the RUT %q: %v", id, p.RUT, err)
			}
		}
	})
}

func laboral(m tomahora.Modalidad, sillones ...tomahora.SillonID) []tomahora.Segmento {
	return []tomahora.Segmento{
		{Rango: tomahora.Rango{Inicio: 480, Fin: 780}, Sillones: sillones, Modalidad: m},
		{Rango: tomahora.Rango{Inicio: 840, Fin: 1200}, Sillones: sillones, Modalidad: m},
	}
}

func manana(m tomahora.Modalidad, sillones ...tomahora.SillonID) []tomahora.Segmento {
	return []tomahora.Segmento{{Rango: tomahora.Rango{Inicio: 540, Fin: 780}, Sillones: sillones, Modalidad: m}}
}

func BenchmarkSeed(b *testing.B) {
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	for b.Loop() {
		b.StopTimer()
		store, id := open(b, now)
		b.StartTimer()
		if err := store.Update(b.Context(), id, func(tx tomahora.Tx) error { return demo.Seed(tx, false) }); err != nil {
			b.Fatal(err)
		}
	}
}

func TestClaveHashIsThatOfClave(t *testing.T) {
	ok, stale, err := auth.NewPasswords(1).Check(t.Context(), demo.ClaveHash, demo.Clave)
	if !ok || stale || err != nil {
		t.Errorf("ok %v, stale %v, %v", ok, stale, err)
	}
}
