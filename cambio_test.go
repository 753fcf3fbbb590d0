package tomahora_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// held is the cita the seed's request makes.
func held(changes ...func(*tomahora.Cita)) tomahora.Cita {
	s := seed()
	c := tomahora.Cita{
		ID: 754, Espacio: s.Espacio(), IDPaciente: s.IDPaciente, IDAtencion: s.IDAtencion, IDEstado: s.IDEstado,
		Videoconsulta: *s.Videoconsulta, Comentario: s.Comentario, Viva: true, Version: 1,
	}
	for _, change := range changes {
		if change != nil {
			change(&c)
		}
	}
	return c
}

func annulled(c *tomahora.Cita) { c.IDEstado, c.Viva = tomahora.EstadoAnulado, false }

type cambio = tomahora.CambioCita

func TestAChangeIsARequestThatNamesEverything(t *testing.T) {
	want := seed()
	if diff := cmp.Diff(want, cambio{}.Solicitud(held())); diff != "" {
		t.Errorf("no change at all (-want +got):\n%s", diff)
	}
	want = seed(with(soto, sur, 2), on(lunes), at("10:00", 45), func(s *tomahora.Solicitud) {
		s.IDEstado, s.Comentario, s.Videoconsulta = 3, "", new(false)
	})
	got := cambio{
		IDEstado: 3, IDProfesional: soto, IDSucursal: sur, IDSillon: 2, Fecha: fecha(lunes), HoraInicio: new(hora("10:00")),
		Duracion: new(tomahora.Duracion(45)), Videoconsulta: new(false), Comentario: new(""),
	}.Solicitud(held())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("everything changed (-want +got):\n%s", diff)
	}
}

func TestCheckShapeOfAChange(t *testing.T) {
	invalid := func(fields ...string) (problems tomahora.Problems) {
		for _, f := range fields {
			problems = append(problems, tomahora.Invalid(tomahora.CodeParametroInvalido, f, f, "x"))
		}
		return problems
	}
	tests := []struct {
		name string
		sent cambio
		want []string
	}{
		{"nothing", cambio{}, []string{": sin_cambios"}},
		{"only citas_relacionadas", cambio{Relacionadas: true}, []string{": sin_cambios"}},
		{"an estado", cambio{IDEstado: 3}, nil},
		{"a comentario that clears", cambio{Comentario: new("")}, nil},
		{"a videoconsulta of 0", cambio{Videoconsulta: new(false)}, nil},
		{"midnight", cambio{HoraInicio: new(hora("00:00"))}, nil},
		{"only something unreadable", cambio{Unreadable: invalid("duracion")}, []string{"duracion: parametro_invalido"}},
		{
			"several unreadable, in the wire's order", cambio{Unreadable: invalid("citas_relacionadas", "videoconsulta", "id_profesional")},
			[]string{"id_profesional: parametro_invalido", "videoconsulta: parametro_invalido", "citas_relacionadas: parametro_invalido"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, named(tt.sent.CheckShape())); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a change of date must say which and where to", func(t *testing.T) {
		sent := cambio{IDEstado: 3, Unreadable: invalid("duracion", "fecha")}
		want := []string{"id_sesion: parametro_requerido", "fecha: parametro_invalido", "hora_inicio: parametro_requerido", "duracion: parametro_invalido"}
		if diff := cmp.Diff(want, named(sent.CheckShapeFecha(0))); diff != "" {
			t.Errorf("problems (-want +got):\n%s", diff)
		}
		if err := (cambio{Fecha: fecha(lunes), HoraInicio: new(hora("00:00"))}).CheckShapeFecha(754); err != nil {
			t.Errorf("a whole one is refused: %v", named(err))
		}
	})
}

