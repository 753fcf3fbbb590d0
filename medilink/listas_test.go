package medilink

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// target is a path with a q as clients encode it.
func target(path, q string) string {
	if q == "" {
		return path
	}
	return path + "?q=" + url.QueryEscape(q)
}

func TestListsFilter(t *testing.T) {
	f := withCitas(t, 6) // 1 and 4 are annulled
	f.store.citas[5].IDPaciente, f.store.citas[4].Espacio.IDSillon = 5, tomahora.Sobrecupo
	tests := map[string]struct {
		path, q string
		want    []int64
	}{
		"citas":                             {"/citas", "", []int64{6, 5, 4, 3, 2, 1}},
		"citas not annulled":                {"/citas", `{"estado_anulacion":{"eq":0}}`, []int64{6, 5, 3, 2}},
		"citas in an estado":                {"/citas", `{"id_estado":{"eq":"1"}}`, []int64{4, 1}},
		"citas in an estado by its name":    {"/citas", `{"estado":{"eq":"Anulado"}}`, []int64{4, 1}},
		"citas in any other estado":         {"/citas", `{"estado":{"neq":"Anulado"}}`, []int64{6, 5, 3, 2}},
		"citas in no estado there is":       {"/citas", `{"estado":{"eq":"x"}}`, []int64{}},
		"citas of a day":                    {"/citas", `{"fecha":{"eq":"2018-11-01"},"id":{"gte":5}}`, []int64{6, 5}},
		"citas of another day":              {"/citas", `{"fecha":{"gt":"2018-11-01"}}`, []int64{}},
		"citas by RUT":                      {"/citas", `{"rut":{"eq":"11.111.111-1"},"fecha":{"gte":"2018-11-01"}}`, []int64{5, 4, 3, 2, 1}},
		"citas by a part of the RUT":        {"/citas", `{"rut":{"lk":"1111111"}}`, []int64{5, 4, 3, 2, 1}},
		"citas of a paciente by id":         {"/citas", `{"id_paciente":{"eq":5}}`, []int64{6}},
		"citas on a sillón":                 {"/citas", `{"id_sillon":{"eq":7},"id_sucursal":{"eq":1},"id_profesional":{"eq":2}}`, []int64{5}},
		"citas whose estado is of today":    {"/citas", `{"fecha_actualizacion":{"gte":"2018-11-05"}}`, []int64{4, 3, 2, 1}},
		"citas of a paciente":               {"/pacientes/2/citas", "", []int64{5, 4, 3, 2, 1}},
		"citas of a paciente, filtered":     {"/pacientes/2/citas", `{"estado_anulacion":{"eq":1}}`, []int64{4, 1}},
		"no more than the paciente's citas": {"/pacientes/2/citas", `{"id_paciente":{"eq":5}}`, []int64{}},
		"citas of a profesional":            {"/profesionales/2/citas", `{"id":{"lt":3}}`, []int64{2, 1}},
		"citas of a sucursal":               {"/sucursales/1/citas", `{"id":{"lt":3}}`, []int64{2, 1}},

		"estados":                    {"/citas/estados", "", []int64{18, 14, 13, 12, 11, 10, 8, 7, 6, 5, 3, 2, 1}},
		"estados that annul":         {"/citas/estados", `{"anulacion":{"eq":true}}`, []int64{14, 10, 1}},
		"estados of internal use":    {"/citas/estados", `{"uso_interno":{"eq":1},"reservado":{"eq":1},"habilitado":{"eq":1}}`, []int64{14}},
		"estados by name":            {"/citas/estados", `{"nombre":{"lk":"telefono"}}`, []int64{3}},
		"pacientes":                  {"/pacientes", "", []int64{2, 5}},
		"pacientes by RUT":           {"/pacientes", `{"rut": {"eq": "111111111"}}`, []int64{2}},
		"pacientes by part of a RUT": {"/pacientes", `{"rut":{"lk":"11111111"}}`, []int64{2}},
		"pacientes without a RUT":    {"/pacientes", `{"rut":{"eq":""}}`, []int64{5}},
		"pacientes by name":          {"/pacientes", `{"nombre":{"lk":"%fern%"},"apellidos":{"eq":"risopatron"}}`, []int64{2}},
		"pacientes disabled":         {"/pacientes", `{"habilitado":{"eq":false}}`, []int64{5}},
		"pacientes by much else": {
			"/pacientes",
			`{"email":{"eq":""},"numero_ficha":{"eq":""},"celular":{"eq":""},"telefono":{"eq":""},"sexo":{"eq":"F"},"fecha_afiliacion":{"eq":"02/01/2018"}}`,
			[]int64{2},
		},
		"pacientes born on no known day":   {"/pacientes", `{"fecha_nacimiento":{"eq":"0000-00-00"}}`, []int64{2, 5}},
		"atenciones":                       {"/atenciones", "", []int64{2, 3}},
		"atenciones of a range":            {"/atenciones", `{"fecha":{"gte":"2018-11-02","lte":"2018-11-30"}}`, []int64{3}},
		"atenciones that are open":         {"/atenciones", `{"finalizado":{"eq":0},"bloqueado":{"eq":0},"nombre_tipo":{"eq":"consulta"}}`, []int64{2}},
		"atenciones by much else":          {"/atenciones", `{"nombre":{"lk":"po"},"id_paciente":{"eq":2},"id_profesional":{"eq":2},"id_sucursal":{"eq":1}}`, []int64{3}},
		"atenciones of a paciente":         {"/pacientes/2/atenciones", "", []int64{2, 3}},
		"tratamientos of a paciente":       {"/pacientes/2/tratamientos", `{"finalizado":{"eq":1}}`, []int64{3}},
		"atenciones of another paciente":   {"/pacientes/5/atenciones", "", []int64{}},
		"an empty list of a paciente":      {"/pacientes/2/pagos", "", []int64{}},
		"an empty list of an atención":     {"/atenciones/2/detalles", "", []int64{}},
		"evoluciones of an atención":       {"/atenciones/2/evoluciones", "", []int64{}},
		"fichas of an atención":            {"/atenciones/2/fichas", "", []int64{}},
		"a slash at the end":               {"/pacientes/2/citas/", `{"id":{"eq":1}}`, []int64{1}},
		"HEAD and GET see the same filter": {"/citas", `{"id":{"eq":1}}`, []int64{1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := f.list(t, target("/api/v5"+test.path, test.q))
			if diff := cmp.Diff(test.want, got.ids()); diff != "" {
				t.Error(diff)
			}
			if got.Links.Current == nil || got.Links.Next != nil || got.Links.Prev != nil {
				t.Errorf("links of an only page: %+v", got.Links)
			}
		})
	}
}

