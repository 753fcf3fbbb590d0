package tomahora_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tomahora/tomahora"
)

func TestNewConfigRefuses(t *testing.T) {
	monday := func(change func(*tomahora.Horario)) func(*tomahora.Plan) {
		h := tomahora.Horario{
			ID: 1, IDProfesional: vergara, IDSucursal: norte, Dia: tomahora.Lunes,
			Jornada: jornada(rango("09:00", "13:00"), tomahora.Rango{}, tomahora.Presencial, 1),
		}
		change(&h)
		return func(p *tomahora.Plan) { p.Horarios = []tomahora.Horario{h} }
	}
	pausa := func(r tomahora.Rango) func(*tomahora.Plan) {
		return monday(func(h *tomahora.Horario) { h.Jornada.Pausa = r })
	}
	hours := func(inicio, fin tomahora.Hora) func(*tomahora.Plan) {
		return monday(func(h *tomahora.Horario) { h.Jornada.Rango = tomahora.Rango{Inicio: inicio, Fin: fin} })
	}
	notADay := "las horas no forman un rango del día con su pausa adentro"
	notABloqueo := "las horas del bloqueo no forman un rango del día"
	tests := []struct {
		name  string
		plan  func(*tomahora.Plan)
		field string
		says  string
	}{
		{"a zone that does not exist", func(p *tomahora.Plan) { p.Clinica.Zona = "America/Springfield" }, "clinica.zona", `la zona horaria "America/Springfield" no existe`},
		{"no zone at all", func(p *tomahora.Plan) { p.Clinica.Zona = "" }, "clinica.zona", `la zona horaria "" no existe`},
		{"the zone of the machine", func(p *tomahora.Plan) { p.Clinica.Zona = "Local" }, "clinica.zona", `la zona horaria "Local" no existe`},
		{"a sucursal's zone that does not exist", func(p *tomahora.Plan) { p.Sucursales[1].Zona = "Chile" }, "sucursales[1]", `la zona horaria "Chile" no existe`},
		{"a sucursal in the zone of the machine", func(p *tomahora.Plan) { p.Sucursales[1].Zona = "Local" }, "sucursales[1]", `la zona horaria "Local" no existe`},
		{"the sobrecupo given to a real chair", func(p *tomahora.Plan) { p.Sillones[2].ID = tomahora.Sobrecupo; p.Horarios, p.Especiales = nil, nil }, "sillones[2]", "el sillón 7 es el sobrecupo"},
		{"an intervalo of 0", func(p *tomahora.Plan) { p.Profesionales[0].Intervalo = 0 }, "profesionales[0]", "el intervalo debe estar entre 1 y 1440 minutos"},
		{"a negative intervalo", func(p *tomahora.Plan) { p.Profesionales[0].Intervalo = -15 }, "profesionales[0]", "el intervalo debe estar entre"},
		{"an intervalo longer than a day", func(p *tomahora.Plan) { p.Profesionales[0].Intervalo = 1441 }, "profesionales[0]", "el intervalo debe estar entre"},
		{"an unknown especialidad", func(p *tomahora.Plan) { p.Profesionales[3].IDEspecialidad = 9 }, "profesionales[3]", "la especialidad 9 no existe"},

		{"a horario of an unknown profesional", monday(func(h *tomahora.Horario) { h.IDProfesional = 99 }), "horarios[0]", "el profesional 99 no existe"},
		{"a horario at an unknown sucursal", monday(func(h *tomahora.Horario) { h.IDSucursal = 99 }), "horarios[0]", "la sucursal 99 no existe"},
		{"a horario on an unknown sillón", monday(func(h *tomahora.Horario) { h.Jornada.Sillones = []tomahora.SillonID{1, 99} }), "horarios[0]", "el sillón 99 no existe"},
		{"a horario without sillón", monday(func(h *tomahora.Horario) { h.Jornada.Sillones = nil }), "horarios[0]", "falta al menos un sillón"},
		{"a horario without modality", monday(func(h *tomahora.Horario) { h.Jornada.Modalidad = "" }), "horarios[0]", "la modalidad debe ser presencial, videoconsulta o ambas"},
		{"a horario of an unknown modality", monday(func(h *tomahora.Horario) { h.Jornada.Modalidad = "telefono" }), "horarios[0]", "la modalidad debe ser"},
		{"a horario of day 0", monday(func(h *tomahora.Horario) { h.Dia = 0 }), "horarios[0]", "el día 0 no está entre 1 (lunes) y 7 (domingo)"},
		{"a horario of day 8", monday(func(h *tomahora.Horario) { h.Dia = 8 }), "horarios[0]", "el día 8 no está"},
		{"a horario that ends before it starts", hours(hora("13:00"), hora("09:00")), "horarios[0]", notADay},
		{"a horario beyond 24:00", hours(hora("20:00"), tomahora.FinDelDia+1), "horarios[0]", notADay},
		{"a horario before midnight", hours(-1, hora("09:00")), "horarios[0]", notADay},
		{"a break before the work", pausa(rango("08:30", "09:30")), "horarios[0]", notADay},
		{"a break after the work", pausa(rango("12:30", "13:30")), "horarios[0]", notADay},
		{"a break that ends before it starts", pausa(rango("11:00", "10:00")), "horarios[0]", notADay},
		{"two rules over the same minutes", rules(fridays("09:00", "13:00"), fridays("12:59", "18:00")), "horarios[1]", "se superpone con otro horario del mismo profesional, sucursal y día"},
		{"a rule inside another's break", func(p *tomahora.Plan) {
			rules(fridays("08:00", "20:00"), fridays("13:00", "14:00"))(p)
			p.Horarios[0].Jornada.Pausa = rango("13:00", "14:00")
		}, "horarios[1]", "se superpone con otro horario"},
		{"two rules in force on one common day", rules(
			between(fridays("09:00", "13:00"), "", viernes), between(fridays("09:00", "13:00"), viernes, ""),
		), "horarios[1]", "se superpone con otro horario"},

		{"a rule whose vigencia ends before it begins", rules(
			between(fridays("09:00", "13:00"), viernes, "2018-11-01"),
		), "horarios[0]", "la vigencia termina (2018-11-01) antes de empezar (2018-11-02)"},

		{"a horario especial of an unknown profesional", func(p *tomahora.Plan) { p.Especiales[0].IDProfesional = 99 }, "horariosespeciales[0]", "el profesional 99 no existe"},
		{"a horario especial at an unknown sucursal", func(p *tomahora.Plan) { p.Especiales[0].IDSucursal = 99 }, "horariosespeciales[0]", "la sucursal 99 no existe"},
		{"two horarios especiales over the same minutes", func(p *tomahora.Plan) {
			p.Especiales = append(p.Especiales, p.Especiales[0])
			p.Especiales[1].ID = 2
		}, "horariosespeciales[1]", "se superpone con otro horario especial del mismo profesional, sucursal y fecha"},

		{"a bloqueo of an unknown profesional", bloqueos(bloqueo(99, norte, "10:00", "11:00")), "horariosbloqueados[0]", "el profesional 99 no existe"},
		{"a bloqueo at an unknown sucursal", bloqueos(bloqueo(0, 99, "10:00", "11:00")), "horariosbloqueados[0]", "la sucursal 99 no existe"},
		{"an empty bloqueo", bloqueos(bloqueo(0, norte, "10:00", "10:00")), "horariosbloqueados[0]", notABloqueo},
		{"a bloqueo that ends before it starts", bloqueos(bloqueo(0, norte, "11:00", "10:00")), "horariosbloqueados[0]", notABloqueo},
		{"a bloqueo beyond 24:00", bloqueos(tomahora.HorarioBloqueado{IDSucursal: norte, Fecha: fecha(viernes), Rango: tomahora.Rango{Inicio: 0, Fin: tomahora.FinDelDia + 1}}), "horariosbloqueados[0]", notABloqueo},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plan := demoPlan()
			tt.plan(&plan)
			cfg, err := tomahora.NewConfig(1, plan)
			if err == nil || cfg != nil {
				t.Fatalf("NewConfig took it: %v, error %v", cfg != nil, err)
			}
			problems := tomahora.ProblemsOf(err)
			if diff := cmp.Diff([]string{tt.field + ": configuracion_invalida"}, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if !strings.Contains(problems.Error(), tt.says) {
				t.Errorf("it says %q, want %q in it", problems, tt.says)
			}
		})
	}
}

