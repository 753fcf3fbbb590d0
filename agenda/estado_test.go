package agenda_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

func TestCrearEstado(t *testing.T) {
	own := func(id tomahora.EstadoID) func(*tomahora.Plan) {
		return func(p *tomahora.Plan) {
			p.Estados = append(p.Estados, tomahora.Estado{ID: id, Nombre: "x", Color: "#000000"})
		}
	}
	tests := []struct {
		name string
		have func(*tomahora.Plan)
		sent tomahora.Estado
		want tomahora.Estado
	}{
		{
			"the first one has id 28 and the default colour", func(*tomahora.Plan) {}, tomahora.Estado{Nombre: " Reagendar "},
			tomahora.Estado{ID: 28, Nombre: "Reagendar", Color: "#c9ced6", Habilitado: true},
		},
		{
			"the next one has the next id", own(28), tomahora.Estado{Nombre: "Reagendar", Color: "#FFcc00", Anulacion: true},
			tomahora.Estado{ID: 29, Nombre: "Reagendar", Color: "#FFcc00", Anulacion: true, Habilitado: true},
		},
		{
			"ids below 28 leave it at 28", own(20), tomahora.Estado{Nombre: "Reagendar"},
			tomahora.Estado{ID: 28, Nombre: "Reagendar", Color: "#c9ced6", Habilitado: true},
		},
		{
			"a gap is not filled, and nothing else is taken over", own(40),
			tomahora.Estado{ID: 7, Nombre: "Reagendar", Reservado: true, UsoInterno: true},
			tomahora.Estado{ID: 41, Nombre: "Reagendar", Color: "#c9ced6", Habilitado: true},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newTx(t, tt.have)
			got, err := agenda.CrearEstado(tx, recepcion, tt.sent)
			if err != nil {
				t.Fatal(err)
			}
			kept, _ := tx.cfg.Estado(tt.want.ID)
			for what, e := range map[string]tomahora.Estado{"answered": got, "kept": kept} {
				if diff := cmp.Diff(tt.want, e); diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
		})
	}
}

func TestCrearEstadoRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		sent tomahora.Estado
		want []string
	}{
		"one without a name":                 {tomahora.Estado{}, []string{"nombre: parametro_requerido"}},
		"one whose name is a space":          {tomahora.Estado{Nombre: " "}, []string{"nombre: parametro_requerido"}},
		"a colour by its name":               {tomahora.Estado{Nombre: "X", Color: "rojo"}, []string{"color: parametro_invalido"}},
		"a colour too short, without a name": {tomahora.Estado{Color: "#fff"}, []string{"nombre: parametro_requerido", "color: parametro_invalido"}},
	} {
		t.Run(name, func(t *testing.T) {
			tx := newTx(t)
			_, err := agenda.CrearEstado(tx, recepcion, tt.sent)
			if diff := cmp.Diff(tt.want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if tx.wrote != nil {
				t.Errorf("wrote %v, want nothing", tx.wrote)
			}
		})
	}
}
