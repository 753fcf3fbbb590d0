package mcp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/demo"
	"github.com/tomahora/tomahora/mcp"
	"github.com/tomahora/tomahora/sqlstore"
)

// now is a Thursday, 2026-11-26 at 9:05 in Santiago.
var now = time.Date(2026, 11, 26, 12, 5, 0, 0, time.UTC)

// face is /mcp over the demo clinic without its citas.
type face struct {
	http.Handler
	store tomahora.Store
	id    tomahora.ClinicaID
	log   bytes.Buffer
	t     *testing.T
}

func newFace(t *testing.T, wrap func(tomahora.Store) tomahora.Store) *face {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "demo.db"), sqlstore.Options{Clock: func() time.Time { return now }})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	id, err := store.CreateClinica(t.Context(), demo.Clinica())
	must(t, err)
	must(t, store.Update(t.Context(), id, func(tx tomahora.Tx) error { return demo.Seed(tx, true) }))
	_, err = store.CreateToken(t.Context(), tomahora.Token{IDClinica: id, Nombre: "demo"}, auth.Hash("demo"))
	must(t, err)
	f := &face{store: store, id: id, t: t}
	f.Handler, err = mcp.New(mcp.Options{
		Store: wrap(store), Auth: auth.New(store, time.Now), RequestID: func(context.Context) string { return "REQ1" },
		Logger: slog.New(slog.NewTextHandler(&f.log, nil)),
	})
	must(t, err)
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func asItIs(s tomahora.Store) tomahora.Store { return s }

// send sends a call of a tool; arguments are JSON.
func (f *face) send(token, tool, arguments string) *httptest.ResponseRecorder {
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, tool, arguments)
	r := httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

