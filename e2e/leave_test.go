package e2e

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// arriving is an import that has been given the first half of its file.
type arriving struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr bytes.Buffer
}

func startImport(t *testing.T, db string, file []byte) *arriving {
	t.Helper()
	a := &arriving{cmd: exec.Command(binary, "import", "-", "--clinica", "8", "--db", db)}
	a.cmd.Stderr = &a.stderr
	var err error
	a.stdin, err = a.cmd.StdinPipe()
	must(t, err)
	must(t, a.cmd.Start())
	t.Cleanup(func() { _ = a.cmd.Process.Kill() })
	_, err = a.stdin.Write(file[:len(file)/2]) // returns when all but a pipe's worth of it was taken
	must(t, err)
	return a
}

// TestAClinicArrivesBesideARunningServer: until it is whole nobody sees anything
// of it, whatever ends its import; then it is served at once.
func TestAClinicArrivesBesideARunningServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	origin := "sqlite:" + filepath.Join(dir, "origin.db")
	demo := start(t, "demo", "--db", origin)
	tomahora(t, "export", "--clinica", "1", "--out", filepath.Join(dir, "demo.jsonl"), "--db", origin) // while it is served
	file, err := os.ReadFile(filepath.Join(dir, "demo.jsonl"))
	must(t, err)
	demo.kill()

	db := "sqlite:" + filepath.Join(dir, "b.db")
	tomahora(t, "clinica", "create", "--nombre", "Otra", "--db", db)
	s := start(t, "serve", "--db", db)
	s.token = tomahora(t, "token", "create", "--clinica", "1", "--nombre", "bot", "--db", db)
	alone := tomahora(t, "clinica", "list", "--db", db)
	wantAlone := func(after string) {
		t.Helper()
		if a := s.get(t, "/api/v5/citas"); a.status != http.StatusOK {
			t.Errorf("%s: the other clinic is answered %d %s", after, a.status, a.body)
		}
		if got := tomahora(t, "clinica", "list", "--db", db); got != alone {
			t.Errorf("%s: got clinics %s, want %s", after, got, alone)
		}
	}

	killed := startImport(t, db, file)
	wantAlone("in the middle")
	must(t, killed.cmd.Process.Kill())
	_ = killed.cmd.Wait() // killed
	wantAlone("after kill -9")

	interrupted := startImport(t, db, file)
	must(t, interrupted.cmd.Process.Signal(os.Interrupt))
	_ = interrupted.cmd.Wait() // exits 1, as is looked at next
	if code := interrupted.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(interrupted.stderr.String(), "interrupted; nothing was imported") {
		t.Errorf("got exit %d and %q", code, &interrupted.stderr)
	}
	wantAlone("after ^C")

	cut := startImport(t, db, file)
	must(t, cut.stdin.Close())
	if err := cut.cmd.Wait(); err == nil || !strings.Contains(cut.stderr.String(), "it was cut") {
		t.Errorf("a file that was cut: got %v and %q", err, &cut.stderr)
	}
	wantAlone("after half a file")

	tomahora(t, "import", filepath.Join(dir, "demo.jsonl"), "--clinica", "8", "--db", db)
	s.token = "demo"
	if a := s.get(t, "/api/v5/pacientes/2"); !bytes.Contains(a.body, []byte("Risopatrón")) {
		t.Errorf("the clinic that arrived is answered %d %s", a.status, a.body)
	}
	if a := s.book(t, citaJSON(2, 1, 1, 2, "2027-03-01", "09:00", 30, 0)); a.status != http.StatusCreated || a.id(t) != 754 {
		t.Errorf("a booking: got %d %s, want 201 and the id that follows", a.status, a.body)
	}
	tomahora(t, "check", "--db", db)
}
