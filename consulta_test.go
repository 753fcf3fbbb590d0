package tomahora_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tomahora/tomahora"
)

// fila is a row with a column of each type.
type fila struct {
	id     int64
	nombre string
	flag   int64
	cuando time.Time
}

func columna(f fila, name string) any {
	switch name {
	case "id":
		return f.id
	case "nombre":
		return f.nombre
	case "flag":
		return f.flag
	case "cuando":
		return f.cuando
	default:
		panic("no column " + name)
	}
}

func ids(rows []fila) []int64 {
	var list []int64
	for _, f := range rows {
		list = append(list, f.id)
	}
	return list
}

var (
	porID      = []tomahora.Orden{{Columna: "id"}}
	mediodia   = instant("2026-11-23T12:00:00Z")
	todoElDia  = tomahora.Lapso{Desde: instant("2026-11-23T00:00:00Z"), Hasta: instant("2026-11-24T00:00:00Z")}
	unSegundo  = tomahora.Lapso{Desde: mediodia, Hasta: mediodia.Add(time.Second)}
	filasDeDia = []fila{
		{1, "Núñez", 1, todoElDia.Desde.Add(-time.Microsecond)},
		{2, "nunez", 0, todoElDia.Desde},
		{3, "Álvarez", 1, mediodia},
		{4, "", 0, mediodia.Add(time.Second)},
		{5, "Zúñiga", 1, todoElDia.Hasta},
	}
)

