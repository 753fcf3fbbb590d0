// Package docsite is the page that shows an OpenAPI document to people: what
// can be asked, what comes back, and a form to try it. It is one page, made once;
// it loads nothing from elsewhere and can be read without JavaScript.
package docsite

import (
	"bytes"
	_ "embed" // for the page's parts
	"fmt"
	"html/template"
	"net/http"
	"path"
	"sync"
)

//go:embed page.html
var pageHTML string

//go:embed style.css
var styleCSS []byte

//go:embed docs.js
var docsJS []byte

//go:embed icon.svg
var iconSVG []byte

// policy lets the page use its own parts and call its own server, nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// asset is a file the site serves.
type asset struct {
	contentType string
	body        []byte
}

// site answers for the paths by their last segment.
type site map[string]asset

// New makes the handler of /docs and what is below it, from an OpenAPI 3.1
// document in JSON. The page is made when it is first asked for, since that takes
// as long as all the rest of a start. A document that cannot be read is a defect
// of the program, and panics then.
func New(document func() ([]byte, error)) http.Handler {
	made := sync.OnceValues(func() (site, error) {
		source, err := document()
		if err != nil {
			return nil, err
		}
		return newSite(source)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := made()
		if err != nil {
			panic(err)
		}
		s.ServeHTTP(w, r)
	})
}

func newSite(document []byte) (site, error) {
	p, err := newPage(document)
	if err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return nil, err
	}
	var html bytes.Buffer
	if err := t.Execute(&html, p); err != nil {
		return nil, err
	}
	return site{
		"/docs":           {"text/html; charset=utf-8", html.Bytes()},
		"/docs/style.css": {"text/css; charset=utf-8", styleCSS},
		"/docs/docs.js":   {"text/javascript; charset=utf-8", docsJS},
		"/docs/icon.svg":  {"image/svg+xml", iconSVG},
	}, nil
}

// ServeHTTP answers GET and HEAD.
func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, ok := s[path.Clean(r.URL.Path)]
	switch {
	case !ok:
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	case r.URL.Path == "/docs/":
		// The page's links are relative, so that it also works below a proxy's path.
		w.Header().Set("Location", "../docs")
		w.WriteHeader(http.StatusPermanentRedirect)
		return
	}
	h := w.Header()
	h.Set("Content-Type", found.contentType)
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	// What is left to fail is the connection, and then nobody listens.
	_, _ = w.Write(found.body)
}
