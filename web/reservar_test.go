package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/demo"
	"github.com/tomahora/tomahora/sqlstore"
)

// online is the demo clinic with its pages for pacientes, on a Thursday at 10:05.
type onlineDemo struct {
	*testing.T
	http.Handler
	store tomahora.Store
	id    tomahora.ClinicaID
	now   time.Time
	from  string // the address requests come from
	log   bytes.Buffer
}

func newOnlineDemo(t *testing.T) *onlineDemo {
	t.Helper()
	d := &onlineDemo{T: t, now: time.Date(2026, 11, 26, 13, 5, 0, 0, time.UTC), from: "203.0.113.5"}
	clock := func() time.Time { return d.now }
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: clock})
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	d.store = store
	d.id, err = store.CreateClinica(t.Context(), demo.Clinica())
	must(t, err)
	must(t, store.Update(t.Context(), d.id, func(tx tomahora.Tx) error { return demo.Seed(tx, true) }))
	o := testOptions(tomahora.Usuario{}, store)
	o.Clock, o.RealClock, o.Address = clock, clock, func(*http.Request) string { return d.from }
	o.Logger = slog.New(slog.NewTextHandler(&d.log, nil))
	d.Handler = New(o)
	return d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// get is a page, which must be answered so.
func (d *onlineDemo) get(path string, status int, headers ...string) *httptest.ResponseRecorder {
	d.Helper()
	w := browse(d.T, d, path, headers...)
	if w.Code != status {
		d.Fatalf("GET %s was answered %d, want %d\n%s\n%s", path, w.Code, status, d.log.String(), w.Body)
	}
	return w
}

// post is what a form was answered, which must be so, and where it leads.
func (d *onlineDemo) post(path string, values url.Values, status int, headers ...string) (w *httptest.ResponseRecorder, location string) {
	d.Helper()
	w = submit(d.T, d, path, values, headers...)
	if w.Code != status {
		d.Fatalf("POST %s was answered %d, want %d\n%s\n%s", path, w.Code, status, d.log.String(), w.Body)
	}
	return w, w.Header().Get("Location")
}

// An hour of profesional 1 at NORTE on a Monday.
const lunes9 = "1.1.2026-11-30.09:00.0"

func details(rut, hora, reserva string) url.Values {
	return url.Values{
		"con": {"p1"}, "hora": {hora}, "reserva": {reserva}, "rut": {rut}, "nombre": {"Rosa"}, "apellidos": {"Soto"}, "celular": {"9 1234 5678"},
		"email": {""}, "motivo": {""},
	}
}

// hold holds an hour and returns the address of the details and the reserva in it.
func (d *onlineDemo) hold(hora string, headers ...string) (location, reserva string) {
	d.Helper()
	_, location = d.post("/reservar/1/tomar", url.Values{"con": {"p1"}, "hora": {hora}}, http.StatusSeeOther, headers...)
	u, err := url.Parse(location)
	must(d, err)
	return location, u.Query().Get("reserva")
}

// book books lunes9 and returns the path of the link to the cita.
func (d *onlineDemo) book(rut string) string {
	d.Helper()
	_, location := d.post("/reservar/1/datos", details(rut, lunes9, ""), http.StatusSeeOther)
	path, query, _ := strings.Cut(location, "?")
	if !strings.HasPrefix(path, "/r/") || query != "nueva=1" {
		d.Fatalf("led to %s", location)
	}
	return path
}

func has(t *testing.T, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the page has no %q\n%s", text, w.Body)
		}
	}
}

