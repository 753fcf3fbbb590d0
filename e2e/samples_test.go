package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The samples are requests of real programs as they were recorded (contract §4),
// byte by byte, at a time when their dates have hours. Each test asks of the
// answers what its program needs, and is named after it as in the contract.
const samplesTime = "2026-11-23T12:00:00-03:00"

// wire sends a request exactly as it is written, also what net/http would
// encode anew or refuse, and reads the answer.
func (s *server) wire(t *testing.T, method, target, contentType, body string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	must(t, err)
	defer func() { _ = conn.Close() }()
	head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Token %s\r\nConnection: close\r\n",
		method, target, strings.TrimPrefix(s.url, "http://"), s.token)
	if contentType != "" {
		head += "Content-Type: " + contentType + "\r\n"
	}
	if body != "" {
		head += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	_, err = io.WriteString(conn, head+"\r\n"+body)
	must(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	must(t, err)
	return answer{resp.StatusCode, resp.Header, read}
}

const (
	asForm = "application/x-www-form-urlencoded; charset=UTF-8"
	asJSON = "application/json"
)

// encodeURIComponent is what most clients do with the JSON of q.
func encodeURIComponent(q string) string { return strings.ReplaceAll(url.QueryEscape(q), "+", "%20") }

// want checks a status and that the answer has a value at each path.
func (a answer) want(t *testing.T, status int, paths ...string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("got %d %s, want %d", a.status, a.body, status)
	}
	for _, path := range paths {
		valueAt(t, a, path)
	}
}

// items are the elements of data.
func (a answer) items(t *testing.T) []map[string]any {
	t.Helper()
	a.want(t, http.StatusOK)
	var body struct{ Data []map[string]any }
	must(t, json.Unmarshal(a.body, &body))
	return body.Data
}

// column is one attribute of every item, as text.
func (a answer) column(t *testing.T, name string) []string {
	t.Helper()
	var values []string
	for _, item := range a.items(t) {
		values = append(values, fmt.Sprint(item[name]))
	}
	return values
}

// link finds a link of an object by its rel, as C2 does.
func (a answer) link(t *testing.T, path, rel string) string {
	t.Helper()
	var links []struct{ Rel, Href string }
	must(t, json.Unmarshal([]byte(valueAt(t, a, path)), &links))
	for _, l := range links {
		if l.Rel == rel {
			return l.Href
		}
	}
	t.Fatalf("%s has no link %s: %v", path, rel, links)
	return ""
}

// follow is the request target of a link to the server itself.
func (s *server) follow(t *testing.T, href string) string {
	t.Helper()
	target, ok := strings.CutPrefix(href, s.url)
	if !ok {
		t.Fatalf("%s does not lead to %s", href, s.url)
	}
	return target
}

