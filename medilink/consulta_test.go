package medilink

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// tablaCitas are the columns of the lists of citas.
func tablaCitas() tabla { return (&api{}).listaCitas(nil).tabla }

func config(t testing.TB) *tomahora.Config { return newFakeStore(t).cfg }

// filtrosOf reads a query string as the filters of a list of citas.
func filtrosOf(t testing.TB, query string) ([]tomahora.Filtro, error) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/api/v5/citas", nil)
	r.URL.RawQuery = query
	conditions, err := readQ(r)
	if err != nil {
		return nil, err
	}
	return tablaCitas().filtros(config(t), conditions, false)
}

func instant(day, hour, minute, second int) time.Time {
	return time.Date(2018, 11, day, hour, minute, second, 0, time.UTC)
}

func TestFiltersAreReadInEverySpelling(t *testing.T) {
	between := []tomahora.Filtro{
		{Columna: "fecha", Operador: tomahora.MayorIgual, Valor: "2018-11-01"},
		{Columna: "fecha", Operador: tomahora.MenorIgual, Valor: "2018-11-30"},
	}
	tests := map[string]struct {
		query string
		want  []tomahora.Filtro
	}{
		"no query":              {"", []tomahora.Filtro{}},
		"no q":                  {"x=1&limit=3", []tomahora.Filtro{}},
		"an empty q":            {"q=", []tomahora.Filtro{}},
		"an empty object":       {"q=%7B%7D", []tomahora.Filtro{}},
		"a range as one object": {`q={"fecha":{"gte":"2018-11-01","lte":"2018-11-30"}}`, between},
		"a range as an array":   {`q={"fecha":[{"gte":"2018-11-01"},{"lte":"2018-11-30"}]}`, between},
		"a range in DD/MM/YYYY": {`q={"fecha":{"gte":"01/11/2018","lte":"30/11/2018"}}`, between},
		"percent-encoded with spaces": {
			"q=%7B%22fecha%22%3A%20%5B%7B%22gte%22:%20%222018-11-01%22%7D,%20%7B%22lte%22:%20%222018-11-30%22%7D%5D%7D", between,
		},
		"a plus for each space":  {`q={"fecha":+[{"gte":+"2018-11-01"},+{"lte":+"2018-11-30"}]}`, between},
		"raw spaces":             {`q={"fecha": [{"gte": "2018-11-01"}, {"lte": "2018-11-30"}]}`, between},
		"after other parameters": {`_=1;2&q={"fecha":{"gte":"2018-11-01","lte":"2018-11-30"}}&fecha=x`, between},
		"an integer as a number": {`q={"id":{"eq":701}}`, []tomahora.Filtro{{Columna: "id", Operador: tomahora.Igual, Valor: int64(701)}}},
		"an integer as a text":   {`q={"id_sucursal":{"neq":"1"}}`, []tomahora.Filtro{{Columna: "id_sucursal", Operador: tomahora.Distinto, Valor: int64(1)}}},
		"a flag as a number":     {`q={"estado_anulacion":{"eq":0}}`, []tomahora.Filtro{{Columna: "estado_anulacion", Operador: tomahora.Igual, Valor: int64(0)}}},
		"a flag as a text":       {`q={"estado_anulacion":{"eq":"1"}}`, []tomahora.Filtro{{Columna: "estado_anulacion", Operador: tomahora.Igual, Valor: int64(1)}}},
		"a flag as a boolean":    {`q={"estado_anulacion":{"eq":true}}`, []tomahora.Filtro{{Columna: "estado_anulacion", Operador: tomahora.Igual, Valor: int64(1)}}},
		"an unknown date":        {`q={"fecha":{"eq":"0000-00-00"}}`, []tomahora.Filtro{{Columna: "fecha", Operador: tomahora.Igual, Valor: ""}}},
		"a RUT with dots":        {`q={"rut":{"eq":"11.111.111-1"}}`, []tomahora.Filtro{{Columna: "rut", Operador: tomahora.Entre, Valor: []string{"11111111-1", "11.111.111-1"}}}},
		"a RUT as it is stored":  {`q={"rut":{"eq":"11111111-1"}}`, []tomahora.Filtro{{Columna: "rut", Operador: tomahora.Igual, Valor: "11111111-1"}}},
		"a RUT with a small k and no hyphen": {
			`q={"rut":{"eq":"10000013k"}}`, []tomahora.Filtro{{Columna: "rut", Operador: tomahora.Entre, Valor: []string{"10000013-K", "10000013K"}}},
		},
		"a part of a RUT": {`q={"rut":{"lk":"%2511.111-k%25"}}`, []tomahora.Filtro{{Columna: "rut", Operador: tomahora.Contiene, Valor: "11111-K"}}},
		"a RUT's number":  {`q={"rut":{"lk":11111111}}`, []tomahora.Filtro{{Columna: "rut", Operador: tomahora.Contiene, Valor: "11111111"}}},
		"a day of instants": {`q={"fecha_actualizacion":{"eq":"2018-11-05"}}`, []tomahora.Filtro{
			{Columna: "fecha_actualizacion", Operador: tomahora.Igual, Valor: tomahora.Lapso{Desde: instant(5, 3, 0, 0), Hasta: instant(6, 3, 0, 0)}},
		}},
		"a second of an instant": {`q={"fecha_actualizacion":{"gt":"2018-11-05 17:09:01"}}`, []tomahora.Filtro{
			{Columna: "fecha_actualizacion", Operador: tomahora.Mayor, Valor: tomahora.Lapso{Desde: instant(5, 20, 9, 1), Hasta: instant(5, 20, 9, 2)}},
		}},
		"an estado by its name": {`q={"estado":{"eq":"no confirmado"}}`, []tomahora.Filtro{
			{Columna: "id_estado", Operador: tomahora.Entre, Valor: []int64{7}},
		}},
		"an estado by a part of its name": {`q={"estado":{"lk":"%25anulado%25"}}`, []tomahora.Filtro{
			{Columna: "id_estado", Operador: tomahora.Entre, Valor: []int64{1, 10}},
		}},
		"an estado there is not": {`q={"estado":{"eq":"x"}}`, []tomahora.Filtro{
			{Columna: "id_estado", Operador: tomahora.Entre, Valor: []int64{}},
		}},
		"conditions in their order": {`q={"id_sucursal":{"eq":1},"id":{"gte":701},"estado_anulacion":{"eq":0}}`, []tomahora.Filtro{
			{Columna: "id_sucursal", Operador: tomahora.Igual, Valor: int64(1)},
			{Columna: "id", Operador: tomahora.MayorIgual, Valor: int64(701)},
			{Columna: "estado_anulacion", Operador: tomahora.Igual, Valor: int64(0)},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := filtrosOf(t, test.query)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("error %v\n%s", err, diff)
			}
		})
	}
}

