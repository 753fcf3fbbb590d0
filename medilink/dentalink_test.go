package medilink

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seedDentalink is the seed's request in the names of Dentalink.
func seedDentalink() string {
	return strings.NewReplacer("id_profesional", "id_dentista", "id_atencion", "id_tratamiento", "comentario", "comentarios").Replace(seedJSON)
}

func TestDentalinkBooksInItsOwnNames(t *testing.T) {
	w := newFace(t).send("POST", "/api/v1/citas/", seedDentalink())
	const want = `"links":[{"rel":"self","href":"http://api.medilink2.healthatom.com/api/v1/citas/754","method":"GET"},` +
		`{"rel":"pacientes","href":"http://api.medilink2.healthatom.com/api/v1/pacientes/2","method":"GET"},` +
		`{"rel":"atenciones","href":"http://api.medilink2.healthatom.com/api/v1/atenciones/2","method":"GET"}],"videoconsulta":1,"fecha_creacion":"2018-11-05 17:09:01","origen":"","version":1,"id_cita_anterior":0,` +
		`"nombre_social_paciente":"","estado_confirmacion":0,"id_tratamiento":2,"tratamiento_sin_asignar":0,"id_dentista":2,` +
		`"nombre_dentista":"Daniel Vergara","motivo_atencion":"","id_lugar_atencion":1,"nombre_lugar_atencion":"NORTE"}}` + "\n"
	_, got, _ := strings.Cut(w.Body.String(), `"fecha_actualizacion":"2018-11-05 17:09:01",`)
	if diff := cmp.Diff(want, got); w.Code != http.StatusCreated || diff != "" {
		t.Errorf("status %d, body\n%s", w.Code, diff)
	}
	if !strings.Contains(w.Body.String(), `"id_profesional":2,`) {
		t.Error("Medilink's names are gone")
	}
	if strings.Contains(w.Body.String(), "null") {
		t.Error("something is null")
	}
}

func TestDentalinksNamesAreOnlyForV1(t *testing.T) {
	w := newFace(t).send("POST", "/api/v5/citas/", seedDentalink())
	if got := errorOf(t, w); got.Code != "parametro_requerido" || got.Errors[0].Field != "id_profesional" {
		t.Errorf("got %+v", got)
	}
	for _, prefix := range []string{"/api/v5", "/api/v6"} {
		if w := booked(t).send("GET", prefix+"/citas/754", ""); strings.Contains(w.Body.String(), "dentista") {
			t.Errorf("%s: %s", prefix, w.Body)
		}
	}
}

func TestMedilinksNamesWinOnV1(t *testing.T) {
	w := newFace(t).send("POST", "/api/v1/citas/", `{"id_dentista":9,"id_tratamiento":"x",`+seedJSON[1:])
	if w.Code != http.StatusCreated {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestDentalinkFiltersAndChangesInItsOwnNames(t *testing.T) {
	f := booked(t)
	const q = `{"id_dentista":{"eq":"2"},"fecha": [{"gte": "2018-11-01"}, {"lte": "2018-12-30"}], "id_sucursal": {"eq": "1"}}`
	page := f.list(t, target("/api/v1/citas", q))
	if !slices.Equal(page.ids(), []int64{754}) {
		t.Errorf("ids %v", page.ids())
	}
	if again := f.list(t, *page.Links.Current); !slices.Equal(again.ids(), []int64{754}) {
		t.Errorf("by the cursor: ids %v", again.ids())
	}
	w := f.send("PUT", "/api/v1/citas/754", `{"id_estado":3,"comentarios":"Confirma","flag_notificar_anulacion":1,"id_dentista":2}`)
	want := map[string]any{"id_estado": 3.0, "estado_confirmacion": 1.0, "comentarios": "Confirma", "id_dentista": 2.0}
	if diff := cmp.Diff(want, pick(dataOf(t, w.Body.Bytes()), want)); w.Code != http.StatusOK || diff != "" {
		t.Errorf("status %d\n%s", w.Code, diff)
	}
	w = f.send("PUT", "/api/v1/citas/754", `{"id_dentista":9}`)
	if got := errorOf(t, w); got.Code != "no_existe" {
		t.Errorf("another dentista: %+v", got)
	}
}

func TestAnAtencionOnV1(t *testing.T) {
	f := newFace(t)
	for _, path := range []string{"/api/v1/atenciones/2", "/api/v1/pacientes/2/tratamientos"} {
		if w := f.send("GET", path, ""); !strings.Contains(w.Body.String(), `"tipo_atencion":"Consulta","id_dentista":2,"nombre_dentista":"Daniel Vergara"}`) {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
	if w := f.send("POST", "/api/v1/atenciones", `{"id_paciente":2,"id_dentista":2}`); w.Code != http.StatusCreated {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}
