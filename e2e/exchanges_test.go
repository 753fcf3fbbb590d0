package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tomahora/tomahora/medilink/openapitest"
)

var update = flag.Bool("update", false, "record the answers of testdata/exchanges again")

// scene is a file of testdata/exchanges: exchanges in order with one fresh demo
// clinic, at the time and the address of the seed's example.
//
// The comment at the head of the file says what it shows; a line of it that
// begins with "args:" has more flags for the demo. Then each exchange is a
// section "request: <what it shows>" and a section "answer".
//
// A request is a line with method and target, headers, and after an empty line
// the body. The target may be written as a person reads it: what a request line
// cannot carry is percent-encoded. The token is sent unless there is a header
// Authorization; one without a value sends none. Values of the answer before can
// be put into it (see fill).
//
// An answer is a line with the status, the headers that mean something to a
// client, and the body. JSON is folded for reading, but the order of its keys and
// the spelling of its values count.
type scene struct {
	path      string
	file      *txtar.Archive
	args      []string
	exchanges []*exchange
}

type exchange struct {
	name    string
	request []byte
	answer  []byte
}

const (
	requestSection = "request: "
	answerSection  = "answer"
)

func readScenes(t *testing.T) []*scene {
	t.Helper()
	paths, err := filepath.Glob("testdata/exchanges/*.txtar")
	must(t, err)
	if len(paths) == 0 {
		t.Fatal("there are no exchanges")
	}
	scenes := make([]*scene, len(paths))
	for i, path := range paths {
		scenes[i] = readScene(t, path)
	}
	return scenes
}

func readScene(t *testing.T, path string) *scene {
	t.Helper()
	file, err := txtar.ParseFile(path)
	must(t, err)
	s := &scene{path: path, file: file}
	for line := range strings.Lines(string(file.Comment)) {
		if args, ok := strings.CutPrefix(line, "args:"); ok {
			s.args = strings.Fields(args)
		}
	}
	for _, section := range file.Files {
		name, isRequest := strings.CutPrefix(section.Name, requestSection)
		switch {
		case isRequest:
			s.exchanges = append(s.exchanges, &exchange{name: name, request: section.Data})
		case section.Name == answerSection && len(s.exchanges) > 0 && s.last().answer == nil:
			s.last().answer = section.Data
		default:
			t.Fatalf("%s: section %q has no place here", path, section.Name)
		}
	}
	return s
}

func (s *scene) last() *exchange { return s.exchanges[len(s.exchanges)-1] }

func (s *scene) name() string { return strings.TrimSuffix(filepath.Base(s.path), ".txtar") }

// write keeps the scene with the answers it has now.
func (s *scene) write(t *testing.T) {
	t.Helper()
	s.file.Files = nil
	for _, x := range s.exchanges {
		s.file.Files = append(s.file.Files,
			txtar.File{Name: requestSection + x.name, Data: x.request}, txtar.File{Name: answerSection, Data: x.answer})
	}
	must(t, os.WriteFile(s.path, txtar.Format(s.file), 0o644)) //nolint:gosec // a file of the repository
}

// TestExchanges plays every scene. With -update it records the answers instead,
// which must then be read: it proves only that they are stable.
func TestExchanges(t *testing.T) {
	t.Parallel()
	for _, scene := range readScenes(t) {
		t.Run(scene.name(), func(t *testing.T) {
			t.Parallel()
			s := start(t, append([]string{"demo", "--now", seedTime, "--public-url", seedURL}, scene.args...)...)
			var before answer
			for _, x := range scene.exchanges {
				before = x.play(t, s, before)
			}
			if *update {
				scene.write(t)
			}
			checkNothingPersonal(t, s)
		})
	}
}

// checkNothingPersonal: what the scenes say of people never gets into the log,
// however a client sends it.
func checkNothingPersonal(t *testing.T, s *server) {
	t.Helper()
	log := s.log.String()
	for _, personal := range []string{"11111111", "11.111.111", "12345678", "Risopatr", "risopatr", "Lopez", "Peña", "Control", "penicilina"} {
		if strings.Contains(log, personal) {
			t.Errorf("the log says %q:\n%s", personal, log)
		}
	}
}

// play sends the request and compares, or records, the answer.
func (x *exchange) play(t *testing.T, s *server, before answer) answer {
	t.Helper()
	r, sent := x.newRequest(t, s, before)
	resp, err := http.DefaultClient.Do(r)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	got := answer{resp.StatusCode, resp.Header, body}
	checkRequestID(t, x.name, got)
	if r.Method != http.MethodOptions { // a preflight belongs to no operation
		openapitest.Check(t, r, sent, got.status, got.header, got.body)
	}
	text := renderAnswer(r.Method, got)
	if *update && got.status < http.StatusInternalServerError {
		x.answer = []byte(text)
	}
	if diff := cmp.Diff(string(x.answer), text); diff != "" {
		t.Errorf("%s: %s %s\n(-golden +got)\n%s", x.name, r.Method, r.URL.RequestURI(), diff)
	}
	return got
}

