package medilink

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// fakeSender reaches nobody. Its clock is the real one of a store whose business
// clock stands still.
type fakeSender struct {
	now    time.Time
	probes []tomahora.WebhookID
}

func (f *fakeSender) CheckURL(url string) error {
	if !strings.HasPrefix(url, "https://") {
		return tomahora.Invalid(tomahora.CodeParametroInvalido, "url", "url", "debe empezar con https://")
	}
	return nil
}

func (f *fakeSender) Probe(_ context.Context, _ tomahora.ClinicaID, w tomahora.Webhook) tomahora.Intento {
	f.probes = append(f.probes, w.ID)
	return tomahora.Intento{Status: 500, Error: "respondió 500", Cuerpo: "ñ", Tardo: 12 * time.Millisecond}
}

func (f *fakeSender) Now() time.Time { return f.now }

// hooked is a face over the demo clinic, with the store behind it.
type hooked struct {
	face
	real tomahora.Store
}

// withWebhooks is such a face and the sender it has.
func withWebhooks(t *testing.T) (hooked, *fakeSender) {
	t.Helper()
	sender := &fakeSender{now: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)}
	var h hooked
	h.face = onDemo(t, func(o *Options) { o.Webhooks, h.real = sender, o.Store })
	return h, sender
}

// exchange makes a request and reads its answer's data, or the code of its error.
func exchange(t *testing.T, f hooked, method, path, body string) (int, string) {
	t.Helper()
	w := f.send(method, path, body)
	var got struct {
		Data  json.RawMessage
		Error struct{ Code string }
	}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	return w.Code, string(got.Data) + got.Error.Code
}

var keys = regexp.MustCompile(`(whk_|whsec_)[A-Za-z0-9+/=]+`)

func TestAWebhookIsManaged(t *testing.T) {
	f, sender := withWebhooks(t)
	want := func(method, path, body string, status int, want string) string {
		t.Helper()
		code, data := exchange(t, f, method, path, body)
		if diff := cmp.Diff(want, keys.ReplaceAllString(data, "${1}X")); code != status || diff != "" {
			t.Errorf("%s %s %s: %d %s", method, path, body, code, diff)
		}
		return data
	}
	hook := func(change ...string) string {
		text := `{"id":1,"url":"https://a.cl/x","entidades":["cita","reserva"],"acciones":[],"activo":1,"token":"whk_X","fecha_creacion":"2026-11-09 12:00:00",` +
			`"secreto_anterior_vence":"","links":[{"rel":"self","href":"http://api.medilink2.healthatom.com/api/v5/webhooks/1","method":"GET"},` +
			`{"rel":"entregas","href":"http://api.medilink2.healthatom.com/api/v5/webhooks/1/entregas","method":"GET"}]}`
		return strings.NewReplacer(change...).Replace(text)
	}
	withSecret := []string{`}]}`, `}],"secreto":"whsec_X"}`}
	first := want("POST", "/api/v5/webhooks", `{"url":"https://a.cl/x","entidades":["cita","reserva"]}`, 201, hook(withSecret...))
	want("GET", "/api/v5/webhooks/1/", "", 200, hook())
	want("GET", "/api/v5/webhooks", "", 200, "["+hook()+"]")
	want("GET", `/api/v5/webhooks?q={"activo":{"eq":0}}`, "", 200, "[]")
	off := []string{`"activo":1`, `"activo":0`, `["cita","reserva"]`, `[]`, `"acciones":[]`, `"acciones":["created","deleted"]`}
	want("PUT", "/api/v5/webhooks/1", `{"activo":0,"entidades":[],"acciones":"created,deleted"}`, 200, hook(off...))
	want("PUT", "/api/v5/webhooks/1", `{"activo":0}`, 200, hook(off...))
	rotated := want("POST", "/api/v5/webhooks/1/rotar", "", 200,
		hook(append(append(off, withSecret...), `"secreto_anterior_vence":""`, `"secreto_anterior_vence":"2026-12-02 09:00:00"`)...))
	secret := regexp.MustCompile(`whsec_[^"]+`)
	if secret.FindString(first) == secret.FindString(rotated) {
		t.Error("the secret is the same after it was replaced")
	}
	sender.now = sender.now.Add(25 * time.Hour)
	want("GET", "/api/v5/webhooks/1", "", 200, hook(off...))
	want("POST", "/api/v5/webhooks/1/probar", "", 200, `{"entregado":0,"status":500,"error":"respondió 500","respuesta":"ñ","milisegundos":12}`)
	want("DELETE", "/api/v5/webhooks/1", "", 204, "")
	for _, gone := range [][3]string{
		{"GET", ""}, {"PUT", "", `{"activo":1}`}, {"DELETE", ""}, {"POST", "/rotar"}, {"POST", "/probar"}, {"GET", "/entregas"}, {"POST", "/reenviar", `{"muertas":1}`},
	} {
		want(gone[0], "/api/v5/webhooks/1"+gone[1], gone[2], 404, "no_encontrado")
	}
	want("POST", "/api/v5/webhooks", `{"url":"https://a.cl/x","entidades":["cita","reserva"],"activo":0}`, 201,
		hook(append(withSecret, `"id":1`, `"id":2`, "webhooks/1", "webhooks/2", `"activo":1`, `"activo":0`)...))
}

