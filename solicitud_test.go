package tomahora_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func exigirAtencion(p *tomahora.Plan) { p.Clinica.ExigirAtencion = true }

func rechazarPasado(p *tomahora.Plan) { p.Clinica.RechazarPasado = true }

func TestCheckShape(t *testing.T) {
	unreadable := func(fields ...string) func(*tomahora.Solicitud) {
		return func(s *tomahora.Solicitud) {
			for _, f := range fields {
				s.Unreadable = append(s.Unreadable, tomahora.Invalid(tomahora.CodeParametroInvalido, f, f, "no se entiende"))
			}
		}
	}
	empty := func(s *tomahora.Solicitud) { *s = tomahora.Solicitud{IDEstado: s.IDEstado} }
	tests := []struct {
		name string
		plan func(*tomahora.Plan)
		sent func(*tomahora.Solicitud)
		want []string
	}{
		{name: "the seed's request is whole"},
		{
			name: "everything missing is reported in the seed's order",
			sent: empty,
			want: []string{
				"id_profesional: parametro_requerido", "id_sucursal: parametro_requerido", "id_sillon: parametro_requerido",
				"id_paciente: parametro_requerido", "fecha: parametro_requerido", "hora_inicio: parametro_requerido",
				"duracion: parametro_requerido",
			},
		},
		{
			name: "the optional parameters may be missing",
			sent: func(s *tomahora.Solicitud) { s.IDAtencion, s.Comentario, s.Videoconsulta = 0, "", nil },
		},
		{
			name: "exigir_atencion makes the atención required in its place",
			plan: exigirAtencion,
			sent: empty,
			want: []string{
				"id_profesional: parametro_requerido", "id_sucursal: parametro_requerido", "id_sillon: parametro_requerido",
				"id_paciente: parametro_requerido", "id_atencion: parametro_requerido", "fecha: parametro_requerido",
				"hora_inicio: parametro_requerido", "duracion: parametro_requerido",
			},
		},
		{name: "exigir_atencion accepts a named atención", plan: exigirAtencion},
		{
			name: "an unreadable parameter is not also missing",
			sent: both(unreadable("fecha"), func(s *tomahora.Solicitud) { s.Fecha = tomahora.Fecha{} }),
			want: []string{"fecha: parametro_invalido"},
		},
		{
			name: "an unreadable atención is not also missing",
			plan: exigirAtencion,
			sent: both(unreadable("id_atencion"), func(s *tomahora.Solicitud) { s.IDAtencion = 0 }),
			want: []string{"id_atencion: parametro_invalido"},
		},
		{
			name: "unreadable ones in any order stand in the seed's order",
			sent: unreadable("videoconsulta", "comentario", "duracion", "id_estado", "id_profesional"),
			want: []string{
				"id_profesional: parametro_invalido", "id_estado: parametro_invalido", "duracion: parametro_invalido",
				"comentario: parametro_invalido", "videoconsulta: parametro_invalido",
			},
		},
		{
			name: "missing and unreadable ones are sorted together",
			sent: both(unreadable("hora_inicio", "id_sucursal"), func(s *tomahora.Solicitud) {
				s.IDProfesional, s.IDSucursal, s.HoraInicio, s.Duracion = 0, 0, nil, nil
			}),
			want: []string{
				"id_profesional: parametro_requerido", "id_sucursal: parametro_invalido",
				"hora_inicio: parametro_invalido", "duracion: parametro_requerido",
			},
		},
		{name: "midnight is a start and not a missing one", sent: at("00:00", 30)},
		{name: "a duracion of 0 is sent, if senseless", sent: at("09:00", 0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := seed(tt.sent)
			before := named(s.Unreadable)
			err := s.CheckShape(demo(t, tt.plan))
			if diff := cmp.Diff(tt.want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if tt.want == nil && err != nil {
				t.Errorf("no problems, and yet an error: %v", err)
			}
			if diff := cmp.Diff(before, named(s.Unreadable)); diff != "" {
				t.Errorf("the request itself was changed:\n%s", diff)
			}
		})
	}
}

func TestAMissingParameterIsNamed(t *testing.T) {
	err := seed(func(s *tomahora.Solicitud) { s.Duracion = nil }).CheckShape(demo(t))
	if want := "El parámetro duracion es requerido"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestCheckReferences(t *testing.T) {
	tests := []struct {
		name string
		plan func(*tomahora.Plan)
		sent func(*tomahora.Solicitud)
		refs func(*tomahora.Facts)
		want []string
	}{
		{name: "everything the seed's request names is there"},
		{name: "an unknown profesional", sent: with(99, norte, 1), want: []string{"id_profesional: no_existe"}},
		{name: "a disabled profesional", sent: with(pinto, norte, 1), want: []string{"id_profesional: profesional_deshabilitado"}},
		{name: "an unknown sucursal", sent: with(vergara, 99, 1), want: []string{"id_sucursal: no_existe"}},
		{
			name: "a disabled sucursal",
			plan: func(p *tomahora.Plan) { p.Sucursales[0].Habilitada = false },
			want: []string{"id_sucursal: sucursal_deshabilitada"},
		},
		{name: "an unknown sillón", sent: onSillon(99), want: []string{"id_sillon: no_existe"}},
		{name: "the sobrecupo is always there", sent: onSillon(tomahora.Sobrecupo)},
		{
			name: "an unknown paciente",
			refs: func(r *tomahora.Facts) { r.Paciente = nil },
			want: []string{"id_paciente: no_existe"},
		},
		{
			name: "a disabled paciente",
			refs: func(r *tomahora.Facts) { r.Paciente.Habilitado = false },
			want: []string{"id_paciente: paciente_deshabilitado"},
		},
		{
			name: "everything unknown is reported in the seed's order",
			sent: both(with(99, 99, 99), func(s *tomahora.Solicitud) { s.IDEstado = 99 }),
			refs: func(r *tomahora.Facts) { *r = tomahora.Facts{} },
			want: []string{
				"id_profesional: no_existe", "id_sucursal: no_existe", "id_estado: estado_invalido",
				"id_sillon: no_existe", "id_paciente: no_existe", "id_atencion: no_existe",
			},
		},
		{name: "time and place are not yet judged", sent: both(on(domingo), at("09:37", -15))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := seed(tt.sent).CheckReferences(demo(t, tt.plan), references(tt.refs))
			if diff := cmp.Diff(tt.want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if tt.want == nil && err != nil {
				t.Errorf("no problems, and yet an error: %v", err)
			}
		})
	}
}

func TestTheSeedsRequestHasItsPlace(t *testing.T) {
	got, problems := seed().Lugar(demo(t), now())
	if problems != nil {
		t.Fatalf("problems: %v", named(problems))
	}
	want := tomahora.Lugar{
		Espacio: tomahora.Espacio{
			IDProfesional: vergara, IDSucursal: norte, IDSillon: 1,
			Fecha: fecha("2018-11-02"), Rango: rango("09:00", "09:30"),
		},
		Videoconsulta: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("place (-want +got):\n%s", diff)
	}
}

// judge is the third stage, with the citas that are already there.
func judge(t *testing.T, cfg *tomahora.Config, s tomahora.Solicitud, held ...tomahora.Espacio) []tomahora.Code {
	t.Helper()
	lugar, problems := s.Lugar(cfg, now())
	var topes tomahora.Topes
	for _, h := range held {
		if lugar.Espacio.TopeProfesional(h) {
			topes.Profesional = 1
		}
		if lugar.Exclusiva && lugar.Espacio.TopeSillon(h) {
			topes.Sillon = 1
		}
	}
	return codes(append(problems, topes.Problems()...))
}

// What the demo clinic answers while the seed's own cita stands.
func TestTheDemoClinic(t *testing.T) {
	const (
		sinHorario   = tomahora.CodeSinHorario
		incompatible = tomahora.CodeDuracionIncompatible
	)
	list := func(c ...tomahora.Code) []tomahora.Code { return c }
	modality := func(v bool) func(*tomahora.Solicitud) {
		return func(s *tomahora.Solicitud) { s.Videoconsulta = &v }
	}
	tests := []struct {
		name string
		sent func(*tomahora.Solicitud)
		want []tomahora.Code
	}{
		{"the same slot is taken", nil, list(tomahora.CodeTopeProfesional)},
		{"09:15 overlaps it", at("09:15", 30), list(tomahora.CodeTopeProfesional)},
		{"08:45 overlaps it", at("08:45", 30), list(tomahora.CodeTopeProfesional)},
		{"09:30 is free", at("09:30", 30), nil},
		{"08:30 is free", at("08:30", 30), nil},
		{"sillón 2 is free", onSillon(2), nil},
		{"the sobrecupo is free", onSillon(tomahora.Sobrecupo), nil},
		{"the sobrecupo keeps to the grid", both(onSillon(tomahora.Sobrecupo), at("09:37", 30)), list(sinHorario)},
		{"the sobrecupo keeps to working hours", both(onSillon(tomahora.Sobrecupo), at("13:00", 30)), list(sinHorario)},
		{"the sobrecupo keeps to the intervalo", both(onSillon(tomahora.Sobrecupo), at("09:00", 20)), list(incompatible)},
		{"sillón 3 is not in the horario", onSillon(box3), list(tomahora.CodeSillonNoDisponible)},
		{"09:37 is off the grid", at("09:37", 30), list(sinHorario)},
		{"a cita across the break", at("12:45", 30), list(sinHorario)},
		{"a cita around the break", at("12:00", 180), list(sinHorario)},
		{"a cita in the break", at("13:00", 30), list(sinHorario)},
		{"the last slot before the break", at("12:30", 30), nil},
		{"the first slot after the break", at("14:00", 30), nil},
		{"20:00 is the end", at("20:00", 30), list(sinHorario)},
		{"the last slot of the day", at("19:30", 30), nil},
		{"a cita over the end", at("19:45", 30), list(sinHorario)},
		{"07:45 is too early", at("07:45", 30), list(sinHorario)},
		{"a Sunday", on(domingo), list(sinHorario)},
		{"a Saturday morning", both(on(sabado), at("12:30", 30)), nil},
		{"a Saturday afternoon", both(on(sabado), at("14:00", 30)), list(sinHorario)},
		{"duracion 20 is no multiple of 15", at("10:00", 20), list(incompatible)},
		{"duracion 0", at("10:00", 0), list(incompatible)},
		{"duracion -15", at("10:00", -15), list(incompatible)},
		{"duracion of a whole segment", both(on(lunes), at("08:00", 300)), nil},
		{"duracion longer than the day", at("10:00", 15*1000), list(sinHorario)},
		{"duracion longer than the day and off the intervalo", at("10:00", 1441), list(incompatible, sinHorario)},
		{"duracion at the edge of an integer", at("10:00", int(^uint(0)>>1)), list(incompatible, sinHorario)},
		{"duracion at the other edge", at("10:00", -int(^uint(0)>>1)-1), list(incompatible)},
		{"duracion 20 is also taken", at("09:00", 20), list(incompatible, tomahora.CodeTopeProfesional)},
		{"everything about a place is told at once", both(at("09:10", 20), modality(true)), list(incompatible, sinHorario, tomahora.CodeTopeProfesional)},
		{"another profesional on sillón 1 works in parallel", with(soto, norte, 1), nil},
		{"a profesional of 20 minutes counts by 20", both(with(araya, norte, 1), at("09:20", 40)), nil},
		{"a profesional of 20 minutes does not start at 09:30", both(with(araya, norte, 1), at("09:30", 20)), list(sinHorario)},
		{"the grid starts again after the break", both(with(araya, norte, 1), at("14:20", 20)), nil},
		{"a profesional without rules is there on the horario especial", both(with(fuentes, sur, box3), on(primerMiercoles)), nil},
		{"a profesional without rules is nowhere else", both(with(fuentes, sur, box3), on(lunes)), list(sinHorario)},
		{"a profesional at a sucursal without rules", both(with(vergara, sur, 1), at("10:00", 30)), list(sinHorario)},
	}
	cfg := demo(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, judge(t, cfg, seed(tt.sent), taken())); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTwoSobrecuposFitOverACita(t *testing.T) {
	over := seed(onSillon(tomahora.Sobrecupo))
	if got := judge(t, demo(t), over, taken(), over.Espacio(), over.Espacio()); got != nil {
		t.Errorf("a sobrecupo over others: %v", got)
	}
}

func TestTheSameProfesionalAtTwoSucursales(t *testing.T) {
	atNorte := seed(with(soto, norte, 1)).Espacio()
	got := judge(t, demo(t), seed(with(soto, sur, 1)), atNorte)
	if diff := cmp.Diff([]tomahora.Code{tomahora.CodeTopeProfesional}, got); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}

func TestTwoProfesionalesOnAnExclusiveSillon(t *testing.T) {
	cfg := demo(t)
	first := seed(with(fuentes, sur, box3), on(primerMiercoles))
	lugar, problems := first.Lugar(cfg, now())
	if problems != nil || !lugar.Exclusiva {
		t.Fatalf("the first on the exclusive sillón: exclusiva %v, %v", lugar.Exclusiva, named(problems))
	}
	second := seed(with(vera, sur, box3), on(primerMiercoles))
	if diff := cmp.Diff([]tomahora.Code{tomahora.CodeTopeSillon}, judge(t, cfg, second, lugar.Espacio)); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	twice := []tomahora.Code{tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon}
	if diff := cmp.Diff(twice, judge(t, cfg, first, lugar.Espacio)); diff != "" {
		t.Errorf("the same profesional again (-want +got):\n%s", diff)
	}
	after := seed(with(vera, sur, box3), on(primerMiercoles), at("09:30", 30))
	if got := judge(t, cfg, after, lugar.Espacio); got != nil {
		t.Errorf("right after it: %v", got)
	}
}

func TestVideoconsulta(t *testing.T) {
	presencial, video, ambas := tomahora.Presencial, tomahora.Videoconsulta, tomahora.Ambas
	required, unavailable := tomahora.CodeVideoconsultaRequerida, tomahora.CodeModalidadNoDisponible
	tests := []struct {
		name    string
		horario tomahora.Modalidad
		sent    *bool
		want    bool
		code    tomahora.Code
	}{
		{"a presencial horario gives presencial when nothing is sent", presencial, nil, false, ""},
		{"a video horario gives video when nothing is sent", video, nil, true, ""},
		{"a presencial horario takes a 0", presencial, new(false), false, ""},
		{"a presencial horario refuses a 1", presencial, new(true), true, unavailable},
		{"a video horario takes a 1", video, new(true), true, ""},
		{"a video horario refuses a 0", video, new(false), false, unavailable},
		{"a horario of both takes a 1", ambas, new(true), true, ""},
		{"a horario of both takes a 0", ambas, new(false), false, ""},
		{"a horario of both requires it", ambas, nil, false, required},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := demo(t, func(p *tomahora.Plan) {
				for i := range p.Horarios {
					p.Horarios[i].Jornada.Modalidad = tt.horario
				}
			})
			s := seed(func(s *tomahora.Solicitud) { s.Videoconsulta = tt.sent })
			lugar, problems := s.Lugar(cfg, now())
			var want []string
			if tt.code != "" {
				want = []string{"videoconsulta: " + string(tt.code)}
			}
			if diff := cmp.Diff(want, named(problems)); diff != "" {
				t.Fatalf("problems (-want +got):\n%s", diff)
			}
			if lugar.Videoconsulta != tt.want {
				t.Errorf("videoconsulta = %v, want %v", lugar.Videoconsulta, tt.want)
			}
		})
	}
}

func TestTheRefusalNamesTheModality(t *testing.T) {
	_, problems := seed(with(soto, norte, 1), func(s *tomahora.Solicitud) { s.Videoconsulta = new(true) }).Lugar(demo(t), now())
	if want := "El horario del profesional solo admite la modalidad presencial"; len(problems) != 1 || problems.Error() != want {
		t.Errorf("got %v, want %q", named(problems), want)
	}
}

func TestTheThirdStageKeepsItsOrder(t *testing.T) {
	tests := []struct {
		name string
		sent func(*tomahora.Solicitud)
		want []string
	}{
		{
			"fecha_pasada, duracion_incompatible, sin_horario",
			at("09:37", 20),
			[]string{"fecha: fecha_pasada", "duracion: duracion_incompatible", "hora_inicio: sin_horario"},
		},
		{
			"fecha_pasada, duracion_incompatible, sillon_no_disponible, videoconsulta_requerida",
			both(with(vergara, norte, box3), at("09:00", 20)),
			[]string{"fecha: fecha_pasada", "duracion: duracion_incompatible", "id_sillon: sillon_no_disponible", "videoconsulta: videoconsulta_requerida"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := seed(tt.sent).Lugar(demo(t, rechazarPasado), now())
			if diff := cmp.Diff(tt.want, named(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTopesAreTheLastProblems(t *testing.T) {
	tests := []struct {
		name  string
		topes tomahora.Topes
		want  []string
		first tomahora.CitaID // 0 = nothing stands in the way
	}{
		{name: "nothing in the way is no problem"},
		{"the profesional's lane is told at hora_inicio", tomahora.Topes{Profesional: 1}, []string{"hora_inicio: tope_profesional"}, 1},
		{"the chair is told at id_sillon", tomahora.Topes{Sillon: 2}, []string{"id_sillon: tope_sillon"}, 2},
		{"both are told, the profesional first", tomahora.Topes{Profesional: 1, Sillon: 2}, []string{"hora_inicio: tope_profesional", "id_sillon: tope_sillon"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, named(tt.topes.Problems())); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if first := tt.topes.First(); first != tt.first {
				t.Errorf("the first in the way is %d, want %d", first, tt.first)
			}
		})
	}
}

func TestPastDates(t *testing.T) {
	easter := func(p *tomahora.Plan) { p.Sucursales[0].Zona = "Pacific/Easter" }
	auckland := func(p *tomahora.Plan) { p.Clinica.Zona = "Pacific/Auckland" }
	tests := []struct {
		name string
		plan []func(*tomahora.Plan)
		sent func(*tomahora.Solicitud)
		now  string
		past bool
	}{
		{"the past is accepted by default", nil, nil, "2018-11-05T17:09:01-03:00", false},
		{"rechazar_pasado refuses an earlier day", []func(*tomahora.Plan){rechazarPasado}, nil, "2018-11-05T17:09:01-03:00", true},
		{"rechazar_pasado refuses an earlier day at a later hour", []func(*tomahora.Plan){rechazarPasado}, at("19:00", 30), "2018-11-05T17:09:01-03:00", true},
		{"rechazar_pasado refuses an earlier hour of today", []func(*tomahora.Plan){rechazarPasado}, nil, "2018-11-02T09:01:00-03:00", true},
		{"rechazar_pasado accepts the minute that runs", []func(*tomahora.Plan){rechazarPasado}, nil, "2018-11-02T09:00:59-03:00", false},
		{"rechazar_pasado accepts a later hour of today", []func(*tomahora.Plan){rechazarPasado}, nil, "2018-11-02T08:59:00-03:00", false},
		{"rechazar_pasado accepts a later day at an earlier hour", []func(*tomahora.Plan){rechazarPasado}, nil, "2018-11-01T17:00:00-03:00", false},
		{"the day is that of the clinic, not of UTC", []func(*tomahora.Plan){rechazarPasado, auckland}, nil, "2018-11-01T22:00:00Z", true},
		{"the hour is that of the sucursal's own zone", []func(*tomahora.Plan){rechazarPasado, easter}, nil, "2018-11-02T10:30:00-03:00", false},
		{"the hour of the sucursal's own zone passes too", []func(*tomahora.Plan){rechazarPasado, easter}, nil, "2018-11-02T11:30:00-03:00", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := seed(tt.sent).Lugar(demo(t, tt.plan...), instant(tt.now))
			var want []string
			if tt.past {
				want = []string{"fecha: fecha_pasada"}
			}
			if diff := cmp.Diff(want, named(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
