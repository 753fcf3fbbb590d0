package medilink

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// dayOff is how a week shows a day without a rule.
func dayOff(dia, nombre string) string {
	return `{"dia":` + dia + `,"nombre_dia":"` + nombre + `","hora_inicio":"00:00:00","hora_fin":"00:00:00","hora_inicio_break":"00:00:00",` +
		`"hora_fin_break":"00:00:00","id":0,"sillones":[],"modalidad":"","desde":"","hasta":""}`
}

func weekAtNorte() string {
	return `{"id_profesional":2,"nombre_profesional":"Daniel Vergara","id_sucursal":1,"nombre_sucursal":"NORTE","intervalo":30,"dias":[` +
		dayOff("1", "Lunes") +
		`,{"dia":2,"nombre_dia":"Martes","hora_inicio":"09:00:00","hora_fin":"12:00:00","hora_inicio_break":"10:00:00","hora_fin_break":"11:00:00",
			"id":11,"sillones":[1,2],"modalidad":"presencial","desde":"","hasta":""},` +
		dayOff("3", "Miércoles") + `,` + dayOff("4", "Jueves") +
		`,{"dia":5,"nombre_dia":"Viernes","hora_inicio":"08:00:00","hora_fin":"09:00:00","hora_inicio_break":"08:00:00","hora_fin_break":"08:00:00",
			"id":13,"sillones":[1],"modalidad":"presencial","desde":"","hasta":""}` +
		`,{"dia":5,"nombre_dia":"Viernes","hora_inicio":"15:00:00","hora_fin":"16:00:00","hora_inicio_break":"15:00:00","hora_fin_break":"15:00:00",
			"id":12,"sillones":[2],"modalidad":"presencial","desde":"2018-11-01","hasta":""},` +
		dayOff("6", "Sábado") + `,` + dayOff("7", "Domingo") + `],"links":[]}`
}

// weekOfSpecialDates is that of who works at a sucursal on special dates only.
func weekOfSpecialDates() string {
	return `{"id_profesional":2,"nombre_profesional":"Daniel Vergara","id_sucursal":2,"nombre_sucursal":"SUR","intervalo":30,"dias":[` +
		dayOff("1", "Lunes") + `,` + dayOff("2", "Martes") + `,` + dayOff("3", "Miércoles") + `,` + dayOff("4", "Jueves") + `,` +
		dayOff("5", "Viernes") + `,` + dayOff("6", "Sábado") + `,` + dayOff("7", "Domingo") + `],"links":[]}`
}

// data are the rows of a list, as they were sent.
func data(t *testing.T, f face, target string) []json.RawMessage {
	t.Helper()
	var body struct {
		Data  []json.RawMessage
		Links pageLinks
	}
	w := f.send("GET", target, "")
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusOK || body.Data == nil || body.Links.Current == "" {
		t.Fatalf("%s: status %d: %s", target, w.Code, w.Body)
	}
	return body.Data
}

// rows checks the rows of a list.
func (f face) rows(t *testing.T, target string, want ...string) {
	t.Helper()
	var got []string
	for _, row := range data(t, f, target) {
		got = append(got, string(row))
	}
	for i := range want {
		want[i] = compact(t, want[i])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", target, diff)
	}
}

func TestHorariosAreOneWeekForEachSucursal(t *testing.T) {
	f := clinica(t)
	f.rows(t, "/api/v5/profesionales/2/horarios/", weekAtNorte(), weekOfSpecialDates())
	f.rows(t, target("/api/v5/horarios", `{"id_dentista":{"eq":2},"id_sucursal":{"eq":1}}`), weekAtNorte())
	f.rows(t, "/api/v5/profesionales/4/horarios")
	if got := data(t, f, "/api/v5/horarios"); len(got) != 3 {
		t.Errorf("%d weeks, want 3", len(got))
	}
	dentista := strings.TrimSuffix(weekAtNorte(), "}") + `,"id_dentista":2,"nombre_dentista":"Daniel Vergara"}`
	f.rows(t, target("/api/v1/dentistas/2/horarios", `{"id_sucursal":{"eq":1}}`), dentista)
	if w := f.send("GET", "/api/v5/profesionales/99/horarios", ""); w.Code != http.StatusNotFound {
		t.Errorf("of an unknown profesional: status %d", w.Code)
	}
}

