package tomahora_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tomahora/tomahora"
)

// offers are the free places of a day for a length, such as "09:00 1 2" for
// those on sillones 1 and 2.
func offers(d *tomahora.Disponibilidad, duracion tomahora.Duracion) []string {
	var list []string
	for r, segmento := range d.Rangos(duracion) {
		if ids := d.AppendLibres(nil, r, segmento); len(ids) > 0 {
			list = append(list, r.Inicio.String()[:5]+" "+strings.Trim(fmt.Sprint(ids), "[]"))
		}
	}
	return list
}

// shortFriday has Vergara work on fridays from 09:00 to 11:00 only, in steps of
// half an hour, so that the places of the day can be read at a glance.
func shortFriday(p *tomahora.Plan) {
	rules(fridays("09:00", "11:00"))(p)
	p.Horarios[0].Jornada.Sillones = []tomahora.SillonID{1, 2}
	p.Profesionales[vergara-1].Intervalo = 30
}

// onBoxes has Vergara attend on the exclusive Box 3 and on sillón 1.
func onBoxes(p *tomahora.Plan) { p.Horarios[0].Jornada.Sillones = []tomahora.SillonID{box3, 1} }

// holds is a live cita of Vergara on sillón 1 at NORTE that friday, changed.
func holds(inicio, fin string, changes ...func(*tomahora.Espacio)) tomahora.Espacio {
	e := tomahora.Espacio{IDProfesional: vergara, IDSucursal: norte, IDSillon: 1, Fecha: fecha(viernes), Rango: rango(inicio, fin)}
	for _, change := range changes {
		change(&e)
	}
	return e
}

func inSillon(id tomahora.SillonID) func(*tomahora.Espacio) {
	return func(e *tomahora.Espacio) { e.IDSillon = id }
}

func atSur(e *tomahora.Espacio) { e.IDSucursal = sur }

func bySoto(e *tomahora.Espacio) { e.IDProfesional = soto }

func onSabado(e *tomahora.Espacio) { e.Fecha = fecha(sabado) }

// offered is what shortFriday offers, changed and with these citas in it.
func offered(t *testing.T, change func(*tomahora.Plan), duracion tomahora.Duracion, now string, held ...tomahora.Espacio) []string {
	t.Helper()
	cfg := demo(t, shortFriday, change)
	d := cfg.Disponibilidad(vergara, norte, fecha(viernes), instant(now))
	for id := range d.Exclusivos() {
		shared := tomahora.NewSillonDia(norte, id, fecha(viernes))
		d.Share(shared)
		for _, e := range held {
			shared.Occupy(e)
		}
	}
	for _, e := range held {
		d.Occupy(e)
	}
	return offers(d, duracion)
}

