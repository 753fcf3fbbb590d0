package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/storetest"
)

// twoStores are two stores on one database, as two replicas have them, with a
// clinic of eight profesionales.
func twoStores(t *testing.T, url string) (stores [2]*sqlstore.Store, id tomahora.ClinicaID) {
	t.Helper()
	for i := range stores {
		stores[i] = openURL(t, url, frozen)
		stores[i].KeepFew()
	}
	id = storetest.Setup(t, stores[0], 1)
	err := stores[0].Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		for prof := range agendaProfs {
			err = errors.Join(err, tx.Setup().SaveProfesional(tomahora.Profesional{ID: prof + 1, Nombre: "P", Intervalo: 15, Habilitado: true}, "token:1"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return stores, id
}

const agendaProfs tomahora.ProfesionalID = 8

const agendaDays = 6

func agendaFecha(n int) tomahora.Fecha {
	return tomahora.Fecha{Year: 2027, Month: time.February, Day: 26}.AddDays(n)
}

func anyPlace() tomahora.Espacio {
	inicio := tomahora.Hora(15 * rand.IntN(90))
	return tomahora.Espacio{
		IDProfesional: 1 + rand.N(agendaProfs), IDSucursal: 1 + rand.N(tomahora.SucursalID(2)), IDSillon: []tomahora.SillonID{1, 1, 2, 7}[rand.IntN(4)],
		Fecha: agendaFecha(rand.IntN(agendaDays)), Rango: tomahora.Rango{Inicio: inicio, Fin: inicio + tomahora.Hora(15*(1+rand.IntN(4)))},
	}
}

// change makes, moves, annuls or revives a cita, or does something that is none
// of an agenda's business. It is refused at times.
func change(ctx context.Context, s *sqlstore.Store, id tomahora.ClinicaID, citas *atomic.Int64) error {
	var made int64
	err := s.Update(ctx, id, func(tx tomahora.Tx) error {
		last := citas.Load()
		if kind := rand.IntN(8); kind < 3 || last == 0 {
			a, err := tx.Atenciones().Create(tomahora.Atencion{Nombre: "X", Tipo: tomahora.TipoConsulta, Fecha: agendaFecha(0), IDPaciente: 1, IDProfesional: 1, IDSucursal: 1}, "token:1")
			if err != nil {
				return err
			}
			c, err := tx.Citas().Create(tomahora.Cita{Espacio: anyPlace(), IDPaciente: 1, IDAtencion: a.ID, IDEstado: tomahora.EstadoNoConfirmado, Viva: true, Origen: "token:1"})
			made = int64(c.ID)
			return err
		} else if kind == 3 {
			_, err := tx.Reservas().Create(tomahora.Reserva{Espacio: anyPlace(), Vence: storetest.Now.Add(time.Minute), Origen: "token:1"})
			return err
		}
		c, err := tx.Citas().Get(tomahora.CitaID(1 + rand.N(last)))
		if err != nil {
			return err
		}
		switch rand.IntN(5) {
		case 0: // the hour
			c.Espacio.Rango = anyPlace().Rango
			_, err = tx.Citas().Save(c, "token:1", "hora_inicio", "duracion")
		case 1: // the day and who attends, and says so
			c.Espacio = anyPlace()
			_, err = tx.Citas().Save(c, "token:1", "fecha", "id_profesional")
		case 2: // the day, and does not say so
			c.Espacio.Fecha = anyPlace().Fecha
			_, err = tx.Citas().Save(c, "token:1", "comentario")
		case 3:
			c.IDEstado, c.Viva = tomahora.EstadoAnulado, false
			_, err = tx.Citas().Save(c, "token:1", "id_estado")
		default:
			c.IDEstado, c.Viva = tomahora.EstadoNoConfirmado, true
			_, err = tx.Citas().Save(c, "token:1", "id_estado")
		}
		if err == nil && oneIn(10) {
			err = errRegret
		}
		return err
	})
	if err == nil {
		citas.Store(max(citas.Load(), made)) // lost where two are made at once; all up to it are there
	}
	if errors.Is(err, errRegret) || tomahora.KindOf(err) == tomahora.KindInvalid {
		return nil
	}
	return err
}

var errRegret = errors.New("on second thoughts")

func oneIn(n int) bool { return rand.IntN(n) == 0 }

// checkAgendas holds what is told of many agendas at once, which may have been
// kept, against the citas in the same transaction.
func checkAgendas(ctx context.Context, s *sqlstore.Store, id tomahora.ClinicaID) error {
	var profs []tomahora.ProfesionalID
	for range 3 + rand.IntN(6) {
		profs = append(profs, 1+rand.N(agendaProfs))
	}
	first := rand.IntN(agendaDays)
	desde, hasta := agendaFecha(first), agendaFecha(first+rand.IntN(agendaDays-first))
	return s.View(ctx, id, func(tx tomahora.Tx) error {
		got, err := tx.Citas().Ocupados(profs, desde, hasta)
		if err != nil {
			return err
		}
		citas, err := tx.Citas().Agenda(profs, desde, hasta)
		if err != nil {
			return err
		}
		want := make([]tomahora.Espacio, 0, len(citas))
		for _, c := range citas {
			if c.Espacio.IDSillon != tomahora.Sobrecupo {
				want = append(want, c.Espacio)
			}
		}
		if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
			return fmt.Errorf("the citas (-) and what is told of the agendas (+) of %v from %v to %v:\n%s", profs, desde, hasta, diff)
		}
		return nil
	})
}

// lines are places in an order of their own.
func lines(places []tomahora.Espacio) []string {
	list := make([]string, len(places))
	for i, e := range places {
		list[i] = fmt.Sprint(e.IDProfesional, " ", e.Fecha, " ", e.Rango.Inicio, " ", e.Rango.Fin, " ", e.IDSillon, " ", e.IDSucursal)
	}
	slices.Sort(list)
	return list
}

func testAgendasAreNeverStale(t *testing.T, url string) {
	stores, id := twoStores(t, url)
	stores[1].ForgetSoon()
	most := [2]int{}
	var citas atomic.Int64
	for range 600 {
		s := stores[rand.IntN(2)]
		if err := change(t.Context(), s, id, &citas); err != nil {
			t.Fatal(err)
		}
		if oneIn(3) {
			if err := checkAgendas(t.Context(), stores[rand.IntN(2)], id); err != nil {
				t.Fatal(err)
			}
		}
		for i, s := range stores {
			days, counted := s.KeptDays()
			if !counted {
				t.Fatalf("store %d does not know how much it keeps", i)
			}
			most[i] = max(most[i], days)
		}
	}
	if most[0] < 12 || most[1] < 3 {
		t.Errorf("at most %v days were kept: this shows nothing", most)
	}
}

// Writers and readers on both stores at once: a reader's transaction is compared
// with itself, so that it does not matter when it was.
func testAgendasAreOfTheirTransaction(t *testing.T, url string) {
	stores, id := twoStores(t, url)
	stores[1].ForgetSoon()
	var citas atomic.Int64
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	work := func(do func(s *sqlstore.Store) error) {
		for i := range 4 {
			wg.Go(func() {
				for ctx.Err() == nil {
					if err := do(stores[i%2]); err != nil && ctx.Err() == nil {
						t.Error(err)
						cancel()
					}
				}
			})
		}
	}
	work(func(s *sqlstore.Store) error { return change(ctx, s, id, &citas) })
	work(func(s *sqlstore.Store) error { return checkAgendas(ctx, s, id) })
	wg.Wait()
	if citas.Load() < 10 {
		t.Errorf("only %d citas were made", citas.Load())
	}
}

// warm makes a store keep the agendas of some days.
func warm(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID) {
	t.Helper()
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := tx.Citas().Ocupados([]tomahora.ProfesionalID{1, 2, 3}, agendaFecha(0), agendaFecha(1))
		return err
	}))
	if days, _ := s.KeptDays(); days == 0 {
		t.Fatal("nothing is kept")
	}
}

