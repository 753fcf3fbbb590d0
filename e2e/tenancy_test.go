package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tomahora/tomahora/medilink/openapitest"
)

// mark stands in every text of the clinic that must not be seen.
const mark = "zorro"

// foreignRUT is the document of its paciente.
const foreignRUT = "12345678-5"

// ids are a clinic's rows by noun; the two clinics have none in common but the
// estados that all clinics have.
type ids map[string]int64

// attempts are what is asked of an operation beyond what its path names, as q, as
// parameters and as bodies. Nouns in angle brackets stand for ids.
type attempts struct {
	qs     []string
	params []string // query strings
	bodies []string // JSON
	// required tells that nothing is answered without them.
	required bool
}

// tenancyAttempts has a case for every operation of the document. Each is tried
// with all its ids the other clinic's, and with one of them after the other.
func tenancyAttempts() map[string]attempts {
	const (
		cita     = `{"id_profesional":<profesional>,"id_sucursal":<sucursal>,"id_sillon":<sillon>,"id_paciente":<paciente>,"id_estado":<estado>,"fecha":"2027-03-08","hora_inicio":"10:00","duracion":15}`
		tratada  = `{"id_profesional":<profesional>,"id_sucursal":<sucursal>,"id_recurso":<sillon>,"id_paciente":<paciente>,"id_atencion":<atencion>,"fecha":"2027-03-08","hora_inicio":"11:00","duracion":15}`
		regla    = `{"id_sucursal":<sucursal>,"dia":1,"hora_inicio":"06:00","hora_fin":"07:00","sillones":[<sillon>]}`
		especial = `{"id_sucursal":<sucursal>,"fecha":"2027-04-05","hora_inicio":"06:00","hora_fin":"07:00","sillones":[<sillon>]}`
		bloqueo  = `{"id_profesional":<profesional>,"id_sucursal":<sucursal>,"fecha":"2027-03-09","hora_inicio":"09:00","hora_fin":"10:00","comentario":"x"}`
		semana   = `{"id_sucursal":<sucursal>,"dias":[{"dia":1,"hora_inicio":"06:00","hora_fin":"07:00","sillones":[<sillon>]}]}`
		persona  = `{"nombre":"Ana","apellidos":"Rojas"}`
		atencion = `{"id_paciente":<paciente>,"id_profesional":<profesional>,"id_sucursal":<sucursal>,"fecha":"2027-03-08"}`
	)
	byCita := []string{
		`{"id":{"eq":<cita>}}`, `{"id_profesional":{"eq":<profesional>}}`, `{"id_sucursal":{"eq":<sucursal>}}`, `{"id_sillon":{"eq":<sillon>}}`,
		`{"id_paciente":{"eq":<paciente>}}`, `{"id_estado":{"eq":<estado>}}`,
		`{"estado":{"lk":"zorro"}}`, `{"rut":{"eq":"` + foreignRUT + `"}}`, `{"rut":{"lk":"12345678"}}`,
		`{"id":{"gte":<cita>},"fecha":{"gte":"2027-03-01"}}`, `{"id":{"gte":<cita>},"fecha_actualizacion":{"gte":"2020-01-01"}}`,
	}
	byHorario := []string{`{"id_profesional":{"eq":<profesional>}}`, `{"id_sucursal":{"eq":<sucursal>}}`}
	bySucursal := []string{`{"id_sucursal":{"eq":<sucursal>}}`}
	byEspecial := []string{`{"id_sucursal":{"eq":<sucursal>}}`, `{"fecha":{"eq":"2027-03-21"}}`}
	days := []string{`{"fecha_inicio":{"eq":"2027-03-01"},"fecha_fin":{"eq":"2027-03-07"},"mostrar_detalles":{"eq":1}}`}
	all := map[string]attempts{
		"GET /citas":      {qs: byCita},
		"POST /citas":     {bodies: []string{cita, tratada, `{"id_paciente":<paciente>,"id_reserva":<apartada>}`}},
		"GET /citas/{id}": {},
		"PUT /citas/{id}": {bodies: []string{
			`{"comentario":"x"}`, `{"id_estado":<estado>}`, `{"id_profesional":<profesional>,"id_sucursal":<sucursal>,"id_sillon":<sillon>}`,
		}},
		"POST /citas/changeDate": {bodies: []string{`{"id_sesion":<cita>,"fecha":"2027-03-10","hora_inicio":"10:00","duracion":15}`}},
		"GET /reservas":          {qs: []string{`{"id":{"eq":<reserva>}}`, `{"id_profesional":{"eq":<profesional>}}`, `{"id_sucursal":{"eq":<sucursal>}}`}},
		"POST /reservas": {bodies: []string{
			`{"id_profesional":<profesional>,"id_sucursal":<sucursal>,"id_sillon":<sillon>,"fecha":"2027-03-08","hora_inicio":"15:00","duracion":15}`,
		}},
		"GET /reservas/{id}":            {},
		"DELETE /reservas/{id}":         {},
		"GET /citas/estados":            {qs: []string{`{"id":{"eq":<estado>}}`, `{"nombre":{"lk":"zorro"}}`}},
		"POST /citas/estados":           {},
		"GET /citas/estados/{id}":       {},
		"GET /pacientes/{id}/citas":     {qs: []string{`{"id_profesional":{"eq":<profesional>}}`}},
		"GET /profesionales/{id}/citas": {qs: bySucursal},
		"GET /sucursales/{id}/citas":    {qs: []string{`{"id_paciente":{"eq":<paciente>}}`}},
		"GET /sucursales/{id}/profesionales/{id_profesional}/agendas": {qs: days},
		"GET /horariosdisponibles": {
			params: []string{"ids_profesional[]=<profesional>&id_sucursal=<sucursal>&fecha_inicio=2027-03-01&fecha_fin=2027-03-02"},
			bodies: []string{`{"ids_profesional":[<profesional>],"id_sucursal":<sucursal>,"fecha_inicio":"2027-03-01","fecha_fin":"2027-03-02"}`},
		},
		"GET /disponibilidad": {params: []string{
			"ids_profesional[]=<profesional>&fecha_inicio=2027-03-01&fecha_fin=2027-03-02",
			"id_especialidad=<especialidad>&fecha_inicio=2027-03-01&fecha_fin=2027-03-02",
			"ids_sucursal[]=<sucursal>&fecha_inicio=2027-03-01&fecha_fin=2027-03-02",
		}, required: true},
		"GET /agendas": {qs: []string{
			`{"id_sucursal":{"eq":<sucursal>},"id_profesional":{"eq":<profesional>}}`, `{"id_sucursal":{"eq":<sucursal>},"fecha":{"eq":"2027-03-01"}}`,
		}, required: true},
		"GET /especialidades/{id}/proxima":                            {qs: bySucursal},
		"GET /profesionales/{id}/horarios":                            {qs: bySucursal},
		"POST /profesionales/{id}/horarios":                           {bodies: []string{regla}},
		"PUT /profesionales/{id}/horarios":                            {bodies: []string{semana}},
		"PUT /profesionales/{id}/horarios/{id_horario}":               {bodies: []string{regla}},
		"DELETE /profesionales/{id}/horarios/{id_horario}":            {},
		"GET /profesionales/{id}/horariosespeciales":                  {qs: byEspecial},
		"POST /profesionales/{id}/horariosespeciales":                 {bodies: []string{especial}},
		"PUT /profesionales/{id}/horariosespeciales/{id_especial}":    {bodies: []string{especial}},
		"DELETE /profesionales/{id}/horariosespeciales/{id_especial}": {},
		"GET /profesionales/{id}/horariosbloqueados":                  {qs: bySucursal},
		"GET /horarios":                   {qs: byHorario},
		"GET /horariosbloqueados":         {qs: byHorario},
		"POST /horariosbloqueados":        {bodies: []string{bloqueo}},
		"PUT /horariosbloqueados/{id}":    {bodies: []string{bloqueo}},
		"DELETE /horariosbloqueados/{id}": {},
		"GET /profesionales": {qs: []string{
			`{"id":{"eq":<profesional>}}`, `{"id_especialidad":{"eq":<especialidad>}}`, `{"nombre":{"lk":"zorro"}}`, `{"especialidad":{"lk":"zorro"}}`,
		}},
		"GET /profesionales/{id}":           {},
		"GET /profesionales/{id}/contratos": {qs: bySucursal},
		"GET /sucursales":                   {qs: []string{`{"id":{"eq":<sucursal>}}`, `{"nombre":{"lk":"zorro"}}`}},
		"GET /sucursales/{id}":              {},
		"GET /sucursales/{id}/sillones":     {},
		"GET /sillones":                     {qs: []string{`{"id":{"eq":<sillon>}}`, `{"nombre":{"lk":"zorro"}}`}},
		"GET /especialidades":               {qs: []string{`{"id":{"eq":<especialidad>}}`, `{"nombre":{"lk":"zorro"}}`}},
		"GET /especialidades/{id}":          {},
		"GET /prestaciones":                 {qs: []string{`{"id":{"eq":<prestacion>}}`, `{"nombre":{"lk":"zorro"}}`}},
		"GET /prestaciones/{id}":            {},
		"GET /pacientes": {qs: []string{
			`{"id":{"eq":<paciente>}}`, `{"id":{"gte":<paciente>}}`, `{"rut":{"eq":"` + foreignRUT + `"}}`, `{"rut":{"lk":"12345678"}}`,
			`{"nombre":{"lk":"zorro"}}`, `{"apellidos":{"lk":"zorro"}}`, `{"email":{"eq":"zorro@x.cl"}}`,
		}},
		"POST /pacientes":                  {bodies: []string{persona}},
		"GET /pacientes/{id}":              {},
		"PUT /pacientes/{id}":              {bodies: []string{persona}},
		"GET /pacientes/{id}/atenciones":   {qs: []string{`{"id_profesional":{"eq":<profesional>}}`}},
		"GET /pacientes/{id}/tratamientos": {},
		"GET /atenciones":                  {qs: []string{`{"id":{"eq":<atencion>}}`, `{"id_paciente":{"eq":<paciente>}}`, `{"nombre":{"lk":"zorro"}}`}},
		"POST /atenciones":                 {bodies: []string{atencion}},
		"GET /atenciones/{id}":             {},
		"GET /webhooks":                    {qs: []string{`{"id":{"eq":<webhook>}}`, `{"url":{"lk":"zorro"}}`}},
		"POST /webhooks":                   {bodies: []string{`{"url":"https://gato.cl/avisos"}`}},
		"GET /webhooks/{id}":               {},
		"PUT /webhooks/{id}":               {bodies: []string{`{"activo":0}`}},
		"DELETE /webhooks/{id}":            {},
		"POST /webhooks/{id}/rotar":        {},
		"POST /webhooks/{id}/probar":       {},
		"GET /webhooks/{id}/entregas":      {},
		"POST /webhooks/{id}/reenviar":     {bodies: []string{`{"desde":1}`}},
		"GET /eventos":                     {params: []string{"objetos=1"}},
		"GET /eventos/stream":              {}, // does not end: checkStream
		"GET /openapi.json":                {}, // says nothing of any clinic
		"POST /sandbox/reloj":              {}, // not there in earnest
		"POST /sandbox/reset":              {},
	}
	for _, name := range []string{
		"apoderados", "archivos", "cargas", "convenios", "devoluciones", "evoluciones", "pagos", "adicionales", "tareas", "recetas", "notificacionesGes",
	} {
		all["GET /pacientes/{id}/"+name] = attempts{}
	}
	for _, name := range []string{"detalles", "evoluciones", "fichas"} {
		all["GET /atenciones/{id}/"+name] = attempts{}
	}
	for name, a := range maps.Clone(all) { // Dentalink's name for the same
		if strings.Contains(name, "/profesionales") {
			all[strings.Replace(name, "/profesionales", "/dentistas", 1)] = a
		}
	}
	return all
}

