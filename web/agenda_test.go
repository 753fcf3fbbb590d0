package web

import (
	"bufio"
	"encoding/json"
	"fmt"
	stdhtml "html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// booking is what a form that books a cita of the demo clinic says, with changes;
// "" leaves a field out.
func booking(changes ...string) url.Values {
	v := url.Values{
		"id_paciente": {"2"}, "id_profesional": {"1"}, "id_sucursal": {"1"}, "fecha": {"2026-11-27"}, "hora_inicio": {"9:15"}, "duracion": {"30"},
	}
	for _, change := range changes {
		name, value, _ := strings.Cut(change, "=")
		v.Set(name, value)
	}
	return v
}

type booked struct {
	Cita         citaJSON
	Error        jsonFailure
	Alternativas []libreShown
}

// post sends a form as a script does.
func post(t *testing.T, h http.Handler, path string, values url.Values) (status int, answer booked) {
	t.Helper()
	w := submit(t, h, path, values, "Accept: application/json")
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil && w.Code != http.StatusNoContent {
		t.Fatalf("POST %s: %d %v\n%s", path, w.Code, err, w.Body)
	}
	return w.Code, answer
}

func TestABookingSaysWhatItCannotHave(t *testing.T) {
	a := newAjustesTest(t, true)
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), a.store)
	tests := map[string]struct {
		sent   url.Values
		status int
		field  string // beside which something is told
		others bool   // other hours are offered
	}{
		"a free hour":               {booking(), 201, "", false},
		"the same again":            {booking("id_paciente=3"), 422, "hora_inicio", true},
		"a sobrecupo over it":       {booking("id_paciente=3", "sobrecupo=1"), 201, "", false},
		"an hour without work":      {booking("hora_inicio=13:15"), 422, "hora_inicio", true},
		"a length that is no step":  {booking("hora_inicio=10:00", "duracion=20"), 422, "duracion", false},
		"no paciente":               {booking("hora_inicio=10:00", "id_paciente="), 422, "id_paciente", false},
		"no hour":                   {booking("hora_inicio="), 422, "hora_inicio", false},
		"what is no date":           {booking("fecha=mañana"), 422, "fecha", false},
		"a modality to be asked":    {booking("id_profesional=2", "hora_inicio=915"), 422, "videoconsulta", false},
		"a modality that was asked": {booking("id_profesional=2", "hora_inicio=915", "videoconsulta=1"), 201, "", false},
		"an atención to be made":    {booking("hora_inicio=11:00", "atencion_nueva=Blanqueamiento"), 201, "", false},
		"a new paciente":            {booking("hora_inicio=11:30", "id_paciente=", "nuevo=1", "nombre=Ana", "apellidos=Rojas Díaz", "rut=12.345.678-5"), 201, "", false},
		"a new one with bad digits": {booking("hora_inicio=12:00", "id_paciente=", "nuevo=1", "nombre=Ana", "apellidos=Rojas", "rut=12.345.678-9"), 422, "rut", false},
	}
	for _, name := range []string{
		"a free hour", "the same again", "a sobrecupo over it", "an hour without work", "a length that is no step", "no paciente", "no hour", "what is no date",
		"a modality to be asked", "a modality that was asked", "an atención to be made", "a new paciente", "a new one with bad digits",
	} {
		tt := tests[name]
		status, got := post(t, h, "/agendar", tt.sent)
		if status != tt.status || tt.field != "" && got.Error.Fields[tt.field] == "" || (len(got.Alternativas) > 0) != tt.others {
			t.Errorf("%s: %d %+v with %d other hours", name, status, got.Error, len(got.Alternativas))
		}
		if name == "an atención to be made" && got.Cita.Atencion != "Blanqueamiento" {
			t.Errorf("booked with the atención %q", got.Cita.Atencion)
		}
	}
}

