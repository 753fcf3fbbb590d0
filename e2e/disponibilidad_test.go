package e2e

import (
	"encoding/json"
	"net/http"
	"testing"
)

// TestEveryHourThatIsOfferedCanBeBooked asks the demo clinic, with its weeks of
// citas, in several ways, and what a booking of each hour would do, sent back as
// it stands; and books some.
func TestEveryHourThatIsOfferedCanBeBooked(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", "2026-11-23T12:00:00-03:00")
	for _, query := range []string{
		"?limite=40", "?limite=40&orden=repartido&fecha_fin=2027-01-20", "?videoconsulta=1&duracion=60&limite=20", "?hora_desde=18:00&dias=5,6&limite=20",
		"?ids_sucursal=2&ids_profesional=4,6&duracion=30&orden=repartido&limite=20",
	} {
		offers := s.get(t, "/api/v5/disponibilidad"+query).items(t)
		if len(offers) < 10 {
			t.Fatalf("%s: %d hours", query, len(offers))
		}
		for _, offer := range offers {
			s.wantBookable(t, offer)
		}
		if got := s.book(t, forPaciente(t, offers[0], 3)); got.status != http.StatusCreated {
			t.Errorf("%v was offered, and is answered %d %s", offers[0], got.status, got.body)
		}
		refused := s.book(t, forPaciente(t, offers[0], 4))
		var body struct {
			Error struct{ Alternativas []map[string]any }
		}
		must(t, json.Unmarshal(refused.body, &body))
		if refused.status != http.StatusBadRequest || len(body.Error.Alternativas) < 4 {
			t.Fatalf("a taken hour: %d %s", refused.status, refused.body)
		}
		for _, other := range body.Error.Alternativas {
			s.wantBookable(t, other)
		}
	}
}

// forPaciente is an offer as a booking.
func forPaciente(t *testing.T, offer map[string]any, id int) string {
	t.Helper()
	offer["id_paciente"] = id
	body, err := json.Marshal(offer)
	must(t, err)
	return string(body)
}

func (s *server) wantBookable(t *testing.T, offer map[string]any) {
	t.Helper()
	a, err := s.do(t.Context(), http.DefaultClient, http.MethodPost, "/api/v5/citas?simular=1", forPaciente(t, offer, 3))
	must(t, err)
	var body struct {
		Data struct {
			SeAgenda int `json:"se_agenda"`
		}
	}
	must(t, json.Unmarshal(a.body, &body))
	if a.status != http.StatusOK || body.Data.SeAgenda != 1 {
		t.Errorf("%v cannot be booked: %d %s", offer, a.status, a.body)
	}
}
