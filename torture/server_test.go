package torture

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a running tomahora. It may be killed and started again, which gives
// it another address; its clients need not know.
type server struct {
	db     string
	client *http.Client

	mu  sync.Mutex
	url string
	cmd *exec.Cmd
	log []string
}

// newServer serves a database until the test ends.
func newServer(t *testing.T, db string) *server {
	t.Helper()
	s := &server{db: db, client: &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 128},
	}}
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("the end of a server's log:\n%s", s.tail())
		}
	})
	s.start(t, "serve", "--db", db)
	return s
}

// start runs the program and returns once it listens.
func (s *server) start(t testing.TB, args ...string) {
	t.Helper()
	cmd := exec.Command(binary, append(args, "--listen", "127.0.0.1:0")...)
	stderr, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	listening, logRead := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(logRead)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			var line struct{ Msg, Addr string }
			_ = json.Unmarshal(lines.Bytes(), &line) // what is no JSON is no line of a request
			if line.Msg == "listening" {
				listening <- line.Addr
			}
			if line.Msg != "request" {
				s.mu.Lock()
				s.log = append(s.log, lines.Text())
				s.mu.Unlock()
			}
		}
	}()
	s.mu.Lock()
	s.cmd = cmd
	s.mu.Unlock()
	select {
	case addr := <-listening:
		s.mu.Lock()
		s.url = "http://" + addr
		s.mu.Unlock()
	case <-logRead:
		t.Fatalf("the program ended before it listened\n%s", s.tail())
	case <-time.After(time.Minute):
		t.Fatalf("the program does not listen\n%s", s.tail())
	}
}

func (s *server) restart(t testing.TB) {
	t.Helper()
	s.start(t, "serve", "--db", s.db)
}

// kill ends the program as a power cut would, and waits until it is gone.
func (s *server) kill() { s.end(syscall.SIGKILL) }

func (s *server) end(signal syscall.Signal) {
	s.mu.Lock()
	cmd := s.cmd
	s.cmd = nil
	s.mu.Unlock()
	if cmd != nil {
		_ = cmd.Process.Signal(signal)
		_ = cmd.Wait()
	}
}

func (s *server) tail() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log[max(0, len(s.log)-20):], "\n")
}

// answer is a response, read whole, or err where there was none.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

// unknown tells that the request may or may not have had its effect.
func (a answer) unknown() bool { return a.err != nil || a.status == http.StatusServiceUnavailable }

// unsent tells that no connection could be made.
func (a answer) unsent() bool {
	failed, ok := errors.AsType[*net.OpError](a.err)
	return ok && failed.Op == "dial"
}

func (a answer) String() string {
	if a.err != nil {
		return "no answer: " + a.err.Error()
	}
	return http.StatusText(a.status) + " " + strings.TrimSpace(string(a.body))
}

func (a answer) replayed() bool { return a.header.Get("Idempotent-Replayed") == "true" }

// refusal is what an error says.
type refusal struct {
	Code   string
	Errors []struct{ Code string }
	Citas  []int64
}

func (a answer) refusal() refusal {
	var body struct{ Error refusal }
	if err := json.Unmarshal(a.body, &body); err != nil {
		return refusal{Code: "no JSON: " + string(a.body)}
	}
	return body.Error
}

// codes are the codes of all problems, and the first of them again where the
// envelope does not agree with them.
func (r refusal) codes() []string {
	var list []string
	for _, e := range r.Errors {
		list = append(list, e.Code)
	}
	if len(list) == 0 || list[0] != r.Code {
		list = append(list, r.Code)
	}
	return list
}

// object is a body of a request.
type object map[string]any

// call sends one request to the vendor's API; a nil body is none.
func (s *server) call(method, path string, body object) answer {
	return s.callWithin(context.Background(), method, path, body)
}

// callWithin is a call whose client hangs up when the context ends.
func (s *server) callWithin(ctx context.Context, method, path string, body object) answer {
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return answer{err: err}
		}
	}
	s.mu.Lock()
	root := s.url
	s.mu.Unlock()
	r, err := http.NewRequestWithContext(ctx, method, root+"/api/v5"+path, bytes.NewReader(sent))
	if err != nil {
		return answer{err: err}
	}
	r.Header.Set("Authorization", "Token demo")
	r.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, read, err}
}

// cita is a cita as the wire shows it.
type cita struct {
	ID              int64  `json:"id"`
	IDPaciente      int64  `json:"id_paciente"`
	IDEstado        int64  `json:"id_estado"`
	EstadoAnulacion int    `json:"estado_anulacion"`
	IDAtencion      int64  `json:"id_atencion"`
	IDProfesional   int64  `json:"id_profesional"`
	IDSucursal      int64  `json:"id_sucursal"`
	IDSillon        int64  `json:"id_sillon"`
	Fecha           string `json:"fecha"`
	HoraInicio      string `json:"hora_inicio"`
	Duracion        int    `json:"duracion"`
	Comentarios     string `json:"comentarios"`
	Videoconsulta   int    `json:"videoconsulta"`
}

func (c cita) live() bool { return c.EstadoAnulacion == 0 }

func (c cita) inicio() int { return minutes(c.HoraInicio) }

func (c cita) fin() int { return c.inicio() + c.Duracion }

// data reads the data of an answer.
func data[T any](a answer) (T, error) {
	var body struct{ Data T }
	if a.err != nil {
		return body.Data, a.err
	}
	err := json.Unmarshal(a.body, &body)
	return body.Data, err
}

// reporter is what a helper needs of a test.
type reporter interface {
	Helper()
	Fatalf(format string, args ...any)
}

// created reads the id of what a request made.
func created(t reporter, a answer) int64 {
	t.Helper()
	made, err := data[struct{ ID int64 }](a)
	if err != nil || a.status != http.StatusCreated {
		t.Fatalf("got %v, want it created", a)
	}
	return made.ID
}

// list reads all pages of a list of citas. A list of one page is of one moment.
func (s *server) list(query string) ([]cita, error) {
	var all []cita
	for path := "/citas?limit=100&q=" + escape(query); ; {
		a := s.call(http.MethodGet, path, nil)
		page, err := data[[]cita](a)
		if err != nil {
			return nil, err
		}
		if a.status != http.StatusOK {
			return nil, &unexpected{a}
		}
		all = append(all, page...)
		var links struct{ Links struct{ Next *string } }
		if err := json.Unmarshal(a.body, &links); err != nil || links.Links.Next == nil {
			return all, err
		}
		_, rest, _ := strings.Cut(*links.Links.Next, "/api/v5")
		path = rest
	}
}

type unexpected struct{ answer }

func (u *unexpected) Error() string { return "got " + u.String() }

// tomahora runs a command to its end and returns what it printed.
func tomahora(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command(binary, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("tomahora %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func escape(query string) string { return url.QueryEscape(query) }
