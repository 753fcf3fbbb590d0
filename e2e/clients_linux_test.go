package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// memory is what the program has in memory, and the most it ever had, in MB.
func (s *server) memory(t *testing.T) (now, most int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	must(t, err)
	field := func(name string) int {
		_, rest, _ := strings.Cut(string(status), name+":")
		kb, err := strconv.Atoi(strings.Fields(rest)[0])
		must(t, err)
		return kb / 1024
	}
	return field("VmRSS"), field("VmHWM")
}

// witness is an honest client that books and reads beside the hostile ones.
type witness struct {
	stop    context.CancelFunc
	done    chan struct{}
	took    []time.Duration
	refused []string
}

// watch sends honest requests, one after the other, until judge is called.
func (s *server) watch(t *testing.T) *witness {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &witness{stop: cancel, done: make(chan struct{})}
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	go func() {
		defer close(w.done)
		for n := 0; ctx.Err() == nil; n++ {
			fecha := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/96).Format(time.DateOnly)
			began := time.Now()
			a, err := s.do(context.WithoutCancel(ctx), client, http.MethodPost, "/api/v5/citas",
				citaJSON(2, 1, 1, 1, fecha, fmt.Sprintf("%02d:%02d", n%96/4, n%4*15), 15, -1))
			w.took = append(w.took, time.Since(began))
			if err != nil || a.status != http.StatusCreated {
				w.refused = append(w.refused, fmt.Sprintf("%d %s %v", a.status, a.body, err))
			}
		}
	}()
	return w
}

// judge ends the watch and fails unless the honest client got what it asked for,
// each time before it gave up.
func (w *witness) judge(t *testing.T) {
	t.Helper()
	w.stop()
	<-w.done
	if len(w.refused) > 0 {
		t.Errorf("%d of %d honest requests were refused, such as %s", len(w.refused), len(w.took), w.refused[0])
	}
	if len(w.took) == 0 {
		t.Fatal("no honest request was sent")
	}
	slices.Sort(w.took)
	t.Logf("%d honest bookings: half within %s, 99 %% within %s, all within %s",
		len(w.took), w.took[len(w.took)/2].Round(time.Microsecond), w.took[len(w.took)*99/100].Round(time.Microsecond), w.took[len(w.took)-1].Round(time.Microsecond))
}

// besieged serves the load clinic with limits short enough to be waited for.
func besieged(t *testing.T) *server {
	t.Helper()
	db, token := newClinic(t)
	s := start(t, "serve", "--db", db, "--header-timeout", "1s", "--read-timeout", "4s", "--write-timeout", "5s", "--shutdown-timeout", "2s")
	s.token = token
	return s
}

// stops ends the program as an operator does, and fails unless that is quick.
func (s *server) stops(t *testing.T, within time.Duration) {
	t.Helper()
	began := time.Now()
	must(t, s.cmd.Process.Signal(syscall.SIGTERM))
	err := s.wait()
	if took := time.Since(began); took > within {
		t.Errorf("stopping took %s, want %s", took, within)
	}
	if exit := s.cmd.ProcessState; !exit.Exited() {
		t.Errorf("the program was ended by a signal: %v\n%s", err, s.log)
	}
}

// closedWithin reads a connection to its end, and fails unless that comes in
// time. It returns what was read, the end of it left out.
func closedWithin(t *testing.T, conn net.Conn, limit time.Duration) string {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(limit)) // else the read fails, too
	read, err := io.ReadAll(io.LimitReader(conn, 1<<20))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the connection is still open after %s", limit)
	}
	return string(read)
}

// everyone runs n hostile clients at once and waits for all of them.
func everyone(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}

// head is the head of a booking with a valid token.
func (s *server) head(more string) string {
	return "POST /api/v5/citas HTTP/1.1\r\nHost: x\r\nAuthorization: Token " + s.token + "\r\nContent-Type: application/json\r\n" + more + "\r\n"
}

