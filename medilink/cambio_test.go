package medilink

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// booked is a face with the seed's cita, 754.
func booked(t *testing.T) face {
	t.Helper()
	f := newFace(t)
	if w := f.send("POST", "/api/v5/citas", seedJSON); w.Code != http.StatusCreated {
		t.Fatal(w.Body)
	}
	return f
}

// dataOf reads the data of an answer.
func dataOf(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var answer struct{ Data map[string]any }
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return answer.Data
}

// pick are some attributes of an answer.
func pick(data map[string]any, names map[string]any) map[string]any {
	picked := map[string]any{}
	for name := range names {
		picked[name] = data[name]
	}
	return picked
}

func TestReadingAChangeOfACita(t *testing.T) {
	tests := map[string]struct {
		contentType, body string
		want              tomahora.CambioCita
	}{
		"nothing":                       {jsonType, `{}`, tomahora.CambioCita{}},
		"an estado":                     {jsonType, `{"id_estado":1}`, tomahora.CambioCita{IDEstado: 1}},
		"a form":                        {formType, "id_estado=1&duracion=45", tomahora.CambioCita{IDEstado: 1, Duracion: new(tomahora.Duracion(45))}},
		"a comment":                     {jsonType, `{"comentario":"Llega tarde"}`, tomahora.CambioCita{Comentario: new("Llega tarde")}},
		"a comment in the plural":       {jsonType, `{"comentarios":"Llega tarde"}`, tomahora.CambioCita{Comentario: new("Llega tarde")}},
		"a comment in both":             {jsonType, `{"comentarios":"b","comentario":"a"}`, tomahora.CambioCita{Comentario: new("a")}},
		"a comment that null clears":    {jsonType, `{"comentario":null}`, tomahora.CambioCita{Comentario: new("")}},
		"a comment cleared by \"\"":     {jsonType, `{"comentario":""}`, tomahora.CambioCita{Comentario: new("")}},
		"a plural that \"\" clears":     {formType, "comentarios=", tomahora.CambioCita{Comentario: new("")}},
		"a comment that is cleared":     {jsonType, `{"comentario":"","comentarios":"b"}`, tomahora.CambioCita{Comentario: new("")}},
		"a number for a comment":        {jsonType, `{"comentario":12}`, tomahora.CambioCita{Comentario: new("12")}},
		"empty parameters":              {formType, "id_estado=&fecha=&hora_inicio=&duracion=&id_sillon=&videoconsulta=", tomahora.CambioCita{}},
		"related citas":                 {jsonType, `{"id_estado":1,"citas_relacionadas":1}`, tomahora.CambioCita{IDEstado: 1, Relacionadas: true}},
		"no related citas":              {jsonType, `{"id_estado":1,"citas_relacionadas":0}`, tomahora.CambioCita{IDEstado: 1}},
		"a notice to nobody":            {jsonType, `{"id_estado":1,"flag_notificar_anulacion":[2]}`, tomahora.CambioCita{IDEstado: 1}},
		"what nobody may change":        {jsonType, `{"estado_anulacion":1,"id_paciente":5,"id_atencion":3}`, tomahora.CambioCita{}},
		"a sillón under its other name": {jsonType, `{"id_recurso":7}`, tomahora.CambioCita{IDSillon: 7}},
		"a move": {
			jsonType, `{"fecha":"02/11/2018","hora_inicio":"10:00","id_profesional":"2","id_sucursal":1,"id_sillon":1,"videoconsulta":false}`,
			tomahora.CambioCita{
				IDProfesional: 2, IDSucursal: 1, IDSillon: 1, Fecha: tomahora.Fecha{Year: 2018, Month: 11, Day: 2},
				HoraInicio: new(tomahora.Hora(600)), Videoconsulta: new(false),
			},
		},
		"what cannot be read": {jsonType, `{"id_estado":"x","comentario":[],"citas_relacionadas":2}`, tomahora.CambioCita{Unreadable: tomahora.Problems{
			tomahora.Invalid(tomahora.CodeParametroInvalido, "citas_relacionadas", "citas_relacionadas", whyBit),
			tomahora.Invalid(tomahora.CodeParametroInvalido, "id_estado", "id_estado", whyID),
			tomahora.Invalid(tomahora.CodeParametroInvalido, "comentario", "comentario", whyTexto),
		}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := decodeBody(test.contentType, "", []byte(test.body))
			if diff := cmp.Diff(test.want, f.cambioCita()); err != nil || diff != "" {
				t.Errorf("error %v\n%s", err, diff)
			}
		})
	}
}