// takenBy is how many places of three agendas are taken on two days.
func takenBy(t *testing.T, tx tomahora.Tx) int {
	t.Helper()
	places, err := tx.Citas().Ocupados([]tomahora.ProfesionalID{1, 2, 3}, agendaFecha(0), agendaFecha(1))
	must(t, err)
	return len(places)
}

func create(tx tomahora.Tx, day int, inicio tomahora.Hora) error {
	a, err := tx.Atenciones().Create(tomahora.Atencion{Nombre: "X", Tipo: tomahora.TipoConsulta, Fecha: agendaFecha(0), IDPaciente: 1, IDProfesional: 1, IDSucursal: 1}, "token:1")
	if err != nil {
		return err
	}
	_, err = tx.Citas().Create(tomahora.Cita{
		Espacio:    tomahora.Espacio{IDProfesional: 1, IDSucursal: 1, IDSillon: 1, Fecha: agendaFecha(day), Rango: tomahora.Rango{Inicio: inicio, Fin: inicio + 15}},
		IDPaciente: 1, IDAtencion: a.ID, IDEstado: tomahora.EstadoNoConfirmado, Viva: true, Origen: "token:1",
	})
	return err
}

func TestAnUpdateSeesWhatItWrote(t *testing.T) {
	stores, id := twoStores(t, "sqlite:"+filepath.Join(t.TempDir(), "a.db"))
	s := stores[0]
	warm(t, s, id)
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		for n, h := range []tomahora.Hora{540, 600} {
			must(t, create(tx, 0, h))
			if got := takenBy(t, tx); got != n+1 {
				t.Errorf("got %d places, want the %d that were just taken", got, n+1)
			}
		}
		return errRegret
	})
	if !errors.Is(err, errRegret) {
		t.Fatal(err)
	}
	// As much is written, elsewhere.
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		must(t, create(tx, 3, 540))
		return create(tx, 3, 600)
	}))
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		if got := takenBy(t, tx); got != 0 {
			t.Errorf("got %d places, of which all were given back", got)
		}
		return nil
	}))
}