func TestEverySampleIsUnderstood(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	cita := []string{"data.id", "data.id_atencion", "data.estado_cita", "data.nombre_paciente", "data.hora_fin", "data.links.0.href"}
	samples := []struct {
		name, method, target, contentType, body string
		status                                  int
		paths                                   []string
	}{
		{
			"a RUT with spaces as plus signs", "GET",
			"/api/v5/pacientes?q=%7B%22rut%22%3A+%7B%22eq%22%3A+%2211111111-1%22%7D%7D", asJSON, "",
			200, []string{"data.0.id", "data.0.nombre", "data.0.apellidos", "data.0.links.4.href"},
		},
		{
			"free hours with an array in the query and a slash", "GET",
			"/api/v5/horariosdisponibles/?ids_profesional%5B%5D=1&id_sucursal=1&fecha_inicio=2026-11-24&fecha_fin=2026-11-30", "", "",
			200, []string{"data.1.2026-11-24", "data.1.2026-11-29"},
		},
		{
			"free hours with a body, as axios sends it", "GET", "/api/v5/horariosdisponibles", asJSON,
			`{"ids_profesional":[1],"id_sucursal":1,"fecha_inicio":"2026-11-24","fecha_fin":"2026-11-30"}`,
			200, []string{"data.1.2026-11-24"},
		},
		{
			"a booking with a slash and an estado", "POST", "/api/v5/citas/", asJSON,
			`{"id_profesional":1,"id_sucursal":1,"id_estado":7,"id_sillon":1,"id_paciente":2,"fecha":"2026-11-24","hora_inicio":"09:00","duracion":15,"comentario":"x","videoconsulta":0}`,
			201, cita,
		},
		{
			"a booking without a slash, with hora_fin", "POST", "/api/v5/citas", asJSON,
			`{"id_paciente":2,"id_profesional":1,"id_sucursal":1,"id_sillon":1,"fecha":"2026-11-26","hora_inicio":"09:15","hora_fin":"09:30","duracion":15}`,
			201, cita,
		},
		{
			"a booking as a form", "POST", "/api/v5/citas/", asForm,
			"id_profesional=2&id_sucursal=1&id_estado=7&id_sillon=1&id_paciente=2&id_atencion=2&fecha=2026-11-27&hora_inicio=09%3A00&duracion=30&comentario=Control+general&videoconsulta=1",
			201, cita,
		},
		{
			"the citas of a day", "GET",
			"/api/v5/citas?q=" + encodeURIComponent(`{"id_sucursal":{"eq":1},"id_profesional":{"eq":1},"fecha":{"eq":"2026-11-26"},"estado_anulacion":{"eq":0}}`),
			"", "", 200, []string{"data.0.hora_inicio", "data.0.duracion", "links.current"},
		},
		{
			"the coming citas of a RUT", "GET",
			"/api/v5/citas?q=" + encodeURIComponent(`{"rut":{"eq":"16482917-`+dv(16482917)+`"},"fecha":{"gte":"2026-11-23"},"estado_anulacion":{"eq":0}}`),
			"", "", 200, []string{"data.2.id"},
		},
		{
			"what is new since an id", "GET",
			"/api/v5/citas?q=" + encodeURIComponent(`{"id_sucursal":{"eq":1},"id":{"gte":755},"estado_anulacion":{"eq":0}}`),
			"", "", 200, []string{"data.0.id", "data.1.id"},
		},
		{
			"a range as a list, raw, with some spaces", "GET",
			`/api/v1/citas?q={"fecha":%20[{"gte":%20"2026-11-01"},%20{"lte":%20"2026-12-30"}],%20"id_sucursal":%20{"eq":%20"1"}}`,
			"", "", 200, []string{"data.49.id", "links.next"},
		},
		{"an annulment", "PUT", "/api/v5/citas/754", asJSON, `{"id_estado":1}`, 200, cita[:5]},
		{
			"an annulment with a comment", "PUT", "/api/v5/citas/755", asJSON,
			`{"id_estado":1,"comentario":"Avisó","citas_relacionadas":0}`, 200, cita[:5],
		},
		{
			"an annulment on v1", "PUT", "/api/v1/citas/756", asJSON,
			`{"id_estado":1,"comentarios":"Avisó","flag_notificar_anulacion":1}`, 200, []string{"data.id", "data.id_tratamiento", "data.id_dentista"},
		},
		{
			"the grid, raw", "GET",
			`/api/v5/sucursales/1/profesionales/2/agendas?q={"fecha_inicio":{"eq":"2026-11-24"},"fecha_fin":{"eq":"2026-11-29"},"mostrar_detalles":{"eq":1}}`,
			"", "", 200, []string{"data.fechas.2026-11-24.horas.09:00.sillones.1", "data.fechas.2026-11-29"},
		},
		{
			"the next hour of an especialidad, raw", "GET", `/api/v5/especialidades/1/proxima?q={"id_sucursal":{"eq":1}}`,
			"", "", 200, []string{"data.0.fecha", "data.0.hora_inicio", "data.0.id_profesional"},
		},
	}
	for _, sample := range samples {
		a := s.wire(t, sample.method, sample.target, sample.contentType, sample.body)
		if a.status != sample.status {
			t.Errorf("%s: got %d %s", sample.name, a.status, a.body)
			continue
		}
		a.want(t, sample.status, sample.paths...)
	}
}

// dv is the check digit of a RUT.
func dv(n int) string {
	sum, factor := 0, 2
	for ; n > 0; n /= 10 {
		sum += n % 10 * factor
		if factor++; factor > 7 {
			factor = 2
		}
	}
	return strings.Split("0,K,9,8,7,6,5,4,3,2,1", ",")[sum%11]
}

