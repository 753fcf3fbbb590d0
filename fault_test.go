package tomahora_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestOneRuleIsJudgedAsThePlanWithIt(t *testing.T) {
	cfg := demo(t, bloqueos(bloqueo(vergara, norte, "10:00", "11:00")))
	morning := jornada(rango("09:00", "13:00"), tomahora.Rango{}, tomahora.Presencial, 1)
	regla := func(change func(*tomahora.Horario)) func() error {
		h := tomahora.Horario{IDProfesional: vergara, IDSucursal: norte, Dia: tomahora.Domingo, Jornada: morning}
		change(&h)
		return func() error { return cfg.CheckHorario(h) }
	}
	deUnDia := func(change func(*tomahora.HorarioEspecial)) func() error {
		e := tomahora.HorarioEspecial{IDProfesional: fuentes, IDSucursal: sur, Fecha: fecha(viernes), Jornada: morning}
		change(&e)
		return func() error { return cfg.CheckEspecial(e) }
	}
	cerrar := func(change func(*tomahora.HorarioBloqueado)) func() error {
		b := bloqueo(0, norte, "10:00", "11:00")
		change(&b)
		return func() error { return cfg.CheckBloqueo(b) }
	}
	semana := func(list ...tomahora.Horario) func() error {
		return func() error { return cfg.CheckSemana(vergara, norte, list) }
	}
	domingo := func(inicio, fin string) tomahora.Horario {
		return tomahora.Horario{IDProfesional: vergara, IDSucursal: norte, Dia: tomahora.Domingo, Jornada: jornada(rango(inicio, fin), tomahora.Rango{}, tomahora.Presencial, 1)}
	}
	overlaps := []string{"hora_inicio: parametro_invalido"}
	tests := []struct {
		name  string
		check func() error
		want  []string
	}{
		{"a good horario", regla(func(*tomahora.Horario) {}), nil},
		{"a horario of nobody, nowhere, never", regla(func(h *tomahora.Horario) { *h = tomahora.Horario{} }), []string{"id_profesional: parametro_requerido", "id_sucursal: parametro_requerido", "dia: parametro_requerido"}},
		{
			"a horario with everything wrong, each once", regla(func(h *tomahora.Horario) {
				*h = tomahora.Horario{
					IDProfesional: 99, IDSucursal: 99, Dia: 9, Desde: fecha(lunes), Hasta: fecha(viernes),
					Jornada: jornada(rango("13:00", "09:00"), tomahora.Rango{}, "", 98, 99, 98),
				}
			}),
			[]string{
				"id_profesional: no_existe", "id_sucursal: no_existe", "sillones: no_existe", "sillones: no_existe",
				"hora_inicio: parametro_invalido", "modalidad: parametro_invalido", "dia: parametro_invalido", "hasta: parametro_invalido",
			},
		},
		{"a horario without sillón", regla(func(h *tomahora.Horario) { h.Jornada.Sillones = nil }), []string{"sillones: parametro_invalido"}},
		{"a horario over another", regla(func(h *tomahora.Horario) { h.Dia = tomahora.Sabado }), overlaps},
		{"a horario in place of another", func() error {
			h := cfg.Plan().Horarios[0]
			h.Jornada.Rango.Fin = hora("21:00")
			return cfg.CheckHorario(h)
		}, nil},

		{"a good week", semana(domingo("09:00", "10:00"), domingo("10:00", "11:00")), nil},
		{"a week over the rules it replaces", semana(fridaysOf(vergara)), nil},
		{"a week over itself", semana(domingo("09:00", "10:00"), domingo("09:30", "11:00"), domingo("09:45", "11:00")), overlaps},
		{"a week of who is not there", func() error { return cfg.CheckSemana(99, 99, nil) }, []string{"id_profesional: no_existe", "id_sucursal: no_existe"}},
		{"a week of nobody", func() error { return cfg.CheckSemana(0, 0, nil) }, []string{"id_profesional: parametro_requerido", "id_sucursal: parametro_requerido"}},

		{"a good horario especial", deUnDia(func(*tomahora.HorarioEspecial) {}), nil},
		{"a horario especial of no day", deUnDia(func(e *tomahora.HorarioEspecial) { *e = tomahora.HorarioEspecial{} }), []string{"id_profesional: parametro_requerido", "id_sucursal: parametro_requerido", "fecha: parametro_requerido"}},
		{"a horario especial over another", deUnDia(func(e *tomahora.HorarioEspecial) { e.Fecha = fecha(primerMiercoles) }), overlaps},
		{"a horario especial in place of another", deUnDia(func(e *tomahora.HorarioEspecial) { e.ID, e.Fecha = 1, fecha(primerMiercoles) }), nil},

		{"a good bloqueo, over another", cerrar(func(*tomahora.HorarioBloqueado) {}), nil},
		{"a bloqueo of no day", cerrar(func(b *tomahora.HorarioBloqueado) { *b = tomahora.HorarioBloqueado{} }), []string{"id_sucursal: parametro_requerido", "fecha: parametro_requerido"}},
		{"a bloqueo of nobody and nothing", cerrar(func(b *tomahora.HorarioBloqueado) { b.IDProfesional, b.IDSucursal, b.Rango.Fin = 99, 99, 0 }), []string{"id_profesional: no_existe", "id_sucursal: no_existe", "hora_inicio: parametro_invalido"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, named(tt.check())); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func fridaysOf(prof tomahora.ProfesionalID) tomahora.Horario {
	h := fridays("08:00", "21:00")
	h.IDProfesional, h.IDSucursal = prof, norte
	return h
}

func TestABloqueoDisplaces(t *testing.T) {
	tests := []struct {
		name    string
		bloqueo tomahora.HorarioBloqueado
		cita    func(*tomahora.Cita)
		want    bool
	}{
		{"a cita in it", bloqueo(vergara, norte, "08:00", "10:00"), nil, true},
		{"a cita of which it takes a minute", bloqueo(vergara, norte, "09:29", "10:00"), nil, true},
		{"not the cita right before it", bloqueo(vergara, norte, "09:30", "10:00"), nil, false},
		{"everyone's, without a profesional", bloqueo(0, norte, "00:00", "24:00"), nil, true},
		{"not another profesional's", bloqueo(soto, norte, "00:00", "24:00"), nil, false},
		{"not another sucursal's", bloqueo(0, sur, "00:00", "24:00"), nil, false},
		{"not another day's", bloqueo(0, norte, "00:00", "24:00"), func(c *tomahora.Cita) { c.Espacio.Fecha = fecha(lunes) }, false},
		{"not a sobrecupo", bloqueo(0, norte, "00:00", "24:00"), func(c *tomahora.Cita) { c.Espacio.IDSillon = tomahora.Sobrecupo }, false},
		{"not an annulled cita", bloqueo(0, norte, "00:00", "24:00"), annulled, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.bloqueo.Displaces(held(tt.cita)); got != tt.want {
				t.Errorf("displaces = %v, want %v", got, tt.want)
			}
		})
	}
}
