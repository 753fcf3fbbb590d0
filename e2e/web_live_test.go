package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// clave is the password of the users these tests make.
const clave = "correcto caballo"

// newUsuario makes a user of a clinic's web by the command.
func newUsuario(t *testing.T, db, clinica, email, rol string) {
	t.Helper()
	cmd := exec.Command(binary, "usuario", "create", "--clinica", clinica, "--email", email, "--nombre", "Eva Rojas", "--rol", rol, "--db", db)
	cmd.Stdin = strings.NewReader(clave + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("usuario create: %v\n%s", err, out)
	}
}

// person is somebody at the web with one browser, whose cookies go to whichever
// replica is asked.
type person struct {
	t      *testing.T
	client *http.Client
}

// signIn is a person who signed in at a server.
func signIn(t *testing.T, s *server, email string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	p := &person{t, &http.Client{
		Jar:           jar,
		Transport:     &http.Transport{DisableKeepAlives: true}, // those to a server that is killed are gone
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if a := p.post(s, "/entrar", url.Values{"email": {email}, "clave": {clave}}); a.status != http.StatusSeeOther || a.header.Get("Location") != "/" {
		t.Fatalf("%s signs in with %d to %q\n%s", email, a.status, a.header.Get("Location"), a.body)
	}
	return p
}

func (p *person) send(r *http.Request) answer {
	p.t.Helper()
	resp, err := p.client.Do(r)
	must(p.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(p.t, err)
	return answer{resp.StatusCode, resp.Header, body}
}

func (p *person) request(method, address, body string) *http.Request {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, address, strings.NewReader(body))
	must(p.t, err)
	return r
}

// get asks for a page as a browser does, or for JSON as a script does.
func (p *person) get(s *server, path string) answer {
	p.t.Helper()
	r := p.request(http.MethodGet, s.url+path, "")
	r.Header.Set("Accept", "text/html")
	return p.send(r)
}

// post sends a form from the server's own page.
func (p *person) post(s *server, path string, form url.Values) answer {
	p.t.Helper()
	return p.postFrom(s, s.url, "same-origin", path, form)
}

// postFrom sends a form from a page elsewhere; site is what a browser says of how
// that is related, "" for one that does not say.
func (p *person) postFrom(s *server, origin, site, path string, form url.Values) answer {
	p.t.Helper()
	r := p.request(http.MethodPost, s.url+path, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Origin", origin)
	if site != "" {
		r.Header.Set("Sec-Fetch-Site", site)
	}
	return p.send(r)
}

// agendar books a cita with the web's own form and returns its id.
func (p *person) agendar(s *server, hora string) int64 {
	p.t.Helper()
	r := p.request(http.MethodPost, s.url+"/agendar", url.Values{
		"id_paciente": {"1"}, "id_profesional": {"1"}, "id_sucursal": {"1"}, "fecha": {"2027-01-04"}, "hora_inicio": {hora}, "duracion": {"15"},
	}.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	a := p.send(r)
	var made struct{ Cita struct{ ID int64 } }
	if err := json.Unmarshal(a.body, &made); err != nil || a.status != http.StatusCreated {
		p.t.Fatalf("the booking at %s is answered %d %s", hora, a.status, a.body)
	}
	return made.Cita.ID
}

// evento is the clinic's last one, as the sheet of the agenda has it.
func (p *person) evento(s *server) int64 {
	p.t.Helper()
	a := p.get(s, "/web/agenda")
	var sheet struct{ Evento int64 }
	if err := json.Unmarshal(a.body, &sheet); err != nil || a.status != http.StatusOK {
		p.t.Fatalf("the sheet is answered %d %s", a.status, a.body)
	}
	return sheet.Evento
}

// newsStream is an open /web/vivo.
type newsStream struct {
	t     *testing.T
	body  io.ReadCloser
	lines *bufio.Reader
	last  int64 // the id that a browser would come back with
}

// follow opens the stream after an evento, as a browser that comes back does.
func (p *person) follow(s *server, last int64) *newsStream {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	p.t.Cleanup(cancel)
	r := p.request(http.MethodGet, s.url+"/web/vivo", "").WithContext(ctx)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Last-Event-ID", strconv.FormatInt(last, 10))
	resp, err := p.client.Do(r)
	must(p.t, err)
	p.t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK {
		p.t.Fatalf("the stream is %s", resp.Status)
	}
	n := &newsStream{t: p.t, body: resp.Body, lines: bufio.NewReader(resp.Body), last: last}
	if event, _, err := n.event(); event != "hola" || n.last != last {
		p.t.Fatalf("the stream begins with %q of evento %d, %v", event, n.last, err)
	}
	return n
}

// event is the next one; heartbeats are "".
func (n *newsStream) event() (name, data string, err error) {
	for {
		line, err := n.lines.ReadString('\n')
		if err != nil {
			return "", "", err
		}
		switch field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); field {
		case "event":
			name = value
		case "id":
			if n.last, err = strconv.ParseInt(value, 10, 64); err != nil {
				return "", "", err
			}
		case "data":
			data = value
		case "":
			return name, data, nil
		}
	}
}

// citas are those that the next news tell of.
func (n *newsStream) citas() []int64 {
	n.t.Helper()
	for {
		before := n.last
		name, data, err := n.event()
		must(n.t, err)
		if name != "agenda" {
			continue
		}
		var news struct {
			Citas []struct{ ID int64 }
			Hoja  bool
		}
		must(n.t, json.Unmarshal([]byte(data), &news))
		if news.Hoja || n.last <= before {
			n.t.Fatalf("after evento %d the news are %d %s", before, n.last, data)
		}
		ids := make([]int64, len(news.Citas))
		for i, c := range news.Citas {
			ids[i] = c.ID
		}
		return ids
	}
}

// see waits until the stream has told of citas, and of no others.
func (n *newsStream) see(want ...int64) {
	n.t.Helper()
	var told []int64
	for len(told) < len(want) {
		told = append(told, n.citas()...)
	}
	slices.Sort(told)
	if !slices.Equal(told, want) {
		n.t.Fatalf("the stream tells of citas %d, want %d", told, want)
	}
}

// end waits until the stream ends by itself, at once: not even a heartbeat comes
// before. It returns how it ended.
func (n *newsStream) end() error {
	n.t.Helper()
	name, data, err := n.event()
	if err == nil {
		n.t.Fatalf("a stream that is over goes on with %q %s", name, data)
	}
	return err
}

// replicas are two servers of one database, and somebody who signed in at one.
type replicas struct {
	t    *testing.T // as long as it runs, so do the servers
	db   string
	a, b *server
	eva  *http.Client
	last int64 // the evento that was told of last
}

const evaEmail = "eva@clinica.example"

// restart starts b where it was.
func (r *replicas) restart() {
	r.t.Helper()
	address := strings.TrimPrefix(r.b.url, "http://")
	r.b = startCommand(r.t, exec.Command(binary, "serve", "--db", r.db, "--listen", address))
}

// TestTheWebOnTwoReplicas has one of them come and go. The session that was made at
// one is good at both all the time, until its user is disabled.
func TestTheWebOnTwoReplicas(t *testing.T) {
	db := emptyPostgres(t)
	_, _ = fillClinic(t, db)
	newUsuario(t, db, "1", evaEmail, "recepcion")
	r := &replicas{t: t, db: db, a: start(t, "serve", "--db", db), b: start(t, "serve", "--db", db)}
	eva := signIn(t, r.a, evaEmail)
	r.eva, r.last = eva.client, eva.evento(r.b)
	for _, step := range []struct {
		name string
		run  func(*testing.T, *person)
	}{
		{"what is booked at one is told at the other", r.tell},
		{"a stream goes on where it was after a kill", r.comeBack},
		{"a stream ends with its server, which leaves at once", r.leave},
		{"who is disabled is out everywhere", r.disable},
	} {
		if !t.Run(step.name, func(t *testing.T) { step.run(t, &person{t, r.eva}) }) {
			return // each begins where the one before ended
		}
	}
}

func (r *replicas) tell(t *testing.T, eva *person) {
	stream := eva.follow(r.b, r.last)
	took := make([]time.Duration, 20)
	for i := range took {
		id := eva.agendar(r.a, fmt.Sprintf("%02d:%02d", i/4, i%4*15))
		answered := time.Now()
		stream.see(id)
		took[i] = time.Since(answered)
	}
	r.last = stream.last
	slices.Sort(took)
	t.Logf("%d citas, told of after the answer: median %s, at most %s", len(took), took[len(took)/2], took[len(took)-1])
}

func (r *replicas) comeBack(t *testing.T, eva *person) {
	stream := eva.follow(r.b, r.last)
	stream.see(eva.agendar(r.a, "06:00"))
	r.b.kill()
	if err := stream.end(); !isCut(err) {
		t.Errorf("the stream of a server that was killed ended with %v", err)
	}
	missed := []int64{eva.agendar(r.a, "06:15"), eva.agendar(r.a, "06:30"), eva.agendar(r.a, "06:45")}
	began := time.Now()
	r.restart()
	again := eva.follow(r.b, stream.last)
	again.see(missed...)
	t.Logf("up again, and told of what was missed, in %s", time.Since(began))
	again.see(eva.agendar(r.b, "07:00"))
	r.last = again.last
}

func (r *replicas) leave(t *testing.T, eva *person) {
	stream := eva.follow(r.b, r.last)
	told := time.Now()
	must(t, r.b.cmd.Process.Signal(syscall.SIGTERM))
	if err := stream.end(); !errors.Is(err, io.EOF) {
		t.Errorf("the stream ended with %v", err)
	}
	ended := time.Since(told)
	if err := r.b.wait(); err != nil {
		t.Errorf("the program ended with %v\n%s", err, r.b.log)
	}
	took := time.Since(told)
	t.Logf("the stream ended after %s, the program after %s", ended, took)
	// A second is what they may take; the rest is for a busy machine.
	if took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	r.restart()
}

func (r *replicas) disable(t *testing.T, eva *person) {
	streams := []*newsStream{eva.follow(r.a, r.last), eva.follow(r.b, r.last)}
	tomahora(t, "usuario", "revoke", evaEmail, "--db", r.db)
	revoked := time.Now()
	for i, s := range []*server{r.a, r.b} {
		if got := eva.get(s, "/web/agenda"); got.status != http.StatusUnauthorized {
			t.Errorf("at replica %d the sheet is answered %d", i, got.status)
		}
		if got := eva.get(s, "/"); got.status != http.StatusSeeOther || got.header.Get("Location") != "/entrar?volver=%2F" {
			t.Errorf("at replica %d the agenda is answered %d to %q", i, got.status, got.header.Get("Location"))
		}
	}
	asked := time.Since(revoked)
	for i, stream := range streams {
		if err := stream.end(); !errors.Is(err, io.EOF) {
			t.Errorf("the stream at replica %d ended with %v", i, err)
		}
	}
	t.Logf("out at both when asked within %s of the command, both streams over within %s", asked, time.Since(revoked))
	if got := eva.post(r.a, "/entrar", url.Values{"email": {evaEmail}, "clave": {clave}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("who is disabled signs in with %d", got.status)
	}
}

// neighbours are two clinics of one server, with somebody who may do everything in
// each. The other's user shows that what the one must not see is there.
type neighbours struct {
	t            *testing.T
	db           string
	s            *server
	ours, theirs ids
	one, other   *person
}

// export is all that the clinics have.
func (n *neighbours) export() string {
	n.t.Helper()
	return tomahora(n.t, "export", "--clinica", "1", "--db", n.db) + tomahora(n.t, "export", "--clinica", "2", "--db", n.db)
}

// unchanged does something that must change nothing.
func (n *neighbours) unchanged(do func()) {
	n.t.Helper()
	before := n.export()
	do()
	if after := n.export(); after != before {
		n.t.Errorf("the clinics have changed from\n%s\nto\n%s", before, after)
	}
}

// booking is what the form says that books for a paciente in the first clinic.
func (n *neighbours) booking(paciente int64) url.Values {
	return url.Values{
		"id_paciente": {strconv.FormatInt(paciente, 10)}, "id_profesional": {strconv.FormatInt(n.ours["profesional"], 10)},
		"id_sucursal": {strconv.FormatInt(n.ours["sucursal"], 10)}, "fecha": {"2027-03-01"}, "hora_inicio": {"12:00"}, "duracion": {"15"},
	}
}

func TestAUserHasOneClinicAndComesFromItsPages(t *testing.T) {
	db := emptyPostgres(t)
	tomahora(t, "migrate", "--db", db)
	n := &neighbours{t: t, db: db, s: start(t, "serve", "--db", db)}
	n.ours = settle(t, n.s, db, "gato", 0, 1)
	n.theirs = settle(t, n.s, db, mark, 50, 4)
	for _, noun := range []string{"cita", "paciente", "bloqueo", "especial", "webhook", "profesional"} {
		if n.theirs[noun] <= n.ours[noun] {
			t.Fatalf("the %s of the other clinic has an id that ours may have, too, so that it proves nothing", noun)
		}
	}
	newUsuario(t, db, "1", "una@clinica.example", "administracion")
	newUsuario(t, db, "2", "otra@clinica.example", "administracion")
	n.one, n.other = signIn(t, n.s, "una@clinica.example"), signIn(t, n.s, "otra@clinica.example")
	n.unchanged(n.look)
	n.unchanged(n.meddle)
	n.listen()
	n.comeFromElsewhere()
}

// look asks for all that shows something of the other clinic.
func (n *neighbours) look() {
	n.t.Helper()
	place := fmt.Sprintf("?fecha=2027-03-01&sucursal=%d", n.theirs["sucursal"])
	period := "?desde=2027-01-01&hasta=2027-12-31"
	for path, status := range map[string]int{ // what it is for whom it is not there
		fmt.Sprintf("/citas/%d", n.theirs["cita"]):                        http.StatusNotFound,
		fmt.Sprintf("/agendar?id_paciente=%d", n.theirs["paciente"]):      http.StatusNotFound,
		fmt.Sprintf("/ajustes/webhooks/%d", n.theirs["webhook"]):          http.StatusNotFound,
		fmt.Sprintf("/ajustes/bloqueos/%d", n.theirs["bloqueo"]):          http.StatusNotFound,
		fmt.Sprintf("/ajustes/profesionales/%d", n.theirs["profesional"]): http.StatusNotFound,
		"/" + place:                       http.StatusOK,
		"/dia" + place:                    http.StatusOK,
		"/web/agenda" + place:             http.StatusOK,
		"/agendar?q=" + mark[:3]:          http.StatusOK,
		"/listas/citas.csv" + period:      http.StatusOK,
		"/listas/atenciones.csv" + period: http.StatusOK,
		"/listas/bloqueos.csv" + period:   http.StatusOK,
		"/listas/especiales.csv" + period: http.StatusOK,
		"/listas/pacientes.csv":           http.StatusOK,
		"/listas/profesionales.csv":       http.StatusOK,
		"/listas/sucursales.csv":          http.StatusOK,
		"/listas/sillones.csv":            http.StatusOK,
		"/listas/especialidades.csv":      http.StatusOK,
		"/listas/estados.csv":             http.StatusOK,
		"/listas/horarios.csv":            http.StatusOK,
		"/ajustes/webhooks":               http.StatusOK,
		"/ajustes/profesionales":          http.StatusOK,
	} {
		if got := n.other.get(n.s, path); got.status != http.StatusOK || !strings.Contains(string(got.body), mark) {
			n.t.Errorf("%s proves nothing, its own clinic is answered %d", path, got.status)
		}
		got := n.one.get(n.s, path)
		checkUnmarked(n.t, path, got)
		if got.status != status {
			n.t.Errorf("%s is answered %d, want %d", path, got.status, status)
		}
	}
	if got := n.one.get(n.s, "/ajustes/usuarios"); got.status != http.StatusOK || strings.Contains(string(got.body), "otra@clinica.example") {
		n.t.Errorf("the users are answered %d %s", got.status, got.body)
	}
}

// meddle tries to change the other clinic.
func (n *neighbours) meddle() {
	n.t.Helper()
	for path, form := range map[string]url.Values{
		fmt.Sprintf("/citas/%d", n.theirs["cita"]):                         {"id_estado": {"1"}, "comentario": {"cambiada"}},
		fmt.Sprintf("/web/citas/%d/probar", n.theirs["cita"]):              {"hora_inicio": {"18:00"}},
		fmt.Sprintf("/ajustes/bloqueos/%d/borrar", n.theirs["bloqueo"]):    {},
		fmt.Sprintf("/ajustes/especiales/%d/borrar", n.theirs["especial"]): {},
		fmt.Sprintf("/ajustes/webhooks/%d/borrar", n.theirs["webhook"]):    {},
		fmt.Sprintf("/ajustes/webhooks/%d/rotar", n.theirs["webhook"]):     {},
		"/cuenta/clinica": {"clinica": {"2"}},
		"/agendar":        n.booking(n.theirs["paciente"]),
	} {
		got := n.one.post(n.s, path, form)
		checkUnmarked(n.t, path, got)
		if got.status != http.StatusNotFound {
			n.t.Errorf("POST %s is answered %d", path, got.status)
		}
	}
}

// listen follows the news of one clinic while there are some of both.
func (n *neighbours) listen() {
	n.t.Helper()
	stream := n.one.follow(n.s, n.one.evento(n.s))
	for _, change := range []struct {
		by   *person
		cita int64
	}{{n.other, n.theirs["cita"]}, {n.one, n.ours["cita"]}} {
		if got := change.by.post(n.s, fmt.Sprintf("/citas/%d", change.cita), url.Values{"comentario": {mark}}); got.status != http.StatusSeeOther {
			n.t.Fatalf("the change of cita %d is answered %d", change.cita, got.status)
		}
	}
	stream.see(n.ours["cita"])
}

// comeFromElsewhere posts from pages of others, which is refused and changes
// nothing, and then the same from the server's own.
func (n *neighbours) comeFromElsewhere() {
	n.t.Helper()
	forms := []struct {
		path string
		form url.Values
	}{
		{"/agendar", n.booking(n.ours["paciente"])},
		{fmt.Sprintf("/citas/%d", n.ours["cita"]), url.Values{"comentario": {"cambiada"}}},
		{"/cuenta", url.Values{"nombre": {"Otra"}, "idioma": {"es"}}},
		{"/salir", nil},
	}
	n.unchanged(func() {
		for _, f := range forms {
			for _, from := range []struct{ origin, site string }{
				{"https://otro.example", "cross-site"},
				{"https://otro.example", ""}, // from a browser that says no more
				{"http://127.0.0.1:1", "same-site"},
				{"null", "cross-site"},
			} {
				if got := n.one.postFrom(n.s, from.origin, from.site, f.path, f.form); got.status != http.StatusForbidden {
					n.t.Errorf("POST %s from %+v is answered %d", f.path, from, got.status)
				}
			}
		}
	})
	before := n.export()
	for _, f := range forms {
		if got := n.one.post(n.s, f.path, f.form); got.status != http.StatusSeeOther {
			n.t.Errorf("POST %s proves nothing, from its own page it is answered %d", f.path, got.status)
		}
	}
	if n.export() == before {
		n.t.Error("what was sent from its own pages changed nothing either")
	}
}
