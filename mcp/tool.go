package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// tool is something an assistant can do.
type tool struct {
	described *sdk.Tool
	writes    bool
	// call carries it out for who asks.
	call func(ctx context.Context, s tomahora.Store, p auth.Principal, arguments json.RawMessage) (any, error)
}

// use is what a tool does in a transaction, given what the assistant sent.
type use[In any] func(tx tomahora.Tx, by tomahora.Actor, in In) (any, error)

// kind is what an assistant is told about the effects of a tool.
type kind int

const (
	reads kind = iota
	adds
	changes
	destroys
)

// newTool makes a tool whose arguments are the fields of In. Their tags describe
// them to the assistant; a field without omitempty is required there, but it is the
// rules that judge what is missing, in their own words.
func newTool[In any](name, title, description string, k kind, do use[In]) (tool, error) {
	schema, err := jsonschema.For[In](nil)
	if err != nil {
		return tool{}, err
	}
	t := tool{writes: k != reads}
	t.described = &sdk.Tool{
		Name: name, Title: title, Description: description, InputSchema: schema,
		Annotations: &sdk.ToolAnnotations{
			Title: title, ReadOnlyHint: k == reads, DestructiveHint: new(k == destroys), IdempotentHint: k == changes || k == destroys, OpenWorldHint: new(false),
		},
	}
	t.call = func(ctx context.Context, s tomahora.Store, p auth.Principal, arguments json.RawMessage) (data any, err error) {
		in, err := decode[In](schema, arguments)
		if err != nil {
			return nil, err
		}
		run := s.View
		if t.writes {
			run = s.Update
		}
		err = run(ctx, p.IDClinica, func(tx tomahora.Tx) (err error) {
			data, err = do(tx, p.Actor(), in)
			return err
		})
		return data, err
	}
	return t, nil
}

// decode reads arguments. One that there is none of is refused: an assistant that
// makes up a name believes that it was understood.
func decode[In any](schema *jsonschema.Schema, arguments json.RawMessage) (in In, err error) {
	if len(bytes.TrimSpace(arguments)) == 0 {
		return in, nil
	}
	var sent map[string]json.RawMessage
	if err := json.Unmarshal(arguments, &sent); err != nil {
		return in, tomahora.Invalid(tomahora.CodeCuerpoInvalido, "", "los argumentos deben ser un objeto JSON")
	}
	known := slices.Sorted(maps.Keys(schema.Properties))
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if !slices.Contains(known, name) {
			return in, invalido(name, "no existe; los que hay son "+strings.Join(known, ", "))
		}
	}
	err = json.Unmarshal(arguments, &in)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		name := wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:] // without the structs it is embedded in
		return in, invalido(name, "debe ser de tipo "+typeOf(schema.Properties[name]))
	}
	if err != nil {
		return in, tomahora.Invalid(tomahora.CodeCuerpoInvalido, "", "los argumentos no son JSON válido")
	}
	return in, nil
}

// typeOf is the type of a property, leaving out that it may be null.
func typeOf(property *jsonschema.Schema) string {
	if property == nil {
		return "object"
	}
	if property.Type != "" {
		return property.Type
	}
	return strings.Join(slices.DeleteFunc(slices.Clone(property.Types), func(t string) bool { return t == "null" }), " o ")
}

func invalido(field, why string) *tomahora.Error {
	return tomahora.Invalid(tomahora.CodeParametroInvalido, field, field, why)
}

// success answers a call.
func success(data any) (*sdk.CallToolResult, error) { return result(data, false) }

// failed is what an assistant is told of a failure, in the words of the API.
type failed struct {
	Error failedDetail `json:"error"`
}

type failedDetail struct {
	Code      string       `json:"code"`
	Message   string       `json:"message"`
	Errors    []failedItem `json:"errors"`
	RequestID string       `json:"request_id"`
}

type failedItem struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// failure answers a call that failed. Of an internal error nothing is shown but
// the request's id.
func failure(requestID string, err error) (*sdk.CallToolResult, error) {
	problems := tomahora.ProblemsOf(err)
	if problems == nil {
		problems = tomahora.Problems{{Code: tomahora.CodeErrorInterno}}
	}
	detail := failedDetail{Code: string(problems[0].Code), Message: problems[0].Error(), Errors: []failedItem{}, RequestID: requestID}
	for _, p := range problems {
		detail.Errors = append(detail.Errors, failedItem{p.Field, string(p.Code), p.Error()})
	}
	return result(failed{detail}, true)
}

// result is data, for programs and for assistants that only read text.
func result(data any, isError bool) (*sdk.CallToolResult, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(data); err != nil {
		return nil, err
	}
	return &sdk.CallToolResult{
		IsError:           isError,
		Content:           []sdk.Content{&sdk.TextContent{Text: strings.TrimSpace(text.String())}},
		StructuredContent: data,
	}, nil
}
