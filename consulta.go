package tomahora

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Operador compares a column of a list with a value, as the wire spells it
// (contract §1.8).
type Operador string

// The operators of a Filtro.
const (
	Igual      Operador = "eq"
	Distinto   Operador = "neq"
	Mayor      Operador = "gt"
	MayorIgual Operador = "gte"
	Menor      Operador = "lt"
	MenorIgual Operador = "lte"
	Contiene   Operador = "lk" // of texts: has it as a part
	Entre      Operador = "in" // is one of; never on the wire
)

// Filtro is a condition on the rows of a list. Columna is the wire's name.
//
// Valor is of the column's type: int64 (also of a flag, 0 or 1), string (a fecha
// as YYYY-MM-DD), or Lapso for a column of instants; with Entre, []int64 or
// []string. Texts are compared by Fold; a RUT as it is stored, which is how
// NormalizeRUT spells it.
type Filtro struct {
	Columna  string
	Operador Operador
	Valor    any
}

// Lapso is a half-open stretch of time, [Desde, Hasta), in UTC: what an instant
// means that was given to the second or to the day. Igual is inside it, Mayor
// after it, MenorIgual not after it.
type Lapso struct {
	Desde, Hasta time.Time
}

// Orden is a column to sort by.
type Orden struct {
	Columna     string
	Descendente bool
}

// Consulta asks for a page of a list: the rows for which every Filtro holds, in
// the given order, at most Limite of them. Orden ends with "id", which makes it
// total. Despues, when not nil, has the values of the Orden columns in the row
// after which the page begins, each an int64 or a string; instants are in
// microseconds.
type Consulta struct {
	Filtros []Filtro
	Orden   []Orden
	Despues []any
	Limite  int
}

// Select answers a Consulta over rows in memory; column gives a row's value of a
// column as a Filtro's Valor (an instant as time.Time). It is what a store does
// in SQL.
func Select[T any](rows []T, q Consulta, column func(row T, name string) any) []T {
	var page []T
	for _, row := range rows {
		of := func(name string) any { return column(row, name) }
		if q.accepts(of) && (q.Despues == nil || q.compare(of, q.position) > 0) {
			page = append(page, row)
		}
	}
	slices.SortStableFunc(page, func(a, b T) int {
		return q.compare(func(name string) any { return column(a, name) }, func(name string) any { return column(b, name) })
	})
	if len(page) > q.Limite {
		page = page[:q.Limite]
	}
	return page
}

func (q Consulta) accepts(of func(string) any) bool {
	return !slices.ContainsFunc(q.Filtros, func(f Filtro) bool { return !f.matches(of(f.Columna)) })
}

// position is the row of Despues.
func (q Consulta) position(name string) any {
	i := slices.IndexFunc(q.Orden, func(o Orden) bool { return o.Columna == name })
	return q.Despues[i]
}

func (q Consulta) compare(a, b func(string) any) int {
	for _, o := range q.Orden {
		c := compareValues(a(o.Columna), b(o.Columna))
		if o.Descendente {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func (f Filtro) matches(v any) bool {
	switch want := f.Valor.(type) {
	case []int64:
		n, _ := v.(int64)
		return slices.Contains(want, n)
	case []string:
		return slices.ContainsFunc(want, func(w string) bool { return compareValues(v, w) == 0 })
	case Lapso:
		at, _ := v.(time.Time)
		return f.matchesLapso(at, want)
	}
	if f.Operador == Contiene {
		return strings.Contains(Fold(text(v)), Fold(text(f.Valor)))
	}
	return f.Operador.holds(compareValues(v, f.Valor))
}

func (f Filtro) matchesLapso(at time.Time, want Lapso) bool {
	switch f.Operador {
	case Igual:
		return !at.Before(want.Desde) && at.Before(want.Hasta)
	case Distinto:
		return at.Before(want.Desde) || !at.Before(want.Hasta)
	case Mayor:
		return !at.Before(want.Hasta)
	case MayorIgual:
		return !at.Before(want.Desde)
	case Menor:
		return at.Before(want.Desde)
	default:
		return at.Before(want.Hasta)
	}
}

// holds tells whether a comparison with this result is the operator's.
func (o Operador) holds(c int) bool {
	switch o {
	case Igual:
		return c == 0
	case Distinto:
		return c != 0
	case Mayor:
		return c > 0
	case MayorIgual:
		return c >= 0
	case Menor:
		return c < 0
	default:
		return c <= 0
	}
}

func compareValues(a, b any) int {
	if x, ok := integer(a); ok {
		if y, ok := integer(b); ok {
			return cmp.Compare(x, y)
		}
	}
	return strings.Compare(Fold(text(a)), Fold(text(b)))
}

// integer is an int64, or an instant in microseconds.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case time.Time:
		return v.UnixMicro(), true
	default:
		return 0, false
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// foldings are the letters of Spanish that a search does not tell apart.
var foldings = strings.NewReplacer(
	"á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n",
	"Á", "a", "É", "e", "Í", "i", "Ó", "o", "Ú", "u", "Ü", "u", "Ñ", "n",
)

// Fold is a text as searches compare it: lower case, without accents.
func Fold(s string) string { return strings.ToLower(foldings.Replace(s)) }