// drip sends one byte after the other until the connection breaks.
func drip(conn net.Conn, text string) {
	for {
		for i := range len(text) {
			if _, err := conn.Write([]byte{text[i]}); err != nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// TestClientsThatNeverFinish: of each kind many at once. All of them are shown
// the door in time, and honest clients do not notice.
func TestClientsThatNeverFinish(t *testing.T) {
	const clients = 300
	tests := map[string]struct {
		opening func(s *server) string
		endless string // repeated slowly
	}{
		"nothing at all":                   {func(*server) string { return "" }, ""},
		"half a request line":              {func(*server) string { return "POST /api/v5/ci" }, ""},
		"a header after the other, slowly": {func(*server) string { return "GET /healthz HTTP/1.1\r\n" }, "X-A: b\r\n"},
		"a body that does not come":        {func(s *server) string { return s.head("Content-Length: 1000000\r\n") }, ""},
		"a body that comes byte by byte":   {func(s *server) string { return s.head("Content-Length: 1000000\r\n") }, " "},
		"chunk after chunk, slowly":        {func(s *server) string { return s.head("Transfer-Encoding: chunked\r\n") }, "1\r\n \r\n"},
		"a body that nobody asked for, with 401": {func(*server) string {
			return "POST /api/v5/citas HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
		}, " "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := besieged(t)
			before, _ := s.memory(t)
			w := s.watch(t)
			everyone(clients, func(int) {
				conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = conn.Close() }()
				if _, err := io.WriteString(conn, test.opening(s)); err != nil {
					t.Error(err)
					return
				}
				if test.endless != "" {
					go drip(conn, test.endless)
				}
				closedWithin(t, conn, 15*time.Second)
			})
			w.judge(t)
			now, most := s.memory(t)
			t.Logf("memory: %d MB before, %d after, at most %d", before, now, most)
			if most > 150 {
				t.Errorf("%d clients brought the program to %d MB", clients, most)
			}
			s.stops(t, 4*time.Second)
		})
	}
}

// TestBodiesThatNeverEnd are sent as fast as they are taken: long ones with a
// length that is a lie, and in chunks without any.
func TestBodiesThatNeverEnd(t *testing.T) {
	s := besieged(t)
	w := s.watch(t)
	block := strings.Repeat("x", 16<<10)
	everyone(200, func(i int) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		heads := []string{s.head("Content-Length: 1000000000000\r\n"), s.head("Transfer-Encoding: chunked\r\n"), s.head("Content-Length: 1000000\r\n")}
		if _, err := io.WriteString(conn, heads[i%len(heads)]); err != nil {
			t.Error(err)
			return
		}
		go func() {
			for sent := 0; ; sent += len(block) {
				chunk := block
				if i%len(heads) == 1 {
					chunk = fmt.Sprintf("%x\r\n%s\r\n", len(block), block)
				}
				if i%len(heads) == 2 && sent > 900_000 {
					return // and the rest never comes
				}
				if _, err := io.WriteString(conn, chunk); err != nil {
					return
				}
			}
		}()
		answer := closedWithin(t, conn, 15*time.Second)
		if answer != "" && !strings.HasPrefix(answer, "HTTP/1.1 413") && !strings.HasPrefix(answer, "HTTP/1.1 400") && !strings.HasPrefix(answer, "HTTP/1.1 503") {
			t.Errorf("got %.200s", answer)
		}
	})
	w.judge(t)
	now, most := s.memory(t)
	t.Logf("memory: %d MB, at most %d", now, most)
	if most > 300 {
		t.Errorf("bodies without end brought the program to %d MB", most)
	}
	s.stops(t, 4*time.Second)
}

// TestClientsThatStopReading ask for page after page and take none: the answers
// must not be kept for them.
func TestClientsThatStopReading(t *testing.T) {
	s := besieged(t)
	w := s.watch(t)
	request := "GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
	everyone(100, func(int) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetReadBuffer(4096)
		}
		// Never reads. The write fails when the server has given up.
		_ = conn.SetWriteDeadline(time.Now().Add(20 * time.Second))
		for {
			if _, err := io.WriteString(conn, strings.Repeat(request, 200)); err != nil {
				if errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error("the server still waits for a client that stopped reading")
				}
				return
			}
		}
	})
	w.judge(t)
	now, most := s.memory(t)
	t.Logf("memory: %d MB, at most %d", now, most)
	if most > 300 {
		t.Errorf("clients that do not read brought the program to %d MB", most)
	}
	s.stops(t, 4*time.Second)
}

