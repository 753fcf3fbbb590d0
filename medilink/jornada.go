package medilink

import (
	"fmt"

	"github.com/tomahora/tomahora"
)

// cambioJornada is what a request says of a working range. Nil and zero mean
// that it says nothing.
type cambioJornada struct {
	inicio, fin           *tomahora.Hora
	inicioBreak, finBreak *tomahora.Hora
	sillones              []int64
	modalidad             tomahora.Modalidad
}

func (p *params) cambioJornada() cambioJornada {
	return cambioJornada{
		inicio:      p.hora("hora_inicio"),
		fin:         p.horaFin("hora_fin"),
		inicioBreak: p.hora("hora_inicio_break"),
		finBreak:    p.horaFin("hora_fin_break"),
		sillones:    p.carriles("sillones"),
		modalidad:   p.modalidad("modalidad"),
	}
}

// applyTo writes what was said. Equal hours of a break mean that there is none.
func (c cambioJornada) applyTo(j *tomahora.Jornada) {
	set(&j.Rango.Inicio, c.inicio)
	set(&j.Rango.Fin, c.fin)
	set(&j.Pausa.Inicio, c.inicioBreak)
	set(&j.Pausa.Fin, c.finBreak)
	if j.Pausa.Inicio == j.Pausa.Fin {
		j.Pausa = tomahora.Rango{}
	}
	if len(c.sillones) > 0 {
		j.Sillones = sillonIDs(c.sillones)
	}
	if c.modalidad != "" {
		j.Modalidad = c.modalidad
	}
}

// carriles reads the sillones of a range. The Sobrecupo alone is refused: it stands
// in every horario, and who sends just that means something else.
func (p *params) carriles(name string) []int64 {
	ids := p.ids(name)
	if len(ids) > 0 && len(sillonIDs(ids)) == 0 {
		p.reject([]string{name}, name, "debe nombrar un sillón además del sobrecupo (7), que está en todo horario")
		return nil
	}
	return ids
}

// sillonIDs leaves the Sobrecupo out, which stands in every horario by itself.
func sillonIDs(ids []int64) []tomahora.SillonID {
	var list []tomahora.SillonID
	for _, id := range ids {
		if s := tomahora.SillonID(id); s != tomahora.Sobrecupo {
			list = append(list, s)
		}
	}
	return list
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// cambioHorario is what a request says of a weekly rule.
type cambioHorario struct {
	cambioJornada
	dia          tomahora.Dia
	desde, hasta *tomahora.Fecha // zero: unbounded
}

func (p *params) cambioHorario() cambioHorario {
	return cambioHorario{
		cambioJornada: p.cambioJornada(),
		dia:           p.dia("dia"),
		desde:         p.limite("desde"),
		hasta:         p.limite("hasta"),
	}
}

func (c cambioHorario) applyTo(h *tomahora.Horario) {
	c.cambioJornada.applyTo(&h.Jornada)
	if c.dia != 0 {
		h.Dia = c.dia
	}
	set(&h.Desde, c.desde)
	set(&h.Hasta, c.hasta)
}

// dia reads a day of the week; 0 when absent.
func (p *params) dia(name string) tomahora.Dia {
	names := []string{name}
	sent, v, ok := p.find(names)
	if !ok {
		return 0
	}
	n, ok := v.entero()
	if !ok || n < int64(tomahora.Lunes) || n > int64(tomahora.Domingo) {
		p.reject(names, sent, whyDia)
		return 0
	}
	return tomahora.Dia(n)
}

// limite reads a bound of the dates a rule is in force; "" is how GET shows that
// there is none, so here it says so.
func (p *params) limite(name string) *tomahora.Fecha {
	if v := p.fields[name]; v.kind == kindText && v.text == "" {
		if _, sent := p.fields[name]; sent {
			return new(tomahora.Fecha)
		}
	}
	if _, _, ok := p.find([]string{name}); !ok {
		return nil
	}
	f := p.fecha(name)
	return &f
}

// dias reads the rules of a week: an array of objects as GET shows them. The
// problems of each are named by where it stands: "dias[0].hora_inicio".
func (p *params) dias(name string) []cambioHorario {
	names := []string{name}
	sent, v, ok := p.find(names)
	if !ok {
		return nil
	}
	elements, ok := v.elements()
	rules := make([]cambioHorario, 0, len(elements))
	for i, element := range elements {
		f, isObject := element.object()
		ok = ok && isObject
		rule := params{fields: f}
		rules = append(rules, rule.cambioHorario())
		rule.requireAll("dia", "hora_inicio", "hora_fin")
		for _, problem := range rule.problems {
			problem.Field = fmt.Sprintf("%s[%d].%s", name, i, problem.Field)
			p.problems = append(p.problems, problem)
		}
	}
	if !ok {
		p.reject(names, sent, whyDias)
	}
	return rules
}
