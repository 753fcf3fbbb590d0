package sqlstore

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tomahora/tomahora"
)

// Setting is a setting that the connections of a store on PostgreSQL have.
func Setting(t testing.TB, s *Store, name string) (value string) {
	t.Helper()
	if err := poolOf(t, s).QueryRow(context.Background(), "SELECT current_setting($1)", name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func poolOf(t testing.TB, s *Store) *pgxpool.Pool {
	t.Helper()
	e, ok := s.engine.(*postgresEngine)
	if !ok {
		t.Fatalf("%T is not PostgreSQL", s.engine)
	}
	return e.pool
}

func openTest(t testing.TB) *Store {
	t.Helper()
	s, err := Open(context.Background(), NewPostgres(t, true), Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestALaneEndsWithItsLastCaller looks at the lanes while they are used and
// after.
func TestALaneEndsWithItsLastCaller(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	lanes, ok := s.writing.(*clinicLanes)
	if !ok {
		t.Fatalf("%T has no lanes for clinics", s.writing)
	}
	const clinicas = 5
	for range clinicas {
		if _, err := s.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "A", Zona: "America/Santiago"}); err != nil {
			t.Fatal(err)
		}
	}
	var all []*sharedLane
	hold := make(chan struct{})
	var inside, done sync.WaitGroup
	for id := tomahora.ClinicaID(1); id <= clinicas; id++ {
		inside.Add(1)
		done.Go(func() {
			err := s.Update(context.Background(), id, func(tomahora.Tx) error { inside.Done(); <-hold; return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	inside.Wait()
	lanes.mu.Lock()
	for _, l := range lanes.open {
		all = append(all, l)
	}
	lanes.mu.Unlock()
	if len(all) != clinicas {
		t.Errorf("got %d lanes for %d clinics", len(all), clinicas)
	}
	close(hold)
	done.Wait()
	for _, l := range all {
		select {
		case <-l.stopped:
		case <-time.After(10 * time.Second):
			t.Fatal("a lane lives on without callers")
		}
	}
	lanes.mu.Lock()
	defer lanes.mu.Unlock()
	if len(lanes.open) > 0 {
		t.Errorf("%d lanes are left", len(lanes.open))
	}
}

// TestAGrownTableIsReadByItsIndex has a session make its plans while the tables
// are empty and then lets them grow, on a server that analyses nothing.
func TestAGrownTableIsReadByItsIndex(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), NewPostgres(t, true)+"&pool_max_conns=1", Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	id, err := s.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "A", Zona: "America/Santiago"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(year int) { // of a day that nobody has asked about
		day := tomahora.Fecha{Year: year, Month: 11, Day: 30}
		err := s.View(t.Context(), id, func(tx tomahora.Tx) error {
			inicio, duracion := tomahora.Hora(540), tomahora.Duracion(15)
			_, facts := tx.Citas().Facts(tomahora.Solicitud{
				IDProfesional: 1, IDSucursal: 1, IDSillon: 1, IDPaciente: 1, IDAtencion: 1, Fecha: day, HoraInicio: &inicio, Duracion: &duracion,
			}, false, 0)
			_, busy := tx.Citas().Ocupados([]tomahora.ProfesionalID{1}, day, day)
			_, agenda := tx.Citas().Agenda([]tomahora.ProfesionalID{1}, day, day)
			_, chairs := tx.Citas().Sillones(1, day, day)
			_, open := tx.Atenciones().FirstOpen(1, 1, 1)
			if tomahora.KindOf(open) == tomahora.KindNotFound {
				open = nil
			}
			return errors.Join(facts, busy, agenda, chairs, open)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	conn := connectTo(t, s)
	grow(t, conn, "VACUUM ANALYZE citas") // so that the server knows that it is empty
	ask(2027)
	for _, table := range growing() {
		grow(t, conn, "ALTER TABLE "+table+" SET (autovacuum_enabled = false)")
	}
	for _, text := range grownRows()[1:] {
		if !strings.HasPrefix(text, "INSERT INTO estados") { // they are there
			grow(t, conn, strings.NewReplacer(":clinica", "1", ":citas", "30000").Replace(text))
		}
	}
	ask(2026)
	for part, index := range map[string]string{
		"All that a booking has to know":           "citas_agenda",
		"The other engine's, in PostgreSQL's JSON": "citas_agenda",
		"The live citas of one profesional":        "citas_agenda",
		"The live citas on exclusive sillones":     "citas_sillon",
		"a.id_paciente = $2 AND a.id_profesional":  "atenciones_paciente",
	} {
		if plan := cachedPlan(t, s, part); !plan.uses(index) {
			t.Errorf("want %s in the plan of the query %q, got %s", index, part, plan)
		}
	}
}

// connectTo is a connection beside those of a store.
func connectTo(t *testing.T, s *Store) *pgx.Conn {
	t.Helper()
	conn, err := pgx.ConnectConfig(context.Background(), poolOf(t, s).Config().ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// cachedPlan is the plan that the only connection of a store keeps for the query
// whose text holds a part.
func cachedPlan(t *testing.T, s *Store, part string) planNode {
	t.Helper()
	conn, err := poolOf(t, s).Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	var name string
	var parameters int
	err = conn.QueryRow(t.Context(), "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements WHERE statement LIKE '%' || $1 || '%' AND statement NOT LIKE '%pg_prepared%'", part).Scan(&name, &parameters)
	if err != nil {
		t.Fatal(err)
	}
	return explainPostgres(t, conn.Conn(), "EXPLAIN (FORMAT JSON) EXECUTE "+name+"("+strings.TrimPrefix(strings.Repeat(", NULL", parameters), ", ")+")")
}
