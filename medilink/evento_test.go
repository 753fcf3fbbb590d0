package medilink

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/demo"
	"github.com/tomahora/tomahora/sqlstore"
)

// patience is more than anything takes that is waited for here.
const patience = 20 * time.Second

// feedFace is a face over a real store with the demo clinic.
type feedFace struct {
	face
	api      *api
	db       *sqlstore.Store
	clinica  tomahora.ClinicaID
	stopping chan struct{}
	seen     *feedLog
}

// feedLog is a FeedObserver that remembers.
type feedLog struct {
	mu        sync.Mutex
	following int
	delivered int
	lag       time.Duration
}

func (l *feedLog) Following(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.following = n
}

func (l *feedLog) Delivered(n int, lag time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delivered += n
	l.lag = max(l.lag, lag)
}

func (l *feedLog) get() (following, delivered int, lag time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.following, l.delivered, l.lag
}

func onFeed(t *testing.T, change ...func(*Options)) feedFace {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	id, err := store.CreateClinica(t.Context(), demo.Clinica())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Update(t.Context(), id, func(tx tomahora.Tx) error { return demo.Seed(tx, true) }); err != nil {
		t.Fatal(err)
	}
	if _, err := store.CreateToken(t.Context(), tomahora.Token{IDClinica: id, Nombre: "bot"}, auth.Hash("demo")); err != nil {
		t.Fatal(err)
	}
	f := feedFace{db: store, clinica: id, stopping: make(chan struct{}), seen: &feedLog{}}
	f.face = newFace(t, append([]func(*Options){func(o *Options) {
		o.Store, o.Auth, o.Clock, o.Stopping, o.Feed = store, auth.New(store, time.Now), time.Now, f.stopping, f.seen
	}}, change...)...)
	f.api, _ = f.Handler.(*api)
	return f
}

// write makes an evento of paciente 1.
func (f feedFace) write(t *testing.T) {
	t.Helper()
	f.writeMany(t, 1)
}

