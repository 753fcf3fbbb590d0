package sqlstore

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
)

// TestNoQueryScansAClinic asks the planner, on an empty database as on a grown
// one it was told nothing about: rows that grow with history are only ever
// reached by a whole key or by an index that narrows further than the clinic.
func TestNoQueryScansAClinic(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	s, err := Open(t.Context(), "sqlite:"+file, Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	names, err := fs.Glob(queryFiles, "query/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("got %d queries, error %v", len(names), err)
	}
	for _, name := range names {
		name = strings.TrimSuffix(filepath.Base(name), ".sql")
		if strings.HasPrefix(name, "check_") || strings.HasPrefix(name, "reset_") || name == "cita_set_exclusiva" || name == "clinica_create" {
			continue // run by hand or on a demo clinic, and free to read everything
		}
		if name == "evento_oldest" {
			continue // the first row of a clinic's
		}
		for _, step := range queryPlan(t, writers(t, s), name) {
			for _, table := range []string{"citas", "c", "o", "pacientes", "p", "atenciones", "a", "eventos"} {
				if strings.HasPrefix(step, "SCAN "+table+" ") || strings.HasPrefix(step, "SEARCH "+table+" ") && strings.HasSuffix(step, "(id_clinica=?)") {
					t.Errorf("%s: %s", name, step)
				}
			}
		}
	}
}

// TestCountingReadsAnIndexAlone proves by the plan that a stretch of dates is
// counted without reading its citas, and that days need no sort to be counted.
func TestCountingReadsAnIndexAlone(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for name, sorts := range map[string]int{"cita_por_semana": 1, "cita_por_origen": 1} {
		steps := queryPlan(t, writers(t, s), name)
		if len(steps) == 0 || !slices.Contains(steps, "SEARCH citas USING COVERING INDEX citas_fecha (id_clinica=? AND fecha>? AND fecha<?)") {
			t.Errorf("%s: %q", name, steps)
		}
		n := 0
		for _, step := range steps {
			if strings.HasPrefix(step, "USE TEMP B-TREE") {
				n++
			}
		}
		if n != sorts {
			t.Errorf("%s sorts %d times, want %d: %q", name, n, sorts, steps)
		}
	}
}

// listNow is when the lists are asked for, and listConfig in which clinic.
func listNow() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func listConfig(t *testing.T) *tomahora.Config {
	t.Helper()
	cfg, err := tomahora.NewConfig(1, tomahora.Plan{
		Clinica:    tomahora.Clinica{Nombre: "A", Zona: "America/Santiago"},
		Sucursales: []tomahora.Sucursal{{ID: 1, Nombre: "NORTE"}, {ID: 2, Nombre: "SUR"}},
		Estados:    tomahora.EstadosIniciales(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// listPlan is a list and how its page is to be found.
type listPlan struct {
	listing listing
	filtros []tomahora.Filtro
	orden   []tomahora.Orden
	want    string // index and what it is searched by
	sorted  bool   // what was found is few, and sorted
}

func listPlans() map[string]listPlan {
	is := func(column string, o tomahora.Operador, v any) tomahora.Filtro {
		return tomahora.Filtro{Columna: column, Operador: o, Valor: v}
	}
	by := func(columns ...string) (orden []tomahora.Orden) {
		for _, c := range columns {
			name, descending := strings.CutPrefix(c, "-")
			orden = append(orden, tomahora.Orden{Columna: name, Descendente: descending})
		}
		return orden
	}
	now := listNow()
	return map[string]listPlan{
		"citas, newest first": {citaListing(), nil, by("-id"), "PRIMARY KEY (id_clinica=?", false},
		"citas from an id on": {citaListing(), []tomahora.Filtro{is("id", tomahora.MayorIgual, int64(7))}, by("id"), "PRIMARY KEY (id_clinica=? AND id>?", false},
		"citas of a day": {
			citaListing(), []tomahora.Filtro{is("fecha", tomahora.Igual, "2026-11-30")}, by("-id"),
			"citas_fecha (id_clinica=? AND fecha=?", true,
		},
		"citas of a day at a sucursal": {
			citaListing(), []tomahora.Filtro{is("fecha", tomahora.Igual, "2026-11-30"), is("id_sucursal", tomahora.Igual, int64(1))}, by("-id"),
			"citas_fecha (id_clinica=? AND fecha=? AND id_sucursal=?", true,
		},
		"citas of a day with a profesional": {
			citaListing(), []tomahora.Filtro{is("fecha", tomahora.Igual, "2026-11-30"), is("id_profesional", tomahora.Igual, int64(1))}, by("-id"),
			"citas_agenda (id_clinica=? AND id_profesional=? AND fecha=?", true,
		},
		"citas of a week with a profesional": {
			citaListing(), []tomahora.Filtro{
				is("fecha", tomahora.MayorIgual, "2026-11-30"), is("fecha", tomahora.MenorIgual, "2026-12-06"), is("id_profesional", tomahora.Igual, int64(1)),
			}, by("-id"),
			"citas_agenda (id_clinica=? AND id_profesional=? AND fecha>? AND fecha<?", true,
		},
		"citas from today on": {
			citaListing(), []tomahora.Filtro{is("fecha", tomahora.MayorIgual, "2026-11-23")}, by("-id"),
			"citas_fecha (id_clinica=? AND fecha>?", true,
		},
		"citas from today on at a sucursal": {
			citaListing(), []tomahora.Filtro{is("fecha", tomahora.MayorIgual, "2026-11-23"), is("id_sucursal", tomahora.Igual, int64(1))}, by("-id"),
			"citas_fecha (id_clinica=? AND fecha>?", true,
		},
		"citas of all the years, which the newest are a page of": {
			citaListing(), []tomahora.Filtro{is("fecha", tomahora.MayorIgual, "2015-01-01")}, by("-id"), "PRIMARY KEY (id_clinica=?", false,
		},
		"citas by fecha":      {citaListing(), nil, by("-fecha", "-id"), "citas_fecha (id_clinica=?", true},
		"citas of a paciente": {citaListing(), []tomahora.Filtro{is("id_paciente", tomahora.Igual, int64(1))}, by("-id"), "citas_paciente (id_clinica=? AND id_paciente=?", false},
		"citas of a paciente from today on": {
			citaListing(), []tomahora.Filtro{is("id_paciente", tomahora.Igual, int64(1)), is("fecha", tomahora.MayorIgual, "2026-11-23")}, by("-id"),
			"citas_paciente (id_clinica=? AND id_paciente=?", false,
		},
		"citas by RUT": {
			citaListing(), []tomahora.Filtro{is("rut", tomahora.Igual, "11111111-1")}, by("-id"),
			"citas_paciente (id_clinica=? AND id_paciente=?", true,
		},
		"citas by RUT from today on": {
			citaListing(), []tomahora.Filtro{is("rut", tomahora.Igual, "11111111-1"), is("fecha", tomahora.MayorIgual, "2026-11-23")}, by("-id"),
			"citas_paciente (id_clinica=? AND id_paciente=?", true,
		},
		"citas with a profesional": {citaListing(), []tomahora.Filtro{is("id_profesional", tomahora.Igual, int64(1))}, by("-id"), "citas_agenda (id_clinica=? AND id_profesional=?", true},
		"citas at a sucursal":      {citaListing(), []tomahora.Filtro{is("id_sucursal", tomahora.Igual, int64(1))}, by("-id"), "citas_estado (id_clinica=? AND id_sucursal=? AND id_estado=?", true},
		"citas of an estado":       {citaListing(), []tomahora.Filtro{is("id_estado", tomahora.Igual, int64(5))}, by("-id"), "citas_estado (id_clinica=? AND id_sucursal=? AND id_estado=?", true},
		"citas of an estado at a sucursal": {
			citaListing(), []tomahora.Filtro{is("id_sucursal", tomahora.Igual, int64(1)), is("id_estado", tomahora.Entre, []int64{7})}, by("-id"),
			"citas_estado (id_clinica=? AND id_sucursal=? AND id_estado=?", false,
		},
		"citas annulled":    {citaListing(), []tomahora.Filtro{is("estado_anulacion", tomahora.Igual, int64(1))}, by("-id"), "citas_estado (id_clinica=? AND id_sucursal=? AND id_estado=?", true},
		"citas on a sillón": {citaListing(), []tomahora.Filtro{is("id_sillon", tomahora.Igual, int64(7))}, by("-id"), "citas_otro_sillon (id_clinica=? AND id_sillon=?", false},
		"citas on a sillón of a sucursal": {
			citaListing(), []tomahora.Filtro{is("id_sucursal", tomahora.Igual, int64(1)), is("id_sillon", tomahora.Igual, int64(7))}, by("id"),
			"citas_otro_sillon (id_clinica=? AND id_sillon=?", false,
		},
		"citas changed since": {
			citaListing(), []tomahora.Filtro{is("fecha_actualizacion", tomahora.MayorIgual, tomahora.Lapso{Desde: now, Hasta: now})}, by("-id"),
			"citas_estado_desde (id_clinica=? AND estado_desde>?", true,
		},
		"paciente by RUT":                   {pacienteListing(), []tomahora.Filtro{is("rut", tomahora.Igual, "11111111-1")}, by("id"), "pacientes_rut (id_clinica=? AND rut=?", false},
		"pacientes by nombre":               {pacienteListing(), []tomahora.Filtro{is("nombre", tomahora.Igual, "Ana")}, by("id"), "pacientes_nombre (id_clinica=? AND nombre_plano=?", false},
		"pacientes by email":                {pacienteListing(), []tomahora.Filtro{is("email", tomahora.Igual, "a@b.cl")}, by("id"), "pacientes_email (id_clinica=? AND email_plano=?", false},
		"pacientes by celular":              {pacienteListing(), []tomahora.Filtro{is("celular", tomahora.Igual, "+569")}, by("id"), "pacientes_celular (id_clinica=? AND <expr>=?", false},
		"pacientes by apellidos":            {pacienteListing(), nil, by("apellidos", "id"), "pacientes_apellidos (id_clinica=?", true},
		"pacientes by apellidos and nombre": {pacienteListing(), nil, by("apellidos", "nombre", "id"), "pacientes_apellidos (id_clinica=?", false},
		"pacientes, sorted by nombre":       {pacienteListing(), nil, by("-nombre", "-id"), "pacientes_nombre (id_clinica=?", false},
		"atenciones of one":                 {atencionListing(), []tomahora.Filtro{is("id_paciente", tomahora.Igual, int64(1))}, by("-id"), "atenciones_paciente (id_clinica=? AND id_paciente=?", true},
		"atenciones of a fecha":             {atencionListing(), []tomahora.Filtro{is("fecha", tomahora.Igual, "2026-11-30")}, by("-id"), "atenciones_fecha (id_clinica=? AND fecha=?", true},
	}
}

// TestListsReadNoMoreThanTheyMust proves by the plan which index answers a list,
// and that what has a page in its own order is not sorted.
func TestListsReadNoMoreThanTheyMust(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for name, test := range listPlans() {
		for page, despues := range map[string][]any{"": nil, ", next page": make([]any, len(test.orden))} {
			t.Run(name+page, func(t *testing.T) {
				q := tomahora.Consulta{Filtros: test.filtros, Orden: test.orden, Despues: despues, Limite: 50}
				text, args, err := test.listing.compose(1, listConfig(t), q, listNow())
				if err != nil {
					t.Fatal(err)
				}
				found, sorts := false, 0
				for _, step := range explain(t, writers(t, s), text, args...) {
					found = found || strings.HasPrefix(step, "SEARCH r USING ") && strings.Contains(step, strings.TrimSuffix(test.want, "?"))
					if strings.HasPrefix(step, "USE TEMP B-TREE") {
						sorts++
					}
				}
				ofPage := 0 // the page itself is read by its ids, and put in another order where that is asked
				if test.orden[0].Columna != "id" {
					ofPage = 1
				}
				if !found || !test.sorted && sorts > ofPage {
					t.Errorf("got %q, want %s, sorted: %t", explain(t, writers(t, s), text, args...), test.want, test.sorted)
				}
			})
		}
	}
}

// writers is the database of a store on SQLite.
func writers(t *testing.T, s *Store) *sql.DB {
	t.Helper()
	e, ok := s.engine.(*sqliteEngine)
	if !ok {
		t.Fatalf("%T is not SQLite", s.engine)
	}
	return e.writers
}

func queryPlan(t *testing.T, db *sql.DB, name string) []string {
	t.Helper()
	text, err := queryText("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	args := make([]any, strings.Count(text, "$"))
	for i := range args {
		args[i] = 1
	}
	return explain(t, db, text, args[:lastParameter(text)]...)
}

func explain(t *testing.T, db *sql.DB, text string, args ...any) []string {
	t.Helper()
	session, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer session.Close()
	var steps []string
	for session.Next() {
		var id, parent, unused int
		var detail string
		if err := session.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, detail)
	}
	if err := session.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// lastParameter is the highest n of the $n in a text.
func lastParameter(text string) int {
	highest := 0
	for _, piece := range strings.Split(text, "$")[1:] {
		n := 0
		for _, c := range piece {
			if c < '0' || c > '9' {
				break
			}
			n = n*10 + int(c-'0')
		}
		highest = max(highest, n)
	}
	return highest
}