func TestAPageOfHorariosEndsAndGoesOn(t *testing.T) {
	f := clinica(t)
	var body struct {
		Data  []struct{ IDSucursal, IDProfesional int }
		Links pageLinks
	}
	target := "/api/v5/horarios?limit=1"
	for _, more := range []bool{true, true, false} {
		w := f.send("GET", target, "")
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || len(body.Data) != 1 || (body.Links.Next != nil) != more {
			t.Fatalf("%s: %s", target, w.Body)
		}
		if more {
			target = strings.TrimPrefix(*body.Links.Next, "http://api.medilink2.healthatom.com")
		}
	}
}

func TestAWeekThatIsSentBackStaysAsItIs(t *testing.T) {
	f := clinica(t)
	var week struct {
		IDSucursal int             `json:"id_sucursal"`
		Dias       json.RawMessage `json:"dias"`
	}
	if err := json.Unmarshal([]byte(compact(t, weekAtNorte())), &week); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(week)
	if err != nil {
		t.Fatal(err)
	}
	w := f.send("PUT", "/api/v5/profesionales/2/horarios", string(body))
	if diff := cmp.Diff(`{"data":`+compact(t, weekAtNorte())+"}", strings.TrimSpace(w.Body.String())); w.Code != http.StatusOK || diff != "" {
		t.Errorf("status %d\n%s", w.Code, diff)
	}
}

func TestWeeklyRulesAreMadeChangedAndRemoved(t *testing.T) {
	f := clinica(t)
	const path = "/api/v5/profesionales/3/horarios"
	rules := func() []string {
		var list []string
		for _, h := range f.store.cfg.Plan().Horarios {
			if h.IDProfesional == 3 {
				list = append(list, strings.Join([]string{nombreDia(h.Dia), h.Jornada.Rango.Inicio.String(), h.Jornada.Rango.Fin.String(),
					h.Jornada.Pausa.Inicio.String(), string(h.Jornada.Modalidad), h.Desde.String(), h.Hasta.String(),
					strings.Repeat("|", len(h.Jornada.Sillones))}, " "))
			}
		}
		return list
	}
	martes := "Martes 09:00:00 11:00:00 00:00:00 presencial   |"
	steps := []struct {
		name, method, path, body string
		status                   int
		want                     []string
	}{
		{"a rule as a form", "POST", path, "id_sucursal=1&dia=3&hora_inicio=09:00&hora_fin=24:00&hora_inicio_break=13:00&hora_fin_break=14:00:00&sillones=1,2,7&modalidad=Ambas&desde=2018-11-01",
			201, []string{martes, "Miércoles 09:00:00 24:00:00 13:00:00 ambas 2018-11-01  ||"}},
		{"its bounds", "PUT", path + "/100", `{"desde":"","hasta":"2018-12-31","sillones":["9"],"modalidad":"videoconsulta"}`,
			200, []string{martes, "Miércoles 09:00:00 24:00:00 13:00:00 videoconsulta  2018-12-31 |"}},
		{"its break", "PUT", path + "/100", "hora_inicio_break=0:00", 400, nil},
		{"a break that would begin after its end", "PUT", path + "/100", "hora_inicio_break=15:00", 400, nil},
		{"half a break", "POST", path, "id_sucursal=1&dia=4&hora_inicio=09:00&hora_fin=12:00&hora_inicio_break=10:00", 400, nil},
		{"no break any more", "PUT", path + "/100/", "hora_inicio_break=09:00&hora_fin_break=09:00",
			200, []string{martes, "Miércoles 09:00:00 24:00:00 00:00:00 videoconsulta  2018-12-31 |"}},
		{"another profesional's rule", "PUT", "/api/v5/profesionales/2/horarios/100", "dia=1", 404, nil},
		{"another profesional's rule, to remove", "DELETE", "/api/v5/profesionales/2/horarios/100", "", 404, nil},
		{"a rule to remove", "DELETE", path + "/100", "", 204, []string{martes}},
		{"a rule that is removed", "DELETE", path + "/100", "", 404, nil},
		{"several rules", "POST", path, `{"id_sucursal":2,"dias":[{"dia":1,"hora_inicio":"09:00","hora_fin":"10:00"},{"dia":"1","hora_inicio":"10:00","hora_fin":"11:00","sillones":[1,2]}]}`,
			201, []string{martes, "Lunes 09:00:00 10:00:00 00:00:00 presencial   |", "Lunes 10:00:00 11:00:00 00:00:00 presencial   ||"}},
		{"a week of days off, as GET shows them", "POST", path, `{"id_sucursal":2,"dias":[{"dia":1,"hora_inicio":"00:00:00","hora_fin":"00:00:00","id":0,"sillones":[],"modalidad":"","desde":"","hasta":""}]}`, 400, nil},
		{"a week with a day off, as GET shows it", "POST", path, `{"id_sucursal":2,"dias":[{"dia":3,"hora_inicio":"00:00:00","hora_fin":"00:00:00","id":0,"sillones":[],"modalidad":"","desde":"","hasta":""},{"dia":4,"hora_inicio":"09:00","hora_fin":"10:00"}]}`,
			201, []string{martes, "Lunes 09:00:00 10:00:00 00:00:00 presencial   |", "Lunes 10:00:00 11:00:00 00:00:00 presencial   ||", "Jueves 09:00:00 10:00:00 00:00:00 presencial   |"}},
		{"rules that overlap", "POST", path, `{"id_sucursal":2,"dias":[{"dia":2,"hora_inicio":"09:00","hora_fin":"10:00"},{"dia":2,"hora_inicio":"09:30","hora_fin":"11:00"}]}`, 400, nil},
		{"a week of one sucursal", "PUT", path, `{"id_sucursal":2,"dias":[{"dia":1,"hora_inicio":"00:00","hora_fin":"00:00"},{"dia":7,"hora_inicio":"10:00","hora_fin":"11:00"}]}`,
			200, []string{martes, "Domingo 10:00:00 11:00:00 00:00:00 presencial   |"}},
		{"an empty week", "PUT", path, `{"id_sucursal":2,"dias":[]}`, 200, []string{martes}},
		{"a week at no sucursal", "PUT", path, `{"dias":[]}`, 400, nil},
		{"a week that is a text", "PUT", path, `{"id_sucursal":2,"dias":"lunes"}`, 400, nil},
		{"a week at an unknown sucursal", "PUT", path, `{"id_sucursal":99,"dias":[]}`, 400, nil},
		{"an unknown profesional", "POST", "/api/v5/profesionales/99/horarios", "id_sucursal=1&dia=3&hora_inicio=09:00&hora_fin=10:00", 404, nil},
	}
	before := rules()
	for _, step := range steps {
		w := f.send(step.method, step.path, step.body)
		if step.want != nil {
			before = step.want
		}
		if diff := cmp.Diff(before, rules()); w.Code != step.status || diff != "" {
			t.Fatalf("%s: status %d, want %d: %s\n%s", step.name, w.Code, step.status, w.Body, diff)
		}
		if step.status == http.StatusNoContent && w.Body.Len() > 0 {
			t.Errorf("%s: body %s", step.name, w.Body)
		}
	}
}

