package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/storetest"
)

func read(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID) (n int, err error) {
	t.Helper()
	err = s.View(t.Context(), id, func(tx tomahora.Tx) error {
		list, err := tx.Pacientes().List(tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id"}}, Limite: 1000})
		n = len(list)
		return err
	})
	return n, err
}

func write(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID) error {
	t.Helper()
	return s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Ana", Habilitado: true}, tomahora.Sistema)
		return err
	})
}

// cause is what is behind an error that only speaks to clients.
func cause(err error) error {
	if e, ok := errors.AsType[*tomahora.Error](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(cause(err))
	}
}

// wantGone fails unless everything that needs the database says that it is not
// available.
func wantGone(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID, says string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); s.Ping(t.Context()) == nil; { // it is seen a moment later
		if time.Now().After(deadline) {
			t.Fatal("Ping still finds everything in order")
		}
	}
	_, err := read(t, s, id)
	for what, err := range map[string]error{"a read": err, "a write": write(t, s, id), "Ping": s.Ping(t.Context())} {
		if tomahora.KindOf(err) != tomahora.KindUnavailable || !strings.Contains(cause(err).Error(), says) {
			t.Errorf("%s: got %v, want KindUnavailable and %q", what, cause(err), says)
		}
	}
}

// wantThere fails unless there are so many pacientes, and room for more.
func wantThere(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID, pacientes int) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; { // what was opened just before is let go first
		err := s.Ping(t.Context())
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(cause(err))
		}
	}
	if n, err := read(t, s, id); err != nil || n != pacientes {
		t.Errorf("got %d pacientes, error %v; want %d", n, cause(err), pacientes)
	}
	must(t, write(t, s, id))
	if n, err := read(t, s, id); err != nil || n != pacientes+1 {
		t.Errorf("after a write: got %d pacientes, error %v; want %d", n, cause(err), pacientes+1)
	}
	if findings, err := s.Check(t.Context(), nil); err != nil || len(findings) > 0 {
		t.Errorf("check: findings %v, error %v", findings, cause(err))
	}
}

// parts are the files of a database; the log and its index come and go.
func parts(file string) []string { return []string{file, file + "-wal", file + "-shm"} }

func moveAll(t *testing.T, from, to string) {
	t.Helper()
	for i, part := range parts(from) {
		must(t, os.Rename(part, parts(to)[i]))
	}
}

func truncate(t *testing.T, file string, size int64) {
	t.Helper()
	must(t, os.Truncate(file, size))
}

// putBack writes what is missing after size bytes of a file.
func putBack(t *testing.T, file string, whole []byte, size int64) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(whole[size:], size)
	must(t, errors.Join(err, f.Close()))
}

// grown is a database of which half is in the file and half in the log.
func grown(t *testing.T, file string) (*sqlstore.Store, tomahora.ClinicaID) {
	t.Helper()
	first, err := sqlstore.Open(t.Context(), "sqlite:"+file, sqlstore.Options{Clock: frozen})
	must(t, err)
	id := storetest.Setup(t, first, 300)
	must(t, first.Close())
	s := openFile(t, file, frozen)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		for range 300 {
			if _, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Eva", Habilitado: true}, tomahora.Sistema); err != nil {
				return err
			}
		}
		return nil
	}))
	return s, id
}

