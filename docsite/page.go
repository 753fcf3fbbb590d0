package docsite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// page is what the template shows.
type page struct {
	Title, Summary string
	Intro          template.HTML
	Servers        []server
	Groups         []group
	Schemas        []schemaView
}

// group is a tag with its operations.
type group struct {
	Name, Slug  string
	Description template.HTML
	Operations  []operationView
}

type operationView struct {
	ID, Method, Path string
	Servers          []server // where they are not those of the page
	Base             string   // the first of them
	Summary          string
	Description      template.HTML
	Open             bool // asks for no token
	Parameters       []parameterView
	Body             *bodyView
	Responses        []responseView
}

type parameterView struct {
	Name, In, Type string
	TypeLink       string // the schema's anchor, where there is more to say of it
	Required       bool
	Description    template.HTML
	Example        string // in one line, for a form
	Examples       []exampleView
}

type exampleView struct{ Summary, Text string }

type bodyView struct {
	Required    bool
	Description template.HTML
	MediaTypes  []bodyType
	Fields      []fieldView
	Schemas     []string // where there is no one list of fields
	Examples    []exampleView
}

// bodyType is a way to send a body, with an example in it. Not every one is for
// the form: multipart says nothing that the other form does not.
type bodyType struct {
	Name, Example string
	Tried         bool
}

type fieldView struct {
	Name, Type, TypeLink string
	Required             bool
	Description          template.HTML
}

type responseView struct {
	Status, Title string
	Success       bool
	Description   template.HTML
	Schema        string
	Headers       []fieldView
	Example       string
}

type schemaView struct {
	Name, Type  string
	Description template.HTML
	Fields      []fieldView
}

const jsonType = "application/json"

// newPage reads a document as a page.
func newPage(source []byte) (*page, error) {
	d := &document{}
	if err := json.Unmarshal(source, d); err != nil {
		return nil, err
	}
	p := &page{Title: d.Info.Title, Summary: d.Info.Summary, Intro: prose(d.Info.Description), Servers: d.Servers}
	operations, err := d.operations()
	if err != nil {
		return nil, err
	}
	for _, t := range d.Tags {
		p.Groups = append(p.Groups, group{t.Name, slug(t.Name), prose(t.Description), operations[t.Name]})
	}
	for _, s := range d.Components.Schemas {
		p.Schemas = append(p.Schemas, schemaView{s.Name, d.spelledOut(s.Value), inline(s.Value.Description), d.fields(s.Value)})
	}
	return p, nil
}

// operations are the operations by tag, in the order of the document.
func (d *document) operations() (map[string][]operationView, error) {
	byTag := map[string][]operationView{}
	for _, p := range d.Paths {
		item := p.Value
		for _, m := range []member[*operation]{
			{http.MethodGet, item.Get}, {http.MethodPost, item.Post}, {http.MethodPut, item.Put}, {http.MethodDelete, item.Delete},
		} {
			if m.Value == nil {
				continue
			}
			view, err := d.operation(m.Name, p.Name, item, m.Value)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", m.Name, p.Name, err)
			}
			for _, t := range m.Value.Tags {
				byTag[t] = append(byTag[t], view)
			}
		}
	}
	return byTag, nil
}

func (d *document) operation(method, path string, item pathItem, o *operation) (operationView, error) {
	view := operationView{
		ID: o.OperationID, Method: method, Path: path, Summary: o.Summary, Description: prose(o.Description),
		Open: o.Security != nil && len(*o.Security) == 0, Servers: item.Servers, Body: d.body(o),
	}
	if len(item.Servers) > 0 {
		view.Base = item.Servers[0].URL
	}
	for _, p := range slices.Concat(item.Parameters, o.Parameters) {
		p, err := resolve(p, p.Ref, d.Components.Parameters)
		if err != nil {
			return view, err
		}
		view.Parameters = append(view.Parameters, d.parameter(p))
	}
	for _, m := range o.Responses {
		r, err := resolve(m.Value, m.Value.Ref, d.Components.Responses)
		if err != nil {
			return view, err
		}
		shown, err := d.response(m.Name, r)
		if err != nil {
			return view, err
		}
		view.Responses = append(view.Responses, shown)
	}
	slices.SortStableFunc(view.Responses, func(a, b responseView) int { return strings.Compare(a.Status, b.Status) })
	return view, nil
}

func (d *document) parameter(p parameter) parameterView {
	s, examples := p.Schema, []exampleView(nil)
	if content, ok := p.Content.find(jsonType); ok {
		s, examples = content.Schema, content.examples()
	}
	view := parameterView{
		Name: p.Name, In: p.In, Required: p.Required, Type: d.typeOf(s), TypeLink: d.linkOf(s),
		Description: inline(p.Description), Examples: examples,
	}
	switch {
	case len(p.Example) > 0:
		view.Example = strings.Trim(compact(p.Example), `"`)
	case len(examples) > 0:
		view.Example = examples[0].Text
	}
	return view
}

// examples are those of a media type, each in one line.
func (m mediaType) examples() []exampleView {
	if len(m.Example) > 0 {
		return []exampleView{{"", compact(m.Example)}}
	}
	var list []exampleView
	for _, e := range m.Examples {
		list = append(list, exampleView{e.Value.Summary, compact(e.Value.Value)})
	}
	return list
}

