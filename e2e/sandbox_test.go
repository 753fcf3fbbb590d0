package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tomahora/tomahora/internal/pgtest"
)

const (
	faultHeader = "X-Tomahora-Falla"
	keyHeader   = "Idempotency-Key"
)

// post sends one POST with more headers, given as name and value in turn.
func (s *server) post(ctx context.Context, client *http.Client, path, body string, headers ...string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Token "+s.token)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	// A transport repeats a request under a key by itself when the connection it
	// had kept is cut. These tests repeat requests themselves.
	r.GetBody = nil
	resp, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, read}, err
}

// TestEveryFault: each happens as it is called, before anything is done but for
// the last, and none is kept under a key.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty")
	tests := map[string]struct {
		status            int // 0: the connection is cut
		code, contentType string
		booked            bool
	}{
		"429":           {429, "demasiadas_solicitudes", "application/json; charset=utf-8", false},
		"500":           {500, "error_interno", "application/json; charset=utf-8", false},
		"503":           {503, "no_disponible", "application/json; charset=utf-8", false},
		"html":          {502, "", "text/html; charset=utf-8", false},
		"lento=300ms":   {201, "", "application/json; charset=utf-8", true},
		"corte":         {0, "", "", false},
		"corte-despues": {0, "", "", true},
		"lento=1h":      {400, "parametro_invalido", "application/json; charset=utf-8", false},
		"tsunami":       {400, "parametro_invalido", "application/json; charset=utf-8", false},
	}
	for i, fault := range slices.Sorted(maps.Keys(tests)) {
		test := tests[fault]
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			body := citaJSON(2, 1, 1, 2, "2027-03-01", fmt.Sprintf("%02d:00", 8+i), 30, 0)
			if i >= 5 { // after the break
				body = citaJSON(2, 1, 1, 2, "2027-03-01", fmt.Sprintf("%02d:00", 9+i), 30, 0)
			}
			key := "clave-" + strconv.Itoa(i)
			start := time.Now()
			a, err := s.post(t.Context(), http.DefaultClient, "/api/v5/citas", body, keyHeader, key, faultHeader, fault)
			took := time.Since(start)
			if (err != nil) != (test.status == 0) || a.status != test.status || a.header.Get("Content-Type") != test.contentType {
				t.Fatalf("got %d %s %s, error %v", a.status, a.header.Get("Content-Type"), a.body, err)
			}
			if test.code != "" && a.code(t) != test.code {
				t.Errorf("got %s", a.body)
			}
			if strings.HasPrefix(fault, "lento") && test.booked && took < 300*time.Millisecond {
				t.Errorf("answered after %s", took)
			}
			again, err := s.post(t.Context(), http.DefaultClient, "/api/v5/citas", body, keyHeader, key)
			must(t, err)
			if replayed := again.header.Get("Idempotent-Replayed") == "true"; again.status != http.StatusCreated || replayed != test.booked {
				t.Errorf("the same without a fault: got %d, replayed %t, %s", again.status, replayed, again.body)
			}
		})
	}
}

