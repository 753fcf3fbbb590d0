package web

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/tomahora/tomahora"
)

// maxForm bounds a form's body, in bytes.
const maxForm = 64 << 10

// form is what somebody filled in, with what is wrong with it by the name of the
// field; "" is what is wrong with the whole.
type form struct {
	url.Values
	Problems map[string]string
}

// BesideFields tells whether something is wrong with a field.
func (f form) BesideFields() bool {
	_, whole := f.Problems[""]
	return len(f.Problems) > 1 || len(f.Problems) == 1 && !whole
}

// readForm reads the body of a POST.
func readForm(w http.ResponseWriter, r *http.Request) (form, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			return form{}, &tomahora.Error{Kind: tomahora.KindTooLarge, Code: tomahora.CodeCuerpoDemasiadoGrande, Args: []any{maxForm}}
		}
		return form{}, &tomahora.Error{Kind: tomahora.KindInvalid, Code: tomahora.CodeCuerpoInvalido, Args: []any{"no es un formulario"}, Err: err}
	}
	return form{Values: r.PostForm}, checkTexts(r.PostForm)
}

// checkTexts refuses what no text of a clinic may be, and not every database takes.
func checkTexts(values url.Values) error {
	for _, texts := range values {
		for _, text := range texts {
			if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
				return &tomahora.Error{Kind: tomahora.KindInvalid, Code: tomahora.CodeCuerpoInvalido, Args: []any{"no es texto"}}
			}
		}
	}
	return nil
}

// refuse puts what a use case says of a form beside its fields. It is false where
// there is something else to tell than what to fill in otherwise.
func (s *server) refuse(r *http.Request, f *form, err error) bool {
	problems := tomahora.ProblemsOf(err)
	if tomahora.KindOf(err) != tomahora.KindInvalid {
		return false
	}
	f.Problems = map[string]string{}
	for _, p := range problems {
		field := p.Field
		if !f.Has(field) {
			field = "" // nobody would see it beside a field that is not there
		}
		if f.Problems[field] == "" {
			f.Problems[field] = s.locales[visitOf(r).lang].problem(p)
		}
	}
	return true
}

// field is one field of a form as the components show it.
type field struct {
	ID, Name, Label, Value, Problem string
	Type, Hint                      string
	Required, Checked               bool
	Needed                          bool // required, or so unless another field says otherwise
	Attrs                           []attr
	Options                         []option
}

// attr is an attribute of an input, such as inputmode.
type attr struct{ Name, Value string }

// Attribute is the name, which templates would refuse for the hyphen of data-foco. It
// is never made of what somebody sent.
func (a attr) Attribute() template.HTMLAttr { return template.HTMLAttr(a.Name) }

// option is one choice of a select.
type option struct{ Value, Label string }

// newField is a field of a form. Settings are attributes of the input as
// name=value, of which type and hint, and without a value required and needed, are
// ours: what is needed may be left out only where another field says so, which a
// browser cannot tell. A checkbox is checked where the form has its value.
func newField(f form, name, label string, settings ...string) field {
	made := field{ID: "campo-" + name, Name: name, Label: label, Value: f.Get(name), Problem: f.Problems[name], Type: "text"}
	for _, setting := range settings {
		key, value, _ := strings.Cut(setting, "=")
		switch key {
		case "": // none, where a template says what depends
		case "type":
			made.Type = value
		case "hint":
			made.Hint = value
		case "required":
			made.Required, made.Needed = true, true
		case "needed":
			made.Needed = true
		case "id":
			made.ID = value
		default:
			made.Attrs = append(made.Attrs, attr{key, value})
		}
	}
	if made.Type == "checkbox" {
		made.Checked, made.Value = made.Value != "", "1"
	}
	if made.Type == "password" {
		made.Value = "" // never sent back
	}
	return made
}

// orNone is options, and first that none of them is chosen yet where that is so.
func orNone(list []option, selected string) []option {
	if selected != "" {
		return list
	}
	return append([]option{{"", "—"}}, list...)
}

// newChoice is a field with these options.
func newChoice(made field, options []option) field {
	made.Options = options
	return made
}
