package medilink

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// keyHeader is how a client names a request that it may have to repeat.
const keyHeader = "Idempotency-Key"

// maxKey is the longest key that is taken, in bytes.
const maxKey = 255

// key is the Idempotency-Key of a request; nil for a request without one.
type key struct{ tomahora.Clave }

// keyOf reads the key of a request with this body. What was sent is one with it:
// the query and the body, but not the headers, which proxies change.
func keyOf(r *http.Request, p auth.Principal, body []byte) (*key, error) {
	values := r.Header.Values(keyHeader)
	if len(values) == 0 {
		return nil, nil //nolint:nilnil // a request without a key is a good one
	}
	text := values[0]
	if len(values) > 1 || text == "" || len(text) > maxKey || strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return nil, tomahora.Invalid(tomahora.CodeParametroInvalido, keyHeader, keyHeader, "debe ser uno solo, de 1 a 255 caracteres ASCII sin espacios")
	}
	sum := sha256.New()
	_, _ = io.WriteString(sum, r.URL.RawQuery+"\x00") // a hash takes anything
	_, _ = sum.Write(withoutBoundary(r.Header.Get("Content-Type"), body))
	return &key{tomahora.Clave{
		IDToken: p.IDToken, Metodo: r.Method, Ruta: r.URL.EscapedPath(), Texto: text, Huella: hex.EncodeToString(sum.Sum(nil)),
	}}, nil
}

// withoutBoundary is a body without the boundary of a multipart form, which clients
// draw anew each time they send the same.
func withoutBoundary(contentType string, body []byte) []byte {
	mediaType, params, err := mime.ParseMediaType(contentType)
	if err != nil || mediaType != "multipart/form-data" || params["boundary"] == "" {
		return body
	}
	const dashes = "--"
	return bytes.ReplaceAll(body, []byte(dashes+params["boundary"]), []byte(dashes))
}

// find finds what was answered under the key before. That it was another request
// is an error before any other.
func (k *key) find(tx tomahora.Tx) (said tomahora.Respuesta, found bool, err error) {
	if k == nil {
		return said, false, nil
	}
	said, huella, err := tx.Respuestas().Find(k.Clave)
	switch {
	case tomahora.KindOf(err) == tomahora.KindNotFound:
		return said, false, nil
	case err != nil:
		return said, false, err
	case huella != k.Huella:
		return said, false, &tomahora.Error{Kind: tomahora.KindReused, Code: tomahora.CodeIdempotenciaDistinta, Field: keyHeader}
	default:
		said.Repetida = true
		return said, true, nil
	}
}

// keep keeps an answer in the transaction of what it tells of.
func (k *key) keep(tx tomahora.Tx, said tomahora.Respuesta) error {
	if k == nil {
		return nil
	}
	return tx.Respuestas().Keep(k.Clave, said)
}
