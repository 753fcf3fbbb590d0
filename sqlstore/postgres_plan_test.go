package sqlstore

import (
	"context"

	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tomahora/tomahora"
)

// growing are the tables that grow with a clinic's history.
func growing() []string { return []string{"citas", "atenciones", "pacientes", "eventos"} }

// planNode is a node of a plan of PostgreSQL's.
type planNode struct {
	Type    string     `json:"Node Type"`
	Table   string     `json:"Relation Name"`
	Index   string     `json:"Index Name"`
	Cond    string     `json:"Index Cond"`
	Rows    float64    `json:"Actual Rows"`
	Removed float64    `json:"Rows Removed by Filter"`
	Loops   float64    `json:"Actual Loops"`
	Plans   []planNode `json:"Plans"`
}

// walk visits a node and all below it.
func (n planNode) walk(visit func(planNode)) {
	visit(n)
	for _, p := range n.Plans {
		p.walk(visit)
	}
}

// TestPostgresReadsNoMoreThanItMust is what plan_test.go shows of SQLite, for the
// same queries and lists: in a clinic with a history, before the server ever
// analysed a table and after.
func TestPostgresReadsNoMoreThanItMust(t *testing.T) {
	s, conn := grownPostgres(t)
	t.Run("never analysed", func(t *testing.T) { checkPlans(t, s, conn) })
	if _, err := conn.Exec(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	t.Run("analysed", func(t *testing.T) { checkPlans(t, s, conn) })
}

func checkPlans(t *testing.T, s *Store, conn *pgx.Conn) {
	t.Helper()
	names, err := fs.Glob(queryFiles, "query/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("got %d queries, error %v", len(names), err)
	}
	for _, name := range names {
		name = strings.TrimSuffix(filepath.Base(name), ".sql")
		if strings.HasPrefix(name, "check_") || name == "cita_set_exclusiva" {
			continue // run by hand, and free to read everything
		}
		t.Run(name, func(t *testing.T) { checkQuery(t, conn, name) })
	}
	for name, test := range listPlans() {
		for page, next := range map[string]bool{"": false, ", next page": true} {
			t.Run(name+page, func(t *testing.T) { checkList(t, conn, test, next) })
		}
	}
}

// checkQuery looks at the plan that the store's sessions have for a query.
func checkQuery(t *testing.T, conn *pgx.Conn, name string) {
	t.Helper()
	text, err := queryText("postgres", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "PREPARE q AS "+text); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = conn.Exec(context.Background(), "DEALLOCATE q") }()
	call := "EXECUTE q"
	if n := lastParameter(text); n > 0 {
		call += "(" + strings.TrimPrefix(strings.Repeat(", NULL", n), ", ") + ")"
	}
	plan := explainPostgres(t, conn, "EXPLAIN (FORMAT JSON) "+call)
	plan.walk(func(n planNode) {
		if slices.Contains(growing(), n.Table) && (n.Type == "Seq Scan" || n.Index != "" && !strings.Contains(n.Cond, " AND ")) {
			t.Errorf("%s of %s by %s %s", n.Type, n.Table, n.Index, n.Cond)
		}
	})
	if name == "cita_facts" && (!plan.uses("citas_agenda") || !plan.uses("citas_atencion")) {
		t.Errorf("the profesional's day or the atención is not found by its index: %+v", plan)
	}
}

// String is the plan as EXPLAIN draws it.
func (n planNode) String() string {
	text := fmt.Sprintf("%s %s %s %s (%.0f rows and %.0f removed, %.0f times)", n.Type, n.Table, n.Index, n.Cond, n.Rows, n.Removed, n.Loops)
	for _, p := range n.Plans {
		text += "\n" + strings.ReplaceAll(p.String(), "\n", "\n  ")
	}
	return text
}

func (n planNode) uses(index string) (found bool) {
	n.walk(func(n planNode) { found = found || n.Index == index })
	return found
}