func TestAWebhookIsRefused(t *testing.T) {
	f, _ := withWebhooks(t)
	f.send("POST", "/api/v5/webhooks", `{"url":"https://a.cl"}`)
	tests := map[string]struct {
		method, path, body string
		status             int
		code               tomahora.Code
	}{
		"no URL":                {"POST", "", `{}`, 400, tomahora.CodeParametroRequerido},
		"a URL that is refused": {"POST", "", `{"url":"http://a.cl"}`, 400, tomahora.CodeParametroInvalido},
		"a changed URL":         {"PUT", "/1", `{"url":"http://a.cl"}`, 400, tomahora.CodeParametroInvalido},
		"a URL that is none":    {"POST", "", `{"url":true}`, 400, tomahora.CodeParametroInvalido},
		"an unknown entidad":    {"POST", "", `{"url":"https://a.cl","entidades":["pago"]}`, 400, tomahora.CodeParametroInvalido},
		"a list that is none":   {"POST", "", `{"url":"https://a.cl","entidades":{"a":1}}`, 400, tomahora.CodeParametroInvalido},
		"an unknown accion":     {"PUT", "/1", `{"acciones":[1]}`, 400, tomahora.CodeParametroInvalido},
		"no change":             {"PUT", "/1", `{}`, 400, tomahora.CodeSinCambios},
		"an id that is none":    {"GET", "/x", ``, 400, tomahora.CodeParametroInvalido},
		"nothing to send again": {"POST", "/1/reenviar", `{}`, 400, tomahora.CodeParametroInvalido},
		"two things at once":    {"POST", "/1/reenviar", `{"muertas":1,"desde":2}`, 400, tomahora.CodeParametroInvalido},
		"a delivery of nothing": {"POST", "/1/reenviar", `{"id_evento":999999}`, 404, tomahora.CodeNoEncontrado},
		"another filter":        {"GET", `/1/entregas?q={"entidad":{"eq":"cita"}}`, ``, 400, tomahora.CodeFiltroNoPermitido},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, got := exchange(t, f, test.method, "/api/v5/webhooks"+test.path, test.body)
			if code != test.status || got != string(test.code) {
				t.Errorf("got %d %s, want %d %s", code, got, test.status, test.code)
			}
		})
	}
	for range tomahora.MaxWebhooks - 1 {
		f.send("POST", "/api/v5/webhooks", `{"url":"https://a.cl"}`)
	}
	if code, got := exchange(t, f, "POST", "/api/v5/webhooks", `{"url":"https://a.cl"}`); code != 400 || got != string(tomahora.CodeDemasiadosWebhooks) {
		t.Errorf("one too many: %d %s", code, got)
	}
}

func TestWebhooksAreNotForTokensThatOnlyRead(t *testing.T) {
	f := newFace(t, func(o *Options) { o.Webhooks = &fakeSender{} })
	reader := header{"Authorization", "Token lector"}
	for _, route := range []string{
		"GET ", "POST ", "GET /1", "PUT /1", "DELETE /1", "POST /1/rotar", "POST /1/probar", "GET /1/entregas", "POST /1/reenviar",
	} {
		method, path, _ := strings.Cut(route, " ")
		w := f.send(method, "/api/v5/webhooks"+path, "", reader)
		if got := errorOf(t, w); w.Code != 403 || got.Code != string(tomahora.CodeSinPermiso) {
			t.Errorf("%s: %d %s", route, w.Code, got.Code)
		}
	}
}

func TestATestMessageIsSentOnceUnderAKey(t *testing.T) {
	f, sender := withWebhooks(t)
	f.send("POST", "/api/v5/webhooks", `{"url":"https://a.cl"}`)
	key := header{"Idempotency-Key", "k"}
	first := f.send("POST", "/api/v5/webhooks/1/probar", "", key)
	again := f.send("POST", "/api/v5/webhooks/1/probar", "", key)
	if first.Code != 200 || again.Body.String() != first.Body.String() || again.Header().Get(replayedHeader) != "true" || len(sender.probes) != 1 {
		t.Errorf("got %d and %d, %d probes", first.Code, again.Code, len(sender.probes))
	}
	other := f.send("POST", "/api/v5/webhooks/1/probar", "{}", key)
	if got := errorOf(t, other); other.Code != 422 || got.Code != string(tomahora.CodeIdempotenciaDistinta) {
		t.Errorf("got %d %s", other.Code, got.Code)
	}
}