func (f feedFace) writeMany(t *testing.T, n int) {
	t.Helper()
	err := f.db.Update(context.WithoutCancel(t.Context()), f.clinica, func(tx tomahora.Tx) error {
		for range n {
			p, err := tx.Pacientes().Get(1)
			if err != nil {
				return err
			}
			if _, err := tx.Pacientes().Save(p, "token:1", "email", "celular"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (f feedFace) last(t *testing.T) (last tomahora.EventoID) {
	t.Helper()
	err := f.db.View(t.Context(), f.clinica, func(tx tomahora.Tx) (err error) {
		last, err = tx.Eventos().Last()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func (f feedFace) forget(t *testing.T, until tomahora.EventoID) {
	t.Helper()
	if err := f.db.Update(t.Context(), f.clinica, func(tx tomahora.Tx) error { return tx.Eventos().Forget(until) }); err != nil {
		t.Fatal(err)
	}
}

// feedAnswer is an answer of /eventos.
type feedAnswer struct {
	Data []struct {
		ID     int64
		Objeto json.RawMessage
		Links  []link
	}
	Links struct{ Current, Next, Prev *string }
}

func readAnswer(t *testing.T, w *httptest.ResponseRecorder) (a feedAnswer) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusOK || a.Links.Next == nil || a.Links.Prev != nil {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return a
}

// targetOf is the path and query of a link.
func targetOf(href string) string {
	return strings.TrimPrefix(href, "http://api.medilink2.healthatom.com")
}

func TestAnEventoTellsWhoDidWhatToWhich(t *testing.T) {
	f := onFeed(t)
	from := f.last(t)
	f.write(t)
	w := f.send("GET", fmt.Sprintf("/api/v5/eventos?desde=%d&limit=7", from), "")
	want := fmt.Sprintf(`{"data":[{"id":%d,"fecha":"2018-11-05 17:09:01","en":"2018-11-05T20:09:01.000000Z","accion":"modified","entidad":"paciente",`+
		`"id_entidad":1,"campos":["email","celular"],"actor":"bot","links":[{"rel":"self","href":"http://api.medilink2.healthatom.com/api/v5/pacientes/1","method":"GET"}]}],`+
		`"links":{"current":"http://api.medilink2.healthatom.com/api/v5/eventos?limit=7&desde=%d","next":"http://api.medilink2.healthatom.com/api/v5/eventos?limit=7&desde=%d","prev":null}}`+"\n",
		from+1, from, from+1)
	if diff := cmp.Diff(want, w.Body.String()); diff != "" {
		t.Error(diff)
	}
}

func TestEventosBringTheirObjects(t *testing.T) {
	f := onFeed(t)
	from := f.last(t)
	f.write(t)
	booking := `{"id_profesional":2,"id_sucursal":1,"id_estado":7,"id_sillon":1,"id_paciente":2,"fecha":"2018-11-26","hora_inicio":"09:15",` +
		`"duracion":15,"videoconsulta":0}`
	if w := f.send("POST", "/api/v5/citas", booking); w.Code != http.StatusCreated {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	hold := strings.Replace(booking, "09:15", "10:15", 1)
	w := f.send("POST", "/api/v5/reservas", hold)
	var reserva struct{ Data struct{ ID int64 } }
	if err := json.Unmarshal(w.Body.Bytes(), &reserva); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if w := f.send("DELETE", fmt.Sprintf("/api/v5/reservas/%d", reserva.Data.ID), ""); w.Code != http.StatusNoContent {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	for _, prefix := range prefixes() {
		var kinds []string
		answer := readAnswer(t, f.send("GET", fmt.Sprintf("%s/eventos?desde=%d&objetos=1", prefix, from), ""))
		for _, e := range answer.Data {
			var object struct {
				RUT        *string `json:"rut"`
				HoraInicio string  `json:"hora_inicio"`
			}
			if err := json.Unmarshal(e.Objeto, &object); err != nil {
				t.Fatal(err)
			}
			kind := "null"
			switch {
			case object.RUT != nil:
				kind = "paciente"
			case object.HoraInicio != "":
				kind = "cita"
			}
			kinds = append(kinds, fmt.Sprintf("%s with %d links", kind, len(e.Links)))
		}
		want := []string{"paciente with 1 links", "cita with 1 links", "null with 1 links", "null with 0 links"}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Error(prefix, diff)
		}
		if next := *answer.Links.Next; !strings.Contains(next, "objetos=1") {
			t.Errorf("next %s", next)
		}
	}
}

func TestEventosArePagedToTheEndAndOn(t *testing.T) {
	f := onFeed(t)
	seen := int64(0)
	next := "/api/v5/eventos?limit=3"
	read := func() (n int) {
		answer := readAnswer(t, f.send("GET", next, ""))
		for _, e := range answer.Data {
			if seen++; e.ID != seen {
				t.Fatalf("evento %d, want %d", e.ID, seen)
			}
		}
		next = targetOf(*answer.Links.Next)
		return len(answer.Data)
	}
	for read() == 3 {
	}
	if last := int64(f.last(t)); seen != last {
		t.Errorf("saw %d eventos of %d", seen, last)
	}
	if n := read(); n != 0 {
		t.Errorf("%d eventos after the last", n)
	}
	f.writeMany(t, 2)
	if n := read(); n != 2 {
		t.Errorf("%d new eventos, want 2", n)
	}
}

func TestACursorIsGoneWhereSomethingWasMissed(t *testing.T) {
	f := onFeed(t)
	f.writeMany(t, 5)
	last := f.last(t)
	f.forget(t, last-3) // three are left
	ask := func(route string, desde any) *httptest.ResponseRecorder {
		return f.send("GET", fmt.Sprintf("/api/v5/%s?desde=%v", route, desde), "")
	}
	for _, desde := range []tomahora.EventoID{1, last - 4, last + 1, last + 1000} {
		for _, route := range []string{"eventos", "eventos/stream"} {
			w := ask(route, desde)
			if got := errorOf(t, w); w.Code != http.StatusGone || got.Code != "cursor_vencido" {
				t.Errorf("%s from %d with %d to %d kept: status %d", route, desde, last-2, last, w.Code)
			}
		}
	}
	for desde, want := range map[any]int{tomahora.EventoID(0): 3, "": 3, last - 3: 3, last - 1: 1, last: 0, "ahora": 0} {
		answer := readAnswer(t, ask("eventos", desde))
		if len(answer.Data) != want || !strings.HasSuffix(*answer.Links.Next, fmt.Sprintf("&desde=%d", last)) {
			t.Errorf("from %v: %d eventos, want %d, and next %s", desde, len(answer.Data), want, *answer.Links.Next)
		}
	}
	f.forget(t, last)
	if w := ask("eventos", last-1); w.Code != http.StatusGone {
		t.Errorf("all are forgotten, and the last but one is status %d", w.Code)
	}
	for _, desde := range []tomahora.EventoID{0, last} {
		if answer := readAnswer(t, ask("eventos", desde)); len(answer.Data) != 0 || !strings.HasSuffix(*answer.Links.Next, fmt.Sprintf("&desde=%d", last)) {
			t.Errorf("all are forgotten: from %d next is %s", desde, *answer.Links.Next)
		}
	}
}

func TestQueriesOfEventosAreJudged(t *testing.T) {
	f := onFeed(t)
	tests := map[string][]string{
		"desde=-1": {"desde"}, "desde=x": {"desde"}, "desde=1.5": {"desde"}, "desde=99999999999999999999": {"desde"}, "desde=1&desde=2": {"desde"},
		"limit=0": {"limit"}, "espera=-1": {"espera"}, "espera=61": {"espera"}, "espera=x&objetos=2": {"espera", "objetos"},
	}
	for query, want := range tests {
		for _, route := range []string{"eventos", "eventos/stream"} {
			w := f.send("GET", "/api/v5/"+route+"?"+query, "")
			var fields []string
			for _, e := range errorOf(t, w).Errors {
				fields = append(fields, e.Field)
			}
			if diff := cmp.Diff(want, fields); w.Code != http.StatusBadRequest || diff != "" {
				t.Errorf("%s?%s: status %d %s", route, query, w.Code, diff)
			}
		}
	}
	for _, id := range []string{"x", "-1", "1.5"} {
		if w := f.send("GET", "/api/v5/eventos/stream", "", header{lastEventID, id}); w.Code != http.StatusBadRequest {
			t.Errorf("Last-Event-ID %s: status %d", id, w.Code)
		}
	}
	if answer := readAnswer(t, f.send("GET", "/api/v5/eventos?limit=1000", "")); len(answer.Data) > maxLimit {
		t.Errorf("%d eventos", len(answer.Data))
	}
}

// await waits until a condition holds.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for: %s", patience, what)
		}
	}
}

// following waits until so many connections follow or wait.
func (f feedFace) following(t *testing.T, n int) {
	t.Helper()
	await(t, fmt.Sprintf("%d followers", n), func() bool {
		following, _, _ := f.seen.get()
		return following == n
	})
}

func TestARequestWaitsForEventos(t *testing.T) {
	f := onFeed(t)
	last := f.last(t)
	answered := make(chan *httptest.ResponseRecorder)
	go func() { answered <- f.send("GET", fmt.Sprintf("/api/v5/eventos?espera=60&desde=%d", last), "") }()
	f.following(t, 1)
	f.write(t)
	answer := readAnswer(t, <-answered)
	if len(answer.Data) != 1 || answer.Data[0].ID != int64(last+1) {
		t.Errorf("got %+v, want evento %d", answer.Data, last+1)
	}
	if next := *answer.Links.Next; !strings.Contains(next, "espera=60") {
		t.Errorf("next %s", next)
	}
	f.following(t, 0)
	// Nobody can tell when the server takes it to be now.
	go func() { answered <- f.send("GET", "/api/v5/eventos?espera=60&desde=ahora", "") }()
	var w *httptest.ResponseRecorder
	for w == nil {
		f.write(t)
		select {
		case w = <-answered:
		case <-time.After(50 * time.Millisecond):
		}
	}
	if answer = readAnswer(t, w); len(answer.Data) == 0 || answer.Data[0].ID <= int64(last+1) {
		t.Errorf("from now on: got %+v", answer.Data)
	}
	last = f.last(t)
	// What is there is answered at once, and nothing is answered in time.
	if answer := readAnswer(t, f.send("GET", "/api/v5/eventos?espera=60", "")); len(answer.Data) == 0 {
		t.Error("nothing at once")
	}
	answer = readAnswer(t, f.send("GET", "/api/v5/eventos?espera=1&desde=ahora", ""))
	if len(answer.Data) != 0 || !strings.HasSuffix(*answer.Links.Next, fmt.Sprintf("&desde=%d", last)) {
		t.Errorf("after a second: %+v", answer)
	}
}

func TestWaitingEndsWithTheClientTheTokenAndTheServer(t *testing.T) {
	f := onFeed(t)
	const waiting = "/api/v5/eventos?espera=60&desde=ahora"
	ctx, leave := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, waiting, nil)
	r.Header.Set("Authorization", "Token demo")
	go f.ServeHTTP(httptest.NewRecorder(), r)
	f.following(t, 1)
	leave()
	f.following(t, 0)

	answered := make(chan *httptest.ResponseRecorder)
	go func() { answered <- f.send("GET", waiting, "") }()
	f.following(t, 1)
	if err := f.db.RevokeToken(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // in which a revoked token must stop working
	f.write(t)
	if w := <-answered; w.Code != http.StatusUnauthorized {
		t.Errorf("the token was revoked: status %d", w.Code)
	}
	if _, err := f.db.CreateToken(t.Context(), tomahora.Token{IDClinica: f.clinica, Nombre: "bot"}, auth.Hash("other")); err != nil {
		t.Fatal(err)
	}
	go func() { answered <- f.send("GET", waiting, "", header{"Authorization", "Token other"}) }()
	f.following(t, 1)
	close(f.stopping)
	readAnswer(t, <-answered)
	if f.log.Len() > 0 {
		t.Errorf("log: %s", f.log)
	}
}

// frame is one event of a stream.
type frame struct{ id, event, data string }

// sse is a client of a stream.
type sse struct {
	resp  *http.Response
	lines *bufio.Reader
	leave context.CancelFunc
}

// serveFeed serves a face with time-outs that a stream outlasts.
func serveFeed(t *testing.T, f feedFace) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(f)
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
	srv.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if tcp, ok := c.(*net.TCPConn); ok && state == http.StateNew {
			_ = tcp.SetWriteBuffer(4096)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

func connect(t *testing.T, url, lastID string) *sse {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	t.Cleanup(leave)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Token demo")
	if lastID != "" {
		r.Header.Set(lastEventID, lastID)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetReadBuffer(4096)
		}
		return c, err
	}}}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return &sse{resp, bufio.NewReader(resp.Body), leave}
}

// next reads a frame; the first of a stream has no event.
func (s *sse) next() (f frame, err error) {
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			return f, err
		}
		line = strings.TrimSuffix(line, "\n")
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "" && f.id != "":
			return f, nil
		case name == "id":
			f.id = value
		case name == "event":
			f.event = value
		case name == "data":
			f.data = value
		}
	}
}

func (s *sse) want(t *testing.T, id tomahora.EventoID) frame {
	t.Helper()
	f, err := s.next()
	if err != nil || f.id != strconv.FormatInt(int64(id), 10) {
		t.Fatalf("got %+v, %v, want evento %d", f, err, id)
	}
	return f
}

func TestAStreamTellsOfEventosAndIsResumed(t *testing.T) {
	f := onFeed(t)
	url := serveFeed(t, f) + "/api/v5/eventos/stream"
	last := f.last(t)
	s := connect(t, url, "")
	if got := s.resp.Header.Get("Content-Type"); s.resp.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("status %d, Content-Type %q", s.resp.StatusCode, got)
	}
	if hello := s.want(t, last); hello.event != "" || hello.data != "" {
		t.Errorf("begins with %+v", hello)
	}
	time.Sleep(700 * time.Millisecond) // beyond the server's time-outs
	f.write(t)
	got := s.want(t, last+1)
	var body eventoBody
	if err := json.Unmarshal([]byte(got.data), &body); err != nil || got.event != "paciente.modified" || body.ID != int64(last+1) || body.IDEntidad != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	s.leave()
	f.following(t, 0)
	f.writeMany(t, 250) // more than a page
	for name, resumed := range map[string]*sse{
		"by Last-Event-ID":        connect(t, url, strconv.FormatInt(int64(last+1), 10)),
		"by desde":                connect(t, fmt.Sprintf("%s?desde=%d", url, last+1), ""),
		"by the one over another": connect(t, url+"?desde=1", strconv.FormatInt(int64(last+1), 10)),
	} {
		if hello := resumed.want(t, last+1); hello.event != "" {
			t.Errorf("%s: begins with %+v", name, hello)
		}
		for id := last + 2; id <= last+251; id++ {
			resumed.want(t, id)
		}
		resumed.leave()
	}
	f.following(t, 0)
	if _, delivered, lag := f.seen.get(); delivered != 1+3*250 || lag != 0 {
		t.Errorf("observed %d eventos and a lag of %s", delivered, lag)
	}
	if f.log.Len() > 0 {
		t.Errorf("log: %s", f.log)
	}
}