func TestChangingACita(t *testing.T) {
	tests := map[string]struct {
		body   string
		status int
		code   tomahora.Code
		want   map[string]any
	}{
		"annulled":         {`{"id_estado":1}`, 200, "", map[string]any{"id": 754.0, "id_estado": 1.0, "estado_cita": "Anulado", "estado_anulacion": 1.0}},
		"annulled, moved":  {`{"id_estado":1,"id_sillon":7}`, 200, "", map[string]any{"id_sillon": 7.0, "estado_anulacion": 1.0}},
		"confirmed":        {`{"id_estado":"3","comentario":"ok","citas_relacionadas":0}`, 200, "", map[string]any{"estado_cita": "Confirmado por teléfono", "comentarios": "ok"}},
		"longer":           {`{"duracion":45}`, 200, "", map[string]any{"hora_fin": "09:45:00", "duracion": 45.0}},
		"moved":            {`{"hora_inicio":"10:00"}`, 200, "", map[string]any{"id": 754.0, "hora_inicio": "10:00:00", "hora_fin": "10:30:00"}},
		"its comment gone": {`{"comentarios":""}`, 200, "", map[string]any{"comentarios": ""}},
		"nothing at all":   {`{"estado_anulacion":1}`, 400, tomahora.CodeSinCambios, nil},
		"off the grid":     {`{"hora_inicio":"10:05"}`, 400, tomahora.CodeSinHorario, nil},
		"unreadable":       {`{"id_estado":"x"}`, 400, tomahora.CodeParametroInvalido, nil},
		"no estado":        {`{"id_estado":99}`, 400, tomahora.CodeEstadoInvalido, nil},
		"a broken body":    {`{`, 400, tomahora.CodeCuerpoInvalido, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := booked(t)
			w := f.send("PUT", "/api/v5/citas/754/", test.body)
			if w.Code != test.status {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if test.code != "" {
				if got := errorOf(t, w); got.Code != string(test.code) {
					t.Errorf("code %s", got.Code)
				}
				return
			}
			if diff := cmp.Diff(test.want, pick(dataOf(t, w.Body.Bytes()), test.want)); diff != "" {
				t.Error(diff)
			}
			if again := f.send("GET", "/api/v5/citas/754", ""); again.Body.String() != w.Body.String() {
				t.Errorf("the cita reads as %s", again.Body)
			}
		})
	}
	if w := newFace(t).send("PUT", "/api/v5/citas/9", `{"id_estado":1}`); w.Code != http.StatusNotFound {
		t.Errorf("an unknown cita: status %d", w.Code)
	}
	if w := newFace(t).send("PUT", "/api/v5/citas/x", `{"id_estado":1}`); w.Code != http.StatusBadRequest {
		t.Errorf("no id: status %d", w.Code)
	}
}

func TestChangingTheDateOfACitaMakesANewOne(t *testing.T) {
	for _, body := range []string{
		`{"id_sesion":754,"fecha":"2018-11-02","hora_inicio":"09:15"}`,
		`{"id_cita":"754","fecha":"02/11/2018","hora_inicio":"09:15:00"}`,
		`{"id":754,"fecha":"2018-11-02","hora_inicio":"09:15","duracion":30,"videoconsulta":1}`,
	} {
		f := booked(t)
		w := f.send("POST", "/api/v5/citas/changeDate", body)
		want := map[string]any{
			"id": 755.0, "id_estado": 7.0, "hora_inicio": "09:15:00", "hora_fin": "09:45:00", "id_atencion": 2.0, "comentarios": "Control general",
		}
		if w.Code != http.StatusCreated {
			t.Fatalf("%s: status %d, %s", body, w.Code, w.Body)
		}
		if diff := cmp.Diff(want, pick(dataOf(t, w.Body.Bytes()), want)); diff != "" {
			t.Errorf("%s\n%s", body, diff)
		}
		old := dataOf(t, f.send("GET", "/api/v5/citas/754", "").Body.Bytes())
		if old["id_estado"] != 14.0 || old["estado_anulacion"] != 1.0 {
			t.Errorf("%s: the old one is in %v", body, old["id_estado"])
		}
	}
}

