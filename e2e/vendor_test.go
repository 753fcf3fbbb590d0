package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shape writes a JSON value as its keys in their order and the types of what is
// under them; of a list, the shape of its first element.
func shape(t *testing.T, value string) string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(value)))
	return shapeOf(t, d)
}

func shapeOf(t *testing.T, d *json.Decoder) string {
	t.Helper()
	token, err := d.Token()
	must(t, err)
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			return "[" + strings.Join(shapesOf(t, d, false), ", ") + "]"
		}
		return "{" + strings.Join(shapesOf(t, d, true), ", ") + "}"
	case nil:
		return "null"
	default:
		return strings.ReplaceAll(fmt.Sprintf("%T", token), "float64", "number")
	}
}

// shapesOf are those of the elements of an object, or of the first of a list.
func shapesOf(t *testing.T, d *json.Decoder, object bool) []string {
	t.Helper()
	var shapes []string
	for d.More() {
		key := ""
		if object {
			token, err := d.Token()
			must(t, err)
			key = fmt.Sprintf("%s ", token)
		}
		s := key + shapeOf(t, d)
		if object || shapes == nil {
			shapes = append(shapes, s)
		}
	}
	_, err := d.Token()
	must(t, err)
	return shapes
}

func TestShapes(t *testing.T) {
	t.Parallel()
	const value = `{"b":1,"a":[{"x":"y"},{"z":1}],"c":{"d":true,"e":null,"f":[],"g":{}}}`
	const want = `{b number, a [{x string}], c {d bool, e null, f [], g {}}}`
	if got := shape(t, value); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// The shapes of the objects that the vendor's documentation shows (contract
// §2). What tomahora adds comes after links.
const (
	linkShape = `{rel string, href string, method string}`
	citaShape = `{id number, id_paciente number, nombre_paciente string, id_estado number, estado_cita string, estado_anulacion number, id_atencion number, ` +
		`nombre_tratamiento string, id_profesional number, nombre_profesional string, id_sucursal number, nombre_sucursal string, id_sillon number, ` +
		`nombre_sillon string, fecha string, hora_inicio string, hora_fin string, duracion number, comentarios string, fecha_actualizacion string, ` +
		`links [` + linkShape + `]`
	pageShape = `{current string, next null, prev null}`
)

func TestDocumentedExamplesAreReproducedKeyByKey(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", "2018-05-02T08:00:00-04:00", "--empty")
	s.book(t, `{"id_paciente":17,"id_profesional":2,"id_sucursal":1,"id_sillon":1,"fecha":"2018-05-03","hora_inicio":"08:00","duracion":30,"videoconsulta":0}`).
		want(t, http.StatusCreated)
	s.wire(t, "POST", "/api/v5/horariosbloqueados", asJSON,
		`{"id_profesional":2,"id_sucursal":1,"fecha":"2018-05-03","hora_inicio":"09:00","hora_fin":"09:15"}`).want(t, http.StatusCreated)
	grid := `/api/v5/sucursales/1/profesionales/2/agendas?q={"fecha_inicio":{"eq":"2018-05-03"},"fecha_fin":{"eq":"2018-05-06"},"mostrar_detalles":{"eq":"1"}}`
	tests := map[string]struct {
		target, path, want string
	}{
		"citas":        {"/api/v5/citas", "data.0", citaShape + `, videoconsulta number, fecha_creacion string, origen string, version number, id_cita_anterior number}`},
		"one cita":     {"/api/v5/citas/754", "data", citaShape + `, videoconsulta number, fecha_creacion string, origen string, version number, id_cita_anterior number}`},
		"cursor links": {"/api/v5/citas", "links", pageShape},
		"estados": {
			"/api/v5/citas/estados", "data.0",
			`{id number, nombre string, color string, reservado number, anulacion number, uso_interno number, habilitado number, links [` + linkShape + `]}`,
		},
		"profesionales": {
			"/api/v5/profesionales", "data.0",
			`{id number, rut string, nombre string, apellidos string, celular string, telefono string, ciudad string, comuna string, direccion string, ` +
				`email string, id_especialidad number, especialidad string, agenda_online number, intervalo number, habilitado number, links [` + linkShape + `]}`,
		},
		"profesionales of v6": {
			"/api/v6/profesionales", "data.0",
			`{id number, rut string, nombre string, apellidos string, celular string, telefono string, ciudad string, comuna string, direccion string, ` +
				`email string, id_especialidad number, especialidad string, agenda_online number, es_recurso number, intervalo number, habilitado number, links [` + linkShape + `]}`,
		},
		"sucursales": {
			"/api/v5/sucursales", "data.0",
			`{id number, nombre string, telefono string, ciudad string, comuna string, direccion string, habilitada number, links [` + linkShape + `]}`,
		},
		"a free and a taken lane": {
			grid, "data.fechas.2018-05-03.horas.08:00",
			`{sillones {1 {tipo string, id_cita number, id_paciente number, nombre_paciente string, apellidos_paciente string, comentario string, ` +
				`bloque string, duracion_total number, inicio string, fin string}, 2 bool, Sobrecupo bool}}`,
		},
		"a day without hours": {grid, "data.fechas.2018-05-06", `[]`},
		"pacientes": {
			"/api/v5/pacientes/1", "data",
			`{id number, rut string, tipo_documento number, nombre string, nombre_social string, apellidos string, fecha_nacimiento string, ` +
				`fecha_afiliacion string, telefono string, celular string, ciudad string, comuna string, direccion string, email string, sexo string, ` +
				`id_genero number, numero_ficha string, observaciones string, tiene_cargas number, es_carga number, fecha_deshabilitacion string, ` +
				`id_usuario_deshabilitacion string, habilitado number, links [` + linkShape + `], fecha_creacion string, version number}`,
		},
	}
	for name, test := range tests {
		got := shape(t, valueAt(t, s.wire(t, "GET", test.target, "", ""), test.path))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-documented +got)\n%s", name, diff)
		}
	}
	bloqueo := valueAt(t, s.wire(t, "GET", grid, "", ""), "data.fechas.2018-05-03.horas.09:00.sillones.1")
	if keys := shape(t, bloqueo); strings.Contains(keys, "id_cita") || strings.Contains(keys, "paciente") || !strings.HasPrefix(keys, "{tipo string") {
		t.Errorf("a bloqueo: got %s, want no cita and no paciente", keys)
	}
}