func TestFiltersThatCannotBeReadAreRefused(t *testing.T) {
	tests := map[string]struct {
		query, message string
		code           tomahora.Code
	}{
		"an unknown column":                   {`q={"color":{"eq":1}}`, "No puede buscar por color", tomahora.CodeFiltroNoPermitido},
		"a column only to sort by":            {`q={"hora_inicio":{"eq":1}}`, "No puede buscar por hora_inicio", tomahora.CodeFiltroNoPermitido},
		"a column of Dentalink on v5":         {`q={"id_dentista":{"eq":1}}`, "No puede buscar por id_dentista", tomahora.CodeFiltroNoPermitido},
		"a column that is no name":            {`q={"<b>":{"eq":1}}`, "No puede buscar por esa columna", tomahora.CodeFiltroNoPermitido},
		"a column without a name":             {`q={"":{"eq":1}}`, "No puede buscar por esa columna", tomahora.CodeFiltroNoPermitido},
		"a very long name":                    {`q={"` + strings.Repeat("a", 41) + `":{"eq":1}}`, "No puede buscar por esa columna", tomahora.CodeFiltroNoPermitido},
		"no JSON":                             {"q=fecha", "JSON con el formato", tomahora.CodeFiltroInvalido},
		"half an object":                      {`q={"fecha":`, "JSON", tomahora.CodeFiltroInvalido},
		"an array":                            {"q=[]", "objeto JSON", tomahora.CodeFiltroInvalido},
		"two objects":                         {"q={}{}", "JSON", tomahora.CodeFiltroInvalido},
		"no operator":                         {`q={"fecha":"2018-11-01"}`, "objeto JSON", tomahora.CodeFiltroInvalido},
		"no operator in an array":             {`q={"fecha":["2018-11-01"]}`, "objeto JSON", tomahora.CodeFiltroInvalido},
		"an unknown operator":                 {`q={"rut":{"like":"1"}}`, "operadores", tomahora.CodeFiltroInvalido},
		"our own operator":                    {`q={"id":{"in":1}}`, "operadores", tomahora.CodeFiltroInvalido},
		"an operator in upper case":           {`q={"id":{"EQ":1}}`, "operadores", tomahora.CodeFiltroInvalido},
		"null":                                {`q={"id":{"eq":null}}`, "valor", tomahora.CodeFiltroInvalido},
		"a list of values":                    {`q={"id":{"eq":[1,2]}}`, "valor", tomahora.CodeFiltroInvalido},
		"a column twice":                      {`q={"id":{"gt":1},"id":{"lt":9}}`, "repetido", tomahora.CodeFiltroInvalido},
		"an operator twice":                   {`q={"id":{"gt":1,"gt":9}}`, "repetido", tomahora.CodeFiltroInvalido},
		"q twice":                             {"q={}&q={}", "repetido", tomahora.CodeFiltroInvalido},
		"an empty text for an id":             {`q={"id":{"eq":""}}`, "id debe ser", tomahora.CodeFiltroInvalido},
		"a fraction for an id":                {`q={"id":{"eq":1.5}}`, "id debe ser", tomahora.CodeFiltroInvalido},
		"a boolean for an id":                 {`q={"id":{"eq":true}}`, "id no es de sí o no", tomahora.CodeFiltroInvalido},
		"an id beyond all":                    {`q={"id":{"eq":9223372036854775808}}`, "id debe ser", tomahora.CodeFiltroInvalido},
		"two for a flag":                      {`q={"estado_anulacion":{"eq":2}}`, "1 o 0", tomahora.CodeFiltroInvalido},
		"a date there is not":                 {`q={"fecha":{"eq":"2018-02-29"}}`, "fecha debe ser", tomahora.CodeFiltroInvalido},
		"an instant that is none":             {`q={"fecha_actualizacion":{"eq":"2018-11-05T17:09:01Z"}}`, "HH:MM:SS", tomahora.CodeFiltroInvalido},
		"an instant before all years":         {`q={"fecha_actualizacion":{"eq":"0000-01-01 00:00:00"}}`, "HH:MM:SS", tomahora.CodeFiltroInvalido},
		"a boolean for a text":                {`q={"estado":{"eq":true}}`, "estado no es de sí o no", tomahora.CodeFiltroInvalido},
		"a part of an id":                     {`q={"id":{"lk":"1"}}`, "lk", tomahora.CodeFiltroInvalido},
		"a part of a date":                    {`q={"fecha":{"lk":"2018"}}`, "lk", tomahora.CodeFiltroInvalido},
		"a broken escape of the URL":          {"q=%7", "%", tomahora.CodeFiltroInvalido},
		"bytes that are no UTF-8":             {`q={"estado":{"eq":"%ff"}}`, "UTF-8", tomahora.CodeFiltroInvalido},
		"NUL in the URL":                      {`q={"estado":{"eq":"%00"}}`, "UTF-8", tomahora.CodeFiltroInvalido},
		"NUL in the JSON":                     {`q={"estado":{"eq":"\u0000"}}`, "JSON", tomahora.CodeFiltroInvalido},
		"half a surrogate pair":               {`q={"estado":{"eq":"\ud83d"}}`, "JSON", tomahora.CodeFiltroInvalido},
		"a q longer than any client has need": {`q={"estado":{"eq":"` + strings.Repeat("x", maxQ) + `"}}`, "largo", tomahora.CodeFiltroInvalido},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := filtrosOf(t, test.query)
			problems := tomahora.ProblemsOf(err)
			if len(problems) != 1 || problems[0].Code != test.code || problems[0].Field != "q" || !strings.Contains(err.Error(), test.message) {
				t.Errorf("got %v, want %s with %q", err, test.code, test.message)
			}
		})
	}
}