func TestReservarLeadsThroughItsSteps(t *testing.T) {
	d := newOnlineDemo(t)
	first := d.get("/reservar/1", http.StatusOK)
	has(t, first, "Paso 1 de 4", "Odontología General", "Cualquier profesional", "Javiera Soto", `href="/reservar/1/dia?con=p1"`, `href="/reservar/1/modalidad?con=p2"`)
	if strings.Contains(first.Body.String(), "Fuentes") || strings.Contains(first.Body.String(), "Pinto") {
		t.Error("somebody is offered who is not agenda_online, or not habilitado")
	}
	has(t, d.get("/reservar/1/modalidad?con=p2", http.StatusOK), "Paso 2 de 5", "modo=presencial", "modo=video")
	w := d.get("/reservar/1/dia?con=p2", http.StatusSeeOther)
	if got := w.Header().Get("Location"); got != "/reservar/1/modalidad?con=p2" {
		t.Errorf("without how, the day leads to %s", got)
	}
	has(t, d.get("/reservar/1/dia?con=p2&modo=video", http.StatusOK), "Paso 3 de 5", "Daniel Vergara")
	days := d.get("/reservar/1/dia?con=p1", http.StatusOK)
	has(t, days, "Paso 2 de 4", "Jueves 26 de noviembre", "Hoy", "Mañana", `href="/reservar/1/hora?con=p1&amp;dia=2026-11-30"`, "Ver días siguientes")
	has(t, d.get("/reservar/1/hora?con=p1&dia=2026-11-30", http.StatusOK), "Paso 3 de 4", "NORTE", "Av. La Paz 1003", "SUR", "Por la mañana", lunes9, ">09:00<")
	location, reserva := d.hold(lunes9)
	if !strings.HasPrefix(location, "/reservar/1/datos?con=p1&hora=") || reserva == "" {
		t.Fatalf("the hour led to %s", location)
	}
	has(t, d.get(location, http.StatusOK), "Paso 4 de 4", "Lunes 30 de noviembre", "09:00", "Javiera Soto", "Le guardamos esta hora 5 minutos", `autocomplete="given-name"`, `type="tel"`)
	if w := d.get("/reservar/1/hora?con=p1&dia=2026-11-30", http.StatusOK); strings.Contains(w.Body.String(), lunes9) {
		t.Error("an hour that is held for somebody is offered to others")
	}
	has(t, d.get("/reservar/1/hora?con=p1&dia=2026-11-30&reserva="+reserva, http.StatusOK), lunes9) // to who goes back
	has(t, d.get("/reservar/1/hora?con=p1&dia=2026-11-30", http.StatusOK, "Cookie: reserva="+reserva), lunes9)

	_, link := d.post("/reservar/1/datos", details("12.345.678-5", lunes9, reserva), http.StatusSeeOther)
	has(t, d.get(link, http.StatusOK), "Su hora está reservada", "Lunes 30 de noviembre", "09:00", "Javiera Soto", "Av. La Paz 1003", "/cita.ics")
	d.view(func(tx tomahora.Tx) error {
		c, err := tx.Citas().Get(demo.FirstCitaID)
		if c.IDEstado != tomahora.EstadoAgendaOnline || c.Origen != tomahora.ActorOnline {
			t.Errorf("booked %+v", c)
		}
		return err
	})
}

func (d *onlineDemo) view(fn func(tomahora.Tx) error) {
	d.Helper()
	must(d, d.store.View(d.Context(), d.id, fn))
}

func (d *onlineDemo) configure(edit func(*tomahora.ReservaOnline)) {
	d.Helper()
	must(d, d.store.Update(d.Context(), d.id, func(tx tomahora.Tx) error {
		_, err := agenda.Configurar(tx, tomahora.Sistema, agenda.Cambio{Online: edit})
		return err
	}))
}

// Every step follows the settings: what is not offered is not taken either.
func TestReservarKeepsToTheSettings(t *testing.T) {
	d := newOnlineDemo(t)
	d.configure(func(o *tomahora.ReservaOnline) { o.Horizonte, o.Aviso, o.Modalidad = 2, 120, tomahora.Presencial })
	days := d.get("/reservar/1/dia?con=p2", http.StatusOK) // how is not asked
	has(t, days, "Paso 2 de 4", "dia=2026-11-26", "dia=2026-11-27")
	if strings.Contains(days.Body.String(), "dia=2026-11-28") {
		t.Error("a day beyond the horizon is offered")
	}
	hours := d.get("/reservar/1/hora?con=p2&dia=2026-11-26", http.StatusOK)
	has(t, hours, ">12:15<")
	if strings.Contains(hours.Body.String(), ">12:00<") {
		t.Error("an hour is offered that is nearer than the notice")
	}
	for name, hora := range map[string]string{
		"too soon": "2.1.2026-11-26.12:00.0", "too late": "2.1.2026-11-30.09:00.0", "by video": "2.1.2026-11-27.09:00.1",
		"not online": "4.2.2026-12-02.09:00.0", "nobody": "99.1.2026-11-27.09:00.0", "nowhere": "2.99.2026-11-27.09:00.0", "off the grid": "2.1.2026-11-27.09:07.0",
	} {
		t.Run(name, func(t *testing.T) {
			w := submit(t, d, "/reservar/1/tomar", url.Values{"con": {"p2"}, "hora": {hora}})
			if location := w.Header().Get("Location"); w.Code != http.StatusNotFound && !strings.Contains(location, "perdida=") {
				t.Errorf("was answered %d and led to %s", w.Code, location)
			}
			w = submit(t, d, "/reservar/1/datos", details("12345678-5", hora, ""))
			if w.Code == http.StatusSeeOther {
				t.Errorf("was booked: %s", w.Header().Get("Location"))
			}
		})
	}
	d.configure(func(o *tomahora.ReservaOnline) { o.Activa = false })
	for _, path := range []string{"/reservar/1", "/reservar/1/dia?con=p1", "/reservar/99", "/reservar/0", "/reservar/x"} {
		has(t, d.get(path, http.StatusNotFound), "No encontramos esta página")
	}
}

