package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// binary is the program under test, built once for all tests.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "tomahora-e2e-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "tomahora")
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/tomahora").CombinedOutput(); err != nil {
		panic(string(out))
	}
	defer closeBrowser()
	return m.Run()
}

// server is a running tomahora.
type server struct {
	url    string
	token  string
	cmd    *exec.Cmd
	exited chan error
	log    *lockedBuffer
	root   string // where its own disk is seen from outside, if it has one
}

// start runs the program until the test ends, and returns once it listens.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	return startCommand(t, exec.Command(binary, append(args, "--listen", "127.0.0.1:0")...))
}

// startCommand is start for a command that becomes the program.
func startCommand(t *testing.T, cmd *exec.Cmd) *server {
	t.Helper()
	cmd.Env = append(cmd.Environ(), "TMPDIR="+t.TempDir()) // what a demo that is killed leaves goes with the test
	stderr, err := cmd.StderrPipe()
	must(t, err)
	s := &server{cmd: cmd, token: "demo", exited: make(chan error, 1), log: &lockedBuffer{}}
	must(t, cmd.Start())
	listening := make(chan string, 1)
	logRead := make(chan struct{})
	go func() {
		defer close(logRead)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			s.log.write(lines.Text())
			var line struct{ Msg, Addr string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
				listening <- line.Addr
			}
		}
	}()
	go func() {
		<-logRead
		s.exited <- cmd.Wait()
	}()
	t.Cleanup(func() { s.kill() })
	select {
	case addr := <-listening:
		s.url = "http://" + addr
	case err := <-s.exited:
		s.exited <- err
		t.Fatalf("the program ended before it listened: %v\n%s", err, s.log)
	case <-time.After(20 * time.Second):
		t.Fatalf("the program does not listen\n%s", s.log)
	}
	return s
}

// kill ends the program as a power cut would, and waits until it is gone.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.wait()
}

func (s *server) wait() error {
	err := <-s.exited
	s.exited <- err
	return err
}

// answer is a response, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) code(t *testing.T) string {
	t.Helper()
	var body struct{ Error struct{ Code string } }
	if err := json.Unmarshal(a.body, &body); err != nil {
		t.Fatalf("%d with a body that is no JSON: %s", a.status, a.body)
	}
	return body.Error.Code
}

func (a answer) id(t *testing.T) int64 {
	t.Helper()
	var body struct{ Data struct{ ID int64 } }
	if err := json.Unmarshal(a.body, &body); err != nil || body.Data.ID == 0 {
		t.Fatalf("%d without data.id: %s", a.status, a.body)
	}
	return body.Data.ID
}

// do sends one request; body is JSON where it is not empty.
func (s *server) do(ctx context.Context, client *http.Client, method, path, body string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Token "+s.token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, read}, err
}

// book sends a booking.
func (s *server) book(t *testing.T, body string) answer {
	t.Helper()
	a, err := s.do(t.Context(), http.DefaultClient, http.MethodPost, "/api/v5/citas", body)
	must(t, err)
	return a
}

func (s *server) get(t *testing.T, path string) answer {
	t.Helper()
	a, err := s.do(t.Context(), http.DefaultClient, http.MethodGet, path, "")
	must(t, err)
	return a
}

// tomahora runs a command to its end and returns what it printed.
func tomahora(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("tomahora %s: %v\n%s%s", strings.Join(args, " "), err, &stdout, &stderr)
	}
	return strings.TrimSpace(stdout.String())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type lockedBuffer struct {
	mu    sync.Mutex
	lines []string
}

func (b *lockedBuffer) write(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.lines, "\n")
}
