package tomahora_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// The table of the product rules, «Estado».
func TestEstadosIniciales(t *testing.T) {
	type row struct {
		ID         tomahora.EstadoID
		Nombre     string
		Anulacion  bool
		UsoInterno bool
	}
	want := []row{
		{1, "Anulado", true, false},
		{2, "Atendido", false, false},
		{3, "Confirmado por teléfono", false, false},
		{5, "En sala de espera", false, false},
		{6, "Atendiéndose", false, false},
		{7, "No confirmado", false, false},
		{8, "No asiste", false, false},
		{10, "Anulado por pcte. via email", true, false},
		{11, "Confirmado por email", false, false},
		{12, "Notificado via email", false, false},
		{13, "Agenda Online", false, false},
		{14, "Cambio de fecha", true, true},
		{18, "Notificado por WhatsApp", false, false},
	}
	var got []row
	colors := map[tomahora.EstadoID]string{}
	for _, e := range tomahora.EstadosIniciales() {
		got = append(got, row{e.ID, e.Nombre, e.Anulacion, e.UsoInterno})
		colors[e.ID] = e.Color
		if !e.Reservado || !e.Habilitado {
			t.Errorf("estado %d: reservado %v, habilitado %v, want both", e.ID, e.Reservado, e.Habilitado)
		}
		if len(e.Color) != len("#rrggbb") || e.Color[0] != '#' {
			t.Errorf("estado %d has color %q, want #rrggbb", e.ID, e.Color)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("initial estados (-want +got):\n%s", diff)
	}
	if colors[1] != "#f5b6a1" || colors[2] != "#e8e8e8" {
		t.Errorf("colors of 1 and 2 are %q and %q, want #f5b6a1 and #e8e8e8", colors[1], colors[2])
	}
}

func TestEstadosACitaCanStartIn(t *testing.T) {
	own := tomahora.Estado{ID: 28, Nombre: "Llega tarde", Color: "#000000"}
	cfg := demo(t, func(p *tomahora.Plan) {
		enabled, annulling := own, own
		enabled.ID, enabled.Habilitado = 29, true
		annulling.ID, annulling.Habilitado, annulling.Anulacion = 30, true, true
		internal := enabled
		internal.ID, internal.UsoInterno = 31, true
		p.Estados = append(p.Estados, own, enabled, annulling, internal)
	})
	can := map[tomahora.EstadoID]bool{
		2: true, 3: true, 5: true, 6: true, 7: true, 8: true, 11: true, 12: true, 13: true, 18: true, 29: true,
		0: false, 1: false, 4: false, 10: false, 14: false, 28: false, 30: false, 31: false, 999: false, -7: false,
	}
	for id, want := range can {
		s := seed(func(s *tomahora.Solicitud) { s.IDEstado = id })
		err := s.CheckReferences(cfg, references())
		if got := err == nil; got != want {
			t.Errorf("a cita can start in estado %d = %v (%v), want %v", id, got, err, want)
		}
		if err != nil && !tomahora.IsCode(err, tomahora.CodeEstadoInvalido) {
			t.Errorf("estado %d is refused with %v, want estado_invalido", id, named(err))
		}
	}
}

func TestIsColor(t *testing.T) {
	for s, want := range map[string]bool{
		"#87bce4": true, "#87BCE4": true, "#000000": true, tomahora.ColorPorDefecto: true,
		"": false, "#": false, "rojo": false, "87bce4": false, "#87bce": false, "#87bce4f": false, "#87bceg": false, "##7bce4": false, "#87bcñ": false,
	} {
		if got := tomahora.IsColor(s); got != want {
			t.Errorf("IsColor(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestCheckOfAnEstado(t *testing.T) {
	for name, tt := range map[string]struct {
		estado tomahora.Estado
		want   []string
	}{
		"a good one":                        {tomahora.Estado{Nombre: "Reagendar", Color: "#ffcc00"}, nil},
		"one without a name and its colour": {tomahora.Estado{Color: "rojo"}, []string{"nombre: parametro_requerido", "color: parametro_invalido"}},
	} {
		if diff := cmp.Diff(tt.want, named(tt.estado.Check())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