// TestEveryOperationHasExchanges: each operation of the document, and so each
// route of the program, is shown to succeed and, where it asks for anything, to
// fail.
func TestEveryOperationHasExchanges(t *testing.T) {
	t.Parallel()
	doc, err := openapitest.Document()
	must(t, err)
	shown := map[string]bool{}
	for _, scene := range readScenes(t) {
		for _, x := range scene.exchanges {
			outcome := " fails"
			if len(x.answer) > 0 && x.answer[0] == '2' {
				outcome = " succeeds"
			}
			shown[x.operation(t, doc)+outcome] = true
		}
	}
	const (
		document = "GET /openapi.json"   // shows itself; package medilink tests how it is served
		stream   = "GET /eventos/stream" // has no end that could be recorded; other tests follow it
	)
	for _, operation := range openapitest.Operations(doc) {
		if operation == document || operation == stream {
			continue
		}
		if !shown[operation+" succeeds"] {
			t.Errorf("no exchange shows how %s succeeds", operation)
		}
		if asks := strings.Contains(operation, "{") || !strings.HasPrefix(operation, http.MethodGet); asks && !shown[operation+" fails"] {
			t.Errorf("no exchange shows how %s fails", operation)
		}
	}
}

// operation is what the document calls the request, which need not be complete.
func (x *exchange) operation(t *testing.T, doc *openapi3.T) string {
	t.Helper()
	line, _, _ := strings.Cut(string(x.request), "\n")
	method, target, _ := strings.Cut(line, " ")
	path, _, _ := strings.Cut(placeholder.ReplaceAllString(target, "1"), "?")
	r, err := http.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	must(t, err)
	return openapitest.Operation(doc, r)
}

// newRequest is the request of an exchange, and its body.
func (x *exchange) newRequest(t *testing.T, s *server, before answer) (*http.Request, []byte) {
	t.Helper()
	head, body, _ := strings.Cut(string(x.request), "\n\n")
	lines := strings.Split(strings.TrimSuffix(head, "\n"), "\n")
	method, target, ok := strings.Cut(fill(t, lines[0], before), " ")
	if !ok {
		t.Fatalf("%s: %q is no request line", x.name, lines[0])
	}
	body = strings.TrimSuffix(body, "\n")
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+encodeTarget(target), strings.NewReader(body))
	must(t, err)
	r.Header.Set("Authorization", "Token "+s.token)
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		r.Header.Del(name)
		if value = strings.TrimSpace(value); value != "" {
			r.Header.Set(name, value)
		}
	}
	return r, []byte(body)
}

// fill puts values of the answer before into a request line: "${data.id}". A
// link loses its scheme and host. ${cursor} is the cursor of the next page.
func fill(t *testing.T, line string, before answer) string {
	t.Helper()
	return placeholder.ReplaceAllStringFunc(line, func(found string) string {
		path := found[2 : len(found)-1]
		if path != "cursor" {
			return strings.TrimPrefix(valueAt(t, before, path), seedURL)
		}
		_, cursor, _ := strings.Cut(valueAt(t, before, "links.next"), "cursor=")
		return cursor
	})
}

var placeholder = regexp.MustCompile(`\$\{[^}]*\}`)

