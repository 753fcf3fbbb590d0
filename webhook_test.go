package tomahora_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestWebhookWants(t *testing.T) {
	all := tomahora.Webhook{}
	some := tomahora.Webhook{Entidades: []string{"reserva"}, Acciones: []tomahora.Accion{tomahora.Deleted}}
	tests := []struct {
		w       tomahora.Webhook
		entidad string
		accion  tomahora.Accion
		want    bool
	}{
		{all, "cita", tomahora.Created, true},
		{all, "horario_especial", tomahora.Deleted, true},
		{all, "reserva", tomahora.Created, false},
		{all, "webhook", tomahora.Created, false},
		{some, "reserva", tomahora.Deleted, true},
		{some, "reserva", tomahora.Created, false},
		{some, "cita", tomahora.Deleted, false},
	}
	for _, tt := range tests {
		if got := tt.w.Wants(tomahora.Evento{Entidad: tt.entidad, Accion: tt.accion}); got != tt.want {
			t.Errorf("%v %v wants %s %s: %v", tt.w.Entidades, tt.w.Acciones, tt.entidad, tt.accion, got)
		}
	}
}

func TestSecretosOverlap(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	w := tomahora.Webhook{Secretos: []tomahora.Secreto{{Texto: "a"}}}
	valid := func(at time.Time) string {
		var texts []string
		for _, s := range w.Vigentes(at) {
			texts = append(texts, s.Texto)
		}
		return strings.Join(texts, " ")
	}
	want := func(at time.Time, want string) {
		t.Helper()
		if got := valid(at); got != want {
			t.Errorf("at %s %q are valid, want %q", at.Format(time.TimeOnly), got, want)
		}
	}
	w = w.Rotated("b", now)
	w = w.Rotated("c", now.Add(time.Hour))
	day := now.Add(tomahora.VigenciaVieja)
	want(now, "c b a")
	want(day.Add(-time.Microsecond), "c b a")
	want(day, "c b")
	want(day.Add(time.Hour), "c")
	want(day.Add(1000*time.Hour), "c")
	for i := range 7 {
		w = w.Rotated(strconv.Itoa(i), now)
	}
	want(now, "6 5 4 3 2")
}

func TestCambioWebhook(t *testing.T) {
	w := tomahora.Webhook{URL: "https://a.cl", Entidades: []string{"cita"}, Activo: true}
	list := func(s ...string) *[]string { return &s }
	acciones := func(a ...tomahora.Accion) *[]tomahora.Accion { return &a }
	changed := tomahora.CambioWebhook{
		URL: new("https://b.cl"), Entidades: list("cita", "reserva"), Acciones: acciones(tomahora.Created), Activo: new(false),
	}
	same := tomahora.CambioWebhook{URL: new("https://a.cl"), Entidades: list("cita"), Acciones: acciones(), Activo: new(true)}
	if err := errors.Join(changed.Check(false), same.Check(true)); err != nil {
		t.Fatal(err)
	}
	before := w
	if got := same.Apply(&w); got != nil || !cmp.Equal(w, before) {
		t.Errorf("what is as it was is changed: %v", got)
	}
	if diff := cmp.Diff([]string{"url", "entidades", "acciones", "activo"}, changed.Apply(&w)); diff != "" {
		t.Error(diff)
	}
	after := tomahora.Webhook{URL: "https://b.cl", Entidades: []string{"cita", "reserva"}, Acciones: []tomahora.Accion{tomahora.Created}}
	if diff := cmp.Diff(after, w); diff != "" {
		t.Error(diff)
	}
	codes := func(c tomahora.CambioWebhook, nuevo bool) (fields []string) {
		for _, p := range tomahora.ProblemsOf(c.Check(nuevo)) {
			fields = append(fields, p.Field+" "+string(p.Code))
		}
		return fields
	}
	wrong := tomahora.CambioWebhook{Entidades: list("cita", "pago"), Acciones: acciones("created", "leída")}
	if diff := cmp.Diff([]string{"url parametro_requerido", "entidades parametro_invalido", "acciones parametro_invalido"}, codes(wrong, true)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{" sin_cambios"}, codes(tomahora.CambioWebhook{}, false)); diff != "" {
		t.Error(diff)
	}
}

func TestADeliveryIsTriedForThreeDays(t *testing.T) {
	for _, azar := range []float64{0, 0.5, 0.999} {
		began := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		now, e := began, tomahora.Entrega{Estado: tomahora.Pendiente}
		var waits []time.Duration
		for e.Estado == tomahora.Pendiente {
			e.Arriendo = "a"
			e = e.After(tomahora.Intento{Status: 500, Error: "respondió 500"}, now, azar)
			if e.Arriendo != "" || e.UltimoStatus != 500 || e.UltimoError != "respondió 500" || !e.Primero.Equal(began) {
				t.Fatalf("got %+v", e)
			}
			if e.Estado == tomahora.Pendiente {
				waits, now = append(waits, e.Proximo.Sub(now)), e.Proximo
			}
		}
		if e.Estado != tomahora.Muerta || !e.Terminada.Equal(began.Add(72*time.Hour)) || !e.Proximo.IsZero() || e.Intentos != len(waits)+1 {
			t.Errorf("azar %v: got %+v", azar, e)
		}
		last := len(waits) - 1 // it may be cut short
		if waits[0] < 250*time.Millisecond || waits[0] > 750*time.Millisecond || !slices.IsSorted(waits[:last]) || waits[last-1] > 9*time.Hour {
			t.Errorf("azar %v: waits %v", azar, waits)
		}
		if n := e.Intentos; n < 30 || n > 55 {
			t.Errorf("azar %v: %d attempts", azar, n)
		}
	}
}

func TestADeliveryThatIsTaken(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	e := tomahora.Entrega{IDWebhook: 2, IDEvento: 3, Estado: tomahora.Pendiente, Intentos: 4, Primero: now.Add(-100 * time.Hour), UltimoError: "respondió 500"}
	got := e.After(tomahora.Intento{Status: 204}, now, 0)
	want := tomahora.Entrega{
		IDWebhook: 2, IDEvento: 3, Estado: tomahora.Entregada, Intentos: 5, Primero: e.Primero, Terminada: now, UltimoStatus: 204,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if id := got.MessageID(1); id != "msg_1_2_3" {
		t.Errorf("message %s", id)
	}
}

func TestAWebhookMayAskForWhatTheVendorTellsOf(t *testing.T) {
	for _, entidad := range []string{"cita", "paciente", "profesional", "contrato", "horario", "horario_bloqueado", "horario_especial"} {
		if !slices.Contains(tomahora.EntidadesWebhook(), entidad) || !(tomahora.Webhook{}).Wants(tomahora.Evento{Entidad: entidad}) {
			t.Errorf("%s is not told of", entidad)
		}
	}
}
