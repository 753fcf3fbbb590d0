package medilink

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

func TestABookingIsAnsweredInTheSeedsShape(t *testing.T) {
	f := newFace(t)
	w := f.send("POST", "/api/v5/citas/", seedForm, header{"Content-Type", formType})
	const want = `{"data":{"id":754,"id_paciente":2,"nombre_paciente":"Fernanda Risopatrón","id_estado":7,"estado_cita":"No confirmado",` +
		`"estado_anulacion":0,"id_atencion":2,"nombre_tratamiento":"Exodoncia","id_profesional":2,"nombre_profesional":"Daniel Vergara",` +
		`"id_sucursal":1,"nombre_sucursal":"NORTE","id_sillon":1,"nombre_sillon":"Sillon 1","fecha":"2018-11-02","hora_inicio":"09:00:00",` +
		`"hora_fin":"09:30:00","duracion":30,"comentarios":"Control general","fecha_actualizacion":"2018-11-05 17:09:01","links":[` +
		`{"rel":"self","href":"http://api.medilink2.healthatom.com/api/v5/citas/754","method":"GET"},` +
		`{"rel":"pacientes","href":"http://api.medilink2.healthatom.com/api/v5/pacientes/2","method":"GET"},` +
		`{"rel":"atenciones","href":"http://api.medilink2.healthatom.com/api/v5/atenciones/2","method":"GET"}],"videoconsulta":1,` +
		`"fecha_creacion":"2018-11-05 17:09:01","origen":"","version":1,"id_cita_anterior":0}}` + "\n"
	if diff := cmp.Diff(want, w.Body.String()); w.Code != http.StatusCreated || diff != "" {
		t.Fatalf("status %d, body\n%s", w.Code, diff)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	if _, ok := w.Header()["Idempotent-Replayed"]; ok {
		t.Error("a first booking is no replay")
	}

	again := f.send("POST", "/api/v5/citas", seedJSON, header{"Content-Type", jsonType})
	if again.Code != http.StatusCreated || again.Body.String() != want || again.Header().Get("Idempotent-Replayed") != "true" {
		t.Errorf("the same request again: status %d, headers %v", again.Code, again.Header())
	}
	if got := f.send("GET", "/api/v5/citas/754", ""); got.Code != http.StatusOK || got.Body.String() != want {
		t.Errorf("status %d, body %s", got.Code, got.Body)
	}
}

func TestLinksKeepThePrefixOfTheRequest(t *testing.T) {
	f := newFace(t)
	for _, prefix := range prefixes() {
		w := f.send("POST", prefix+"/citas", seedJSON)
		if href := `"href":"http://api.medilink2.healthatom.com` + prefix + `/citas/754"`; !strings.Contains(w.Body.String(), href) {
			t.Errorf("%s: %s", prefix, w.Body)
		}
	}
}

func TestPacienteShowsEveryDocumentedAttribute(t *testing.T) {
	w := newFace(t).send("GET", "/api/v5/pacientes/2", "")
	const want = `{"data":{"id":2,"rut":"11111111-1","tipo_documento":0,"nombre":"Fernanda","nombre_social":"","apellidos":"Risopatrón",` +
		`"fecha_nacimiento":"0000-00-00","fecha_afiliacion":"2018-01-02","telefono":"","celular":"","ciudad":"","comuna":"","direccion":"",` +
		`"email":"","sexo":"F","id_genero":0,"numero_ficha":"","observaciones":"<b> & más","tiene_cargas":0,"es_carga":0,` +
		`"fecha_deshabilitacion":"","id_usuario_deshabilitacion":"","habilitado":1,"links":[` +
		`LINKS],"fecha_creacion":"2018-01-02 10:00:00","version":1}}` + "\n"
	links := []string{`{"rel":"self","href":"http://api.medilink2.healthatom.com/api/v5/pacientes/2","method":"GET"}`}
	for _, l := range [][2]string{
		{"self", "apoderados"}, {"self", "archivos"}, {"self", "cargas"}, {"citas", "citas"}, {"convenios", "convenios"},
		{"devoluciones", "devoluciones"}, {"evoluciones", "evoluciones"}, {"pagos", "pagos"}, {"tratamientos", "tratamientos"},
		{"adicionales", "adicionales"}, {"tareas", "tareas"}, {"recetas", "recetas"}, {"notificacionesGes", "notificacionesGes"},
		{"atenciones", "atenciones"},
	} {
		links = append(links, `{"rel":"`+l[0]+`","href":"http://api.medilink2.healthatom.com/api/v5/pacientes/2/`+l[1]+`","method":"GET"}`)
	}
	if diff := cmp.Diff(strings.Replace(want, "LINKS", strings.Join(links, ","), 1), w.Body.String()); w.Code != http.StatusOK || diff != "" {
		t.Errorf("status %d, body\n%s", w.Code, diff)
	}
}

func TestAtencion(t *testing.T) {
	w := newFace(t).send("GET", "/api/v5/atenciones/2/", "")
	const want = `{"data":{"id":2,"nombre":"Exodoncia","id_tipo":1,"nombre_tipo":"Consulta","fecha":"2018-11-01","finalizado":0,"bloqueado":0,` +
		`"id_paciente":2,"nombre_paciente":"Fernanda Risopatrón","id_profesional":2,"nombre_profesional":"Daniel Vergara",` +
		`"id_sucursal":1,"nombre_sucursal":"NORTE","id_convenio":0,"nombre_convenio":"","total":0,"abonado":0,"abono_libre":0,"deuda":0,"asignado_realizado":0,` +
		`"asignado_sin_realizar":0,"total_realizado":0,"links":[` +
		`{"rel":"self","href":"http://api.medilink2.healthatom.com/api/v5/atenciones/2","method":"GET"}],` +
		`"tipo":"Consulta","tipo_atencion":"Consulta"}}` + "\n"
	if diff := cmp.Diff(want, w.Body.String()); w.Code != http.StatusOK || diff != "" {
		t.Errorf("status %d, body\n%s", w.Code, diff)
	}
}

func TestTransportErrorsComeInOrder(t *testing.T) {
	tooLong := `{"comentario":"` + strings.Repeat("x", maxBody) + `"}`
	none, reader := header{"Authorization", ""}, header{"Authorization", "token lector"}
	tests := map[string]struct {
		method, path, body string
		headers            []header
		status             int
		code               tomahora.Code
	}{
		"no token comes before an unknown route":   {"GET", "/api/v5/nada", "", []header{none}, 401, tomahora.CodeNoAutorizado},
		"no token comes before a wrong method":     {"DELETE", "/api/v5/citas", "", []header{none}, 401, tomahora.CodeNoAutorizado},
		"no token comes before a long body":        {"POST", "/api/v5/citas", tooLong, []header{none}, 401, tomahora.CodeNoAutorizado},
		"an unknown token":                         {"POST", "/api/v5/citas", seedJSON, []header{{"Authorization", "Token x"}}, 401, tomahora.CodeNoAutorizado},
		"another scheme":                           {"POST", "/api/v5/citas", seedJSON, []header{{"Authorization", "Bearer demo"}}, 401, tomahora.CodeNoAutorizado},
		"an unknown route comes before 403":        {"POST", "/api/v5/nada", "", []header{reader}, 404, tomahora.CodeNoEncontrado},
		"an unknown version":                       {"GET", "/api/v2/citas/1", "", nil, 404, tomahora.CodeNoEncontrado},
		"the root of the API":                      {"GET", "/api", "", nil, 404, tomahora.CodeNoEncontrado},
		"the root of a version":                    {"GET", "/api/v5/", "", nil, 404, tomahora.CodeNoEncontrado},
		"a wrong method comes before 403":          {"DELETE", "/api/v5/citas", "", []header{reader}, 405, tomahora.CodeMetodoNoPermitido},
		"a reader's booking comes before its size": {"POST", "/api/v5/citas", tooLong, []header{reader}, 403, tomahora.CodeSinPermiso},
		"a long body comes before what it says":    {"POST", "/api/v5/citas", tooLong, []header{{"Content-Encoding", "gzip"}}, 413, tomahora.CodeCuerpoDemasiadoGrande},
		"a body that cannot be read":               {"POST", "/api/v5/citas", "{", nil, 400, tomahora.CodeCuerpoInvalido},
		"a compressed body":                        {"POST", "/api/v5/citas", seedJSON, []header{{"Content-Encoding", "gzip"}}, 400, tomahora.CodeCuerpoInvalido},
		"an empty body":                            {"POST", "/api/v5/citas", "", nil, 400, tomahora.CodeParametroRequerido},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFace(t)
			w := f.send(test.method, test.path, test.body, test.headers...)
			if got := errorOf(t, w); w.Code != test.status || got.Code != string(test.code) {
				t.Errorf("got %d %s, want %d %s", w.Code, got.Code, test.status, test.code)
			}
			if got := w.Header().Get("WWW-Authenticate"); (got == "Token") != (test.status == 401) {
				t.Errorf("WWW-Authenticate %q", got)
			}
			if len(f.store.citas) > 0 {
				t.Error("something was written")
			}
		})
	}
}