// C1 reads tope and horario out of the messages, follows new citas by their ids,
// and books without an atención.
func TestC1FindsWhatIsNewAndTellsErrorsApart(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	for _, hora := range []string{"09:00", "09:15", "09:30"} {
		s.book(t, citaJSON(1, 1, 1, 2, "2026-11-26", hora, 15, -1)).want(t, 201)
	}
	taken := s.book(t, citaJSON(1, 1, 1, 1, "2026-11-26", "09:15", 30, -1))
	if got := valueAt(t, taken, "error.message"); taken.status != 400 || got != "Profesional tiene tope con otra cita" {
		t.Errorf("a taken hour: got %d %q", taken.status, got)
	}
	outside := s.book(t, citaJSON(1, 1, 1, 1, "2026-11-26", "13:00", 30, -1))
	if outside.status != 400 || !strings.Contains(string(outside.body), "horario") {
		t.Errorf("into the break: got %d %s", outside.status, outside.body)
	}
	odd := s.book(t, citaJSON(1, 1, 1, 1, "2026-11-26", "10:00", 20, -1))
	if odd.status != 400 || !strings.Contains(string(odd.body), "duraci") {
		t.Errorf("for 20 minutes: got %d %s", odd.status, odd.body)
	}
	ticker := s.wire(t, "GET", "/api/v5/citas?q="+encodeURIComponent(`{"id_sucursal":{"eq":1},"id":{"gte":754},"estado_anulacion":{"eq":0}}`), "", "")
	if got := ticker.column(t, "id"); !slices.Equal(got, []string{"756", "755", "754"}) {
		t.Errorf("what is new: got ids %v, want the newest first", got)
	}
	unsupported := s.wire(t, "GET", `/api/v5/citas?q={"nombre_paciente":{"eq":"x"}}`, "", "")
	if got := valueAt(t, unsupported, "error.message"); unsupported.status != 400 || got != "No puede buscar por nombre_paciente" {
		t.Errorf("an unsupported filter: got %d %q", unsupported.status, got)
	}
	s.wire(t, "PUT", "/api/v5/citas/754", asJSON, `{"estado_anulacion":1}`).want(t, 400, "error.message")
	s.wire(t, "PUT", "/api/v5/citas/754", asJSON, `{"id_estado":1}`).want(t, 200)
	s.book(t, citaJSON(1, 1, 1, 1, "2026-11-26", "09:00", 15, -1)).want(t, 201)

	next := s.wire(t, "GET", `/api/v5/especialidades/1/proxima?q={"id_sucursal":{"eq":1}}`, "", "")
	if fecha := valueAt(t, next, "data.0.fecha"); !regexp.MustCompile(`^\d\d/\d\d/2026$`).MatchString(fecha) {
		t.Errorf("proxima: got fecha %q, want DD/MM/YYYY", fecha)
	}
	empty := s.wire(t, "GET", `/api/v5/citas?q={"fecha":{"eq":"2030-01-01"}}`, "", "")
	var links struct {
		Links map[string]any
	}
	if err := json.Unmarshal(empty.body, &links); err != nil || len(empty.items(t)) > 0 {
		t.Errorf("an empty list: got %s, want links as an object", empty.body)
	}
}

// C1 takes a day's hours from horarios: equal hours are no work, an equal break
// is none.
func TestC1ReadsTheWeek(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime, "--empty")
	a := s.wire(t, "GET", "/api/v5/profesionales/1/horarios", "", "")
	a.want(t, 200, "data.0.intervalo", "data.0.id_sucursal", "data.1.id_sucursal")
	want := map[string][5]string{
		"data.0.dias.0.": {"Lunes", "08:00:00", "20:00:00", "13:00:00", "14:00:00"},
		"data.0.dias.5.": {"Sábado", "09:00:00", "13:00:00", "", ""},
		"data.0.dias.6.": {"Domingo", "", "", "", ""},
	}
	for path, w := range want {
		inicio, fin := valueAt(t, a, path+"hora_inicio"), valueAt(t, a, path+"hora_fin")
		breakInicio, breakFin := valueAt(t, a, path+"hora_inicio_break"), valueAt(t, a, path+"hora_fin_break")
		if got := valueAt(t, a, path+"nombre_dia"); got != w[0] {
			t.Errorf("%s: got %s, want %s", path, got, w[0])
		}
		if w[1] == "" && inicio != fin || w[1] != "" && (inicio != w[1] || fin != w[2]) {
			t.Errorf("%s: got %s to %s, want %s to %s", w[0], inicio, fin, w[1], w[2])
		}
		if w[3] == "" && breakInicio != breakFin || w[3] != "" && (breakInicio != w[3] || breakFin != w[4]) {
			t.Errorf("%s: got a break from %s to %s, want %s to %s", w[0], breakInicio, breakFin, w[3], w[4])
		}
	}
}

