package medilink

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tomahora/tomahora"
)

func TestARequestIsRepeatedUnderItsKey(t *testing.T) {
	const another = `{"nombre":"Otra","apellidos":"Rojas"}`
	f := newFace(t)
	key := header{"Idempotency-Key", "a-1"}
	first := f.send("POST", "/api/v5/pacientes", `{"nombre":"Ana","apellidos":"Rojas"}`, key)
	again := f.send("POST", "/api/v5/pacientes/", `{"nombre":"Ana","apellidos":"Rojas"}`, key)
	if first.Code != http.StatusCreated || again.Code != first.Code || again.Body.String() != first.Body.String() {
		t.Errorf("first %d %s, again %d %s", first.Code, first.Body, again.Code, again.Body)
	}
	if first.Header().Get(replayedHeader) != "" || again.Header().Get(replayedHeader) != "true" || again.Header().Get("ETag") != first.Header().Get("ETag") {
		t.Errorf("first %v, again %v", first.Header(), again.Header())
	}
	tests := map[string]struct {
		method, path, body string
		headers            []header
		status             int
		code               tomahora.Code
	}{
		"another body":                       {"POST", "/api/v5/pacientes", another, []header{key}, 422, tomahora.CodeIdempotenciaDistinta},
		"another body that cannot be read":   {"POST", "/api/v5/pacientes", "{", []header{key}, 422, tomahora.CodeIdempotenciaDistinta},
		"another query":                      {"POST", "/api/v5/pacientes?x=1", `{"nombre":"Ana","apellidos":"Rojas"}`, []header{key}, 422, tomahora.CodeIdempotenciaDistinta},
		"no token comes before the key":      {"POST", "/api/v5/pacientes", another, []header{key, {"Authorization", ""}}, 401, tomahora.CodeNoAutorizado},
		"a reading token, too":               {"POST", "/api/v5/pacientes", another, []header{key, {"Authorization", "Token lector"}}, 403, tomahora.CodeSinPermiso},
		"another path":                       {"POST", "/api/v6/pacientes", another, []header{key}, 201, ""},
		"another key":                        {"POST", "/api/v5/pacientes", another, []header{{"Idempotency-Key", "A-1"}}, 201, ""},
		"no key":                             {"POST", "/api/v5/pacientes", another, nil, 201, ""},
		"an empty key":                       {"POST", "/api/v5/pacientes", another, []header{{"Idempotency-Key", ""}}, 400, tomahora.CodeParametroInvalido},
		"a key with a space":                 {"POST", "/api/v5/pacientes", another, []header{{"Idempotency-Key", "a b"}}, 400, tomahora.CodeParametroInvalido},
		"a long key":                         {"POST", "/api/v5/pacientes", another, []header{{"Idempotency-Key", strings.Repeat("k", 256)}}, 400, tomahora.CodeParametroInvalido},
		"a body that cannot be read, at all": {"POST", "/api/v5/pacientes", "{", []header{{"Idempotency-Key", "b"}}, 400, tomahora.CodeCuerpoInvalido},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := f.send(test.method, test.path, test.body, test.headers...)
			if w.Code != test.status || test.code != "" && !strings.Contains(w.Body.String(), `"`+string(test.code)+`"`) {
				t.Errorf("status %d, body %s", w.Code, w.Body)
			}
		})
	}
}

// TestAFormIsRepeatedWithAnotherBoundary: a client draws one each time.
func TestAFormIsRepeatedWithAnotherBoundary(t *testing.T) {
	f := newFace(t)
	send := func(pairs ...string) (status int, replayed string) {
		contentType, body := multipartBody(pairs...)
		w := f.send("POST", "/api/v5/pacientes", body, header{"Content-Type", contentType}, header{"Idempotency-Key", "a"})
		return w.Code, w.Header().Get(replayedHeader)
	}
	for i, want := range []string{"", "true"} {
		if status, replayed := send("nombre", "Ana", "apellidos", "Rojas"); status != http.StatusCreated || replayed != want {
			t.Errorf("sending %d: status %d, replayed %q", i+1, status, replayed)
		}
	}
	if status, _ := send("nombre", "Ana", "apellidos", "Rojas Soto"); status != http.StatusUnprocessableEntity {
		t.Errorf("another form: status %d", status)
	}
}

