package medilink

import (
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora/medilink/openapitest"
)

func TestTheDocumentHasExactlyTheRoutesOfTheMux(t *testing.T) {
	doc, err := openapitest.Document()
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for path, item := range doc.Paths.Map() {
		servers := item.Servers
		if len(servers) == 0 {
			servers = doc.Servers
		}
		for _, server := range servers {
			for method := range item.Operations() {
				documented = append(documented, method+" "+server.URL+path)
			}
		}
	}
	served := []string{"GET " + openapiPath}
	for _, e := range newAPI(Options{Sandbox: everySandbox()}).endpoints {
		for method := range maps.Keys(e.methods) {
			served = append(served, method+" "+e.pattern)
		}
	}
	slices.Sort(documented)
	slices.Sort(served)
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Errorf("served (-) and documented (+):\n%s", diff)
	}
}

func TestTheDocumentNamesEveryErrorCode(t *testing.T) {
	source, err := os.ReadFile("../error.go")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapitest.Document()
	if err != nil {
		t.Fatal(err)
	}
	var codes, named []string
	for _, m := range regexp.MustCompile(`Code = "([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		codes = append(codes, m[1])
	}
	for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(doc.Components.Schemas["CodigoDeError"].Value.Description, -1) {
		named = append(named, m[1])
	}
	slices.Sort(codes)
	slices.Sort(named)
	if diff := cmp.Diff(codes, named); diff != "" {
		t.Errorf("in error.go (-) and in the document (+):\n%s", diff)
	}
}

func TestTheDocumentIsServedWithoutAToken(t *testing.T) {
	f := newFace(t)
	none := header{"Authorization", ""}
	w := f.send("GET", openapiPath, "", none)
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), `{"openapi": "3.1`) {
		t.Fatalf("status %d, body %.80s", w.Code, w.Body)
	}
	etag := w.Header().Get("ETag")
	if got := f.send("GET", openapiPath+"/", "", none, header{"If-None-Match", etag}); got.Code != http.StatusNotModified || got.Body.Len() > 0 {
		t.Errorf("the same again: status %d, %d bytes", got.Code, got.Body.Len())
	}
	if got := f.send("GET", openapiPath, "", none, header{"If-None-Match", `"another"`}); got.Code != http.StatusOK {
		t.Errorf("another version: status %d", got.Code)
	}
	if got := f.send("POST", openapiPath, "", none); got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") == "" {
		t.Errorf("POST: status %d, Allow %q", got.Code, got.Header().Get("Allow"))
	}
}