// C2 finds links by their rel, is strict about 201, drops every cita whose
// estado_anulacion is not 0, and asks contratos where a profesional attends.
func TestC2FollowsLinksAndBooks(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	nuevo := `{"rut":"12345678-5","nombre":"Ana","apellidos":"Rojas","celular":"+56911111111","email":"ana@example.com"}`
	made := s.wire(t, "POST", "/api/v5/pacientes/", asJSON, nuevo)
	made.want(t, 201, "data.id")
	twice := s.wire(t, "POST", "/api/v5/pacientes/", asJSON, nuevo)
	if twice.status != 400 || !strings.Contains(strings.ToLower(string(twice.body)), "existe") {
		t.Errorf("the paciente again: got %d %s", twice.status, twice.body)
	}
	found := s.wire(t, "GET", "/api/v5/pacientes?q=%7B%22rut%22%3A+%7B%22eq%22%3A+%2212345678-5%22%7D%7D", asJSON, "")
	id := valueAt(t, found, "data.0.id")
	if id != valueAt(t, made, "data.id") {
		t.Fatalf("made %s, found %s", made.body, found.body)
	}
	free := s.wire(t, "GET", "/api/v5/horariosdisponibles", asJSON,
		`{"ids_profesional":[2],"id_sucursal":1,"fecha_inicio":"2026-11-24","fecha_fin":"2026-12-07"}`)
	free.want(t, 200, "data.2.2026-11-24.0.hora_inicio", "data.2.2026-11-24.0.hora_fin")
	if got := valueAt(t, free, "data.2.2026-11-24.0.intervalo"); got != "15" {
		t.Errorf("got intervalo %s, want 15", got)
	}
	hora := valueAt(t, free, "data.2.2026-11-24.0.hora_inicio")
	booking := fmt.Sprintf(`{"id_profesional":2,"id_sucursal":1,"id_estado":7,"id_sillon":1,"id_paciente":%s,"fecha":"2026-11-24","hora_inicio":%q,"duracion":15,"comentario":"x","videoconsulta":0}`, id, hora[:5])
	booked := s.wire(t, "POST", "/api/v5/citas/", asJSON, booking)
	if booked.status == 400 { // free on the other sillón only
		booked = s.wire(t, "POST", "/api/v5/citas/", asJSON, strings.Replace(booking, `"id_sillon":1`, `"id_sillon":2`, 1))
	}
	booked.want(t, 201, "data.id")

	citas := s.follow(t, found.link(t, "data.0.links", "citas"))
	list := s.wire(t, "GET", citas+"?q="+encodeURIComponent(`{"fecha":{"gte":"2026-11-23"}}`), "", "")
	if got := list.column(t, "estado_anulacion"); !slices.Equal(got, []string{"0"}) {
		t.Errorf("the citas of the paciente: got estado_anulacion %v, want one 0", got)
	}
	s.wire(t, "PUT", "/api/v5/citas/"+valueAt(t, booked, "data.id"), asJSON, `{"id_estado":1,"id_sillon":1}`).want(t, 200)
	again := s.wire(t, "GET", citas, "", "")
	if got := again.column(t, "estado_anulacion"); !slices.Equal(got, []string{"1"}) {
		t.Errorf("after the annulment: got estado_anulacion %v, want one 1", got)
	}

	profesionales := s.wire(t, "GET", "/api/v6/profesionales?limit=100", "", "")
	profesionales.want(t, 200, "data.0.es_recurso", "data.0.habilitado", "data.0.intervalo")
	contratos := s.wire(t, "GET", "/api/v5/profesionales/1/contratos", "", "")
	if got := contratos.column(t, "id_sucursal"); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("contratos: got sucursales %v, want 1 and 2", got)
	}
	if got := contratos.column(t, "habilitado"); !slices.Equal(got, []string{"1", "1"}) {
		t.Errorf("contratos: got habilitado %v, want 1 and 1", got)
	}
	s.wire(t, "GET", "/api/v5/horariosdisponibles/?ids_profesional%5B%5D=99&id_sucursal=1&fecha_inicio=2026-11-24&fecha_fin=2026-11-30", "", "").
		want(t, 404, "error.message")
}

