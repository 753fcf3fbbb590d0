package medilink

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// listed is a page of citas, or of anything with an id, as a client reads it.
type listed struct {
	Data  []struct{ ID int64 }
	Links struct{ Current, Next, Prev *string }
}

func (l listed) ids() []int64 {
	ids := make([]int64, len(l.Data))
	for i, d := range l.Data {
		ids[i] = d.ID
	}
	return ids
}

// list asks for a page. A link is followed as it is.
func (f face) list(t *testing.T, target string) listed {
	t.Helper()
	w := f.send("GET", strings.TrimPrefix(target, "http://api.medilink2.healthatom.com"), "")
	var page listed
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != 200 {
		t.Fatalf("%s: status %d, %s", target, w.Code, w.Body)
	}
	return page
}

// withCitas is a face with n citas, of which every third is annulled; two begin
// at each hour.
func withCitas(t *testing.T, n int) face {
	t.Helper()
	f := newFace(t)
	for i := range n {
		estado := tomahora.EstadoNoConfirmado
		if i%3 == 0 {
			estado = tomahora.EstadoAnulado
		}
		f.store.citas = append(f.store.citas, tomahora.Cita{
			ID: tomahora.CitaID(i + 1), Version: 1, IDPaciente: 2, IDAtencion: 2, IDEstado: estado, Viva: i%3 != 0,
			NombrePaciente: "Fernanda", ApellidosPaciente: "Risopatrón", NombreAtencion: "Exodoncia",
			EstadoDesde: now().AddDate(0, 0, -(i / 4)),
			Espacio: tomahora.Espacio{
				IDProfesional: 2, IDSucursal: 1, IDSillon: 1, Fecha: tomahora.Fecha{Year: 2018, Month: 11, Day: 1 + i/8},
				Rango: tomahora.Rango{Inicio: tomahora.Hora(8*60 + i%8/2*60), Fin: tomahora.Hora(9*60 + i%8/2*60)},
			},
		})
	}
	return f
}

// walk follows the links from a page to the last.
func (f face) walk(t *testing.T, target string, link func(listed) *string) (pages [][]int64, last listed) {
	t.Helper()
	for next := &target; next != nil; next = link(last) {
		last = f.list(t, *next)
		pages = append(pages, last.ids())
		if len(pages) > 100 {
			t.Fatal("the links go round in circles")
		}
	}
	return pages, last
}

func TestPagesJoinWithoutGapsInBothDirections(t *testing.T) {
	f := withCitas(t, 120)
	next := func(l listed) *string { return l.Links.Next }
	prev := func(l listed) *string { return l.Links.Prev }
	tests := map[string]struct {
		query string
		total int
		pages int
	}{
		"nothing asked":                  {"", 120, 3},
		"pages of seven":                 {"limit=7", 120, 18},
		"pages that come out even":       {"limit=60", 120, 2},
		"more than a page may have":      {"limit=1000", 120, 2},
		"sorted by a column with ties":   {"limit=9&sort=fecha:desc,hora", 120, 14},
		"sorted by instants with ties":   {"limit=9&sort=fecha_actualizacion:asc", 120, 14},
		"filtered":                       {`limit=10&q={"estado_anulacion":{"eq":0}}`, 80, 8},
		"filtered and sorted":            {`limit=10&q={"fecha":{"gte":"2018-11-03"},"id":{"neq":100}}&sort=fecha:asc`, 103, 11},
		"filtered by the paciente's RUT": {`limit=50&q={"rut":{"eq":"11.111.111-1"}}`, 120, 3},
		"nothing found":                  {`q={"rut":{"eq":"1-9"}}`, 0, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			query := strings.ReplaceAll(test.query, `"`, "%22")
			pages, last := f.walk(t, "/api/v5/citas?"+query, next)
			all := slices.Concat(pages...)
			distinct := slices.Compact(slices.Sorted(slices.Values(all)))
			if len(pages) != test.pages || len(all) != test.total || len(distinct) != test.total {
				t.Fatalf("%d citas, %d of them distinct, on %d pages", len(all), len(distinct), len(pages))
			}
			back, first := f.walk(t, *last.Links.Current, prev)
			slices.Reverse(back)
			if diff := cmp.Diff(pages, back); diff != "" {
				t.Errorf("read backwards:\n%s", diff)
			}
			if again := f.list(t, *first.Links.Current); !slices.Equal(again.ids(), first.ids()) {
				t.Errorf("current is %v, was %v", again.ids(), first.ids())
			}
			if again := f.list(t, *last.Links.Current); !slices.Equal(again.ids(), last.ids()) {
				t.Errorf("current is %v, was %v", again.ids(), last.ids())
			}
		})
	}
}