// nounOf is which row a parameter of a path names, by what stands before it.
func nounOf(before, param string) string {
	if noun, ok := strings.CutPrefix(param, "id_"); ok {
		return noun
	}
	nouns := map[string]string{
		"citas": "cita", "estados": "estado", "pacientes": "paciente", "profesionales": "profesional", "dentistas": "profesional",
		"sucursales": "sucursal", "especialidades": "especialidad", "prestaciones": "prestacion", "atenciones": "atencion",
		"horariosbloqueados": "bloqueo", "reservas": "reserva", "webhooks": "webhook",
	}
	return nouns[before]
}

var (
	pathParam = regexp.MustCompile(`([A-Za-z]+)/\{([a-z_]+)\}`)
	idOf      = regexp.MustCompile(`<[a-z]+>`)
)

// ask is one request, with nouns in angle brackets for ids.
type ask struct {
	operation, method, path, query, body string
}

// asks are the requests of an operation.
func (a attempts) asks(operation string) []ask {
	method, template, _ := strings.Cut(operation, " ")
	path := pathParam.ReplaceAllStringFunc(template, func(found string) string {
		parts := pathParam.FindStringSubmatch(found)
		return parts[1] + "/<" + nounOf(parts[1], parts[2]) + ">"
	})
	prefix := "/api/v5"
	if strings.Contains(path, "/dentistas") {
		prefix = "/api/v1"
	}
	plain := ask{operation, method, prefix + path, "", ""}
	var list []ask
	if len(a.bodies) == 0 && !a.required {
		list = append(list, plain)
	}
	for _, q := range a.qs {
		with := plain
		with.query = "q=" + q
		list = append(list, with)
	}
	for _, params := range a.params {
		with := plain
		with.query = params
		list = append(list, with)
	}
	for _, body := range a.bodies {
		with := plain
		with.body = body
		list = append(list, with)
	}
	return list
}

