package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/medilink"
	"github.com/tomahora/tomahora/sqlstore"

	domain "github.com/tomahora/tomahora"
)

// chile is a clinic with a sucursal in each of the country's zones, each with a
// profesional who never sleeps.
const chile = `
sucursales:
  - {id: 1, nombre: Santiago}
  - {id: 2, nombre: Hanga Roa, zona: Pacific/Easter}
  - {id: 3, nombre: Punta Arenas, zona: America/Punta_Arenas}
sillones:
  - {id: 1, nombre: Sillon 1}
especialidades:
  - {id: 1, nombre: General}
profesionales:
  - {id: 1, nombre: A, apellidos: B, especialidad: 1, intervalo: 15}
  - {id: 2, nombre: C, apellidos: D, especialidad: 1, intervalo: 15}
  - {id: 3, nombre: E, apellidos: F, especialidad: 1, intervalo: 15}
horarios:
  - {profesional: 1, sucursal: 1, dias: [1, 2, 3, 4, 5, 6, 7], inicio: "00:00", fin: "24:00"}
  - {profesional: 2, sucursal: 2, dias: [1, 2, 3, 4, 5, 6, 7], inicio: "00:00", fin: "24:00"}
  - {profesional: 3, sucursal: 3, dias: [1, 2, 3, 4, 5, 6, 7], inicio: "00:00", fin: "24:00"}
`

// The sucursales of chile, which are also the profesionales'.
const santiago, hangaRoa, puntaArenas = 1, 2, 3

// timepiece is a clock that shows what it is told to.
type timepiece struct{ at atomic.Pointer[time.Time] }

func (c *timepiece) now() time.Time { return *c.at.Load() }

// set takes RFC 3339.
func (c *timepiece) set(t *testing.T, text string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	must(t, err)
	c.at.Store(&at)
}

// clocked is the API over the clinic chile, in a store whose clock can be set.
func clocked(t *testing.T) (*server, *timepiece, domain.Store) {
	t.Helper()
	clock := &timepiece{}
	clock.set(t, "2026-01-15T12:00:00Z")
	dir := t.TempDir()
	db, file := "sqlite:"+filepath.Join(dir, "clinica.db"), filepath.Join(dir, "clinica.yaml")
	must(t, os.WriteFile(file, []byte(chile), 0o600))
	tomahora(t, "clinica", "create", "--nombre", "Chile", "--zona", "America/Santiago", "--db", db)
	tomahora(t, "clinica", "apply", file, "--clinica", "1", "--db", db)
	for range 2 {
		seedPaciente(t, db)
	}
	token := tomahora(t, "token", "create", "--clinica", "1", "--nombre", "prueba", "--db", db)
	store, err := sqlstore.Open(t.Context(), db, sqlstore.Options{Clock: clock.now})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	face := httptest.NewServer(medilink.New(medilink.Options{
		Store: store, Auth: auth.New(store, time.Now), BaseURL: func(r *http.Request) string { return "http://" + r.Host },
	}))
	t.Cleanup(face.Close)
	return &server{url: face.URL, token: token}, clock, store
}

// starts is what each of the ways to ask for free hours offers of a sucursal's
// profesional on a date, as HH:MM.
func (s *server) starts(t *testing.T, sucursal int, fecha string) map[string][]string {
	t.Helper()
	q := func(columns string, args ...any) string { return url.QueryEscape(fmt.Sprintf(columns, args...)) }
	read := func(into any, path string, args ...any) {
		a := s.get(t, fmt.Sprintf("/api/v5"+path, args...))
		if a.status != http.StatusOK {
			t.Fatalf("%s: got %d %s", fmt.Sprintf(path, args...), a.status, a.body)
		}
		must(t, json.Unmarshal(a.body, into))
	}
	type place struct {
		Fecha string
		Hora  string `json:"hora_inicio"`
	}
	starts := map[string][]string{}
	var grid struct {
		Data struct {
			Fechas map[string]struct{ Horas map[string]any }
		}
	}
	read(&grid, "/sucursales/%d/profesionales/%d/agendas?q=%s", sucursal, sucursal,
		q(`{"fecha_inicio":{"eq":%q},"fecha_fin":{"eq":%q}}`, fecha, fecha))
	for hora := range grid.Data.Fechas[fecha].Horas {
		starts["the grid"] = append(starts["the grid"], hora)
	}
	slices.Sort(starts["the grid"])
	var free struct{ Data map[string]map[string][]place }
	read(&free, "/horariosdisponibles?id_sucursal=%d&ids_profesional=%d&fecha_inicio=%s&fecha_fin=%s&intervalo=15", sucursal, sucursal, fecha, fecha)
	for _, p := range free.Data[strconv.Itoa(sucursal)][fecha] {
		starts["horariosdisponibles"] = append(starts["horariosdisponibles"], p.Hora[:5])
	}
	var flat struct{ Data []place }
	read(&flat, "/agendas?id_sucursal=%d&id_profesional=%d&fecha=%s&limit=100", sucursal, sucursal, fecha)
	for _, p := range flat.Data {
		starts["agendas"] = append(starts["agendas"], p.Hora[:5])
	}
	return starts
}