// TestTheFileGoesAndComesBack: while the files are not what they were nothing is
// read or written, and when they are again everything is there.
func TestTheFileGoesAndComesBack(t *testing.T) {
	t.Parallel()
	garbage := []byte(strings.Repeat("no es una base de datos ", 1000))
	tests := map[string]struct {
		harm func(t *testing.T, file, elsewhere string)
		says string
		mend func(t *testing.T, file, elsewhere string, whole []byte)
	}{
		"moved alone": {
			func(t *testing.T, file, elsewhere string) { must(t, os.Rename(file, elsewhere)) }, "put it back",
			func(t *testing.T, file, elsewhere string, _ []byte) { must(t, os.Rename(elsewhere, file)) },
		},
		"moved with its log": {
			moveAll, "put it back",
			func(t *testing.T, file, elsewhere string, _ []byte) { moveAll(t, elsewhere, file) },
		},
		"emptied": {
			func(t *testing.T, file, _ string) { truncate(t, file, 0) }, "was cut to 0 bytes",
			func(t *testing.T, file, _ string, whole []byte) { putBack(t, file, whole, 0) },
		},
		"cut by a page": {
			func(t *testing.T, file, _ string) {
				info, err := os.Stat(file)
				must(t, err)
				truncate(t, file, info.Size()-4096)
			}, "was cut to",
			func(t *testing.T, file, _ string, whole []byte) { putBack(t, file, whole, int64(len(whole)-4096)) },
		},
		"in the way of an empty file": {
			func(t *testing.T, file, elsewhere string) {
				must(t, os.Rename(file, elsewhere))
				must(t, os.WriteFile(file, nil, 0o600))
			}, "the log of the old one",
			func(t *testing.T, file, elsewhere string, _ []byte) { must(t, os.Rename(elsewhere, file)) },
		},
		"with its log, in the way of an empty file": {
			func(t *testing.T, file, elsewhere string) {
				moveAll(t, file, elsewhere)
				must(t, os.WriteFile(file, nil, 0o600))
			}, "cannot be read as this database",
			func(t *testing.T, file, elsewhere string, _ []byte) { moveBack(t, elsewhere, file) },
		},
		"with its log, in the way of garbage": {
			func(t *testing.T, file, elsewhere string) {
				moveAll(t, file, elsewhere)
				must(t, os.WriteFile(file, garbage, 0o600))
			}, "file is not a database",
			func(t *testing.T, file, elsewhere string, _ []byte) { moveBack(t, elsewhere, file) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file, elsewhere := filepath.Join(dir, "a.db"), filepath.Join(dir, "elsewhere.db")
			s, id := grown(t, file)
			whole, err := os.ReadFile(file)
			must(t, err)
			pacientes := 600
			for range 2 { // it may happen again
				test.harm(t, file, elsewhere)
				for range 2 {
					wantGone(t, s, id, test.says)
				}
				test.mend(t, file, elsewhere, whole)
				wantThere(t, s, id, pacientes)
				pacientes++
				if whole, err = os.ReadFile(file); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// moveBack is moveAll where something else may lie in the way.
func moveBack(t *testing.T, from, to string) {
	t.Helper()
	for _, part := range parts(to) {
		if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	moveAll(t, from, to)
}

// TestClosedWhileTheFileIsCut: what is only in the log must stay there, because
// the file cannot take it.
func TestClosedWhileTheFileIsCut(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	s, err := sqlstore.Open(t.Context(), "sqlite:"+file, sqlstore.Options{Clock: frozen})
	must(t, err)
	id := storetest.Setup(t, s, 300)
	must(t, s.Close())
	whole, err := os.ReadFile(file)
	must(t, err)
	s, err = sqlstore.Open(t.Context(), "sqlite:"+file, sqlstore.Options{Clock: frozen})
	must(t, err)
	must(t, write(t, s, id))
	truncate(t, file, 4096)
	must(t, s.Close())
	putBack(t, file, whole, 4096)
	wantThere(t, openFile(t, file, frozen), id, 301)
}

// TestTheLogIsRemoved: its name is gone, but what is in it is not lost as long as
// the program lives.
func TestTheLogIsRemoved(t *testing.T) {
	t.Parallel()
	for name, removed := range map[string][]string{"the log": {"-wal"}, "its index": {"-shm"}, "both": {"-wal", "-shm"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "a.db")
			s, id := grown(t, file)
			for _, suffix := range removed {
				must(t, os.Remove(file+suffix))
			}
			wantThere(t, s, id, 600)
			if n, err := read(t, openFile(t, file, frozen), id); err != nil || n != 601 {
				t.Errorf("another process: got %d pacientes, error %v; want 601", n, cause(err))
			}
		})
	}
}

func TestClosedAfterTheLogWasRemoved(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	s, err := sqlstore.Open(t.Context(), "sqlite:"+file, sqlstore.Options{Clock: frozen})
	must(t, err)
	id := storetest.Setup(t, s, 3)
	must(t, os.Remove(file+"-wal"))
	must(t, s.Close())
	wantThere(t, openFile(t, file, frozen), id, 3)
}

// TestAnotherDatabaseTakesThePlace, as when a backup is put back without a
// restart: nothing of the old one is remembered.
func TestAnotherDatabaseTakesThePlace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, other := filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db")
	s, id := grown(t, file)
	o, err := sqlstore.Open(t.Context(), "sqlite:"+other, sqlstore.Options{Clock: frozen})
	must(t, err)
	if got := storetest.Setup(t, o, 7); got != id {
		t.Fatalf("the other clinic is %d, not %d", got, id)
	}
	must(t, o.Update(t.Context(), id, func(tx tomahora.Tx) error {
		c := tx.Config().Clinica()
		c.Nombre = "Otra"
		return tx.Setup().SaveClinica(c, tomahora.Sistema)
	}))
	must(t, o.Close())
	for _, part := range parts(file) {
		must(t, os.Remove(part))
	}
	must(t, os.Rename(other, file))
	wantThere(t, s, id, 7)
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		if got := tx.Config().Clinica().Nombre; got != "Otra" {
			t.Errorf("the configuration is that of %q", got)
		}
		return nil
	}))
}

