package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tomahora/tomahora"
)

func TestAssetsAreServedAsTheBrowserTakesThem(t *testing.T) {
	a := readAssets(fstest.MapFS{
		"manifest.json":   {Data: []byte(`{"app.css": "app-1.css", "icon.svg": "icon-2.svg"}`)},
		"app-1.css":       {Data: []byte("plain")},
		"app-1.css.gz":    {Data: []byte("gzip")},
		"app-1.css.br":    {Data: []byte("brotli")},
		"icon-2.svg":      {Data: []byte("<svg/>")},
		"app-1.css.LEGAL": {Data: []byte("not served")},
	})
	s := &server{assets: a}
	tests := []struct{ file, accept, body, encoding, contentType string }{
		{"app-1.css", "gzip, deflate, br", "brotli", "br", "text/css; charset=utf-8"},
		{"app-1.css", "gzip", "gzip", "gzip", "text/css; charset=utf-8"},
		{"app-1.css", "br;q=0, gzip;q=0", "plain", "", "text/css; charset=utf-8"},
		{"app-1.css", "", "plain", "", "text/css; charset=utf-8"},
		{"icon-2.svg", "gzip, br", "<svg/>", "", "image/svg+xml"},
	}
	for _, tt := range tests {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, a.url("app.css"), nil)
		r.SetPathValue("file", tt.file)
		r.Header.Set("Accept-Encoding", tt.accept)
		w := httptest.NewRecorder()
		if err := s.asset(w, r); err != nil {
			t.Fatal(err)
		}
		h := w.Header()
		if w.Body.String() != tt.body || h.Get("Content-Encoding") != tt.encoding || h.Get("Content-Type") != tt.contentType || !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s for %q: %q with %v", tt.file, tt.accept, w.Body, h)
		}
	}
	for _, none := range []string{"manifest.json", "app-1.css.br", "app-1.css.LEGAL", "../web.go", ""} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/estatico/x", nil)
		r.SetPathValue("file", none)
		if err := s.asset(httptest.NewRecorder(), r); tomahora.KindOf(err) != tomahora.KindNotFound {
			t.Errorf("%q is served", none)
		}
	}
}

// brokenSessions cannot tell who anybody is.
type brokenSessions struct{}

func (brokenSessions) User(*http.Request) (tomahora.Usuario, bool, error) {
	return tomahora.Usuario{}, false, tomahora.Unavailable(errors.New("away"))
}

// What is the same for all costs no question to the database, and needs none.
func TestAssetsAskNobodyWhoTheyAre(t *testing.T) {
	h := newTestWeb(t, tomahora.Usuario{}, nil)
	h.server.Sessions = brokenSessions{}
	if w := browse(t, h, "/estatico/app.css"); w.Code != http.StatusNotFound {
		t.Errorf("an asset was answered %d, want 404", w.Code)
	}
	if w := browse(t, h, "/dia"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "No disponible por ahora") {
		t.Errorf("a page was answered %d: %s", w.Code, w.Body)
	}
}

// Without npm the program still builds, and its pages still work.
func TestPagesSayThatTheyWereNotBuilt(t *testing.T) {
	locales, none := readLocales(), readAssets(fstest.MapFS{})
	s := &server{locales: locales, assets: none, screens: readScreens(locales, none)}
	s.RequestID = func(context.Context) string { return "" }
	w := httptest.NewRecorder()
	r := s.stranger(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if err := s.render(w, r, http.StatusOK, "fallo", failure{Status: http.StatusNotFound, Title: "Prueba"}); err != nil {
		t.Fatal(err)
	}
	page := w.Body.String()
	if !strings.Contains(page, "se compiló sin su interfaz") || strings.Contains(page, "/estatico/") || !strings.Contains(page, "<h1>Prueba</h1>") {
		t.Errorf("the page is %s", page)
	}
}

func TestEveryScreenCanBeRead(t *testing.T) {
	locales := readLocales()
	for _, byName := range readScreens(locales, readAssets(fstest.MapFS{})) {
		for name, screen := range byName {
			if name != "layout" && screen().Lookup("layout") == nil {
				t.Errorf("%s has no layout", name)
			}
		}
	}
}