// nouns are the ids an ask names.
func (a ask) nouns() []string {
	found := idOf.FindAllString(a.path+a.query+a.body, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// with fills in ids: those of foreign from theirs, the others from ours.
func (a ask) with(ours, theirs ids, foreign []string) ask {
	fill := func(text string) string {
		return idOf.ReplaceAllStringFunc(text, func(noun string) string {
			id := ours[noun[1:len(noun)-1]]
			if slices.Contains(foreign, noun) {
				id = theirs[noun[1:len(noun)-1]]
			}
			if id == 0 {
				return noun // which no server takes, so that the test fails
			}
			return strconv.FormatInt(id, 10)
		})
	}
	a.path, a.query, a.body = fill(a.path), fill(a.query), fill(a.body)
	return a
}

func (a ask) String() string {
	return strings.TrimSpace(a.method + " " + a.path + "?" + a.query + " " + a.body)
}

func (a ask) send(t *testing.T, s *server) answer {
	t.Helper()
	got, err := s.do(t.Context(), http.DefaultClient, a.method, a.target(), a.body)
	must(t, err)
	return got
}

func (a ask) target() string {
	if q, ok := strings.CutPrefix(a.query, "q="); ok {
		return a.path + "?q=" + url.QueryEscape(q)
	}
	return a.path + "?" + a.query
}

// marked is a clinic whose every text has the text, and whose ids come after n.
func marked(text string, n int) string {
	return fmt.Sprintf(`
sucursales:
  - {id: %[2]d, nombre: %[1]s, ciudad: %[1]s, comuna: %[1]s, direccion: %[1]s, telefono: %[1]s}
sillones:
  - {id: %[3]d, nombre: %[1]s}
especialidades:
  - {id: %[4]d, nombre: %[1]s}
prestaciones:
  - {id: %[5]d, nombre: %[1]s, codigo: %[1]s, id_categoria: 1, nombre_categoria: %[1]s}
profesionales:
  - {id: %[6]d, nombre: %[1]s, apellidos: %[1]s, email: %[1]s@x.cl, especialidad: %[4]d, intervalo: 15, agenda_online: true}
horarios:
  - {profesional: %[6]d, sucursal: %[2]d, dias: [lunes, martes, miércoles, jueves, viernes], inicio: 08:00, fin: 20:00, sillones: [%[3]d]}
`, text, n+1, n+2, n+3, n+4, n+5)
}

// settle makes a clinic and fills it through the API. More is how many rows it has
// of each noun, so that the last ids are its alone.
func settle(t *testing.T, s *server, db, text string, n, more int) ids {
	t.Helper()
	id := tomahora(t, "clinica", "create", "--nombre", text, "--db", db)
	file := filepath.Join(t.TempDir(), "clinica.yaml")
	must(t, os.WriteFile(file, []byte(marked(text, n)), 0o600))
	tomahora(t, "clinica", "apply", file, "--clinica", id, "--db", db)
	s.token = tomahora(t, "token", "create", "--clinica", id, "--nombre", text, "--db", db)
	own := ids{
		"sucursal": int64(n + 1), "sillon": int64(n + 2), "especialidad": int64(n + 3), "prestacion": int64(n + 4),
		"profesional": int64(n + 5), "estado": 7,
	}
	post := func(path, body string) int64 {
		a, err := s.do(t.Context(), http.DefaultClient, http.MethodPost, path, ask{body: body}.with(own, nil, nil).body)
		must(t, err)
		if a.status != http.StatusCreated {
			t.Fatalf("POST %s %s: got %d %s", path, body, a.status, a.body)
		}
		return a.id(t)
	}
	for i := range more {
		rut := ""
		if i == more-1 && text == mark {
			rut = `"rut":"` + foreignRUT + `",`
		}
		own["paciente"] = post("/api/v5/pacientes", fmt.Sprintf(
			`{%s"nombre":"%s","apellidos":"%s","email":"%[2]s@x.cl","direccion":"%[2]s","observaciones":"%[2]s","comuna":"%[2]s","ciudad":"%[2]s"}`, rut, text, text))
		own["atencion"] = post("/api/v5/atenciones", `{"id_paciente":<paciente>,"id_profesional":<profesional>,"id_sucursal":<sucursal>,"fecha":"2027-03-01","nombre":"`+text+`"}`)
		own["cita"] = post("/api/v5/citas", fmt.Sprintf(
			`{"id_profesional":<profesional>,"id_sucursal":<sucursal>,"id_sillon":<sillon>,"id_paciente":<paciente>,"id_atencion":<atencion>,
			"fecha":"2027-03-01","hora_inicio":"%02d:00","duracion":15,"comentario":"%s"}`, 8+i, text))
		for minute, noun := range map[int]string{0: "reserva", 30: "apartada"} { // one to look at, one to book with
			own[noun] = post("/api/v5/reservas", fmt.Sprintf(
				`{"id_profesional":<profesional>,"id_sucursal":<sucursal>,"id_sillon":<sillon>,"fecha":"2027-03-02","hora_inicio":"%02d:%02d","duracion":15,"ttl":900}`, 8+i, minute))
		}
		own["especial"] = post(fmt.Sprintf("/api/v5/profesionales/%d/horariosespeciales", own["profesional"]), fmt.Sprintf(
			`{"id_sucursal":<sucursal>,"fecha":"2027-03-2%d","hora_inicio":"10:00","hora_fin":"12:00","sillones":[<sillon>]}`, i))
		own["bloqueo"] = post("/api/v5/horariosbloqueados", fmt.Sprintf(
			`{"id_profesional":<profesional>,"id_sucursal":<sucursal>,"fecha":"2027-05-1%d","hora_inicio":"10:00","hora_fin":"12:00","comentario":"%s"}`, i, text))
		own["webhook"] = post("/api/v5/webhooks", `{"url":"https://`+text+`.cl/avisos","activo":0}`)
		path := fmt.Sprintf("/api/v5/profesionales/%d/horarios", own["profesional"])
		a, err := s.do(t.Context(), http.DefaultClient, http.MethodPost, path,
			ask{body: fmt.Sprintf(`{"id_sucursal":<sucursal>,"dia":7,"hora_inicio":"%02d:00","hora_fin":"%02d:30","sillones":[<sillon>]}`, 8+i, 8+i)}.with(own, nil, nil).body)
		must(t, err)
		own["horario"] = highestID(t, a)
	}
	if text == mark {
		own["estado"] = post("/api/v5/citas/estados", `{"nombre":"`+text+`","color":"#aabbcc","anulacion":0}`)
		a, err := s.do(t.Context(), http.DefaultClient, http.MethodPut, fmt.Sprintf("/api/v5/citas/%d", own["cita"]), fmt.Sprintf(`{"id_estado":%d}`, own["estado"]))
		must(t, err)
		if a.status != http.StatusOK {
			t.Fatalf("the estado: %d %s", a.status, a.body)
		}
	}
	return own
}

// highestID is that of a profesional's rules in an answer.
func highestID(t *testing.T, a answer) (highest int64) {
	t.Helper()
	var body struct {
		Data struct{ Dias []struct{ ID int64 } }
	}
	if err := json.Unmarshal(a.body, &body); err != nil || len(body.Data.Dias) == 0 {
		t.Fatalf("got %d %s (%v), want rules", a.status, a.body, err)
	}
	for _, d := range body.Data.Dias {
		highest = max(highest, d.ID)
	}
	return highest
}

// TestOneClinicNeverSeesAnother tries every operation of the API with another
// clinic's ids, in its path, its filters, its body and its cursor. The answer is
// that there is no such thing; it holds no byte of the other clinic, and changes
// nothing there.
func TestOneClinicNeverSeesAnother(t *testing.T) {
	t.Parallel()
	db := "sqlite:" + filepath.Join(t.TempDir(), "two.db")
	tomahora(t, "migrate", "--db", db)
	s := start(t, "serve", "--db", db)
	ours := settle(t, s, db, "gato", 0, 1)
	ourToken := s.token
	theirs := settle(t, s, db, mark, 50, 4)
	theirToken := s.token
	for noun, id := range theirs {
		if ours[noun] == id {
			t.Fatalf("both clinics have %s %d, so that it proves nothing", noun, id)
		}
	}
	before := tomahora(t, "export", "--clinica", "2", "--db", db)

	cases := tenancyAttempts()
	doc, err := openapitest.Document()
	must(t, err)
	operations := openapitest.Operations(doc)
	for name := range cases {
		if !slices.Contains(operations, name) {
			t.Errorf("%s is tried, but is no operation of the document", name)
		}
	}
	var controls []ask
	cursors := 0
	for _, operation := range operations {
		a, ok := cases[operation]
		if !ok {
			t.Errorf("%s is not tried with another clinic's ids: add its case", operation)
		}
		for _, ask := range a.asks(operation) {
			if operation == "GET /openapi.json" || operation == "GET /eventos/stream" || strings.HasPrefix(operation, "POST /sandbox/") {
				continue
			}
			controls = append(controls, ask.with(theirs, nil, nil))
			s.token = theirToken
			next := nextPage(t, s, controls[len(controls)-1])
			s.token = ourToken
			if next != "" {
				cursors++
				checkPage(t, s, ask, next)
			}
			for _, foreign := range foreignSets(ask) {
				tried := ask.with(ours, theirs, foreign)
				checkDenied(t, tried, foreign, tried.send(t, s))
			}
		}
	}
	if cursors < 10 {
		t.Errorf("only %d cursors of the other clinic were tried", cursors)
	}
	checkStream(t, s)
	if after := tomahora(t, "export", "--clinica", "2", "--db", db); after != before {
		t.Errorf("the other clinic has changed from\n%s\nto\n%s", before, after)
	}
	s.token = theirToken
	checkControls(t, s, controls)
}

// foreignSets are which ids are to be the other clinic's: all, and each alone. An
// ask without any is one of everything.
func foreignSets(a ask) [][]string {
	nouns := a.nouns()
	if len(nouns) < 2 {
		return [][]string{nouns}
	}
	sets := [][]string{nouns}
	for _, noun := range nouns {
		sets = append(sets, []string{noun})
	}
	return sets
}

// checkDenied: no such thing, or nothing found. What names nothing foreign may
// succeed, with what is ours.
func checkDenied(t *testing.T, a ask, foreign []string, got answer) {
	t.Helper()
	checkUnmarked(t, a.String(), got)
	var body struct {
		Data  json.RawMessage
		Error struct{ Code string }
	}
	if len(got.body) > 0 {
		must(t, json.Unmarshal(got.body, &body))
	}
	data := string(body.Data)
	searches := strings.Contains(a.query, mark) || strings.Contains(a.query, "12345678") // by a value instead of an id
	switch {
	case len(foreign) == 0 && !searches:
		if got.status >= http.StatusInternalServerError || got.status == http.StatusNotFound {
			t.Errorf("%s: got %d %s", a, got.status, got.body)
		}
	case got.status == http.StatusNotFound:
	case got.status == http.StatusOK && a.method == http.MethodGet && (data == "[]" || data == "{}"):
	case got.status == http.StatusBadRequest && body.Error.Code == "no_existe":
	case got.status == http.StatusBadRequest && body.Error.Code == "estado_invalido" && slices.Contains(foreign, "<estado>"):
	default:
		t.Errorf("%s, with the other clinic's %v: got %d %s", a, foreign, got.status, got.body)
	}
}

func checkUnmarked(t *testing.T, what string, got answer) {
	t.Helper()
	head := fmt.Sprint(got.header)
	for _, secret := range []string{mark, "12345678", "12.345.678"} {
		if bytes.Contains(bytes.ToLower(got.body), []byte(secret)) || strings.Contains(strings.ToLower(head), secret) {
			t.Errorf("%s: the answer has %q of the other clinic: %s %s", what, secret, head, got.body)
		}
	}
}

// nextPage is the way to the second page of what an ask of the other clinic
// lists, "" where there is none.
func nextPage(t *testing.T, s *server, a ask) string {
	t.Helper()
	if a.method != http.MethodGet || a.body != "" {
		return ""
	}
	got := s.get(t, a.target()+"&limit=1")
	var body struct{ Links struct{ Next *string } }
	if json.Unmarshal(got.body, &body) != nil || body.Links.Next == nil {
		return ""
	}
	return strings.TrimPrefix(*body.Links.Next, s.url)
}

// checkPage asks for the other clinic's next page: there is no such list, or it
// goes on with rows of ours.
func checkPage(t *testing.T, s *server, a ask, next string) {
	t.Helper()
	got := s.get(t, next)
	checkUnmarked(t, next, got)
	if len(idOf.FindAllString(a.path, -1)) > 0 && got.status != http.StatusNotFound || got.status >= http.StatusInternalServerError {
		t.Errorf("%s, a page of the other clinic: got %d %s", next, got.status, got.body)
	}
}

// checkStream listens to all that has changed: it is what a clinic has changed
// itself, up to its last evento.
func checkStream(t *testing.T, s *server) {
	t.Helper()
	var body struct{ Links struct{ Next string } }
	must(t, json.Unmarshal(s.get(t, "/api/v5/eventos?desde=ahora").body, &body))
	_, last, _ := strings.Cut(body.Links.Next, "desde=")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v5/eventos/stream?desde=0&objetos=1", nil)
	must(t, err)
	r.Header.Set("Authorization", "Token "+s.token)
	resp, err := http.DefaultClient.Do(r)
	must(t, err)
	defer resp.Body.Close()
	var heard bytes.Buffer
	lines, id := bufio.NewReader(resp.Body), ""
	for line := ""; line != "\n" || id != last; {
		line, err = lines.ReadString('\n')
		must(t, err)
		heard.WriteString(line)
		if after, ok := strings.CutPrefix(line, "id: "); ok {
			id = strings.TrimSpace(after)
		}
	}
	checkUnmarked(t, "the stream", answer{status: resp.StatusCode, header: resp.Header, body: heard.Bytes()})
}

// checkControls sends all of it once more as the other clinic itself: what was
// not there must be there, or nothing was proved.
func checkControls(t *testing.T, s *server, controls []ask) {
	t.Helper()
	order := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}
	slices.SortStableFunc(controls, func(a, b ask) int { return slices.Index(order, a.method) - slices.Index(order, b.method) })
	replaced := false // the week, and with it the rules that had ids
	gone := map[string]bool{}
	for _, a := range controls {
		row := strings.NewReplacer("/api/v1", "/api/v5", "/dentistas", "/profesionales").Replace(a.path)
		if gone[row] || replaced && strings.Contains(a.operation, "{id_horario}") {
			continue
		}
		got := a.send(t, s)
		var body struct {
			Data  json.RawMessage
			Error struct{ Code string }
		}
		if len(got.body) > 0 {
			must(t, json.Unmarshal(got.body, &body))
		}
		empty := string(body.Data) == "[]" || string(body.Data) == "{}"
		switch {
		case got.status == http.StatusNotFound, body.Error.Code == "no_existe", got.status >= http.StatusInternalServerError:
			t.Errorf("%s proves nothing, for its own clinic is answered %d %s", a, got.status, got.body)
		case a.method == http.MethodGet && (got.status != http.StatusOK || empty && a.query != "" && !strings.Contains(a.operation, "contratos")):
			t.Errorf("%s proves nothing, for its own clinic is answered %d %s", a, got.status, got.body)
		}
		gone[row] = a.method == http.MethodDelete
		replaced = replaced || a.method == http.MethodPut && strings.HasSuffix(a.operation, "/horarios")
	}
}
