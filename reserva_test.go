package tomahora_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// reserved is a reserva of the seed's own hour.
func reserved() tomahora.Reserva {
	s := seed()
	return tomahora.Reserva{
		ID: 1, Espacio: s.Espacio(), IDPaciente: s.IDPaciente, Videoconsulta: true,
		Creada: now(), Vence: now().Add(tomahora.ReservaDefault), Origen: "token:1",
	}
}

func TestAReservaHoldsUntilItRunsOutOrIsBooked(t *testing.T) {
	r := reserved()
	for name, tt := range map[string]struct {
		at   time.Time
		cita tomahora.CitaID
		want bool
	}{
		"from the start":     {at: r.Creada, want: true},
		"to the last moment": {at: r.Vence.Add(-time.Nanosecond), want: true},
		"no longer":          {at: r.Vence},
		"nor when booked":    {at: r.Creada, cita: 754},
	} {
		r.IDCita = tt.cita
		if got := r.IsVigente(tt.at); got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestFillSaysWhatTheRequestDoesNot(t *testing.T) {
	whole := seed()
	var s tomahora.Solicitud
	if problems := reserved().Fill(&s); problems != nil {
		t.Fatalf("an empty request: %v", problems)
	}
	want := tomahora.Solicitud{
		IDProfesional: whole.IDProfesional, IDSucursal: whole.IDSucursal, IDSillon: whole.IDSillon, IDPaciente: whole.IDPaciente,
		Fecha: whole.Fecha, HoraInicio: whole.HoraInicio, Duracion: whole.Duracion, Videoconsulta: whole.Videoconsulta,
	}
	if d := cmp.Diff(want, s, cmp.AllowUnexported(tomahora.Fecha{})); d != "" {
		t.Errorf("filled in (-want +got):\n%s", d)
	}
	if problems := reserved().Fill(&whole); problems != nil {
		t.Errorf("a request that says the same: %v", problems)
	}
}

func TestFillRefusesWhatTheRequestSaysOtherwise(t *testing.T) {
	s := seed(on(sabado), at("10:00", 45), with(soto, sur, 2))
	s.IDPaciente, s.Videoconsulta = lopez, new(false)
	want := []string{
		"id_profesional: reserva_distinta", "id_sucursal: reserva_distinta", "id_sillon: reserva_distinta", "fecha: reserva_distinta",
		"id_paciente: reserva_distinta", "hora_inicio: reserva_distinta", "duracion: reserva_distinta", "videoconsulta: reserva_distinta",
	}
	if d := cmp.Diff(want, named(reserved().Fill(&s))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	anybody := reserved()
	anybody.IDPaciente = 0
	s = seed(func(s *tomahora.Solicitud) { s.IDPaciente = lopez })
	if problems := anybody.Fill(&s); problems != nil || s.IDPaciente != lopez {
		t.Errorf("a reserva for whoever comes: %v, paciente %d", problems, s.IDPaciente)
	}
}

func TestFillCambio(t *testing.T) {
	r := reserved()
	var c tomahora.CambioCita
	if problems := r.FillCambio(&c); problems != nil {
		t.Fatal(problems)
	}
	e := r.Espacio
	if c.IDProfesional != e.IDProfesional || c.IDSucursal != e.IDSucursal || c.IDSillon != e.IDSillon || c.Fecha != e.Fecha ||
		*c.HoraInicio != e.Rango.Inicio || *c.Duracion != e.Rango.Duracion() || !*c.Videoconsulta {
		t.Errorf("got %+v, want the place of the reserva", c)
	}
	c = tomahora.CambioCita{Fecha: fecha(lunes), HoraInicio: new(hora("11:00"))}
	want := []string{"fecha: reserva_distinta", "hora_inicio: reserva_distinta"}
	if d := cmp.Diff(want, named(r.FillCambio(&c))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestAReservaIsForItsPaciente(t *testing.T) {
	r := reserved()
	if err := r.CheckPaciente(risopatron); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff([]string{"id_paciente: reserva_distinta"}, named(r.CheckPaciente(lopez))); d != "" {
		t.Errorf("another paciente (-want +got):\n%s", d)
	}
	r.IDPaciente = 0
	if err := r.CheckPaciente(lopez); err != nil {
		t.Errorf("whoever comes: %v", err)
	}
}

func TestAHoldNeedsNoPaciente(t *testing.T) {
	cfg := demo(t)
	nobody := seed(func(s *tomahora.Solicitud) { s.IDPaciente, s.IDAtencion = 0, 0 })
	if err := nobody.CheckShapeReserva(); err != nil {
		t.Error(err)
	}
	if err := nobody.CheckReferencesReserva(cfg, tomahora.Facts{}); err != nil {
		t.Error(err)
	}
	want := []string{
		"id_profesional: parametro_requerido", "id_sucursal: parametro_requerido", "id_sillon: parametro_requerido",
		"fecha: parametro_requerido", "hora_inicio: parametro_requerido", "duracion: parametro_requerido",
	}
	if d := cmp.Diff(want, named(tomahora.Solicitud{}.CheckShapeReserva())); d != "" {
		t.Errorf("nothing sent (-want +got):\n%s", d)
	}
	want = []string{"id_profesional: profesional_deshabilitado", "id_paciente: no_existe"}
	if d := cmp.Diff(want, named(seed(with(pinto, norte, 1)).CheckReferencesReserva(cfg, tomahora.Facts{}))); d != "" {
		t.Errorf("who is not there (-want +got):\n%s", d)
	}
}
