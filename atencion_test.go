package tomahora_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// references are the rows the seed's request names, all of them usable.
func references(changes ...func(*tomahora.Facts)) tomahora.Facts {
	r := tomahora.Facts{
		Paciente: &tomahora.Paciente{ID: risopatron, Nombre: "Fernanda", Apellidos: "Risopatrón", Habilitado: true},
		Atencion: &tomahora.Atencion{
			ID: exodoncia, Nombre: "Exodoncia", Tipo: tomahora.TipoConsulta,
			IDPaciente: risopatron, IDProfesional: vergara, IDSucursal: norte,
		},
	}
	for _, change := range changes {
		if change != nil {
			change(&r)
		}
	}
	return r
}

func atencion(change func(*tomahora.Atencion)) func(*tomahora.Facts) {
	return func(r *tomahora.Facts) { change(r.Atencion) }
}

func TestNamedAtencion(t *testing.T) {
	tipo := func(tipo tomahora.TipoAtencion) func(*tomahora.Facts) {
		return atencion(func(a *tomahora.Atencion) { a.Tipo = tipo })
	}
	occupied := func(r *tomahora.Facts) { r.Ocupada = 754 }
	tests := []struct {
		name string
		refs []func(*tomahora.Facts)
		want tomahora.Code // "" when it may be booked
	}{
		{name: "a free consulta of the paciente may be booked"},
		{"an atención the clinic does not have is refused", []func(*tomahora.Facts){func(r *tomahora.Facts) { r.Atencion = nil }}, tomahora.CodeNoExiste},
		{"one of another paciente is refused", []func(*tomahora.Facts){atencion(func(a *tomahora.Atencion) { a.IDPaciente = lopez })}, tomahora.CodeAtencionDeOtroPaciente},
		{"one of another profesional may be booked", []func(*tomahora.Facts){atencion(func(a *tomahora.Atencion) { a.IDProfesional = soto })}, ""},
		{"one of another sucursal may be booked", []func(*tomahora.Facts){atencion(func(a *tomahora.Atencion) { a.IDSucursal = sur })}, ""},
		{"a licencia is refused", []func(*tomahora.Facts){tipo(tomahora.TipoLicencia)}, tomahora.CodeAtencionTipoNoPermitido},
		{"an interconsulta is refused", []func(*tomahora.Facts){tipo(tomahora.TipoInterconsulta)}, tomahora.CodeAtencionTipoNoPermitido},
		{"a tipo of the clinic's own may be booked", []func(*tomahora.Facts){tipo("Urgencia")}, ""},
		{"a finalizada one is refused", []func(*tomahora.Facts){atencion(func(a *tomahora.Atencion) { a.Finalizado = true })}, tomahora.CodeAtencionCerrada},
		{"a bloqueada one is refused", []func(*tomahora.Facts){atencion(func(a *tomahora.Atencion) { a.Bloqueado = true })}, tomahora.CodeAtencionCerrada},
		{"one with a live cita is refused", []func(*tomahora.Facts){occupied}, tomahora.CodeAtencionConCita},
		{"a plan de tratamiento may be booked", []func(*tomahora.Facts){tipo(tomahora.TipoPlanTratamiento)}, ""},
		{"a plan de tratamiento may carry many citas", []func(*tomahora.Facts){tipo(tomahora.TipoPlanTratamiento), occupied}, ""},
		{"a closed plan de tratamiento is refused", []func(*tomahora.Facts){tipo(tomahora.TipoPlanTratamiento), atencion(func(a *tomahora.Atencion) { a.Finalizado = true })}, tomahora.CodeAtencionCerrada},
		{"a licencia of another paciente tells nothing of its tipo", []func(*tomahora.Facts){tipo(tomahora.TipoLicencia), atencion(func(a *tomahora.Atencion) { a.IDPaciente = lopez })}, tomahora.CodeAtencionDeOtroPaciente},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := seed().CheckReferences(demo(t), references(tt.refs...))
			var want []string
			if tt.want != "" {
				want = []string{"id_atencion: " + string(tt.want)}
			}
			if diff := cmp.Diff(want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOmittedAtencionIsNotJudged(t *testing.T) {
	s := seed(func(s *tomahora.Solicitud) { s.IDAtencion = 0 })
	refs := references(func(r *tomahora.Facts) { r.Atencion = nil })
	if err := s.CheckReferences(demo(t), refs); err != nil {
		t.Errorf("CheckReferences: %v", err)
	}
	if err := s.CheckShape(demo(t)); err != nil {
		t.Errorf("CheckShape: %v", err)
	}
}

func TestTheRefusalNamesTheTipo(t *testing.T) {
	refs := references(atencion(func(a *tomahora.Atencion) { a.Tipo = tomahora.TipoLicencia }))
	err := seed().CheckReferences(demo(t), refs)
	want := "La atención indicada en id_atencion es de tipo Licencia y no admite citas"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestNewConsulta(t *testing.T) {
	want := tomahora.Atencion{
		Nombre: "Consulta", Tipo: tomahora.TipoConsulta, Fecha: fecha(viernes),
		IDPaciente: risopatron, IDProfesional: vergara, IDSucursal: norte,
	}
	if diff := cmp.Diff(want, tomahora.NewConsulta(seed())); diff != "" {
		t.Errorf("the new atención (-want +got):\n%s", diff)
	}
}

func TestAnAtencionThatIsMade(t *testing.T) {
	paciente := &tomahora.Paciente{ID: risopatron}
	tests := []struct {
		name string
		sent tomahora.Atencion
		want tomahora.Atencion
	}{
		{
			"is a Consulta of today at the first sucursal", tomahora.Atencion{IDPaciente: risopatron, IDProfesional: soto},
			tomahora.Atencion{IDSucursal: norte, Fecha: fecha(lunes), Tipo: tomahora.TipoConsulta, Nombre: "Consulta"},
		},
		{
			"is where the profesional has any rule", tomahora.Atencion{IDPaciente: risopatron, IDProfesional: fuentes, Tipo: tomahora.TipoInterconsulta},
			tomahora.Atencion{IDSucursal: sur, Fecha: fecha(lunes), Tipo: tomahora.TipoInterconsulta, Nombre: "Interconsulta"},
		},
		{
			"is what was asked for", tomahora.Atencion{IDPaciente: risopatron, IDProfesional: soto, IDSucursal: sur, Fecha: fecha(viernes), Tipo: "Control", Nombre: "Yeso"},
			tomahora.Atencion{IDSucursal: sur, Fecha: fecha(viernes), Tipo: "Control", Nombre: "Yeso"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := demo(t)
			got := tt.sent.WithDefaults(cfg, now())
			tt.want.IDPaciente, tt.want.IDProfesional = risopatron, tt.sent.IDProfesional
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("with its defaults (-want +got):\n%s", diff)
			}
			if err := got.CheckShape(); err != nil {
				t.Errorf("its shape: %v", named(err))
			}
			if err := got.CheckReferences(cfg, paciente); err != nil {
				t.Errorf("its references: %v", named(err))
			}
		})
	}
}

func TestAnAtencionThatCannotBeMade(t *testing.T) {
	cfg := demo(t)
	want := []string{"id_paciente: parametro_requerido", "id_profesional: parametro_requerido"}
	if diff := cmp.Diff(want, named(tomahora.Atencion{}.CheckShape())); diff != "" {
		t.Errorf("without anything (-want +got):\n%s", diff)
	}
	tests := []struct {
		name string
		sent tomahora.Atencion
		want []string
	}{
		{"of what is not there", tomahora.Atencion{IDProfesional: 99, IDSucursal: 99}, []string{"id_paciente: no_existe", "id_profesional: no_existe", "id_sucursal: no_existe"}},
		{"at no sucursal", tomahora.Atencion{IDProfesional: pinto}, []string{"id_paciente: no_existe", "id_sucursal: parametro_requerido"}},
		{"of nobody, at no sucursal", tomahora.Atencion{IDProfesional: 99}, []string{"id_paciente: no_existe", "id_profesional: no_existe"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, named(tt.sent.CheckReferences(cfg, nil))); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