// checkList looks at the plan of a list, which is made for its arguments.
func checkList(t *testing.T, conn *pgx.Conn, test listPlan, next bool) {
	t.Helper()
	q := tomahora.Consulta{Filtros: test.filtros, Orden: test.orden, Limite: 50}
	if next {
		for _, o := range test.orden {
			q.Despues = append(q.Despues, map[string]any{
				"id": int64(30_000), "fecha": "2026-11-30", "apellidos": "apellido 100", "nombre": "nombre 100",
			}[o.Columna])
		}
	}
	text, args, err := test.listing.compose(1, listConfig(t), q, listNow())
	if err != nil {
		t.Fatal(err)
	}
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := tx.Exec(t.Context(), ownPlans); err != nil {
		t.Fatal(err)
	}
	plan := explainPostgres(t, conn, "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+text, args...)
	want, _, _ := strings.Cut(test.want, " ")
	if want == "PRIMARY" {
		want = test.listing.table + "_pkey"
	}
	read := 0.0
	plan.walk(func(n planNode) {
		if slices.Contains(growing(), n.Table) {
			read += (n.Rows + n.Removed) * n.Loops
			if n.Type == "Seq Scan" {
				t.Errorf("%s of %s", n.Type, n.Table)
			}
		}
	})
	// With few rows one index is as good as another. A profesional's citas are
	// all read, and are the most.
	if few, most := 300.0, 3500.0; read > most || read > few && !plan.uses(want) {
		t.Errorf("%.0f rows were read; want %s, got %s", read, want, plan)
	}
}

func explainPostgres(t *testing.T, conn *pgx.Conn, text string, args ...any) planNode {
	t.Helper()
	var plans []struct{ Plan planNode }
	if err := conn.QueryRow(t.Context(), text, args...).Scan(&plans); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return plans[0].Plan
}

// grownPostgres is a store with a clinic that has a history, and a connection as
// the store's sessions have. Nothing analyses its tables.
func grownPostgres(t *testing.T) (*Store, *pgx.Conn) {
	t.Helper()
	s, err := Open(t.Context(), NewPostgres(t, true), Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	e, ok := s.engine.(*postgresEngine)
	if !ok {
		t.Fatalf("%T is not PostgreSQL", s.engine)
	}
	pooled, err := e.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pooled.Release)
	for _, table := range growing() {
		grow(t, pooled.Conn(), fmt.Sprintf("ALTER TABLE %s SET (autovacuum_enabled = false)", table))
	}
	for clinica, citas := range map[int]int{1: 60_000, 2: 2_000, 3: 2_000} {
		for _, text := range grownRows() {
			text = strings.NewReplacer(":clinica", fmt.Sprint(clinica), ":citas", fmt.Sprint(citas)).Replace(text)
			grow(t, pooled.Conn(), text)
		}
	}
	return s, pooled.Conn()
}

func grow(t *testing.T, conn *pgx.Conn, text string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// grownRows fill a clinic: 20 profesionales, three years behind and some weeks
// ahead. The citas are outside the laws, which would take most of the time.
func grownRows() []string {
	return []string{
		"INSERT INTO clinicas VALUES (:clinica, 'A', 'America/Santiago', 0, 0, 0, 0, 1)",
		"INSERT INTO sucursales SELECT :clinica, n, 'S', '', '', '', '', '', 1 FROM generate_series(1, 2) n",
		"INSERT INTO profesionales SELECT :clinica, n, '', 'P', '', '', '', '', '', '', '', 1, 0, 0, 15, 1 FROM generate_series(1, 20) n",
		"INSERT INTO estados SELECT :clinica, n, 'E', '', 0, n % 9 / 8, 0, 1 FROM generate_series(1, 18) n",
		`INSERT INTO pacientes SELECT :clinica, n, 10000000 + n || '-1', 0, 'Nombre ' || n % 1000, '', 'Apellido ' || n % 3000, '', '', '', '+569' || n, '', '', '', n || '@x.cl',
			'', 0, '', '', 1, 0, 1, 'nombre ' || n % 1000, 'apellido ' || n % 3000, n || '@x.cl' FROM generate_series(1, :citas / 10) n`,
		`INSERT INTO atenciones SELECT :clinica, n, 'A', 'Consulta', (date '2023-11-23' + n / (:citas / 1100))::text, 1 + n % (:citas / 10), 1 + n % 20, 1 + n % 2, 0, 0
			FROM generate_series(1, :citas) n`,
		`INSERT INTO citas SELECT :clinica, n, 1 + n % 20, 1 + n % 2, CASE n % 50 WHEN 0 THEN 7 ELSE 1 END, (date '2023-11-23' + n / (:citas / 1100))::text, n % 90 * 15, n % 90 * 15 + 15,
			1 + n % (:citas / 10), n, CASE n % 100 WHEN 0 THEN 1 ELSE 7 END, 0, '', CASE n % 100 WHEN 0 THEN 0 ELSE 1 END, 1, 0, 0,
			(1700000000 + n::bigint * 94000000 / :citas) * 1000000, 0, 0, 1, 'x', 0 FROM generate_series(1, :citas) n`,
		"INSERT INTO eventos SELECT :clinica, n, 0, 'x', 'created', 'cita', n, '' FROM generate_series(1, :citas) n",
	}
}