func TestARefusedBookingIsShownAgain(t *testing.T) {
	a := newAjustesTest(t, true)
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), a.store)
	if w := submit(t, h, "/agendar", booking()); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/dia?fecha=2026-11-27&sucursal=1" {
		t.Fatalf("booked with %d to %s", w.Code, w.Header().Get("Location"))
	}
	w := submit(t, h, "/agendar", booking("id_paciente=3", "comentario=Llega tarde"))
	for _, want := range []string{"Llega tarde", `id="campo-hora_inicio-error"`, "ya tiene una cita a esa hora", `data-opcion="libre"`} {
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d without %s", w.Code, want)
		}
	}
}

// pressed are the queries to which the buttons of a booking form lead that offer
// something of a kind, with what the form says.
func pressed(t *testing.T, html, opcion string, says url.Values) (list []string) {
	t.Helper()
	for _, button := range regexp.MustCompile(`<button [^>]*name="con"[^>]*>`).FindAllString(html, -1) {
		if strings.Contains(button, `data-opcion="`+opcion+`"`) {
			_, value, _ := strings.Cut(button, `value="`)
			value, _, _ = strings.Cut(value, `"`)
			query := maps.Clone(says)
			query.Set("con", stdhtml.UnescapeString(value))
			list = append(list, "/agendar?"+query.Encode())
		}
	}
	if len(list) == 0 {
		t.Fatalf("nothing of %s is offered in %s", opcion, html)
	}
	return list
}

// Whatever is pressed in the form, it goes on with all it says.
func TestTheBookingFormKeepsWhatItSays(t *testing.T) {
	a := newAjustesTest(t, true)
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), a.store)
	typed := url.Values{
		"id_sucursal": {"1"}, "nuevo": {"1"}, "rut": {"12.345.678-5"}, "nombre": {"Zoila"}, "apellidos": {"Nueva Pérez"}, "celular": {"+56 9 1234 5678"},
		"email": {"zoila@clinica.example"}, "comentario": {"viene con dolor"}, "atencion_nueva": {"Blanqueamiento"},
	}
	show := func(path string) string { return browse(t, h, path, "X-Parte: 1").Body.String() }
	holds := func(step, html string) {
		t.Helper()
		for name, values := range typed {
			if !strings.Contains(stdhtml.UnescapeString(html), values[0]) {
				t.Errorf("%s, the form is without %s", step, name)
			}
		}
	}
	form := show("/agendar?" + typed.Encode())
	hour := show(pressed(t, form, "libre", typed)[0])
	holds("after an hour was chosen", hour)
	if !strings.Contains(hour, "pedido-resumen") {
		t.Error("no hour is chosen")
	}
	searching := maps.Clone(typed)
	searching.Set("con", "nuevo=")
	search := show("/agendar?" + searching.Encode())
	holds("while somebody is looked for", search)
	typed.Del("nuevo")
	again := show(pressed(t, search, "nuevo", typed)[0])
	holds("back at the new paciente", again)
	if !strings.Contains(again, `id="campo-rut"`) {
		t.Error("the new paciente is not asked for")
	}
	typed.Set("q", "Ana Rojas")
	other := show("/agendar?" + typed.Encode())
	other = show(pressed(t, other, "nuevo", typed)[0])
	if strings.Contains(other, "12.345.678-5") || strings.Contains(other, "zoila@") || !strings.Contains(other, `value="Rojas"`) {
		t.Error("who was looked for has what was typed of somebody else")
	}
}

// Every hour that is offered is as long as the cita that would be booked.
func TestTheHoursOfferedFitTheCita(t *testing.T) {
	a := newAjustesTest(t, true)
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), a.store)
	// What is free before noon are gaps of 15 minutes.
	for _, hora := range []string{"9:15", "9:45", "10:15", "10:45", "11:15", "11:45", "12:15"} {
		if status, got := post(t, h, "/agendar", booking("fecha=2026-11-26", "duracion=15", "hora_inicio="+hora)); status != 201 {
			t.Fatalf("at %s: %d %+v", hora, status, got.Error)
		}
	}
	for name, says := range map[string]url.Values{
		"of all":             {"id_sucursal": {"1"}, "id_paciente": {"3"}},
		"of an especialidad": {"id_sucursal": {"1"}, "id_paciente": {"3"}, "especialidad": {"1"}, "duracion": {"45"}},
		"of one":             {"id_sucursal": {"1"}, "id_paciente": {"3"}, "id_profesional": {"1"}},
	} {
		form := browse(t, h, "/agendar?"+says.Encode()).Body.String()
		for _, path := range pressed(t, form, "libre", says) {
			if html := browse(t, h, path).Body.String(); strings.Contains(html, `<p class="problem"`) || !strings.Contains(html, "pedido-resumen") {
				t.Errorf("%s, %s is offered and cannot be had", name, path)
			}
		}
	}
}