// A view that began before others wrote and read stays in its own time.
func TestAViewStaysInItsTime(t *testing.T) {
	stores, id := twoStores(t, "sqlite:"+filepath.Join(t.TempDir(), "a.db"))
	s := stores[0]
	warm(t, s, id)
	must(t, s.View(t.Context(), id, func(old tomahora.Tx) error {
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return create(tx, 0, 540) }))
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
			if got := takenBy(t, tx); got != 1 {
				t.Errorf("a new view sees %d places, want 1", got)
			}
			return nil
		}))
		if got := takenBy(t, old); got != 0 {
			t.Errorf("a view from before sees %d places, want none", got)
		}
		return nil
	}))
}

// What is done beside the store, such as a restore, and what nobody tells of any
// more, is found out by the numbers.
func TestHistoryIsNotTakenForGranted(t *testing.T) {
	changes := map[string]struct {
		change func(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID, db *sql.DB)
		want   int
	}{
		"eventos that were forgotten": {func(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID, _ *sql.DB) {
			must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return create(tx, 0, 540) }))
			must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
				last, err := tx.Eventos().Last()
				must(t, err)
				return tx.Eventos().Forget(last)
			}))
		}, 2},
		"a bulk load that tells nothing": {func(t *testing.T, _ *sqlstore.Store, _ tomahora.ClinicaID, db *sql.DB) {
			run(t, db, `INSERT INTO citas SELECT id_clinica, 50, id_profesional, id_sucursal, id_sillon, fecha, 600, 615, id_paciente, 50, id_estado, videoconsulta, comentario, viva, exenta, exclusiva, atencion_multiple, estado_desde, creada, cambiada, version, origen, id_cita_previa FROM citas WHERE id = 1`)
			run(t, db, `UPDATE clinicas SET ultima_cita = 50`)
		}, 2},
		"another history of the same length": {func(t *testing.T, _ *sqlstore.Store, _ tomahora.ClinicaID, db *sql.DB) {
			run(t, db, `DELETE FROM citas`)
			run(t, db, `UPDATE eventos SET en = en + 1`)
		}, 0},
		"a shorter history": {func(t *testing.T, _ *sqlstore.Store, _ tomahora.ClinicaID, db *sql.DB) {
			run(t, db, `DELETE FROM citas`)
			run(t, db, `UPDATE clinicas SET ultimo_evento = 1, ultima_cita = 0`)
		}, 0},
	}
	for name, tt := range changes {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "a.db")
			stores, id := twoStores(t, "sqlite:"+file)
			s := stores[0]
			must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return create(tx, 0, 480) }))
			warm(t, s, id)
			db, err := sql.Open("sqlite", file)
			must(t, err)
			tt.change(t, s, id, db)
			must(t, db.Close())
			for range 2 {
				must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
					if got := takenBy(t, tx); got != tt.want {
						t.Errorf("got %d places, want %d", got, tt.want)
					}
					return nil
				}))
			}
		})
	}
}

func run(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), text)
	must(t, err)
}

func TestAgendasInMemory(t *testing.T) {
	engines := map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "a.db") },
		"postgres": func(t *testing.T) string { return sqlstore.NewPostgres(t, true) },
	}
	for name, newURL := range engines {
		t.Run(name+", never stale", func(t *testing.T) {
			t.Parallel()
			testAgendasAreNeverStale(t, newURL(t))
		})
		t.Run(name+", of their own transaction", func(t *testing.T) {
			t.Parallel()
			testAgendasAreOfTheirTransaction(t, newURL(t))
		})
	}
}