func TestWhichChangesMustFit(t *testing.T) {
	tests := []struct {
		name   string
		before func(*tomahora.Cita)
		sent   cambio
		want   bool
	}{
		{"a new estado of a live cita", nil, cambio{IDEstado: 3}, false},
		{"a comment", nil, cambio{Comentario: new("x")}, false},
		{"the place it has, sent again", nil, cambio{IDSillon: 1, HoraInicio: new(hora("09:00")), Duracion: new(tomahora.Duracion(30))}, false},
		{"another hour", nil, cambio{HoraInicio: new(hora("10:00"))}, true},
		{"another duracion", nil, cambio{Duracion: new(tomahora.Duracion(45))}, true},
		{"another day", nil, cambio{Fecha: fecha(lunes)}, true},
		{"another profesional", nil, cambio{IDProfesional: soto}, true},
		{"another sucursal", nil, cambio{IDSucursal: sur}, true},
		{"another sillón", nil, cambio{IDSillon: 2}, true},
		{"another modality", nil, cambio{Videoconsulta: new(false)}, true},
		{"annulment", nil, cambio{IDEstado: tomahora.EstadoAnulado}, false},
		{"annulment with another sillón beside it", nil, cambio{IDEstado: tomahora.EstadoAnulado, IDSillon: 2}, false},
		{"another estado that annuls", annulled, cambio{IDEstado: 10}, false},
		{"another hour of an annulled cita", annulled, cambio{HoraInicio: new(hora("10:00"))}, false},
		{"life again", annulled, cambio{IDEstado: 7}, true},
		{"an unknown estado of an annulled cita", annulled, cambio{IDEstado: 999}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := held(tt.before)
			if got := tt.sent.Apply(demo(t), before).MustFit(before); got != tt.want {
				t.Errorf("must fit = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestChangedNamesWhatDiffers(t *testing.T) {
	before := held()
	if got := before.Changed(before); got != nil {
		t.Errorf("a cita differs from itself in %v", got)
	}
	after := cambio{
		IDEstado: 3, IDProfesional: soto, IDSucursal: sur, IDSillon: 2, Fecha: fecha(lunes), HoraInicio: new(hora("10:00")),
		Duracion: new(tomahora.Duracion(45)), Videoconsulta: new(false), Comentario: new(""),
	}.Apply(demo(t), before)
	want := []string{
		"id_profesional", "id_sucursal", "id_estado", "id_sillon", "fecha", "hora_inicio", "duracion", "comentario", "videoconsulta",
	}
	if diff := cmp.Diff(want, after.Changed(before)); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestCheckReferencesOfAChange(t *testing.T) {
	retired := func(p *tomahora.Plan) { p.Estados[2].Habilitado = false } // 3
	tests := []struct {
		name   string
		before func(*tomahora.Cita)
		sent   cambio
		want   []string
	}{
		{"an estado a caller may set", nil, cambio{IDEstado: 2}, nil},
		{"one that annuls", nil, cambio{IDEstado: 10}, nil},
		{"none", nil, cambio{}, nil},
		{"a disabled one", nil, cambio{IDEstado: 3}, []string{"id_estado: estado_invalido"}},
		{"a disabled one that it is in", func(c *tomahora.Cita) { c.IDEstado = 3 }, cambio{IDEstado: 3}, nil},
		{"a disabled one that it is in and stays in", func(c *tomahora.Cita) { c.IDEstado = 3 }, cambio{}, nil},
		{"one of internal use", nil, cambio{IDEstado: tomahora.EstadoCambioFecha}, []string{"id_estado: estado_invalido"}},
		{
			"an unknown one among other unknown things", nil, cambio{IDEstado: 999, IDProfesional: 99, IDSucursal: 99, IDSillon: 99},
			[]string{"id_profesional: no_existe", "id_sucursal: no_existe", "id_estado: estado_invalido", "id_sillon: no_existe"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg, before := demo(t, retired), held(tt.before)
			for how, err := range map[string]error{
				"one that must fit": tt.sent.CheckReferences(cfg, before, references()),
				"one that need not": tt.sent.CheckUnfitted(cfg, before),
			} {
				if diff := cmp.Diff(tt.want, named(err)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", how, diff)
				}
			}
		})
	}
}

func TestWhatNeedNotFitMustStillBeARangeOfTheDay(t *testing.T) {
	tests := []struct {
		name string
		sent cambio
		want []string
	}{
		{"off the grid, on a day without hours", cambio{Fecha: fecha(domingo), HoraInicio: new(hora("03:33")), Duracion: new(tomahora.Duracion(1))}, nil},
		{"up to midnight", cambio{HoraInicio: new(hora("23:30"))}, nil},
		{"beyond midnight", cambio{HoraInicio: new(hora("23:31"))}, []string{"hora_inicio: sin_horario"}},
		{"longer than a day", cambio{Duracion: new(tomahora.Duracion(1441))}, []string{"hora_inicio: sin_horario"}},
		{"no minute", cambio{Duracion: new(tomahora.Duracion(0))}, []string{"duracion: duracion_incompatible"}},
		{"less than that", cambio{Duracion: new(tomahora.Duracion(-30))}, []string{"duracion: duracion_incompatible"}},
		{"with who is disabled", cambio{IDProfesional: pinto}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, named(tt.sent.CheckUnfitted(demo(t), held(annulled)))); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
