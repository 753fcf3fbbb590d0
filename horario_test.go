package tomahora_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tomahora/tomahora"
)

func TestSegmentos(t *testing.T) {
	tests := []struct {
		name  string
		rango tomahora.Rango
		pausa tomahora.Rango
		want  []tomahora.Rango
	}{
		{"no break leaves one segment", rango("09:00", "13:00"), tomahora.Rango{}, []tomahora.Rango{rango("09:00", "13:00")}},
		{"a break makes two", rango("08:00", "20:00"), rango("13:00", "14:00"), []tomahora.Rango{rango("08:00", "13:00"), rango("14:00", "20:00")}},
		{"an empty break anywhere is none", rango("08:00", "20:00"), rango("13:00", "13:00"), []tomahora.Rango{rango("08:00", "20:00")}},
		{"a break at the start leaves the rest", rango("08:00", "20:00"), rango("08:00", "09:00"), []tomahora.Rango{rango("09:00", "20:00")}},
		{"a break at the end leaves the rest", rango("08:00", "20:00"), rango("19:00", "20:00"), []tomahora.Rango{rango("08:00", "19:00")}},
		{"a break over everything leaves nothing", rango("08:00", "20:00"), rango("08:00", "20:00"), []tomahora.Rango{}},
		{"equal hours are closed", rango("09:00", "09:00"), tomahora.Rango{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := jornada(tt.rango, tt.pausa, tomahora.Ambas, 1, 2)
			var want []tomahora.Segmento
			for _, r := range tt.want {
				want = append(want, tomahora.Segmento{Rango: r, Sillones: j.Sillones, Modalidad: tomahora.Ambas})
			}
			got := j.Segmentos()
			if len(want) != len(got) || len(want) > 0 && !cmp.Equal(want, got) {
				t.Errorf("segments (-want +got):\n%s", cmp.Diff(want, got))
			}
		})
	}
}

func TestSegmentoOffers(t *testing.T) {
	s := tomahora.Segmento{Sillones: []tomahora.SillonID{1, box3}}
	for id, want := range map[tomahora.SillonID]bool{1: true, 2: false, box3: true, tomahora.Sobrecupo: true, 0: false} {
		if got := s.Offers(id); got != want {
			t.Errorf("Offers(%d) = %v, want %v", id, got, want)
		}
	}
}

// rules gives Daniel Vergara, and nobody else, the weekly rules of the table.
func rules(horarios ...tomahora.Horario) func(*tomahora.Plan) {
	return func(p *tomahora.Plan) {
		p.Horarios = nil
		for i, h := range horarios {
			h.ID, h.IDProfesional, h.IDSucursal = tomahora.HorarioID(i+1), vergara, norte
			p.Horarios = append(p.Horarios, h)
		}
	}
}

// fridays is a rule of the seed's day of the week, presencial on sillón 1.
func fridays(inicio, fin string) tomahora.Horario {
	return tomahora.Horario{Dia: tomahora.Viernes, Jornada: jornada(rango(inicio, fin), tomahora.Rango{}, tomahora.Presencial, 1)}
}

func between(h tomahora.Horario, desde, hasta string) tomahora.Horario {
	if desde != "" {
		h.Desde = fecha(desde)
	}
	if hasta != "" {
		h.Hasta = fecha(hasta)
	}
	return h
}

func especiales(list ...tomahora.HorarioEspecial) func(*tomahora.Plan) {
	return func(p *tomahora.Plan) { p.Especiales = append(p.Especiales, list...) }
}

// especial replaces Daniel Vergara's rules on the seed's day.
func especial(j tomahora.Jornada) tomahora.HorarioEspecial {
	return tomahora.HorarioEspecial{ID: 9, IDProfesional: vergara, IDSucursal: norte, Fecha: fecha(viernes), Jornada: j}
}

func bloqueos(list ...tomahora.HorarioBloqueado) func(*tomahora.Plan) {
	return func(p *tomahora.Plan) { p.Bloqueos = append(p.Bloqueos, list...) }
}