func TestDeliveriesAreListedAndSentAgain(t *testing.T) {
	f, sender := withWebhooks(t)
	f.send("POST", "/api/v5/webhooks", `{"url":"https://a.cl","entidades":["paciente"]}`)
	var first tomahora.EventoID
	for range 3 {
		f.send("POST", "/api/v5/pacientes", `{"nombre":"Eva","apellidos":"Díaz"}`)
	}
	// What a deliverer would do: one is taken, one given up, one is tried again.
	update := func(fn func(hooks tomahora.Webhooks, tx tomahora.Tx) error) {
		t.Helper()
		if err := f.real.Update(t.Context(), 1, func(tx tomahora.Tx) error { return fn(tx.Webhooks(), tx) }); err != nil {
			t.Fatal(err)
		}
	}
	update(func(hooks tomahora.Webhooks, tx tomahora.Tx) error {
		last, err := tx.Eventos().Last()
		if err != nil {
			return err
		}
		first = last - 2
		eventos, err := tx.Eventos().Since(first-1, 10)
		if err != nil {
			return err
		}
		for _, e := range eventos {
			if err := hooks.Enqueue(1, e, sender.now); err != nil {
				return err
			}
		}
		return hooks.Look(1, last)
	})
	failed := tomahora.Intento{Status: 503, Error: "respondió 503"}
	update(func(hooks tomahora.Webhooks, _ tomahora.Tx) error {
		claimed, err := hooks.Claim(1, "a", sender.now, sender.now.Add(time.Minute), 3)
		if err != nil || len(claimed) != 3 {
			t.Fatalf("claimed %v, %v", claimed, err)
		}
		for _, e := range claimed {
			i := failed
			switch e.IDEvento - first {
			case 0:
				i = tomahora.Intento{Status: 200}
			case 1:
				e.Primero = sender.now.Add(-tomahora.ReintentosEntrega)
			}
			if _, err := hooks.Settle(e.After(i, sender.now, 0.5), "a", sender.now); err != nil {
				return err
			}
		}
		return nil
	})
	rows := func(query string) []entregaBody {
		t.Helper()
		code, data := exchange(t, f, "GET", "/api/v5/webhooks/1/entregas"+query, "")
		var rows []entregaBody
		if err := json.Unmarshal([]byte(data), &rows); err != nil || code != http.StatusOK {
			t.Fatalf("%s: %d %s", query, code, data)
		}
		return rows
	}
	all := rows("")
	want := entregaBody{
		IDEvento: int64(first) + 2, IDMensaje: tomahora.Entrega{IDWebhook: 1, IDEvento: first + 2}.MessageID(1), Accion: tomahora.Created,
		Entidad: "paciente", IDEntidad: all[0].IDEntidad, Estado: tomahora.Pendiente, Intentos: 1, UltimoStatus: 503, UltimoError: "respondió 503",
		ProximoIntento: "2026-12-01 09:00:00", FechaCreacion: "2026-12-01 09:00:00",
	}
	if diff := cmp.Diff(want, all[0]); len(all) != 3 || diff != "" {
		t.Errorf("%d rows, the first\n%s", len(all), diff)
	}
	if dead := rows(`?q={"estado":{"eq":"muerta"}}`); len(dead) != 1 || dead[0].IDEvento != int64(first)+1 || dead[0].FechaTermino == "" {
		t.Errorf("given up are %+v", dead)
	}
	if pages := rows("?limit=2&sort=id_evento:asc"); len(pages) != 2 || pages[0].IDEvento != int64(first) {
		t.Errorf("the first page is %+v", pages)
	}
	resend := func(body, want string) {
		t.Helper()
		if code, got := exchange(t, f, "POST", "/api/v5/webhooks/1/reenviar", body); code != 200 || got != want {
			t.Errorf("%s: %d %s, want %s", body, code, got, want)
		}
	}
	resend(`{"muertas":1}`, `{"reenviadas":1,"quedan":0,"desde":0}`)
	resend(`{"muertas":1}`, `{"reenviadas":0,"quedan":0,"desde":0}`)
	resend(`desde=1`, `{"reenviadas":200,"quedan":1,"desde":501}`) // the demo's own pacientes are among its first eventos
	for _, e := range all {
		resend(`{"id_evento":`+jsonText(e.IDEvento)+`}`, `{"reenviadas":1,"quedan":0,"desde":0}`)
	}
	for _, e := range rows(`?q={"estado":{"eq":"pendiente"}}`) {
		if e.Intentos != 0 || e.ProximoIntento == "" || e.FechaTermino != "" {
			t.Errorf("sent again is %+v", e)
		}
	}
	update(func(_ tomahora.Webhooks, tx tomahora.Tx) error { return tx.Eventos().Forget(first) })
	if code, got := exchange(t, f, "POST", "/api/v5/webhooks/1/reenviar", jsonText(map[string]any{"desde": first})); code != 410 || got != string(tomahora.CodeCursorVencido) {
		t.Errorf("got %d %s", code, got)
	}
	resend(`{"desde":`+jsonText(first+1)+`}`, `{"reenviadas":2,"quedan":0,"desde":0}`)
}

