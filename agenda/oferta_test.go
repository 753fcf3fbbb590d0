package agenda_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the nights of clock changes must not depend on the machine

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// What is offered is what is accepted: the tests below draw a clinic and the
// citas in it, and book every five minutes of it on every lane.

// todos are all the lanes of a drawn clinic; 3 and 4 are exclusive.
func todos() []tomahora.SillonID { return []tomahora.SillonID{1, 2, 3, 4, tomahora.Sobrecupo} }

// primerasFechas are each the first of two days: ordinary ones and some around
// the nights on which the clocks of Santiago and of Easter Island change.
func primerasFechas() []tomahora.Fecha {
	return []tomahora.Fecha{
		{Year: 2018, Month: time.November, Day: 2},
		{Year: 2018, Month: time.August, Day: 11},
		{Year: 2018, Month: time.May, Day: 12},
		{Year: 2026, Month: time.September, Day: 5},
	}
}

// anyHours draws a range with ends on five minutes, empty at times.
func anyHours(rt *rapid.T, label string, in tomahora.Rango) tomahora.Rango {
	steps := int(in.Duracion()) / 5
	a, b := rapid.IntRange(0, steps).Draw(rt, label), rapid.IntRange(0, steps).Draw(rt, label)
	return tomahora.Rango{Inicio: in.Inicio + tomahora.Hora(5*min(a, b)), Fin: in.Inicio + tomahora.Hora(5*max(a, b))}
}

func anyJornada(rt *rapid.T, in tomahora.Rango) tomahora.Jornada {
	j := tomahora.Jornada{
		Rango:     anyHours(rt, "rango", in),
		Sillones:  rapid.SliceOfN(rapid.SampledFrom(todos()), 1, 4).Draw(rt, "sillones"),
		Modalidad: rapid.SampledFrom([]tomahora.Modalidad{tomahora.Presencial, tomahora.Videoconsulta, tomahora.Ambas}).Draw(rt, "modalidad"),
	}
	if rapid.Bool().Draw(rt, "con_pausa") {
		j.Pausa = anyHours(rt, "pausa", j.Rango)
	}
	return j
}

func oneIn(rt *rapid.T, n int, label string) bool {
	return rapid.IntRange(1, n).Draw(rt, label) == n
}

