package medilink

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tomahora/tomahora"
)

// value is what a body says of one field.
type value struct {
	kind valueKind
	text string  // of a text, a number, of a boolean "1" or "0", of JSON's object or array its source
	list []value // of a list, without lists in it
}

type valueKind int

const (
	kindNull valueKind = iota
	kindText
	kindNumber
	kindBoolean
	kindCompound // an object or array of JSON, a file
	kindList     // what a form or query gives as name[], any number of times
)

// isAbsent: null and "" mean absent (product rules, «Input»).
func (v value) isAbsent() bool { return v.kind == kindNull || v.kind == kindText && v.text == "" }

// fields are the top-level fields of a body, known and unknown ones.
type fields map[string]value

// typicalFields is a little more than a booking has.
const typicalFields = 16

func (f fields) add(name string, v value) error {
	if _, twice := f[name]; twice {
		return twiceGiven(name)
	}
	f[name] = v
	return nil
}

// addToForm adds a field of a form, where name[] may be given many times, as PHP
// reads it.
func (f fields) addToForm(name string, v value) error {
	if base, isList := listName(name); isList {
		return f.gather(base, v)
	}
	return f.add(name, v)
}

// gather adds a value to the list of that name.
func (f fields) gather(name string, v value) error {
	have, ok := f[name]
	if ok && have.kind != kindList {
		return twiceGiven(name)
	}
	have.kind, have.list = kindList, append(have.list, v)
	f[name] = have
	return nil
}

// listName is the name before "[]", or "[0]" as some clients count.
func listName(name string) (base string, isList bool) {
	base, index, ok := strings.Cut(name, "[")
	if !ok || base == "" || !strings.HasSuffix(index, "]") || strings.Trim(index[:len(index)-1], "0123456789") != "" {
		return name, false
	}
	return base, true
}

func twiceGiven(name string) error {
	const maxNamed = 40 // a longer name is not one of ours, and not worth repeating
	if len(name) > maxNamed {
		return unreadable("hay un campo repetido")
	}
	e := unreadable("el campo " + name + " está repetido")
	e.Field = name
	return e
}

// decodeForm reads an application/x-www-form-urlencoded body. Only "&"
// separates fields, as in PHP and in browsers.
func decodeForm(body string, onlyASCII bool) (fields, error) {
	f := make(fields, typicalFields)
	for pair := range strings.SplitSeq(body, "&") {
		if pair == "" {
			continue
		}
		rawName, rawText, _ := strings.Cut(pair, "=")
		name, err := unescaped(rawName, onlyASCII)
		if err != nil {
			return nil, err
		}
		content, err := unescaped(rawText, onlyASCII)
		if err != nil {
			return nil, err
		}
		if err := f.addToForm(name, value{kind: kindText, text: content}); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func unescaped(raw string, onlyASCII bool) (string, error) {
	text, err := url.QueryUnescape(raw)
	if err != nil {
		return "", unreadable("la codificación con % está mal formada")
	}
	return text, checkText(text, onlyASCII)
}

// decodeMultipart reads a multipart/form-data body. A file is no value.
func decodeMultipart(body []byte, boundary string, onlyASCII bool) (fields, error) {
	if boundary == "" {
		return nil, unreadable("falta el boundary de multipart/form-data")
	}
	broken := unreadable("el multipart/form-data está mal formado")
	f := make(fields, typicalFields)
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextRawPart()
		// Only the plain io.EOF is the end; a wrapped one is a body cut short.
		if err == io.EOF { //nolint:errorlint // see above
			return f, nil
		}
		if err != nil || part.FormName() == "" {
			return nil, broken
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, broken
		}
		name, v, err := partField(part, string(content), onlyASCII)
		if err != nil {
			return nil, err
		}
		if err := f.addToForm(name, v); err != nil {
			return nil, err
		}
	}
}

// partField is one part of a multipart form as a field. A file's bytes are not
// looked at.
func partField(part *multipart.Part, content string, onlyASCII bool) (string, value, error) {
	name := part.FormName()
	if err := checkText(name, onlyASCII); err != nil {
		return "", value{}, err
	}
	if part.FileName() != "" {
		return name, value{kind: kindCompound}, nil
	}
	ownASCII, err := partNeedsASCII(part.Header)
	if err != nil {
		return "", value{}, err
	}
	if err := checkText(content, onlyASCII || ownASCII); err != nil {
		return "", value{}, err
	}
	return name, value{kind: kindText, text: content}, nil
}

func partNeedsASCII(h textproto.MIMEHeader) (bool, error) {
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "", "7bit", "8bit", "binary":
	default:
		return false, unreadable("no se admite Content-Transfer-Encoding")
	}
	_, params, _ := mime.ParseMediaType(h.Get("Content-Type")) // no params where it is missing or broken
	return needsASCII(params["charset"])
}

