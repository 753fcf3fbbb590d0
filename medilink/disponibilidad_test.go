package medilink

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// compact is JSON written over several lines, with nothing between its parts.
func compact(t *testing.T, s string) string {
	t.Helper()
	if !json.Valid([]byte(s)) {
		t.Fatalf("not JSON: %s", s)
	}
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

func render(t *testing.T, v any) string {
	t.Helper()
	w := httptest.NewRecorder()
	writeJSON(w, http.StatusOK, envelope{v})
	return strings.TrimSpace(w.Body.String())
}

// ask sends a GET and checks that the answer is a 200 with this body.
func (f face) ask(t *testing.T, target, want string) {
	t.Helper()
	w := f.send("GET", target, "")
	if diff := cmp.Diff(compact(t, want), strings.TrimSpace(w.Body.String())); w.Code != http.StatusOK || diff != "" {
		t.Errorf("%s: status %d, body\n%s", target, w.Code, diff)
	}
}

// vendorsGrid are the two days of the vendor's example.
func vendorsGrid() []agenda.Grilla {
	cita := &tomahora.Cita{
		ID: 631, IDPaciente: 17, NombrePaciente: "Juan", ApellidosPaciente: "Castro Garcia",
		Espacio: tomahora.Espacio{Rango: tomahora.Rango{Inicio: 8 * 60, Fin: 8*60 + 30}},
	}
	casilla := func(inicio tomahora.Hora, first agenda.Carril) agenda.Casilla {
		return agenda.Casilla{
			Rango: tomahora.Rango{Inicio: inicio, Fin: inicio + 15}, Sobrecupo: true,
			Carriles: []agenda.Carril{first, {IDSillon: 2, Libre: true}},
		}
	}
	return []agenda.Grilla{
		{Fecha: fecha("2018-05-03"), Casillas: []agenda.Casilla{
			casilla(8*60, agenda.Carril{IDSillon: 1, Cita: cita}),
			casilla(8*60+15, agenda.Carril{IDSillon: 1, Cita: cita}),
		}},
		{Fecha: fecha("2018-05-04")},
	}
}

func TestTheGridIsTheVendorsExample(t *testing.T) {
	tests := map[string]struct {
		path     string
		detalles bool
		want     string
	}{
		"with detalles": {"/api/v5/x", true, `{"data":{"fechas":{
			"2018-05-03":{"horas":{
				"08:00":{"sillones":{
					"1":{"tipo":"Cita","id_cita":631,"id_paciente":17,"nombre_paciente":"Juan","apellidos_paciente":"Castro Garcia",
						"comentario":"","bloque":"1/2","duracion_total":30,"inicio":"08:00:00","fin":"08:30:00"},
					"2":true,
					"Sobrecupo":true}},
				"08:15":{"sillones":{
					"1":{"tipo":"Cita","id_cita":631,"id_paciente":17,"nombre_paciente":"Juan","apellidos_paciente":"Castro Garcia",
						"comentario":"","bloque":"2/2","duracion_total":30,"inicio":"08:00:00","fin":"08:30:00"},
					"2":true,
					"Sobrecupo":true}}}},
			"2018-05-04":[]}}}`},
		"without detalles nobody is named": {"/api/v5/x", false, `{"data":{"fechas":{
			"2018-05-03":{"horas":{
				"08:00":{"sillones":{"1":false,"2":true,"Sobrecupo":true}},
				"08:15":{"sillones":{"1":false,"2":true,"Sobrecupo":true}}}},
			"2018-05-04":[]}}}`},
		"on v1 the sobrecupo is Dentalink's": {"/api/v1/x", false, `{"data":{"fechas":{
			"2018-05-03":{"horas":{
				"08:00":{"sillones":{"1":false,"2":true,"7":true}},
				"08:15":{"sillones":{"1":false,"2":true,"7":true}}}},
			"2018-05-04":[]}}}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, test.path, nil)
			got := render(t, grilla(r, vendorsGrid(), 15, test.detalles))
			if diff := cmp.Diff(compact(t, test.want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLanesAreInTheOrderOfTheirNumbers(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/api/v5/x", nil)
	dia := agenda.Grilla{Fecha: fecha("2018-05-03"), Casillas: []agenda.Casilla{{
		Rango: tomahora.Rango{Inicio: 9 * 60, Fin: 10 * 60}, Carriles: []agenda.Carril{{IDSillon: 2}, {IDSillon: 10}, {IDSillon: 101, Libre: true}},
	}}}
	const want = `{"data":{"fechas":{"2018-05-03":{"horas":{"09:00":{"sillones":{"2":false,"10":false,"101":true,"Sobrecupo":false}}}}}}}`
	if diff := cmp.Diff(want, render(t, grilla(r, []agenda.Grilla{dia}, 60, true))); diff != "" {
		t.Error(diff)
	}
}

func TestBlocksOfARange(t *testing.T) {
	tests := map[string]struct {
		inicio, fin, at tomahora.Hora
		intervalo       tomahora.Duracion
		want            string
	}{
		"the only block":                        {540, 570, 540, 30, "1/1"},
		"the last block":                        {540, 630, 600, 30, "3/3"},
		"a cita longer than it could be today":  {540, 580, 570, 30, "2/2"},
		"a grid that begins before the bloqueo": {550, 610, 540, 30, "1/2"},
		"a grid between the cita's blocks":      {540, 600, 555, 30, "1/2"},
	}
	for name, test := range tests {
		if got := bloqueDe(tomahora.Rango{Inicio: test.inicio, Fin: test.fin}, test.at, test.intervalo); got.Bloque != test.want {
			t.Errorf("%s: got %s, want %s", name, got.Bloque, test.want)
		}
	}
}

func TestGrid(t *testing.T) {
	f := clinica(t)
	f.booked(700, 9*60, 60, 1)
	const path = "/api/v5/sucursales/1/profesionales/2/agendas"
	const day = `"fecha_inicio":{"eq":"2018-11-06"},"fecha_fin":{"eq":"2018-11-07"}`
	const plain = `{"data":{"fechas":{
		"2018-11-06":{"horas":{
			"09:00":{"sillones":{"1":false,"2":true,"Sobrecupo":true}},
			"09:30":{"sillones":{"1":false,"2":true,"Sobrecupo":true}},
			"11:00":{"sillones":{"1":true,"2":true,"Sobrecupo":true}},
			"11:30":{"sillones":{"1":true,"2":true,"Sobrecupo":true}}}},
		"2018-11-07":[]}}}`
	for _, url := range []string{
		target(path, `{`+day+`,"mostrar_detalles":{"eq":"0"}}`),
		target(path, `{`+day+`,"mostar_detalles":{"eq":0},"id_sillon":{"eq":1},"duracion":{"gte":30}}`),
		path + "/?fecha_inicio=2018-11-06&fecha_fin=07/11/2018",
	} {
		f.ask(t, url, plain)
	}
	f.ask(t, target("/api/v1/sucursales/1/dentistas/2/agendas", `{`+day+`}`), strings.ReplaceAll(plain, "Sobrecupo", "7"))

	details := f.send("GET", target(path, `{"fecha_inicio":{"eq":"2018-11-06"},"fecha_fin":{"eq":"2018-11-09"},"mostar_detalles":{"eq":1}}`), "").Body.String()
	for _, part := range []string{
		`"09:30":{"sillones":{"1":{"tipo":"Cita","id_cita":700,"id_paciente":2,"nombre_paciente":"Fernanda","apellidos_paciente":"Risopatrón",` +
			`"comentario":"<control>","bloque":"2/2","duracion_total":60,"inicio":"09:00:00","fin":"10:00:00"},"2":true`,
		`"2018-11-09":{"horas":{"08:00":{"sillones":{"1":{"tipo":"Bloqueo","comentario":"Aseo","bloque":"1/2","duracion_total":60,` +
			`"inicio":"08:00:00","fin":"09:00:00"},"Sobrecupo":true}}`,
	} {
		if !strings.Contains(details, part) {
			t.Errorf("%s\nis not in\n%s", part, details)
		}
	}
}

func TestTheGridBeginsTodayAndShowsAWeek(t *testing.T) {
	var body struct {
		Data struct{ Fechas map[string]any }
	}
	w := clinica(t).send("GET", "/api/v5/sucursales/1/profesionales/2/agendas", "")
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	_, first := body.Data.Fechas["2018-11-05"]
	_, last := body.Data.Fechas["2018-11-11"]
	if len(body.Data.Fechas) != 7 || !first || !last {
		t.Errorf("got %s", w.Body)
	}
}

func TestARequestForTimesThatMakesNoSense(t *testing.T) {
	const grid, free = "/api/v5/sucursales/1/profesionales/2/agendas", "/api/v5/horariosdisponibles"
	ids := make([]string, 101)
	for i := range ids {
		ids[i] = strconv.Itoa(i + 1)
	}
	tests := map[string]struct {
		target string
		status int
		fields string // of the problems
	}{
		"a grid that ends before it begins":          {grid + "?fecha_inicio=2018-11-06&fecha_fin=2018-11-05", 400, "fecha_fin"},
		"a grid of more than 31 days":                {grid + "?fecha_inicio=2018-11-01&fecha_fin=2018-12-02", 400, "fecha_fin"},
		"a grid of 31 days":                          {grid + "?fecha_inicio=2018-11-01&fecha_fin=2018-12-01", 200, ""},
		"a date that is none":                        {target(grid, `{"fecha_inicio":{"eq":"2018-02-30"}}`), 400, "fecha_inicio"},
		"both dates none":                            {grid + "?fecha_inicio=hoy&fecha_fin=%FF", 400, "fecha_inicio fecha_fin"},
		"a date given twice":                         {grid + "?fecha_inicio=2018-11-06&fecha_inicio=2018-11-07", 400, "fecha_inicio"},
		"a q that is no JSON":                        {grid + "?q={", 400, "q"},
		"details that are neither on nor off":        {target(grid, `{"mostrar_detalles":{"eq":"si"}}`), 400, "mostrar_detalles"},
		"a profesional who does not attend there":    {"/api/v5/sucursales/1/profesionales/4/agendas", 404, ""},
		"an unknown profesional's grid":              {"/api/v5/sucursales/1/profesionales/99/agendas", 404, ""},
		"a grid of an unknown sucursal":              {"/api/v5/sucursales/99/profesionales/2/agendas", 404, ""},
		"a profesional whose id is none":             {"/api/v5/sucursales/1/profesionales/dos/agendas", 400, "id_profesional"},
		"a sucursal's profesionales":                 {"/api/v5/sucursales/1/profesionales", 404, ""},
		"dentistas on v5":                            {"/api/v5/dentistas", 404, ""},
		"nothing asked of horariosdisponibles":       {free, 400, "ids_profesional id_sucursal fecha_inicio fecha_fin"},
		"horariosdisponibles of two weeks":           {free + "?ids_profesional=2&id_sucursal=1&fecha_inicio=2018-11-06&fecha_fin=2018-11-20", 200, ""},
		"horariosdisponibles of more than two weeks": {free + "?ids_profesional=2&id_sucursal=1&fecha_inicio=2018-11-06&fecha_fin=2018-11-21", 400, "fecha_fin"},
		"more than 100 profesionales":                {free + "?ids_profesional=" + strings.Join(ids, ",") + "&id_sucursal=1&fecha_inicio=2018-11-06&fecha_fin=2018-11-06", 400, "ids_profesional"},
		"an id that is none among several":           {free + "?ids_profesional[]=2&ids_profesional[]=x&id_sucursal=1&fecha_inicio=2018-11-06&fecha_fin=2018-11-06", 400, "ids_profesional"},
		"an unknown profesional among several":       {free + "?ids_profesional=2,99&id_sucursal=1&fecha_inicio=2018-11-06&fecha_fin=2018-11-06", 404, ""},
		"horariosdisponibles of an unknown sucursal": {free + "?ids_profesional=2&id_sucursal=99&fecha_inicio=2018-11-06&fecha_fin=2018-11-06", 404, ""},
		"agendas of no sucursal":                     {"/api/v5/agendas", 400, "id_sucursal"},
		"agendas of a length that is none":           {target("/api/v5/agendas", `{"id_sucursal":{"eq":1},"duracion":{"eq":0}}`), 400, "duracion"},
		"proxima of an unknown especialidad":         {"/api/v5/especialidades/99/proxima", 404, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := clinica(t).send("GET", test.target, "")
			if w.Code != test.status {
				t.Fatalf("status %d, want %d: %s", w.Code, test.status, w.Body)
			}
			if test.status == http.StatusOK {
				return
			}
			var fields []string
			for _, e := range errorOf(t, w).Errors {
				fields = append(fields, e.Field)
			}
			if got := strings.Join(fields, " "); got != test.fields {
				t.Errorf("problems with %q, want %q", got, test.fields)
			}
		})
	}
}

func TestHorariosDisponibles(t *testing.T) {
	f := clinica(t)
	f.booked(700, 9*60, 30, 1)
	f.booked(701, 11*60, 60, 1)
	f.booked(702, 11*60, 60, 2)
	const path = "/api/v5/horariosdisponibles"
	const rest = "id_sucursal=1&fecha_inicio=2018-11-06&fecha_fin=2018-11-07"
	const want = `{"data":{
		"3":{"2018-11-06":[
				{"hora_inicio":"09:00:00","hora_fin":"10:00:00","intervalo":60,"sillones":[1],"modalidad":"presencial"},
				{"hora_inicio":"10:00:00","hora_fin":"11:00:00","intervalo":60,"sillones":[1],"modalidad":"presencial"}],
			"2018-11-07":[]},
		"2":{"2018-11-06":[
				{"hora_inicio":"09:00:00","hora_fin":"09:30:00","intervalo":30,"sillones":[2],"modalidad":"presencial"},
				{"hora_inicio":"09:30:00","hora_fin":"10:00:00","intervalo":30,"sillones":[1,2],"modalidad":"presencial"}],
			"2018-11-07":[]}}}`
	for _, query := range []string{
		"?ids_profesional[]=3&ids_profesional[]=4&ids_profesional[]=2&" + rest,
		"?ids_profesional%5B%5D=3&ids_profesional%5B%5D=2&" + rest,
		"/?ids_profesional[0]=3&ids_profesional[1]=2&" + rest,
		"?ids_profesional=3&ids_profesional=2&ids_profesional=3&" + rest,
		"?ids_profesional=3,%202&" + rest,
		"?ids_dentista=3,2&" + rest,
	} {
		f.ask(t, path+query, want)
	}
	for _, body := range []string{
		`{"ids_profesional":[3,2],"id_sucursal":1,"fecha_inicio":"2018-11-06","fecha_fin":"2018-11-07"}`,
		`{"ids_profesional":["3","2"],"id_sucursal":"1","fecha_inicio":"06/11/2018","fecha_fin":"2018-11-07"}`,
		`{"ids_dentista":[3,4,2],"id_sucursal":1,"fecha_inicio":"2018-11-06","fecha_fin":"2018-11-07"}`,
	} {
		w := f.send("GET", path, body, header{"Content-Type", jsonType})
		if diff := cmp.Diff(compact(t, want), strings.TrimSpace(w.Body.String())); diff != "" {
			t.Errorf("%s: status %d\n%s", body, w.Code, diff)
		}
	}
	w := f.send("GET", path+"?id_sucursal=1", `{"ids_profesional":3,"fecha_inicio":"2018-11-07","fecha_fin":"2018-11-07"}`)
	if got := strings.TrimSpace(w.Body.String()); got != `{"data":{"3":{"2018-11-07":[]}}}` {
		t.Errorf("half in the query, half in the body: %s", got)
	}
	f.ask(t, path+"?ids_profesional=4&"+rest, `{"data":{}}`)
}

func TestAgendasShowsFreePlacesOnly(t *testing.T) {
	f := clinica(t)
	f.booked(700, 9*60, 30, 1)
	f.booked(701, 9*60, 30, 2)
	place := func(rest string) string { return `{"id_paciente":0,"nombre_paciente":"",` + rest + `}` }
	const links = `"links":{"current":"http://api.medilink2.healthatom.com`
	url := target("/api/v5/agendas", `{"id_sucursal":{"eq":1},"fecha":{"eq":"2018-11-06"},"duracion":{"eq":60}}`)
	f.ask(t, url, `{"data":[`+place(`
			"hora_inicio":"09:00:00","hora_fin":"10:00:00","duracion":60,"id_profesional":3,"nombre_profesional":"Marcela","id_sucursal":1,
			"fecha":"06/11/2018","id_recurso":1,"nombre_recurso":"Sillon 1","modalidad":"presencial"`)+`,`+place(`
			"hora_inicio":"10:00:00","hora_fin":"11:00:00","duracion":60,"id_profesional":3,"nombre_profesional":"Marcela","id_sucursal":1,
			"fecha":"06/11/2018","id_recurso":1,"nombre_recurso":"Sillon 1","modalidad":"presencial"`)+`,`+place(`
			"hora_inicio":"11:00:00","hora_fin":"12:00:00","duracion":60,"id_profesional":2,"nombre_profesional":"Daniel Vergara","id_sucursal":1,
			"fecha":"06/11/2018","id_recurso":1,"nombre_recurso":"Sillon 1","modalidad":"presencial"`)+`],
		`+links+url+`","next":null,"prev":null}}`)

	url = target("/api/v1/agendas", `{"id_sucursal":{"eq":1},"id_dentista":{"eq":2}}`) + "&limit=1"
	f.ask(t, url, `{"data":[`+place(`
			"hora_inicio":"09:30:00","hora_fin":"10:00:00","duracion":30,"id_profesional":2,"nombre_profesional":"Daniel Vergara","id_sucursal":1,
			"fecha":"06/11/2018","id_recurso":1,"nombre_recurso":"Sillon 1","modalidad":"presencial",
			"id_dentista":2,"nombre_dentista":"Daniel Vergara"`)+`],
		`+links+url+`","next":null,"prev":null}}`)
}

func TestHowManyFreePlacesAreShown(t *testing.T) {
	tests := map[string]struct {
		target string
		want   int
	}{
		"the next 50":                      {target("/api/v5/agendas", `{"id_sucursal":{"eq":1}}`), 50},
		"as many as are asked for":         {target("/api/v5/agendas", `{"id_sucursal":{"eq":1}}`) + "&limit=3", 3},
		"of an especialidad of no one":     {target("/api/v5/agendas", `{"id_sucursal":{"eq":1},"id_especialidad":{"eq":5}}`), 0},
		"of an unknown profesional":        {target("/api/v5/agendas", `{"id_sucursal":{"eq":1},"id_profesional":{"eq":99}}`), 0},
		"of an unknown sucursal":           {target("/api/v5/agendas", `{"id_sucursal":{"eq":99}}`), 0},
		"of a day that has passed":         {target("/api/v5/agendas", `{"id_sucursal":{"eq":1},"fecha":{"eq":"2018-10-30"}}`), 0},
		"the next 10 of an especialidad":   {target("/api/v5/especialidades/4/proxima", `{"id_sucursal":{"eq":1}}`), 10},
		"those of the other sucursal":      {target("/api/v5/especialidades/4/proxima", `{"id_sucursal":{"eq":2}}`), 2},
		"of an especialidad without hours": {"/api/v5/especialidades/5/proxima", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var body struct {
				Data []struct{ ID int }
			}
			w := clinica(t).send("GET", test.target, "")
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != 200 || body.Data == nil {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if len(body.Data) != test.want {
				t.Errorf("%d places, want %d", len(body.Data), test.want)
			}
		})
	}
}

func TestProximaMixesTheSucursales(t *testing.T) {
	f := clinica(t)
	var body struct {
		Data []struct {
			Fecha         string
			HoraInicio    string `json:"hora_inicio"`
			IDSucursal    int    `json:"id_sucursal"`
			IDProfesional int    `json:"id_profesional"`
		}
	}
	if err := json.Unmarshal(f.send("GET", "/api/v5/especialidades/4/proxima", "").Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range body.Data {
		got = append(got, fmt.Sprintln(p.Fecha, p.HoraInicio, p.IDProfesional, p.IDSucursal))
	}
	want := []string{
		"06/11/2018 09:00:00 2 1\n", "06/11/2018 09:00:00 3 1\n", "06/11/2018 09:30:00 2 1\n", "06/11/2018 10:00:00 3 1\n",
		"06/11/2018 11:00:00 2 1\n", "06/11/2018 11:30:00 2 1\n", "07/11/2018 09:00:00 2 2\n", "07/11/2018 09:30:00 2 2\n",
		"09/11/2018 15:00:00 2 1\n", "09/11/2018 15:30:00 2 1\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// offer is a place as the flat list of the agendas shows it.
type offer struct {
	Fecha         string `json:"fecha"`
	HoraInicio    string `json:"hora_inicio"`
	Duracion      int    `json:"duracion"`
	IDProfesional int    `json:"id_profesional"`
	IDSucursal    int    `json:"id_sucursal"`
	IDRecurso     int    `json:"id_recurso"`
	Modalidad     string `json:"modalidad"`
}

func (o offer) booking() string {
	video := 0
	if o.Modalidad == "videoconsulta" {
		video = 1
	}
	return fmt.Sprintf(`{"id_paciente":2,"id_profesional":%d,"id_sucursal":%d,"id_sillon":%d,"fecha":%q,"hora_inicio":%q,"duracion":%d,"videoconsulta":%d}`,
		o.IDProfesional, o.IDSucursal, o.IDRecurso, o.Fecha, o.HoraInicio, o.Duracion, video)
}

func TestWhatIsOfferedCanBeBookedOnceAndIsGone(t *testing.T) {
	f := onDemo(t)
	url := target("/api/v5/agendas", `{"id_sucursal":{"eq":1},"duracion":{"eq":60}}`)
	offers := func() []offer {
		var list []offer
		for _, row := range data(t, f, url+"&limit=100") {
			var o offer
			if err := json.Unmarshal(row, &o); err != nil {
				t.Fatal(err)
			}
			list = append(list, o)
		}
		return list
	}
	seen := map[offer]bool{}
	for range 12 {
		o := offers()[0]
		if seen[o] {
			t.Fatalf("%+v is offered again", o)
		}
		seen[o] = true
		if w := f.send("POST", "/api/v5/citas", o.booking()); w.Code != http.StatusCreated {
			t.Fatalf("%+v: status %d: %s", o, w.Code, w.Body)
		}
	}
	if len(offers()) == 0 {
		t.Error("nothing is left")
	}
}

func TestEveryFaceOfTheAgendaTellsOfABookedHour(t *testing.T) {
	f := onDemo(t)
	const day = "2026-11-26"
	const free = "/api/v5/horariosdisponibles?ids_profesional=2&id_sucursal=1&fecha_inicio=" + day + "&fecha_fin=" + day
	grid := target("/api/v5/sucursales/1/profesionales/2/agendas", `{"fecha_inicio":{"eq":"`+day+`"},"fecha_fin":{"eq":"`+day+`"},"mostrar_detalles":{"eq":1}}`)
	flat := target("/api/v5/agendas", `{"id_sucursal":{"eq":1},"id_profesional":{"eq":2},"fecha":{"eq":"`+day+`"}}`)
	shows := func(when string, want map[string]string) {
		t.Helper()
		for url, part := range want {
			if w := f.send("GET", url, ""); w.Code != 200 || !strings.Contains(w.Body.String(), part) {
				t.Errorf("%s: status %d: %s\nis not in\n%s", when, w.Code, part, w.Body)
			}
		}
	}
	before := map[string]string{
		free: `"hora_inicio":"09:00:00","hora_fin":"09:15:00","intervalo":15,"sillones":[1,2],"modalidad":"ambas"`,
		grid: `"09:00":{"sillones":{"1":true,"2":true,"Sobrecupo":true}}`,
		flat: `"hora_inicio":"09:00:00","hora_fin":"09:15:00","duracion":15,"id_profesional":2,"nombre_profesional":"Daniel Vergara","id_sucursal":1,` +
			`"fecha":"26/11/2026","id_recurso":1,"nombre_recurso":"Sillon 1","modalidad":"ambas"`,
	}
	shows("before", before)
	if w := f.send("POST", "/api/v5/citas", offer{day, "09:00", 15, 2, 1, 1, "ambas"}.booking()); w.Code != http.StatusCreated {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	shows("booked", map[string]string{
		free: `"hora_inicio":"09:00:00","hora_fin":"09:15:00","intervalo":15,"sillones":[2],"modalidad":"ambas"`,
		grid: `"09:00":{"sillones":{"1":{"tipo":"Cita","id_cita":754,"id_paciente":2,"nombre_paciente":"Fernanda","apellidos_paciente":"Risopatrón",` +
			`"comentario":"","bloque":"1/1","duracion_total":15,"inicio":"09:00:00","fin":"09:15:00"},"2":true,"Sobrecupo":true}}`,
		flat: `"fecha":"26/11/2026","id_recurso":2,"nombre_recurso":"Sillon 2","modalidad":"ambas"`,
	})
	bloqueo := "id_sucursal=1&id_profesional=2&fecha=" + day + "&hora_inicio=09:00&hora_fin=13:00&comentario=Curso"
	if got := errorOf(t, f.send("POST", "/api/v5/horariosbloqueados", bloqueo)); len(got.Citas) != 1 || got.Citas[0] != 754 {
		t.Errorf("a bloqueo over a cita: %+v", got)
	}
	if w := f.send("POST", "/api/v5/horariosbloqueados?forzar=1", bloqueo); w.Code != http.StatusCreated {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	shows("blocked", map[string]string{
		free: `"` + day + `":[{"hora_inicio":"08:00:00"`,
		grid: `"09:15":{"sillones":{"1":{"tipo":"Bloqueo","comentario":"Curso","bloque":"2/16","duracion_total":240,"inicio":"09:00:00","fin":"13:00:00"}`,
	})
	if w := f.send("PUT", "/api/v5/citas/754", `{"id_estado":1}`); w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	id := data(t, f, target("/api/v5/horariosbloqueados", `{"fecha":{"eq":"`+day+`"}}`))
	if len(id) != 1 {
		t.Fatalf("bloqueos %s", id)
	}
	var made struct{ ID int }
	if err := json.Unmarshal(id[0], &made); err != nil {
		t.Fatal(err)
	}
	if w := f.send("DELETE", fmt.Sprintf("/api/v5/horariosbloqueados/%d", made.ID), ""); w.Code != http.StatusNoContent {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	shows("free again", before)
}

func TestTheDemosCatalogues(t *testing.T) {
	f := onDemo(t)
	for path, want := range map[string]int{
		"sucursales": 2, "profesionales": 6, "especialidades": 2, "sillones": 4, "sucursales/2/sillones": 3, "horarios": 6,
		"profesionales/4/horarios": 1, "profesionales/1/contratos": 2,
		target("profesionales", `{"habilitado":{"eq":1},"id_especialidad":{"eq":1}}`): 2,
	} {
		if got := data(t, f, "/api/v5/"+path); len(got) != want {
			t.Errorf("%s: %d rows, want %d", path, len(got), want)
		}
	}
}
