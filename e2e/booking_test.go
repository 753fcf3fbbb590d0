package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// seedTime and seedURL make the demo answer what the seed's example shows.
const (
	seedTime = "2018-11-05T17:09:01-03:00"
	seedURL  = "http://api.medilink2.healthatom.com"
)

// seedExample is the seed's example of an answer, but for comentarios, which
// repeats what the seed's example of a request sends.
const seedExample = `{"id":754,"id_paciente":2,"nombre_paciente":"Fernanda Risopatrón","id_estado":7,"estado_cita":"No confirmado",` +
	`"estado_anulacion":0,"id_atencion":2,"nombre_tratamiento":"Exodoncia","id_profesional":2,"nombre_profesional":"Daniel Vergara",` +
	`"id_sucursal":1,"nombre_sucursal":"NORTE","id_sillon":1,"nombre_sillon":"Sillon 1","fecha":"2018-11-02","hora_inicio":"09:00:00",` +
	`"hora_fin":"09:30:00","duracion":30,"comentarios":"Control general","fecha_actualizacion":"2018-11-05 17:09:01","links":[` +
	`{"rel":"self","href":"http://api.medilink2.healthatom.com/api/v5/citas/754","method":"GET"},` +
	`{"rel":"pacientes","href":"http://api.medilink2.healthatom.com/api/v5/pacientes/2","method":"GET"},` +
	`{"rel":"atenciones","href":"http://api.medilink2.healthatom.com/api/v5/atenciones/2","method":"GET"}],"videoconsulta":1,` +
	`"fecha_creacion":"2018-11-05 17:09:01","origen":"demo","version":1,"id_cita_anterior":0}`

func TestSeedRequestGetsTheSeedsAnswer(t *testing.T) {
	t.Parallel()
	form := url.Values{
		"id_profesional": {"2"}, "id_sucursal": {"1"}, "id_estado": {"7"}, "id_sillon": {"1"}, "id_paciente": {"2"}, "id_atencion": {"2"},
		"fecha": {"2018-11-02"}, "hora_inicio": {"09:00"}, "duracion": {"30"}, "comentario": {"Control general"}, "videoconsulta": {"1"},
	}
	object := map[string]any{
		"id_profesional": 2, "id_sucursal": 1, "id_estado": 7, "id_sillon": 1, "id_paciente": 2, "id_atencion": 2,
		"fecha": "2018-11-02", "hora_inicio": "09:00", "duracion": 30, "comentario": "Control general", "videoconsulta": 1,
	}
	asJSON, err := json.Marshal(object)
	must(t, err)
	bodies := map[string]struct{ contentType, body string }{
		"as jQuery sends it": {"application/x-www-form-urlencoded; charset=UTF-8", form.Encode()},
		"as JSON":            {"application/json", string(asJSON)},
	}
	for name, sent := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, "demo", "--now", seedTime, "--public-url", seedURL)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/api/v5/citas/", strings.NewReader(sent.body))
			must(t, err)
			r.Header.Set("Content-Type", sent.contentType)
			r.Header.Set("Authorization", "Token demo")
			resp, err := http.DefaultClient.Do(r)
			must(t, err)
			defer resp.Body.Close()
			got, err := io.ReadAll(resp.Body)
			must(t, err)
			want := `{"data":` + seedExample + `}`
			if resp.StatusCode != http.StatusCreated || string(bytes.TrimSpace(got)) != want {
				t.Errorf("got %d\n%s\nwant 201\n%s", resp.StatusCode, got, want)
			}
		})
	}
}

func TestEveryLinkOfACitaResolves(t *testing.T) {
	t.Parallel()
	s := start(t, "demo")
	a := s.book(t, citaJSON(2, 1, 1, 2, "2027-03-01", "09:00", 30, 0))
	var body struct {
		Data struct {
			Links []struct{ Rel, Href string }
		}
	}
	must(t, json.Unmarshal(a.body, &body))
	if len(body.Data.Links) != 3 {
		t.Fatalf("got links %v, want self, pacientes, atenciones", body.Data.Links)
	}
	for _, link := range body.Data.Links {
		path, ok := strings.CutPrefix(link.Href, s.url)
		if !ok {
			t.Errorf("%s is not on the address the request came to", link.Href)
		}
		if got := s.get(t, path); got.status != http.StatusOK {
			t.Errorf("%s: got %d %s", link.Href, got.status, got.body)
		}
	}
}

