package clinicfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// File is a clinic file that could be read. Whether what it wishes fits the
// clinic is for agenda.Configurar to say; Locate tells where.
type File struct {
	Cambio agenda.Cambio

	name  string
	where map[string]position // of the entries that the problems of a plan name
}

// position is a place in a file, both counted from 1.
type position struct {
	line, column int
}

// Error is one thing wrong with a file.
type Error struct {
	File    string
	Line    int // 0 when it is about no place of the file
	Column  int
	Message string
	Err     error // what the message was made of, if anything
}

// Error is "clinica.yaml:12:5: …".
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

func (e *Error) Unwrap() error { return e.Err }

// Errors is everything found wrong with a file, from top to bottom.
type Errors []*Error

// Error has one line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.Is and errors.As each error in turn.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, one := range e {
		errs[i] = one
	}
	return errs
}

func (e Errors) sorted() Errors {
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return e
}

// Locate says at which lines of the file the problems are that
// agenda.Configurar found. Any other error is returned as it is.
func (f File) Locate(err error) error {
	var located Errors
	known := false
	for _, p := range tomahora.ProblemsOf(err) {
		at, ok := f.where[p.Field]
		known = known || ok
		located = append(located, &Error{f.name, at.line, at.column, explain(p), p})
	}
	if !known {
		return err
	}
	return located.sorted()
}

// explain leaves out the sentence that only says that a configuration is wrong.
func explain(p *tomahora.Error) string {
	if p.Code == tomahora.CodeConfiguracionInvalida && len(p.Args) == 1 {
		return fmt.Sprint(p.Args[0])
	}
	return p.Error()
}

// Parse reads a clinic file; name is what its errors call it. The error is an
// Errors with everything that is wrong with the file by itself.
func Parse(name string, data []byte) (File, error) {
	r := &reader{name: name, where: map[string]position{}}
	cambio := r.cambio(r.open(data))
	if len(r.errs) > 0 {
		return File{}, r.errs.sorted()
	}
	return File{Cambio: cambio, name: name, where: r.where}, nil
}