// TestAFaultKeepsNoKey: a key that only ever met faults is free for another
// request.
func TestAFaultKeepsNoKey(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty")
	for _, fault := range []string{"429", "500", "503", "html", "corte", "tsunami"} {
		_, _ = s.post(t.Context(), http.DefaultClient, "/api/v5/citas", // one of them is cut
			citaJSON(2, 1, 1, 1, "2027-03-01", "08:00", 30, 0), keyHeader, "a", faultHeader, fault)
	}
	a, err := s.post(t.Context(), http.DefaultClient, "/api/v5/citas", citaJSON(2, 1, 1, 2, "2027-03-01", "09:00", 30, 0), keyHeader, "a")
	must(t, err)
	if a.status != http.StatusCreated || a.header.Get("Idempotent-Replayed") != "" || a.id(t) != 754 {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

// TestWhoLeavesADelayBooksNothing: the delay comes before anything is done, and
// ends when the client does.
func TestWhoLeavesADelayBooksNothing(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty")
	body := citaJSON(2, 1, 1, 2, "2027-03-01", "09:00", 30, 0)
	ctx, leave := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer leave()
	if a, err := s.post(ctx, http.DefaultClient, "/api/v5/citas", body, faultHeader, "lento=1s"); err == nil {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	time.Sleep(1200 * time.Millisecond) // by when it would have been booked
	if a := s.get(t, "/api/v5/citas/754"); a.status != http.StatusNotFound {
		t.Errorf("the cita nobody waited for: got %d %s", a.status, a.body)
	}
}

// TestOnlyASandboxHasFaults: a server for pacientes ignores the header, and has
// none of the routes; serve --sandbox has all but the reset.
func TestOnlyASandboxHasFaults(t *testing.T) {
	t.Parallel()
	db, token := newClinic(t)
	reader := tomahora(t, "token", "create", "--clinica", "1", "--nombre", "lector", "--lectura", "--db", db)
	plain, box := start(t, "serve", "--db", db), start(t, "serve", "--sandbox", "--db", db)
	plain.token, box.token = token, token
	steps := []struct {
		server             *server
		token, path, fault string
		status             int
	}{
		{plain, token, "/api/v5/citas", "corte", 201},
		{plain, token, "/api/v5/sandbox/reloj", "", 404},
		{plain, token, "/api/v5/sandbox/reset", "", 404},
		{box, token, "/api/v5/citas", "500", 500},
		{box, token, "/api/v1/citas/", "503", 503},
		{box, "nobody", "/api/v5/citas", "500", 401},
		{box, token, "/api/v6/sandbox/reloj/", "", 200},
		{box, reader, "/api/v5/sandbox/reloj", "", 403},
		{box, "nobody", "/api/v5/sandbox/reloj", "", 401},
		{box, token, "/api/v5/sandbox/reset", "", 404},
	}
	body := strings.Replace(citaJSON(1, 1, 1, 1, "2027-01-01", "09:00", 15, -1), "{", `{"avanzar":0,`, 1)
	for _, step := range steps {
		step.server.token = step.token
		a, err := step.server.post(t.Context(), http.DefaultClient, step.path, body, faultHeader, step.fault)
		if step.fault == "" {
			a, err = step.server.post(t.Context(), http.DefaultClient, step.path, body)
		}
		must(t, err)
		if a.status != step.status {
			t.Errorf("POST %s with the fault %q: got %d %s, want %d", step.path, step.fault, a.status, a.body, step.status)
		}
	}
}

// TestARetryStormBooksEachCitaOnce sends a thousand bookings up to five times
// each, while connections are cut before and after the commit and at any moment by
// the client: by its keys, and by what tells a retry without any.
func TestARetryStormBooksEachCitaOnce(t *testing.T) {
	pg, err := pgtest.Start(t.Context(), "fsync=off") // nobody pulls its plug
	must(t, err)
	t.Cleanup(func() { must(t, pg.Close()) })
	databases := map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "a.db"), "postgres": pg.URL("postgres")}
	for engine, db := range databases {
		token := newClinicIn(t, db)
		s := start(t, "serve", "--sandbox", "--db", db)
		s.token = token
		for range stormPacientes - 1 { // beside the one there is
			a, err := s.post(t.Context(), http.DefaultClient, "/api/v5/pacientes", `{"nombre":"Ana","apellidos":"Rojas"}`)
			must(t, err)
			a.id(t)
		}
		for prof, withKeys := range map[int]bool{1: true, 2: false} {
			t.Run(fmt.Sprintf("%s, keys %t", engine, withKeys), func(t *testing.T) { storm(t, s, prof, withKeys) })
		}
		tomahora(t, "check", "--db", db)
	}
}

const (
	stormCitas     = 1000
	stormPacientes = 100
)

// storm books with one profesional, in slots of their own.
func storm(t *testing.T, s *server, prof int, withKeys bool) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	next := make(chan int)
	var mu sync.Mutex
	ids := map[int64]int{} // of the cita → which booking
	cut := 0
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for n := range next {
				got, lost := bookStormily(t, s, client, prof, n, withKeys)
				mu.Lock()
				for _, id := range got {
					if other, ok := ids[id]; ok && other != n {
						t.Errorf("bookings %d and %d both got cita %d", n, other, id)
					}
					ids[id] = n
				}
				cut += lost
				mu.Unlock()
			}
		})
	}
	for n := range stormCitas {
		next <- n
	}
	close(next)
	wg.Wait()
	booked := s.listCitas(t, prof)
	if len(ids) != stormCitas || len(booked) != stormCitas {
		t.Errorf("%d bookings were answered with %d citas, and there are %d", stormCitas, len(ids), len(booked))
	}
	if cut < stormCitas/2 {
		t.Errorf("only %d answers were lost: it was no storm", cut)
	}
	t.Logf("%d bookings, %d answers lost", stormCitas, cut)
}