// decodeJSON reads a body that must be one JSON object. encoding/json alone
// would replace broken text silently and let the last of two equal fields win.
func decodeJSON(body []byte, onlyASCII bool) (fields, error) {
	switch {
	case !utf8.Valid(body):
		return nil, unreadable("no es UTF-8 válido")
	case onlyASCII && !isASCII(string(body)):
		return nil, unreadable("el charset declarado no es utf-8 y el texto tiene caracteres fuera de ASCII")
	case !json.Valid(body):
		return nil, unreadable("no es JSON válido")
	case body[0] != '{':
		return nil, unreadable("se espera un objeto JSON")
	}
	if err := checkEscapes(body); err != nil {
		return nil, err
	}
	f, err := objectFields(body)
	if err != nil && tomahora.ProblemsOf(err) == nil {
		return nil, unreadable("no es JSON válido")
	}
	return f, err
}

// jsonDecoder reads JSON token by token. What it would say of a name that is given
// twice does not tell which.
func jsonDecoder(source []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(source), jsontext.AllowDuplicateNames(true))
}

// objectFields reads a valid JSON object.
func objectFields(body []byte) (fields, error) {
	dec := jsonDecoder(body)
	if _, err := dec.ReadToken(); err != nil { // the opening brace
		return nil, err
	}
	f := make(fields, typicalFields)
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		v, err := nextValue(dec)
		if err != nil {
			return nil, err
		}
		if err := f.add(name, v); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// nextValue reads a value; an object or array is kept as its source, and read
// where one is expected.
func nextValue(dec *jsontext.Decoder) (value, error) {
	if kind := dec.PeekKind(); kind == '{' || kind == '[' {
		source, err := dec.ReadValue()
		return value{kind: kindCompound, text: string(source)}, err
	}
	token, err := dec.ReadToken()
	if err != nil {
		return value{}, err
	}
	switch token.Kind() {
	case '"':
		return value{kind: kindText, text: token.String()}, nil
	case '0':
		return value{kind: kindNumber, text: token.String()}, nil
	case 't', 'f':
		return value{kind: kindBoolean, text: strconv.Itoa(bit(token.Bool()))}, nil
	default: // null
		return value{}, nil
	}
}

// elements are the values of a JSON array; ok is false for what is none.
func (v value) elements() (list []value, ok bool) {
	if v.kind != kindCompound || !strings.HasPrefix(v.text, "[") {
		return nil, false
	}
	dec := jsonDecoder([]byte(v.text))
	if _, err := dec.ReadToken(); err != nil { // the opening bracket
		return nil, false
	}
	for dec.PeekKind() != ']' {
		element, err := nextValue(dec)
		if err != nil {
			return nil, false
		}
		list = append(list, element)
	}
	return list, true
}

// object are the fields of a JSON object; ok is false for what is none, and for
// one that names a field twice.
func (v value) object() (f fields, ok bool) {
	if v.kind != kindCompound || !strings.HasPrefix(v.text, "{") {
		return nil, false
	}
	f, err := objectFields([]byte(v.text))
	return f, err == nil
}

// checkEscapes refuses escapes that stand for no character, half a surrogate
// pair, and NUL. In valid JSON a backslash only ever begins an escape.
func checkEscapes(body []byte) error {
	for i := bytes.IndexByte(body, '\\'); i >= 0 && i < len(body); {
		switch {
		case body[i] != '\\':
			i++
		case body[i+1] != 'u':
			i += 2
		default:
			size, ok := unicodeEscape(body[i:])
			if !ok {
				return unreadable(`contiene un escape \u que no es un carácter`)
			}
			i += size
		}
	}
	return nil
}

// unicodeEscape measures the escape that body begins with, a pair of them when
// it is a surrogate pair.
func unicodeEscape(body []byte) (size int, ok bool) {
	const one, pair = len(`\u0000`), len(`\ud83d\ude00`)
	first := hex4(body[2:one])
	switch {
	case first == 0, first >= 0xDC00 && first <= 0xDFFF:
		return one, false
	case first < 0xD800 || first > 0xDFFF:
		return one, true
	case len(body) < pair || body[one] != '\\' || body[one+1] != 'u':
		return one, false
	default:
		second := hex4(body[one+2 : pair])
		return pair, second >= 0xDC00 && second <= 0xDFFF
	}
}

// hex4 reads four hexadecimal digits, which json.Valid has seen to be such.
func hex4(digits []byte) (n int) {
	for _, d := range digits {
		n *= 16
		switch {
		case d >= 'a':
			n += int(d-'a') + 10
		case d >= 'A':
			n += int(d-'A') + 10
		default:
			n += int(d - '0')
		}
	}
	return n
}
