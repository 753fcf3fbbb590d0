package medilink

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// instead are the hours that an error tells, as "fecha hora profesional"; and
// whether it tells any list of them.
func instead(t *testing.T, w *httptest.ResponseRecorder) (hours []string, told bool) {
	t.Helper()
	e := errorOf(t, w)
	for _, o := range e.Alternativas {
		hours = append(hours, fmt.Sprintf("%s %s %d", o.Fecha[len("2018-11-"):], o.HoraInicio[:5], o.IDProfesional))
	}
	return hours, e.Alternativas != nil
}

const atNine = `{"id_profesional":2,"id_sucursal":1,"id_sillon":1,"id_paciente":2,"id_atencion":2,"fecha":"2018-11-06","hora_inicio":"09:00","duracion":30}`

func TestARefusedHourTellsOthers(t *testing.T) {
	tests := map[string]struct {
		method, path, body string
		code               tomahora.Code
		want               []string
	}{
		"a taken one": {
			"POST", "/api/v5/citas", atNine, tomahora.CodeTopeProfesional,
			[]string{"06 09:00 2", "06 09:30 2", "06 11:00 2", "06 11:30 2"},
		},
		"one without work, for an hour": {
			"POST", "/api/v5/citas/", strings.NewReplacer("09:00", "10:00", `:30`, `:60`).Replace(atNine), tomahora.CodeSinHorario,
			[]string{"06 09:00 2", "06 11:00 2", "09 15:00 2", "13 09:00 2", "06 10:00 3", "06 09:00 3", "13 10:00 3"},
		},
		"to be held": {
			"POST", "/api/v5/reservas", atNine, tomahora.CodeTopeProfesional,
			[]string{"06 09:00 2", "06 09:30 2", "06 11:00 2", "06 11:30 2"},
		},
		"a lane that is not attended": {
			"POST", "/api/v1/citas", strings.Replace(atNine, `"id_sillon":1`, `"id_sillon":9`, 1), tomahora.CodeSillonNoDisponible,
			[]string{"06 09:00 2", "06 09:30 2", "06 11:00 2", "06 11:30 2"},
		},
		"to be moved to": {
			"PUT", "/api/v5/citas/701", `{"hora_inicio":"09:00"}`, tomahora.CodeTopeProfesional,
			[]string{"06 09:00 2", "06 09:30 2", "06 11:30 2", "09 15:00 2"}, // not 11:00, where it is
		},
		"to change the date to": {
			"POST", "/api/v5/citas/changeDate", `{"id_sesion":701,"fecha":"2018-11-06","hora_inicio":"09:00"}`, tomahora.CodeTopeProfesional,
			[]string{"06 09:00 2", "06 09:30 2", "06 11:30 2", "09 15:00 2"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := clinica(t)
			f.booked(700, 9*60, 30, 1)
			if strings.Contains(test.path, "citas/") && !strings.HasSuffix(test.path, "/") {
				f.booked(701, 11*60, 30, 1)
			}
			w := f.send(test.method, test.path, test.body)
			if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), string(test.code)) {
				t.Fatalf("status %d, want %s: %s", w.Code, test.code, w.Body)
			}
			got, _ := instead(t, w)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyARefusedHourTellsOthers(t *testing.T) {
	f := clinica(t)
	f.booked(700, 9*60, 30, 1)
	for name, body := range map[string]string{
		"an unknown paciente":   strings.Replace(atNine, `"id_paciente":2`, `"id_paciente":9`, 1),
		"nothing at all":        `{}`,
		"a length off the grid": strings.NewReplacer("09:00", "11:00", `:30}`, `:20}`).Replace(atNine),
	} {
		if hours, told := instead(t, f.send("POST", "/api/v5/citas", body)); told {
			t.Errorf("%s: %v", name, hours)
		}
	}
	if hours, told := instead(t, f.send("POST", "/api/v5/citas", strings.Replace(atNine, `:30}`, `:1440}`, 1))); !told || hours != nil {
		t.Errorf("when no hour is free: %v, told %v; want an empty list", hours, told)
	}
}

// What is free is read beside the refusal, and changes nothing about it.
func TestARefusalDoesWithoutOtherHours(t *testing.T) {
	f := clinica(t)
	f.booked(700, 9*60, 30, 1)
	f.store.failed = errors.New("reads fail")
	w := f.send("POST", "/api/v5/citas", atNine)
	if hours, told := instead(t, w); w.Code != http.StatusBadRequest || told {
		t.Errorf("status %d, %v", w.Code, hours)
	}
}

func TestARefusalUnderAKeyTellsOthersToo(t *testing.T) {
	f := clinica(t)
	f.booked(700, 9*60, 30, 1)
	for range 2 {
		w := f.send("POST", "/api/v5/citas", atNine, header{keyHeader, "k"})
		if hours, _ := instead(t, w); len(hours) != 4 || w.Header().Get(replayedHeader) != "" {
			t.Errorf("status %d, %v", w.Code, hours)
		}
	}
}

// simulation is what simular=1 answers.
func simulation(t *testing.T, f face, body string, headers ...header) (sim simulacionBody) {
	t.Helper()
	before, writes := f.store.clone(), f.store.writes
	w := f.send("POST", "/api/v5/citas?simular=1", body, headers...)
	var got struct{ Data simulacionBody }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK || len(got.Data.Reglas) == 0 {
		t.Fatalf("status %d (%v): %s", w.Code, err, w.Body)
	}
	if f.store.writes != writes || len(f.store.citas) != len(before.citas) || len(f.store.atenciones) != len(before.atenciones) || len(f.store.respuestas) != len(before.respuestas) {
		t.Error("a simulation wrote")
	}
	return got.Data
}

// broken are the rules that do not hold, and how many were not judged.
func broken(sim simulacionBody) (list []string, unjudged int) {
	for _, r := range sim.Reglas {
		switch {
		case r.Cumple == nil:
			unjudged++
		case *r.Cumple == 0:
			list = append(list, r.Etapa+" "+r.Code+" "+r.Field+": "+r.Message)
		case r.Message != "":
			list = append(list, "a rule that holds says "+r.Message)
		}
	}
	return list, unjudged
}

func TestASimulatedBooking(t *testing.T) {
	f := clinica(t)
	sim := simulation(t, f, atNine, header{keyHeader, "k"})
	if rules, unjudged := broken(sim); rules != nil || unjudged != 0 || sim.SeAgenda != 1 || sim.Repetida != 0 || sim.Alternativas != nil {
		t.Errorf("got %+v", sim)
	}
	want := &citaSimulada{
		IDPaciente: 2, NombrePaciente: "Fernanda Risopatrón", IDEstado: 7, EstadoCita: "No confirmado", IDAtencion: 2, NombreTratamiento: "Exodoncia",
		IDProfesional: 2, NombreProfesional: "Daniel Vergara", IDSucursal: 1, NombreSucursal: "NORTE", IDSillon: 1, NombreSillon: "Sillon 1",
		Fecha: "2018-11-06", HoraInicio: "09:00:00", HoraFin: "09:30:00", Duracion: 30,
	}
	if again := simulation(t, f, atNine, header{"Authorization", "Token lector"}); again.SeAgenda != 1 {
		t.Errorf("for a token that only reads: got %+v", again)
	}
	if diff := cmp.Diff(want, sim.Cita, cmp.AllowUnexported(citaSimulada{})); diff != "" {
		t.Errorf("the cita (-want +got):\n%s", diff)
	}

	f.store.atenciones = nil
	sim = simulation(t, f, strings.Replace(atNine, `"id_atencion":2,`, ``, 1))
	if sim.Cita == nil || sim.Cita.IDAtencion != 0 || sim.Cita.NombreTratamiento != "Consulta" {
		t.Errorf("without an atención: %+v", sim.Cita)
	}
}

func TestASimulatedRefusal(t *testing.T) {
	f := clinica(t)
	f.booked(700, 9*60, 30, 1)
	sim := simulation(t, f, atNine)
	rules, unjudged := broken(sim)
	want := []string{"lugar tope_profesional hora_inicio: Profesional tiene tope con otra cita"}
	if diff := cmp.Diff(want, rules); diff != "" || unjudged != 0 || sim.SeAgenda != 0 || sim.Cita != nil || len(sim.Alternativas) != 4 {
		t.Errorf("%d not judged, %+v\n%s", unjudged, sim, diff)
	}

	sim = simulation(t, f, `{"fecha":"ayer"}`)
	if rules, unjudged := broken(sim); len(rules) != 7 || unjudged < 20 || sim.Alternativas != nil {
		t.Errorf("of nothing: %d not judged, %q", unjudged, rules)
	}
}

func TestASimulatedRetry(t *testing.T) {
	f := clinica(t)
	if w := f.send("POST", "/api/v5/citas?simular=0", atNine); w.Code != http.StatusCreated {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	sim := simulation(t, f, atNine)
	rules, _ := broken(sim)
	if sim.SeAgenda != 1 || sim.Repetida != 1 || sim.Cita == nil || sim.Cita.ID != 754 || len(rules) != 1 {
		t.Errorf("got %+v, with %q", sim, rules)
	}
}

func TestASimulationIsNoWayAroundTheTransport(t *testing.T) {
	f := clinica(t)
	for name, test := range map[string]struct {
		target, body string
		status       int
		headers      []header
	}{
		"neither on nor off":    {"/api/v5/citas?simular=si", atNine, 400, nil},
		"a body that is broken": {"/api/v5/citas?simular=1", "{", 400, nil},
		"a token that reads":    {"/api/v5/citas?simular=0", atNine, 403, []header{{"Authorization", "Token lector"}}},
		"neither, by a reader":  {"/api/v5/citas?simular=si", atNine, 403, []header{{"Authorization", "Token lector"}}},
		"a hold, by a reader":   {"/api/v5/reservas?simular=1", atNine, 403, []header{{"Authorization", "Token lector"}}},
		"no token":              {"/api/v5/citas?simular=1", atNine, 401, []header{{"Authorization", ""}}},
	} {
		if w := f.send("POST", test.target, test.body, test.headers...); w.Code != test.status || len(f.store.citas) > 0 {
			t.Errorf("%s: status %d, want %d; %d citas", name, w.Code, test.status, len(f.store.citas))
		}
	}
	f.store.failed = errors.New("a defect")
	if w := f.send("POST", "/api/v5/citas?simular=1", atNine); w.Code != http.StatusInternalServerError {
		t.Errorf("a store that fails: status %d", w.Code)
	}
}