// next is the first place that each of the ways to ask for the next ones offers.
func (s *server) next(t *testing.T, sucursal int) map[string]string {
	t.Helper()
	next := map[string]string{}
	for what, path := range map[string]string{
		"agendas": fmt.Sprintf("/api/v5/agendas?id_sucursal=%d&limit=1", sucursal),
		"proxima": "/api/v5/especialidades/1/proxima?q=" + url.QueryEscape(fmt.Sprintf(`{"id_sucursal":{"eq":%d}}`, sucursal)),
	} {
		items := s.get(t, path).items(t)
		if len(items) == 0 {
			t.Fatalf("%s: nothing", path)
		}
		next[what] = fmt.Sprint(items[0]["fecha"], " ", items[0]["hora_inicio"])
	}
	return next
}

// quarters are the starts of a day, those of one hour left out.
func quarters(without int) (list []string) {
	for minute := 0; minute < 24*60; minute += 15 {
		if minute/60 != without {
			list = append(list, fmt.Sprintf("%02d:%02d", minute/60, minute%60))
		}
	}
	return list
}

const noHour = -1

// TestNightsOnWhichTheClocksChange holds every way to ask for hours, and a
// booking, against the nights on which the country's clocks were, and will be,
// set back on a Saturday and forward on the next day.
func TestNightsOnWhichTheClocksChange(t *testing.T) {
	t.Parallel()
	s, clock, _ := clocked(t)
	back := []string{
		"2018-05-12", "2019-04-06", "2020-04-04", "2021-04-03", "2022-04-02", "2023-04-01", "2024-04-06",
		"2025-04-05", "2026-04-04", "2027-04-03", "2028-04-01", "2029-04-07", "2030-04-06",
	}
	forward := []string{ // in 2022 a week later, because of a referendum
		"2018-08-11", "2019-09-07", "2020-09-05", "2021-09-04", "2022-09-10", "2023-09-02", "2024-09-07",
		"2025-09-06", "2026-09-05", "2027-09-04", "2028-09-02", "2029-09-01", "2030-09-07",
	}
	type night struct {
		sucursal int
		fecha    string
		skipped  int // hour
		twice    int // hour
	}
	var nights []night
	for _, saturday := range back {
		nights = append(nights,
			night{santiago, saturday, noHour, 23}, night{hangaRoa, saturday, noHour, 21}, night{puntaArenas, saturday, noHour, noHour})
	}
	for _, saturday := range forward {
		sunday := nextDay(t, saturday)
		nights = append(nights,
			night{santiago, sunday, 0, noHour}, night{hangaRoa, saturday, 22, noHour},
			night{puntaArenas, saturday, noHour, noHour}, night{puntaArenas, sunday, noHour, noHour})
	}
	for _, n := range nights {
		name := fmt.Sprintf("sucursal %d on %s", n.sucursal, n.fecha)
		clock.set(t, dayBefore(t, n.fecha)+"T12:00:00Z")
		want := quarters(n.skipped)
		for what, got := range s.starts(t, n.sucursal, n.fecha) {
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s offers %v", name, what, got)
			}
		}
		book := func(hora string, paciente int) answer {
			return s.book(t, citaJSON(n.sucursal, n.sucursal, 1, paciente, n.fecha, hora, 15, -1))
		}
		for _, minute := range []int{0, 15, 30, 45} {
			if n.skipped != noHour {
				hora := fmt.Sprintf("%02d:%02d", n.skipped, minute)
				if a := book(hora, 1); a.status != http.StatusBadRequest || a.code(t) != "sin_horario" {
					t.Errorf("%s: %s does not exist, but a booking got %d %s", name, hora, a.status, a.body)
				}
			}
			if n.twice != noHour {
				hora := fmt.Sprintf("%02d:%02d", n.twice, minute)
				if a := book(hora, 1); a.status != http.StatusCreated {
					t.Errorf("%s: %s got %d %s", name, hora, a.status, a.body)
				}
				if a := book(hora, 2); a.status != http.StatusBadRequest || a.code(t) != "tope_profesional" {
					t.Errorf("%s: %s was booked twice: %d %s", name, hora, a.status, a.body)
				}
			}
		}
		for _, hora := range []int{n.skipped - 1, n.skipped + 1} { // beside a gap, or any
			if hora < 0 {
				hora = 12
			}
			if a := book(fmt.Sprintf("%02d:45", hora), 1); a.status != http.StatusCreated && n.skipped != noHour {
				t.Errorf("%s: %02d:45 got %d %s", name, hora, a.status, a.body)
			}
		}
	}
}