func TestWhatIsWrongWithARuleIsNamed(t *testing.T) {
	tests := map[string]struct{ method, path, body, want string }{
		"nothing":   {"POST", "/api/v5/profesionales/2/horarios", "", "id_sucursal dia hora_inicio hora_fin"},
		"no rules":  {"POST", "/api/v5/profesionales/2/horarios", `{"id_sucursal":1,"dias":[]}`, "dias"},
		"no fields": {"PUT", "/api/v5/profesionales/2/horarios", "{}", "id_sucursal dias"},
		"a day of a week": {"PUT", "/api/v5/profesionales/2/horarios",
			`{"id_sucursal":1,"dias":[{"dia":1,"hora_inicio":"08:00","hora_fin":"09:00"},{"dia":8,"hora_inicio":"9","sillones":[0]}]}`,
			"dias[1].hora_inicio dias[1].sillones dias[1].dia dias[1].hora_fin"},
		"a day that is no object":        {"PUT", "/api/v5/profesionales/2/horarios", `{"id_sucursal":1,"dias":[1]}`, "dias[0].dia dias[0].hora_inicio dias[0].hora_fin dias"},
		"a modality":                     {"POST", "/api/v5/profesionales/2/horarios", "id_sucursal=1&dia=1&hora_inicio=08:00&hora_fin=09:00&modalidad=fax", "modalidad"},
		"a sillón that does not exist":   {"POST", "/api/v5/profesionales/2/horarios", "id_sucursal=1&dia=1&hora_inicio=08:00&hora_fin=09:00&sillones[]=1&sillones[]=33", "sillones"},
		"nothing but the sobrecupo":      {"POST", "/api/v5/profesionales/2/horarios", "id_sucursal=1&dia=1&hora_inicio=08:00&hora_fin=09:00&sillones=7", "sillones"},
		"an especial without its date":   {"POST", "/api/v5/profesionales/2/horariosespeciales", "id_sucursal=1&hora_inicio=08:00&hora_fin=09:00", "fecha"},
		"a bloqueo without anything":     {"POST", "/api/v5/horariosbloqueados", "", "id_sucursal fecha hora_inicio hora_fin"},
		"a bloqueo of an unknown person": {"POST", "/api/v5/horariosbloqueados", "id_sucursal=1&id_profesional=99&fecha=2018-11-06&hora_inicio=08:00&hora_fin=09:00", "id_profesional"},
		"a bloqueo of no time":           {"POST", "/api/v5/horariosbloqueados", "id_sucursal=1&fecha=2018-11-06&hora_inicio=08:00&hora_fin=08:00", "hora_inicio"},
		"a forzar that is neither":       {"POST", "/api/v5/horariosbloqueados?forzar=si", "id_sucursal=1&fecha=2018-11-06&hora_inicio=08:00&hora_fin=09:00", "forzar"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := clinica(t)
			version := f.store.cfg.Version()
			w := f.send(test.method, test.path, test.body)
			var fields []string
			for _, e := range errorOf(t, w).Errors {
				fields = append(fields, e.Field)
			}
			if got := strings.Join(fields, " "); w.Code != 400 || got != test.want {
				t.Errorf("status %d, problems with %q, want %q", w.Code, got, test.want)
			}
			if f.store.cfg.Version() != version {
				t.Error("something was written")
			}
		})
	}
}

