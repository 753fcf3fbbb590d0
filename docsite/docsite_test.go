package docsite

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora/medilink/openapi"
)

func siteOf(document []byte) http.Handler {
	return New(func() ([]byte, error) { return document, nil })
}

func realDocument(t *testing.T) []byte {
	t.Helper()
	document, err := openapi.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func get(h http.Handler, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func TestTheSiteAnswersForItsOwnPathsOnly(t *testing.T) {
	h := siteOf(realDocument(t))
	tests := []struct {
		method, path string
		status       int
		contentType  string
	}{
		{"GET", "/docs", 200, "text/html; charset=utf-8"},
		{"HEAD", "/docs", 200, "text/html; charset=utf-8"},
		{"GET", "/docs/style.css", 200, "text/css; charset=utf-8"},
		{"GET", "/docs/docs.js", 200, "text/javascript; charset=utf-8"},
		{"GET", "/docs/icon.svg", 200, "image/svg+xml"},
		{"GET", "/docs/page.html", 404, "text/plain; charset=utf-8"},
		{"GET", "/docs/../etc", 404, "text/plain; charset=utf-8"},
		{"POST", "/docs", 405, "text/plain; charset=utf-8"},
	}
	for _, tt := range tests {
		w := get(h, tt.method, tt.path)
		if got := w.Header().Get("Content-Type"); w.Code != tt.status || got != tt.contentType {
			t.Errorf("%s %s: %d %s, want %d %s", tt.method, tt.path, w.Code, got, tt.status, tt.contentType)
		}
	}
	// Below a proxy's path only a relative address leads back.
	if w := get(h, "GET", "/docs/"); w.Code != http.StatusPermanentRedirect || w.Header().Get("Location") != "../docs" {
		t.Errorf("/docs/: %d to %q", w.Code, w.Header().Get("Location"))
	}
}

// The policy is only kept by a page that has nothing inline and loads nothing
// from elsewhere; a browser would drop the rest in silence.
func TestThePageKeepsItsContentPolicy(t *testing.T) {
	w := get(siteOf(realDocument(t)), "GET", "/docs")
	if got := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none';") || strings.Contains(got, "unsafe") {
		t.Errorf("policy %q", got)
	}
	forbidden := regexp.MustCompile(`(?i)<style|style="|\son[a-z]+="|<script>|(src|href)="(https?:)?//|javascript:`)
	for _, found := range forbidden.FindAllString(w.Body.String(), 5) {
		t.Errorf("the page has %q", found)
	}
	scripts := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?://`)
	for _, found := range scripts.FindAllString(string(docsJS), 5) {
		t.Errorf("the script has %q", found)
	}
}

func TestEveryOperationAndEveryLinkOfThePageLeadsSomewhere(t *testing.T) {
	html := get(siteOf(realDocument(t)), "GET", "/docs").Body.String()
	var ids []string
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if slices.Contains(ids, m[1]) {
			t.Errorf("id %q twice", m[1])
		}
		ids = append(ids, m[1])
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if !slices.Contains(ids, m[1]) {
			t.Errorf("a link leads to #%s, which is nowhere", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`"operationId": "([^"]+)"`).FindAllStringSubmatch(string(realDocument(t)), -1) {
		if !slices.Contains(ids, m[1]) {
			t.Errorf("the page does not show %s", m[1])
		}
	}
}

const small = `{
  "openapi": "3.1.1",
  "info": {"title": "T", "summary": "S", "description": "Uno ` + "`<b>`" + ` **dos**.\n\nTres."},
  "servers": [{"url": "/v1"}],
  "tags": [{"name": "Órdenes", "description": "D"}],
  "paths": {"/b/{id}": {
    "parameters": [{"$ref": "#/components/parameters/id"}],
    "put": {"tags": ["Órdenes"], "operationId": "cambiar", "summary": "Cambiar", "security": [],
      "requestBody": {"required": true, "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/B"}, "example": {"z": "a b", "a": 1}},
        "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/B"}}}},
      "responses": {"400": {"$ref": "#/components/responses/Mal"}, "200": {"description": "Bien.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/B"}}}}}}}},
  "components": {
    "parameters": {"id": {"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}, "example": 7}},
    "responses": {"Mal": {"description": "Mal."}},
    "schemas": {
      "B": {"type": "object", "required": ["z"], "properties": {
        "z": {"type": ["string", "null"], "description": "La zeta."},
        "a": {"anyOf": [{"type": "integer", "enum": [0, 1]}, {"$ref": "#/components/schemas/N"}]},
        "l": {"type": "array", "items": {"$ref": "#/components/schemas/B"}},
        "n": {"$ref": "#/components/schemas/N"}}},
      "N": {"title": "nombre", "type": "string"}}}
}`

func TestAnOperationIsShownWithAllThatTheDocumentSays(t *testing.T) {
	p, err := newPage([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	const form = "z=a+b\na=1"
	fields := []fieldView{
		{Name: "z", Type: "texto | null", Required: true, Description: "La zeta."},
		{Name: "a", Type: "0 | 1 | nombre"},
		{Name: "l", Type: "lista de B", TypeLink: "B"},
		{Name: "n", Type: "nombre", TypeLink: "N"},
	}
	want := []group{{Name: "Órdenes", Slug: "ordenes", Description: "<p>D</p>", Operations: []operationView{{
		ID: "cambiar", Method: "PUT", Path: "/b/{id}", Summary: "Cambiar", Open: true,
		Parameters: []parameterView{{Name: "id", In: "path", Type: "entero", Required: true, Example: "7"}},
		Body: &bodyView{
			Required: true, Fields: fields,
			MediaTypes: []bodyType{{"application/json", "{\n  \"z\": \"a b\",\n  \"a\": 1\n}", true}, {"application/x-www-form-urlencoded", form, true}},
			Examples:   []exampleView{{Text: "{\n  \"z\": \"a b\",\n  \"a\": 1\n}"}},
		},
		Responses: []responseView{{Status: "200", Success: true, Description: "Bien.", Schema: "B"}, {Status: "400", Description: "Mal."}},
	}}}}
	if diff := cmp.Diff(want, p.Groups); diff != "" {
		t.Error(diff)
	}
	wantSchemas := []schemaView{{Name: "B", Type: "objeto", Fields: fields}, {Name: "N", Type: "texto"}}
	if diff := cmp.Diff(wantSchemas, p.Schemas); diff != "" {
		t.Error(diff)
	}
	if want := "<p>Uno <code>&lt;b&gt;</code> <strong>dos</strong>.</p><p>Tres.</p>"; string(p.Intro) != want {
		t.Errorf("intro %s", p.Intro)
	}
}

func TestADocumentThatCannotBeShownIsAnError(t *testing.T) {
	for _, document := range []string{
		"", "[]", `{"paths": []}`,
		`{"paths": {"/a": {"get": {"parameters": [{"$ref": "#/components/parameters/x"}]}}}}`,
		`{"paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/x"}}}}}}`,
	} {
		if _, err := newSite([]byte(document)); err == nil {
			t.Errorf("%s: no error", document)
		}
	}
}
