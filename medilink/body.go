package medilink

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/tomahora/tomahora"
)

// maxBody is the longest body that is read, in bytes.
const maxBody = 1 << 20

// typicalBody is more than a booking or a paciente has.
const typicalBody = 4 << 10

// unreadable says why a body cannot be read.
func unreadable(why string) *tomahora.Error {
	return tomahora.Invalid(tomahora.CodeCuerpoInvalido, "", why)
}

func tooLarge() *tomahora.Error {
	return &tomahora.Error{Kind: tomahora.KindTooLarge, Code: tomahora.CodeCuerpoDemasiadoGrande, Args: []any{maxBody}}
}

// readBody reads the whole body, up to maxBody.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, tooLarge()
	}
	var buf bytes.Buffer
	// MinRead more, so that ReadFrom sees the end without growing. What is only
	// announced gets no more than a booking needs.
	if n := min(r.ContentLength, typicalBody); n > 0 {
		buf.Grow(int(n) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge()
	}
	if tomahora.KindOf(err) == tomahora.KindUnavailable { // the server has no room for it
		return nil, err
	}
	if err != nil {
		e := unreadable("se interrumpió antes del final")
		e.Err = err
		return nil, e
	}
	return buf.Bytes(), nil
}

// decodeBody reads the fields of a body: JSON when it begins with "{", whatever
// its Content-Type says (contract §1.3); else what the Content-Type says, a form
// when there is none.
func decodeBody(contentType, contentEncoding string, body []byte) (fields, error) {
	if contentEncoding != "" && !strings.EqualFold(contentEncoding, "identity") {
		return nil, unreadable("no se admite Content-Encoding")
	}
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	mediaType, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		mediaType, params = contentType, nil
	}
	onlyASCII, err := needsASCII(params["charset"])
	if err != nil {
		return nil, err
	}
	switch {
	case len(trimmed) == 0:
		return fields{}, nil
	case trimmed[0] == '{', mediaType == "application/json", strings.HasSuffix(mediaType, "+json"):
		return decodeJSON(trimmed, onlyASCII)
	case mediaType == "", mediaType == "application/x-www-form-urlencoded":
		return decodeForm(string(body), onlyASCII)
	case mediaType == "multipart/form-data":
		return decodeMultipart(body, params["boundary"], onlyASCII)
	default:
		return nil, unreadable("el Content-Type debe ser application/json, application/x-www-form-urlencoded o multipart/form-data")
	}
}

// needsASCII judges a declared charset. In an ASCII superset that is not UTF-8,
// a text of nothing but ASCII means the same, and only such a text is taken.
func needsASCII(charset string) (bool, error) {
	c := strings.ToLower(charset)
	switch {
	case c == "", c == "utf-8", c == "utf8", c == "us-ascii", c == "ascii":
		return false, nil
	case strings.HasPrefix(c, "iso-8859-"), strings.HasPrefix(c, "windows-125"), c == "latin1":
		return true, nil
	default:
		return false, unreadable("el charset declarado debe ser utf-8")
	}
}

// checkText refuses what no field's name or text may hold.
func checkText(text string, onlyASCII bool) error {
	switch {
	case strings.IndexByte(text, 0) >= 0:
		return unreadable("contiene un carácter NUL")
	case !utf8.ValidString(text):
		return unreadable("no es UTF-8 válido")
	case onlyASCII && !isASCII(text):
		return unreadable("el charset declarado no es utf-8 y el texto tiene caracteres fuera de ASCII")
	default:
		return nil
	}
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
