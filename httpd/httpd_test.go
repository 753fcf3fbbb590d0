package httpd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/medilink"
)

// database answers Ping.
type database struct{ err error }

func (d database) Ping(context.Context) error { return d.err }

// lockedBuffer is a log several goroutines write to.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// lines are the log's lines as JSON objects.
func (b *lockedBuffer) lines(t *testing.T) []map[string]any {
	t.Helper()
	var list []map[string]any
	for line := range strings.Lines(b.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	return list
}

func newServer(api http.HandlerFunc, change ...func(*Config)) (*Server, *lockedBuffer) {
	log := &lockedBuffer{}
	cfg := Config{
		API: api, Store: database{}, Logger: slog.New(slog.NewJSONHandler(log, nil)), Clock: time.Now,
		Limits: Limits{ShutdownTimeout: 5 * time.Second},
	}
	for _, c := range change {
		c(&cfg)
	}
	return New(cfg), log
}

func get(h http.Handler, method, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path = path
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func codeOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var body struct {
		Error struct {
			Code      string `json:"code"`
			RequestID string `json:"request_id"`
		} `json:"error"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("not JSON: %v", err)
	}
	if id := w.Header().Get("X-Request-Id"); id == "" || body.Error.RequestID != id {
		t.Errorf("request_id %q, X-Request-Id %q", body.Error.RequestID, id)
	}
	return body.Error.Code
}

func TestWhoOwnsAPath(t *testing.T) {
	api := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
	tests := map[string]int{
		"/api/v5/citas": 418, "/api": 418, "/api/": 418, "//api//v5": 418, "/./api/x": 418, "/x/../api/v5": 418,
		"/healthz": 200, "/healthz/": 200, "/readyz": 200,
		"/": 404, "": 404, "*": 404, "/apiv5": 404, "/healthz/x": 404, "/api/../x": 404,
	}
	for path, want := range tests {
		s, _ := newServer(api)
		w := get(s, "GET", path)
		if w.Code != want {
			t.Errorf("%q: status %d, want %d", path, w.Code, want)
		}
		if w.Code == 404 && codeOf(t, w) != "no_encontrado" {
			t.Errorf("%q: %s", path, w.Body)
		}
	}
}

func TestTheDocsAreServedWhereThereAreAny(t *testing.T) {
	docs := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	with, _ := newServer(nil, func(c *Config) { c.Docs = docs })
	without, _ := newServer(nil)
	for path, want := range map[string]int{"/docs": 418, "/docs/": 418, "/docs/style.css": 418, "/docsx": 404} {
		if w := get(with, "GET", path); w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
		if w := get(without, "GET", path); w.Code != http.StatusNotFound {
			t.Errorf("%s without docs: status %d", path, w.Code)
		}
	}
}

func TestMCPIsServedWhereThereIsAny(t *testing.T) {
	mcp := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	with, _ := newServer(nil, func(c *Config) { c.MCP = mcp })
	without, _ := newServer(nil)
	for path, want := range map[string]int{"/mcp": 418, "/mcp/": 418, "/mcp/x": 404, "/mcpx": 404} {
		if w := get(with, "POST", path); w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
		if w := get(without, "POST", path); w.Code != http.StatusNotFound {
			t.Errorf("%s without MCP: status %d", path, w.Code)
		}
	}
}

func TestProbes(t *testing.T) {
	s, _ := newServer(nil)
	if w := get(s, "GET", "/healthz"); w.Body.String() != "ok\n" {
		t.Errorf("body %q", w.Body)
	}
	if w := get(s, "POST", "/healthz"); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" || codeOf(t, w) != "metodo_no_permitido" {
		t.Errorf("status %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	down, _ := newServer(nil, func(c *Config) { c.Store = database{errors.New("gone")} })
	if w := get(down, "GET", "/healthz"); w.Code != 200 {
		t.Errorf("the program lives, but /healthz is %d", w.Code)
	}
	if w := get(down, "GET", "/readyz"); w.Code != 503 || codeOf(t, w) != "no_disponible" || w.Header().Get("Retry-After") != "1" {
		t.Errorf("the database is gone, but /readyz is %d", w.Code)
	}
}

func TestTheLogTellsARequestWithoutPersonalData(t *testing.T) {
	s, log := newServer(func(w http.ResponseWriter, r *http.Request) {
		Observe(r.Context(), "/api/v5/pacientes/{id}", auth.Principal{IDClinica: 1, IDToken: 3})
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "12345")
	})
	r := httptest.NewRequest(http.MethodGet, "/api/v5/pacientes/11111111-1?q=Fernanda", nil)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	lines := log.lines(t)
	if len(lines) != 1 {
		t.Fatalf("%d lines, want 1", len(lines))
	}
	got := lines[0]
	if d, ok := got["duration_ms"].(float64); !ok || d < 0 {
		t.Errorf("duration_ms %v", got["duration_ms"])
	}
	delete(got, "time")
	delete(got, "duration_ms")
	want := map[string]any{
		"level": "INFO", "msg": "request", "method": "GET", "route": "/api/v5/pacientes/{id}", "status": 201.0, "bytes": 5.0,
		"request_id": w.Header().Get("X-Request-Id"), "id_clinica": 1.0, "id_token": 3.0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	get(s, "FERNANDA", "/11111111-1")
	if text := log.String(); strings.Contains(text, "11111111") || strings.Contains(strings.ToLower(text), "fernanda") {
		t.Errorf("personal data in the log: %s", text)
	}
}

func TestEveryRequestHasItsOwnID(t *testing.T) {
	var inside string
	s, _ := newServer(func(_ http.ResponseWriter, r *http.Request) { inside = RequestID(r.Context()) })
	one, two := get(s, "GET", "/api/x"), get(s, "GET", "/api/x")
	if one.Header().Get("X-Request-Id") == two.Header().Get("X-Request-Id") || inside != two.Header().Get("X-Request-Id") {
		t.Errorf("ids %q, %q; inside %q", one.Header(), two.Header(), inside)
	}
	if RequestID(t.Context()) != "" {
		t.Error("an id outside of a request")
	}
}

func TestAPanicIsA500(t *testing.T) {
	s, log := newServer(func(http.ResponseWriter, *http.Request) { panic("boom") })
	w := get(s, "POST", "/api/v5/citas")
	if w.Code != 500 || codeOf(t, w) != "error_interno" || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("status %d, body %s", w.Code, w.Body)
	}
	lines := log.lines(t)
	if len(lines) != 2 || lines[0]["error"] != "panic: boom" || lines[1]["status"] != 500.0 {
		t.Errorf("log: %v", lines)
	}
}

// brokenPages are pages that all panic.
type brokenPages struct{}

func (brokenPages) ServeHTTP(http.ResponseWriter, *http.Request) { panic("boom") }

func (brokenPages) Fail(w http.ResponseWriter, r *http.Request, _ error) {
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(w, "<p>"+RequestID(r.Context()))
}

func TestPeopleAreToldOfAPanicInAPage(t *testing.T) {
	broken := func(http.ResponseWriter, *http.Request) { panic("boom") }
	s, _ := newServer(broken, func(c *Config) { c.Web = brokenPages{} })
	w := get(s, "GET", "/dia")
	if want := "<p>" + w.Header().Get("X-Request-Id"); w.Code != 500 || w.Body.String() != want {
		t.Errorf("answered %d: %s, want 500: %s", w.Code, w.Body, want)
	}
	if w := get(s, "GET", "/api/v5/citas"); codeOf(t, w) != "error_interno" {
		t.Errorf("a program was answered %s", w.Body)
	}
}

func TestAPanicAfterTheAnswerBeganBreaksTheConnection(t *testing.T) {
	s, _ := newServer(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half an ")
		panic("boom")
	})
	srv := httptest.NewServer(s)
	defer srv.Close()
	resp, err := http.Get(srv.URL + "/api/x")
	if err != nil {
		return // not even the header arrived: broken, too
	}
	defer func() { _ = resp.Body.Close() }()
	if body, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("half an answer looks whole: %q", body)
	}
}

// serve starts s on a free port; the returned stop ends it and tells what Serve
// returned.
func serve(t *testing.T, s *Server) (url string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	return "http://" + l.Addr().String(), func() error { cancel(); return <-ended }
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	began, finish := make(chan struct{}), make(chan struct{})
	s, _ := newServer(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-finish
		if r.Context().Err() != nil {
			t.Error("the request was cancelled")
		}
		_, _ = io.WriteString(w, "done")
	})
	url, stop := serve(t, s)
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get(url + "/api/x")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		answer <- string(body)
	}()
	<-began
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	// New connections are refused once the shutdown has begun.
	for {
		resp, err := http.Get(url + "/healthz")
		if err != nil {
			break
		}
		_ = resp.Body.Close()
	}
	close(finish)
	if got := <-answer; got != "done" {
		t.Errorf("got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestShutdownIsBounded(t *testing.T) {
	began := make(chan struct{})
	s, _ := newServer(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
	}, func(c *Config) { c.Limits.ShutdownTimeout = 50 * time.Millisecond })
	url, stop := serve(t, s)
	go func() {
		if resp, err := http.Get(url + "/api/x"); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-began
	if err := stop(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// ask sends one request over a connection that stays open, and returns its
// status; 0 when the connection is closed.
func ask(conn net.Conn) int {
	if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return 0
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func TestAFullHouseMakesRoomForWhoHasSomethingToSay(t *testing.T) {
	s, _ := newServer(nil, func(c *Config) { c.Limits.MaxConnections = 2 })
	url, stop := serve(t, s)
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		return conn
	}
	first, second := dial(), dial()
	if ask(first) != 200 || ask(second) != 200 || ask(first) != 200 {
		t.Fatal("two connections do not fit")
	}
	third := dial()
	if got := ask(third); got != 200 {
		t.Errorf("a third connection got %d while another was idle", got)
	}
	if got := ask(second) + ask(first); got != 200 {
		t.Errorf("the two before it got %d together, want one to be gone", got)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestWhoHasBeenIdleLongestMakesRoom(t *testing.T) {
	c := newCrowd(nil, 2)
	first, _ := net.Pipe()
	second, _ := net.Pipe()
	for _, conn := range []net.Conn{first, second} {
		c.places <- struct{}{}
		c.note(conn, http.StateIdle)
	}
	c.note(first, http.StateActive)
	c.note(first, http.StateIdle)
	c.evict()
	if err := second.SetDeadline(time.Time{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the one that was idle longest is still open (error %v)", err)
	}
	if err := first.SetDeadline(time.Time{}); err != nil {
		t.Errorf("the other one: %v", err)
	}
}

func TestAFullHouseStillStops(t *testing.T) {
	began := make(chan struct{})
	finish := make(chan struct{})
	s, _ := newServer(func(http.ResponseWriter, *http.Request) { close(began); <-finish }, func(c *Config) { c.Limits.MaxConnections = 1 })
	url, stop := serve(t, s)
	go func() {
		if resp, err := http.Get(url + "/api/x"); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-began
	waiting, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = waiting.Close() }()
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	_ = waiting.SetDeadline(time.Now().Add(5 * time.Second))
	if got := ask(waiting); got != 0 {
		t.Errorf("who waited for a place got %d", got)
	}
	close(finish)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestOnlySoManyLongBodies(t *testing.T) {
	held := make(chan struct{}, longBodies)
	finish := make(chan struct{})
	s, _ := newServer(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		switch {
		case err != nil:
			medilink.RenderError(w, RequestID(r.Context()), err)
		case r.URL.Query().Has("wait"):
			held <- struct{}{}
			<-finish
		}
	})
	post := func(target string, size int) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, target, strings.NewReader(strings.Repeat("x", size))))
		return w
	}
	var wg sync.WaitGroup
	for range longBodies {
		wg.Go(func() { post("/api/x?wait", 2*shortBody) })
	}
	for range longBodies {
		<-held
	}
	if w := post("/api/x", 2*shortBody); w.Code != http.StatusServiceUnavailable || codeOf(t, w) != "no_disponible" {
		t.Errorf("one long body too many: got %d %s", w.Code, w.Body)
	}
	if w := post("/api/x", shortBody/2); w.Code != http.StatusOK {
		t.Errorf("a short body beside them: got %d %s", w.Code, w.Body)
	}
	close(finish)
	wg.Wait()
	if w := post("/api/x", 2*shortBody); w.Code != http.StatusOK {
		t.Errorf("a long body afterwards: got %d %s", w.Code, w.Body)
	}
}

func TestServeTellsWhatIsWrong(t *testing.T) {
	s, _ := newServer(nil, func(c *Config) { c.CertFile, c.KeyFile = "no.pem", "no.key" })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(t.Context(), l); err == nil || !strings.Contains(err.Error(), "no.pem") {
		t.Errorf("got %v", err)
	}
}

func TestBaseURL(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	forwarded := http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"agenda.clinica.cl"}}
	tests := map[string]struct {
		publicURL, from, host string
		header                http.Header
		want                  string
	}{
		"the request's own host":                        {"", "1.2.3.4:5", "localhost:8080", nil, "http://localhost:8080"},
		"a public URL wins":                             {"https://x.cl/base/", "10.0.0.1:5", "y.cl", forwarded, "https://x.cl/base"},
		"a trusted proxy is believed":                   {"", "10.1.2.3:5", "inner:8080", forwarded, "https://agenda.clinica.cl"},
		"a trusted proxy over IPv6":                     {"", "[::1]:5", "inner:8080", forwarded, "https://agenda.clinica.cl"},
		"a trusted proxy, mapped into IPv6":             {"", "[::ffff:10.0.0.1]:5", "inner:8080", forwarded, "https://agenda.clinica.cl"},
		"anyone else is not":                            {"", "11.0.0.1:5", "inner:8080", forwarded, "http://inner:8080"},
		"an address that cannot be read is not trusted": {"", "@", "inner:8080", forwarded, "http://inner:8080"},
		"of several values the proxy's own counts": {"", "10.0.0.1:5", "inner", http.Header{
			"X-Forwarded-Proto": {"http, https"}, "X-Forwarded-Host": {"evil.cl, good.cl"},
		}, "https://good.cl"},
		"nonsense is ignored": {"", "10.0.0.1:5", "inner", http.Header{
			"X-Forwarded-Proto": {"javascript"}, "X-Forwarded-Host": {"evil.cl/path?"},
		}, "http://inner"},
		"no host at all":      {"", "1.2.3.4:5", "", nil, "http://localhost"},
		"a host with a slash": {"", "1.2.3.4:5", "evil.cl/x", nil, "http://localhost"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr, r.Host, r.Header = test.from, test.host, test.header
			if got := BaseURL(test.publicURL, proxies)(r); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	r := httptest.NewRequest(http.MethodGet, "https://x.cl/", nil)
	if got := BaseURL("", nil)(r); got != "https://x.cl" {
		t.Errorf("over TLS: %q", got)
	}
}

func TestParseRate(t *testing.T) {
	tests := map[string]Rate{"20/m": {20, time.Minute}, "1/s": {1, time.Second}, "1000/h": {1000, time.Hour}, "": {}}
	for s, want := range tests {
		if got, err := ParseRate(s); err != nil || got != want {
			t.Errorf("%q: got %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"20", "20/", "/m", "0/m", "-1/m", "1.5/m", "20/d", "20/m/s", "x/m", "9999999999/m", " 20/m"} {
		if got, err := ParseRate(s); err == nil {
			t.Errorf("%q: got %v", s, got)
		}
	}
}

func TestLimiter(t *testing.T) {
	now := time.Unix(1_540_000_000, 0)
	l := NewLimiter(Rate{20, time.Minute}, func() time.Time { return now })
	for i := range 20 {
		if got, want := l.Allow(1), (medilink.Allowance{OK: true, Limit: 20, Remaining: 19 - i}); got != want {
			t.Fatalf("request %d of 20: got %+v, want %+v", i+1, got, want)
		}
	}
	for range 5 { // refused requests do not make the wait longer
		if got, want := l.Allow(1), (medilink.Allowance{Limit: 20, RetryAfter: 3 * time.Second}); got != want {
			t.Fatalf("request 21: got %+v, want %+v", got, want)
		}
	}
	if !l.Allow(2).OK {
		t.Error("one token uses up another's")
	}
	now = now.Add(3 * time.Second)
	if got, want := l.Allow(1), (medilink.Allowance{OK: true, Limit: 20}); got != want {
		t.Errorf("after waiting as told: got %+v, want %+v", got, want)
	}
	now = now.Add(9 * time.Second)
	if got := l.Allow(1); got.Remaining != 2 {
		t.Errorf("after nine seconds: got %+v, want 2 remaining", got)
	}
}

func TestALimiterSurvivesAClockThatGoesBack(t *testing.T) {
	now := time.Unix(1_540_000_000, 0)
	l := NewLimiter(Rate{20, time.Minute}, func() time.Time { return now })
	for range 20 {
		l.Allow(1)
	}
	now = now.Add(-3 * time.Hour)
	if got, want := l.Allow(1), (medilink.Allowance{Limit: 20, RetryAfter: 3 * time.Second}); got != want {
		t.Errorf("right after: got %+v, want %+v", got, want)
	}
	now = now.Add(3 * time.Second)
	if got := l.Allow(1); !got.OK || got.Remaining != 0 {
		t.Errorf("after waiting as told: got %+v", got)
	}
}

func TestALimiterForgetsIdleTokens(t *testing.T) {
	now := time.Unix(1_540_000_000, 0)
	l := NewLimiter(Rate{1, time.Second}, func() time.Time { return now })
	for id := range tomahora.TokenID(2*maxBuckets + 1) {
		l.Allow(id + 1)
		if len(l.buckets) > maxBuckets {
			t.Fatalf("%d buckets", len(l.buckets))
		}
		now = now.Add(time.Millisecond)
	}
	if got := l.Allow(2*maxBuckets + 1); got.OK {
		t.Errorf("a token in use was forgotten: %+v", got)
	}
}

func BenchmarkNoOp(b *testing.B) {
	s, _ := newServer(nil, func(c *Config) {
		c.Logger = slog.New(slog.NewJSONHandler(io.Discard, nil)) //nolint:sloglint // making the line is part of the cost
	})
	r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
	b.ReportAllocs()
	for b.Loop() {
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// TestAnswersCanBeStreamed: what surrounds a handler lets it speak to its
// connection.
func TestAnswersCanBeStreamed(t *testing.T) {
	next := make(chan struct{})
	s, _ := newServer(func(w http.ResponseWriter, _ *http.Request) {
		c := http.NewResponseController(w)
		for range 3 {
			_, _ = io.WriteString(w, "part\n")
			if err := errors.Join(c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Time{}), c.Flush()); err != nil {
				t.Error(err)
			}
			<-next
		}
	})
	url, stop := serve(t, s)
	resp, err := http.Get(url + "/api/x")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	for range 3 {
		if part, err := io.ReadAll(io.LimitReader(resp.Body, 5)); err != nil || string(part) != "part\n" {
			t.Errorf("got %q, %v", part, err)
		}
		next <- struct{}{}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
