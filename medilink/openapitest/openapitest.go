// Package openapitest holds recorded exchanges with the API against its OpenAPI
// document. It is for tests.
package openapitest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/tomahora/tomahora/medilink/openapi"
)

// load is kept for all the exchanges of a test binary: reading the document
// takes longer than checking one.
var load = sync.OnceValues(Document)

// Check reports where an exchange does not match the document. The request is
// only judged when the answer is a success: a refused one may be wrong on
// purpose. An answer must match exactly: a member that the document does not name
// is an error, although clients are told to expect new ones.
func Check(t testing.TB, req *http.Request, reqBody []byte, status int, header http.Header, body []byte) {
	t.Helper()
	doc, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if err := check(doc, exchange{req, reqBody, status, header, body}); err != nil {
		t.Errorf("%s %s, answered %d: not as in openapi.yaml: %v", req.Method, req.URL, status, err)
	}
}

// Document is the document with the schemas of its answers closed to members
// they do not name.
func Document() (*openapi3.T, error) {
	source, err := openapi.JSON()
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := json.Unmarshal(source, &tree); err != nil {
		return nil, err
	}
	closeAnswers(tree)
	closed, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(closed)
	if err != nil {
		return nil, fmt.Errorf("load the document: %w", err)
	}
	return doc, doc.Validate(context.Background())
}

// Operations are all that the document offers, each as Operation names it.
func Operations(doc *openapi3.T) []string {
	var names []string
	for template, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			names = append(names, method+" "+template)
		}
	}
	slices.Sort(names)
	return names
}

// Operation is the one that a request asks for, "GET /citas/{id}"; "" when the
// document offers none.
func Operation(doc *openapi3.T, req *http.Request) string {
	place, ok := find(doc, req.URL.EscapedPath())
	if !ok || place.item.GetOperation(req.Method) == nil {
		return ""
	}
	return req.Method + " " + place.template
}

// exchange is a request with its answer.
type exchange struct {
	req     *http.Request
	reqBody []byte
	status  int
	header  http.Header
	body    []byte
}

// isSimulated tells whether the answer is a success because it only says what is
// wrong with the body.
func (x exchange) isSimulated() bool { return x.req.URL.Query().Get("simular") == "1" }

func check(doc *openapi3.T, x exchange) error {
	place, ok := find(doc, x.req.URL.EscapedPath())
	if !ok {
		return checkNoOperation(doc, x, http.StatusNotFound)
	}
	method := x.req.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	operation := place.item.GetOperation(method)
	if operation == nil {
		return checkNoOperation(doc, x, http.StatusMethodNotAllowed)
	}
	input := &openapi3filter.RequestValidationInput{
		Request:     x.req,
		PathParams:  place.params,
		QueryParams: queryParams(x.req),
		Route:       &routers.Route{Spec: doc, Path: place.template, PathItem: place.item, Method: method, Operation: operation},
		Options: &openapi3filter.Options{
			ExcludeRequestBody: true, IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		},
	}
	var problems []error
	if x.status < http.StatusBadRequest {
		problems = append(problems, openapi3filter.ValidateRequest(context.Background(), input))
		if !x.isSimulated() {
			problems = append(problems, checkBody(operation, x))
		}
	}
	problems = append(problems, openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 x.status,
		Header:                 x.header,
		Body:                   io.NopCloser(bytes.NewReader(x.body)),
		Options:                input.Options,
	}))
	return errors.Join(problems...)
}

// queryParams are the parameters of the query that count: a cursor brings q and
// sort with it.
func queryParams(req *http.Request) url.Values {
	query := req.URL.Query()
	if query.Has("cursor") {
		query.Del("q")
		query.Del("sort")
	}
	return query
}

// checkNoOperation judges the answer to what the document does not offer, which
// is want unless the token or the limit came first.
func checkNoOperation(doc *openapi3.T, x exchange, want int) error {
	switch x.status {
	case want, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable:
	default:
		return errors.New("no such operation")
	}
	var value any
	if err := json.Unmarshal(x.body, &value); err != nil {
		return err
	}
	return visit(doc.Components.Schemas["Error"], value)
}