// call calls a tool; arguments are JSON. It returns the data of the answer, and the
// code of the failure if it is one.
func (f *face) call(tool, arguments string) (data, code string) {
	f.t.Helper()
	w := f.send("demo", tool, arguments)
	var said struct {
		Result struct {
			StructuredContent json.RawMessage
			IsError           bool
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || said.Result.StructuredContent == nil {
		f.t.Fatalf("%s: %d %s", tool, w.Code, w.Body)
	}
	var failed struct{ Error struct{ Code string } }
	must(f.t, json.Unmarshal(said.Result.StructuredContent, &failed))
	if said.Result.IsError != (failed.Error.Code != "") {
		f.t.Errorf("%s: error %t, %s", tool, said.Result.IsError, said.Result.StructuredContent)
	}
	return string(said.Result.StructuredContent), failed.Error.Code
}

// book makes a cita of paciente 1 and returns its id.
func (f *face) book(fecha, hora string) int64 {
	f.t.Helper()
	data, code := f.call("agendar", fmt.Sprintf(
		`{"id_paciente":1,"id_profesional":1,"id_sucursal":1,"id_sillon":1,"fecha":%q,"hora_inicio":%q,"duracion":15,"comentario":"en ayunas"}`, fecha, hora))
	var cita struct {
		IDCita int64 `json:"id_cita"`
	}
	must(f.t, json.Unmarshal([]byte(data), &cita))
	if code != "" || strings.Contains(data, "ayunas") || strings.Contains(data, "Juan") {
		f.t.Fatalf("booked %s", data)
	}
	return cita.IDCita
}

func TestFailuresSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := newFace(t, asItIs)
	cita := f.book("2026-12-01", "09:00")
	annulled := f.book("2026-12-01", "10:00")
	if _, code := f.call("anular", fmt.Sprintf(`{"id_paciente":1,"id_cita":%d}`, annulled)); code != "" {
		t.Fatal(code)
	}
	const place = `"id_profesional":1,"id_sucursal":1,"id_sillon":1,"fecha":"2026-12-01","duracion":15,"hora_inicio":`
	tests := map[string]struct{ tool, arguments, code, message string }{
		"nobody to look for":           {"buscar_paciente", `{}`, "parametro_requerido", "rut, email o celular"},
		"two ways to look":             {"buscar_paciente", `{"rut":"11111111-1","email":"a@b.cl"}`, "parametro_invalido", "uno solo"},
		"nobody with the RUT":          {"buscar_paciente", `{"rut":"12345678-5"}`, "no_encontrado", "el paciente"},
		"nobody with the e-mail":       {"buscar_paciente", `{"email":"nadie@example.com"}`, "no_encontrado", "el paciente"},
		"a part of an e-mail":          {"buscar_paciente", `{"email":"@"}`, "no_encontrado", "el paciente"},
		"an argument there is none of": {"buscar_paciente", `{"nombre":"Juan"}`, "parametro_invalido", "celular, email, rut"},
		"a text for a number":          {"agendar", `{"id_paciente":"uno"}`, "parametro_invalido", "integer"},
		"a number for a flag":          {"agendar", `{"videoconsulta":1}`, "parametro_invalido", "boolean"},
		"no object":                    {"agendar", `[]`, "cuerpo_invalido", "objeto JSON"},
		"nothing said":                 {"agendar", `{}`, "parametro_requerido", "id_profesional"},
		"a date that is none":          {"reservar_hora", `{"fecha":"2026-02-30","hora_inicio":"09:00","id_profesional":1,"id_sucursal":1,"id_sillon":1,"duracion":15}`, "parametro_invalido", "fecha"},
		"an hour that is none":         {"reservar_hora", `{` + place + `"las nueve"}`, "parametro_invalido", "HH:MM"},
		"a hold too long":              {"reservar_hora", `{` + place + `"11:00","ttl":901}`, "parametro_invalido", "entre 30 y 900"},
		"a taken hour":                 {"reservar_hora", `{` + place + `"09:00"}`, "tope_profesional", "tope"},
		"a taken hour, to book":        {"agendar", `{"id_paciente":2,` + place + `"09:00"}`, "tope_profesional", "tope"},
		"a hold there is none of":      {"agendar", `{"id_paciente":2,"id_reserva":9}`, "no_existe", "id_reserva"},
		"no cita named":                {"confirmar", `{"id_paciente":1}`, "parametro_requerido", "id_cita"},
		"no paciente named":            {"anular", `{"id_cita":754}`, "parametro_requerido", "id_paciente"},
		"a cita there is none of":      {"confirmar", `{"id_paciente":1,"id_cita":9999}`, "no_encontrado", "la cita"},
		"a cita of somebody else":      {"anular", fmt.Sprintf(`{"id_paciente":2,"id_cita":%d}`, cita), "no_encontrado", "la cita"},
		"somebody else's, to confirm":  {"confirmar", fmt.Sprintf(`{"id_paciente":2,"id_cita":%d}`, cita), "no_encontrado", "la cita"},
		"somebody else's, to move":     {"mover", fmt.Sprintf(`{"id_paciente":2,"id_cita":%d,"hora_inicio":"11:00"}`, cita), "no_encontrado", "la cita"},
		"an annulled one, to confirm":  {"confirmar", fmt.Sprintf(`{"id_paciente":1,"id_cita":%d}`, annulled), "cita_anulada", "confirmar"},
		"an annulled one, to move":     {"mover", fmt.Sprintf(`{"id_paciente":1,"id_cita":%d,"hora_inicio":"11:00"}`, annulled), "cita_anulada", "mover"},
		"a move to nowhere":            {"mover", fmt.Sprintf(`{"id_paciente":1,"id_cita":%d}`, cita), "sin_cambios", "cambio"},
		"a move to no hour":            {"mover", fmt.Sprintf(`{"id_paciente":1,"id_cita":%d,"hora_inicio":"tarde"}`, cita), "parametro_invalido", "HH:MM"},
		"a move out of hours":          {"mover", fmt.Sprintf(`{"id_paciente":1,"id_cita":%d,"hora_inicio":"22:00"}`, cita), "sin_horario", "horario"},
		"citas of nobody":              {"citas_del_paciente", `{}`, "parametro_requerido", "id_paciente"},
		"citas of an unknown":          {"citas_del_paciente", `{"id_paciente":999}`, "no_encontrado", "el paciente"},
		"an unknown especialidad":      {"buscar_horas", `{"especialidad":"Astrología"}`, "no_existe", "la especialidad"},
		"an unknown profesional":       {"buscar_horas", `{"id_profesional":99}`, "no_existe", "el profesional"},
		"an unknown sucursal":          {"buscar_horas", `{"id_sucursal":99}`, "no_existe", "la sucursal"},
		"too many hours":               {"buscar_horas", `{"limite":21}`, "parametro_invalido", "entre 1 y 20"},
		"a search of no length":        {"buscar_horas", `{"duracion":-5}`, "parametro_invalido", "minutos"},
		"a search backwards":           {"buscar_horas", `{"desde":"2026-12-02","hasta":"2026-12-01"}`, "parametro_invalido", "hasta"},
		"a search too long":            {"buscar_horas", `{"desde":"2026-12-01","hasta":"2027-03-01"}`, "parametro_invalido", "61 días"},
	}
	for name, test := range tests {
		data, code := f.call(test.tool, test.arguments)
		if code != test.code || !strings.Contains(data, test.message) || !strings.Contains(data, `"request_id":"REQ1"`) {
			t.Errorf("%s: %s %s: got %s, want %s with %q", name, test.tool, test.arguments, data, test.code, test.message)
		}
	}
	if f.log.Len() > 0 {
		t.Errorf("what is wrong with a request is logged: %s", &f.log)
	}
}

// TestOnePacienteAtATime: a contact that two share names nobody, and shows neither.
func TestOnePacienteAtATime(t *testing.T) {
	t.Parallel()
	f := newFace(t, asItIs)
	must(t, f.store.Update(t.Context(), f.id, func(tx tomahora.Tx) error {
		for _, nombre := range []string{"Rosa", "Pedro"} {
			p := tomahora.Paciente{Nombre: nombre, Apellidos: "Díaz", Celular: "+56922222222", Email: strings.ToLower(nombre) + "@example.com", Habilitado: true}
			if _, err := tx.Pacientes().Create(p, "token:1"); err != nil {
				return err
			}
		}
		return nil
	}))
	data, code := f.call("buscar_paciente", `{"celular":"+56922222222"}`)
	if code != "paciente_ambiguo" || strings.Contains(data, "Díaz") {
		t.Errorf("by a shared celular: got %s", data)
	}
	if data, code = f.call("buscar_paciente", `{"email":" Rosa@Example.com "}`); code != "" || !strings.Contains(data, `"nombre":"Rosa"`) || strings.Contains(data, "Pedro") {
		t.Errorf("by e-mail: got %s", data)
	}
	if data, code = f.call("buscar_paciente", `{"rut":"11.111.111-1"}`); code != "" || data != `{"id_paciente":1,"nombre":"Juan","apellidos":"Lopez","habilitado":true}` {
		t.Errorf("by RUT: got %s", data)
	}
}

// TestEachTokenSeesItsClinic: who asks is told apart, also while others ask.
func TestEachTokenSeesItsClinic(t *testing.T) {
	t.Parallel()
	f := newFace(t, asItIs)
	other, err := f.store.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "Otra", Zona: "America/Santiago"})
	must(t, err)
	must(t, f.store.Update(t.Context(), other, func(tx tomahora.Tx) error {
		_, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Otra", RUT: "11111111-1", Habilitado: true}, "token:2")
		return err
	}))
	_, err = f.store.CreateToken(t.Context(), tomahora.Token{IDClinica: other, Nombre: "otro"}, auth.Hash("otro"))
	must(t, err)
	var wg sync.WaitGroup
	for range 50 {
		for token, name := range map[string]string{"demo": "Juan", "otro": "Otra"} {
			wg.Go(func() {
				if w := f.send(token, "buscar_paciente", `{"rut":"11111111-1"}`); !strings.Contains(w.Body.String(), name) {
					t.Errorf("%s: got %s", token, w.Body)
				}
			})
		}
	}
	wg.Wait()
	for _, tool := range []string{"citas_del_paciente", "confirmar", "anular"} {
		id := f.book("2026-12-01", "09:00")
		arguments := `{"id_paciente":1}`
		if tool != "citas_del_paciente" {
			arguments = fmt.Sprintf(`{"id_paciente":1,"id_cita":%d}`, id)
		}
		if w := f.send("otro", tool, arguments); strings.Contains(w.Body.String(), "Soto") || strings.Contains(w.Body.String(), `"id_cita":`) {
			t.Errorf("%s with another clinic's token: %s", tool, w.Body)
		}
	}
}

