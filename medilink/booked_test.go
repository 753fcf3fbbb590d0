package medilink

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestHowBookingsEndIsTold(t *testing.T) {
	var told []string
	f := newFace(t, func(o *Options) {
		o.Booked = func(operation, outcome string) { told = append(told, operation+" "+outcome) }
	})
	f.send("POST", "/api/v5/citas", seedJSON)
	f.send("POST", "/api/v5/citas", seedJSON)
	f.send("POST", "/api/v1/citas/", `{"id_profesional": 9}`)
	f.send("POST", "/api/v5/citas", "{")
	f.send("POST", "/api/v5/citas/changeDate", `{"id_sesion": 754, "fecha": "2018-11-02", "hora_inicio": "10:00", "duracion": 30}`)
	f.send("POST", "/api/v5/citas/changeDate", `{"id_sesion": 999, "fecha": "2018-11-02", "hora_inicio": "10:00", "duracion": 30}`)
	f.store.err = tomahora.Unavailable(errors.New("gone"))
	f.send("POST", "/api/v5/citas", seedJSON)
	f.store.err = errors.New("a defect")
	f.send("POST", "/api/v5/citas", seedJSON)
	f.store.err = nil
	// These are none.
	f.send("GET", "/api/v5/citas/754", "")
	f.send("PUT", "/api/v5/citas/754", `{"comentario": "x"}`)
	f.send("POST", "/api/v5/citas", seedJSON, header{"Authorization", ""})
	f.send("POST", "/api/v5/citas", seedJSON, header{"Authorization", "token lector"})
	want := []string{
		"create accepted", "create replayed", "create parametro_requerido", "create cuerpo_invalido",
		"change_date accepted", "change_date no_existe", "create no_disponible", "create error_interno",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