// checkBody judges the body of a request as the API reads it: JSON when it begins
// with "{", else a form.
func checkBody(operation *openapi3.Operation, x exchange) error {
	body := bytes.TrimSpace(bytes.TrimPrefix(x.reqBody, []byte("\uFEFF")))
	if len(body) == 0 || operation.RequestBody == nil {
		return nil
	}
	content := operation.RequestBody.Value.Content
	if body[0] == '{' {
		var values map[string]any
		if err := json.Unmarshal(body, &values); err != nil {
			return err
		}
		return visit(content["application/json"].Schema, values)
	}
	mediaType := content["application/x-www-form-urlencoded"]
	if mediaType == nil {
		return errors.New("the operation takes no form")
	}
	values, err := formValues(x.req.Header.Get("Content-Type"), x.reqBody)
	if err != nil {
		return err
	}
	return visit(mediaType.Schema, values)
}

// formValues are the fields of a form, those called name[] as lists.
func formValues(contentType string, body []byte) (map[string]any, error) {
	mediaType, params, _ := mime.ParseMediaType(contentType) // a broken one is none, as in the API
	var form url.Values
	if mediaType == "multipart/form-data" {
		read, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(int64(len(body)))
		if err != nil {
			return nil, err
		}
		form = read.Value
	} else {
		parsed, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		form = parsed
	}
	values := map[string]any{}
	for name, list := range form {
		if base, isList := strings.CutSuffix(name, "[]"); isList {
			elements := make([]any, len(list))
			for i, text := range list {
				elements[i] = text
			}
			values[base] = elements
		} else {
			values[name] = list[0]
		}
	}
	return values, nil
}

func visit(schema *openapi3.SchemaRef, value any) error {
	return schema.Value.VisitJSON(value, openapi3.EnableJSONSchema2020(), openapi3.MultiErrors())
}

// place is where a path leads in the document.
type place struct {
	template string
	item     *openapi3.PathItem
	params   map[string]string
}

// find looks a path up; of several templates that match, the one with the most
// literal segments counts, as in the mux.
func find(doc *openapi3.T, escaped string) (place, bool) {
	clean := path.Clean("/" + strings.TrimLeft(escaped, "/"))
	var best place
	found := false
	for template, item := range doc.Paths.Map() {
		servers := item.Servers
		if len(servers) == 0 {
			servers = doc.Servers
		}
		for _, server := range servers {
			params, ok := match(server.URL+template, clean)
			if ok && (!found || len(params) < len(best.params)) {
				best, found = place{template, item, params}, true
			}
		}
	}
	return best, found
}

// match compares a path with a template such as /citas/{id}.
func match(template, escaped string) (params map[string]string, ok bool) {
	want, have := strings.Split(template, "/"), strings.Split(escaped, "/")
	if len(want) != len(have) {
		return nil, false
	}
	params = map[string]string{}
	for i, segment := range want {
		name, isParam := strings.CutPrefix(segment, "{")
		switch {
		case isParam:
			value, err := url.PathUnescape(have[i])
			if err != nil {
				return nil, false
			}
			params[strings.TrimSuffix(name, "}")] = value
		case segment != have[i]:
			return nil, false
		}
	}
	return params, true
}

// closeAnswers closes every object schema that an answer can hold.
func closeAnswers(tree map[string]any) {
	c := closer{tree: tree, seen: map[string]bool{}}
	paths, _ := tree["paths"].(map[string]any)
	for _, item := range paths {
		operations, _ := item.(map[string]any)
		for _, operation := range operations {
			if operation, ok := operation.(map[string]any); ok {
				c.close(operation["responses"])
			}
		}
	}
	components, _ := tree["components"].(map[string]any)
	c.close(components["responses"])
}

type closer struct {
	tree map[string]any
	seen map[string]bool // references already followed
}

func (c closer) close(node any) {
	switch node := node.(type) {
	case []any:
		for _, element := range node {
			c.close(element)
		}
	case map[string]any:
		if ref, ok := node["$ref"].(string); ok && !c.seen[ref] {
			c.seen[ref] = true
			c.close(c.at(ref))
		}
		_, isObject := node["properties"].(map[string]any)
		if _, said := node["additionalProperties"]; isObject && !said {
			node["additionalProperties"] = false
		}
		for _, member := range node {
			c.close(member)
		}
	}
}

// at is what a reference of the document points to, "#/components/schemas/Cita".
func (c closer) at(ref string) any {
	var node any = c.tree
	for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		members, _ := node.(map[string]any)
		node = members[name]
	}
	return node
}