// bookStormily sends one booking up to five times, of which the last one is left
// alone. It returns the ids that were answered, and how many answers were lost.
func bookStormily(t *testing.T, s *server, client *http.Client, prof, n int, withKeys bool) (ids []int64, lost int) {
	fecha := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/96).Format(time.DateOnly)
	body := citaJSON(prof, 1, 1, 1+n%stormPacientes, fecha, fmt.Sprintf("%02d:%02d", n%96/4, n%4*15), 15, -1)
	var mu sync.Mutex
	send := func(ctx context.Context, fault string) {
		var headers []string
		if fault != "" {
			headers = append(headers, faultHeader, fault)
		}
		if withKeys {
			headers = append(headers, keyHeader, fmt.Sprintf("%d-%d", prof, n))
		}
		a, err := s.post(ctx, client, "/api/v5/citas", body, headers...)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil && (ctx.Err() != nil || strings.HasPrefix(fault, "corte")):
			lost++
		case err == nil && a.status == http.StatusCreated:
			ids = append(ids, a.id(t))
		default:
			t.Errorf("booking %d with fault %q: got %d %s, error %v", n, fault, a.status, a.body, err)
		}
	}
	var twins sync.WaitGroup
	for range rand.IntN(5) {
		ctx, leave := t.Context(), context.CancelFunc(func() {})
		fault := []string{"corte", "corte-despues", "corte-despues", "", "leave"}[rand.IntN(5)]
		if fault == "leave" {
			ctx, leave = context.WithTimeout(ctx, rand.N(5*time.Millisecond))
			fault = ""
		}
		twins.Go(func() {
			defer leave()
			send(ctx, fault)
		})
		if rand.IntN(2) == 0 { // else the next one is sent beside it
			twins.Wait()
		}
	}
	twins.Wait()
	send(t.Context(), "")
	return ids, lost
}

// listCitas reads the ids of all citas of a profesional, page by page.
func (s *server) listCitas(t *testing.T, prof int) []int64 {
	t.Helper()
	var ids []int64
	for path := fmt.Sprintf("/api/v5/profesionales/%d/citas?limit=100", prof); path != ""; {
		a := s.get(t, path)
		var page struct {
			Data  []struct{ ID int64 }
			Links struct{ Next *string }
		}
		must(t, json.Unmarshal(a.body, &page))
		for _, cita := range page.Data {
			ids = append(ids, cita.ID)
		}
		path = ""
		if page.Links.Next != nil {
			path = strings.TrimPrefix(*page.Links.Next, s.url)
		}
	}
	return ids
}