func TestReservarByVideo(t *testing.T) {
	d := newOnlineDemo(t)
	const hora = "2.1.2026-11-30.09:00.1"
	has(t, d.get("/reservar/1/hora?con=p2&modo=video&dia=2026-11-30", http.StatusOK), hora)
	f := details("11111111-1", hora, "")
	f.Set("con", "p2")
	f.Set("modo", "video")
	_, link := d.post("/reservar/1/datos", f, http.StatusSeeOther)
	page := d.get(link, http.StatusOK)
	has(t, page, "Videollamada", "Daniel Vergara")
	if strings.Contains(page.Body.String(), "Av. La Paz") {
		t.Error("the page sends to the clinic who is seen by video")
	}
	path, _, _ := strings.Cut(link, "?")
	has(t, d.get(path+"/cita.ics", http.StatusOK), "LOCATION:Videollamada")
	if w := d.get(path+"/mover?dia=2026-12-01", http.StatusOK); strings.Contains(w.Body.String(), "09:00.0") {
		t.Error("a cita by video can move to one that is not")
	}
}

// An especialidad is whoever is free, and the page before the last says who it is.
func TestReservarWithAnybody(t *testing.T) {
	d := newOnlineDemo(t)
	hours := d.get("/reservar/1/hora?con=e1&modo=presencial&dia=2026-11-30", http.StatusOK)
	if n := strings.Count(hours.Body.String(), ">09:00<"); n != 2 { // at NORTE and at SUR
		t.Errorf("09:00 is there %d times\n%s", n, hours.Body)
	}
	d.hold(lunes9)
	has(t, d.get("/reservar/1/hora?con=e1&modo=presencial&dia=2026-11-30", http.StatusOK), `value="2.1.2026-11-30.09:00.0"`)
	has(t, d.get("/reservar/1/datos?con=e1&modo=presencial&hora=2.1.2026-11-30.09:00.0", http.StatusOK), "Daniel Vergara", "Paso 5 de 5")
}

// Of two strangers who want the same hour one gets it, and the other is told
// kindly, with what they wrote and with what is near.
func TestReservarTellsKindlyOfALostHour(t *testing.T) {
	d := newOnlineDemo(t)
	_, mine := d.hold(lunes9)
	_, location := d.post("/reservar/1/tomar", url.Values{"con": {"p1"}, "hora": {lunes9}}, http.StatusSeeOther)
	if location != "/reservar/1/hora?con=p1&dia=2026-11-30&perdida="+url.QueryEscape(lunes9) {
		t.Fatalf("led to %s", location)
	}
	has(t, d.get(location, http.StatusOK), "Alguien acaba de tomar esa hora", "Estas son las más cercanas", "Lunes 30 de noviembre, 08:45", "Lunes 30 de noviembre, 09:15")
	d.post("/reservar/1/datos", details("11111111-1", lunes9, mine), http.StatusSeeOther)
	w, _ := d.post("/reservar/1/datos", details("22222222-2", lunes9, ""), http.StatusConflict)
	has(t, w, "Alguien acaba de tomar esa hora", "Lo que escribió sigue aquí", `value="22222222-2"`, `value="Rosa"`, `type="radio" name="hora" value="1.1.2026-11-30.08:45.0"`)
	if strings.Contains(w.Body.String(), "11111111") {
		t.Error("the page tells of the other one")
	}
	_, location = d.post("/reservar/1/datos", details("22222222-2", "1.1.2026-11-30.08:45.0", ""), http.StatusSeeOther)
	has(t, d.get(location, http.StatusOK), "Lunes 30 de noviembre", "<strong>08:45</strong>")
	has(t, d.get("/reservar/1/datos?con=p1&hora="+lunes9, http.StatusSeeOther)) // gone before anything is written
}

func TestReservarGoesOnWhenTheHourIsHeldNoLonger(t *testing.T) {
	d := newOnlineDemo(t)
	location, reserva := d.hold(lunes9)
	d.now = d.now.Add(tomahora.TTLOnline)
	has(t, d.get(location, http.StatusOK), "Esta hora no está guardada")
	d.post("/reservar/1/datos", details("11111111-1", lunes9, reserva), http.StatusSeeOther)
}

