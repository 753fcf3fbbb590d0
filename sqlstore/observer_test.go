package sqlstore_test

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/storetest"
)

// notes is an observer that remembers.
type notes struct {
	mu      sync.Mutex
	clock   time.Time
	members int
	batches int
	deepest int
	commits []time.Duration
	alarms  map[tomahora.Code]int
}

// Now moves on a second each time.
func (n *notes) Now() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.clock = n.clock.Add(time.Second)
	return n.clock
}

func (n *notes) Batch(members, queued int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.members += members
	n.batches++
	n.deepest = max(n.deepest, queued)
}

func (n *notes) Commit(took time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.commits = append(n.commits, took)
}

func (n *notes) Alarm(law tomahora.Code) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.alarms[law]++
}

func openObserved(t *testing.T) (*sqlstore.Store, *notes) {
	t.Helper()
	n := &notes{alarms: map[tomahora.Code]int{}}
	s, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: frozen, Observer: n})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, n
}

// force books past the rules, so that only the database's laws are in the way.
func force(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID, change func(*tomahora.Cita)) error {
	t.Helper()
	return s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		a, err := tx.Atenciones().Create(tomahora.Atencion{
			Nombre: "X", Tipo: tomahora.TipoConsulta, Fecha: tomahora.Fecha{Year: 2026, Month: 1, Day: 1},
			IDPaciente: 1, IDProfesional: 1, IDSucursal: 1,
		}, tomahora.Sistema)
		if err != nil {
			return err
		}
		c := tomahora.Cita{
			Espacio: tomahora.Espacio{IDProfesional: 1, IDSucursal: 1, IDSillon: 3,
				Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}, Rango: tomahora.Rango{Inicio: 540, Fin: 570}},
			IDPaciente: 1, IDAtencion: a.ID, IDEstado: 7, Viva: true, Exclusiva: true, Origen: "token:1",
		}
		change(&c)
		_, err = tx.Citas().Create(c)
		return err
	})
}

func TestEachLawThatFiresIsAnAlarmOfItsOwn(t *testing.T) {
	s, n := openObserved(t)
	id := storetest.Setup(t, s, 1)
	if err := force(t, s, id, func(*tomahora.Cita) {}); err != nil || len(n.alarms) > 0 {
		t.Fatalf("a free place: error %v, alarms %v", err, n.alarms)
	}
	for law, change := range map[tomahora.Code]func(*tomahora.Cita){
		tomahora.CodeTopeProfesional: func(*tomahora.Cita) {},
		tomahora.CodeTopeSillon:      func(c *tomahora.Cita) { c.Espacio.IDProfesional = 2 },
		tomahora.CodeAtencionConCita: func(c *tomahora.Cita) { c.Espacio.Rango, c.IDAtencion = tomahora.Rango{Inicio: 600, Fin: 630}, 1 },
	} {
		if err := force(t, s, id, change); !tomahora.IsCode(err, law) {
			t.Errorf("%s: got %v", law, err)
		}
		if n.alarms[law] == 0 {
			t.Errorf("%s fired and was no alarm: %v", law, n.alarms)
		}
	}
	if len(n.alarms) != 3 {
		t.Errorf("alarms %v, want one kind for each law", n.alarms)
	}
}

func TestBatchesAndCommitsAreTold(t *testing.T) {
	s, n := openObserved(t)
	id := storetest.Setup(t, s, 0)
	n.mu.Lock()
	n.members, n.batches, n.commits = 0, 0, nil
	n.mu.Unlock()
	const updates = 40
	write := func(tx tomahora.Tx) error {
		_, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "A", Apellidos: "B", Habilitado: true}, tomahora.Sistema)
		return err
	}
	started, held := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := s.Update(t.Context(), id, func(tx tomahora.Tx) error { close(started); <-held; return write(tx) })
		if err != nil {
			t.Error(err)
		}
	})
	<-started
	for range updates {
		wg.Go(func() {
			if err := s.Update(t.Context(), id, write); err != nil {
				t.Error(err)
			}
		})
	}
	waitFor(t, func() bool { return s.Stats().Queued == updates })
	close(held)
	wg.Wait()
	if n.members != updates+1 || n.batches != 2 || len(n.commits) != 2 {
		t.Errorf("told of %d members in %d batches and %d commits, want %d in 2 and 2", n.members, n.batches, len(n.commits), updates+1)
	}
	for _, took := range n.commits {
		if took != time.Second {
			t.Errorf("a commit took %v by a clock that moves a second between looks", took)
		}
	}
}

func TestStatsTellWhoReadsAndWhoWaits(t *testing.T) {
	s, _ := openObserved(t)
	id := storetest.Setup(t, s, 0)
	all := s.Stats().Readers
	if got, want := s.Stats(), (sqlstore.Stats{Readers: all}); got != want || all == 0 {
		t.Fatalf("at rest: got %+v, want %+v", got, want)
	}
	held := make(chan struct{})
	var wg sync.WaitGroup
	for range all + 3 {
		wg.Go(func() {
			if err := s.View(t.Context(), id, func(tomahora.Tx) error { <-held; return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	busy := sqlstore.Stats{Readers: all, ReadersInUse: all, ReadersWaiting: 3}
	waitFor(t, func() bool { return s.Stats() == busy })
	close(held)
	wg.Wait()
	if got, want := s.Stats(), (sqlstore.Stats{Readers: all}); got != want {
		t.Errorf("at rest again: got %+v, want %+v", got, want)
	}
}

func waitFor(t *testing.T, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatal("it did not come to pass in 10 s")
		}
		time.Sleep(time.Millisecond)
	}
}