// What there is to choose for a cita that is moved is what there is where it would go.
func TestTheFormThatMovesACitaFollowsWhatItSays(t *testing.T) {
	a := newAjustesTest(t, true)
	reception := newTestWeb(t, userOf(tomahora.RolRecepcion), a.store)
	_, made := post(t, reception, "/agendar", booking("duracion=45"))
	path := fmt.Sprintf("/citas/%d", made.Cita.ID)
	doctor := userOf(tomahora.RolProfesional)
	doctor.IDProfesional = 1
	own := newTestWeb(t, doctor, a.store)
	tests := map[string]struct {
		h     http.Handler
		query string
		want  map[string]string // of each list what is chosen, and all there is
	}{
		"as it is": {reception, "", map[string]string{
			"id_sucursal": "1 of 1,2", "id_profesional": "1 of 1,2,3", "id_sillon": "1 of 1,7", "duracion": "45 of 15,30,45,60,75,90,105,120",
		}},
		"with one of other steps, who attends by video": {reception, "?id_profesional=3", map[string]string{
			"id_profesional": "3 of 1,2,3", "id_sillon": "1 of 1,7", "duracion": "20 of 20,40,60,80,100,120,140,160",
		}},
		"where the profesional does not attend": {reception, "?id_profesional=2&id_sucursal=2", map[string]string{"id_sucursal": "2 of 1,2", "id_profesional": " of ,1,4,6"}},
		"on the lanes of somebody there":        {reception, "?id_profesional=6&id_sucursal=2", map[string]string{"id_profesional": "6 of 1,4,6", "id_sillon": "3 of 3,7", "duracion": "30 of 30,60,90,120,150,180,210,240"}},
		"on a day without work":                 {reception, "?fecha=2026-11-29", map[string]string{"id_sillon": "1 of 1,7"}},
		"of nobody there is":                    {reception, "?id_profesional=99&id_sucursal=1", map[string]string{"id_profesional": "1 of 1,2,3"}},
		"of a profesional to another":           {own, "?id_profesional=6&id_sucursal=2", map[string]string{"id_profesional": "1 of 1", "id_sillon": "1 of 1,7"}},
	}
	for name, tt := range tests {
		html := browse(t, tt.h, path+tt.query, "X-Parte: 1").Body.String()
		for field, want := range tt.want {
			if got := offered(html, field); got != want {
				t.Errorf("%s: %s is %s, want %s", name, field, got, want)
			}
		}
	}
}

// offered are the values of a select: the chosen one and all.
func offered(html, name string) string {
	_, list, _ := strings.Cut(html, `name="`+name+`"`)
	list, _, _ = strings.Cut(list, "</select>")
	var all []string
	chosen := ""
	for _, m := range regexp.MustCompile(`<option value="([^"]*)"( selected)?`).FindAllStringSubmatch(list, -1) {
		if all = append(all, m[1]); m[2] != "" {
			chosen = m[1]
		}
	}
	return chosen + " of " + strings.Join(all, ",")
}

