package docsite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// document is as much of an OpenAPI 3.1 document as the page shows.
type document struct {
	Info struct {
		Title       string
		Summary     string
		Description string
	}
	Servers    []server
	Tags       []tag
	Paths      ordered[pathItem]
	Components struct {
		Schemas    ordered[*schema]
		Parameters ordered[parameter]
		Responses  ordered[response]
		Headers    ordered[header]
	}
}

type server struct{ URL, Description string }

type tag struct{ Name, Description string }

type pathItem struct {
	Servers                []server
	Parameters             []parameter
	Get, Post, Put, Delete *operation
}

type operation struct {
	Tags        []string
	OperationID string
	Summary     string
	Description string
	Parameters  []parameter
	RequestBody *struct {
		Description string
		Required    bool
		Content     ordered[mediaType]
	}
	Responses ordered[response]
	Security  *[]any // an empty list is an operation without a token
}

type parameter struct {
	Ref         string `json:"$ref"`
	Name, In    string
	Description string
	Required    bool
	Schema      *schema
	Example     json.RawMessage
	Content     ordered[mediaType]
}

type mediaType struct {
	Schema   *schema
	Example  json.RawMessage
	Examples ordered[example]
}

type example struct {
	Summary string
	Value   json.RawMessage
}

type response struct {
	Ref         string `json:"$ref"`
	Description string
	Headers     ordered[header]
	Content     ordered[mediaType]
}

type header struct {
	Ref         string `json:"$ref"`
	Description string
}

type schema struct {
	Ref                  string `json:"$ref"`
	Type                 types
	Description          string
	Enum                 []any
	Const                any
	Minimum, Maximum     *float64
	Properties           ordered[*schema]
	Required             []string
	Items                *schema
	AdditionalProperties *schemaOrBool
	AnyOf                []*schema
	Examples             []any
}

// types is a type or a list of them.
type types []string

// UnmarshalJSON reads both spellings.
func (t *types) UnmarshalJSON(b []byte) error {
	if b[0] == '[' {
		return json.Unmarshal(b, (*[]string)(t))
	}
	*t = make(types, 1)
	return json.Unmarshal(b, &(*t)[0])
}

// schemaOrBool is the value of additionalProperties; a boolean is no schema.
type schemaOrBool struct{ schema *schema }

// UnmarshalJSON reads both spellings.
func (s *schemaOrBool) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return nil
	}
	return json.Unmarshal(b, &s.schema)
}

// ordered is a JSON object whose members keep their order.
type ordered[V any] []member[V]

type member[V any] struct {
	Name  string
	Value V
}

// UnmarshalJSON reads an object.
func (o *ordered[V]) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return fmt.Errorf("not an object: %.20s", b)
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		m := member[V]{Name: fmt.Sprint(name)}
		if err := dec.Decode(&m.Value); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		*o = append(*o, m)
	}
	return nil
}

func (o ordered[V]) find(name string) (V, bool) {
	for _, m := range o {
		if m.Name == name {
			return m.Value, true
		}
	}
	var none V
	return none, false
}

// refName is the name a reference ends with.
func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// resolve follows a reference to a component, if v is one.
func resolve[V any](v V, ref string, components ordered[V]) (V, error) {
	if ref == "" {
		return v, nil
	}
	found, ok := components.find(refName(ref))
	if !ok {
		return found, fmt.Errorf("%s points nowhere", ref)
	}
	return found, nil
}