func TestChangesOfDateThatAreRefused(t *testing.T) {
	tests := map[string]struct {
		body string
		want []string
	}{
		"nothing":            {`{}`, []string{"id_sesion parametro_requerido", "fecha parametro_requerido", "hora_inicio parametro_requerido"}},
		"an unreadable id":   {`{"id_cita":"x","fecha":"2018-11-02","hora_inicio":"9"}`, []string{"id_sesion parametro_invalido", "hora_inicio parametro_invalido"}},
		"an unknown cita":    {`{"id_sesion":9,"fecha":"2018-11-02","hora_inicio":"10:00"}`, []string{"id_sesion no_existe"}},
		"outside of horario": {`{"id_sesion":754,"fecha":"2018-11-03","hora_inicio":"10:00"}`, []string{"hora_inicio sin_horario"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := booked(t).send("POST", "/api/v5/citas/changeDate", test.body)
			var got []string
			for _, e := range errorOf(t, w).Errors {
				got = append(got, e.Field+" "+e.Code)
			}
			if diff := cmp.Diff(test.want, got); w.Code != 400 || diff != "" {
				t.Errorf("status %d\n%s", w.Code, diff)
			}
		})
	}
}

func TestMakingAnEstado(t *testing.T) {
	f := newFace(t)
	w := f.send("POST", "/api/v5/citas/estados/", "nombre=Pendiente+reagendar&color=%23aabbcc&anulacion=0", header{"Content-Type", formType})
	const want = `{"data":{"id":28,"nombre":"Pendiente reagendar","color":"#aabbcc","reservado":0,"anulacion":0,"uso_interno":0,"habilitado":1,` +
		`"links":[{"rel":"self","href":"http://api.medilink2.healthatom.com/api/v5/citas/estados/28","method":"GET"}]}}` + "\n"
	if diff := cmp.Diff(want, w.Body.String()); w.Code != http.StatusCreated || diff != "" {
		t.Fatalf("status %d\n%s", w.Code, diff)
	}
	if got := f.send("GET", "/api/v5/citas/estados/28", ""); got.Body.String() != want {
		t.Errorf("it reads as %s", got.Body)
	}
	refused := map[string]string{
		`{}`: "parametro_requerido", `{"nombre":"x"}`: "parametro_requerido", `{"nombre":"x","anulacion":2}`: "parametro_invalido",
		`{"nombre":{},"anulacion":1}`: "parametro_invalido",
	}
	for body, code := range refused {
		w := f.send("POST", "/api/v5/citas/estados", body)
		if got := errorOf(t, w); w.Code != 400 || got.Code != code {
			t.Errorf("%s: %d %s", body, w.Code, got.Code)
		}
	}
}

