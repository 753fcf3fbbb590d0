package medilink

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

const openapiPath = "/api/openapi.json"

// openapi is GET /api/openapi.json. It needs no token: it says what every copy
// of the program says.
func (a *api) openapi(w http.ResponseWriter, r *http.Request) {
	a.Observe(r.Context(), openapiPath, auth.Principal{})
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		a.fail(w, r, &tomahora.Error{Kind: tomahora.KindMethodNotAllowed, Code: tomahora.CodeMetodoNoPermitido, Args: []any{r.Method}})
		return
	}
	document, err := a.document()
	if err != nil {
		a.fail(w, r, err)
		return
	}
	etag := etagOf(document)
	h := w.Header()
	h.Set("ETag", etag)
	h.Set("Cache-Control", "no-cache") // may be kept, but is asked for each time
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", "application/json; charset=utf-8")
	// What is left to fail is the connection, and then nobody listens.
	_, _ = w.Write(document)
}

func etagOf(document []byte) string {
	const enough = 12 // bytes of the sum to tell versions apart
	sum := sha256.Sum256(document)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:enough]) + `"`
}