func TestEspeciales(t *testing.T) {
	f := clinica(t)
	const path = "/api/v5/profesionales/2/horariosespeciales"
	const first = `{"id":15,"id_profesional":2,"id_sucursal":2,"fecha":"2018-11-07","hora_inicio":"09:00:00","hora_fin":"10:00:00",
		"hora_inicio_break":"09:00:00","hora_fin_break":"09:00:00","intervalo":30,"sillones":[1],"modalidad":"presencial","links":[]}`
	f.rows(t, path, first)
	f.rows(t, "/api/v5/profesionales/3/horariosespeciales")

	w := f.send("POST", path, `{"id_sucursal":2,"fecha":"08/11/2018","hora_inicio":"09:00","hora_fin":"13:00","hora_inicio_break":"10:00","hora_fin_break":"10:30","sillones":[2,1]}`)
	const made = `{"id":100,"id_profesional":2,"id_sucursal":2,"fecha":"2018-11-08","hora_inicio":"09:00:00","hora_fin":"13:00:00",
		"hora_inicio_break":"10:00:00","hora_fin_break":"10:30:00","intervalo":30,"sillones":[1,2],"modalidad":"presencial","links":[]}`
	if diff := cmp.Diff(`{"data":`+compact(t, made)+"}", strings.TrimSpace(w.Body.String())); w.Code != 201 || diff != "" {
		t.Fatalf("status %d\n%s", w.Code, diff)
	}
	f.rows(t, path, first, made)
	f.rows(t, target(path, `{"fecha":{"gt":"2018-11-07"}}`), made)
	closed := strings.NewReplacer(`"13:00:00"`, `"09:00:00"`, `"10:00:00"`, `"09:00:00"`, `"10:30:00"`, `"09:00:00"`).Replace(made)
	w = f.send("PUT", path+"/100", "hora_fin=09:00&hora_inicio_break=09:00&hora_fin_break=09:00")
	if diff := cmp.Diff(`{"data":`+compact(t, closed)+"}", strings.TrimSpace(w.Body.String())); w.Code != 200 || diff != "" {
		t.Errorf("status %d\n%s", w.Code, diff)
	}
	for target, want := range map[string]int{"/api/v5/profesionales/3/horariosespeciales/100": 404, path + "/100": 204, path + "/11": 404} {
		if w := f.send("DELETE", target, ""); w.Code != want {
			t.Errorf("%s: status %d, want %d", target, w.Code, want)
		}
	}
	f.rows(t, path, first)
}