func TestSelectFilters(t *testing.T) {
	is := func(column string, op tomahora.Operador, v any) []tomahora.Filtro {
		return []tomahora.Filtro{{Columna: column, Operador: op, Valor: v}}
	}
	tests := []struct {
		name    string
		filtros []tomahora.Filtro
		want    []int64
	}{
		{"no filter takes all", nil, []int64{1, 2, 3, 4, 5}},
		{"eq of an integer", is("id", tomahora.Igual, int64(3)), []int64{3}},
		{"neq of an integer", is("id", tomahora.Distinto, int64(3)), []int64{1, 2, 4, 5}},
		{"gt of an integer", is("id", tomahora.Mayor, int64(3)), []int64{4, 5}},
		{"gte of an integer", is("id", tomahora.MayorIgual, int64(3)), []int64{3, 4, 5}},
		{"lt of an integer", is("id", tomahora.Menor, int64(3)), []int64{1, 2}},
		{"lte of an integer", is("id", tomahora.MenorIgual, int64(3)), []int64{1, 2, 3}},
		{"one of several integers", is("id", tomahora.Entre, []int64{5, 9, 1}), []int64{1, 5}},
		{"one of several texts", is("nombre", tomahora.Entre, []string{"NUÑEZ", "", "x"}), []int64{1, 2, 4}},
		{"one of none", is("id", tomahora.Entre, []int64{}), nil},
		{"a flag", is("flag", tomahora.Igual, int64(1)), []int64{1, 3, 5}},
		{"eq of a text, whatever its case and accents", is("nombre", tomahora.Igual, "NUÑEZ"), []int64{1, 2}},
		{"eq of an empty text", is("nombre", tomahora.Igual, ""), []int64{4}},
		{"neq of a text", is("nombre", tomahora.Distinto, "nunez"), []int64{3, 4, 5}},
		{"gt of a text", is("nombre", tomahora.Mayor, "Nunez"), []int64{5}},
		{"lte of a text", is("nombre", tomahora.MenorIgual, "alvarez"), []int64{3, 4}},
		{"lk finds a part", is("nombre", tomahora.Contiene, "ÚÑ"), []int64{1, 2, 5}},
		{"lk of nothing finds all", is("nombre", tomahora.Contiene, ""), []int64{1, 2, 3, 4, 5}},
		{"lk knows no wildcards", is("nombre", tomahora.Contiene, "%"), nil},
		{"eq of a day is inside it", is("cuando", tomahora.Igual, todoElDia), []int64{2, 3, 4}},
		{"neq of a day is outside it", is("cuando", tomahora.Distinto, todoElDia), []int64{1, 5}},
		{"gt of a day is after it", is("cuando", tomahora.Mayor, todoElDia), []int64{5}},
		{"gte of a day is not before it", is("cuando", tomahora.MayorIgual, todoElDia), []int64{2, 3, 4, 5}},
		{"lt of a day is before it", is("cuando", tomahora.Menor, todoElDia), []int64{1}},
		{"lte of a day is not after it", is("cuando", tomahora.MenorIgual, todoElDia), []int64{1, 2, 3, 4}},
		{"eq of a second", is("cuando", tomahora.Igual, unSegundo), []int64{3}},
		{"every filter must hold", append(is("flag", tomahora.Igual, int64(1)), is("id", tomahora.Menor, int64(5))...), []int64{1, 3}},
		{"a range of one column", append(is("id", tomahora.MayorIgual, int64(2)), is("id", tomahora.MenorIgual, int64(3))...), []int64{2, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tomahora.Select(filasDeDia, tomahora.Consulta{Filtros: tt.filtros, Orden: porID, Limite: 10}, columna)
			if diff := cmp.Diff(tt.want, ids(got)); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSelectSortsAndPages(t *testing.T) {
	by := func(columns ...tomahora.Orden) []tomahora.Orden { return columns }
	id := tomahora.Orden{Columna: "id"}
	tests := []struct {
		name string
		q    tomahora.Consulta
		want []int64
	}{
		{"the newest first", tomahora.Consulta{Orden: by(tomahora.Orden{Columna: "id", Descendente: true}), Limite: 10}, []int64{5, 4, 3, 2, 1}},
		{"texts without case and accents, then ids", tomahora.Consulta{Orden: by(tomahora.Orden{Columna: "nombre"}, id), Limite: 10}, []int64{4, 3, 1, 2, 5}},
		{"one column down and one up", tomahora.Consulta{Orden: by(tomahora.Orden{Columna: "flag", Descendente: true}, id), Limite: 10}, []int64{1, 3, 5, 2, 4}},
		{"instants", tomahora.Consulta{Orden: by(tomahora.Orden{Columna: "cuando", Descendente: true}, id), Limite: 2}, []int64{5, 4}},
		{"no more than the limit", tomahora.Consulta{Orden: porID, Limite: 2}, []int64{1, 2}},
		{"after a row", tomahora.Consulta{Orden: porID, Despues: []any{int64(2)}, Limite: 2}, []int64{3, 4}},
		{"after a row that is gone", tomahora.Consulta{Orden: by(tomahora.Orden{Columna: "flag"}, id), Despues: []any{int64(0), int64(3)}, Limite: 2}, []int64{4, 1}},
		{"after a text", tomahora.Consulta{Orden: by(tomahora.Orden{Columna: "nombre"}, id), Despues: []any{"NÚÑEZ", int64(1)}, Limite: 10}, []int64{2, 5}},
		{"after an instant, in microseconds", tomahora.Consulta{Orden: by(tomahora.Orden{Columna: "cuando"}, id), Despues: []any{mediodia.UnixMicro(), int64(3)}, Limite: 10}, []int64{4, 5}},
		{"after the last", tomahora.Consulta{Orden: porID, Despues: []any{int64(5)}, Limite: 10}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shuffled := slices.Clone(filasDeDia)
			slices.Reverse(shuffled)
			got := tomahora.Select(shuffled, tt.q, columna)
			if diff := cmp.Diff(tt.want, ids(got)); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPagesVisitEveryRowOnceInOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(rt, "rows")
		rows := make([]fila, n)
		for i := range rows {
			rows[i] = fila{
				id:     int64(i + 1),
				nombre: rapid.SampledFrom([]string{"", "Núñez", "nunez", "Ana", "ZOE"}).Draw(rt, "nombre"),
				flag:   rapid.Int64Range(0, 1).Draw(rt, "flag"),
				cuando: mediodia.Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, "micros")) * time.Microsecond),
			}
		}
		rows = rapid.Permutation(rows).Draw(rt, "order of rows")
		q := tomahora.Consulta{Limite: n}
		for _, name := range rapid.Permutation([]string{"nombre", "flag", "cuando"}).Draw(rt, "columns")[:rapid.IntRange(0, 3).Draw(rt, "columns sorted by")] {
			q.Orden = append(q.Orden, tomahora.Orden{Columna: name, Descendente: rapid.Bool().Draw(rt, "desc")})
		}
		q.Orden = append(q.Orden, tomahora.Orden{Columna: "id", Descendente: rapid.Bool().Draw(rt, "desc")})
		if rapid.Bool().Draw(rt, "filtered") {
			q.Filtros = []tomahora.Filtro{{Columna: "flag", Operador: tomahora.Igual, Valor: int64(1)}}
		}
		want := ids(tomahora.Select(rows, q, columna))

		q.Limite = rapid.IntRange(1, 7).Draw(rt, "limit")
		var got []int64
		for len(got) <= n {
			page := tomahora.Select(rows, q, columna)
			if len(page) == 0 {
				break
			}
			got = append(got, ids(page)...)
			q.Despues = positionOf(page[len(page)-1], q.Orden)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("pages of %d by %v (-all at once +page by page):\n%s", q.Limite, q.Orden, diff)
		}
		if q.Filtros == nil && len(got) != n {
			rt.Fatalf("visited %d of %d rows", len(got), n)
		}
	})
}

// positionOf is a row as Despues names it.
func positionOf(f fila, orden []tomahora.Orden) []any {
	var position []any
	for _, o := range orden {
		v := columna(f, o.Columna)
		if at, ok := v.(time.Time); ok {
			v = at.UnixMicro()
		}
		position = append(position, v)
	}
	return position
}

func TestFold(t *testing.T) {
	for s, want := range map[string]string{
		"Núñez": "nunez", "NÚÑEZ": "nunez", "ÁÉÍÓÚÜ áéíóúü": "aeiouu aeiouu", "Risopatrón": "risopatron", "12345678-K": "12345678-k", "": "",
	} {
		if got := tomahora.Fold(s); got != want {
			t.Errorf("Fold(%q) = %q, want %q", s, got, want)
		}
	}
}