func TestLinksStandInTheDocumentedOrder(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", "2018-05-02T08:00:00-04:00", "--empty")
	tests := map[string]struct {
		target string
		rels   []string
	}{
		"a paciente": {"/api/v5/pacientes/2", []string{
			"self", "self", "self", "self", "citas", "convenios", "devoluciones", "evoluciones", "pagos", "tratamientos", "adicionales", "tareas",
			"recetas", "notificacionesGes",
		}},
		"a profesional": {"/api/v5/profesionales/2", []string{"self", "citas", "contratos"}},
		"a sucursal":    {"/api/v5/sucursales/1", []string{"self"}},
		"an estado":     {"/api/v5/citas/estados/7", []string{"self"}},
		"an atención":   {"/api/v5/atenciones/2", []string{"self"}},
		"a sillón":      {"/api/v5/sillones", nil}, // its link is not known
	}
	for name, test := range tests {
		a := s.wire(t, "GET", test.target, "", "")
		path := "data.links"
		if strings.Contains(string(a.body[:10]), "[") {
			path = "data.0.links"
		}
		var links []struct{ Rel, Href, Method string }
		must(t, json.Unmarshal([]byte(valueAt(t, a, path)), &links))
		var rels []string
		for _, link := range links {
			rels = append(rels, link.Rel)
			if got := s.wire(t, link.Method, s.follow(t, link.Href), "", ""); got.status != http.StatusOK {
				t.Errorf("%s: the link %s answers %d %s", name, link.Href, got.status, got.body)
			}
		}
		if added := max(0, len(rels)-len(test.rels)); !slices.Equal(test.rels, rels[:len(rels)-added]) {
			t.Errorf("%s: got %v, want it to begin with %v", name, rels, test.rels)
		}
	}
}