// TestAnHourOfferedToTwo: while one holds it the other never sees it, and it is
// bookable in the very second in which the hold ends.
func TestAnHourOfferedToTwo(t *testing.T) {
	t.Parallel()
	db := "sqlite:" + filepath.Join(t.TempDir(), "demo.db")
	one := start(t, "demo", "--empty", "--now", "2027-02-26T12:00:00-03:00", "--db", db)
	two := *one
	two.token = tomahora(t, "token", "create", "--clinica", "1", "--nombre", "otro", "--db", db)
	const free = "/api/v5/horariosdisponibles?ids_profesional=1&id_sucursal=1&fecha_inicio=2027-03-01&fecha_fin=2027-03-01"
	first := func(s *server) string { return valueAt(t, s.get(t, free), "data.1.2027-03-01.0.hora_inicio") }
	check := func(s *server, path, body string, status int, code string) {
		t.Helper()
		a, err := s.post(t.Context(), http.DefaultClient, path, body)
		must(t, err)
		if a.status != status || code != "" && a.code(t) != code {
			t.Errorf("%s %s: got %d %s, want %d %s", path, body, a.status, a.body, status, code)
		}
	}
	cita := citaJSON(1, 1, 1, 2, "2027-03-01", "08:00", 15, -1)
	if first(one) != "08:00:00" || first(&two) != "08:00:00" {
		t.Fatalf("the first free hour: %s and %s", first(one), first(&two))
	}
	check(one, "/api/v5/reservas", strings.Replace(cita, "{", `{"ttl":60,`, 1), 201, "")
	if got := first(&two); got != "08:15:00" {
		t.Errorf("the other sees %s while it is held", got)
	}
	check(&two, "/api/v5/citas", cita, 400, "tope_reserva")
	check(one, "/api/v5/sandbox/reloj", `{"avanzar":59}`, 200, "")
	check(&two, "/api/v5/citas", cita, 400, "tope_reserva")
	check(one, "/api/v5/sandbox/reloj", `{"avanzar":1}`, 200, "")
	if got := first(&two); got != "08:00:00" {
		t.Errorf("the other sees %s when the hold has ended", got)
	}
	check(&two, "/api/v5/citas", cita, 201, "")
	check(one, "/api/v5/citas", `{"id_reserva":1,"id_paciente":1}`, 400, "reserva_vencida")
}

// TestTheDemoStartsAnewUnderLoad resets the demo clinic while clients write and
// read: nothing breaks, and in the end it is as it was at first.
func TestTheDemoStartsAnewUnderLoad(t *testing.T) {
	t.Parallel()
	db := "sqlite:" + filepath.Join(t.TempDir(), "demo.db")
	s := start(t, "demo", "--db", db)
	before := len(s.listCitas(t, 2))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	for worker := range 16 {
		wg.Go(func() {
			for ctx.Err() == nil {
				method, path, body := loadOf(worker)
				a, err := s.do(t.Context(), client, method, path, body)
				if err != nil || a.status >= 500 {
					t.Errorf("%s %s: got %d %s, error %v", method, path, a.status, a.body, err)
					return
				}
			}
		})
	}
	for range 5 {
		time.Sleep(100 * time.Millisecond)
		a, err := s.do(t.Context(), http.DefaultClient, http.MethodPost, "/api/v5/sandbox/reset", "")
		if err != nil || a.status != http.StatusOK {
			t.Errorf("reset: got %d %s, error %v", a.status, a.body, err)
		}
	}
	stop()
	wg.Wait()
	a, err := s.do(t.Context(), http.DefaultClient, http.MethodPost, "/api/v5/sandbox/reset", "")
	if err != nil || a.status != http.StatusOK {
		t.Fatalf("reset: got %d %s, error %v", a.status, a.body, err)
	}
	if got := len(s.listCitas(t, 2)); got != before {
		t.Errorf("profesional 2 has %d citas, and at first had %d", got, before)
	}
	if a := s.get(t, "/api/v5/pacientes/201"); a.status != http.StatusNotFound {
		t.Errorf("paciente 201: got %d", a.status)
	}
	if id := s.book(t, citaJSON(2, 1, 1, 2, "2027-03-01", "09:00", 30, 0)).id(t); id != 754 {
		t.Errorf("the next cita is %d, want 754", id)
	}
	tomahora(t, "check", "--db", db)
}

// loadOf is a request of one of the kinds that a clinic gets.
func loadOf(worker int) (method, path, body string) {
	fecha := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rand.IntN(300)).Format(time.DateOnly)
	hora := fmt.Sprintf("%02d:%02d", 8+rand.IntN(11), rand.IntN(4)*15)
	cita := citaJSON(2, 1, 1+rand.IntN(2), 1+rand.IntN(200), fecha, hora, 15, 0)
	switch worker % 4 {
	case 0:
		return http.MethodGet, "/api/v5/horariosdisponibles?ids_profesional=2&id_sucursal=1&fecha_inicio=" + fecha + "&fecha_fin=" + fecha, ""
	case 1:
		return http.MethodPost, "/api/v5/reservas", cita
	case 2:
		return http.MethodPut, fmt.Sprintf("/api/v5/citas/%d", 1+rand.IntN(800)), `{"id_estado":3}`
	default:
		return http.MethodPost, "/api/v5/citas", cita
	}
}