func nextDay(t *testing.T, fecha string) string   { t.Helper(); return addDays(t, fecha, 1) }
func dayBefore(t *testing.T, fecha string) string { t.Helper(); return addDays(t, fecha, -1) }

func addDays(t *testing.T, fecha string, n int) string {
	t.Helper()
	at, err := time.Parse(time.DateOnly, fecha)
	must(t, err)
	return at.AddDate(0, 0, n).Format(time.DateOnly)
}

// TestTodayIsTheSucursals: three sucursales of one clinic live on two dates.
func TestTodayIsTheSucursals(t *testing.T) {
	t.Parallel()
	s, clock, store := clocked(t)
	type local struct{ today, next string } // the first date of the grid, the next free quarter
	tests := []struct {
		now                             string
		santiago, hangaRoa, puntaArenas local
	}{
		{
			"2026-09-10T04:10:00Z",
			local{"2026-09-10", "10/09/2026 01:15:00"}, local{"2026-09-09", "09/09/2026 23:15:00"}, local{"2026-09-10", "10/09/2026 01:15:00"},
		},
		{
			"2026-07-10T03:40:00Z",
			local{"2026-07-09", "09/07/2026 23:45:00"}, local{"2026-07-09", "09/07/2026 21:45:00"}, local{"2026-07-10", "10/07/2026 00:45:00"},
		},
		{
			"2026-07-10T04:50:00Z",
			local{"2026-07-10", "10/07/2026 01:00:00"}, local{"2026-07-09", "09/07/2026 23:00:00"}, local{"2026-07-10", "10/07/2026 02:00:00"},
		},
		{ // the last minutes before the clocks go forward: the next quarter is an hour later on them
			"2026-09-06T03:50:00Z",
			local{"2026-09-05", "06/09/2026 01:00:00"}, local{"2026-09-05", "05/09/2026 23:00:00"}, local{"2026-09-06", "06/09/2026 01:00:00"},
		},
		{ // the hour that comes twice, the first time
			"2026-04-05T02:10:00Z",
			local{"2026-04-04", "04/04/2026 23:15:00"}, local{"2026-04-04", "04/04/2026 21:15:00"}, local{"2026-04-04", "04/04/2026 23:15:00"},
		},
		{ // and the second time: what is past is judged by what clocks show
			"2026-04-05T03:10:00Z",
			local{"2026-04-04", "04/04/2026 23:15:00"}, local{"2026-04-04", "04/04/2026 21:15:00"}, local{"2026-04-05", "05/04/2026 00:15:00"},
		},
	}
	for _, test := range tests {
		clock.set(t, test.now)
		for i, want := range []local{test.santiago, test.hangaRoa, test.puntaArenas} {
			sucursal := i + 1
			for what, got := range s.next(t, sucursal) {
				if got != want.next {
					t.Errorf("at %s, sucursal %d: %s offers %s, want %s", test.now, sucursal, what, got, want.next)
				}
			}
			if got := s.today(t, sucursal); got != want.today {
				t.Errorf("at %s, sucursal %d: the grid begins on %s, want %s", test.now, sucursal, got, want.today)
			}
		}
	}

	must(t, store.Update(t.Context(), 1, func(tx domain.Tx) error {
		c := tx.Config().Clinica()
		c.RechazarPasado = true
		return tx.Setup().SaveClinica(c, domain.Sistema)
	}))
	clock.set(t, "2026-09-10T04:10:00Z")
	for _, step := range []struct {
		sucursal    int
		fecha, hora string
		code        string
	}{
		{hangaRoa, "2026-09-09", "23:00", "fecha_pasada"},
		{hangaRoa, "2026-09-09", "23:15", ""},
		{santiago, "2026-09-09", "23:15", "fecha_pasada"},
		{santiago, "2026-09-10", "01:00", "fecha_pasada"},
		{santiago, "2026-09-10", "01:15", ""},
	} {
		a := s.book(t, citaJSON(step.sucursal, step.sucursal, 1, 1, step.fecha, step.hora, 15, -1))
		if step.code == "" && a.status != http.StatusCreated || step.code != "" && (a.status != http.StatusBadRequest || a.code(t) != step.code) {
			t.Errorf("sucursal %d, %s %s: got %d %s, want %q", step.sucursal, step.fecha, step.hora, a.status, a.body, step.code)
		}
	}
}