func TestCitasComeNewestFirst(t *testing.T) {
	f := withCitas(t, 3)
	if got := f.list(t, "/api/v5/citas").ids(); !slices.Equal(got, []int64{3, 2, 1}) {
		t.Errorf("ids %v", got)
	}
}

func TestACursorAloneContinuesTheQuery(t *testing.T) {
	f := withCitas(t, 120)
	first := f.list(t, `/api/v5/citas?limit=10&sort=fecha:asc&q=%7B%22estado_anulacion%22:%7B%22eq%22:0%7D%7D`)
	if !regexp.MustCompile(`^http://api\.medilink2\.healthatom\.com/api/v5/citas\?cursor=[A-Za-z0-9_-]+$`).MatchString(*first.Links.Next) {
		t.Fatalf("next is %s", *first.Links.Next)
	}
	_, cursor, _ := strings.Cut(*first.Links.Next, "cursor=")
	second := f.list(t, "/api/v5/citas?cursor="+cursor)
	if len(second.Data) != 10 || slices.ContainsFunc(second.ids(), func(id int64) bool { return id%3 == 1 }) {
		t.Errorf("ids %v", second.ids())
	}
	for name, query := range map[string]string{
		"another q is ignored":    "q={&cursor=",
		"another sort is ignored": "sort=color&cursor=",
		"a slash before it":       "x=/&cursor=",
	} {
		if got := f.list(t, "/api/v5/citas/?"+query+cursor); !slices.Equal(got.ids(), second.ids()) {
			t.Errorf("%s: ids %v", name, got.ids())
		}
	}
	if got := f.list(t, "/api/v5/citas?limit=3&cursor="+cursor); !slices.Equal(got.ids(), second.ids()[:3]) {
		t.Errorf("with a limit: ids %v", got.ids())
	}
	if got := f.list(t, "/api/v6/citas?cursor="+cursor); !strings.HasPrefix(*got.Links.Next, "http://api.medilink2.healthatom.com/api/v6/citas?") {
		t.Errorf("next is %s", *got.Links.Next)
	}
}

func TestAPageDoesNotLoseItsPlaceWhenCitasComeAndGo(t *testing.T) {
	f := withCitas(t, 20)
	first := f.list(t, "/api/v5/citas?limit=5") // 20 to 16
	f.store.citas = append(f.store.citas[:15], f.store.citas[16:]...)
	f.store.citas = append(f.store.citas, f.store.citas[0])
	f.store.citas[len(f.store.citas)-1].ID = 21
	if got := f.list(t, *first.Links.Next).ids(); !slices.Equal(got, []int64{15, 14, 13, 12, 11}) {
		t.Errorf("ids %v", got)
	}
}

// forged is a cursor whose checksum is right.
func forged(payload string) string {
	sealed := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(payload)))
	return base64.RawURLEncoding.EncodeToString(append(sealed, payload...))
}