func TestARefusalIsJudgedAfresh(t *testing.T) {
	f := newFace(t)
	key := header{"Idempotency-Key", "a"}
	body := `{"rut":"11.111.111-1","nombre":"Ana","apellidos":"Rojas"}`
	if w := f.send("POST", "/api/v5/pacientes", body, key); w.Code != http.StatusBadRequest {
		t.Fatalf("status %d, body %s", w.Code, w.Body)
	}
	f.store.pacientes[0].RUT = ""
	if w := f.send("POST", "/api/v5/pacientes", body, key); w.Code != http.StatusCreated || w.Header().Get(replayedHeader) != "" {
		t.Errorf("status %d, body %s", w.Code, w.Body)
	}
}

func TestAnAnswerWithoutABodyIsRepeated(t *testing.T) {
	f := newFace(t)
	made := f.send("POST", "/api/v5/horariosbloqueados", `{"id_sucursal":1,"fecha":"2018-12-03","hora_inicio":"09:00","hora_fin":"10:00"}`)
	if made.Code != http.StatusCreated {
		t.Fatalf("status %d, body %s", made.Code, made.Body)
	}
	path := fmt.Sprintf("/api/v5/horariosbloqueados/%d", f.store.cfg.Plan().Bloqueos[0].ID)
	key := header{"Idempotency-Key", "a"}
	for _, replayed := range []string{"", "true"} {
		w := f.send("DELETE", path, "", key)
		if w.Code != http.StatusNoContent || w.Body.Len() > 0 || w.Header().Get(replayedHeader) != replayed {
			t.Errorf("status %d, headers %v, body %s", w.Code, w.Header(), w.Body)
		}
	}
	if w := f.send("DELETE", path, ""); w.Code != http.StatusNotFound {
		t.Errorf("without the key: status %d", w.Code)
	}
}

func TestALostRaceChangesNothing(t *testing.T) {
	f := newFace(t)
	w := f.send("POST", "/api/v5/citas", seedJSON)
	if got := w.Header().Get("ETag"); w.Code != http.StatusCreated || got != `"1"` {
		t.Fatalf("status %d, ETag %s", w.Code, got)
	}
	if got := f.send("GET", "/api/v5/citas/754", "").Header().Get("ETag"); got != `"1"` {
		t.Errorf("ETag %s", got)
	}
	steps := []struct {
		path, body, match string
		status            int
		etag              string
	}{
		{"/api/v5/citas/754", `{"comentario":"a"}`, `"1"`, 200, `"2"`},
		{"/api/v5/citas/754", `{"comentario":"b"}`, `"1"`, 412, ""},
		{"/api/v5/citas/754", `{"comentario":"b"}`, `"1", W/"2"`, 200, `"3"`},
		{"/api/v5/citas/754", `{"comentario":"c"}`, `*`, 200, `"4"`},
		{"/api/v5/citas/754", `{"comentario":"d"}`, `"x"`, 412, ""},
		{"/api/v5/citas/9", `{"comentario":"d"}`, `"1"`, 404, ""},
		{"/api/v5/pacientes/2", `{"ciudad":"Talca"}`, `"7"`, 412, ""},
		{"/api/v5/pacientes/2", `{"ciudad":"Talca"}`, `"1"`, 200, `"1"`}, // the fake counts no versions of them
	}
	for _, s := range steps {
		w := f.send("PUT", s.path, s.body, header{"If-Match", s.match})
		if w.Code != s.status || w.Header().Get("ETag") != s.etag {
			t.Errorf("%+v: status %d, ETag %s, body %s", s, w.Code, w.Header().Get("ETag"), w.Body)
		}
	}
	if got := f.store.citas[0].Comentario; got != "c" {
		t.Errorf("comentario %q", got)
	}
	const newDate = `,"fecha":"2018-11-05","hora_inicio":"10:30"}`
	for body, want := range map[string]int{
		`{"id_sesion":754` + newDate: 412,
		`{"id_sesion":9` + newDate:   400, // as without a condition: the id is in the body
		`{"id_sesion":754}`:          412,
	} {
		if w := f.send("POST", "/api/v5/citas/changeDate", body, header{"If-Match", `"1"`}); w.Code != want {
			t.Errorf("changeDate %s: status %d, want %d: %s", body, w.Code, want, w.Body)
		}
	}
}
