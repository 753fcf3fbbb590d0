package medilink

import (
	"net/http"
	"strings"

	"github.com/tomahora/tomahora"
)

const (
	whyIDs       = "debe ser una lista de números enteros mayores que 0"
	whyHoraFin   = "debe ser una hora HH:MM entre 00:00 y 24:00"
	whyLargo     = "debe ser un número de minutos entre 1 y 1440"
	whyDia       = "debe ser un día entre 1 (lunes) y 7 (domingo)"
	whyDias      = "debe ser un arreglo JSON con un objeto por regla"
	whyModalidad = "debe ser presencial, videoconsulta o ambas"
)

// queryFields reads the query as fields; what is given more than once, or with
// [] after its name, is a list. What cannot be decoded is no value of any kind:
// who reads it refuses it, and unknown names are ignored as everywhere.
func queryFields(r *http.Request) fields {
	f := fields{}
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		rawName, rawText, _ := strings.Cut(pair, "=")
		name, err := unescaped(rawName, false)
		if err != nil || name == "" {
			continue
		}
		v := value{kind: kindCompound}
		if text, err := unescaped(rawText, false); err == nil {
			v = value{kind: kindText, text: text}
		}
		base, _ := listName(name)
		f[base] = value{kind: kindList, list: append(f[base].list, v)}
	}
	for name, v := range f {
		if len(v.list) == 1 {
			f[name] = v.list[0]
		}
	}
	return f
}

// queryParams reads the query of a GET that is no list of rows: its own
// parameters and the eq conditions of its q, which win.
func queryParams(r *http.Request) (*params, error) {
	conditions, err := readQ(r)
	if err != nil {
		return nil, err
	}
	f := queryFields(r)
	for _, c := range conditions {
		if c.operador == tomahora.Igual {
			f[c.columna] = c.valor
		}
	}
	return &params{fields: f}, nil
}

// requireAll reports each parameter that is missing.
func (p *params) requireAll(names ...string) {
	for _, name := range names {
		p.require(name)
	}
}

// err is what is wrong with the parameters read so far.
func (p *params) err() error {
	if len(p.problems) == 0 {
		return nil
	}
	return p.problems
}

// ids reads a list of ids without repetitions: an array of JSON, name[] of a
// form or query, or one text with commas between them. It is nil when absent.
func (p *params) ids(names ...string) []int64 {
	sent, v, ok := p.find(names)
	if !ok {
		return nil
	}
	values, ok := v.values()
	var ids []int64
	seen := map[int64]bool{}
	for _, v := range values {
		n, isInteger := v.entero()
		ok = ok && isInteger && n > 0
		if !seen[n] {
			seen[n] = true
			ids = append(ids, n)
		}
	}
	if !ok {
		p.reject(names, sent, whyIDs)
		return nil
	}
	return ids
}

// values are the values of a list, however it was sent.
func (v value) values() (list []value, ok bool) {
	switch v.kind {
	case kindNumber:
		return []value{v}, true
	case kindText:
		for part := range strings.SplitSeq(v.text, ",") {
			list = append(list, value{kind: kindText, text: part})
		}
		return list, true
	case kindList:
		for _, one := range v.list {
			parts, ok := one.values()
			if !ok {
				return nil, false
			}
			list = append(list, parts...)
		}
		return list, true
	default:
		return v.elements()
	}
}

// idOrNone reads an id where 0 says "none"; sent tells whether anything was said.
func (p *params) idOrNone(names ...string) (id int64, sent bool) {
	name, v, ok := p.find(names)
	if !ok {
		return 0, false
	}
	if n, isInteger := v.entero(); isInteger && n == 0 {
		return 0, true
	}
	return p.id(name), true
}

// horaFin reads an end, which may be 24:00.
func (p *params) horaFin(names ...string) *tomahora.Hora {
	sent, v, ok := p.find(names)
	if !ok {
		return nil
	}
	h, err := tomahora.ParseHoraFin(v.text)
	if err != nil || v.kind != kindText {
		p.reject(names, sent, whyHoraFin)
		return nil
	}
	return &h
}

// modalidad reads how a horario is attended; "" when absent.
func (p *params) modalidad(names ...string) tomahora.Modalidad {
	sent, v, ok := p.find(names)
	if !ok {
		return ""
	}
	m := tomahora.Modalidad(strings.ToLower(v.text))
	if m != tomahora.Presencial && m != tomahora.Videoconsulta && m != tomahora.Ambas {
		p.reject(names, sent, whyModalidad)
		return ""
	}
	return m
}

// largo reads a length in minutes, which must be positive; 0 when absent.
func (p *params) largo(names ...string) tomahora.Duracion {
	sent, v, ok := p.find(names)
	if !ok {
		return 0
	}
	n, ok := v.entero()
	if !ok || n < 1 || n > int64(tomahora.FinDelDia) {
		p.reject(names, sent, whyLargo)
		return 0
	}
	return tomahora.Duracion(n)
}