func TestMakingAPaciente(t *testing.T) {
	const body = `{"nombre":"Ana","apellidos":"Díaz","rut":"12.345.678-5","tipo_documento":0,"celular":56911112222,"telefono":"22","email":"ana@example.cl",` +
		`"fecha_nacimiento":"31/12/1990","sexo":"F","id_genero":1,"ciudad":"Arica","comuna":"Arica","direccion":"Mar 1","observaciones":"x",` +
		`"numero_ficha":"7","nombre_social":"Anita","fecha_afiliacion":"2018-01-01","id_convenio":3}`
	f := newFace(t)
	w := f.send("POST", "/api/v5/pacientes/", body)
	want := map[string]any{
		"id": 203.0, "rut": "12345678-5", "nombre": "Ana", "apellidos": "Díaz", "tipo_documento": 0.0, "celular": "56911112222", "telefono": "22",
		"email": "ana@example.cl", "fecha_nacimiento": "1990-12-31", "sexo": "F", "id_genero": 1.0, "ciudad": "Arica", "comuna": "Arica",
		"direccion": "Mar 1", "observaciones": "x", "numero_ficha": "7", "nombre_social": "Anita", "fecha_afiliacion": "2018-01-01", "habilitado": 1.0,
	}
	if w.Code != http.StatusCreated {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if diff := cmp.Diff(want, pick(dataOf(t, w.Body.Bytes()), want)); diff != "" {
		t.Error(diff)
	}
	w = f.send("POST", "/api/v5/pacientes", body)
	if got := errorOf(t, w); w.Code != 400 || !strings.Contains(got.Message, "existe") {
		t.Errorf("a RUT twice: %d %s", w.Code, got.Message)
	}
	w = f.send("POST", "/api/v5/pacientes", `{"fecha_nacimiento":"x","tipo_documento":"1.5"}`)
	if got := errorOf(t, w); w.Code != 400 || len(got.Errors) != 4 {
		t.Errorf("unreadable: %d %+v", w.Code, got.Errors)
	}
}

func TestChangingAPaciente(t *testing.T) {
	f := newFace(t)
	w := f.send("PUT", "/api/v5/pacientes/2/", "celular=9&nombre=&fecha_afiliacion=0000-00-00&habilitado=0", header{"Content-Type", formType})
	want := map[string]any{"celular": "9", "nombre": "Fernanda", "fecha_afiliacion": "0000-00-00", "habilitado": 0.0, "rut": "11111111-1"}
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if diff := cmp.Diff(want, pick(dataOf(t, w.Body.Bytes()), want)); diff != "" {
		t.Error(diff)
	}
	for path, status := range map[string]int{"/pacientes/9": 404, "/pacientes/x": 400, "/pacientes/2": 400} {
		if w := f.send("PUT", "/api/v5"+path, `{}`); w.Code != status {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}

func TestAPacienteAsItIsReadChangesNothing(t *testing.T) {
	f := newFace(t)
	before := f.send("GET", "/api/v5/pacientes/2", "").Body.String()
	one, err := json.Marshal(dataOf(t, []byte(before)))
	if err != nil {
		t.Fatal(err)
	}
	if w := f.send("PUT", "/api/v5/pacientes/2", string(one)); w.Code != http.StatusOK || w.Body.String() != before {
		t.Errorf("status %d, %s", w.Code, w.Body)
	}
}

func TestMakingAnAtencion(t *testing.T) {
	tests := map[string]struct {
		body string
		want map[string]any
	}{
		"what one client sends": {
			`{"id_paciente":2,"id_profesional":2,"fecha":"2018-11-06","observaciones":"x"}`,
			map[string]any{
				"id": 8.0, "nombre": "Consulta", "id_tipo": 1.0, "nombre_tipo": "Consulta", "fecha": "2018-11-06", "id_sucursal": 1.0,
				"nombre_paciente": "Fernanda Risopatrón", "nombre_profesional": "Daniel Vergara", "tipo": "Consulta", "tipo_atencion": "Consulta",
			},
		},
		"everything": {
			`{"id_paciente":"2","id_profesional":2,"id_sucursal":1,"nombre":"Frenillos","nombre_tipo":"Plan de tratamiento"}`,
			map[string]any{"nombre": "Frenillos", "id_tipo": 4.0, "nombre_tipo": "Plan de tratamiento", "fecha": "2018-11-05"},
		},
		"a tipo by its number":    {`{"id_paciente":2,"id_profesional":2,"id_tipo":2}`, map[string]any{"nombre_tipo": "Licencia", "id_tipo": 2.0}},
		"a tipo by another name":  {`{"id_paciente":2,"id_profesional":2,"tipo":"Interconsulta"}`, map[string]any{"id_tipo": 3.0}},
		"a tipo of a clinic's":    {`{"id_paciente":2,"id_profesional":2,"tipo_atencion":"Box"}`, map[string]any{"nombre_tipo": "Box", "id_tipo": 0.0}},
		"a profesional's v1 name": {`{"id_paciente":2,"id_profesional":2,"id_dentista":"x"}`, map[string]any{"id_profesional": 2.0}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newFace(t).send("POST", "/api/v5/atenciones", test.body)
			if w.Code != http.StatusCreated {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if diff := cmp.Diff(test.want, pick(dataOf(t, w.Body.Bytes()), test.want)); diff != "" {
				t.Error(diff)
			}
		})
	}
	refused := map[string]string{
		`{}`: "parametro_requerido", `{"id_paciente":"x","id_profesional":2}`: "parametro_invalido",
		`{"id_paciente":9,"id_profesional":2}`: "no_existe", `{"id_paciente":2,"id_profesional":2,"id_tipo":5}`: "no_existe",
	}
	for body, code := range refused {
		w := newFace(t).send("POST", "/api/v5/atenciones", body)
		if got := errorOf(t, w); w.Code != 400 || got.Code != code {
			t.Errorf("%s: %d %s", body, w.Code, got.Code)
		}
	}
}
