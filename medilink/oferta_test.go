package medilink

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// offered are the hours that are shown, each as "fecha hora sucursal/profesional
// sillones modalidad" in short.
func offered(t *testing.T, f face, query string) []string {
	t.Helper()
	var lines []string
	for _, o := range ofertasIn(t, f.send("GET", "/api/v5/disponibilidad"+query, "").Body) {
		lines = append(lines, fmt.Sprintf("%s %s %d/%d %v %d%s", o.Fecha[len("2018-11-"):], o.HoraInicio[:5], o.IDSucursal, o.IDProfesional, o.Sillones, o.Videoconsulta, o.Modalidad[:1]))
	}
	return lines
}

func ofertasIn(t *testing.T, body *bytes.Buffer) []ofertaBody {
	t.Helper()
	var got struct{ Data []ofertaBody }
	if err := json.Unmarshal(body.Bytes(), &got); err != nil || got.Data == nil {
		t.Fatalf("no list of hours (%v): %s", err, body)
	}
	return got.Data
}

func TestAnHourIsOfferedAsItIsBooked(t *testing.T) {
	f := clinica(t)
	f.booked(700, 9*60, 30, 1)
	f.ask(t, "/api/v5/disponibilidad?ids_profesional=2&limite=1", `{"data":[{
		"id_profesional":2,"nombre_profesional":"Daniel Vergara","id_sucursal":1,"nombre_sucursal":"NORTE","id_sillon":2,
		"fecha":"2018-11-06","hora_inicio":"09:00:00","hora_fin":"09:30:00","duracion":30,"videoconsulta":0,"sillones":[2],"modalidad":"presencial"}]}`)
	f.ask(t, "/api/v1/disponibilidad/?ids_dentista[]=3&limite=1", `{"data":[{
		"id_profesional":3,"nombre_profesional":"Marcela","id_sucursal":1,"nombre_sucursal":"NORTE","id_sillon":1,
		"fecha":"2018-11-06","hora_inicio":"09:00:00","hora_fin":"10:00:00","duracion":60,"videoconsulta":0,"sillones":[1],"modalidad":"presencial",
		"id_dentista":3,"nombre_dentista":"Marcela"}]}`)
	f.ask(t, "/api/v5/disponibilidad?ids_profesional=4", `{"data":[]}`)
}

func TestWhatIsAskedOfDisponibilidad(t *testing.T) {
	tests := map[string]struct {
		query string
		want  []string
	}{
		"all, from today on for two weeks": {"?limite=5000", []string{
			"06 09:00 1/2 [1 2] 0p", "06 09:00 1/3 [1] 0p", "06 09:30 1/2 [1 2] 0p", "06 10:00 1/3 [1] 0p", "06 11:00 1/2 [1 2] 0p", "06 11:30 1/2 [1 2] 0p",
			"07 09:00 2/2 [1] 0p", "07 09:30 2/2 [1] 0p",
			"09 15:00 1/2 [2] 0p", "09 15:30 1/2 [2] 0p",
			"13 09:00 1/2 [1 2] 0p", "13 09:30 1/2 [1 2] 0p", "13 10:00 1/3 [1] 0p", "13 11:00 1/2 [1 2] 0p", "13 11:30 1/2 [1 2] 0p",
			"16 08:00 1/2 [1] 0p", "16 08:30 1/2 [1] 0p", "16 15:00 1/2 [2] 0p", "16 15:30 1/2 [2] 0p",
		}},
		"at some sucursales":           {"?ids_sucursal[]=2&ids_sucursal[]=3", []string{"07 09:00 2/2 [1] 0p", "07 09:30 2/2 [1] 0p"}},
		"of an especialidad":           {"?id_especialidad=4&limite=2", []string{"06 09:00 1/2 [1 2] 0p", "06 09:00 1/3 [1] 0p"}},
		"of an especialidad of no one": {"?id_especialidad=5", nil},
		"of those who are both":        {"?id_especialidad=4&ids_profesional=3,4&fecha_fin=2018-11-06", []string{"06 09:00 1/3 [1] 0p", "06 10:00 1/3 [1] 0p"}},
		"on some dates":                {"?fecha_inicio=09/11/2018&fecha_fin=2018-11-09", []string{"09 15:00 1/2 [2] 0p", "09 15:30 1/2 [2] 0p"}},
		"of a length":                  {"?duracion=60&fecha_fin=2018-11-06", []string{"06 09:00 1/2 [1 2] 0p", "06 09:00 1/3 [1] 0p", "06 10:00 1/3 [1] 0p", "06 11:00 1/2 [1 2] 0p"}},
		"between some hours":           {"?hora_desde=09:30&hora_hasta=11:30:00&fecha_fin=2018-11-06", []string{"06 09:30 1/2 [1 2] 0p", "06 10:00 1/3 [1] 0p", "06 11:00 1/2 [1 2] 0p"}},
		"on some days of the week":     {"?dias=3,5&limite=3", []string{"07 09:00 2/2 [1] 0p", "07 09:30 2/2 [1] 0p", "09 15:00 1/2 [2] 0p"}},
		"by video, which nobody does":  {"?videoconsulta=1", nil},
		"spread":                       {"?orden=repartido&limite=3", []string{"06 09:00 1/2 [1 2] 0p", "06 09:00 1/3 [1] 0p", "06 09:30 1/2 [1 2] 0p"}},
		"nothing that has passed":      {"?fecha_inicio=2018-10-01&fecha_fin=2018-11-05", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, offered(t, clinica(t), test.query)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.query, diff)
			}
		})
	}
}