// TestTheCitasOfAPaciente are those that have not begun, the soonest first.
func TestTheCitasOfAPaciente(t *testing.T) {
	t.Parallel()
	f := newFace(t, asItIs)
	for _, at := range []string{"2026-12-01 09:00", "2026-11-26 09:00", "2026-11-30 16:00", "2026-11-26 09:15", "2026-11-25 10:00", "2026-11-30 08:00"} {
		fecha, hora, _ := strings.Cut(at, " ")
		f.book(fecha, hora)
	}
	data, _ := f.call("citas_del_paciente", `{"id_paciente":1}`)
	var said struct {
		Citas []struct {
			Fecha      string
			Dia        string
			HoraInicio string `json:"hora_inicio"`
		}
	}
	must(t, json.Unmarshal([]byte(data), &said))
	if want := "[{2026-11-26 jueves 09:15} {2026-11-30 lunes 08:00} {2026-11-30 lunes 16:00} {2026-12-01 martes 09:00}]"; fmt.Sprint(said.Citas) != want {
		t.Errorf("got %v, want %s", said.Citas, want)
	}
	if data, _ = f.call("citas_del_paciente", `{"id_paciente":2}`); data != `{"citas":[]}` {
		t.Errorf("of another: %s", data)
	}
}

// TestAMoveKeepsWhatIsNotSaid: only what an assistant says changes.
func TestAMoveKeepsWhatIsNotSaid(t *testing.T) {
	t.Parallel()
	f := newFace(t, asItIs)
	id := f.book("2026-12-01", "09:00")
	data, code := f.call("mover", fmt.Sprintf(`{"id_paciente":1,"id_cita":%d,"fecha":"2026-12-02","id_sucursal":2}`, id))
	for _, want := range []string{`"fecha":"2026-12-02"`, `"dia":"miércoles"`, `"hora_inicio":"09:00"`, `"sucursal":"SUR"`, `"profesional":"Javiera Soto"`, `"duracion":15`} {
		if code != "" || !strings.Contains(data, want) {
			t.Errorf("got %s, want %s", data, want)
		}
	}
	must(t, f.store.View(t.Context(), f.id, func(tx tomahora.Tx) error {
		c, err := tx.Citas().Get(tomahora.CitaID(id))
		if c.Comentario != "en ayunas" || c.Version != 2 || c.Origen != "token:1" {
			t.Errorf("got %+v", c)
		}
		return err
	}))
}