// valueAt is a text, or any other value as JSON, in an answer; path has keys and
// indices. null is no value.
func valueAt(t *testing.T, a answer, path string) string {
	t.Helper()
	value := json.RawMessage(a.body)
	for key := range strings.SplitSeq(path, ".") {
		value = step(value, key)
	}
	if value == nil || string(value) == "null" {
		t.Fatalf("the answer has no %s: %d %s", path, a.status, a.body)
	}
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// step is the element of an object or a list, nil when there is none.
func step(value json.RawMessage, key string) json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(value, &list) == nil {
		if i, err := strconv.Atoi(key); err == nil && i < len(list) {
			return list[i]
		}
		return nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(value, &object) != nil {
		return nil
	}
	return object[key]
}

// encodeTarget percent-encodes what may not stand in a request line, as a
// browser does.
func encodeTarget(target string) string {
	var b strings.Builder
	for _, c := range []byte(target) {
		if c <= ' ' || c > '~' || strings.IndexByte("\"#<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// checkRequestID: what an error calls the request is what the header calls it.
func checkRequestID(t *testing.T, name string, a answer) {
	t.Helper()
	id := a.header.Get("X-Request-Id")
	if id == "" {
		t.Errorf("%s: the answer has no X-Request-Id", name)
	}
	if found := requestID.FindSubmatch(a.body); found != nil && string(found[1]) != id {
		t.Errorf("%s: X-Request-Id %q, but request_id %q", name, id, found[1])
	}
}

var requestID = regexp.MustCompile(`"request_id":"([^"]*)"`)

// tellingHeaders are those an answer is recorded with.
func tellingHeaders(method string) []string {
	names := []string{
		"Allow", "Content-Type", "Idempotent-Replayed", "Location", "Retry-After", "WWW-Authenticate",
		"X-RateLimit-Limit", "X-RateLimit-Remaining",
	}
	if method == http.MethodOptions {
		names = append(names, "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
			"Access-Control-Expose-Headers", "Access-Control-Max-Age")
	}
	return names
}

func renderAnswer(method string, a answer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s\n", a.status, http.StatusText(a.status))
	for _, name := range tellingHeaders(method) {
		if value := a.header.Get(name); value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, steady(name, value))
		}
	}
	if len(a.body) == 0 {
		return b.String()
	}
	body := requestID.ReplaceAll(a.body, []byte(`"request_id":"<id>"`))
	body = ofRealTime.ReplaceAll(random.ReplaceAll(body, []byte("${1}…")), []byte(`"$1":"…"`))
	fmt.Fprintf(&b, "\n%s\n", foldJSON(body))
	return b.String()
}

// What no two runs share: keys, and what the real clock says.
var (
	random     = regexp.MustCompile(`(whk_|whsec_)[A-Za-z0-9+/=]+`)
	ofRealTime = regexp.MustCompile(`"(milisegundos|secreto_anterior_vence)":(?:[0-9]+|"[^"]+")`)
)

// steady replaces what depends on the speed of the machine.
func steady(name, value string) string {
	if n, err := strconv.Atoi(value); name == "Retry-After" && err == nil && n > 0 {
		return "<n>"
	}
	return value
}

// foldWidth is how long a line of folded JSON may get.
const foldWidth = 250

// foldJSON breaks JSON into lines where an object or an array is too long for
// one. It changes nothing but spaces between tokens; what is no JSON it leaves
// as it is.
func foldJSON(text []byte) string {
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return string(text)
	}
	var b strings.Builder
	fold(&b, compact.String(), "", "")
	return b.String()
}

// fold writes one compact value after its key.
func fold(b *strings.Builder, value, key, indent string) {
	items := elements(value)
	short := oneLine(value)
	if len(items) == 0 || len(indent)+len(key)+len(short) <= foldWidth {
		b.WriteString(indent + key + short)
		return
	}
	b.WriteString(indent + key + value[:1] + "\n")
	for i, item := range items {
		key := ""
		if value[0] == '{' {
			name := scan(item, ":")
			key, item = item[:name]+": ", item[name+1:]
		}
		fold(b, item, key, indent+"  ")
		if i < len(items)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString(indent + value[len(value)-1:])
}

// elements are those of a compact object or array; none of any other value.
func elements(value string) []string {
	if len(value) <= 2 || value[0] != '{' && value[0] != '[' {
		return nil
	}
	var items []string
	rest := value[1 : len(value)-1]
	for {
		end := scan(rest, ",")
		items = append(items, rest[:end])
		if end == len(rest) {
			return items
		}
		rest = rest[end+1:]
	}
}

// scan finds the first of the given characters outside of strings and of nested
// values, else the end.
func scan(text, chars string) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case depth == 0 && strings.IndexByte(chars, c) >= 0:
			return i
		}
	}
	return len(text)
}

// oneLine puts a space after each colon and comma of a compact value.
func oneLine(value string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(value); i++ {
		c := value[i]
		b.WriteByte(c)
		switch {
		case quoted && c == '\\':
			i++
			b.WriteByte(value[i])
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ':' || c == ','):
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func TestFoldingKeepsOrderAndSpelling(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"a short value stays on one line":  {`{"b":1.0,"a":[true,null]}`, `{"b": 1.0, "a": [true, null]}`},
		"what is quoted is left alone":     {`{"a":"x,y:{\"z\\"}`, `{"a": "x,y:{\"z\\"}`},
		"what is no JSON is left alone":    {`<p>no</p>`, `<p>no</p>`},
		"an escape is not the same letter": {`"\u00e1"`, `"\u00e1"`},
		"a long value is broken by its elements": {
			`{"a":["` + strings.Repeat("x", 150) + `","` + strings.Repeat("y", 150) + `"],"b":{}}`,
			"{\n  \"a\": [\n    \"" + strings.Repeat("x", 150) + "\",\n    \"" + strings.Repeat("y", 150) + "\"\n  ],\n  \"b\": {}\n}",
		},
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		if got := foldJSON([]byte(tests[name].in)); got != tests[name].want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, tests[name].want)
		}
	}
}