// A profesional sees and uses the own atenciones of a paciente, nobody else's.
func TestAProfesionalHasTheOwnAtenciones(t *testing.T) {
	a := newAjustesTest(t, true)
	ids := map[tomahora.ProfesionalID]tomahora.AtencionID{}
	must(t, a.store.Update(t.Context(), a.id, func(tx tomahora.Tx) error {
		for prof, nombre := range map[tomahora.ProfesionalID]string{1: "Blanqueamiento secreto", 2: "Control propio"} {
			made, err := agenda.CrearAtencion(tx, tomahora.Sistema, tomahora.Atencion{Nombre: nombre, IDPaciente: 2, IDProfesional: prof, IDSucursal: 1, Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 26}})
			if err != nil {
				return err
			}
			ids[prof] = made.ID
		}
		return nil
	}))
	doctor := userOf(tomahora.RolProfesional)
	doctor.IDProfesional = 2
	h := newTestWeb(t, doctor, a.store)
	html := browse(t, h, "/agendar?id_paciente=2").Body.String()
	if strings.Contains(html, "secreto") || !strings.Contains(html, "Control propio") {
		t.Errorf("the form offers %v", regexp.MustCompile(`(?s)name="id_atencion".*?</select>`).FindString(html))
	}
	for prof, want := range map[tomahora.ProfesionalID]int{1: http.StatusNotFound, 2: http.StatusCreated} {
		sent := booking("id_profesional=2", "videoconsulta=0", "id_atencion="+itoa(ids[prof]))
		if status, got := post(t, h, "/agendar", sent); status != want {
			t.Errorf("a cita of an atención of profesional %d: %d %+v, want %d", prof, status, got.Error, want)
		}
	}
}

func TestAChangeOfWhatSomebodyChangedIsRefused(t *testing.T) {
	a := newAjustesTest(t, true)
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), a.store)
	_, made := post(t, h, "/agendar", booking())
	path := fmt.Sprintf("/citas/%d", made.Cita.ID)
	if status, got := post(t, h, path, url.Values{"id_estado": {"3"}, "version": {"1"}}); status != 200 || got.Cita.Version != 2 {
		t.Errorf("the first is answered %d %+v", status, got)
	}
	if status, got := post(t, h, path, url.Values{"id_estado": {"8"}, "version": {"1"}}); status != 409 || got.Error.Code != tomahora.CodeVersionDistinta || got.Cita.ID != made.Cita.ID || got.Cita.Version != 2 || got.Cita.IDEstado != 3 {
		t.Errorf("the second is answered %d %+v", status, got)
	}
	if status, _ := post(t, h, "/web"+path+"/probar", url.Values{"hora_inicio": {"10:00"}}); status != 204 {
		t.Errorf("a free place is tried with %d", status)
	}
	if status, got := post(t, h, "/web"+path+"/probar", url.Values{"hora_inicio": {"13:00"}}); status != 422 || got.Error.Code != tomahora.CodeSinHorario {
		t.Errorf("one without work is tried with %d %+v", status, got)
	}
}

func TestACitaOfAnotherClinicIsNotThere(t *testing.T) {
	a := newAjustesTest(t, true)
	_, made := post(t, newTestWeb(t, userOf(tomahora.RolRecepcion), a.store), "/agendar", booking())
	id, err := a.store.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "Otra", Zona: "America/Santiago"})
	must(t, err)
	stranger := userOf(tomahora.RolAdministracion)
	stranger.IDClinica = id
	h := newTestWeb(t, stranger, a.store)
	path := fmt.Sprintf("/citas/%d", made.Cita.ID)
	if w := browse(t, h, path); w.Code != http.StatusNotFound {
		t.Errorf("GET %s: %d", path, w.Code)
	}
	for _, path := range []string{path, "/web" + path + "/probar"} {
		if status, _ := post(t, h, path, url.Values{"id_estado": {"1"}}); status != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, status)
		}
	}
	if w := browse(t, h, "/agendar?id_paciente=2"); w.Code != http.StatusNotFound {
		t.Errorf("its paciente: %d", w.Code)
	}
	if w := browse(t, h, "/agendar?q=risopatron"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "Fernanda") {
		t.Errorf("a search for its paciente: %d", w.Code)
	}
}

