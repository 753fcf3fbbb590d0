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
		Title       string `json:"title"`
		Summary     string `json:"summary"`
		Description string `json:"description"`
	} `json:"info"`
	Servers    []server          `json:"servers"`
	Tags       []tag             `json:"tags"`
	Paths      ordered[pathItem] `json:"paths"`
	Components struct {
		Schemas    ordered[*schema]   `json:"schemas"`
		Parameters ordered[parameter] `json:"parameters"`
		Responses  ordered[response]  `json:"responses"`
		Headers    ordered[header]    `json:"headers"`
	} `json:"components"`
}

type server struct {
	URL string `json:"url"`
}

type tag struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type pathItem struct {
	Servers    []server    `json:"servers"`
	Parameters []parameter `json:"parameters"`
	Get        *operation  `json:"get"`
	Post       *operation  `json:"post"`
	Put        *operation  `json:"put"`
	Delete     *operation  `json:"delete"`
}

type operation struct {
	Tags        []string          `json:"tags"`
	OperationID string            `json:"operationId"`
	Summary     string            `json:"summary"`
	Description string            `json:"description"`
	Parameters  []parameter       `json:"parameters"`
	RequestBody *requestBody      `json:"requestBody"`
	Responses   ordered[response] `json:"responses"`
	Security    *[]any            `json:"security"` // an empty list is an operation without a token
}

type requestBody struct {
	Description string             `json:"description"`
	Required    bool               `json:"required"`
	Content     ordered[mediaType] `json:"content"`
}

type parameter struct {
	Ref         string             `json:"$ref"`
	Name        string             `json:"name"`
	In          string             `json:"in"`
	Description string             `json:"description"`
	Required    bool               `json:"required"`
	Schema      *schema            `json:"schema"`
	Example     json.RawMessage    `json:"example"`
	Content     ordered[mediaType] `json:"content"`
}

type mediaType struct {
	Schema   *schema          `json:"schema"`
	Example  json.RawMessage  `json:"example"`
	Examples ordered[example] `json:"examples"`
}

type example struct {
	Summary string          `json:"summary"`
	Value   json.RawMessage `json:"value"`
}

type response struct {
	Ref         string             `json:"$ref"`
	Description string             `json:"description"`
	Headers     ordered[header]    `json:"headers"`
	Content     ordered[mediaType] `json:"content"`
}

type header struct {
	Ref         string `json:"$ref"`
	Description string `json:"description"`
}

type schema struct {
	Ref                  string           `json:"$ref"`
	Title                string           `json:"title"`
	Type                 types            `json:"type"`
	Description          string           `json:"description"`
	Enum                 []any            `json:"enum"`
	Const                any              `json:"const"`
	Properties           ordered[*schema] `json:"properties"`
	Required             []string         `json:"required"`
	Items                *schema          `json:"items"`
	AdditionalProperties json.RawMessage  `json:"additionalProperties"` // a schema or a boolean
	AnyOf                []*schema        `json:"anyOf"`
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