// bloqueo is a range of the seed's day; profesional 0 is the whole sucursal.
func bloqueo(prof tomahora.ProfesionalID, suc tomahora.SucursalID, inicio, fin string) tomahora.HorarioBloqueado {
	return tomahora.HorarioBloqueado{IDProfesional: prof, IDSucursal: suc, Fecha: fecha(viernes), Rango: rango(inicio, fin)}
}

func plans(changes ...func(*tomahora.Plan)) func(*tomahora.Plan) {
	return func(p *tomahora.Plan) {
		for _, change := range changes {
			change(p)
		}
	}
}

// start is a request of the default modality at an hour, for half an hour.
func start(inicio string) func(*tomahora.Solicitud) { return length(inicio, 30) }

func length(inicio string, duracion int) func(*tomahora.Solicitud) {
	return both(at(inicio, duracion), func(s *tomahora.Solicitud) { s.Videoconsulta = nil })
}

func TestWorkingHours(t *testing.T) {
	const free, refused = tomahora.Code(""), tomahora.CodeSinHorario
	// Morning presencial on sillón 1, afternoon video on sillón 2.
	afternoon := tomahora.Horario{Dia: tomahora.Viernes, Jornada: jornada(rango("15:10", "18:10"), tomahora.Rango{}, tomahora.Videoconsulta, 2)}
	twoRules := rules(fridays("09:00", "13:00"), afternoon)
	adjoining := rules(fridays("09:00", "13:00"), fridays("13:00", "17:00"))
	shiftedBreak := func(p *tomahora.Plan) {
		rules(fridays("08:00", "20:00"))(p)
		p.Horarios[0].Jornada.Pausa = rango("12:50", "13:35")
	}
	closed := especial(jornada(rango("09:00", "09:00"), tomahora.Rango{}, tomahora.Presencial))
	short := especial(jornada(rango("09:05", "10:35"), tomahora.Rango{}, tomahora.Presencial, 1))
	late := especial(jornada(rango("21:00", "24:00"), tomahora.Rango{}, tomahora.Presencial, 1))
	overbook := onSillon(tomahora.Sobrecupo)
	tests := []struct {
		name string
		plan func(*tomahora.Plan)
		sent func(*tomahora.Solicitud)
		want tomahora.Code
	}{
		{"no rule, no hours", rules(), start("09:00"), refused},
		{"a rule of another day gives no hours", rules(fridays("09:00", "13:00")), both(start("09:00"), on(lunes)), refused},
		{"the grid counts from the segment's start", shiftedBreak, start("13:35"), free},
		{"the grid after a break is not that before it", shiftedBreak, start("14:00"), refused},
		{"the grid goes on from there", shiftedBreak, start("14:05"), free},
		{"a cita may end at the break", shiftedBreak, start("12:15"), free},
		{"a cita may not reach into the break", shiftedBreak, start("12:30"), refused},

		{"of two rules the morning's holds in the morning", twoRules, start("09:00"), free},
		{"of two rules the afternoon's sillón is not there in the morning", twoRules, both(start("09:00"), onSillon(2)), tomahora.CodeSillonNoDisponible},
		{"of two rules the afternoon's holds in the afternoon", twoRules, both(start("15:10"), onSillon(2)), free},
		{"of two rules each has its own grid", twoRules, both(start("15:15"), onSillon(2)), refused},
		{"of two rules each has its own modality", twoRules, both(onSillon(2), at("15:10", 30), func(s *tomahora.Solicitud) { s.Videoconsulta = new(false) }), tomahora.CodeModalidadNoDisponible},
		{"between two rules there are no hours", twoRules, start("13:00"), refused},
		{"rules that touch are two segments", adjoining, start("12:45"), refused},
		{"a cita may end where one rule touches another", adjoining, start("12:30"), free},
		{"a cita may start where one rule touches another", adjoining, start("13:00"), free},

		{"a rule is in force on its first day", rules(between(fridays("09:00", "13:00"), viernes, "")), start("09:00"), free},
		{"a rule is in force on its last day", rules(between(fridays("09:00", "13:00"), "", viernes)), start("09:00"), free},
		{"a rule is not yet in force before its first day", rules(between(fridays("09:00", "13:00"), "2018-11-03", "")), start("09:00"), refused},
		{"a rule is no longer in force after its last day", rules(between(fridays("09:00", "13:00"), "", "2018-11-01")), start("09:00"), refused},
		{"one rule follows another at the turn of their vigencia", rules(
			between(fridays("14:00", "18:00"), "", "2018-11-01"),
			between(fridays("09:00", "13:00"), viernes, ""),
		), start("09:00"), free},
		{"the rule that ended is not in force beside its successor", rules(
			between(fridays("14:00", "18:00"), "", "2018-11-01"),
			between(fridays("09:00", "13:00"), viernes, ""),
		), start("14:00"), refused},

		{"a horario especial replaces the rules", especiales(short), start("11:00"), refused},
		{"a horario especial has its own grid", especiales(short), start("09:05"), free},
		{"a horario especial keeps nothing of the rules' grid", especiales(short), start("09:15"), refused},
		{"a horario especial has its own sillones", especiales(short), both(start("09:05"), onSillon(2)), tomahora.CodeSillonNoDisponible},
		{"a horario especial has its own modality", especiales(short), at("09:05", 30), tomahora.CodeModalidadNoDisponible},
		{"a horario especial may work when the rules do not", especiales(late), start("23:30"), free},
		{"a cita may end at 24:00", especiales(late), start("23:30"), free},
		{"a cita may not pass 24:00", especiales(late), start("23:45"), refused},
		{"a closed horario especial leaves no hours", especiales(closed), start("09:00"), refused},
		{"a closed horario especial leaves none for a sobrecupo either", especiales(closed), both(start("09:00"), overbook), refused},
		{"a horario especial leaves other dates alone", especiales(short), both(at("11:00", 30), on(lunes)), free},
		{"a horario especial of another profesional changes nothing", func(p *tomahora.Plan) {
			other := closed
			other.IDProfesional = soto
			p.Especiales = append(p.Especiales, other)
		}, at("11:00", 30), free},
		{"a horario especial of another sucursal changes nothing", func(p *tomahora.Plan) {
			other := closed
			other.IDSucursal = sur
			p.Especiales = append(p.Especiales, other)
		}, at("11:00", 30), free},
		{"two horarios especiales of a date both work", plans(rules(), especiales(short, late)), start("21:00"), free},

		{"a bloqueo removes its range", bloqueos(bloqueo(vergara, norte, "10:00", "11:00")), at("10:00", 30), refused},
		{"a bloqueo removes what reaches into it", bloqueos(bloqueo(vergara, norte, "10:00", "11:00")), at("09:45", 30), refused},
		{"a bloqueo removes what starts in it", bloqueos(bloqueo(vergara, norte, "10:00", "11:00")), at("10:45", 30), refused},
		{"a bloqueo removes what lies around it", bloqueos(bloqueo(vergara, norte, "10:00", "11:00")), at("09:00", 240), refused},
		{"a cita may end at a bloqueo", bloqueos(bloqueo(vergara, norte, "10:00", "11:00")), at("09:30", 30), free},
		{"a cita may start at the end of a bloqueo", bloqueos(bloqueo(vergara, norte, "10:00", "11:00")), at("11:00", 30), free},
		{"a bloqueo does not restart the grid", bloqueos(bloqueo(vergara, norte, "10:00", "10:50")), at("10:50", 30), refused},
		{"the old grid goes on after a bloqueo", bloqueos(bloqueo(vergara, norte, "10:00", "10:50")), at("11:00", 30), free},
		{"a sobrecupo stands over a bloqueo", bloqueos(bloqueo(vergara, norte, "10:00", "11:00")), both(at("10:00", 30), overbook), free},
		{"a sobrecupo over a bloqueo keeps to the grid", bloqueos(bloqueo(vergara, norte, "10:00", "11:00")), both(at("10:05", 30), overbook), refused},
		{"a bloqueo of the whole sucursal removes it for everyone", bloqueos(bloqueo(0, norte, "10:00", "11:00")), at("10:00", 30), refused},
		{"a sobrecupo stands over a bloqueo of the whole sucursal", bloqueos(bloqueo(0, norte, "10:00", "11:00")), both(at("10:00", 30), overbook), free},
		{"a bloqueo of another profesional changes nothing", bloqueos(bloqueo(soto, norte, "10:00", "11:00")), at("10:00", 30), free},
		{"a bloqueo of another sucursal changes nothing", bloqueos(bloqueo(vergara, sur, "10:00", "11:00")), at("10:00", 30), free},
		{"a bloqueo of another whole sucursal changes nothing", bloqueos(bloqueo(0, sur, "10:00", "11:00")), at("10:00", 30), free},
		{"a bloqueo of another date changes nothing", bloqueos(bloqueo(vergara, norte, "10:00", "11:00")), both(at("10:00", 30), on(lunes)), free},
		{"a bloqueo holds over a horario especial too", plans(especiales(short), bloqueos(bloqueo(vergara, norte, "09:00", "09:30"))), start("09:05"), refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var want []tomahora.Code
			if tt.want != "" {
				want = []tomahora.Code{tt.want}
			}
			if diff := cmp.Diff(want, judge(t, demo(t, tt.plan), seed(tt.sent))); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNightsOfClockChanges(t *testing.T) {
	for _, tt := range clockChanges() {
		t.Run(tt.name, func(t *testing.T) {
			cfg := demo(t, func(p *tomahora.Plan) {
				rules(fridays("00:00", "24:00"))(p)
				p.Horarios[0].Dia = fecha(tt.fecha).Dia()
				p.Sucursales[0].Zona = tt.zona
			})
			var want []tomahora.Code
			if !tt.exists {
				want = []tomahora.Code{tomahora.CodeSinHorario}
			}
			for _, sillon := range []tomahora.SillonID{1, tomahora.Sobrecupo} {
				got := judge(t, cfg, seed(start(tt.hora), on(tt.fecha), onSillon(sillon)))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("on sillón %d (-want +got):\n%s", sillon, diff)
				}
			}
		})
	}
}

// agendaModel is one day of one profesional, minute by minute: the start of the
// segment that works it, or none, and whether a bloqueo takes it.
type agendaModel struct {
	segment [tomahora.FinDelDia]tomahora.Hora
	blocked [tomahora.FinDelDia]bool
}

const notWorked tomahora.Hora = -1

func newAgendaModel(segments []tomahora.Rango, blocked []tomahora.Rango) *agendaModel {
	m := &agendaModel{}
	for i := range m.segment {
		m.segment[i] = notWorked
	}
	for _, s := range segments {
		for i := s.Inicio; i < s.Fin; i++ {
			m.segment[i] = s.Inicio
		}
	}
	for _, b := range blocked {
		for i := b.Inicio; i < b.Fin; i++ {
			m.blocked[i] = true
		}
	}
	return m
}

// fits tells whether a cita may stand there: every minute in the one segment
// whose grid it starts on, none of them blocked unless it is a sobrecupo.
func (m *agendaModel) fits(r tomahora.Rango, intervalo tomahora.Duracion, sobrecupo bool) bool {
	if r.Inicio >= tomahora.FinDelDia || r.Fin > tomahora.FinDelDia || r.IsEmpty() {
		return false
	}
	segment := m.segment[r.Inicio]
	if segment == notWorked || int(r.Inicio-segment)%int(intervalo) != 0 {
		return false
	}
	for i := r.Inicio; i < r.Fin; i++ {
		if m.segment[i] != segment || m.blocked[i] && !sobrecupo {
			return false
		}
	}
	return true
}

// anyHours draws a range inside another, its ends on the quarter of an hour or
// five minutes beside it.
func anyHours(in tomahora.Rango) *rapid.Generator[tomahora.Rango] {
	return rapid.Custom(func(rt *rapid.T) tomahora.Rango {
		steps := int(in.Duracion()) / 5
		a, b := rapid.IntRange(0, steps).Draw(rt, "a"), rapid.IntRange(0, steps).Draw(rt, "b")
		return tomahora.Rango{Inicio: in.Inicio + tomahora.Hora(5*min(a, b)), Fin: in.Inicio + tomahora.Hora(5*max(a, b))}
	})
}

func TestAPlaceIsAcceptedWhenTheModelFitsIt(t *testing.T) {
	accepted, refused := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		var segments, blocked []tomahora.Rango
		rule := func(label string, in tomahora.Rango) tomahora.Horario {
			j := jornada(anyHours(in).Draw(rt, label), tomahora.Rango{}, tomahora.Presencial, 1)
			j.Pausa = anyHours(j.Rango).Draw(rt, label+"_pausa")
			if j.Pausa.IsEmpty() {
				segments = append(segments, j.Rango)
			} else {
				segments = append(segments, tomahora.Rango{Inicio: j.Rango.Inicio, Fin: j.Pausa.Inicio}, tomahora.Rango{Inicio: j.Pausa.Fin, Fin: j.Rango.Fin})
			}
			return tomahora.Horario{Dia: tomahora.Viernes, Jornada: j}
		}
		plan := demoPlan()
		rules(rule("morning", rango("00:00", "12:00")), rule("afternoon", rango("12:00", "24:00")))(&plan)
		for _, r := range rapid.SliceOfN(anyHours(rango("00:00", "24:00")), 0, 2).Draw(rt, "bloqueos") {
			r.Fin = min(r.Fin, r.Inicio+90)
			if r.IsEmpty() {
				continue
			}
			blocked = append(blocked, r)
			who := rapid.SampledFrom([]tomahora.ProfesionalID{0, vergara}).Draw(rt, "who")
			plan.Bloqueos = append(plan.Bloqueos, tomahora.HorarioBloqueado{IDProfesional: who, IDSucursal: norte, Fecha: fecha(viernes), Rango: r})
		}
		intervalo := rapid.SampledFrom([]tomahora.Duracion{5, 10, 15, 20, 45}).Draw(rt, "intervalo")
		plan.Profesionales[1].Intervalo = intervalo
		cfg, err := tomahora.NewConfig(1, plan)
		if err != nil {
			rt.Fatalf("NewConfig: %v", err)
		}

		model := newAgendaModel(segments, blocked)
		sillon := rapid.SampledFrom([]tomahora.SillonID{1, tomahora.Sobrecupo}).Draw(rt, "sillon")
		duracion := int(intervalo) * rapid.IntRange(1, 4).Draw(rt, "steps")
		for inicio := tomahora.Hora(0); inicio < tomahora.FinDelDia; inicio += 5 {
			s := seed(onSillon(sillon), at(inicio.String(), duracion), func(s *tomahora.Solicitud) { s.Videoconsulta = nil })
			lugar, problems := s.Lugar(cfg, now())
			want := model.fits(lugar.Espacio.Rango, intervalo, sillon == tomahora.Sobrecupo)
			if got := problems == nil; got != want {
				rt.Fatalf("%v for %d minutes on sillón %d: accepted %v (%v), want %v", inicio, duracion, sillon, got, named(problems), want)
			}
			if want {
				accepted++
			} else {
				refused++
			}
		}
	})
	if accepted == 0 || refused == 0 {
		t.Errorf("%d accepted and %d refused: the property shows nothing", accepted, refused)
	}
}