func TestADayBeginsWithTheClockChangeThatSkipsMidnight(t *testing.T) {
	zona, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	// In 2026 the clocks went from 24:00 of 5 September to 01:00, and in April
	// from 24:00 of the 4th back to 23:00.
	tests := map[string]struct {
		text         string
		desde, hasta string
	}{
		"the day before":            {"2026-09-05", "2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z"},
		"the day without midnight":  {"2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},
		"the day with an hour more": {"2026-04-04", "2026-04-04T03:00:00Z", "2026-04-05T04:00:00Z"},
	}
	for name, test := range tests {
		got, ok := lapso(test.text, zona)
		if !ok || got.Desde.Format(time.RFC3339) != test.desde || got.Hasta.Format(time.RFC3339) != test.hasta {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSort(t *testing.T) {
	asc := func(c string) tomahora.Orden { return tomahora.Orden{Columna: c} }
	desc := func(c string) tomahora.Orden { return tomahora.Orden{Columna: c, Descendente: true} }
	tests := map[string]struct {
		sort string
		want []tomahora.Orden
	}{
		"nothing":                         {"", []tomahora.Orden{desc("id")}},
		"a column":                        {"fecha", []tomahora.Orden{asc("fecha"), asc("id")}},
		"a column downwards":              {"fecha:desc", []tomahora.Orden{desc("fecha"), desc("id")}},
		"several":                         {"fecha:desc, hora_inicio:ASC", []tomahora.Orden{desc("fecha"), asc("hora_inicio"), asc("id")}},
		"another name of a column":        {"hora:desc", []tomahora.Orden{desc("hora_inicio"), desc("id")}},
		"a column twice":                  {"fecha,fecha:desc,hora", []tomahora.Orden{asc("fecha"), asc("hora_inicio"), asc("id")}},
		"id ends it":                      {"id:asc,fecha:desc", []tomahora.Orden{asc("id")}},
		"id after another":                {"fecha:desc,id:asc", []tomahora.Orden{desc("fecha"), asc("id")}},
		"a colon without a direction":     {"fecha:", []tomahora.Orden{asc("fecha"), asc("id")}},
		"instants can be sorted by, also": {"fecha_actualizacion:desc", []tomahora.Orden{desc("fecha_actualizacion"), desc("id")}},
	}
	for name, test := range tests {
		got, err := tablaCitas().parseSort(test.sort, false)
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("%s: error %v\n%s", name, err, diff)
		}
	}
	refused := map[string]tomahora.Code{
		"color": tomahora.CodeOrdenNoPermitido, "rut": tomahora.CodeOrdenNoPermitido, "fecha,": tomahora.CodeOrdenNoPermitido,
		"fecha;desc": tomahora.CodeOrdenNoPermitido, "fecha:up": tomahora.CodeParametroInvalido,
		strings.Repeat("fecha,", 40) + "id": tomahora.CodeOrdenNoPermitido,
	}
	for sort, code := range refused {
		if _, err := tablaCitas().parseSort(sort, false); !tomahora.IsCode(err, code) {
			t.Errorf("%q: %v, want %s", sort, err, code)
		}
	}
}

func TestLimit(t *testing.T) {
	tests := map[string]int{"": 50, "limit=": 50, "limit=1": 1, "limit=100": 100, "limit=101": 100, "limit=99999999999999999999": 100}
	for query, want := range tests {
		r := httptest.NewRequest(http.MethodGet, "/api/v5/citas?"+query, nil)
		if got, err := readLimit(r, defaultLimit); err != nil || got != want {
			t.Errorf("%q: %d, %v", query, got, err)
		}
	}
	for _, query := range []string{"limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=+5", "limit=5&limit=5", "limit=%"} {
		r := httptest.NewRequest(http.MethodGet, "/api/v5/citas", nil)
		r.URL.RawQuery = query
		if _, err := readLimit(r, defaultLimit); !tomahora.IsCode(err, tomahora.CodeParametroInvalido) {
			t.Errorf("%q: %v", query, err)
		}
	}
}

func FuzzQ(f *testing.F) {
	f.Add(`{"fecha":[{"gte":"2018-11-01"},{"lte":"30/11/2018"}],"rut":{"lk":"%11.111"}}`)
	f.Add(`{"fecha_actualizacion":{"eq":"2018-11-05 17:09:01"},"estado":{"neq":"x"},"estado_anulacion":{"eq":true}}`)
	f.Add(`{"id":{"eq":1e999999999}}`)
	cfg, t := config(f), tablaCitas()
	f.Fuzz(func(test *testing.T, text string) {
		conditions, err := parseQ(text)
		if err == nil {
			var filtros []tomahora.Filtro
			filtros, err = t.filtros(cfg, conditions, false)
			checkFiltros(test, filtros)
		}
		if err != nil && (tomahora.KindOf(err) != tomahora.KindInvalid || err.Error() == "") {
			test.Fatalf("refused with %v", err)
		}
	})
}

// checkFiltros asserts what a store may count on.
func checkFiltros(t *testing.T, filtros []tomahora.Filtro) {
	t.Helper()
	types := map[string]string{
		"id": "int64", "fecha": "string", "fecha_actualizacion": "lapso", "id_estado": "int64", "estado_anulacion": "int64", "rut": "string",
		"id_sucursal": "int64", "id_profesional": "int64", "id_sillon": "int64", "id_paciente": "int64",
	}
	for _, filtro := range filtros {
		got := ""
		switch v := filtro.Valor.(type) {
		case int64, []int64:
			got = "int64"
		case tomahora.Lapso:
			got = "lapso"
		case string:
			got = "string"
			if checkText(v, false) != nil {
				t.Fatalf("a text no store takes: %q", v)
			}
		}
		if got == "" || got != types[filtro.Columna] {
			t.Fatalf("%s compared with %#v", filtro.Columna, filtro.Valor)
		}
		if filtro.Operador == tomahora.Contiene && got != "string" {
			t.Fatalf("lk on %s", filtro.Columna)
		}
	}
}
