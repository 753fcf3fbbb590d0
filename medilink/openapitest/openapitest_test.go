package openapitest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	estado    = `{"id":1,"nombre":"Anulado","color":"#f5b6a1","reservado":1,"anulacion":1,"uso_interno":0,"habilitado":1,"links":[]}`
	refused   = `{"error":{"message":"No","code":"no","errors":[],"request_id":"R"}}`
	emptyPage = `{"data":[],"links":{"current":"http://x/","next":null,"prev":null}}`
	newEstado = `{"nombre":"Nuevo","anulacion":"1"}`
	jsonType  = "application/json"
	formType  = "application/x-www-form-urlencoded"
)

// A check that lets everything pass would be worth nothing.
func TestCheckTellsWhatMatchesFromWhatDoesNot(t *testing.T) {
	doc, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		method, target, contentType, reqBody string
		status                               int
		body                                 string
		want                                 string // a part of the error; "" when all is well
	}{
		"an answer as documented":                   {"GET", "/api/v5/citas/estados/1", "", "", 200, `{"data":` + estado + `}`, ""},
		"a literal segment wins over a parameter":   {"GET", "/api/v1/citas/estados/", "", "", 200, emptyPage, ""},
		"HEAD is GET without a body":                {"HEAD", "/api/v5/citas/estados", "", "", 200, "", ""},
		"an answer without a member":                {"GET", "/api/v5/citas/estados/1", "", "", 200, `{"data":` + strings.Replace(estado, `"id":1,`, "", 1) + `}`, "id"},
		"an answer with a member nobody documented": {"GET", "/api/v5/citas/estados/1", "", "", 200, `{"data":` + strings.Replace(estado, `"id":1`, `"id":1,"x":1`, 1) + `}`, "x"},
		"a boolean for 0 or 1":                      {"GET", "/api/v5/citas/estados/1", "", "", 200, `{"data":` + strings.Replace(estado, `"anulacion":1`, `"anulacion":true`, 1) + `}`, "anulacion"},
		"an undocumented status":                    {"GET", "/api/v5/citas/estados/1", "", "", 206, `{"data":` + estado + `}`, "status is not supported"},
		"an internal error":                         {"GET", "/api/v5/citas/estados/1", "", "", 500, refused, "status is not supported"},
		"an error without the envelope":             {"GET", "/api/v5/citas/estados/1", "", "", 404, `{"message":"No"}`, "error"},
		"a q as documented":                         {"GET", `/api/v5/citas/estados?q=` + `{"anulacion":{"eq":true},"id":[{"gte":"1"},{"lt":9}]}`, "", "", 200, emptyPage, ""},
		"a q on an unknown column":                  {"GET", `/api/v5/citas/estados?q={"color":{"eq":"x"}}`, "", "", 200, emptyPage, "color"},
		"a refused q need not be documented":        {"GET", `/api/v5/citas/estados?q={"color":{"eq":"x"}}`, "", "", 400, refused, ""},
		"a cursor brings its q along":               {"GET", `/api/v5/citas/estados?q={&cursor=x`, "", "", 200, emptyPage, ""},
		"a body in JSON":                            {"POST", "/api/v5/citas/estados", jsonType, newEstado, 201, `{"data":` + estado + `}`, ""},
		"JSON that says it is text":                 {"POST", "/api/v5/citas/estados", "text/plain", newEstado, 201, `{"data":` + estado + `}`, ""},
		"a form":                                    {"POST", "/api/v5/citas/estados", formType, "nombre=Nuevo&anulacion=1", 201, `{"data":` + estado + `}`, ""},
		"a list in a form":                          {"POST", "/api/v5/profesionales/2/horariosespeciales", formType, "id_sucursal=1&fecha=2026-12-24&hora_inicio=09:00&hora_fin=13:00&sillones[]=x", 400, refused, ""},
		"a body without a required field":           {"POST", "/api/v5/citas/estados", jsonType, `{"nombre":"Nuevo"}`, 201, `{"data":` + estado + `}`, "anulacion"},
		"a form without a required field":           {"POST", "/api/v5/citas/estados", formType, "nombre=Nuevo", 201, `{"data":` + estado + `}`, "anulacion"},
		"a field of another type":                   {"POST", "/api/v5/citas/estados", jsonType, `{"nombre":"Nuevo","anulacion":[]}`, 201, `{"data":` + estado + `}`, "anulacion"},
		"an unknown route is a 404":                 {"GET", "/api/v5/nada", "", "", 404, refused, ""},
		"an unknown route that answers":             {"GET", "/api/v5/nada", "", "", 200, emptyPage, "no such operation"},
		"an unknown method is a 405":                {"DELETE", "/api/v5/citas", "", "", 405, refused, ""},
		"the token comes before the route":          {"GET", "/api/v5/nada", "", "", 401, refused, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, test.target, nil)
			r.Header.Set("Content-Type", test.contentType)
			header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
			err := check(doc, exchange{r, []byte(test.reqBody), test.status, header, []byte(test.body)})
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want an error about %q", err, test.want)
			}
		})
	}
}