func jsonText(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

func TestWhatAReceiverIsTold(t *testing.T) {
	f, _ := withWebhooks(t)
	var sol tomahora.Solicitud
	hora, duracion, no := tomahora.Hora(9*60), tomahora.Duracion(30), false
	sol = tomahora.Solicitud{
		IDProfesional: 2, IDSucursal: 1, IDSillon: 1, IDEstado: tomahora.EstadoNoConfirmado, IDPaciente: 2, Fecha: fecha("2026-11-30"), HoraInicio: &hora,
		Duracion: &duracion, Videoconsulta: &no, Comentario: "privado",
	}
	tests := map[string]struct {
		entidad string
		id      int64
		want    string // how data begins, or a part of it
	}{
		"a cita": {"cita", 754, `{"action":"modified","entity":"cita","data":{"id":754,"fecha":"2026-11-30","hora_inicio":"09:00:00","hora_fin":"09:30:00","duracion":30,` +
			`"id_sucursal":1,"id_profesional":2,"id_sillon":1,"id_estado":7,"estado_cita":"No confirmado","estado_anulacion":0,"id_paciente":2,` +
			`"nombre_paciente":"Fernanda Risopatrón","nombre_profesional":"Daniel Vergara","nombre_sucursal":"NORTE","nombre_sillon":"Sillon 1","id_atencion":2,` +
			`"nombre_atencion":"Exodoncia","fecha_actualizacion":"2026-11-09 12:00:00","videoconsulta":0,"fecha_creacion":"2026-11-09 12:00:00","origen":"demo","version":1,"id_cita_anterior":0}}` + "\n"},
		"a paciente":             {"paciente", 2, `"data":{"id":2,"rut":`},
		"an atención":            {"atencion", 2, `"data":{"id":2,"nombre":"Exodoncia",`},
		"a profesional":          {"profesional", 2, `"data":{"id":2,"rut":`},
		"a horario":              {"horario", 1, `"data":{"id":1,"id_profesional":1,"id_sucursal":1,"dia":1,`},
		"a sucursal":             {"sucursal", 1, `"data":{"id":1,"nombre":"NORTE",`},
		"a sillón":               {"sillon", 3, `"data":{"id":3,"nombre":"Box 3"}`},
		"an especialidad":        {"especialidad", 1, `"data":{"id":1,"nombre":`},
		"an estado":              {"estado", 7, `"data":{"id":7,"nombre":"No confirmado",`},
		"a cita that is none":    {"cita", 9999, `{"action":"modified","entity":"cita","data":{"id":9999}}` + "\n"},
		"a horario that is gone": {"horario", 9999, `"data":{"id":9999}}`},
		"a bloqueo that is gone": {"horario_bloqueado", 9999, `"data":{"id":9999}}`},
		"what is not shown":      {"contrato", 4, `"data":{"id":4}}`},
	}
	err := f.real.Update(t.Context(), 1, func(tx tomahora.Tx) error {
		_, err := agenda.Agendar(tx, tomahora.TokenID(1).Actor(), sol)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = f.real.View(t.Context(), 1, func(tx tomahora.Tx) error {
		for name, test := range tests {
			body, err := Aviso(tx, tomahora.Entrega{Accion: tomahora.Modified, Entidad: test.entidad, IDEntidad: test.id})
			if err != nil || !strings.Contains(string(body), test.want) || !json.Valid(body) {
				t.Errorf("%s: %v\n got %s\nwant %s", name, err, body, test.want)
			}
			if strings.Contains(string(body), `"links"`) || strings.Contains(string(body), "privado") {
				t.Errorf("%s: too much is told: %s", name, body)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