// citaJSON is a booking; video below 0 leaves videoconsulta out.
func citaJSON(prof, suc, sillon, pac int, fecha, hora string, duracion, video int) string {
	extra := ""
	if video >= 0 {
		extra = fmt.Sprintf(`,"videoconsulta":%d`, video)
	}
	return fmt.Sprintf(`{"id_profesional":%d,"id_sucursal":%d,"id_sillon":%d,"id_paciente":%d,"fecha":%q,"hora_inicio":%q,"duracion":%d%s}`,
		prof, suc, sillon, pac, fecha, hora, duracion, extra)
}

func TestWhatTheDemoClinicAccepts(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", "2026-11-23T12:00:00-03:00")
	const fecha = "2027-03-01" // a Monday
	first := s.book(t, citaJSON(2, 1, 1, 2, fecha, "09:00", 30, 0))
	if first.status != http.StatusCreated || first.id(t) != 754 {
		t.Fatalf("got %d %s, want 201 and id 754", first.status, first.body)
	}
	steps := []struct {
		name   string
		body   string
		status int
		code   string
	}{
		{"the same slot for another patient", citaJSON(2, 1, 1, 1, fecha, "09:00", 30, 0), 400, "tope_profesional"},
		{"a quarter later", citaJSON(2, 1, 1, 1, fecha, "09:15", 30, 0), 400, "tope_profesional"},
		{"a quarter earlier", citaJSON(2, 1, 1, 1, fecha, "08:45", 30, 0), 400, "tope_profesional"},
		{"touching it", citaJSON(2, 1, 1, 1, fecha, "09:30", 30, 0), 201, ""},
		{"on sillón 2", citaJSON(2, 1, 2, 1, fecha, "09:00", 30, 0), 201, ""},
		{"as a sobrecupo", citaJSON(2, 1, 7, 1, fecha, "09:00", 30, 0), 201, ""},
		{"as the same sobrecupo again", citaJSON(2, 1, 7, 1, fecha, "09:00", 30, 0), 201, ""},
		{"off the grid", citaJSON(2, 1, 1, 1, fecha, "09:37", 30, 0), 400, "sin_horario"},
		{"across the break", citaJSON(2, 1, 1, 1, fecha, "12:45", 30, 0), 400, "sin_horario"},
		{"after hours", citaJSON(2, 1, 1, 1, fecha, "20:00", 30, 0), 400, "sin_horario"},
		{"on a Sunday", citaJSON(2, 1, 1, 1, "2027-03-07", "09:00", 30, 0), 400, "sin_horario"},
		{"for 20 minutes", citaJSON(2, 1, 1, 1, fecha, "10:00", 20, 0), 400, "duracion_incompatible"},
		{"for no time", citaJSON(2, 1, 1, 1, fecha, "10:00", 0, 0), 400, "duracion_incompatible"},
		{"for less than no time", citaJSON(2, 1, 1, 1, fecha, "10:00", -15, 0), 400, "duracion_incompatible"},
		{"without saying which modality", citaJSON(2, 1, 1, 1, fecha, "10:00", 30, -1), 400, "videoconsulta_requerida"},
		{"by video where there is none", citaJSON(1, 1, 1, 1, fecha, "10:00", 30, 1), 400, "modalidad_no_disponible"},
		{"in person where there is only video", citaJSON(3, 1, 1, 1, fecha, "10:00", 20, 0), 400, "modalidad_no_disponible"},
		{"by video by itself", citaJSON(3, 1, 1, 1, fecha, "10:00", 20, -1), 201, ""},
		{"on a sillón of somebody else's", citaJSON(1, 1, 2, 1, fecha, "10:00", 30, -1), 400, "sillon_no_disponible"},
		{"with a disabled profesional", citaJSON(5, 1, 1, 1, fecha, "10:00", 30, -1), 400, "profesional_deshabilitado"},
		{"profesional 1 at NORTE", citaJSON(1, 1, 1, 1, fecha, "11:00", 30, -1), 201, ""},
		{"profesional 1 at SUR at the same hour", citaJSON(1, 2, 1, 2, fecha, "11:00", 30, -1), 400, "tope_profesional"},
		{"profesional 6 on the exclusive sillón 3", citaJSON(6, 2, 3, 1, "2027-03-03", "09:00", 30, -1), 201, ""},
		{"profesional 4 on the same sillón", citaJSON(4, 2, 3, 2, "2027-03-03", "09:00", 30, -1), 400, "tope_sillon"},
		{"nobody at all", citaJSON(99, 1, 1, 1, fecha, "10:00", 30, -1), 400, "no_existe"},
	}
	seen := map[int64]bool{first.id(t): true}
	for _, step := range steps {
		got := s.book(t, step.body)
		if got.status != step.status {
			t.Errorf("%s: got %d %s, want %d %s", step.name, got.status, got.body, step.status, step.code)
			continue
		}
		if step.status == http.StatusCreated {
			if id := got.id(t); seen[id] {
				t.Errorf("%s: id %d was given out before", step.name, id)
			} else {
				seen[id] = true
			}
			continue
		}
		if code := got.code(t); code != step.code {
			t.Errorf("%s: got %s, want %s", step.name, code, step.code)
		}
	}
	again := s.book(t, citaJSON(2, 1, 1, 2, fecha, "09:00", 30, 0))
	if again.status != http.StatusCreated || again.header.Get("Idempotent-Replayed") != "true" || !bytes.Equal(again.body, first.body) {
		t.Errorf("the identical request: got %d, Idempotent-Replayed %q, %s", again.status, again.header.Get("Idempotent-Replayed"), again.body)
	}
}