func TestReservarLetsGoOfAnHour(t *testing.T) {
	d := newOnlineDemo(t)
	_, reserva := d.hold(lunes9)
	forged := []byte(reserva)
	last := &forged[len(forged)-2] // the very last may have bits that nobody reads
	if *last++; *last == 'z'+1 {
		*last = 'a'
	}
	d.post("/reservar/1/soltar", url.Values{"reserva": {string(forged)}}, http.StatusNoContent)
	if w := d.get("/reservar/1/hora?con=p1&dia=2026-11-30", http.StatusOK); strings.Contains(w.Body.String(), lunes9) {
		t.Error("a forged reserva let go of the hour")
	}
	d.post("/reservar/1/soltar", url.Values{"reserva": {reserva}}, http.StatusNoContent)
	has(t, d.get("/reservar/1/hora?con=p1&dia=2026-11-30", http.StatusOK), lunes9)
	// Who chooses another hour holds one only.
	_, first := d.hold(lunes9)
	d.hold("1.1.2026-11-30.09:15.0", "Cookie: reserva="+first)
	has(t, d.get("/reservar/1/hora?con=p1&dia=2026-11-30", http.StatusOK), lunes9)
}

// Who reloads the details holds the hour under a new name, whether or not what let
// go of it was heard before.
func TestReservarTakesTheHourAgain(t *testing.T) {
	d := newOnlineDemo(t)
	again := func(reserva string) (a retomada) {
		t.Helper()
		w, _ := d.post("/reservar/1/retomar", url.Values{"con": {"p1"}, "hora": {lunes9}, "reserva": {reserva}}, http.StatusOK, "Accept: application/json")
		must(t, json.Unmarshal(w.Body.Bytes(), &a))
		return a
	}
	letGo := func(reserva string) {
		d.post("/reservar/1/soltar", url.Values{"reserva": {reserva}}, http.StatusNoContent)
	}
	offered := func() bool {
		return strings.Contains(d.get("/reservar/1/hora?con=p1&dia=2026-11-30", http.StatusOK).Body.String(), lunes9)
	}
	_, first := d.hold(lunes9)
	letGo(first) // in time
	second := again(first)
	if second.Segundos != 300 || second.Reserva == first || offered() {
		t.Fatalf("taken again as %+v, offered to others: %v", second, offered())
	}
	third := again(second.Reserva)
	letGo(second.Reserva) // too late
	if third.Segundos != 300 || offered() {
		t.Errorf("taken again as %+v, offered to others: %v", third, offered())
	}
	letGo(third.Reserva)
	_, others := d.hold(lunes9)
	if lost := again(third.Reserva); lost != (retomada{}) {
		t.Errorf("of an hour that somebody else has: %+v", lost)
	}
	letGo(others)
	for range 40 {
		_ = again("")
	}
	if limited := again(""); limited != (retomada{}) {
		t.Errorf("taken again without an end: %+v", limited)
	}
}

func TestReservarSaysWhatIsMissing(t *testing.T) {
	d := newOnlineDemo(t)
	f := details("12345678-9", lunes9, "")
	f.Set("nombre", " ")
	f.Set("email", "rosa@")
	w, _ := d.post("/reservar/1/datos", f, http.StatusUnprocessableEntity)
	has(t, w, "Revise ", "Ese RUT no existe", "Escriba su nombre", "Escriba un correo como", `aria-describedby="campo-rut-ayuda campo-rut-error"`, `value="9 1234 5678"`)
	f = details("AB-1234", lunes9, "")
	f.Set("otro", "1")
	d.post("/reservar/1/datos", f, http.StatusSeeOther)
	d.view(func(tx tomahora.Tx) error {
		p, err := tx.Pacientes().ByRUT("AB-1234")
		if p.TipoDocumento != 1 {
			t.Errorf("kept %+v", p)
		}
		return err
	})
}

// Nobody learns from any answer whether a clinic knows a document.
func TestReservarIsNoOracle(t *testing.T) {
	d := newOnlineDemo(t)
	// Of the demo's pacientes, 1 is 11111111-1, Juan Lopez.
	known, unknown := "11111111-1", "22222222-2"
	page := func(rut string) string {
		w, location := d.post("/reservar/1/datos", details(rut, lunes9, ""), http.StatusSeeOther)
		if len(w.Result().Cookies()) != 1 {
			t.Errorf("cookies %v", w.Result().Cookies())
		}
		path, _, _ := strings.Cut(location, "?")
		shown := d.get(location, http.StatusOK).Body.String()
		must(t, d.store.Update(t.Context(), d.id, func(tx tomahora.Tx) error {
			e, ok := readSello(strings.TrimPrefix(path, "/r/"))
			if !ok {
				t.Fatal("no link")
			}
			_, err := agenda.AnularOnline(tx, tomahora.CitaID(e.id))
			return err
		}))
		return strings.ReplaceAll(shown, path, "/r/X")
	}
	if a, b := page(known), page(unknown); a != b {
		t.Errorf("the pages differ:\n%s\n%s", a, b)
	}
	for _, rut := range []string{known, unknown} {
		w, _ := d.post("/reservar/1/datos", details(rut, "1.1.2026-11-30.13:00.0", ""), http.StatusConflict)
		if strings.Contains(w.Body.String(), "Juan") || strings.Contains(w.Body.String(), "Lopez") {
			t.Error("a stranger is told a name")
		}
	}
	d.view(func(tx tomahora.Tx) error {
		p, err := tx.Pacientes().Get(1)
		if p.Nombre != "Juan" || p.Celular == "912345678" {
			t.Errorf("what a stranger wrote is kept: %+v", p)
		}
		return err
	})
	if strings.Contains(d.log.String(), "Rosa") || strings.Contains(d.log.String(), "1111111") {
		t.Errorf("the log tells who it is:\n%s", d.log.String())
	}
}