func TestSortsOfTheLists(t *testing.T) {
	f := newFace(t)
	tests := map[string][]int64{
		"/citas/estados?sort=id:asc&limit=2":       {1, 2},
		"/pacientes?sort=id:desc":                  {5, 2},
		"/pacientes?sort=nombre:desc":              {5, 2},
		"/pacientes?sort=apellidos":                {5, 2},
		"/pacientes?sort=fecha_nacimiento":         {2, 5},
		"/pacientes?sort=fecha_afiliacion:desc":    {2, 5},
		"/pacientes/2/atenciones?sort=fecha:desc":  {3, 2},
		"/atenciones?sort=fecha:desc,id:asc":       {3, 2},
		"/atenciones?sort=id%3Adesc&limit=1&page=": {3},
	}
	for path, want := range tests {
		if got := f.list(t, "/api/v5"+path).ids(); !slices.Equal(got, want) {
			t.Errorf("%s: ids %v, want %v", path, got, want)
		}
	}
}

func TestAnEmptyListHasItsLinksAsAnObject(t *testing.T) {
	const root = "http://api.medilink2.healthatom.com/api/v5"
	w := newFace(t).send("GET", "/api/v5/pacientes/2/pagos/?limit=5", "")
	want := `{"data":[],"links":{"current":"` + root + `/pacientes/2/pagos","next":null,"prev":null}}` + "\n"
	if w.Code != 200 || w.Body.String() != want {
		t.Errorf("status %d, body %s", w.Code, w.Body)
	}
	w = newFace(t).send("GET", "/api/v5/citas", "")
	if !strings.HasPrefix(w.Body.String(), `{"data":[],"links":{"current":"`+root+`/citas?cursor=`) ||
		!strings.HasSuffix(w.Body.String(), `","next":null,"prev":null}}`+"\n") {
		t.Errorf("body %s", w.Body)
	}
}

