package agenda_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

func TestCrearAtencion(t *testing.T) {
	hoy := tomahora.Fecha{Year: 2018, Month: 11, Day: 5}
	tests := []struct {
		name string
		sent tomahora.Atencion
		want tomahora.Atencion
	}{
		{
			"with its defaults", tomahora.Atencion{IDPaciente: 2, IDProfesional: 2},
			tomahora.Atencion{IDSucursal: 1, IDProfesional: 2, Fecha: hoy, Tipo: tomahora.TipoConsulta, Nombre: "Consulta"},
		},
		{
			"at the sucursal where the profesional attends", tomahora.Atencion{IDPaciente: 2, IDProfesional: 4},
			tomahora.Atencion{IDSucursal: 2, IDProfesional: 4, Fecha: hoy, Tipo: tomahora.TipoConsulta, Nombre: "Consulta"},
		},
		{
			"named after its tipo", tomahora.Atencion{IDPaciente: 2, IDProfesional: 2, Tipo: tomahora.TipoLicencia},
			tomahora.Atencion{IDSucursal: 1, IDProfesional: 2, Fecha: hoy, Tipo: tomahora.TipoLicencia, Nombre: "Licencia"},
		},
		{
			"as asked for, also where the profesional does not attend",
			tomahora.Atencion{IDPaciente: 2, IDProfesional: 5, IDSucursal: 3, Fecha: viernes, Tipo: "Control", Nombre: "Yeso"},
			tomahora.Atencion{IDSucursal: 3, IDProfesional: 5, Fecha: viernes, Tipo: "Control", Nombre: "Yeso"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newTx(t, wide)
			got, err := agenda.CrearAtencion(tx, recepcion, tt.sent)
			if err != nil {
				t.Fatalf("refused: %v", named(err))
			}
			want := tt.want
			want.ID, want.IDPaciente = 3, 2
			if diff := cmp.Diff(want, tx.atenciones[2]); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
			want.NombrePaciente = "Fernanda Risopatrón"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answered (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCrearAtencionRefuses(t *testing.T) {
	tests := []struct {
		name string
		sent tomahora.Atencion
		want []string
	}{
		{"nothing", tomahora.Atencion{}, []string{"id_paciente: parametro_requerido", "id_profesional: parametro_requerido"}},
		{
			"what is not there", tomahora.Atencion{IDPaciente: 99, IDProfesional: 99, IDSucursal: 99},
			[]string{"id_paciente: no_existe", "id_profesional: no_existe", "id_sucursal: no_existe"},
		},
		{"a profesional who is not there, at no sucursal", tomahora.Atencion{IDPaciente: 2, IDProfesional: 99}, []string{"id_profesional: no_existe"}},
		{"no sucursal of a profesional who attends nowhere", tomahora.Atencion{IDPaciente: 2, IDProfesional: 5}, []string{"id_sucursal: parametro_requerido"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newTx(t, wide)
			_, err := agenda.CrearAtencion(tx, recepcion, tt.sent)
			if diff := cmp.Diff(tt.want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if len(tx.atenciones) != 2 {
				t.Errorf("there are %d atenciones, want 2", len(tx.atenciones))
			}
		})
	}
}