// Nobody learns from any answer whether, or when, somebody has citas.
func TestReservarTellsNobodyOfCitas(t *testing.T) {
	d := newOnlineDemo(t)
	hora := func(minutes int) string {
		return codeOf(agenda.HoraOnline{IDProfesional: 1, IDSucursal: 1, Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}, Inicio: tomahora.Hora(minutes)})
	}
	busy, free := "11111111-1", "22222222-2"
	for i := range 4 {
		d.from = "203.0.113.5"
		d.post("/reservar/1/datos", details(busy, hora(480+15*i), ""), http.StatusSeeOther)
	}
	d.from = "198.51.100.7" // a stranger's
	for i, rut := range []string{busy, free, busy, free} {
		d.post("/reservar/1/datos", details(rut, hora(600+15*i), ""), http.StatusSeeOther)
		d.post("/reservar/1/datos", details(rut, hora(480+15*i), ""), http.StatusConflict) // gone for everybody
	}
}

// In the name of one document come no more than some 30 bookings a day, from
// however many addresses.
func TestReservarIsLimitedForADocument(t *testing.T) {
	d := newOnlineDemo(t)
	booked := 0
	for i := range 40 {
		d.from = fmt.Sprintf("203.0.113.%d", 10+i)
		f := tomahora.Fecha{Year: 2026, Month: 11, Day: 30}.AddDays(i / 16)
		h := codeOf(agenda.HoraOnline{IDProfesional: 1, IDSucursal: 1, Fecha: f, Inicio: tomahora.Hora(480 + 15*(i%16))})
		switch w := submit(t, d, "/reservar/1/datos", details("22222222-2", h, "")); w.Code {
		case http.StatusSeeOther:
			booked++
		case http.StatusUnprocessableEntity:
			has(t, w, "Por ahora no podemos tomar más horas en línea")
		default:
			t.Fatalf("answered %d\n%s", w.Code, w.Body)
		}
	}
	if booked < 18 || booked > 30 {
		t.Errorf("%d bookings for one document, want 18 to 30", booked)
	}
}

// A button that is pressed twice books once; who knows all that was typed, but not
// the page it was typed in, gets an hour of their own.
func TestReservarTwiceIsOnce(t *testing.T) {
	d := newOnlineDemo(t)
	location, reserva := d.hold(lunes9)
	_, after, _ := strings.Cut(d.get(location, http.StatusOK).Body.String(), `name="envio" value="`)
	envio, _, _ := strings.Cut(after, `"`)
	f := details("22222222-2", lunes9, reserva)
	f.Set("envio", envio)
	_, first := d.post("/reservar/1/datos", f, http.StatusSeeOther)
	_, second := d.post("/reservar/1/datos", f, http.StatusSeeOther)
	if first != second || envio == "" {
		t.Errorf("pressed twice %q led to %s and %s", envio, first, second)
	}
	f.Del("envio")
	d.post("/reservar/1/datos", f, http.StatusConflict)
}