// anyClinic draws a clinic and two days of it. Its citas obey no law: those of
// before a law applied are in the way all the same.
func anyClinic(rt *rapid.T) (*agendaTx, []tomahora.Fecha) {
	first := rapid.SampledFrom(primerasFechas()).Draw(rt, "fecha")
	fechas := []tomahora.Fecha{first, first.AddDays(1)}
	intervalo := rapid.SampledFrom([]tomahora.Duracion{10, 15, 20, 30, 45})
	plan := tomahora.Plan{
		Clinica: tomahora.Clinica{ID: 1, Zona: "America/Santiago", RechazarPasado: oneIn(rt, 3, "rechazar_pasado")},
		Sucursales: []tomahora.Sucursal{
			{ID: 1, Habilitada: true},
			{ID: 2, Habilitada: !oneIn(rt, 10, "deshabilitada"), Zona: rapid.SampledFrom([]string{"", "Pacific/Easter"}).Draw(rt, "zona")},
		},
		Especialidades: []tomahora.Especialidad{{ID: 1}},
		Sillones:       []tomahora.Sillon{{ID: 1}, {ID: 2}, {ID: 3, Exclusivo: true}, {ID: 4, Exclusivo: true}},
		Profesionales: []tomahora.Profesional{
			{ID: 1, IDEspecialidad: 1, Habilitado: true, Intervalo: intervalo.Draw(rt, "intervalo")},
			{ID: 2, IDEspecialidad: 1, Habilitado: !oneIn(rt, 10, "deshabilitado"), Intervalo: intervalo.Draw(rt, "intervalo")},
		},
		Estados: tomahora.EstadosIniciales(),
	}
	for _, prof := range []tomahora.ProfesionalID{1, 2} {
		for _, suc := range []tomahora.SucursalID{1, 2} {
			addHorarios(rt, &plan, prof, suc, fechas)
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(rt, "bloqueos") {
		b := tomahora.HorarioBloqueado{
			ID:            tomahora.HorarioID(i + 1),
			IDProfesional: tomahora.ProfesionalID(rapid.IntRange(0, 2).Draw(rt, "bloqueo_de")),
			IDSucursal:    tomahora.SucursalID(rapid.IntRange(1, 2).Draw(rt, "bloqueo_en")),
			Fecha:         rapid.SampledFrom(fechas).Draw(rt, "bloqueo_fecha"),
			Rango:         anyHours(rt, "bloqueo", tomahora.Rango{Fin: tomahora.FinDelDia}),
		}
		if b.Rango.Fin = min(b.Rango.Fin, b.Rango.Inicio+180); !b.Rango.IsEmpty() {
			plan.Bloqueos = append(plan.Bloqueos, b)
		}
	}
	cfg, err := tomahora.NewConfig(1, plan)
	if err != nil {
		rt.Fatalf("NewConfig: %v", err)
	}
	noon := time.Date(first.Year, first.Month, first.Day, 15, 0, 0, 0, time.UTC)
	tx := &agendaTx{cfg: cfg, now: noon.Add(time.Duration(rapid.IntRange(-24*60, 48*60).Draw(rt, "now")) * time.Minute)}
	for i := range rapid.IntRange(0, 14).Draw(rt, "citas") {
		tx.citas = append(tx.citas, anyCita(rt, tomahora.CitaID(i+1), fechas))
	}
	return tx, fechas
}

// addHorarios gives a profesional a rule for the morning and one for the
// afternoon of each day, or a horario especial, or nothing.
func addHorarios(rt *rapid.T, plan *tomahora.Plan, prof tomahora.ProfesionalID, suc tomahora.SucursalID, fechas []tomahora.Fecha) {
	const noon = tomahora.FinDelDia / 2
	for _, f := range fechas {
		for _, half := range []tomahora.Rango{{Inicio: noon, Fin: tomahora.FinDelDia}, {Fin: noon}} {
			if oneIn(rt, 4, "sin_horario") {
				continue
			}
			h := tomahora.Horario{
				ID: tomahora.HorarioID(len(plan.Horarios) + 1), IDProfesional: prof, IDSucursal: suc, Dia: f.Dia(), Jornada: anyJornada(rt, half),
			}
			if oneIn(rt, 8, "vencido") {
				h.Hasta = f.AddDays(-1)
			}
			plan.Horarios = append(plan.Horarios, h)
		}
		if oneIn(rt, 6, "especial") {
			plan.Especiales = append(plan.Especiales, tomahora.HorarioEspecial{
				ID: tomahora.HorarioID(len(plan.Especiales) + 1), IDProfesional: prof, IDSucursal: suc, Fecha: f, Jornada: anyJornada(rt, tomahora.Rango{Fin: tomahora.FinDelDia}),
			})
		}
	}
}

func anyCita(rt *rapid.T, id tomahora.CitaID, fechas []tomahora.Fecha) tomahora.Cita {
	inicio := tomahora.Hora(5 * rapid.IntRange(0, 24*12-1).Draw(rt, "inicio"))
	length := tomahora.Hora(5 * rapid.IntRange(1, 24).Draw(rt, "length"))
	sillon := rapid.SampledFrom(todos()).Draw(rt, "sillon")
	return tomahora.Cita{
		ID: id, IDPaciente: 1, Viva: !oneIn(rt, 6, "anulada"), Exclusiva: sillon == 3 || sillon == 4,
		Espacio: tomahora.Espacio{
			IDProfesional: tomahora.ProfesionalID(rapid.IntRange(1, 2).Draw(rt, "de")),
			IDSucursal:    tomahora.SucursalID(rapid.IntRange(1, 2).Draw(rt, "en")),
			IDSillon:      sillon,
			Fecha:         rapid.SampledFrom(fechas).Draw(rt, "dia"),
			Rango:         tomahora.Rango{Inicio: inicio, Fin: min(inicio+length, tomahora.FinDelDia)},
		},
	}
}

// lane is a start on a sillón.
type lane struct {
	Fecha  string
	Inicio tomahora.Hora
	Sillon tomahora.SillonID
}

// accepted books every start of the dates on every lane, one at a time, and
// counts what was answered.
func accepted(rt *rapid.T, tx *agendaTx, of tomahora.Espacio, duracion tomahora.Duracion, fechas []tomahora.Fecha, counts map[tomahora.Code]int) map[lane]bool {
	taken := map[lane]bool{}
	for _, f := range fechas {
		for inicio := tomahora.Hora(0); inicio < tomahora.FinDelDia; inicio += 5 {
			for _, sillon := range todos() {
				of.Fecha, of.IDSillon = f, sillon
				of.Rango = tomahora.Rango{Inicio: inicio, Fin: inicio.Add(duracion)}
				err := try(tx, of, nil)
				if tomahora.IsCode(err, tomahora.CodeVideoconsultaRequerida) {
					err = try(tx, of, new(rapid.Bool().Draw(rt, "videoconsulta")))
				}
				if err == nil {
					taken[lane{f.String(), inicio, sillon}] = true
					counts["accepted"]++
					continue
				}
				problems := tomahora.ProblemsOf(err)
				if problems == nil {
					rt.Fatalf("booking failed: %v", err)
				}
				if len(problems) == 1 { // nothing but this stood in the way
					counts[problems[0].Code]++
				}
			}
		}
	}
	return taken
}

// try books a place, in a modality or without naming one.
func try(tx *agendaTx, e tomahora.Espacio, videoconsulta *bool) error {
	_, err := agenda.Agendar(tx, recepcion, tomahora.Solicitud{
		IDProfesional: e.IDProfesional, IDSucursal: e.IDSucursal, IDSillon: e.IDSillon, IDEstado: tomahora.EstadoNoConfirmado, IDPaciente: 1,
		Fecha: e.Fecha, HoraInicio: &e.Rango.Inicio, Duracion: new(e.Rango.Duracion()), Videoconsulta: videoconsulta,
	})
	return err
}

func anyAgenda(rt *rapid.T) tomahora.Espacio {
	return tomahora.Espacio{
		IDProfesional: tomahora.ProfesionalID(rapid.IntRange(1, 2).Draw(rt, "profesional")),
		IDSucursal:    tomahora.SucursalID(rapid.IntRange(1, 2).Draw(rt, "sucursal")),
	}
}

// checkAll checks a property until each reason to refuse was the only one at
// least once, without which the property says nothing about it.
func checkAll(t *testing.T, property func(rt *rapid.T, counts map[tomahora.Code]int)) {
	t.Helper()
	const rounds = 10
	counts := map[tomahora.Code]int{}
	for range rounds {
		rapid.Check(t, func(rt *rapid.T) { property(rt, counts) })
		if t.Failed() || len(missing(counts)) == 0 {
			return
		}
	}
	t.Errorf("nothing was %v: the property shows nothing about it", missing(counts))
}

func missing(counts map[tomahora.Code]int) (list []tomahora.Code) {
	for _, code := range []tomahora.Code{
		"accepted", tomahora.CodeSinHorario, tomahora.CodeSillonNoDisponible, tomahora.CodeFechaPasada,
		tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon,
	} {
		if counts[code] == 0 {
			list = append(list, code)
		}
	}
	return list
}

func TestTheGridOffersWhatIsAccepted(t *testing.T) {
	checkAll(t, func(rt *rapid.T, counts map[tomahora.Code]int) {
		tx, fechas := anyClinic(rt)
		of := anyAgenda(rt)
		prof, _ := tx.cfg.Profesional(of.IDProfesional)
		want := accepted(rt, tx, of, prof.Intervalo, fechas, counts)
		grillas, err := agenda.Grillas(tx, of.IDProfesional, of.IDSucursal, fechas[0], fechas[1])
		if err != nil && (tx.cfg.Atiende(of.IDProfesional, of.IDSucursal) || tomahora.KindOf(err) != tomahora.KindNotFound) {
			rt.Fatalf("Grillas: %v", err)
		}
		got := map[lane]bool{}
		for _, g := range grillas {
			for _, c := range g.Casillas {
				if c.Rango.Duracion() != prof.Intervalo {
					rt.Fatalf("a step of %d minutes, want %d", c.Rango.Duracion(), prof.Intervalo)
				}
				if c.Sobrecupo {
					got[lane{g.Fecha.String(), c.Rango.Inicio, tomahora.Sobrecupo}] = true
				}
				for _, l := range c.Carriles {
					if l.Libre {
						got[lane{g.Fecha.String(), c.Rango.Inicio, l.IDSillon}] = true
					}
				}
				checkSteps(rt, tx, of, g.Fecha, c)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("accepted but not offered (-), offered but not accepted (+):\n%s", diff)
		}
	})
}

// checkSteps holds what a step shows of citas against the citas.
func checkSteps(rt *rapid.T, tx *agendaTx, of tomahora.Espacio, fecha tomahora.Fecha, c agenda.Casilla) {
	shown := map[tomahora.SillonID]bool{}
	for _, l := range c.Carriles {
		if l.Cita != nil {
			shown[l.IDSillon] = l.Cita.Espacio.IDSillon == l.IDSillon && l.Cita.Espacio.Rango.Overlaps(c.Rango)
		}
	}
	want := map[tomahora.SillonID]bool{}
	for _, cita := range tx.citas {
		e := cita.Espacio
		if cita.Viva && e.IDSillon != tomahora.Sobrecupo && e.Fecha == fecha && e.IDProfesional == of.IDProfesional && e.IDSucursal == of.IDSucursal && e.Rango.Overlaps(c.Rango) {
			want[e.IDSillon] = true
		}
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		rt.Fatalf("lanes with a cita at %v (-want +got):\n%s", c.Rango.Inicio, diff)
	}
	if !slices.IsSortedFunc(c.Carriles, func(a, b agenda.Carril) int { return int(a.IDSillon - b.IDSillon) }) {
		rt.Fatalf("lanes of %v are not by their number: %v", c.Rango.Inicio, c.Carriles)
	}
}

// anyFilters draws a search over the whole clinic for what is left of some days,
// hours and modalities.
func anyFilters(rt *rapid.T, fechas []tomahora.Fecha) agenda.Busqueda {
	b := agenda.Busqueda{
		Profesionales: []tomahora.ProfesionalID{2, 1}, Sucursales: []tomahora.SucursalID{1, 2}, Desde: fechas[0], Hasta: fechas[1],
		Futuras: rapid.Bool().Draw(rt, "futuras"),
	}
	if oneIn(rt, 3, "con_horas") {
		b.Horas = anyHours(rt, "horas", tomahora.Rango{Fin: tomahora.FinDelDia})
	}
	if oneIn(rt, 3, "con_dias") {
		b.Dias = []tomahora.Dia{fechas[rapid.IntRange(0, 1).Draw(rt, "dia")].Dia()}
	}
	if oneIn(rt, 3, "con_modalidad") {
		b.Videoconsulta = new(rapid.Bool().Draw(rt, "videoconsulta"))
	}
	return b
}

// wanted tells whether a place is one that a search asks for.
func wanted(tx *agendaTx, b agenda.Busqueda, e tomahora.Espacio) bool {
	if b.Futuras {
		zona := tx.cfg.ZonaDe(e.IDSucursal)
		at := time.Date(e.Fecha.Year, e.Fecha.Month, e.Fecha.Day, int(e.Rango.Inicio)/60, int(e.Rango.Inicio)%60, 0, 0, zona)
		if at.Before(tx.now.Truncate(time.Minute)) {
			return false
		}
	}
	if b.Videoconsulta != nil && try(tx, e, b.Videoconsulta) != nil {
		return false
	}
	return (b.Horas == tomahora.Rango{} || b.Horas.Contains(e.Rango)) && (b.Dias == nil || slices.Contains(b.Dias, e.Fecha.Dia()))
}

func TestFreePlacesAreWhatIsAccepted(t *testing.T) {
	checkAll(t, func(rt *rapid.T, counts map[tomahora.Code]int) {
		tx, fechas := anyClinic(rt)
		of := anyAgenda(rt)
		prof, _ := tx.cfg.Profesional(of.IDProfesional)
		b := anyFilters(rt, fechas)
		b.Duracion = prof.Intervalo * tomahora.Duracion(rapid.IntRange(1, 4).Draw(rt, "intervalos"))
		want := accepted(rt, tx, of, b.Duracion, fechas, counts)
		for l := range want {
			e := of
			e.Fecha, _ = tomahora.ParseFecha(l.Fecha)
			e.IDSillon, e.Rango = l.Sillon, tomahora.Rango{Inicio: l.Inicio, Fin: l.Inicio.Add(b.Duracion)}
			if l.Sillon == tomahora.Sobrecupo || !wanted(tx, b, e) {
				delete(want, l)
			}
		}
		got := map[lane]bool{}
		for _, l := range search(rt, tx, b) {
			if err := try(tx, l.Espacio, &l.Videoconsulta); err != nil {
				rt.Fatalf("the place %+v, booked as it is offered: %v", l, err)
			}
			if l.Espacio.IDProfesional != of.IDProfesional || l.Espacio.IDSucursal != of.IDSucursal {
				continue
			}
			if l.Espacio.IDSillon != slices.Min(l.Sillones) || l.Espacio.Rango.Duracion() != b.Duracion {
				rt.Fatalf("a place for %d minutes on sillones %v: %+v", b.Duracion, l.Sillones, l.Espacio)
			}
			for _, id := range l.Sillones {
				got[lane{l.Espacio.Fecha.String(), l.Espacio.Rango.Inicio, id}] = true
			}
			checkModalidad(rt, tx, l)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("accepted but not offered (-), offered but not accepted (+):\n%s", diff)
		}
	})
}

// checkModalidad books a place in both modalities: the one it names is accepted,
// the other is not.
func checkModalidad(rt *rapid.T, tx *agendaTx, l agenda.Libre) {
	for _, video := range []bool{false, true} {
		want := l.Modalidad == tomahora.Ambas || video == (l.Modalidad == tomahora.Videoconsulta)
		if err := try(tx, l.Espacio, &video); (err == nil) != want {
			rt.Fatalf("videoconsulta %v in a place that is %s: %v", video, l.Modalidad, err)
		}
	}
}

// A search for several profesionales, with a limit or of what is to come, finds
// of each what a search for that one finds.
func TestASearchIsMadeOfSmallerOnes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tx, fechas := anyClinic(rt)
		b := agenda.Busqueda{Sucursales: []tomahora.SucursalID{anyAgenda(rt).IDSucursal}, Desde: fechas[0], Hasta: fechas[1], Duracion: rapid.SampledFrom([]tomahora.Duracion{0, 30, 60, 90}).Draw(rt, "duracion")}
		b.Futuras = rapid.Bool().Draw(rt, "futuras")
		now := tx.now.In(tx.cfg.ZonaDe(b.Sucursales[0])).Format("2006-01-02 15:04")
		var want []string
		for _, prof := range []tomahora.ProfesionalID{1, 2} {
			for _, l := range search(rt, tx, agenda.Busqueda{Profesionales: []tomahora.ProfesionalID{prof}, Sucursales: b.Sucursales, Desde: b.Desde, Hasta: b.Hasta, Duracion: b.Duracion}) {
				if !b.Futuras || when(l) >= now {
					want = append(want, fmt.Sprint(when(l), " ", prof, " ", l.Sillones, l.Modalidad))
				}
			}
		}
		slices.Sort(want)
		b.Profesionales = []tomahora.ProfesionalID{2, 1}
		if b.Repartido = rapid.Bool().Draw(rt, "repartido"); b.Repartido {
			want = alternating(want)
		}
		b.Limite = rapid.IntRange(0, 20).Draw(rt, "limite")
		if b.Limite > 0 {
			want = want[:min(b.Limite, len(want))]
		}
		var got []string
		for _, l := range search(rt, tx, b) {
			got = append(got, fmt.Sprint(when(l), " ", l.Espacio.IDProfesional, " ", l.Sillones, l.Modalidad))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("free places (-want +got):\n%s", diff)
		}
	})
}

// alternating takes the first line of each profesional, whose number is the third
// word, then the second of each, and so on.
func alternating(lines []string) (list []string) {
	for turn := 0; len(list) < len(lines); turn++ {
		found := map[string]int{}
		for _, l := range lines {
			prof := strings.Fields(l)[2]
			if found[prof] == turn {
				list = append(list, l)
			}
			found[prof]++
		}
	}
	return list
}

func search(rt *rapid.T, tx *agendaTx, b agenda.Busqueda) []agenda.Libre {
	libres, err := agenda.Libres(tx, b)
	if err != nil {
		rt.Fatalf("Libres: %v", err)
	}
	return libres
}

// when is the start of a place, in the order of which it can be sorted.
func when(l agenda.Libre) string {
	return l.Espacio.Fecha.String() + " " + l.Espacio.Rango.Inicio.String()[:5]
}