func TestStampede(t *testing.T) {
	t.Parallel()
	db := "sqlite:" + t.TempDir() + "/demo.db"
	s := start(t, "demo", "--db", db, "--empty")
	tests := map[string]struct {
		fecha string
		start func(i int) int // minutes since midnight
		fits  func(won []int) bool
	}{
		"on one slot exactly one is accepted": {
			"2027-03-01", func(int) int { return 540 }, func(won []int) bool { return len(won) == 1 },
		},
		"on overlapping slots exactly what fits is accepted": {
			"2027-03-02", func(i int) int { return 540 + 15*(i%8) }, nothingMoreFits,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			var mu sync.Mutex
			var won []int
			ids := map[int64]bool{}
			var wg sync.WaitGroup
			for i := range 64 {
				wg.Go(func() {
					inicio := test.start(i)
					hora := fmt.Sprintf("%02d:%02d", inicio/60, inicio%60)
					a, err := s.do(t.Context(), client, http.MethodPost, "/api/v5/citas", citaJSON(2, 1, 1, i+1, test.fecha, hora, 30, 0))
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err != nil:
						t.Error(err)
					case a.status == http.StatusCreated:
						won = append(won, inicio)
						ids[a.id(t)] = true
					case a.status != http.StatusBadRequest || a.code(t) != "tope_profesional":
						t.Errorf("got %d %s", a.status, a.body)
					}
				})
			}
			wg.Wait()
			if !test.fits(won) || len(ids) != len(won) {
				t.Errorf("starts %v were accepted, with %d distinct ids", won, len(ids))
			}
		})
	}
	t.Cleanup(func() { tomahora(t, "check", "--db", db) })
}

// nothingMoreFits: no two of the accepted half hours overlap, and none of those
// asked for would still fit.
func nothingMoreFits(won []int) bool {
	overlap := func(a, b int) bool { return a < b+30 && b < a+30 }
	for i, a := range won {
		for _, b := range won[:i] {
			if overlap(a, b) {
				return false
			}
		}
	}
	for asked := 540; asked < 540+15*8; asked += 15 {
		free := true
		for _, a := range won {
			free = free && !overlap(a, asked)
		}
		if free {
			return false
		}
	}
	return true
}