func TestCursorsThatAreNotOurs(t *testing.T) {
	f := withCitas(t, 120)
	_, good, _ := strings.Cut(*f.list(t, "/api/v5/citas").Links.Next, "cursor=")
	_, ofOne, _ := strings.Cut(*f.list(t, "/api/v5/pacientes/2/citas").Links.Next, "cursor=")
	tests := map[string]string{
		"no base64":                     "%7B%7D",
		"one letter":                    "x",
		"cut short":                     good[:len(good)-1],
		"something appended":            good + "A",
		"a letter changed":              "A" + good[1:],
		"given twice":                   good + "&cursor=" + good,
		"of another list":               ofOne,
		"no JSON":                       forged("x"),
		"another version":               forged(`{"v":2,"l":"/citas","n":50}`),
		"of a list without a name":      forged(`{"v":1,"n":50}`),
		"no limit":                      forged(`{"v":1,"l":"/citas"}`),
		"too great a limit":             forged(`{"v":1,"l":"/citas","n":101}`),
		"an unknown field":              forged(`{"v":1,"l":"/citas","n":50,"x":1}`),
		"an unknown column":             forged(`{"v":1,"l":"/citas","n":50,"q":"{\"color\":{\"eq\":1}}"}`),
		"an unknown operator":           forged(`{"v":1,"l":"/citas","n":50,"q":"{\"id\":{\"in\":1}}"}`),
		"an unknown column to sort by":  forged(`{"v":1,"l":"/citas","n":50,"s":"color"}`),
		"a position of too few values":  forged(`{"v":1,"l":"/citas","n":50,"s":"fecha","p":["2018-11-01"]}`),
		"a position of too many values": forged(`{"v":1,"l":"/citas","n":50,"p":[1,2]}`),
		"an empty position":             forged(`{"v":1,"l":"/citas","n":50,"p":[]}`),
		"a text where an id should be":  forged(`{"v":1,"l":"/citas","n":50,"p":["1"]}`),
		"a fraction":                    forged(`{"v":1,"l":"/citas","n":50,"p":[1.5]}`),
		"null":                          forged(`{"v":1,"l":"/citas","n":50,"p":[null]}`),
		"a number where a date is":      forged(`{"v":1,"l":"/citas","n":50,"s":"fecha","p":[1,1]}`),
		"no date where one should be":   forged(`{"v":1,"l":"/citas","n":50,"s":"fecha","p":["x",1]}`),
		"backwards from nowhere":        forged(`{"v":1,"l":"/citas","n":50,"b":true}`),
	}
	for name, token := range tests {
		t.Run(name, func(t *testing.T) {
			w := f.send("GET", "/api/v5/citas?cursor="+token, "")
			if got := errorOf(t, w); w.Code != 400 || got.Code != "cursor_invalido" || got.Errors[0].Field != "cursor" {
				t.Errorf("got %d %s", w.Code, got.Code)
			}
		})
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(`{"v":1,"l":"/citas","n":50,"q":"{\"fecha\":{\"eq\":\"2018-11-01\"}}","s":"fecha:desc","p":["2018-11-01",7],"b":true}`)
	f.Add(`{"v":1,"l":"/citas","n":1,"s":"fecha_actualizacion,hora","p":[1541448541000000,540,7]}`)
	f.Add(`{"v":1,"l":"/citas","n":50,"p":["\u0000"]}`)
	cfg, columns := config(f), tablaCitas()
	f.Fuzz(func(t *testing.T, payload string) {
		c, err := decodeCursor(forged(payload), "/citas")
		if err != nil {
			return
		}
		q, err := c.consulta(cfg, columns, false)
		if err != nil {
			return
		}
		checkFiltros(t, q.Filtros)
		if q.Limite < 2 || q.Limite > maxLimit+1 || q.Orden[len(q.Orden)-1].Columna != "id" {
			t.Fatalf("asks %+v", q)
		}
		if q.Despues == nil {
			return
		}
		for i, o := range q.Orden {
			want := map[string]string{"fecha": "string", "hora_inicio": "int64", "fecha_actualizacion": "int64", "id": "int64"}[o.Columna]
			if got := fmt.Sprintf("%T", q.Despues[i]); got != want {
				t.Fatalf("%s is after a %s", o.Columna, got)
			}
		}
	})
}

func TestEveryCursorReadsBack(t *testing.T) {
	c := cursor{Version: 1, Lista: "/citas", Q: `{"rut":{"lk":"<ñ&>"}}`, Sort: "fecha", Limite: 7, Posicion: []any{"2018-11-01", json.Number("9223372036854775807")}}
	token := c.encode()
	if url.QueryEscape(token) != token {
		t.Fatalf("%q", token)
	}
	got, err := decodeCursor(token, "/citas")
	if diff := cmp.Diff(c, got); err != nil || diff != "" {
		t.Errorf("error %v\n%s", err, diff)
	}
}