// TestNonsense: heads without measure, and bytes that are no HTTP, also behind a
// request that is fine.
func TestNonsense(t *testing.T) {
	s := besieged(t)
	w := s.watch(t)
	fine := "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	random := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return string(b)
	}
	tests := []struct{ sent, want string }{
		{"GET /" + strings.Repeat("a", 200<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 431 "},
		{"GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", 200<<10) + "\r\n\r\n", "HTTP/1.1 431 "},
		{"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: a\r\n", 40<<10) + "\r\n", "HTTP/1.1 431 "},
		{"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "HTTP/1.1 400 "},
		{"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
		{"POST /api/v5/citas HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "HTTP/1.1 400 "},
		{"POST /api/v5/citas HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400 "},
		{"POST /api/v5/citas HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", "HTTP/1.1 501 "},
		{s.head("Transfer-Encoding: chunked\r\n") + "zz\r\n", "HTTP/1.1 400 "},
		{s.head("Transfer-Encoding: chunked\r\n") + "ffffffffffffffff\r\n", "HTTP/1.1 4"},
		{"GET / HTTP/9.9\r\nHost: x\r\n\r\n", "HTTP/1.1 505 "},
		{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + noise(500) + "\r\n\r\n", "HTTP/1.1 400 "}, // TLS, on a port without
		{"\x00\x00\x00\r\n\r\n", "HTTP/1.1 400 "},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 "},
	}
	for range 50 {
		tests = append(tests, struct{ sent, want string }{noise(4096) + "\r\n\r\n", ""})
	}
	everyone(len(tests), func(i int) {
		test := tests[i]
		for _, behind := range []string{"", fine, fine + fine} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			go func() { _, _ = io.WriteString(conn, behind+test.sent) }()
			answer := closedWithin(t, conn, 10*time.Second)
			_ = conn.Close()
			for range len(behind) / len(fine) {
				before, rest, _ := strings.Cut(answer, "\r\n\r\nok\n")
				if !strings.HasPrefix(before, "HTTP/1.1 200 ") {
					t.Errorf("%.60q: a request before it got %.100q", test.sent, before)
				}
				answer = rest
			}
			if !strings.HasPrefix(answer, test.want) {
				t.Errorf("%.60q: got %.100q, want %s", test.sent, answer, test.want)
			}
		}
	})
	w.judge(t)
	if _, most := s.memory(t); most > 150 {
		t.Errorf("nonsense brought the program to %d MB", most)
	}
}

// TestRequestsThatAreGivenUp: thousands of clients that leave before they are
// answered leave nothing behind, and nothing half done.
func TestRequestsThatAreGivenUp(t *testing.T) {
	db, token := newClinic(t)
	s := start(t, "serve", "--db", db)
	s.token = token
	w := s.watch(t)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	var answered, givenUp atomic.Int64
	paths := []string{"/api/v5/citas", "/api/v5/sucursales/1/profesionales/1/agendas", "/api/v5/agendas?id_sucursal=1"}
	everyone(32, func(i int) {
		for n := range 60 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+(i+n)%40)*2*time.Millisecond)
			method, path, body := http.MethodGet, paths[n%len(paths)], ""
			if n%2 == 0 {
				slot := i*60 + n
				fecha := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, slot/96).Format(time.DateOnly)
				method, path, body = http.MethodPost, "/api/v5/citas", citaJSON(1, 1, 1, 1, fecha, fmt.Sprintf("%02d:%02d", slot%96/4, slot%4*15), 15, -1)
			}
			a, err := s.do(ctx, client, method, path, body)
			cancel()
			switch {
			case err != nil:
				givenUp.Add(1)
			case a.status == http.StatusOK, a.status == http.StatusCreated:
				answered.Add(1)
			default:
				t.Errorf("%s %s: got %d %s", method, path, a.status, a.body)
			}
		}
	})
	w.judge(t)
	if answered.Load() == 0 || givenUp.Load() == 0 {
		t.Errorf("%d were answered and %d given up: nothing was tried", answered.Load(), givenUp.Load())
	}
	now, most := s.memory(t)
	t.Logf("%d answered, %d given up; memory: %d MB, at most %d", answered.Load(), givenUp.Load(), now, most)
	if a := s.get(t, "/readyz"); a.status != http.StatusOK {
		t.Errorf("/readyz: got %d %s", a.status, a.body)
	}
	if strings.Contains(s.log.String(), `"level":"ERROR"`) {
		t.Errorf("clients that leave are no errors of the server:\n%.2000s", s.log)
	}
	tomahora(t, "check", "--db", db)
}

// TestTenThousandIdleConnections: each has asked once and stays. Others are
// served, and the program stops at once when it is told to.
func TestTenThousandIdleConnections(t *testing.T) {
	const idle = 10_000
	var files syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files))
	if files.Cur < idle+500 {
		t.Fatalf("the test may have %d files open and needs %d; raise the hard limit (ulimit -Hn)", files.Cur, idle+500)
	}
	db, token := newClinic(t)
	s := start(t, "serve", "--db", db)
	s.token = token
	before, _ := s.memory(t)
	conns := make([]net.Conn, idle)
	everyone(50, func(i int) {
		for n := i; n < idle; n += 50 {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			conns[n] = conn
			if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
				t.Error(err)
				return
			}
			resp, err := http.ReadResponse(bufio.NewReaderSize(conn, 512), nil)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("connection %d: %v", n, err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	})
	defer func() {
		for _, conn := range conns {
			if conn != nil {
				_ = conn.Close()
			}
		}
	}()
	if t.Failed() {
		return
	}
	w := s.watch(t)
	time.Sleep(3 * time.Second) // of honest requests
	w.judge(t)
	now, most := s.memory(t)
	t.Logf("memory: %d MB before, %d with %d idle connections, at most %d", before, now, idle, most)
	if most > 400 {
		t.Errorf("%d idle connections cost %d MB", idle, most)
	}
	s.stops(t, 5*time.Second)
}