func TestNewConfigTellsAllThatIsWrong(t *testing.T) {
	plan := demoPlan()
	plan.Clinica.Zona = ""
	plan.Profesionales[0].Intervalo = 0
	plan.Especiales[0].Jornada.Modalidad = ""
	plan.Bloqueos = []tomahora.HorarioBloqueado{bloqueo(0, norte, "10:00", "11:00"), bloqueo(0, 99, "11:00", "10:00")}
	_, err := tomahora.NewConfig(1, plan)
	want := []string{
		"clinica.zona: configuracion_invalida", "profesionales[0]: configuracion_invalida",
		"horariosespeciales[0]: configuracion_invalida",
		"horariosbloqueados[1]: configuracion_invalida", "horariosbloqueados[1]: configuracion_invalida",
	}
	if diff := cmp.Diff(want, named(err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestNewConfigTakes(t *testing.T) {
	tests := []struct {
		name string
		plan func(*tomahora.Plan)
	}{
		{"the demo clinic", func(*tomahora.Plan) {}},
		{"a clinic with nothing in it", func(p *tomahora.Plan) { *p = tomahora.Plan{Clinica: p.Clinica} }},
		{"a profesional without especialidad", func(p *tomahora.Plan) { p.Profesionales[0].IDEspecialidad = 0 }},
		{"an intervalo of a whole day", func(p *tomahora.Plan) { p.Profesionales[0].Intervalo = 1440 }},
		{"rules that only touch", rules(fridays("09:00", "13:00"), fridays("13:00", "17:00"))},
		{"a closed rule inside another", rules(fridays("09:00", "13:00"), fridays("10:00", "10:00"))},
		{"overlapping rules whose vigencias follow each other", rules(
			between(fridays("09:00", "13:00"), "", "2018-11-01"), between(fridays("09:00", "13:00"), viernes, ""),
		)},
		{"overlapping rules whose vigencias precede each other", rules(
			between(fridays("09:00", "13:00"), viernes, ""), between(fridays("09:00", "13:00"), "", "2018-11-01"),
		)},
		{"a rule in force on a single day", rules(between(fridays("09:00", "13:00"), viernes, viernes))},
		{"a rule on the sobrecupo alone", func(p *tomahora.Plan) {
			rules(fridays("09:00", "13:00"))(p)
			p.Horarios[0].Jornada.Sillones = []tomahora.SillonID{tomahora.Sobrecupo}
		}},
		{"a closed horario especial without sillones", especiales(especial(jornada(rango("09:00", "09:00"), tomahora.Rango{}, tomahora.Presencial)))},
		{"a rule of the whole day", rules(fridays("00:00", "24:00"))},
		{"a bloqueo of the whole day", bloqueos(bloqueo(0, norte, "00:00", "24:00"))},
		{"bloqueos that overlap", bloqueos(bloqueo(0, norte, "09:00", "11:00"), bloqueo(vergara, norte, "10:00", "12:00"))},
		{"a sucursal in a zone of its own", func(p *tomahora.Plan) { p.Sucursales[1].Zona = "Pacific/Easter" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plan := demoPlan()
			tt.plan(&plan)
			if _, err := tomahora.NewConfig(1, plan); err != nil {
				t.Errorf("NewConfig: %v", named(err))
			}
		})
	}
}

func TestPlanRoundTrip(t *testing.T) {
	plan := demoPlan()
	plan.Sucursales[1].Zona = "Pacific/Easter"
	plan.Bloqueos = []tomahora.HorarioBloqueado{bloqueo(vergara, norte, "10:00", "11:00"), bloqueo(0, sur, "10:00", "11:00")}
	plan.Bloqueos[0].ID, plan.Bloqueos[1].ID = 1, 2
	cfg := config(t, plan)
	if diff := cmp.Diff(plan, cfg.Plan()); diff != "" {
		t.Errorf("the plan comes back changed (-want +got):\n%s", diff)
	}
	again := config(t, cfg.Plan())
	if diff := cmp.Diff(plan, again.Plan()); diff != "" {
		t.Errorf("the plan changes the second time (-want +got):\n%s", diff)
	}
}

func TestPlanIsSortedByID(t *testing.T) {
	plan := demoPlan()
	shuffled := demoPlan()
	slices.Reverse(shuffled.Sucursales)
	slices.Reverse(shuffled.Sillones)
	slices.Reverse(shuffled.Especialidades)
	slices.Reverse(shuffled.Profesionales)
	slices.Reverse(shuffled.Estados)
	slices.Reverse(shuffled.Horarios)
	if diff := cmp.Diff(plan, config(t, shuffled).Plan(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the plan (-want +got):\n%s", diff)
	}
}

func TestConfigFinds(t *testing.T) {
	plan := demoPlan()
	plan.Sucursales[1].Zona = "Pacific/Easter"
	cfg, err := tomahora.NewConfig(42, plan)
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Version(); got != 42 {
		t.Errorf("version %d, want 42", got)
	}
	if diff := cmp.Diff(plan.Clinica, cfg.Clinica()); diff != "" {
		t.Errorf("clinic (-want +got):\n%s", diff)
	}
	if s, ok := cfg.Sillon(tomahora.Sobrecupo); !ok || s.Nombre != "Sobrecupo" || s.Exclusivo {
		t.Errorf("sillón 7 is %+v, %v, want the Sobrecupo", s, ok)
	}
	if s, ok := cfg.Sillon(box3); !ok || !s.Exclusivo {
		t.Errorf("sillón 3 is %+v, %v, want an exclusive one", s, ok)
	}
	if p, ok := cfg.Profesional(vergara); !ok || p.NombreCompleto() != "Daniel Vergara" {
		t.Errorf("profesional 2 is %+v, %v", p, ok)
	}
	if s, ok := cfg.Sucursal(norte); !ok || s.Nombre != "NORTE" {
		t.Errorf("sucursal 1 is %+v, %v", s, ok)
	}
	if e, ok := cfg.Estado(tomahora.EstadoNoConfirmado); !ok || e.Nombre != "No confirmado" {
		t.Errorf("estado 7 is %+v, %v", e, ok)
	}
	if _, ok := cfg.Profesional(99); ok {
		t.Error("finds a profesional who is not there")
	}
}

func TestZonaDe(t *testing.T) {
	cfg := demo(t, func(p *tomahora.Plan) { p.Sucursales[1].Zona = "Pacific/Easter" })
	tests := []struct {
		name string
		zona *time.Location
		want string
	}{
		{"the clinic has its zone", cfg.Zona(), "America/Santiago"},
		{"a sucursal without zone takes the clinic's", cfg.ZonaDe(norte), "America/Santiago"},
		{"a sucursal may have its own", cfg.ZonaDe(sur), "Pacific/Easter"},
		{"an unknown sucursal takes the clinic's", cfg.ZonaDe(99), "America/Santiago"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.zona.String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