// C3 and C4 look for true in the grid, and take a 404 for "does not attend
// there"; C4 makes an atención before it books.
func TestC3AndC4ReadTheGrid(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	grid := func(prof int) answer {
		return s.wire(t, "GET", fmt.Sprintf("/api/v5/sucursales/1/profesionales/%d/agendas?q=", prof)+
			encodeURIComponent(`{"fecha_inicio":{"eq":"2026-11-24"},"fecha_fin":{"eq":"2026-11-29"},"mostrar_detalles":{"eq":"1"},"id_sillon":{"eq":1},"duracion":{"eq":30}}`), "", "")
	}
	before := grid(2)
	if got := valueAt(t, before, "data.fechas.2026-11-24.horas.09:00.sillones.1"); got != "true" {
		t.Fatalf("09:00 on sillón 1: got %s, want true", got)
	}
	if got := valueAt(t, before, "data.fechas.2026-11-29"); got != "[]" {
		t.Errorf("a Sunday: got %s, want []", got)
	}
	atencion := s.wire(t, "POST", "/api/v5/atenciones", asJSON, `{"id_paciente":2,"id_profesional":2,"fecha":"2026-11-24","observaciones":"x"}`)
	atencion.want(t, 201, "data.id")
	s.wire(t, "POST", "/api/v5/citas", asJSON, fmt.Sprintf(
		`{"id_paciente":2,"id_profesional":2,"id_sucursal":1,"id_sillon":1,"id_atencion":%s,"fecha":"2026-11-24","hora_inicio":"09:00","duracion":30,"videoconsulta":false}`,
		valueAt(t, atencion, "data.id"))).want(t, 201)
	after := grid(2)
	for path, want := range map[string]string{
		"09:00.sillones.1.tipo": "Cita", "09:00.sillones.1.bloque": "1/2", "09:15.sillones.1.bloque": "2/2",
		"09:00.sillones.2": "true", "09:00.sillones.Sobrecupo": "true", "09:30.sillones.1": "true",
	} {
		if got := valueAt(t, after, "data.fechas.2026-11-24.horas."+path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	grid(6).want(t, 404, "error.message")
}

// C4 books with the first atención of the paciente that it takes for open, and
// makes a new one where it finds none.
func TestC4BooksAPacienteAgain(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	for _, hora := range []string{"09:00", "09:30"} {
		atencion := ""
		for _, a := range s.wire(t, "GET", "/api/v5/pacientes/3/atenciones", "", "").items(t) {
			if a["estado"] == "abierto" && a["tipo"] != "Licencia" && a["tipo"] != "Interconsulta" {
				atencion = fmt.Sprint(a["id"])
				break
			}
		}
		if atencion == "" {
			made := s.wire(t, "POST", "/api/v5/atenciones", asJSON, `{"id_paciente":3,"id_profesional":2,"fecha":"2026-11-24","observaciones":"x"}`)
			made.want(t, 201)
			atencion = valueAt(t, made, "data.id")
		}
		s.wire(t, "POST", "/api/v5/citas", asJSON, fmt.Sprintf(
			`{"id_paciente":3,"id_profesional":2,"id_sucursal":1,"id_sillon":1,"id_atencion":%s,"fecha":"2026-11-24","hora_inicio":%q,"duracion":30,"videoconsulta":false}`,
			atencion, hora)).want(t, 201)
	}
}

// C5 takes every answer that is not a 200 for JSON with error.message, and needs
// each field of v1 to be there and not null.
func TestC5DemandsEveryField(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	a := s.wire(t, "GET", `/api/v1/citas?q={"fecha":%20[{"gte":%20"2026-11-01"},%20{"lte":%20"2026-12-30"}],%20"id_sucursal":%20{"eq":%20"1"}}`, "", "")
	names := []string{
		"id", "id_paciente", "nombre_paciente", "nombre_social_paciente", "id_estado", "estado_cita", "estado_anulacion", "estado_confirmacion",
		"id_tratamiento", "nombre_tratamiento", "tratamiento_sin_asignar", "id_dentista", "nombre_dentista", "motivo_atencion", "id_sucursal",
		"nombre_sucursal", "id_sillon", "nombre_sillon", "fecha", "hora_inicio", "hora_fin", "duracion", "comentarios", "fecha_actualizacion", "links",
	}
	items := a.items(t)
	if len(items) != 50 {
		t.Errorf("got a page of %d, want 50", len(items))
	}
	for _, name := range names {
		if missing := slices.IndexFunc(items, func(item map[string]any) bool { return item[name] == nil }); missing >= 0 {
			t.Errorf("cita %v has no %s", items[missing]["id"], name)
		}
	}
	failures := []struct {
		method, target string
		status         int
	}{
		{"GET", "/api/v1/citas/999999", 404}, {"GET", "/api/v1/nothing", 404}, {"GET", "/api/v1/citas?q={", 400}, {"DELETE", "/api/v1/citas", 405},
		{"GET", "/api/v1/citas/x", 400}, {"POST", "/api/v1/citas", 400}, {"GET", "/nothing", 404}, {"GET", "/api/v1/citas?q=%ff", 400},
	}
	for _, f := range failures {
		s.wire(t, f.method, f.target, "", "").want(t, f.status, "error.message")
	}
	s.token = "wrong"
	s.wire(t, "GET", "/api/v1/citas", "", "").want(t, 401, "error.message")
}

// C6 takes the cursor out of next and asks the same path with nothing else.
func TestC6PagesByTheCursorAlone(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	const path = "/api/v1/citas"
	query := path + "?q=" + encodeURIComponent(`{"fecha":[{"gte":"2026-11-01"},{"lte":"2026-12-30"}],"id_sucursal":{"eq":2}}`)
	cursorOf := regexp.MustCompile(`cursor=(.*)$`)
	var ids []int
	for target := query; target != ""; {
		a := s.wire(t, "GET", target, "", "")
		if got := slices.Compact(a.column(t, "id_sucursal")); !slices.Equal(got, []string{"2"}) {
			t.Fatalf("%s: got sucursales %v, want 2 alone", target, got)
		}
		for _, id := range a.column(t, "id") {
			n, err := strconv.Atoi(id)
			must(t, err)
			ids = append(ids, n)
		}
		var body struct{ Links struct{ Next *string } }
		must(t, json.Unmarshal(a.body, &body))
		target = ""
		if body.Links.Next != nil {
			cursor := cursorOf.FindStringSubmatch(*body.Links.Next)[1]
			if strings.ContainsAny(cursor, "%=&+") {
				t.Errorf("cursor %q has to be encoded to be sent", cursor)
			}
			target = path + "?cursor=" + cursor
		}
	}
	if len(ids) <= 50 || !slices.IsSortedFunc(ids, func(a, b int) int { return b - a }) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("got %d ids over all pages, not each once from the newest: %v", len(ids), ids)
	}
}

// C10 sends forms and takes the first of a paciente's citas for the newest.
func TestC10TakesTheFirstForTheNewest(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	form := url.Values{"rut": {"12345678-5"}, "nombre": {"Ana"}, "apellidos": {"Rojas"}}.Encode()
	made := s.wire(t, "POST", "/api/v1/pacientes", asForm, form)
	made.want(t, 201, "data.id")
	s.wire(t, "POST", "/api/v1/pacientes", asForm, form).want(t, 400, "error.message")
	id := valueAt(t, made, "data.id")
	for _, fecha := range []string{"2026-12-01", "2026-11-26"} { // the newer one is the earlier date
		s.wire(t, "POST", "/api/v1/citas", asForm,
			"id_dentista=1&id_sucursal=1&id_sillon=1&id_paciente="+id+"&duracion=15&hora_inicio=09:00&fecha="+fecha).want(t, 201)
	}
	list := s.wire(t, "GET", "/api/v1/pacientes/"+id+"/citas", "", "")
	if got := list.column(t, "fecha"); !slices.Equal(got, []string{"2026-11-26", "2026-12-01"}) {
		t.Errorf("got %v, want the one that was booked last first", got)
	}
}

// C11 counts links instead of naming them, and appends ?q= to one.
func TestC11CountsLinks(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	s.book(t, citaJSON(2, 1, 1, 2, "2026-11-26", "09:00", 30, 0)).want(t, 201)
	for _, prefix := range []string{"/api/v5", "/api/v1"} {
		paciente := s.wire(t, "GET", prefix+"/pacientes/2", "", "")
		citas := s.wire(t, "GET", s.follow(t, valueAt(t, paciente, "data.links.4.href")), "", "")
		if got := citas.column(t, "id_paciente"); !slices.Equal(got, []string{"2"}) {
			t.Errorf("links[4] of a paciente leads to citas of %v", got)
		}
		list := s.wire(t, "GET", prefix+"/profesionales", "", "")
		href := s.follow(t, valueAt(t, list, "data.1.links.1.href"))
		of := s.wire(t, "GET", href+`?q={"fecha":{"gt":"2026-11-25"}}`, "", "")
		if got := slices.Compact(of.column(t, "id_profesional")); !slices.Equal(got, []string{"2"}) {
			t.Errorf("links[1] of profesional 2 leads to citas of %v", got)
		}
		for _, fecha := range of.column(t, "fecha") {
			if fecha <= "2026-11-25" {
				t.Errorf("q appended to the link is not heeded: got %s", fecha)
			}
		}
	}
}

// C7 changes citas by forms; C9 lists the horarios of all.
func TestC7AndC9UseTheOldSpellings(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	booked := s.book(t, citaJSON(1, 1, 1, 2, "2026-11-26", "09:00", 15, -1))
	changed := s.wire(t, "PUT", "/api/v1/citas/"+valueAt(t, booked, "data.id"), asForm, "id_estado=3&comentarios=Confirmada")
	changed.want(t, 200)
	if got := valueAt(t, changed, "data.comentarios"); got != "Confirmada" {
		t.Errorf("got comentarios %q", got)
	}
	raw := s.wire(t, "GET", `/api/v1/citas?q={"fecha":{"gt":"2026-11-25"},"id_dentista":{"eq":"1"}}`, "", "")
	if got := slices.Compact(raw.column(t, "id_dentista")); !slices.Equal(got, []string{"1"}) {
		t.Errorf("got dentistas %v, want 1", got)
	}
	for _, column := range []string{"id_profesional", "id_dentista"} {
		a := s.wire(t, "GET", `/api/v1/horarios?q={"`+column+`":{"eq":2}}`, "", "")
		if got := a.column(t, "id_dentista"); !slices.Equal(got, []string{"2"}) {
			t.Errorf("horarios by %s: got those of %v", column, got)
		}
	}
}

// C8 and an explorer of v5 read the flat list; who sees a free place sees nobody
// else's data.
func TestC8ReadsFreePlaces(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", samplesTime)
	a := s.wire(t, "GET", "/api/v5/agendas?q="+
		encodeURIComponent(`{"id_sucursal":{"eq":1},"fecha":{"eq":"2026-11-24"},"duracion":{"eq":30},"id_profesional":{"eq":2}}`), "", "")
	items := a.items(t)
	if len(items) == 0 {
		t.Fatal("there is no free place")
	}
	for _, item := range items {
		if item["id_paciente"] != 0.0 || item["nombre_paciente"] != "" || item["fecha"] != "24/11/2026" || item["duracion"] != 30.0 {
			t.Errorf("got %v", item)
		}
	}
	first := items[0]
	booking := fmt.Sprintf(`{"id_profesional":2,"id_sucursal":1,"id_paciente":1,"id_recurso":%v,"fecha":%q,"hora_inicio":%q,"duracion":30,"videoconsulta":0}`,
		first["id_recurso"], first["fecha"], first["hora_inicio"])
	s.wire(t, "POST", "/api/v5/citas", asJSON, booking).want(t, 201)
}

// C3, C8 and C12 wait as long as a 429 says.
func TestTheVendorsRateLimit(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty", "--rate-limit", "20/m")
	for i := range 20 {
		if a := s.get(t, "/api/v5/sucursales"); a.status != 200 || a.header.Get("X-RateLimit-Limit") != "20" {
			t.Fatalf("request %d: got %d, X-RateLimit-Limit %q", i, a.status, a.header.Get("X-RateLimit-Limit"))
		}
	}
	a := s.get(t, "/api/v5/sucursales")
	for ; a.status == 200; a = s.get(t, "/api/v5/sucursales") { // a slow machine is given more by the second
	}
	a.want(t, 429, "error.message")
	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	if err != nil || seconds < 1 || seconds > 3 || a.header.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("got Retry-After %q, X-RateLimit-Remaining %q", a.header.Get("Retry-After"), a.header.Get("X-RateLimit-Remaining"))
	}
	if got := valueAt(t, a, "error.message"); !strings.Contains(got, "Too Many Attempts") {
		t.Errorf("got message %q", got)
	}
}