func (d *document) body(o *operation) *bodyView {
	if o.RequestBody == nil || len(o.RequestBody.Content) == 0 {
		return nil
	}
	content := o.RequestBody.Content
	view := &bodyView{Required: o.RequestBody.Required, Description: inline(o.RequestBody.Description)}
	if s := content[0].Value.Schema; len(d.target(s).Properties) > 0 {
		view.Fields = d.fields(s)
	} else {
		for _, one := range d.target(s).AnyOf {
			view.Schemas = append(view.Schemas, refName(one.Ref))
		}
	}
	first := content[0].Value.examples()
	for _, e := range first {
		view.Examples = append(view.Examples, exampleView{e.Summary, indented([]byte(e.Text))})
	}
	for _, m := range content {
		example := ""
		if len(first) > 0 {
			example = first[0].Text
		}
		if m.Name == jsonType {
			example = indented([]byte(example))
		} else {
			example = formLines([]byte(example))
		}
		view.MediaTypes = append(view.MediaTypes, bodyType{m.Name, example, m.Name != "multipart/form-data"})
	}
	return view
}

func (d *document) response(status string, r response) (responseView, error) {
	view := responseView{Status: status, Success: status < "400", Description: inline(r.Description)}
	for _, m := range r.Headers {
		h, err := resolve(m.Value, m.Value.Ref, d.Components.Headers)
		if err != nil {
			return view, err
		}
		view.Headers = append(view.Headers, fieldView{Name: m.Name, Description: inline(h.Description)})
	}
	if content, ok := r.Content.find(jsonType); ok {
		view.Schema = refName(content.Schema.Ref)
		if len(content.Example) > 0 {
			view.Example = indented(content.Example)
		}
	}
	return view, nil
}

// fields are the properties of a schema, or of the one it refers to.
func (d *document) fields(s *schema) []fieldView {
	s = d.target(s)
	var list []fieldView
	for _, p := range s.Properties {
		description := p.Value.Description
		if t := d.target(p.Value); description == "" && len(t.Properties) == 0 {
			description = t.Description
		}
		list = append(list, fieldView{
			Name: p.Name, Type: d.typeOf(p.Value), TypeLink: d.linkOf(p.Value),
			Required: slices.Contains(s.Required, p.Name), Description: inline(description),
		})
	}
	return list
}

// target is the schema itself, or the one it refers to.
func (d *document) target(s *schema) *schema {
	for s.Ref != "" {
		next, ok := d.Components.Schemas.find(refName(s.Ref))
		if !ok {
			break
		}
		s = next
	}
	return s
}

// linkOf names the component to read for more about a schema, "" when its type
// says all.
func (d *document) linkOf(s *schema) string {
	switch {
	case s.Ref != "":
		if t := d.target(s); t.Title != "" || len(t.Properties) > 0 || len(t.AdditionalProperties) > 0 || len(t.AnyOf) > 0 {
			return refName(s.Ref)
		}
		return ""
	case s.Items != nil:
		return d.linkOf(s.Items)
	default:
		return ""
	}
}

// typeOf says in a few words what a schema admits.
func (d *document) typeOf(s *schema) string {
	t := d.target(s)
	switch {
	case t.Title != "":
		return t.Title
	case len(t.Properties) > 0 && s.Ref != "":
		return refName(s.Ref)
	default:
		return d.spelledOut(t)
	}
}

// spelledOut says exactly what a schema admits.
func (d *document) spelledOut(s *schema) string {
	switch {
	case s.Const != nil:
		return literal(s.Const)
	case len(s.Enum) > 0:
		var values []string
		for _, v := range s.Enum {
			values = append(values, literal(v))
		}
		return strings.Join(values, " | ")
	case len(s.AnyOf) > 0:
		var kinds []string
		for _, one := range s.AnyOf {
			if kind := d.typeOf(one); !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		}
		return strings.Join(kinds, " | ")
	}
	if len(s.Type) == 0 {
		return "cualquier valor"
	}
	var kinds []string
	for _, t := range s.Type {
		kinds = append(kinds, d.kind(t, s))
	}
	return strings.Join(kinds, " | ")
}

func (d *document) kind(t string, s *schema) string {
	switch t {
	case "integer":
		return "entero"
	case "number":
		return "número"
	case "string":
		return "texto"
	case "boolean":
		return "true | false"
	case "array":
		if s.Items == nil {
			return "lista"
		}
		return "lista de " + d.typeOf(s.Items)
	case "object":
		return "objeto"
	default:
		return t
	}
}

// literal is a value as JSON spells it.
func literal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

func compact(raw []byte) string {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return string(raw)
	}
	return b.String()
}

func indented(raw []byte) string {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return string(raw)
	}
	return b.String()
}

// formLines are the members of a JSON object as a form has them, one a line;
// lists and objects are left out.
func formLines(raw []byte) string {
	var members ordered[any]
	if err := json.Unmarshal(raw, &members); err != nil {
		return ""
	}
	var lines []string
	for _, m := range members {
		switch v := m.Value.(type) {
		case string:
			lines = append(lines, m.Name+"="+url.QueryEscape(v))
		case float64, bool:
			lines = append(lines, m.Name+"="+literal(v))
		}
	}
	return strings.Join(lines, "\n")
}