// ends reads a stream to its end, which must be a clean one.
func (s *sse) ends(t *testing.T) {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, s.lines)
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("cut off: %v", err)
		}
	case <-time.After(patience):
		t.Error("the stream does not end")
	}
}

func TestStreamsEndWithTheServer(t *testing.T) {
	f := onFeed(t)
	s := connect(t, serveFeed(t, f)+"/api/v5/eventos/stream", "")
	s.want(t, f.last(t))
	began := time.Now()
	close(f.stopping)
	s.ends(t)
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %s", took)
	}
}

func TestStreamsEndWithTheirToken(t *testing.T) {
	f := onFeed(t)
	s := connect(t, serveFeed(t, f)+"/api/v5/eventos/stream", "")
	s.want(t, f.last(t))
	if err := f.db.RevokeToken(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // in which a revoked token must stop working
	f.write(t)
	s.ends(t)
}

func TestStreamsOfATokenAreCounted(t *testing.T) {
	f := onFeed(t)
	url := serveFeed(t, f) + "/api/v5/eventos/stream"
	var all []*sse
	for range maxFollowers {
		all = append(all, connect(t, url, ""))
	}
	for _, route := range []string{"/api/v5/eventos/stream", "/api/v5/eventos?espera=1&desde=ahora"} {
		w := f.send("GET", route, "")
		if got := errorOf(t, w); w.Code != http.StatusTooManyRequests || got.Code != "demasiadas_solicitudes" || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: status %d", route, w.Code)
		}
	}
	readAnswer(t, f.send("GET", "/api/v5/eventos", ""))
	all[0].leave()
	f.following(t, maxFollowers-1)
	connect(t, url, "").want(t, f.last(t))
}