func TestWhatADayOffers(t *testing.T) {
	all := []string{"09:00 1 2", "09:30 1 2", "10:00 1 2", "10:30 1 2"}
	twoRules := func(p *tomahora.Plan) { // the later one comes first in the plan
		rules(fridays("15:10", "16:10"), fridays("09:00", "10:00"))(p)
		p.Horarios[0].Jornada.Sillones = []tomahora.SillonID{2}
	}
	twoEspeciales := especiales(
		especial(jornada(rango("16:00", "17:00"), tomahora.Rango{}, tomahora.Presencial, 2)),
		especial(jornada(rango("09:10", "09:40"), tomahora.Rango{}, tomahora.Presencial, 1)),
	)
	withBreak := func(p *tomahora.Plan) { p.Horarios[0].Jornada.Pausa = rango("09:45", "10:00") }
	lanes := func(ids ...tomahora.SillonID) func(*tomahora.Plan) {
		return func(p *tomahora.Plan) { p.Horarios[0].Jornada.Sillones = ids }
	}
	const before = "2018-11-01T12:00:00-03:00"
	tests := []struct {
		name     string
		plan     func(*tomahora.Plan)
		held     []tomahora.Espacio
		duracion tomahora.Duracion
		now      string
		want     []string
	}{
		{name: "an empty agenda offers every step on every lane", want: all},
		{name: "a cita takes its own lane", held: []tomahora.Espacio{holds("09:30", "10:30")},
			want: []string{"09:00 1 2", "09:30 2", "10:00 2", "10:30 1 2"}},
		{name: "citas on both lanes leave nothing", held: []tomahora.Espacio{holds("09:30", "10:00"), holds("09:30", "10:00", inSillon(2))},
			want: []string{"09:00 1 2", "10:00 1 2", "10:30 1 2"}},
		{name: "a cita off the grid takes every step it touches", held: []tomahora.Espacio{holds("09:20", "09:40")},
			want: []string{"09:00 2", "09:30 2", "10:00 1 2", "10:30 1 2"}},
		{name: "a cita on a lane that is not offered takes nothing", held: []tomahora.Espacio{holds("09:00", "11:00", inSillon(box3))}, want: all},
		{name: "a cita at another sucursal takes every lane", held: []tomahora.Espacio{holds("09:30", "10:30", atSur)},
			want: []string{"09:00 1 2", "10:30 1 2"}},
		{name: "a sobrecupo takes nothing", held: []tomahora.Espacio{holds("09:00", "11:00", inSillon(tomahora.Sobrecupo))}, want: all},
		{name: "a sobrecupo at another sucursal takes nothing", held: []tomahora.Espacio{holds("09:00", "11:00", atSur, inSillon(tomahora.Sobrecupo))}, want: all},
		{name: "a cita of another date takes nothing", held: []tomahora.Espacio{holds("09:00", "11:00", onSabado)}, want: all},
		{name: "a cita of another profesional on the same lane takes nothing", held: []tomahora.Espacio{holds("09:00", "11:00", bySoto)}, want: all},

		{name: "another profesional's cita takes an exclusive sillón", plan: onBoxes,
			held: []tomahora.Espacio{holds("09:30", "10:30", bySoto, inSillon(box3))},
			want: []string{"09:00 1 3", "09:30 1", "10:00 1", "10:30 1 3"}},
		{name: "a cita on an exclusive sillón of another sucursal is on another sillón", plan: onBoxes,
			held: []tomahora.Espacio{holds("09:30", "10:30", bySoto, inSillon(box3), atSur)},
			want: []string{"09:00 1 3", "09:30 1 3", "10:00 1 3", "10:30 1 3"}},
		{name: "another date's cita takes no exclusive sillón", plan: onBoxes,
			held: []tomahora.Espacio{holds("09:30", "10:30", bySoto, inSillon(box3), onSabado)},
			want: []string{"09:00 1 3", "09:30 1 3", "10:00 1 3", "10:30 1 3"}},

		{name: "a bloqueo takes every lane", plan: bloqueos(bloqueo(vergara, norte, "09:45", "10:00")),
			want: []string{"09:00 1 2", "10:00 1 2", "10:30 1 2"}},
		{name: "a bloqueo of the whole sucursal takes every lane", plan: bloqueos(bloqueo(0, norte, "09:45", "10:15")),
			want: []string{"09:00 1 2", "10:30 1 2"}},
		{name: "a bloqueo of another profesional takes nothing", plan: bloqueos(bloqueo(soto, norte, "09:00", "11:00")), want: all},
		{name: "a bloqueo of another sucursal takes nothing", plan: bloqueos(bloqueo(vergara, sur, "09:00", "11:00")), want: all},

		{name: "a longer cita starts on every step that leaves room for it", duracion: 60, want: []string{"09:00 1 2", "09:30 1 2", "10:00 1 2"}},
		{name: "a longer cita needs one lane for its whole length", duracion: 60,
			held: []tomahora.Espacio{holds("09:00", "09:30"), holds("09:30", "10:00", inSillon(2))},
			want: []string{"09:30 1", "10:00 1 2"}},
		{name: "a longer cita does not lie over a bloqueo", plan: bloqueos(bloqueo(vergara, norte, "09:30", "10:00")), duracion: 60, want: []string{"10:00 1 2"}},
		{name: "a cita longer than the day has no place", duracion: 150},

		{name: "the grid counts from the end of the break", plan: withBreak, want: []string{"09:00 1 2", "10:00 1 2", "10:30 1 2"}},
		{name: "a longer cita does not lie over the break", plan: withBreak, duracion: 60, want: []string{"10:00 1 2"}},
		{name: "two rules of a day are offered in the order of their hours, each with its grid and lanes", plan: twoRules,
			want: []string{"09:00 1", "09:30 1", "15:10 2", "15:40 2"}},
		{name: "a cita takes its lane in the rule that offers it", plan: twoRules, held: []tomahora.Espacio{holds("09:00", "16:10", inSillon(2))},
			want: []string{"09:00 1", "09:30 1"}},
		{name: "two horarios especiales replace the rules, in the order of their hours", plan: twoEspeciales,
			want: []string{"09:10 1", "16:00 2", "16:30 2"}},
		{name: "a closed horario especial leaves nothing", plan: especiales(especial(jornada(rango("09:00", "09:00"), tomahora.Rango{}, tomahora.Presencial)))},
		{name: "no rule, no places", plan: rules()},
		{name: "lanes are offered by their number, each once", plan: lanes(2, 1, 2), want: all},
		{name: "the sobrecupo is no lane of the offer, even where the rule names it", plan: lanes(tomahora.Sobrecupo, 1),
			want: []string{"09:00 1", "09:30 1", "10:00 1", "10:30 1"}},

		{name: "a profesional who is deshabilitado has no places", plan: func(p *tomahora.Plan) { p.Profesionales[vergara-1].Habilitado = false }},
		{name: "a sucursal that is deshabilitada has no places", plan: func(p *tomahora.Plan) { p.Sucursales[norte-1].Habilitada = false }},

		{name: "the past is offered by default", now: "2018-11-05T12:00:00-03:00", want: all},
		{name: "rechazar_pasado offers the minute that runs", plan: rechazarPasado, now: "2018-11-02T09:30:59-03:00", want: all[1:]},
		{name: "rechazar_pasado offers nothing that has begun", plan: rechazarPasado, now: "2018-11-02T09:31:00-03:00", want: all[2:]},
		{name: "rechazar_pasado offers nothing of an earlier day", plan: rechazarPasado, now: "2018-11-03T00:00:00-03:00"},
		{name: "rechazar_pasado offers all of a later day", plan: rechazarPasado, now: "2018-11-01T23:59:59-03:00", want: all},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.duracion == 0 {
				tt.duracion = 30
			}
			if tt.now == "" {
				tt.now = before
			}
			if diff := cmp.Diff(tt.want, offered(t, tt.plan, tt.duracion, tt.now, tt.held...)); diff != "" {
				t.Errorf("free places (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheSobrecupoOfADay(t *testing.T) {
	tests := []struct {
		name string
		plan func(*tomahora.Plan)
		now  string
		want []bool // at 09:00, 09:30, 10:00 and 10:30
	}{
		{"a sobrecupo goes over a bloqueo", bloqueos(bloqueo(vergara, norte, "09:00", "11:00")), "2018-11-05T12:00:00-03:00", []bool{true, true, true, true}},
		{"a sobrecupo does not go into the past with rechazar_pasado", rechazarPasado, "2018-11-02T10:00:00-03:00", []bool{false, false, true, true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := demo(t, shortFriday, tt.plan).Disponibilidad(vergara, norte, fecha(viernes), instant(tt.now))
			var got []bool
			for r := range d.Rangos(30) {
				got = append(got, d.AcceptsSobrecupo(r))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("accepts a sobrecupo (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLeavingOutThePast(t *testing.T) {
	tests := []struct {
		name      string
		plan      func(*tomahora.Plan)
		now       string
		want      []string
		mayOffer  bool
		withHours bool
	}{
		{"what has begun is left out without rechazar_pasado too", nil, "2018-11-02T09:31:00-03:00", []string{"10:00 1 2", "10:30 1 2"}, true, true},
		{"the clock is that of the sucursal", func(p *tomahora.Plan) { p.Sucursales[0].Zona = "Pacific/Easter" }, "2018-11-02T12:01:00-03:00", []string{"10:30 1 2"}, true, true},
		{"a day on which work goes on may offer something", nil, "2018-11-02T10:59:00-03:00", nil, true, true},
		{"a day whose work is over offers nothing", nil, "2018-11-02T11:00:00-03:00", nil, false, true},
		{"a day that has passed offers nothing", nil, "2018-11-03T08:00:00-03:00", nil, false, true},
		{"a day to come offers all", nil, "2018-11-01T08:00:00-03:00", []string{"09:00 1 2", "09:30 1 2", "10:00 1 2", "10:30 1 2"}, true, true},
		{"a day without work offers nothing", rules(), "2018-11-01T08:00:00-03:00", nil, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := demo(t, shortFriday, tt.plan).Disponibilidad(vergara, norte, fecha(viernes), instant(tt.now))
			d.LeaveOutPast(instant(tt.now))
			if diff := cmp.Diff(tt.want, offers(d, 30)); diff != "" {
				t.Errorf("free places (-want +got):\n%s", diff)
			}
			if d.MayOffer() != tt.mayOffer || d.Works() != tt.withHours {
				t.Errorf("may offer %v, works %v; want %v, %v", d.MayOffer(), d.Works(), tt.mayOffer, tt.withHours)
			}
		})
	}
}

func TestADayKnowsWhoseItIs(t *testing.T) {
	got := demo(t).Disponibilidad(vergara, norte, fecha(viernes), now()).Lugar()
	want := tomahora.Espacio{IDProfesional: vergara, IDSucursal: norte, Fecha: fecha(viernes)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lugar (-want +got):\n%s", diff)
	}
}

func TestWhoHasToDoWithASucursal(t *testing.T) {
	cfg := demo(t)
	tests := []struct {
		name string
		prof tomahora.ProfesionalID
		suc  tomahora.SucursalID
		want bool
	}{
		{"who has weekly rules there does", vergara, norte, true},
		{"who has only a horario especial there does", fuentes, sur, true},
		{"who has rules at another sucursal only does not", vergara, sur, false},
		{"who has no rule at all does not", pinto, norte, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := cfg.Atiende(tt.prof, tt.suc); got != tt.want {
				t.Errorf("atiende = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestTheLanesOfADay(t *testing.T) {
	d := demo(t, shortFriday, func(p *tomahora.Plan) {
		rules(fridays("09:00", "10:00"), fridays("15:00", "16:00"))(p)
		p.Horarios[0].Jornada.Sillones = []tomahora.SillonID{box3, 1, tomahora.Sobrecupo}
		p.Horarios[1].Jornada.Sillones = []tomahora.SillonID{2}
	}).Disponibilidad(vergara, norte, fecha(viernes), now())
	got := map[string][]tomahora.SillonID{"exclusivos": slices.Collect(d.Exclusivos())}
	for r, segmento := range d.Rangos(60) {
		got[r.Inicio.String()] = slices.Collect(d.Sillones(segmento))
		for id := range d.Sillones(segmento) {
			got["first of "+r.Inicio.String()] = []tomahora.SillonID{id}
			break
		}
	}
	for r := range d.Rangos(30) {
		if r != rango("09:00", "09:30") {
			t.Errorf("the first range is %v, want 09:00 to 09:30", r)
		}
		break
	}
	want := map[string][]tomahora.SillonID{
		"exclusivos": {box3},
		"09:00:00":   {1, box3}, "first of 09:00:00": {1},
		"15:00:00": {2}, "first of 15:00:00": {2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lanes (-want +got):\n%s", diff)
	}
	stranger := tomahora.NewSillonDia(norte, 9, fecha(viernes))
	d.Share(stranger) // of no lane of this day: nothing to do
}

func TestTheBloqueoInTheWay(t *testing.T) {
	first, second := bloqueo(vergara, norte, "09:00", "09:30"), bloqueo(0, norte, "10:00", "10:30")
	other := bloqueo(soto, norte, "09:00", "11:00")
	d := demo(t, shortFriday, bloqueos(other, first, second)).Disponibilidad(vergara, norte, fecha(viernes), now())
	var got []string
	for r := range d.Rangos(30) {
		if b := d.Bloqueo(r); b != nil {
			got = append(got, fmt.Sprint(r.Inicio, " ", b.Rango.Inicio, " of ", b.IDProfesional))
		}
	}
	want := []string{"09:00:00 09:00:00 of 2", "10:00:00 10:00:00 of 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bloqueos (-want +got):\n%s", diff)
	}
}

// A year of every zone that changes its clocks in its own way: over midnight, in
// the evening, by half an hour, by a whole day, twice around Ramadan, never.
func TestADayOffersTheHoursThatExist(t *testing.T) {
	for _, zone := range []struct {
		name string
		year int
	}{
		{"America/Santiago", 2018}, {"America/Santiago", 2026}, {"Pacific/Easter", 2018}, {"America/Punta_Arenas", 2016},
		{"Australia/Lord_Howe", 2018}, {"Pacific/Apia", 2011}, {"Africa/Casablanca", 2018}, {"UTC", 2018},
	} {
		t.Run(fmt.Sprint(zone.name, " ", zone.year), func(t *testing.T) {
			cfg := demo(t, func(p *tomahora.Plan) {
				p.Clinica.Zona = zone.name
				p.Horarios = weekly(vergara, norte, jornada(rango("00:00", "24:00"), tomahora.Rango{}, tomahora.Ambas, 1), 1, 2, 3, 4, 5, 6, 7)
				for i := range p.Horarios {
					p.Horarios[i].ID = tomahora.HorarioID(i + 1)
				}
			})
			first := tomahora.Fecha{Year: zone.year, Month: time.January, Day: 1}
			for f := first; f.Year == zone.year; f = f.AddDays(1) {
				var got, want []tomahora.Hora
				for r := range cfg.Disponibilidad(vergara, norte, f, now()).Rangos(15) {
					got = append(got, r.Inicio)
				}
				for h := tomahora.Hora(0); h < tomahora.FinDelDia; h += 15 {
					if h.ExistsOn(f, cfg.Zona()) {
						want = append(want, h)
					}
				}
				if !slices.Equal(want, got) {
					t.Errorf("%s: %d starts, want %d (-want +got):\n%s", f, len(got), len(want), cmp.Diff(want, got))
				}
			}
		})
	}
}

func TestAPlaceIsTakenWhenItSharesAMinute(t *testing.T) {
	cfg := demo(t, func(p *tomahora.Plan) {
		rules(fridays("00:00", "24:00"))(p)
		p.Profesionales[vergara-1].Intervalo = 1
	})
	rapid.Check(t, func(rt *rapid.T) {
		d := cfg.Disponibilidad(vergara, norte, fecha(viernes), now())
		minute := rapid.IntRange(0, int(tomahora.FinDelDia))
		held := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) tomahora.Rango {
			a, b := minute.Draw(rt, "a"), minute.Draw(rt, "b")
			return tomahora.Rango{Inicio: tomahora.Hora(min(a, b)), Fin: tomahora.Hora(max(a, b))}
		}), 0, 4).Draw(rt, "held")
		for _, r := range held {
			d.Occupy(tomahora.Espacio{IDProfesional: vergara, IDSucursal: norte, IDSillon: 1, Fecha: fecha(viernes), Rango: r})
		}
		duracion := rapid.SampledFrom([]tomahora.Duracion{1, 7, 63, 64, 65, 128, 720}).Draw(rt, "duracion")
		for r, segmento := range d.Rangos(duracion) {
			taken := slices.ContainsFunc(held, r.Overlaps)
			if got := len(d.AppendLibres(nil, r, segmento)) == 0; got != taken {
				rt.Fatalf("%v-%v is taken = %v, want %v", r.Inicio, r.Fin, got, taken)
			}
		}
	})
}