// TestAMoveToAHeldHour offers an hour, holds it, and moves the cita there.
func TestAMoveToAHeldHour(t *testing.T) {
	t.Parallel()
	f := newFace(t, asItIs)
	id := f.book("2026-12-01", "09:00")
	data, code := f.call("reservar_hora",
		`{"id_paciente":1,"id_profesional":1,"id_sucursal":1,"id_sillon":1,"fecha":"2026-12-01","hora_inicio":"11:00","duracion":15}`)
	var held struct {
		IDReserva int64 `json:"id_reserva"`
	}
	must(t, json.Unmarshal([]byte(data), &held))
	if code != "" || held.IDReserva == 0 {
		t.Fatalf("held %s", data)
	}
	if data, code := f.call("mover", fmt.Sprintf(`{"id_paciente":1,"id_cita":%d,"hora_inicio":"11:00"}`, id)); code != "tope_reserva" {
		t.Errorf("without the hold: %s", data)
	}
	data, code = f.call("mover", fmt.Sprintf(`{"id_paciente":1,"id_cita":%d,"id_reserva":%d}`, id, held.IDReserva))
	if code != "" || !strings.Contains(data, `"hora_inicio":"11:00"`) || !strings.Contains(data, fmt.Sprintf(`"id_cita":%d,`, id)) {
		t.Errorf("moved %s", data)
	}
}

// broken is a store of which every transaction fails.
type broken struct {
	tomahora.Store
	err error
}

func (b broken) View(context.Context, tomahora.ClinicaID, func(tomahora.Tx) error) error {
	return b.err
}

// TestAFailureOfTheServersOwn shows nothing of itself, and is logged.
func TestAFailureOfTheServersOwn(t *testing.T) {
	t.Parallel()
	for code, err := range map[string]error{"error_interno": errors.New("secret"), "no_disponible": tomahora.Unavailable(errors.New("secret"))} {
		f := newFace(t, func(s tomahora.Store) tomahora.Store { return broken{s, err} })
		data, got := f.call("buscar_horas", `{}`)
		if got != code || strings.Contains(data, "secret") || !strings.Contains(data, "REQ1") {
			t.Errorf("got %s, want %s", data, code)
		}
		if log := f.log.String(); !strings.Contains(log, "secret") || !strings.Contains(log, "REQ1") {
			t.Errorf("%s: the log says %q", code, log)
		}
	}
}