func TestReservarIsLimited(t *testing.T) {
	d := newOnlineDemo(t)
	status := func(path string) int { return browse(t, d, path).Code }
	for range 120 {
		if got := status("/reservar/1"); got != http.StatusOK {
			t.Fatalf("answered %d", got)
		}
	}
	has(t, d.get("/reservar/1", http.StatusTooManyRequests), "Espere un momento")
	d.from = "203.0.113.6"
	d.get("/reservar/1", http.StatusOK)
	d.from = "2001:db8:1:1::1"
	d.get("/reservar/1", http.StatusOK)

	// Bookings run out sooner.
	refused := 0
	for i := range 20 {
		w := submit(t, d, "/reservar/1/datos", details(tomahora.FormatRUT(5_000_000+i), codeOf(agenda.HoraOnline{
			IDProfesional: 1, IDSucursal: 1, Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}, Inicio: tomahora.Hora(480 + 15*i),
		}), ""))
		if w.Code == http.StatusUnprocessableEntity {
			refused++
			has(t, w, "Por ahora no podemos tomar más horas en línea", "tel:&#43;56223456701")
		}
	}
	if refused != 5 {
		t.Errorf("%d of 20 bookings were refused, want 5", refused)
	}
	// So do hours that are held: then one books without.
	d.from = "203.0.113.7"
	held := 0
	for range 40 {
		if _, reserva := d.hold("1.1.2026-12-01.09:00.0", "Cookie: a=b"); reserva != "" {
			held++
			d.post("/reservar/1/soltar", url.Values{"reserva": {reserva}}, http.StatusNoContent)
		}
	}
	if held != 30 {
		t.Errorf("%d hours were held, want 30", held)
	}
}

func TestReservarIsEmbeddedWhereTheClinicSays(t *testing.T) {
	d := newOnlineDemo(t)
	ancestors := func(path string) string {
		_, list, _ := strings.Cut(browse(t, d, path).Header().Get("Content-Security-Policy"), "frame-ancestors ")
		return list
	}
	if got := ancestors("/reservar/1"); got != "'self'" {
		t.Errorf("without origins: %q", got)
	}
	d.configure(func(o *tomahora.ReservaOnline) { o.Origenes = "https://www.clinica.cl http://localhost:9" })
	link := d.book("11111111-1")
	for _, path := range []string{"/reservar/1", "/reservar/1/dia?con=p1", link} {
		if got := ancestors(path); got != "'self' https://www.clinica.cl http://localhost:9" {
			t.Errorf("%s: %q", path, got)
		}
	}
	if got := ancestors("/no/existe"); got != "'none'" {
		t.Errorf("another page: %q", got)
	}
	w := d.get("/reservar/1", http.StatusOK, "Sec-Fetch-Dest: iframe")
	if strings.Contains(w.Body.String(), "/preferencias") {
		t.Error("a frame of another site has no cookies to keep preferences in")
	}
}

func TestCitaByItsLink(t *testing.T) {
	d := newOnlineDemo(t)
	link := d.book("11111111-1")
	page := d.get(link, http.StatusOK)
	has(t, page, "Su hora", "Confirmar que asistiré", link+"/mover", link+"/anular")
	for _, secret := range []string{"11.111.111", "11111111", "Juan", "Lopez", "Rosa", "1234"} {
		if strings.Contains(strings.ReplaceAll(page.Body.String(), link, ""), secret) {
			t.Errorf("the page tells %q", secret)
		}
	}
	d.post(link+"/confirmar", nil, http.StatusSeeOther)
	has(t, d.get(link, http.StatusOK), "Hora confirmada")

	has(t, d.get(link+"/mover", http.StatusOK), "¿A qué día la movemos?", link+"/mover?dia=2026-12-01")
	hours := d.get(link+"/mover?dia=2026-12-01", http.StatusOK)
	has(t, hours, "¿A qué hora la movemos?", "1.1.2026-12-01.10:00.0", `method="GET"`)
	has(t, d.get(link+"/mover?hora=1.1.2026-12-01.10:00.0", http.StatusOK), "¿Mover su hora?", "<s>Lunes 30 de noviembre, 09:00</s>", "Martes 1 de diciembre", "<strong>10:00</strong>")
	d.post(link+"/mover", url.Values{"hora": {"1.1.2026-12-01.10:00.0"}}, http.StatusSeeOther)
	has(t, d.get(link, http.StatusOK), "Martes 1 de diciembre", "<strong>10:00</strong>")
	d.hold("1.1.2026-12-02.10:00.0")
	_, location := d.post(link+"/mover", url.Values{"hora": {"1.1.2026-12-02.10:00.0"}}, http.StatusSeeOther)
	has(t, d.get(location, http.StatusOK), "Alguien acaba de tomar esa hora")

	has(t, d.get(link+"/anular", http.StatusOK), "¿Anular su hora?")
	d.post(link+"/anular", nil, http.StatusSeeOther)
	has(t, d.get(link, http.StatusOK), "Hora anulada", "Tomar otra hora")
	for _, path := range []string{link + "/anular", link + "/confirmar", link + "/mover"} {
		if _, location := d.post(path, url.Values{"hora": {lunes9}}, http.StatusSeeOther); location != link {
			t.Errorf("%s of an annulled cita led to %s", path, location)
		}
	}

	second := d.book("22222222-2")
	d.now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) // 09:00 there
	gone := d.get(second, http.StatusGone)
	has(t, gone, "Esta hora ya pasó")
	if strings.Contains(gone.Body.String(), "Javiera") {
		t.Error("a link that is no longer good tells of the cita")
	}
}