func TestAHeadOfAStreamEnds(t *testing.T) {
	f := onFeed(t)
	r := httptest.NewRequest(http.MethodHead, "/api/v5/eventos/stream", nil)
	r.Header.Set("Authorization", "Token demo")
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/event-stream" || w.Body.Len() > 0 {
		t.Errorf("status %d, headers %v, body %q", w.Code, w.Header(), w.Body)
	}
}

// TestASlowClientIsDropped: it holds up nobody, and what it does not read is not
// kept for it.
func TestASlowClientIsDropped(t *testing.T) {
	const shorter = answerTime - 300*time.Millisecond
	f := onFeed(t, func(o *Options) { o.Clock = func() time.Time { return time.Now().Add(-shorter) } })
	url := serveFeed(t, f) + "/api/v5/eventos/stream?objetos=1"
	slow, quick := connect(t, url, ""), connect(t, url, "")
	quick.want(t, f.last(t))
	read := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, quick.lines)
		read <- err
	}()
	for deadline := time.Now().Add(patience); ; {
		f.writeMany(t, 100)
		following, _, _ := f.seen.get()
		if following < 2 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody was dropped")
		}
	}
	select {
	case err := <-read:
		t.Errorf("the quick client was dropped: %v", err)
	default:
	}
	if _, err := io.Copy(io.Discard, slow.lines); err == nil {
		t.Error("the slow client's stream looks whole")
	}
}