func TestWhatAListRefuses(t *testing.T) {
	tests := map[string]struct {
		path   string
		status int
		code   tomahora.Code
		msg    string
	}{
		"an unknown column":             {target("/citas", `{"id_atencion":{"eq":1}}`), 400, tomahora.CodeFiltroNoPermitido, "No puede buscar por id_atencion"},
		"a column of another list":      {target("/pacientes", `{"fecha":{"eq":"2018-11-01"}}`), 400, tomahora.CodeFiltroNoPermitido, "No puede buscar por fecha"},
		"a q that cannot be read":       {"/citas?q=x", 400, tomahora.CodeFiltroInvalido, ""},
		"an unknown column to sort by":  {"/citas?sort=color", 400, tomahora.CodeOrdenNoPermitido, "No puede ordenar por color"},
		"hours of no day":               {"/citas?sort=hora:desc", 400, tomahora.CodeOrdenNoPermitido, "No puede ordenar por hora_inicio sin buscar una de fecha, id_paciente, rut, id"},
		"hours of a sucursal":           {"/sucursales/1/citas?sort=hora", 400, tomahora.CodeOrdenNoPermitido, ""},
		"hours since a day":             {target("/citas", `{"fecha":{"gte":"2018-11-01"}}`) + "&sort=hora", 400, tomahora.CodeOrdenNoPermitido, ""},
		"a column only to filter by":    {"/pacientes?sort=rut", 400, tomahora.CodeOrdenNoPermitido, "No puede ordenar por rut"},
		"a limit that cannot be read":   {"/citas?limit=x", 400, tomahora.CodeParametroInvalido, ""},
		"a sort given twice":            {"/citas?sort=id&sort=id", 400, tomahora.CodeParametroInvalido, ""},
		"citas of nobody":               {"/pacientes/9/citas", 404, tomahora.CodeNoEncontrado, "No se encontró el paciente"},
		"atenciones of nobody":          {"/pacientes/9/atenciones", 404, tomahora.CodeNoEncontrado, "No se encontró el paciente"},
		"pagos of nobody":               {"/pacientes/9/pagos", 404, tomahora.CodeNoEncontrado, "No se encontró el paciente"},
		"citas of no profesional":       {"/profesionales/9/citas", 404, tomahora.CodeNoEncontrado, "No se encontró el profesional"},
		"citas of no sucursal":          {"/sucursales/9/citas", 404, tomahora.CodeNoEncontrado, "No se encontró la sucursal"},
		"detalles of no atención":       {"/atenciones/9/detalles", 404, tomahora.CodeNoEncontrado, "No se encontró la atención"},
		"an estado there is not":        {"/citas/estados/4", 404, tomahora.CodeNoEncontrado, "No se encontró el estado"},
		"citas of an id that is none":   {"/pacientes/x/citas", 400, tomahora.CodeParametroInvalido, ""},
		"citas of another such id":      {"/profesionales/0/citas", 400, tomahora.CodeParametroInvalido, ""},
		"citas of a third such id":      {"/sucursales/-1/citas", 400, tomahora.CodeParametroInvalido, ""},
		"atenciones of such an id":      {"/pacientes/x/tratamientos", 400, tomahora.CodeParametroInvalido, ""},
		"pagos of such an id":           {"/pacientes/x/pagos", 400, tomahora.CodeParametroInvalido, ""},
		"an estado of such an id":       {"/citas/estados/x", 400, tomahora.CodeParametroInvalido, ""},
		"a list the contract knows not": {"/pacientes/2/deudas", 404, tomahora.CodeNoEncontrado, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newFace(t).send("GET", "/api/v5"+test.path, "")
			got := errorOf(t, w)
			if w.Code != test.status || got.Code != string(test.code) || test.msg != "" && got.Message != test.msg {
				t.Errorf("got %d %s: %s", w.Code, got.Code, got.Message)
			}
		})
	}
}

func TestEveryLinkOfAPacienteAnswers(t *testing.T) {
	f := newFace(t)
	for _, prefix := range prefixes() {
		var one struct {
			Data struct{ Links []link }
		}
		if err := json.Unmarshal(f.send("GET", prefix+"/pacientes/2", "").Body.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		links := one.Data.Links
		if len(links) < 5 || links[4].Rel != "citas" {
			t.Fatalf("links %+v", links)
		}
		for _, l := range links[1:] {
			f.list(t, l.Href)
		}
	}
}

func TestACitaInAListIsTheWholeCita(t *testing.T) {
	f := withCitas(t, 1)
	var one struct{ Data json.RawMessage }
	var all struct{ Data []json.RawMessage }
	if err := json.Unmarshal(f.send("GET", "/api/v5/citas/1", "").Body.Bytes(), &one); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(f.send("GET", "/api/v5/citas", "").Body.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]json.RawMessage{one.Data}, all.Data); diff != "" {
		t.Error(diff)
	}
}

func TestAnEstado(t *testing.T) {
	w := newFace(t).send("GET", "/api/v5/citas/estados/3/", "")
	const want = `{"data":{"id":3,"nombre":"Confirmado por teléfono","color":"#87bce4","reservado":1,"anulacion":0,"uso_interno":0,` +
		`"habilitado":1,"links":[{"rel":"self","href":"http://api.medilink2.healthatom.com/api/v5/citas/estados/3","method":"GET"}]}}` + "\n"
	if w.Code != 200 || w.Body.String() != want {
		t.Errorf("status %d, body %s", w.Code, w.Body)
	}
}