func TestBloqueos(t *testing.T) {
	f := clinica(t)
	const path = "/api/v5/horariosbloqueados"
	const aseo = `{"id":16,"id_profesional":0,"id_sucursal":1,"fecha":"2018-11-09","hora_inicio":"08:00:00","hora_fin":"09:00:00","comentario":"Aseo","links":[]}`
	const own = `{"id":17,"id_profesional":3,"id_sucursal":1,"fecha":"2018-11-13","hora_inicio":"09:00:00","hora_fin":"10:00:00","comentario":"","links":[]}`
	const sur = `{"id":18,"id_profesional":0,"id_sucursal":2,"fecha":"2018-11-14","hora_inicio":"00:00:00","hora_fin":"24:00:00","comentario":"","links":[]}`
	f.rows(t, path, aseo, own, sur)
	f.rows(t, target(path, `{"id_sucursal":{"eq":"1"},"fecha":{"eq":"2018-11-09"}}`), aseo)
	f.rows(t, target(path, `{"id_profesional":{"eq":3}}`), own)
	f.rows(t, "/api/v5/profesionales/3/horariosbloqueados", aseo, own)
	f.rows(t, "/api/v5/profesionales/2/horariosbloqueados", aseo, sur)
	f.rows(t, "/api/v1/horariosbloqueados?limit=1", strings.TrimSuffix(aseo, "}")+`,"id_dentista":0,"nombre_dentista":""}`)
	if got := errorOf(t, f.send("GET", target(path, `{"comentario":{"eq":"Aseo"}}`), "")); got.Message != "No puede buscar por comentario" {
		t.Errorf("got %+v", got)
	}

	steps := []struct {
		name, method, target, body string
		status                     int
		want                       string
	}{
		{"of a profesional", "POST", path, `{"id_profesional":2,"id_sucursal":1,"fecha":"2018-11-06","hora_inicio":"11:00","hora_fin":"12:00","comentario":"<almuerzo>"}`, 201,
			`{"id":100,"id_profesional":2,"id_sucursal":1,"fecha":"2018-11-06","hora_inicio":"11:00:00","hora_fin":"12:00:00","comentario":"<almuerzo>","links":[]}`},
		{"that says nothing of the profesional", "PUT", path + "/100", `{"id_profesional":null,"hora_fin":"13:00"}`, 200,
			`{"id":100,"id_profesional":2,"id_sucursal":1,"fecha":"2018-11-06","hora_inicio":"11:00:00","hora_fin":"13:00:00","comentario":"<almuerzo>","links":[]}`},
		{"of the whole sucursal, without its comment", "PUT", path + "/100", `{"id_profesional":0,"comentario":"","hora_fin":"24:00"}`, 200,
			`{"id":100,"id_profesional":0,"id_sucursal":1,"fecha":"2018-11-06","hora_inicio":"11:00:00","hora_fin":"24:00:00","comentario":"","links":[]}`},
		{"of a dentista", "PUT", "/api/v1/horariosbloqueados/100", `id_dentista=3`, 200,
			`{"id":100,"id_profesional":3,"id_sucursal":1,"fecha":"2018-11-06","hora_inicio":"11:00:00",
				"hora_fin":"24:00:00","comentario":"","links":[],"id_dentista":3,"nombre_dentista":"Marcela"}`},
	}
	for _, step := range steps {
		w := f.send(step.method, step.target, step.body)
		if diff := cmp.Diff(`{"data":`+compact(t, step.want)+"}", strings.TrimSpace(w.Body.String())); w.Code != step.status || diff != "" {
			t.Fatalf("%s: status %d\n%s", step.name, w.Code, diff)
		}
	}
	for _, want := range []int{204, 404} {
		if w := f.send("DELETE", path+"/100", ""); w.Code != want {
			t.Errorf("status %d, want %d", w.Code, want)
		}
	}
	if w := f.send("PUT", path+"/100", "comentario=x"); w.Code != 404 {
		t.Errorf("status %d", w.Code)
	}
}

func TestABloqueoOverCitasNamesThem(t *testing.T) {
	const path, body = "/api/v5/horariosbloqueados", "id_sucursal=1&fecha=2018-11-06&hora_inicio=09:00&hora_fin=10:00"
	f := clinica(t)
	f.booked(700, 9*60, 30, 1)
	f.booked(701, 9*60+30, 30, 2)
	w := f.send("POST", path, body)
	got := errorOf(t, w)
	if diff := cmp.Diff([]int64{700, 701}, got.Citas); w.Code != 400 || got.Code != string(tomahora.CodeBloqueoConCitas) || diff != "" {
		t.Errorf("status %d, %+v", w.Code, got)
	}
	for _, target := range []string{path + "?forzar=1", path} {
		text := body
		if target == path {
			text += "&forzar=true"
		}
		if w := f.send("POST", target, text); w.Code != 201 {
			t.Errorf("%s: status %d: %s", target, w.Code, w.Body)
		}
	}
}