// What a sheet is without any wish is what was looked at last.
func TestTheAgendaRemembersWhereOneLooks(t *testing.T) {
	a := newAjustesTest(t, true)
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), a.store)
	tests := map[string]struct {
		path, cookie string
		want         mirada
	}{
		"nothing said":        {"/web/agenda", "", mirada{Sucursal: 1, Fecha: "2026-11-26", Vista: "dia", Por: "profesional"}},
		"as it was":           {"/web/agenda", "2.dia.sillon", mirada{Sucursal: 2, Fecha: "2026-11-26", Vista: "dia", Por: "sillon"}},
		"what the path says":  {"/web/agenda?sucursal=1&por=profesional&fecha=2026-12-01&anuladas=1", "2.dia.sillon", mirada{Sucursal: 1, Fecha: "2026-12-01", Vista: "dia", Por: "profesional", Anuladas: true}},
		"a week is of one":    {"/web/agenda?vista=semana", "", mirada{Sucursal: 1, Fecha: "2026-11-26", Vista: "semana", Por: "profesional", Profesional: 1}},
		"or of one sillón":    {"/web/agenda?vista=semana&por=sillon&profesional=3", "", mirada{Sucursal: 1, Fecha: "2026-11-26", Vista: "semana", Por: "sillon", Profesional: 3, Sillon: 1}},
		"which is chosen":     {"/web/agenda?vista=semana&sillon=7", "1.dia.sillon", mirada{Sucursal: 1, Fecha: "2026-11-26", Vista: "semana", Por: "sillon", Sillon: 7}},
		"no sillón":           {"/web/agenda?sucursal=2&sillon=99", "1.semana.sillon", mirada{Sucursal: 2, Fecha: "2026-11-26", Vista: "semana", Por: "sillon", Sillon: 1}},
		"a sucursal that was": {"/web/agenda?sucursal=99", "99.x.y", mirada{Sucursal: 1, Fecha: "2026-11-26", Vista: "dia", Por: "profesional"}},
	}
	for name, tt := range tests {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, tt.path, nil)
		if tt.cookie != "" {
			r.AddCookie(&http.Cookie{Name: miradaCookie, Value: tt.cookie})
		}
		w := send(t, h, r, "Accept: application/json")
		var got hojaJSON
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, w.Body)
		}
		if diff := cmp.Diff(tt.want, got.Mirada); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if w := browse(t, h, "/web/agenda?fecha=ayer"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("what is no date: %d", w.Code)
	}
}

// liveStream is an open /web/vivo.
type liveStream struct {
	t     *testing.T
	lines *bufio.Scanner
	body  interface{ Close() error }
}

func follow(t *testing.T, base, query, lastEventID string) *liveStream {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/web/vivo"+query, nil)
	must(t, err)
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the stream is answered %d %s", answer.StatusCode, answer.Header.Get("Content-Type"))
	}
	return &liveStream{t, bufio.NewScanner(answer.Body), answer.Body}
}

// next is the next news, and false when the stream ends.
func (l *liveStream) next() (n news, ok bool) {
	l.t.Helper()
	event := ""
	for l.lines.Scan() {
		name, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch {
		case name == "event":
			event = value
		case name == "data" && event == "agenda":
			must(l.t, json.Unmarshal([]byte(value), &n))
			return n, true
		}
	}
	return n, false
}