func TestALongBodyOfUnknownLengthIsRefused(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/api/v5/citas", strings.NewReader(strings.Repeat(" ", maxBody+1)))
	r.ContentLength = -1
	r.Header.Set("Authorization", "Token demo")
	w := httptest.NewRecorder()
	newFace(t).ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", w.Code)
	}
}

func TestABodyOfTheGreatestLengthIsRead(t *testing.T) {
	body := seedJSON + strings.Repeat(" ", maxBody-len(seedJSON))
	if w := newFace(t).send("POST", "/api/v5/citas", body); w.Code != http.StatusCreated {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestABodyThatBreaksOffIsRefused(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/api/v5/citas", brokenReader{})
	r.Header.Set("Authorization", "Token demo")
	w := httptest.NewRecorder()
	newFace(t).ServeHTTP(w, r)
	if got := errorOf(t, w); w.Code != 400 || got.Code != "cuerpo_invalido" {
		t.Errorf("got %d %s", w.Code, got.Code)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestSeveralAuthorizationHeadersAreNone(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/api/v5/pacientes/2", nil)
	r.Header["Authorization"] = []string{"Token demo", "Token lector"}
	w := httptest.NewRecorder()
	newFace(t).ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}

func TestProblemsOfABookingAreAllListed(t *testing.T) {
	w := newFace(t).send("POST", "/api/v5/citas", "id_profesional=x&fecha=2018-02-29", header{"Content-Type", formType})
	got := errorOf(t, w)
	var fields []string
	for _, e := range got.Errors {
		fields = append(fields, e.Field+" "+e.Code)
	}
	want := []string{
		"id_profesional parametro_invalido", "id_sucursal parametro_requerido", "id_sillon parametro_requerido",
		"id_paciente parametro_requerido", "fecha parametro_invalido", "hora_inicio parametro_requerido", "duracion parametro_requerido",
	}
	if diff := cmp.Diff(want, fields); w.Code != 400 || diff != "" {
		t.Errorf("status %d\n%s", w.Code, diff)
	}
	if got.Message != got.Errors[0].Message || got.Code != got.Errors[0].Code {
		t.Error("message and code are not the first's")
	}
}

func TestATakenSlotIs400InTheVendorsWords(t *testing.T) {
	f := newFace(t)
	f.send("POST", "/api/v5/citas", seedJSON)
	w := f.send("POST", "/api/v5/citas", strings.Replace(seedJSON, "09:00", "09:15", 1))
	got := errorOf(t, w)
	if got.Alternativas == nil {
		t.Error("no other hours are told")
	}
	got.Alternativas = nil
	want := errorDetail{
		Message: "Profesional tiene tope con otra cita", Code: "tope_profesional", RequestID: "REQ1",
		Errors: []errorItem{{"hora_inicio", "tope_profesional", "Profesional tiene tope con otra cita"}},
	}
	if diff := cmp.Diff(want, got); w.Code != 400 || diff != "" {
		t.Errorf("status %d\n%s", w.Code, diff)
	}
}

func TestPathIDs(t *testing.T) {
	tests := map[string]struct {
		status int
		code   tomahora.Code
	}{
		"2":                   {200, ""},
		"02":                  {200, ""},
		"4":                   {404, tomahora.CodeNoEncontrado},
		"9223372036854775807": {404, tomahora.CodeNoEncontrado},
		"9223372036854775808": {400, tomahora.CodeParametroInvalido},
		"0":                   {400, tomahora.CodeParametroInvalido},
		"-1":                  {400, tomahora.CodeParametroInvalido},
		"+2":                  {400, tomahora.CodeParametroInvalido},
		"2.0":                 {400, tomahora.CodeParametroInvalido},
		"2e0":                 {400, tomahora.CodeParametroInvalido},
		"dos":                 {400, tomahora.CodeParametroInvalido},
		"%00":                 {400, tomahora.CodeParametroInvalido},
		"%FF":                 {400, tomahora.CodeParametroInvalido},
		"2%2F2":               {400, tomahora.CodeParametroInvalido},
		"%2e%2e":              {400, tomahora.CodeParametroInvalido},
		"2;x":                 {400, tomahora.CodeParametroInvalido},
		"%D9%A2":              {400, tomahora.CodeParametroInvalido},
	}
	for _, collection := range []string{"pacientes", "atenciones"} {
		for id, want := range tests {
			w := newFace(t).send("GET", "/api/v5/"+collection+"/"+id, "")
			if w.Code != want.status {
				t.Errorf("%s/%s: status %d, want %d", collection, id, w.Code, want.status)
			}
			if want.code == "" {
				continue
			}
			if got := errorOf(t, w); got.Code != string(want.code) {
				t.Errorf("%s/%s: code %s, want %s", collection, id, got.Code, want.code)
			}
		}
	}
	if w := newFace(t).send("GET", "/api/v5/citas/1", ""); w.Code != 404 {
		t.Errorf("an unknown cita: status %d", w.Code)
	}
}

func TestPathsAreNormalisedWithoutARedirect(t *testing.T) {
	for _, target := range []string{
		"/api/v5/pacientes/2", "/api/v5/pacientes/2/", "/api/v5/pacientes/2//", "//api/v5/pacientes/2", "/api//v5///pacientes/2",
		"/api/./v5/pacientes/2", "/api/v5/citas/../pacientes/2", "/api/v5/pacientes/2/.", "/api/v%35/pacientes/2",
		"/api/v5/pacientes/%32", "/api/v5/pacientes/2/?q=%7B%7D", "/api/v6/pacientes/2/", "/../api/v5/pacientes/2",
	} {
		u, err := url.ParseRequestURI(target) // as the server reads a request line
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = u
		r.Header.Set("Authorization", "Token demo")
		w := httptest.NewRecorder()
		newFace(t).ServeHTTP(w, r)
		if w.Code != 200 {
			t.Errorf("%s: status %d, Location %q", target, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestNoMethodOrPathIsEverRedirected(t *testing.T) {
	f := newFace(t)
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "TRACE", "PROPFIND"} {
		for _, path := range []string{"", "*", "/", "//", "/api", "/api/", "/api/v5", "/api/v5/nada//", "/api/v5/citas/.."} {
			r := httptest.NewRequest(method, "/", nil)
			r.URL.Path = path
			r.Header.Set("Authorization", "Token demo")
			w := httptest.NewRecorder()
			f.ServeHTTP(w, r)
			if w.Code < 400 || w.Header().Get("Location") != "" {
				t.Errorf("%s %q: status %d", method, path, w.Code)
			}
			errorOf(t, w)
		}
	}
}

func TestAllowNamesTheMethodsOfTheRoute(t *testing.T) {
	tests := map[string]string{"/api/v5/citas": "GET, HEAD, POST", "/api/v5/sucursales/1": "GET, HEAD", "/api/v5/horariosbloqueados/1": "DELETE, PUT"}
	for path, want := range tests {
		for _, method := range []string{"PATCH", "OPTIONS"} {
			w := newFace(t).send(method, path, "")
			if got := w.Header().Get("Allow"); w.Code != 405 || got != want {
				t.Errorf("%s %s: status %d, Allow %q, want %q", method, path, w.Code, got, want)
			}
		}
	}
	w := newFace(t, openTo("*")).send("PATCH", "/api/v5/citas", "")
	if got := w.Header().Get("Allow"); w.Code != 405 || got != "GET, HEAD, OPTIONS, POST" {
		t.Errorf("with CORS: status %d, Allow %q", w.Code, got)
	}
}

func TestHeadWorksWhereGetDoes(t *testing.T) {
	f := newFace(t)
	if w := f.send("HEAD", "/api/v5/pacientes/2", "", header{"Authorization", "Token lector"}); w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
	if w := f.send("HEAD", "/api/v5/citas/changeDate", ""); w.Code != 405 {
		t.Errorf("status %d", w.Code)
	}
}

// openTo lets browsers in from these origins.
func openTo(origins ...string) func(*Options) {
	return func(o *Options) { o.CORSOrigins = origins }
}

func TestAPreflightNeedsNoToken(t *testing.T) {
	tests := map[string]struct {
		origins             []string
		allowOrigin, varies string
	}{
		"of any origin":                {[]string{"*"}, "*", ""},
		"of one of the origins let in": {[]string{"https://otra.cl", "https://clinica.cl"}, "https://clinica.cl", "Origin"},
	}
	for name, test := range tests {
		for _, path := range []string{"/api/v5/citas/", "/api/v5/nada"} {
			w := newFace(t, openTo(test.origins...)).send("OPTIONS", path, "", header{"Authorization", ""}, header{"Origin", "https://clinica.cl"},
				header{"Access-Control-Request-Method", "POST"}, header{"Access-Control-Request-Headers", "authorization"})
			want := map[string]string{
				"Access-Control-Allow-Origin":   test.allowOrigin,
				"Access-Control-Allow-Methods":  "GET, HEAD, POST, PUT, DELETE",
				"Access-Control-Allow-Headers":  "Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID",
				"Access-Control-Expose-Headers": "ETag, Idempotent-Replayed, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id",
				"Vary":                          test.varies,
			}
			for h, value := range want {
				if got := w.Header().Get(h); got != value {
					t.Errorf("%s, %s: %s is %q, want %q", name, path, h, got, value)
				}
			}
			if w.Code != http.StatusNoContent {
				t.Errorf("%s, %s: status %d", name, path, w.Code)
			}
		}
	}
}

func TestBrowsersAreLetInOnlyWhereTheyAreTo(t *testing.T) {
	tests := map[string]struct {
		origins []string
		want    string
	}{
		"CORS is off":           {nil, ""},
		"any origin":            {[]string{"*"}, "*"},
		"this origin":           {[]string{"https://clinica.cl"}, "https://clinica.cl"},
		"another origin":        {[]string{"https://otra.cl"}, ""},
		"a part of this origin": {[]string{"https://clinica.c"}, ""},
	}
	for name, test := range tests {
		for _, path := range []string{"/api/v5/pacientes/2", "/api/v5/nada"} { // an error must be seen, too
			w := newFace(t, openTo(test.origins...)).send("GET", path, "", header{"Origin", "https://clinica.cl"})
			if got := w.Header().Get("Access-Control-Allow-Origin"); got != test.want {
				t.Errorf("%s: %s: Allow-Origin %q, want %q", name, path, got, test.want)
			}
			if got := w.Header().Get("Access-Control-Expose-Headers"); (got != "") != (test.want != "") {
				t.Errorf("%s: %s: Expose-Headers %q", name, path, got)
			}
		}
		w := newFace(t, openTo(test.origins...)).send("OPTIONS", "/api/v5/pacientes/2", "", header{"Origin", "https://clinica.cl"})
		if want := map[bool]int{true: 204, false: 405}[test.want != ""]; w.Code != want {
			t.Errorf("%s: OPTIONS: status %d, want %d", name, w.Code, want)
		}
	}
}

func TestAnInternalErrorShowsNothingButTheRequestID(t *testing.T) {
	f := newFace(t)
	f.store.err = errors.New("disk I/O error in /var/lib/secret.db")
	w := f.send("POST", "/api/v5/citas", seedJSON)
	got := errorOf(t, w)
	want := errorDetail{Message: "Error interno del servidor", Code: "error_interno", Errors: []errorItem{}, RequestID: "REQ1"}
	if diff := cmp.Diff(want, got); w.Code != 500 || diff != "" {
		t.Errorf("status %d\n%s", w.Code, diff)
	}
	if log := f.log.String(); !strings.Contains(log, "disk I/O error") || !strings.Contains(log, "REQ1") {
		t.Errorf("the log does not tell: %s", log)
	}
}

func TestAnUnreachableDatabaseIs503(t *testing.T) {
	causes := map[string]error{
		"the store says so":             tomahora.Unavailable(errors.New("connection refused")),
		"the store wraps it":            fmt.Errorf("update: %w", tomahora.Unavailable(errors.New("connection refused"))),
		"the request was given up":      fmt.Errorf("update: %w", context.Canceled),
		"the request took far too long": context.DeadlineExceeded,
	}
	for name, cause := range causes {
		t.Run(name, func(t *testing.T) {
			f := newFace(t)
			f.store.err = cause
			w := f.send("POST", "/api/v5/citas", seedJSON)
			if got := errorOf(t, w); w.Code != 503 || got.Code != "no_disponible" || w.Header().Get("Retry-After") != "1" {
				t.Errorf("got %d %s, Retry-After %q", w.Code, got.Code, w.Header().Get("Retry-After"))
			}
			if strings.Contains(name, "store") && !strings.Contains(f.log.String(), "connection refused") {
				t.Errorf("the log does not tell the cause: %s", f.log)
			}
		})
	}
}

// limitOf is a Limiter that lets one request of each token pass.
type limitOf map[tomahora.TokenID]bool

func (l limitOf) Allow(id tomahora.TokenID) Allowance {
	if l[id] {
		return Allowance{Limit: 1, RetryAfter: 2100 * time.Millisecond}
	}
	l[id] = true
	return Allowance{OK: true, Limit: 1}
}

func TestALimitedTokenIsTold429(t *testing.T) {
	f := newFace(t, func(o *Options) { o.Limiter = limitOf{} })
	first := f.send("GET", "/api/v5/pacientes/2", "")
	w := f.send("GET", "/api/v5/pacientes/2", "")
	if first.Code != 200 {
		t.Fatalf("status %d", first.Code)
	}
	for _, w := range []*httptest.ResponseRecorder{first, w} {
		if limit, left := w.Header().Get("X-RateLimit-Limit"), w.Header().Get("X-RateLimit-Remaining"); limit != "1" || left != "0" {
			t.Errorf("status %d: limit %q, remaining %q", w.Code, limit, left)
		}
	}
	got := errorOf(t, w)
	if w.Code != 429 || got.Code != "demasiadas_solicitudes" || got.Message != "Too Many Attempts" || w.Header().Get("Retry-After") != "3" {
		t.Errorf("got %d %s %q, Retry-After %q", w.Code, got.Code, got.Message, w.Header().Get("Retry-After"))
	}
	if w := f.send("GET", "/api/v5/pacientes/2", "", header{"Authorization", "Token lector"}); w.Code != 200 {
		t.Errorf("another token: status %d", w.Code)
	}
	if w := f.send("GET", "/api/v5/pacientes/2", "", header{"Authorization", "Token x"}); w.Code != 401 {
		t.Errorf("an unknown token: status %d", w.Code)
	}
}

func TestTheObserverLearnsRouteAndCaller(t *testing.T) {
	var seen []string
	f := newFace(t, func(o *Options) {
		o.Observe = func(_ context.Context, route string, p auth.Principal) {
			seen = append(seen, fmt.Sprintf("%s %d %d", route, p.IDClinica, p.IDToken))
		}
	})
	f.send("GET", "/api/v5/pacientes/2/", "")
	f.send("GET", "/api/v5/pacientes/2", "", header{"Authorization", ""})
	f.send("GET", "/api/v5/nada/11111111-1", "")
	want := []string{"/api/v5/pacientes/{id} 1 3", "/api/v5/pacientes/{id} 0 0", " 1 3"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

func TestEveryErrorIsValidJSON(t *testing.T) {
	w := httptest.NewRecorder()
	RenderError(w, "", tomahora.Invalid(tomahora.CodeParametroInvalido, "x", "<&>\"\n", "y"))
	if !json.Valid(w.Body.Bytes()) || !bytes.Contains(w.Body.Bytes(), []byte(`<&>`)) {
		t.Errorf("body %s", w.Body)
	}
}

func BenchmarkCreateCita(b *testing.B) {
	f := newFace(b)
	b.ReportAllocs()
	for b.Loop() {
		f.store.citas = f.store.citas[:0]
		if w := f.send("POST", "/api/v5/citas/", seedForm, header{"Content-Type", formType}); w.Code != http.StatusCreated {
			b.Fatal(w.Body)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, body := range map[string]struct{ contentType, body string }{"form": {formType, seedForm}, "JSON": {jsonType, seedJSON}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decode(body.contentType, body.body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
