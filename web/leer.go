package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/tomahora/tomahora"
)

// reader reads parameters of a form or a query. What cannot be read is among its
// problems, by the name of the field.
type reader struct {
	url.Values
	problems tomahora.Problems
}

func (p *reader) unreadable(field string) {
	p.problems = append(p.problems, tomahora.Invalid(tomahora.CodeParametroInvalido, field, field, p.Get(field)))
}

// text is a parameter without the spaces around it.
func (p *reader) text(field string) string { return strings.TrimSpace(p.Get(field)) }

// id is a parameter that names something, 0 where it is left out.
func (p *reader) id(field string) int64 {
	text := p.text(field)
	if text == "" {
		return 0
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		p.unreadable(field)
		return 0
	}
	return id
}

func (p *reader) fecha(field string) tomahora.Fecha {
	text := p.text(field)
	if text == "" {
		return tomahora.Fecha{}
	}
	fecha, err := tomahora.ParseFecha(text)
	if err != nil {
		p.unreadable(field)
	}
	return fecha
}

// horaInicio is a start, nil where it is left out.
func (p *reader) horaInicio() *tomahora.Hora {
	const field = "hora_inicio"
	text := p.text(field)
	if text == "" {
		return nil
	}
	hora, err := tomahora.ParseHora(wholeHora(text))
	if err != nil {
		p.unreadable(field)
		return nil
	}
	return &hora
}

// wholeHora spells an hour as people type it: "9:15", "915" and "9" are hours too.
func wholeHora(typed string) string {
	hours, minutes, parted := strings.Cut(strings.NewReplacer(".", ":", "h", ":").Replace(typed), ":")
	if !parted && len(hours) > 2 {
		hours, minutes = hours[:len(hours)-2], hours[len(hours)-2:]
	}
	if minutes == "" {
		minutes = "00"
	}
	if len(hours) == 1 {
		hours = "0" + hours
	}
	return hours + ":" + minutes
}

// duracion is a length in minutes, nil where it is left out.
func (p *reader) duracion(field string) *tomahora.Duracion {
	text := p.text(field)
	if text == "" {
		return nil
	}
	minutes, err := strconv.Atoi(text)
	if err != nil {
		p.unreadable(field)
		return nil
	}
	return new(tomahora.Duracion(minutes))
}

// bit is a yes ("1") or no ("0"), nil where it is left out.
func (p *reader) bit(field string) *bool {
	switch p.text(field) {
	case "1":
		return new(true)
	case "0":
		return new(false)
	case "":
	default:
		p.unreadable(field)
	}
	return nil
}

// orNil is what could not be read, as an error.
func (p *reader) orNil() error {
	if len(p.problems) == 0 {
		return nil
	}
	return p.problems
}