// Whoever has a cita keeps their link when the clinic takes no more bookings.
func TestCitaByItsLinkWhenNobodyBooksOnline(t *testing.T) {
	d := newOnlineDemo(t)
	link := d.book("11111111-1")
	d.configure(func(o *tomahora.ReservaOnline) { o.Activa = false })
	has(t, d.get(link, http.StatusOK), "Confirmar que asistiré")
	has(t, d.get(link+"/mover", http.StatusOK), "Llámenos para mover su hora", "56 2 2345 6701")
	if w := submit(t, d, link+"/mover", url.Values{"hora": {"1.1.2026-12-01.10:00.0"}}); w.Code != http.StatusNotFound {
		t.Errorf("moving was answered %d", w.Code)
	}
	d.post(link+"/confirmar", nil, http.StatusSeeOther)
	d.post(link+"/anular", nil, http.StatusSeeOther)
	if w := d.get(link, http.StatusOK); strings.Contains(w.Body.String(), "Tomar otra hora") {
		t.Error("the page leads to where nobody books")
	}
}

// A cita that its paciente was received for is the reception's.
func TestCitaByItsLinkOnceReceived(t *testing.T) {
	d := newOnlineDemo(t)
	link := d.book("11111111-1")
	must(t, d.store.Update(t.Context(), d.id, func(tx tomahora.Tx) error {
		_, err := agenda.Modificar(tx, tomahora.Sistema, demo.FirstCitaID, tomahora.CambioCita{IDEstado: tomahora.EstadoEnSala})
		return err
	}))
	page := d.get(link, http.StatusOK)
	has(t, page, "ya no se puede cambiar en línea")
	if strings.Contains(page.Body.String(), "/anular") {
		t.Error("the page offers to annul")
	}
	d.post(link+"/anular", nil, http.StatusSeeOther)
	d.view(func(tx tomahora.Tx) error {
		c, err := tx.Citas().Get(demo.FirstCitaID)
		if c.IDEstado != tomahora.EstadoEnSala {
			t.Errorf("is in estado %d", c.IDEstado)
		}
		return err
	})
}

func TestForgedLinksAreNoLinks(t *testing.T) {
	d := newOnlineDemo(t)
	link := d.book("11111111-1")
	other, err := d.store.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "Otra", Zona: "America/Santiago"})
	must(t, err)
	token := strings.TrimPrefix(link, "/r/")
	e, _ := readSello(token)
	clave := ""
	d.view(func(tx tomahora.Tx) error { clave = tx.Config().Online().Clave; return nil })
	forged := map[string]string{
		"another cita":            seal("otra clave", selloCita, e.clinica, e.id+1),
		"a reserva":               seal(clave, selloReserva, e.clinica, e.id),
		"a clinic without a key":  seal("", selloCita, other, e.id),
		"no such clinic":          seal(clave, selloCita, 99, e.id),
		"no such cita":            seal(clave, selloCita, e.clinica, e.id+1),
		"cut":                     token[:len(token)-2],
		"longer":                  token + "AA",
		"a bit of it changed":     flip(token),
		"not of our alphabet":     "á" + token,
		"of a clinic in disguise": seal(clave, selloCita, -1, e.id),
	}
	for name, text := range forged {
		for _, path := range []string{"", "/cita.ics", "/anular", "/mover"} {
			if w := browse(t, d, "/r/"+text+path); w.Code != http.StatusNotFound {
				t.Errorf("%s, %s: answered %d", name, path, w.Code)
			}
		}
		if w := submit(t, d, "/r/"+text+"/anular", nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: annulling was answered %d", name, w.Code)
		}
	}
	has(t, d.get(link, http.StatusOK), "Su hora")
}

// flip changes a bit in the middle of a link.
func flip(token string) string {
	b := []byte(token)
	b[len(b)/2] ^= 1
	return string(b)
}

