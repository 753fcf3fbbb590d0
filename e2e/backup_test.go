package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// acknowledged is how many bookings a load has had answered so far.
func (l *load) acknowledged() []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acked[:len(l.acked):len(l.acked)]
}

// until waits for a condition.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come to pass in 20 s", what)
		}
	}
}

// underLoad serves a clinic to 32 clients that book until stop is called.
func underLoad(t *testing.T) (db string, s *server, l *load, stop func()) {
	t.Helper()
	db, token := newClinic(t)
	s = start(t, "serve", "--db", db)
	s.token = token
	l = &load{}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	l.run(ctx, s, &wg, func(a answer) {
		if ctx.Err() == nil {
			t.Errorf("got %d %s", a.status, a.body)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(stop)
	until(t, "a first thousand of bookings", func() bool { return len(l.acknowledged()) > 1000 })
	return db, s, l, stop
}

// holds asks a server for citas.
func (s *server) holds(t *testing.T, ids []int64) {
	t.Helper()
	for _, id := range ids {
		if a := s.get(t, fmt.Sprintf("/api/v5/citas/%d", id)); a.status != http.StatusOK {
			t.Fatalf("cita %d was acknowledged before the backup began and is %d in what was restored", id, a.status)
		}
	}
}

// refused runs a command that is to fail, and returns what it said.
func refused(t *testing.T, code int, args ...string) string {
	t.Helper()
	out, err := exec.Command(binary, args...).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != code {
		t.Fatalf("tomahora %s: got %v, want exit %d\n%s", strings.Join(args, " "), err, code, out)
	}
	return string(out)
}

func TestABackupUnderLoadHasEverythingAcknowledgedBefore(t *testing.T) {
	db, s, l, stop := underLoad(t)
	backup := filepath.Join(t.TempDir(), "b.db")
	for range 3 {
		acked := l.acknowledged()
		var done struct {
			File  string
			Bytes int64
		}
		said := tomahora(t, "backup", backup, "--force", "--db", db, "--json")
		if err := json.Unmarshal([]byte(said), &done); err != nil || done.File != backup || done.Bytes == 0 {
			t.Fatalf("got %s", said)
		}
		if after := l.acknowledged(); len(after) == len(acked) {
			t.Fatal("nothing was booked during the backup, so it proved nothing")
		}
		tomahora(t, "check", "--db", "sqlite:"+backup)
		restored := "sqlite:" + filepath.Join(t.TempDir(), "r.db")
		tomahora(t, "restore", backup, "--db", restored)
		other := start(t, "serve", "--db", restored)
		other.token = s.token
		other.holds(t, acked)
		if a := other.book(t, citaJSON(2, 1, 1, 1, "2031-01-01", "09:00", 15, -1)); a.status != http.StatusCreated {
			t.Fatalf("the restored server does not book: %d %s", a.status, a.body)
		}
		other.kill()
		tomahora(t, "check", "--db", restored)
	}
	stop()
	t.Logf("%d requests acknowledged", len(l.acked))
}

func TestABackupThatIsKilledLeavesNothingUnderItsName(t *testing.T) {
	db, _, _, _ := underLoad(t)
	dir := t.TempDir()
	backup := filepath.Join(dir, "b.db")
	killed := 0
	for range 10 {
		cmd := exec.Command(binary, "backup", backup, "--db", db)
		must(t, cmd.Start())
		until(t, "a copy", func() bool {
			partial, err := filepath.Glob(filepath.Join(dir, ".b.db.partial-*"))
			must(t, err)
			_, err = os.Stat(backup)
			return len(partial) > killed || err == nil
		})
		_ = cmd.Process.Kill()
		if cmd.Wait() == nil {
			must(t, os.Remove(backup)) // it was done before the kill
			continue
		}
		killed++
		if _, err := os.Stat(backup); err == nil {
			tomahora(t, "check", "--db", "sqlite:"+backup) // killed after it had its name
			must(t, os.Remove(backup))
			killed--
		}
	}
	if killed == 0 {
		t.Fatal("no backup was killed in the middle, so the kills proved nothing")
	}
	tomahora(t, "backup", backup, "--db", db)
	t.Logf("%d backups killed in the middle", killed)
}

func TestADatabaseThatIsServedIsNotRestored(t *testing.T) {
	t.Parallel()
	db, token := newClinic(t)
	backup := filepath.Join(t.TempDir(), "b.db")
	tomahora(t, "backup", backup, "--db", db)
	s := start(t, "serve", "--db", db) // and nobody asks it anything
	if said := refused(t, 1, "restore", backup, "--db", db); !strings.Contains(said, "--force") {
		t.Errorf("got %s", said)
	}
	if said := refused(t, 1, "restore", backup, "--db", db, "--force"); !strings.Contains(said, "in use") {
		t.Errorf("got %s", said)
	}
	s.token = token
	if a := s.book(t, citaJSON(1, 1, 1, 1, "2027-01-04", "09:00", 15, -1)); a.status != http.StatusCreated {
		t.Errorf("the refused restore harmed the server: %d %s", a.status, a.body)
	}
	s.kill() // which leaves its log behind
	said := tomahora(t, "restore", backup, "--db", db, "--force")
	_, kept, ok := strings.Cut(said, "what it replaced is ")
	if !ok {
		t.Fatalf("got %s", said)
	}
	for url, want := range map[string]int{db: http.StatusNotFound, "sqlite:" + kept: http.StatusOK} {
		again := start(t, "serve", "--db", url)
		again.token = token
		if a := again.get(t, "/api/v5/citas/1"); a.status != want {
			t.Errorf("%s: cita 1, booked after the backup, is %d, want %d", url, a.status, want)
		}
	}
}

func TestOfPostgreSQLBackupTellsTheToolsThereAre(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"backup", "restore"} {
		said := refused(t, 2, command, "x.db", "--db", "postgres://u:secreto@127.0.0.1/clinica")
		if !strings.Contains(said, "pg_dump") || !strings.Contains(said, "pg_basebackup") || strings.Contains(said, "secreto") {
			t.Errorf("%s: got %s", command, said)
		}
	}
}
