package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	_ "modernc.org/sqlite" // as another program that has the file open
)

// A trouble is something the machine does to the database of a running server.
type trouble struct {
	// start starts the server on a database made for it.
	start func(t *testing.T, db, token string) *server
	begin func(t *testing.T, s *server, file string)
	end   func(t *testing.T, s *server, file string)
	// reads tells that reading goes on meanwhile.
	reads bool
}

func plainServer(t *testing.T, db, token string) *server {
	t.Helper()
	s := start(t, "serve", "--db", db)
	s.token = token
	return s
}

// onItsOwnDisk starts the server with a disk of 24 MB that nobody else sees, and
// its database on it. It needs the right to mount one: root has it, and so has
// everybody where user namespaces are allowed.
func onItsOwnDisk(t *testing.T, db, token string) *server {
	t.Helper()
	dir := t.TempDir()
	from := filepath.Dir(strings.TrimPrefix(db, "sqlite:"))
	script := `mount -t tmpfs -o size=24m tmpfs "$1" && cp "$2"/clinica.db* "$1" && shift 2 && exec "$@"`
	cmd := exec.Command("unshare", "-r", "-m", "sh", "-c", script, "sh", dir, from,
		binary, "serve", "--db", "sqlite:"+filepath.Join(dir, "clinica.db"), "--listen", "127.0.0.1:0")
	s := startCommand(t, cmd) // fails, with what was said, where there is no such right
	s.token = token
	s.root = filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid), "root", dir)
	return s
}

func ballast(s *server) string { return filepath.Join(s.root, "ballast") }

// fillDisk writes until nothing more fits.
func fillDisk(t *testing.T, s *server, _ string) {
	t.Helper()
	f, err := os.Create(ballast(s))
	must(t, err)
	for _, size := range []int{1 << 20, 4 << 10, 1} {
		block := make([]byte, size)
		for err = nil; err == nil; {
			_, err = f.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	must(t, f.Close())
}

func freeDisk(t *testing.T, s *server, _ string) {
	t.Helper()
	must(t, os.Remove(ballast(s)))
}

// onTop makes another disk, prepares it with a script that finds it in $0.new,
// and mounts it over the server's own.
func onTop(t *testing.T, s *server, script string) {
	t.Helper()
	s.within(t, `mkdir "$0.new" && mount -t tmpfs -o size=24m tmpfs "$0.new" && `+script+` && mount --move "$0.new" "$0"`)
}

// offAgain takes it away again.
func offAgain(t *testing.T, s *server, _ string) {
	t.Helper()
	s.within(t, `umount -l "$0" && rmdir "$0.new"`)
}

// within runs a shell script where the server's own disk is $0.
func (s *server) within(t *testing.T, script string) {
	t.Helper()
	pid := strconv.Itoa(s.cmd.Process.Pid)
	dir := strings.TrimPrefix(s.root, "/proc/"+pid+"/root")
	out, err := exec.Command("nsenter", "-t", pid, "-U", "-m", "--preserve-credentials", "sh", "-c", script, dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", script, err, out)
	}
}

// limitFiles lets the server write no file beyond so many bytes.
func limitFiles(t *testing.T, s *server, size uint64) {
	t.Helper()
	must(t, unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}, nil))
}

// locker is another program that holds the write lock.
type locker struct{ conn *sql.Conn }