func TestCalendarFile(t *testing.T) {
	d := newOnlineDemo(t)
	link := d.book("11111111-1")
	read := func() *ics.VEvent {
		t.Helper()
		w := d.get(link+"/cita.ics", http.StatusOK)
		if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "text/calendar") {
			t.Errorf("is %s", got)
		}
		cal, err := ics.ParseCalendar(w.Body)
		must(t, err)
		if len(cal.Events()) != 1 {
			t.Fatalf("%d events", len(cal.Events()))
		}
		return cal.Events()[0]
	}
	value := func(e *ics.VEvent, p ics.ComponentProperty) string {
		if got := e.GetProperty(p); got != nil {
			return got.Value
		}
		return ""
	}
	first := read()
	for p, want := range map[ics.ComponentProperty]string{
		ics.ComponentPropertyDtStart: "20261130T120000Z", ics.ComponentPropertyDtEnd: "20261130T121500Z", ics.ComponentPropertySequence: "0",
		ics.ComponentPropertyStatus: "CONFIRMED", ics.ComponentPropertySummary: "Hora con Javiera Soto, Clínica Demo",
		ics.ComponentPropertyUrl: "http://example.com" + link, ics.ComponentPropertyLocation: "Clínica Demo, NORTE, Av. La Paz 1003, Independencia",
	} {
		if got := value(first, p); got != want {
			t.Errorf("%s is %q, want %q", p, got, want)
		}
	}
	d.post(link+"/mover", url.Values{"hora": {"1.2.2026-12-01.10:00.0"}}, http.StatusSeeOther)
	moved := read()
	d.post(link+"/anular", nil, http.StatusSeeOther)
	annulled := read()
	if first.Id() != moved.Id() || moved.Id() != annulled.Id() || len(first.Id()) < 32 {
		t.Errorf("known as %s, %s, %s", first.Id(), moved.Id(), annulled.Id())
	}
	if got := value(moved, ics.ComponentPropertyDtStart); got != "20261201T130000Z" || value(moved, ics.ComponentPropertySequence) != "1" {
		t.Errorf("moved to %s, sequence %s", got, value(moved, ics.ComponentPropertySequence))
	}
	if value(annulled, ics.ComponentPropertyStatus) != "CANCELLED" || value(annulled, ics.ComponentPropertySequence) != "2" {
		t.Errorf("annulled as %s, sequence %s", value(annulled, ics.ComponentPropertyStatus), value(annulled, ics.ComponentPropertySequence))
	}
}

func TestHourCodes(t *testing.T) {
	for _, code := range []string{"", "1", "1.2.2026-11-30.09:00", "x.1.2026-11-30.09:00.0", "1.x.2026-11-30.09:00.0", "1.1.2026-02-30.09:00.0", "1.1.2026-11-30.24:30.0"} {
		if _, ok := parseHora(code); ok {
			t.Errorf("%q is read as an hour", code)
		}
	}
	h, ok := parseHora("2.1.2026-11-30.09:45.1")
	if !ok || codeOf(h) != "2.1.2026-11-30.09:45.1" || !h.Videoconsulta || h.Inicio != 585 {
		t.Errorf("read %+v", h)
	}
}

func TestAjustesOnline(t *testing.T) {
	d := newOnlineDemo(t)
	admin := newTestWeb(t, userOf(tomahora.RolAdministracion), d.store)
	page := browse(t, admin, "/ajustes/online")
	has(t, page, `href="/reservar/1"`, `name="horizonte" value="60"`, "Javiera Soto")
	f := url.Values{
		"activa": {"1"}, "horizonte": {"30"}, "aviso": {"0"}, "modalidad": {"presencial"}, "origenes": {"https://Www.Clinica.cl/\r\nhttp://b.cl"}, "profesionales": {"2", "6"},
	}
	if w := submit(t, admin, "/ajustes/online", f); w.Code != http.StatusSeeOther {
		t.Fatalf("answered %d\n%s", w.Code, w.Body)
	}
	d.view(func(tx tomahora.Tx) error {
		cfg := tx.Config()
		want := tomahora.ReservaOnline{
			Activa: true, Horizonte: 30, Modalidad: tomahora.Presencial, Origenes: "https://www.clinica.cl http://b.cl", Clave: cfg.Online().Clave,
		}
		if cfg.Online() != want || want.Clave == "" {
			t.Errorf("kept %+v", cfg.Online())
		}
		var ids []tomahora.ProfesionalID
		for _, p := range cfg.ProfesionalesOnline() {
			ids = append(ids, p.ID)
		}
		if len(ids) != 2 || ids[0] != 2 || ids[1] != 6 {
			t.Errorf("one can book with %v", ids)
		}
		return nil
	})
	f.Set("horizonte", "0")
	f.Set("origenes", "https://b.cl/x; script-src *")
	if w := submit(t, admin, "/ajustes/online", f); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("answered %d", w.Code)
	} else {
		has(t, w, `id="campo-horizonte-error"`, `id="campo-origenes-error"`)
	}
	recepcion := newTestWeb(t, userOf(tomahora.RolRecepcion), d.store)
	if w := browse(t, recepcion, "/ajustes/online"); w.Code != http.StatusForbidden {
		t.Errorf("recepción was answered %d", w.Code)
	}
}