func TestAQuestionForHoursThatMakesNoSense(t *testing.T) {
	tests := map[string]struct {
		query  string
		status int
		fields string
	}{
		"62 days":                           {"?fecha_inicio=2018-11-05&fecha_fin=2019-01-05", 200, ""},
		"more than 62 days":                 {"?fecha_inicio=2018-11-05&fecha_fin=2019-01-06", 400, "fecha_fin"},
		"an end before today":               {"?fecha_fin=2018-11-04", 400, "fecha_fin"},
		"an unknown profesional":            {"?ids_profesional=2,99", 404, ""},
		"an unknown sucursal":               {"?ids_sucursal=99", 404, ""},
		"an unknown especialidad":           {"?id_especialidad=99", 404, ""},
		"no length":                         {"?duracion=0", 400, "duracion"},
		"hours the wrong way round":         {"?hora_desde=10:00&hora_hasta=10:00", 400, "hora_hasta"},
		"an eighth day":                     {"?dias[]=1&dias[]=8", 400, "dias"},
		"more than 5000":                    {"?limite=5001", 400, "limite"},
		"none":                              {"?limite=0", 400, "limite"},
		"an order that is none":             {"?orden=barato", 400, "orden"},
		"everything wrong at once, in turn": {"?ids_profesional=x&fecha_inicio=hoy&videoconsulta=2&limite=-1&orden=1", 400, "ids_profesional fecha_inicio videoconsulta limite orden"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := clinica(t).send("GET", "/api/v5/disponibilidad"+test.query, "")
			if w.Code != test.status {
				t.Fatalf("status %d, want %d: %s", w.Code, test.status, w.Body)
			}
			if w.Code == http.StatusOK {
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

// Every hour can be sent back as it stands, where both modalities are admitted
// too.
func TestAnOfferSentBackIsAccepted(t *testing.T) {
	for _, query := range []string{"?limite=3", "?limite=3&videoconsulta=1"} {
		f := newFace(t) // whose only profesional admits both modalities
		w := f.send("GET", "/api/v5/disponibilidad"+query, "")
		list := ofertasIn(t, w.Body)
		if len(list) != 3 || list[0].Modalidad != tomahora.Ambas {
			t.Fatalf("offered %+v", list)
		}
		for _, o := range list {
			body, err := json.Marshal(struct {
				ofertaBody
				IDPaciente int64 `json:"id_paciente"`
				IDAtencion int64 `json:"id_atencion"`
			}{o, 2, 2})
			if err != nil {
				t.Fatal(err)
			}
			if w := f.send("POST", "/api/v5/citas", string(body)); w.Code != http.StatusCreated {
				t.Errorf("%s was offered, and is answered %d %s", body, w.Code, w.Body)
			}
		}
	}
}