// TestAVacuumIsNoHarm: another program may make the file smaller.
func TestAVacuumIsNoHarm(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	s, id := grown(t, file)
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
	must(t, err)
	db.SetMaxOpenConns(1)
	defer func() { must(t, db.Close()) }()
	checkpoint := func() int64 {
		_, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
		must(t, err)
		must(t, s.Ping(t.Context())) // sees the size
		info, err := os.Stat(file)
		must(t, err)
		return info.Size()
	}
	_, err = db.Exec("CREATE TABLE ballast(x); INSERT INTO ballast VALUES(zeroblob(1000000))")
	must(t, err)
	before := checkpoint()
	_, err = db.Exec("DROP TABLE ballast; VACUUM")
	must(t, err)
	if after := checkpoint(); after >= before {
		t.Fatalf("the file has %d bytes, and had %d", after, before)
	}
	wantThere(t, s, id, 600)
}

// TestAFileCutUnderItsReaders cuts the file again and again while it is read, so
// that pages vanish between the look at the file and the reading.
func TestAFileCutUnderItsReaders(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	first, err := sqlstore.Open(t.Context(), "sqlite:"+file, sqlstore.Options{Clock: frozen})
	must(t, err)
	id := storetest.Setup(t, first, 600)
	must(t, first.Close()) // so that nothing is in the log that would change the file
	whole, err := os.ReadFile(file)
	must(t, err)
	s := openFile(t, file, frozen)
	var done atomic.Bool
	var right, gone atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for !done.Load() {
				n, err := read(t, s, id)
				switch {
				case err == nil && n == 600:
					right.Add(1)
				case tomahora.KindOf(err) == tomahora.KindUnavailable:
					gone.Add(1)
				default:
					t.Errorf("got %d pacientes, error %v", n, cause(err))
					return
				}
			}
		})
	}
	for range 100 {
		truncate(t, file, 8192)
		time.Sleep(time.Millisecond)
		putBack(t, file, whole, 8192)
		time.Sleep(3 * time.Millisecond)
	}
	done.Store(true)
	wg.Wait()
	if right.Load() == 0 || gone.Load() == 0 {
		t.Errorf("%d reads were answered and %d were not: nothing was tried", right.Load(), gone.Load())
	}
	wantThere(t, s, id, 600)
}

// TestAnotherProcessHoldsTheLock for longer than anybody waits.
func TestAnotherProcessHoldsTheLock(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	s, id := grown(t, file)
	db, err := sql.Open("sqlite", "file:"+file)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	conn, err := db.Conn(t.Context())
	must(t, err)
	defer func() { must(t, conn.Close()) }()
	_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	must(t, err)
	impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	started := time.Now()
	if err := s.Ping(impatient); !errors.Is(err, context.DeadlineExceeded) || time.Since(started) > 2*time.Second {
		t.Errorf("a caller that gave up got %v after %s", cause(err), time.Since(started))
	}
	if n, err := read(t, s, id); err != nil || n != 600 {
		t.Errorf("who only reads: got %d pacientes, error %v", n, cause(err))
	}
	var wg sync.WaitGroup
	for what, do := range map[string]func() error{"a write": func() error { return write(t, s, id) }, "Ping": func() error { return s.Ping(t.Context()) }} {
		wg.Go(func() {
			if err := do(); tomahora.KindOf(err) != tomahora.KindUnavailable {
				t.Errorf("%s: got %v, want KindUnavailable", what, cause(err))
			}
		})
	}
	wg.Wait()
	_, err = conn.ExecContext(t.Context(), "ROLLBACK")
	must(t, err)
	wantThere(t, s, id, 600)
}

// TestAQueueHasAnEnd: while nothing moves, who would be one too many is told at
// once.
func TestAQueueHasAnEnd(t *testing.T) {
	t.Parallel()
	s, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: frozen, MaxWaiting: 4})
	must(t, err)
	defer func() { must(t, s.Close()) }()
	id := storetest.Setup(t, s, 0)
	for name, do := range map[string]func(context.Context, tomahora.ClinicaID, func(tomahora.Tx) error) error{"updates": s.Update, "reads": s.View} {
		t.Run(name, func(t *testing.T) {
			const callers = 100
			release := make(chan struct{})
			answers := make(chan error, callers)
			for range callers {
				go func() {
					answers <- do(t.Context(), id, func(tomahora.Tx) error { <-release; return nil })
				}()
			}
			refused := 0
			for refused < callers/3 { // the others run, wait, or are still on their way
				if err := <-answers; tomahora.KindOf(err) != tomahora.KindUnavailable {
					t.Fatalf("got %v, want KindUnavailable", cause(err))
				}
				refused++
			}
			close(release)
			served := 0
			for range callers - refused {
				if err := <-answers; err == nil {
					served++
				}
			}
			if served == 0 {
				t.Error("nobody was served")
			}
		})
	}
}