// today is the first date of a grid that is asked for without dates.
func (s *server) today(t *testing.T, sucursal int) string {
	t.Helper()
	var grid struct {
		Data struct{ Fechas map[string]any }
	}
	must(t, json.Unmarshal(s.get(t, fmt.Sprintf("/api/v5/sucursales/%d/profesionales/%d/agendas", sucursal, sucursal)).body, &grid))
	first := ""
	for fecha := range grid.Data.Fechas {
		if first == "" || fecha < first {
			first = fecha
		}
	}
	return first
}

// TestFechaActualizacionIsTheClinicsTime, whatever the zone of the sucursal, and
// on the nights when it jumps.
func TestFechaActualizacionIsTheClinicsTime(t *testing.T) {
	t.Parallel()
	s, clock, _ := clocked(t)
	for i, test := range []struct{ now, want string }{
		{"2026-09-06T03:59:59Z", "2026-09-05 23:59:59"},
		{"2026-09-06T04:00:00Z", "2026-09-06 01:00:00"},
		{"2026-04-05T02:30:00Z", "2026-04-04 23:30:00"},
		{"2026-04-05T03:30:00Z", "2026-04-04 23:30:00"},
		{"2026-04-05T04:00:00Z", "2026-04-05 00:00:00"},
	} {
		clock.set(t, test.now)
		for _, sucursal := range []int{santiago, hangaRoa, puntaArenas} {
			a := s.book(t, citaJSON(sucursal, sucursal, 1, 1, "2026-11-30", fmt.Sprintf("%02d:00", 8+i), 15, -1))
			if !strings.Contains(string(a.body), fmt.Sprintf(`"fecha_actualizacion":%q`, test.want)) {
				t.Errorf("at %s, sucursal %d: got %d %s, want %s", test.now, sucursal, a.status, a.body, test.want)
			}
		}
	}
}

// TestTheClockGoesBack by hours, as when it was wrong and is set right: ids go
// on, a retry is still a retry, and changes are stamped with what the clock
// shows.
func TestTheClockGoesBack(t *testing.T) {
	t.Parallel()
	s, clock, store := clocked(t)
	clock.set(t, "2026-11-23T18:00:00Z")
	wish := citaJSON(1, 1, 1, 1, "2026-11-30", "09:00", 15, -1)
	first := s.book(t, wish)
	first.want(t, http.StatusCreated)
	clock.set(t, "2026-11-23T12:00:00Z")
	again := s.book(t, wish)
	if again.status != http.StatusCreated || again.header.Get("Idempotent-Replayed") != "true" || again.id(t) != first.id(t) {
		t.Errorf("a retry got %d %s", again.status, again.body)
	}
	second := s.book(t, citaJSON(1, 1, 1, 2, "2026-11-30", "09:15", 15, -1))
	if second.id(t) != first.id(t)+1 {
		t.Errorf("ids do not go on: %d after %d", second.id(t), first.id(t))
	}
	path := fmt.Sprintf("/api/v5/citas/%d", first.id(t))
	changed := s.wire(t, http.MethodPut, path, asJSON, `{"id_estado":3}`)
	if !strings.Contains(string(changed.body), `"fecha_actualizacion":"2026-11-23 09:00:00"`) {
		t.Errorf("a change at nine got %d %s", changed.status, changed.body)
	}
	if a := s.book(t, wish); a.status != http.StatusBadRequest || a.code(t) != "tope_profesional" {
		t.Errorf("the same request after the cita was changed got %d %s", a.status, a.body)
	}
	must(t, store.View(t.Context(), 1, func(tx domain.Tx) error {
		c, err := tx.Citas().Get(domain.CitaID(first.id(t)))
		if c.Version != 2 {
			t.Errorf("the version is %d after one change", c.Version)
		}
		return err
	}))
	clock.set(t, "2026-11-23T18:05:00Z")
	if a := s.book(t, citaJSON(1, 1, 1, 2, "2026-11-30", "09:15", 15, -1)); a.status != http.StatusBadRequest || a.code(t) != "tope_profesional" {
		t.Errorf("a retry after six hours got %d %s", a.status, a.body)
	}
}