func TestTheStreamTellsWhatTheUserMaySee(t *testing.T) {
	a := newAjustesTest(t, true)
	serve := func(u tomahora.Usuario) (*httptest.Server, chan struct{}) {
		o := testOptions(u, a.store)
		stopping := make(chan struct{})
		o.Stopping = stopping
		srv := httptest.NewServer(New(o))
		t.Cleanup(srv.Close)
		return srv, stopping
	}
	doctor := userOf(tomahora.RolProfesional)
	doctor.ID, doctor.IDProfesional = 6, 2
	all, stopping := serve(userOf(tomahora.RolRecepcion))
	own, stoppingOwn := serve(doctor)
	defer close(stoppingOwn)
	var last tomahora.EventoID
	must(t, a.store.View(t.Context(), a.id, func(tx tomahora.Tx) (err error) { last, err = tx.Eventos().Last(); return err }))
	desde := fmt.Sprintf("?desde=%d", last)
	reception, office := follow(t, all.URL, desde, ""), follow(t, own.URL, desde, "")
	h := newTestWeb(t, userOf(tomahora.RolRecepcion), a.store)

	_, _ = post(t, h, "/agendar", booking())
	_, his := post(t, h, "/agendar", booking("id_profesional=2", "videoconsulta=0"))
	seen := map[tomahora.CitaID]bool{}
	for len(seen) < 2 {
		n, ok := reception.next()
		if !ok {
			t.Fatal("the stream ended")
		}
		for _, c := range n.Citas {
			seen[c.ID] = true
		}
	}
	n, ok := office.next()
	if !ok || len(n.Citas) != 1 || n.Citas[0].ID != his.Cita.ID || len(n.Quitadas) > 0 {
		t.Errorf("the profesional is told %+v", n)
	}
	// What goes to somebody else is taken away.
	if status, got := post(t, h, fmt.Sprintf("/citas/%d", his.Cita.ID), url.Values{"id_profesional": {"1"}, "hora_inicio": {"10:00"}}); status != 200 {
		t.Fatalf("moved with %d %+v", status, got.Error)
	}
	if n, ok := office.next(); !ok || len(n.Citas) > 0 || len(n.Quitadas) != 1 || n.Quitadas[0] != his.Cita.ID {
		t.Errorf("the profesional is told %+v of what is no longer his", n)
	}

	// Who comes back goes on where it was, and a stream ends when the server stops.
	again := follow(t, all.URL, "?desde=1", strconv.FormatInt(int64(last), 10))
	if n, ok := again.next(); !ok || n.Hoja || len(n.Citas) != 2 {
		t.Errorf("who comes back is told %+v", n)
	}
	ancient := follow(t, all.URL, "?desde=99999999", "")
	if n, ok := ancient.next(); !ok || !n.Hoja {
		t.Errorf("who was away too long is told %+v", n)
	}
	must(t, a.store.Update(t.Context(), a.id, func(tx tomahora.Tx) error {
		_, err := agenda.GuardarBloqueo(tx, "token:1", tomahora.HorarioBloqueado{IDSucursal: 1, Fecha: tomahora.Fecha{Year: 2026, Month: time.December, Day: 1}, Rango: tomahora.Rango{Inicio: 600, Fin: 660}}, false)
		return err
	}))
	for told := false; !told; {
		n, ok := again.next()
		if !ok {
			t.Fatal("the stream ended")
		}
		told = n.Hoja // the sheet is to be read again
	}
	close(stopping)
	for _, l := range []*liveStream{reception, again} {
		for ok := true; ok; {
			_, ok = l.next()
		}
	}
}

// keptUser are Sessions in which every request is one user's, as the store has it
// at that time.
type keptUser struct {
	store   tomahora.Store
	clinica tomahora.ClinicaID
	id      tomahora.UsuarioID
}

func (k keptUser) User(r *http.Request) (u tomahora.Usuario, ok bool, err error) {
	err = k.store.View(r.Context(), k.clinica, func(tx tomahora.Tx) (err error) {
		u, err = tx.Usuarios().Get(k.id)
		return err
	})
	return u, u.Habilitado, err
}

func TestTheStreamEndsWithItsUser(t *testing.T) {
	a := newAjustesTest(t, true)
	var mine, other tomahora.Usuario
	var last tomahora.EventoID
	create := func(tx tomahora.Tx, email string) (tomahora.Usuario, error) {
		return agenda.CrearUsuario(tx, tomahora.CambioUsuario{Email: new(email), Nombre: new("Eva Rojas"), Rol: new(tomahora.RolRecepcion)}, "", tomahora.Sistema)
	}
	must(t, a.store.Update(t.Context(), a.id, func(tx tomahora.Tx) (err error) {
		if mine, err = create(tx, "eva@clinica.example"); err != nil {
			return err
		}
		other, err = create(tx, "otra@clinica.example")
		return err
	}))
	must(t, a.store.View(t.Context(), a.id, func(tx tomahora.Tx) (err error) { last, err = tx.Eventos().Last(); return err }))
	o := testOptions(mine, a.store)
	o.Sessions = keptUser{a.store, a.id, mine.ID}
	h := New(o)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	stream := follow(t, srv.URL, fmt.Sprintf("?desde=%d", last), "")
	disable := func(u tomahora.Usuario) {
		must(t, a.store.Update(t.Context(), a.id, func(tx tomahora.Tx) error {
			_, err := agenda.CambiarUsuario(tx, u.ID, tomahora.CambioUsuario{Habilitado: new(false)}, tomahora.Sistema)
			return err
		}))
	}
	disable(other)
	_, _ = post(t, h, "/agendar", booking())
	if n, ok := stream.next(); !ok || len(n.Citas) != 1 {
		t.Fatalf("after another user was disabled, the stream tells %+v", n)
	}
	disable(mine)
	for stream.lines.Scan() {
		if line := stream.lines.Text(); line != "" {
			t.Fatalf("who is disabled is still sent %q", line)
		}
	}
}