func (l *locker) begin(t *testing.T, _ *server, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	l.conn, err = db.Conn(t.Context())
	must(t, err)
	// The server leaves the lock only for moments, which a waiting SQLite misses.
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Microsecond) {
		if _, err = l.conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func (l *locker) end(t *testing.T, _ *server, _ string) {
	t.Helper()
	_, err := l.conn.ExecContext(t.Context(), "ROLLBACK")
	must(t, errors.Join(err, l.conn.Close()))
}

// cut is what a file lost.
type cut struct{ lost []byte }

const keptOfCut = 8192

func (c *cut) begin(t *testing.T, s *server, file string) {
	t.Helper()
	must(t, s.cmd.Process.Signal(syscall.SIGSTOP)) // so that nothing is written between reading and cutting
	whole, err := os.ReadFile(file)
	must(t, err)
	c.lost = whole[keptOfCut:]
	must(t, os.Truncate(file, keptOfCut))
	must(t, s.cmd.Process.Signal(syscall.SIGCONT))
}

func (c *cut) end(t *testing.T, _ *server, file string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(c.lost, keptOfCut)
	must(t, errors.Join(err, f.Close()))
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	must(t, os.Rename(from, to))
}

func troubles() map[string]trouble {
	lock, loss := &locker{}, &cut{}
	return map[string]trouble{
		"the disk is full": {start: onItsOwnDisk, begin: fillDisk, end: freeDisk, reads: true},
		"an empty disk is mounted over it": {
			start: onItsOwnDisk, end: offAgain,
			begin: func(t *testing.T, s *server, _ string) { t.Helper(); onTop(t, s, "true") },
		},
		"a copy that can only be read is mounted over it": {
			start: onItsOwnDisk, end: offAgain, reads: true,
			begin: func(t *testing.T, s *server, _ string) {
				t.Helper()
				must(t, s.cmd.Process.Signal(syscall.SIGSTOP)) // so that the copies are of one moment
				onTop(t, s, `cp "$0"/* "$0.new" && mount -o remount,ro "$0.new"`)
				must(t, s.cmd.Process.Signal(syscall.SIGCONT))
			},
		},
		"no file may grow": {
			start: plainServer, reads: true,
			begin: func(t *testing.T, s *server, _ string) { t.Helper(); limitFiles(t, s, 4096) },
			end:   func(t *testing.T, s *server, _ string) { t.Helper(); limitFiles(t, s, unix.RLIM_INFINITY) },
		},
		"the file is moved": {
			start: plainServer,
			begin: func(t *testing.T, _ *server, file string) { t.Helper(); rename(t, file, file+".moved") },
			end:   func(t *testing.T, _ *server, file string) { t.Helper(); rename(t, file+".moved", file) },
		},
		"its folder is moved": {
			start: plainServer,
			begin: func(t *testing.T, _ *server, file string) {
				t.Helper()
				rename(t, filepath.Dir(file), filepath.Dir(file)+".moved")
			},
			end: func(t *testing.T, _ *server, file string) {
				t.Helper()
				rename(t, filepath.Dir(file)+".moved", filepath.Dir(file))
			},
		},
		"the file is cut":                {start: plainServer, begin: loss.begin, end: loss.end},
		"another program holds the lock": {start: plainServer, begin: lock.begin, end: lock.end, reads: true},
	}
}

// TestTroubleWithTheDatabase books without a pause while the trouble comes and
// goes, twice. Meanwhile every answer is 503, and afterwards everything that was
// acknowledged is there.
func TestTroubleWithTheDatabase(t *testing.T) {
	for name, tr := range troubles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, token := newClinic(t)
			s := tr.start(t, db, token)
			file := strings.TrimPrefix(db, "sqlite:")
			if s.root != "" {
				file = filepath.Join(s.root, "clinica.db")
			}
			l := &load{}
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			l.run(ctx, s, &wg, func(a answer) {
				if a.status != http.StatusServiceUnavailable || a.code(t) != "no_disponible" || a.header.Get("Retry-After") == "" {
					t.Errorf("got %d %s", a.status, a.body)
				}
			})
			for range 2 {
				l.waitForMore(t, s)
				tr.begin(t, s, file)
				s.waitReady(t, http.StatusServiceUnavailable)
				quiet := l.count()
				time.Sleep(500 * time.Millisecond) // of answers that must all be 503
				if more := l.count() - quiet; more > 32 {
					t.Errorf("%d citas were acknowledged meanwhile", more) // more than were under way
				}
				if a := s.get(t, "/api/v5/citas?limit=1"); (a.status == http.StatusOK) != tr.reads {
					t.Errorf("reading meanwhile: got %d %s", a.status, a.body)
				}
				if a := s.get(t, "/healthz"); a.status != http.StatusOK {
					t.Errorf("the program lives, but /healthz is %d", a.status)
				}
				tr.end(t, s, file)
				s.waitReady(t, http.StatusOK)
			}
			l.waitForMore(t, s)
			cancel()
			wg.Wait()
			s.wantAll(t, l)
			if s.root != "" {
				s.within(t, "'"+binary+"' check --db sqlite:\"$0\"/clinica.db")
			} else {
				tomahora(t, "check", "--db", "sqlite:"+file)
			}
			t.Logf("%d citas acknowledged", l.count())
		})
	}
}

// count is how many were acknowledged.
func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// waitForMore waits until citas are acknowledged.
func (l *load) waitForMore(t *testing.T, s *server) {
	t.Helper()
	want := l.count() + 50
	for deadline := time.Now().Add(20 * time.Second); l.count() < want; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("nothing is acknowledged any more\n%.5000s", s.log)
		}
	}
}

// waitReady waits until /readyz answers with a status.
func (s *server) waitReady(t *testing.T, status int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		a := s.get(t, "/readyz")
		if a.status == status {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("/readyz still answers %d %s, want %d", a.status, a.body, status)
		}
	}
}

// wantAll fails unless every acknowledged cita is there.
func (s *server) wantAll(t *testing.T, l *load) {
	t.Helper()
	for _, id := range l.acked {
		if a := s.get(t, fmt.Sprintf("/api/v5/citas/%d", id)); a.status != http.StatusOK {
			t.Fatalf("cita %d was acknowledged and is now %d %s", id, a.status, a.body)
		}
	}
}
