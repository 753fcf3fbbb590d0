package medilink

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/demo"
	"github.com/tomahora/tomahora/sqlstore"
)

// onDemo is a face over a real store with the demo clinic, on a Monday of 2026.
func onDemo(t *testing.T, change ...func(*Options)) face {
	t.Helper()
	clock := func() time.Time { return time.Date(2026, 11, 9, 15, 0, 0, 0, time.UTC) }
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "demo.db"), sqlstore.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	id, err := store.CreateClinica(t.Context(), demo.Clinica())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Update(t.Context(), id, func(tx tomahora.Tx) error { return demo.Seed(tx, false) }); err != nil {
		t.Fatal(err)
	}
	if _, err := store.CreateToken(t.Context(), tomahora.Token{IDClinica: id, Nombre: "demo"}, auth.Hash("demo")); err != nil {
		t.Fatal(err)
	}
	return newFace(t, func(o *Options) {
		o.Store, o.Auth = store, auth.New(store, clock)
		o.RequestID = func(context.Context) string { return "REQ1" }
		for _, c := range change {
			c(o)
		}
	})
}

func TestTheRecordedRequestsGetWhatTheirClientsNeed(t *testing.T) {
	f := onDemo(t)
	booking := `{"id_profesional":2,"id_sucursal":1,"id_estado":7,"id_sillon":1,"id_paciente":2,"fecha":"2026-11-26","hora_inicio":"09:15","hora_fin":"09:30",` +
		`"duracion":15,"comentario":"x","videoconsulta":0}`
	if w := f.send("POST", "/api/v5/citas/", booking, header{"Content-Type", jsonType}); w.Code != http.StatusCreated {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	tests := map[string]struct {
		target string
		want   []int64
	}{
		"a paciente by RUT, with spaces":        {"/api/v5/pacientes?q=%7B%22rut%22%3A+%7B%22eq%22%3A+%2211111111-1%22%7D%7D", []int64{1}},
		"a paciente by a part of the RUT":       {target("/api/v5/pacientes", `{"rut":{"lk":"11111111"}}`), []int64{1}},
		"a profesional's free and taken places": {target("/api/v5/citas", `{"id_sucursal":{"eq":1},"id_profesional":{"eq":2},"fecha":{"eq":"2026-11-26"},"estado_anulacion":{"eq":0},"id":{"gte":754}}`), []int64{754}},
		"the ticker of new citas":               {target("/api/v5/citas", `{"id_sucursal":{"eq":1},"id":{"gte":754},"estado_anulacion":{"eq":0}}`), []int64{754}},
		"citas of a RUT from a day on":          {target("/api/v5/citas", `{"rut":{"eq":"11111111-1"},"fecha":{"gte":"2027-11-23"},"estado_anulacion":{"eq":0}}`), []int64{}},
		"a range of Dentalink":                  {`/api/v1/citas?q={"fecha":%20[{"gte":%20"2026-11-26"},%20{"lte":%20"2026-12-30"}],%20"id_sucursal":%20{"eq":%20"1"},"id":{"gt":753}}`, []int64{754}},
		"the newest citas of a paciente":        {target("/api/v5/pacientes/2/citas", `{"fecha":{"gte":"2026-11-26"}}`), []int64{754}},
		"estados that annul":                    {target("/api/v5/citas/estados", `{"anulacion":{"eq":1}}`), []int64{14, 10, 1}},
		"the atenciones of a paciente":          {"/api/v5/pacientes/1/atenciones?limit=1", []int64{1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := f.list(t, strings.ReplaceAll(test.target, `"`, "%22"))
			if diff := cmp.Diff(test.want, got.ids()); diff != "" {
				t.Error(diff)
			}
		})
	}
	for body, estado := range map[string]float64{
		`{"id_estado":3}`: 3, `{"id_estado":1,"comentario":"avisó","citas_relacionadas":0}`: 1, `{"id_estado":1,"comentarios":"z","flag_notificar_anulacion":1}`: 1,
	} {
		w := f.send("PUT", "/api/v1/citas/754", body)
		if w.Code != http.StatusOK || dataOf(t, w.Body.Bytes())["id_estado"] != estado {
			t.Errorf("%s: status %d, %s", body, w.Code, w.Body)
		}
	}
}

func TestPagesOfARealStoreJoin(t *testing.T) {
	f := onDemo(t)
	next := func(l listed) *string { return l.Links.Next }
	prev := func(l listed) *string { return l.Links.Prev }
	for _, path := range []string{
		"/citas", "/citas?sort=fecha:desc,hora:asc", "/citas?sort=fecha_actualizacion", "/pacientes/7/citas?sort=hora:desc",
		"/pacientes?sort=nombre,apellidos:desc", "/pacientes?sort=fecha_nacimiento:desc", "/atenciones?sort=fecha", "/citas/estados",
		target("/citas", `{"estado":{"lk":"confirmado"},"id_sucursal":{"neq":9}}`) + "&sort=fecha",
		target("/pacientes", `{"apellidos":{"gte":"m"},"habilitado":{"eq":1}}`),
	} {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		pages, last := f.walk(t, "/api/v5"+path+sep+"limit=17", next)
		all := slices.Concat(pages...)
		if distinct := slices.Compact(slices.Sorted(slices.Values(all))); len(all) == 0 || len(distinct) != len(all) {
			t.Errorf("%s: %d rows, %d of them distinct", path, len(all), len(distinct))
		}
		back, _ := f.walk(t, *last.Links.Current, prev)
		slices.Reverse(back)
		if diff := cmp.Diff(pages, back); diff != "" {
			t.Errorf("%s read backwards:\n%s", path, diff)
		}
		if whole, _ := f.walk(t, "/api/v5"+path+sep+"limit=100", next); !slices.Equal(slices.Concat(whole...), all) {
			t.Errorf("%s: pages of another size have other rows", path)
		}
	}
}

func TestAChatbotsWalk(t *testing.T) {
	f := onDemo(t)
	send := func(method, path, body string, status int) map[string]any {
		t.Helper()
		w := f.send(method, "/api/v5"+path, body)
		if w.Code != status {
			t.Fatalf("%s %s: status %d, %s", method, path, w.Code, w.Body)
		}
		return dataOf(t, w.Body.Bytes())
	}
	if found := f.list(t, target("/api/v5/pacientes", `{"rut":{"eq":"12.345.678-5"}}`)); len(found.Data) > 0 {
		t.Fatalf("the paciente is there already: %v", found.ids())
	}
	send("POST", "/pacientes/", `{"nombre":"Ana","apellidos":"Díaz","rut":"12.345.678-5"}`, 201)
	found := f.list(t, target("/api/v5/pacientes", `{"rut":{"eq":"12345678-5"}}`)).ids()
	if diff := cmp.Diff([]int64{201}, found); diff != "" {
		t.Fatal(diff)
	}
	const slot = `"fecha":"2026-11-26","hora_inicio":"09:00","duracion":30`
	booked := send("POST", "/citas", `{"id_profesional":2,"id_sucursal":1,"id_sillon":1,"id_paciente":201,"videoconsulta":0,`+slot+`}`, 201)
	if booked["id"] != 754.0 || booked["nombre_paciente"] != "Ana Díaz" {
		t.Fatalf("booked %v", booked)
	}
	future := target("/api/v5/pacientes/201/citas", `{"fecha":{"gte":"2026-11-09"},"estado_anulacion":{"eq":0}}`)
	if got := f.list(t, future).ids(); !slices.Equal(got, []int64{754}) {
		t.Errorf("future citas %v", got)
	}
	send("PUT", "/citas/754", `{"id_estado":3}`, 200)
	moved := send("POST", "/citas/changeDate", `{"id_sesion":754,"fecha":"2026-11-26","hora_inicio":"09:15"}`, 201)
	if moved["id"] != 755.0 || moved["id_atencion"] != booked["id_atencion"] || moved["hora_fin"] != "09:45:00" {
		t.Errorf("moved to %v", moved)
	}
	if got := f.list(t, target("/api/v5/citas", `{"estado":{"eq":"Cambio de fecha"},"id_paciente":{"eq":201}}`)).ids(); !slices.Equal(got, []int64{754}) {
		t.Errorf("left behind: %v", got)
	}
	send("PUT", "/citas/755", `{"id_estado":1}`, 200)
	if got := f.list(t, future).ids(); len(got) > 0 {
		t.Errorf("future citas %v", got)
	}
	send("PUT", "/citas/754", `{"id_estado":7}`, 200) // the slot is free again
	if w := f.send("PUT", "/api/v5/citas/755", `{"id_estado":7}`); w.Code != 400 || errorOf(t, w).Code == "" {
		t.Errorf("un-annulled onto a taken slot: status %d", w.Code)
	}
}