func TestAUserHasSoManyStreams(t *testing.T) {
	s := &streams{of: map[tomahora.UsuarioID]int{}}
	var leave func()
	for range maxStreams {
		var err error
		leave, err = s.enter(5)
		must(t, err)
	}
	if _, err := s.enter(5); tomahora.KindOf(err) != tomahora.KindRateLimited {
		t.Errorf("one more: %v", err)
	}
	if _, err := s.enter(6); err != nil {
		t.Errorf("another user: %v", err)
	}
	leave()
	if _, err := s.enter(5); err != nil {
		t.Errorf("after one left: %v", err)
	}
}

func TestHoursAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]string{"9:15": "09:15", "09:15": "09:15", "915": "09:15", "0915": "09:15", "9": "09:00", "14": "14:00", "14.30": "14:30", "9h15": "09:15"} {
		read := reader{Values: url.Values{"hora_inicio": {typed}}}
		if got := read.horaInicio(); got == nil || clock(*got) != want {
			t.Errorf("%q is read as %v, want %s", typed, got, want)
		}
	}
	for _, typed := range []string{"25", "9:99", "x", "12345"} {
		read := reader{Values: url.Values{"hora_inicio": {typed}}}
		if got := read.horaInicio(); got != nil || len(read.problems) != 1 {
			t.Errorf("%q is read as %v", typed, got)
		}
	}
}

// Of the keys one is told those that one may use.
func TestTheKeysAreThoseOfTheRole(t *testing.T) {
	a := newAjustesTest(t, true)
	const look, book = "t ← → d s p r g ↵ ", "u t ← → d s p r g ↵ c l a f x m Supr Ctrl ↵ Esc ?"
	for rol, want := range map[tomahora.Rol]string{
		tomahora.RolAdministracion: "/ n b e " + book,
		tomahora.RolRecepcion:      "/ n b " + book,
		tomahora.RolProfesional:    "/ n " + book,
		tomahora.RolLectura:        look + "Esc ?",
	} {
		user := userOf(rol)
		user.IDProfesional = 2
		_, list, _ := strings.Cut(browse(t, newTestWeb(t, user, a.store), "/").Body.String(), `<dialog id="teclas"`)
		var told []string
		for _, key := range strings.Split(list, "<kbd>")[1:] {
			key, _, _ = strings.Cut(key, "</kbd>")
			told = append(told, key)
		}
		if got := strings.Join(told, " "); got != want {
			t.Errorf("%s is told %q, want %q", rol, got, want)
		}
	}
}

// A profesional books where the own agenda is: the other sucursales are not offered.
func TestAProfesionalBooksInTheOwnSucursales(t *testing.T) {
	a := newAjustesTest(t, true)
	for prof, want := range map[tomahora.ProfesionalID]int{0: 2, 1: 2, 2: 1} { // at the demo 1 attends at both, 2 at one
		user := userOf(tomahora.RolRecepcion)
		if prof != 0 {
			user.Rol, user.IDProfesional = tomahora.RolProfesional, prof
		}
		page := browse(t, newTestWeb(t, user, a.store), "/agendar").Body.String()
		_, choice, _ := strings.Cut(page, `<select id="campo-id_sucursal"`)
		choice, _, _ = strings.Cut(choice, "</select>")
		if got := max(1, strings.Count(choice, "<option")); got != want || !strings.Contains(page, `name="id_sucursal"`) {
			t.Errorf("profesional %d has the choice of %d sucursales, want %d", prof, got, want)
		}
	}
}
