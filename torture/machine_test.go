package torture

import (
	"flag"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestStateMachine does one thing after another through the API, each by the next
// replica, and compares every answer, the list of all citas and what is free with
// the model.
func TestStateMachine(t *testing.T) {
	onEvery(t, func(t *testing.T, b backend) {
		c := b.open(t)
		week := 0
		must(t, flag.Set("rapid.nofailfile", "true"))
		must(t, flag.Set("rapid.checks", "10"))
		must(t, flag.Set("rapid.shrinktime", "20s"))
		rounds(t, budget(t, 15, 4*time.Second), func(seed uint64) {
			must(t, flag.Set("rapid.seed", strconv.FormatUint(seed, 10)))
			rapid.Check(t, func(t *rapid.T) {
				week++
				newMachine(t, c, week).run(t)
			})
		})
		c.check(t)
	})
}

// machine plays on a week and with pacientes of its own, so that it finds
// nothing of what others did.
type machine struct {
	cluster   *cluster
	calls     int
	days      []string
	pacientes []int64
	model     model
	last      place    // what the last step was about
	changed   []string // the dates on which it may have changed something
}

// firstWeek is a Monday after every date on which the demo clinic has anything.
var firstWeek = time.Date(2031, time.January, 6, 0, 0, 0, 0, time.UTC)

func newMachine(t *rapid.T, c *cluster, week int) *machine {
	m := &machine{cluster: c, pacientes: c.pacientes(t, 3), model: model{disabled: map[int64]bool{}}}
	for _, id := range m.pacientes {
		m.model.disabled[id] = false
	}
	for day := range 7 {
		m.days = append(m.days, firstWeek.AddDate(0, 0, 7*week+day).Format(time.DateOnly))
	}
	m.about(place{prof: 2, suc: 1, fecha: m.days[0]}, m.days...)
	return m
}

// about says what a step is about, and on which other dates it may change
// something.
func (m *machine) about(p place, others ...string) {
	m.last, m.changed = p, slices.Concat(others, []string{p.fecha})
}

func (m *machine) run(t *rapid.T) {
	defer m.clean()
	t.Repeat(map[string]func(*rapid.T){
		"":                m.compare,
		"book":            m.book,
		"book again":      m.book, // twice as often as the rest
		"retry":           m.retry,
		"put":             m.put,
		"put estado":      m.putEstado,
		"change date":     m.changeDate,
		"make atención":   m.makeAtencion,
		"toggle paciente": m.togglePaciente,
		"block":           m.block,
		"unblock":         m.unblock,
		"make especial":   m.makeEspecial,
		"drop especial":   m.dropEspecial,
	})
	m.changed = m.days
	m.compare(t)
}

// clean takes back what would make the configuration grow from check to check.
func (m *machine) clean() {
	for _, b := range m.model.bloqueos {
		m.call(http.MethodDelete, bloqueoPath(b), nil)
	}
	for _, e := range m.model.especiales {
		m.call(http.MethodDelete, especialPath(e), nil)
	}
}

func (m *machine) call(method, path string, body object) answer {
	m.calls++
	return m.cluster.server(m.calls).call(method, path, body)
}

// send is a call that shows in the story of a failure.
func (m *machine) send(t *rapid.T, method, path string, body object) answer {
	t.Helper()
	a := m.call(method, path, body)
	t.Logf("%s %s %v\n  %v", method, path, body, a)
	return a
}

// refused compares an answer with what the model refuses with, and tells whether
// it does.
func refused(t *rapid.T, a answer, codes []string) bool {
	t.Helper()
	if len(codes) == 0 {
		return false
	}
	got := a.refusal().codes()
	if a.status != http.StatusBadRequest || !slices.Equal(got, codes) {
		t.Fatalf("got %v, want 400 with %v", a, codes)
	}
	return true
}

// draw draws, from few values, so that citas meet.
func draw[T any](t *rapid.T, name string, from ...T) T {
	return rapid.SampledFrom(from).Draw(t, name)
}

// maybe draws a value, or nil three times in four.
func maybe[T any](t *rapid.T, name string, value func() T) *T {
	if rapid.IntRange(0, 3).Draw(t, "send "+name) != 3 {
		return nil
	}
	v := value()
	return &v
}

func drawProf(t *rapid.T) int64 {
	return draw[int64](t, "profesional", 2, 2, 2, 1, 1, 1, 3, 6, 6, 4, 4, disabledProf, 99)
}

func drawSuc(t *rapid.T) int64 { return draw[int64](t, "sucursal", 1, 1, 1, 1, 2, 2, 2, 9) }

func drawSillon(t *rapid.T) int64 {
	return draw[int64](t, "sillon", 1, 1, 1, 1, 2, 2, 3, 3, sobrecupo, 9)
}

func (m *machine) drawFecha(t *rapid.T) string {
	return draw(t, "fecha", m.days[0], m.days[0], m.days[0], m.days[1], m.days[5], m.days[6])
}

func drawInicio(t *rapid.T) int {
	return draw(t, "inicio", 540, 540, 555, 555, 570, 570, 600, 600, 615, 560, 580, 750, 765, 780, 840, 480, 1185, 1200, 547)
}

func drawDuracion(t *rapid.T) int {
	return draw(t, "duracion", 30, 30, 30, 30, 15, 45, 60, 60, 20, 40, 120, 0, -15, 10)
}

func drawVideo(t *rapid.T) int { return draw(t, "videoconsulta", 0, 0, 1, 1, absent, absent) }

func drawComentario(t *rapid.T) string { return draw(t, "comentario", "", "", "a", "b") }

func drawEstado(t *rapid.T) int64 {
	return draw[int64](t, "estado", 7, 7, 1, 1, 10, 3, 8, estadoCambiado, 99)
}

// drawPlace draws one that can mostly be had.
func (m *machine) drawPlace(t *rapid.T) place {
	p := place{fecha: m.drawFecha(t), inicio: drawInicio(t)}
	p.fin = p.inicio + drawDuracion(t)
	type chair struct{ prof, suc, sillon int64 }
	c := draw(t, "place", chair{2, 1, 1}, chair{2, 1, 2}, chair{1, 1, 1}, chair{1, 2, 1}, chair{3, 1, 1}, chair{6, 2, 3}, chair{4, 2, 3}, chair{})
	if c == (chair{}) {
		c = chair{drawProf(t), drawSuc(t), drawSillon(t)}
	}
	p.prof, p.suc, p.sillon = c.prof, c.suc, c.sillon
	if draw(t, "as sobrecupo", false, false, false, false, true) {
		p.sillon = sobrecupo
	}
	return p
}

func (m *machine) drawAtencion(t *rapid.T) int64 {
	if len(m.model.atenciones) == 0 || !draw(t, "name an atención", false, false, true) {
		return 0
	}
	if draw(t, "an unknown one", false, false, false, false, false, false, true) {
		return 1 << 40
	}
	return draw(t, "atención", m.model.atenciones...).id
}

func (m *machine) drawWish(t *rapid.T) wish {
	w := wish{
		place:      m.drawPlace(t),
		paciente:   draw(t, "paciente", append(slices.Clone(m.pacientes), m.pacientes...)...),
		atencion:   m.drawAtencion(t),
		estado:     draw[int64](t, "estado", 7, 7, 7, 7, 7, 3, 3, 8, 1, estadoCambiado, 99),
		video:      drawVideo(t),
		comentario: drawComentario(t),
	}
	if draw(t, "an unknown paciente", false, false, false, false, false, false, false, false, false, true) {
		w.paciente = 1 << 40
	}
	return w
}

func (w wish) body() object {
	o := object{
		"id_profesional": w.prof, "id_sucursal": w.suc, "id_sillon": w.sillon, "id_paciente": w.paciente,
		"fecha": w.fecha, "hora_inicio": hora(w.inicio), "duracion": w.duracion(),
	}
	if w.atencion != 0 {
		o["id_atencion"] = w.atencion
	}
	if w.estado != estadoInicial {
		o["id_estado"] = w.estado
	}
	if w.video != absent {
		o["videoconsulta"] = w.video
	}
	if w.comentario != "" {
		o["comentario"] = w.comentario
	}
	return o
}

func (m *machine) book(t *rapid.T) { m.sendWish(t, m.drawWish(t)) }

// retry sends again what made a cita, or nearly that.
func (m *machine) retry(t *rapid.T) {
	c := m.drawCita(t)
	w := wishOf(c)
	if draw(t, "without its atención", true, true, false) {
		w.atencion = 0
	}
	switch draw(t, "but", "", "", "", "", "comentario", "videoconsulta", "paciente") {
	case "comentario":
		w.comentario = drawComentario(t)
	case "videoconsulta":
		w.video = absent
	case "paciente":
		w.paciente = draw(t, "paciente", m.pacientes...)
	}
	m.sendWish(t, w)
}

func (m *machine) sendWish(t *rapid.T, w wish) {
	body := w.body()
	if draw(t, "leave something out", false, false, false, false, false, false, false, false, false, false, false, true) {
		delete(body, draw(t, "what", "id_profesional", "id_sucursal", "id_sillon", "id_paciente", "fecha", "hora_inicio", "duracion"))
	}
	a := m.send(t, http.MethodPost, "/citas", body)
	if len(body) < len(w.body()) {
		refused(t, a, []string{"parametro_requerido"})
		return
	}
	m.about(w.place)
	codes, twin, made := m.model.booking(w)
	if twin != nil {
		if a.status != http.StatusCreated || !a.replayed() {
			t.Fatalf("got %v, want cita %d as the answer to a retry", a, twin.id)
		}
		m.same(t, a, *twin)
		return
	}
	if refused(t, a, codes) {
		return
	}
	m.made(t, a, made)
}

// made compares a new cita with what the model made, whose id and new atención
// it takes over.
func (m *machine) made(t *rapid.T, a answer, made booked) {
	t.Helper()
	made.id = created(t, a)
	if a.replayed() {
		t.Fatalf("got an old cita, want a new one")
	}
	for _, c := range m.model.citas {
		if c.id >= made.id {
			t.Fatalf("got id %d after %d", made.id, c.id)
		}
	}
	if made.atencion == 0 {
		c, err := data[cita](a)
		if err != nil || m.model.atencion(c.IDAtencion) != nil || c.IDAtencion == 0 {
			t.Fatalf("got atención %d, want a new one", c.IDAtencion)
		}
		made.atencion = c.IDAtencion
		m.addAtencion(t, atencion{c.IDAtencion, made.paciente, made.prof, made.suc, "Consulta"})
	}
	m.model.citas = append(m.model.citas, made)
	m.same(t, a, made)
}

func (m *machine) addAtencion(t *rapid.T, at atencion) {
	t.Helper()
	for _, other := range m.model.atenciones {
		if other.id >= at.id {
			t.Fatalf("got atención %d after %d", at.id, other.id)
		}
	}
	m.model.atenciones = append(m.model.atenciones, at)
}

// same compares an answer with a cita of the model.
func (m *machine) same(t *rapid.T, a answer, want booked) {
	t.Helper()
	got, err := data[cita](a)
	if err != nil {
		t.Fatalf("got %v: %v", a, err)
	}
	if diff := cmp.Diff(want.wire(), got); diff != "" {
		t.Fatalf("the cita (-want +got):\n%s", diff)
	}
}

// wire is a cita of the model as the API shows it.
func (c booked) wire() cita {
	w := cita{
		ID: c.id, IDPaciente: c.paciente, IDEstado: c.estado, IDAtencion: c.atencion, IDProfesional: c.prof, IDSucursal: c.suc, IDSillon: c.sillon,
		Fecha: c.fecha, HoraInicio: hora(c.inicio) + ":00", Duracion: c.duracion(), Comentarios: c.comentario, Videoconsulta: c.video,
	}
	if !c.live() {
		w.EstadoAnulacion = 1
	}
	return w
}

func (m *machine) drawCita(t *rapid.T) booked {
	if len(m.model.citas) == 0 {
		t.SkipNow()
	}
	return draw(t, "cita", m.model.citas...)
}

func (m *machine) drawChange(t *rapid.T) change {
	return change{
		prof:     maybe(t, "profesional", func() int64 { return drawProf(t) }),
		suc:      maybe(t, "sucursal", func() int64 { return drawSuc(t) }),
		sillon:   maybe(t, "sillón", func() int64 { return drawSillon(t) }),
		fecha:    maybe(t, "fecha", func() string { return m.drawFecha(t) }),
		inicio:   maybe(t, "inicio", func() int { return drawInicio(t) }),
		duracion: maybe(t, "duracion", func() int { return drawDuracion(t) }),
		video:    maybe(t, "videoconsulta", func() int { return draw(t, "videoconsulta", 0, 1) }),
	}
}

func (ch change) body() object {
	o := object{}
	add(o, "id_profesional", ch.prof)
	add(o, "id_sucursal", ch.suc)
	add(o, "id_sillon", ch.sillon)
	add(o, "id_estado", ch.estado)
	add(o, "fecha", ch.fecha)
	if ch.inicio != nil {
		o["hora_inicio"] = hora(*ch.inicio)
	}
	add(o, "duracion", ch.duracion)
	add(o, "videoconsulta", ch.video)
	add(o, "comentario", ch.comentario)
	return o
}

func add[T any](o object, name string, v *T) {
	if v != nil {
		o[name] = *v
	}
}

func (m *machine) put(t *rapid.T) {
	ch := m.drawChange(t)
	ch.estado = maybe(t, "estado", func() int64 { return drawEstado(t) })
	ch.comentario = maybe(t, "comentario", func() string { return drawComentario(t) })
	m.sendPut(t, m.drawCita(t), ch)
}

func (m *machine) putEstado(t *rapid.T) {
	estado := drawEstado(t)
	m.sendPut(t, m.drawCita(t), change{estado: &estado})
}

func (m *machine) sendPut(t *rapid.T, before booked, ch change) {
	a := m.send(t, http.MethodPut, fmt.Sprintf("/citas/%d", before.id), ch.body())
	codes, after := m.model.put(before, ch)
	m.about(after.place, before.fecha)
	if refused(t, a, codes) {
		return
	}
	if a.status != http.StatusOK {
		t.Fatalf("got %v, want 200", a)
	}
	*m.model.cita(before.id) = after
	m.same(t, a, after)
}

func (m *machine) changeDate(t *rapid.T) {
	before, ch := m.drawCita(t), m.drawChange(t)
	fecha, inicio := m.drawFecha(t), drawInicio(t)
	ch.fecha, ch.inicio = &fecha, &inicio
	body := ch.body()
	body["id_sesion"] = before.id
	a := m.send(t, http.MethodPost, "/citas/changeDate", body)
	codes, made := m.model.changeDate(before, ch)
	if refused(t, a, codes) {
		return
	}
	m.about(made.place, before.fecha)
	old := m.model.cita(before.id)
	old.estado, old.touched = estadoCambiado, true
	m.made(t, a, made)
}

func (m *machine) makeAtencion(t *rapid.T) {
	at := atencion{
		paciente: draw(t, "paciente", m.pacientes...),
		prof:     draw[int64](t, "profesional", 1, 2, 2, 6),
		suc:      draw[int64](t, "sucursal", 1, 1, 2),
		tipo:     draw(t, "tipo", "Consulta", "Consulta", "Control", licencia, interconsulta, plan, plan),
	}
	at.id = created(t, m.send(t, http.MethodPost, "/atenciones",
		object{"id_paciente": at.paciente, "id_profesional": at.prof, "id_sucursal": at.suc, "tipo": at.tipo}))
	m.addAtencion(t, at)
}

func (m *machine) togglePaciente(t *rapid.T) {
	id := m.pacientes[len(m.pacientes)-1] // the others stay
	enabled := m.model.disabled[id]
	a := m.send(t, http.MethodPut, fmt.Sprintf("/pacientes/%d", id), object{"habilitado": enabled})
	if a.status != http.StatusOK {
		t.Fatalf("got %v, want 200", a)
	}
	m.model.disabled[id] = !enabled
}

func (m *machine) block(t *rapid.T) {
	b := bloqueo{
		prof: draw[int64](t, "profesional", 0, 1, 2, 2, 6), suc: draw[int64](t, "sucursal", 1, 1, 2), fecha: m.drawFecha(t),
		inicio: drawInicio(t),
	}
	b.fin = b.inicio + draw(t, "duracion", 30, 30, 60, 7, 0)
	body := object{"id_sucursal": b.suc, "fecha": b.fecha, "hora_inicio": hora(b.inicio), "hora_fin": hora(b.fin)}
	if b.prof != 0 {
		body["id_profesional"] = b.prof
	}
	force := draw(t, "forzar", false, false, true)
	if force {
		body["forzar"] = 1
	}
	a := m.send(t, http.MethodPost, "/horariosbloqueados", body)
	under := m.model.under(b)
	switch {
	case b.inicio == b.fin:
		refused(t, a, []string{"parametro_invalido"})
		return
	case !force && len(under) > 0:
		refused(t, a, []string{"bloqueo_con_citas"})
		if got := a.refusal().Citas; !slices.Equal(got, under) {
			t.Fatalf("got citas %v in the way, want %v", got, under)
		}
		return
	}
	b.id = created(t, a)
	m.model.bloqueos = append(m.model.bloqueos, b)
	m.about(place{prof: max(b.prof, 1), suc: b.suc, fecha: b.fecha})
}

func (m *machine) unblock(t *rapid.T) {
	if len(m.model.bloqueos) == 0 {
		t.SkipNow()
	}
	b := draw(t, "bloqueo", m.model.bloqueos...)
	gone(t, m.send(t, http.MethodDelete, bloqueoPath(b), nil))
	m.model.bloqueos = slices.DeleteFunc(m.model.bloqueos, func(o bloqueo) bool { return o.id == b.id })
	m.about(place{prof: max(b.prof, 1), suc: b.suc, fecha: b.fecha})
}

func bloqueoPath(b bloqueo) string { return fmt.Sprintf("/horariosbloqueados/%d", b.id) }

func gone(t *rapid.T, a answer) {
	t.Helper()
	if a.status != http.StatusNoContent {
		t.Fatalf("got %v, want 204", a)
	}
}

func (m *machine) makeEspecial(t *rapid.T) {
	e := especial{day: agendaDay{draw[int64](t, "profesional", 4, 4, 2, 1, 6), draw[int64](t, "sucursal", 1, 2, 2), m.drawFecha(t)}}
	e.inicio = draw(t, "inicio", 540, 540, 550, 480, 600)
	e.fin = e.inicio + draw(t, "length", 120, 240, 60, 0, -30)
	if e.fin-e.inicio >= 120 && draw(t, "with a break", false, false, true) {
		e.pausaInicio, e.pausaFin = e.inicio+45, e.inicio+65
	}
	e.sillones = draw(t, "sillones", []int64{1}, []int64{1, 2}, []int64{3}, []int64{3}, []int64{2, 3})
	e.modalidad = draw(t, "modalidad", presencial, presencial, videoconsulta, ambas)
	body := object{
		"id_sucursal": e.day.suc, "fecha": e.day.fecha, "hora_inicio": hora(e.inicio), "hora_fin": hora(e.fin),
		"sillones": e.sillones, "modalidad": e.modalidad,
	}
	if e.pausaInicio != e.pausaFin {
		body["hora_inicio_break"], body["hora_fin_break"] = hora(e.pausaInicio), hora(e.pausaFin)
	}
	a := m.send(t, http.MethodPost, fmt.Sprintf("/profesionales/%d/horariosespeciales", e.day.prof), body)
	clash := slices.ContainsFunc(m.model.ofDay(e.day), func(o especial) bool {
		return o.inicio < o.fin && e.inicio < e.fin && o.inicio < e.fin && e.inicio < o.fin // a closed day has no hours to clash
	})
	if e.fin < e.inicio || clash {
		if a.status != http.StatusBadRequest || a.refusal().Code != "parametro_invalido" {
			t.Fatalf("got %v, want 400 parametro_invalido", a)
		}
		return
	}
	e.id = created(t, a)
	m.model.especiales = append(m.model.especiales, e)
	m.about(place{prof: e.day.prof, suc: e.day.suc, fecha: e.day.fecha})
}

func (m *machine) dropEspecial(t *rapid.T) {
	if len(m.model.especiales) == 0 {
		t.SkipNow()
	}
	e := draw(t, "especial", m.model.especiales...)
	gone(t, m.send(t, http.MethodDelete, especialPath(e), nil))
	m.model.especiales = slices.DeleteFunc(m.model.especiales, func(o especial) bool { return o.id == e.id })
	m.about(place{prof: e.day.prof, suc: e.day.suc, fecha: e.day.fecha})
}

func especialPath(e especial) string {
	return fmt.Sprintf("/profesionales/%d/horariosespeciales/%d", e.day.prof, e.id)
}

// compare holds what the API shows against the model.
func (m *machine) compare(t *rapid.T) {
	m.compareCitas(t)
	m.compareDisponibles(t)
	m.compareAgendas(t)
	m.compareGrilla(t)
}

func (m *machine) compareCitas(t *rapid.T) {
	m.calls++
	got, err := m.cluster.server(m.calls).list(fmt.Sprintf(`{"fecha":{"gte":%q,"lte":%q}}`, m.days[0], m.days[6]))
	if err != nil {
		t.Fatalf("list of the week: %v", err)
	}
	slices.SortFunc(got, func(a, b cita) int { return int(a.ID - b.ID) })
	var want []cita
	for _, c := range m.model.citas {
		want = append(want, c.wire())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the citas of the week (-want +got):\n%s", diff)
	}
	if both := conflicts(got); len(both) > 0 {
		t.Fatalf("live citas conflict: %v", both)
	}
}

// conflicts are the pairs of live citas that the rules forbid.
func conflicts(citas []cita) [][2]cita {
	byDay := map[string][]cita{}
	var pairs [][2]cita
	for _, c := range citas {
		if !c.live() {
			continue
		}
		for _, o := range byDay[c.Fecha] {
			if len(conflict(c.place(), o.place())) > 0 {
				pairs = append(pairs, [2]cita{o, c})
			}
		}
		byDay[c.Fecha] = append(byDay[c.Fecha], c)
	}
	return pairs
}

func (c cita) place() place {
	return place{c.IDProfesional, c.IDSucursal, c.IDSillon, c.Fecha, c.inicio(), c.fin()}
}

// offered is a block that the API offers.
type offered struct {
	HoraInicio string  `json:"hora_inicio"`
	HoraFin    string  `json:"hora_fin"`
	Sillones   []int64 `json:"sillones"`
	Modalidad  string  `json:"modalidad"`
}

// compareDisponibles compares the blocks of all profesionales on the dates that
// may have changed.
func (m *machine) compareDisponibles(t *rapid.T) {
	for _, fecha := range slices.Compact(slices.Sorted(slices.Values(m.changed))) {
		for _, suc := range []int64{1, 2} {
			a := m.call(http.MethodGet, fmt.Sprintf("/horariosdisponibles?id_sucursal=%d&ids_profesional=1,2,3,4,5,6&fecha_inicio=%s&fecha_fin=%s",
				suc, fecha, fecha), nil)
			got, err := data[map[string]map[string][]offered](a)
			if err != nil || a.status != http.StatusOK {
				t.Fatalf("free places: got %v, %v", a, err)
			}
			for _, prof := range []int64{1, 2, 3, 4, disabledProf, 6} {
				var list []free
				for _, o := range got[strconv.FormatInt(prof, 10)][fecha] {
					list = append(list, free{minutes(o.HoraInicio), minutes(o.HoraFin), o.Sillones, o.Modalidad})
				}
				want := m.model.free(agendaDay{prof, suc, fecha}, intervalo(prof))
				if !reflect.DeepEqual(list, want) {
					t.Fatalf("free blocks of profesional %d at %d on %s: got %v, want %v", prof, suc, fecha, list, want)
				}
			}
		}
	}
}

// compareAgendas compares the places of two intervalos on the day of the last
// step.
func (m *machine) compareAgendas(t *rapid.T) {
	duracion := 2 * intervalo(m.last.prof)
	if duracion == 0 {
		return
	}
	a := m.call(http.MethodGet, fmt.Sprintf("/agendas?id_sucursal=%d&id_profesional=%d&fecha=%s&duracion=%d",
		m.last.suc, m.last.prof, m.last.fecha, duracion), nil)
	type row struct {
		HoraInicio string `json:"hora_inicio"`
		IDRecurso  int64  `json:"id_recurso"`
		Modalidad  string `json:"modalidad"`
	}
	got, err := data[[]row](a)
	if err != nil || a.status != http.StatusOK {
		t.Fatalf("free places: got %v, %v", a, err)
	}
	want := []row{}
	for _, f := range m.model.free(m.last.day(), duracion) {
		want = append(want, row{hora(f.inicio) + ":00", slices.Min(f.sillones), f.modalidad})
	}
	if !slices.Equal(got, want) {
		t.Fatalf("places of %d minutes at %v: got %v, want %v", duracion, m.last.day(), got, want)
	}
}

// compareGrilla compares every lane of the grid on the day of the last step.
func (m *machine) compareGrilla(t *rapid.T) {
	d := m.last.day()
	if intervalo(d.prof) == 0 || d.suc > 2 {
		return
	}
	a := m.call(http.MethodGet, fmt.Sprintf("/sucursales/%d/profesionales/%d/agendas?fecha_inicio=%s&fecha_fin=%s", d.suc, d.prof, d.fecha, d.fecha), nil)
	nobody := a.status == http.StatusNotFound // who attends there on no date at all has no grid
	if a.status != http.StatusOK && !nobody {
		t.Fatalf("grid: got %v", a)
	}
	if nobody || strings.Contains(string(a.body), fmt.Sprintf("%q:[]", d.fecha)) {
		if segments := m.model.segments(d); len(segments) > 0 && d.prof != disabledProf {
			t.Fatalf("grid of %v: got nothing, want %v", d, segments)
		}
		return
	}
	type grid struct {
		Fechas map[string]struct {
			Horas map[string]struct{ Sillones map[string]bool }
		}
	}
	got, err := data[grid](a)
	if err != nil {
		t.Fatalf("grid: got %v, %v", a, err)
	}
	for _, s := range m.model.segments(d) {
		for inicio := s.inicio; inicio+intervalo(d.prof) <= s.fin; inicio += intervalo(d.prof) {
			var libres []int64
			for _, f := range m.model.free(d, intervalo(d.prof)) {
				if f.inicio == inicio {
					libres = f.sillones
				}
			}
			lanes := got.Fechas[d.fecha].Horas[hora(inicio)].Sillones
			for _, sillon := range s.sillones {
				name := strconv.FormatInt(sillon, 10)
				if is, known := lanes[name]; !known || is != slices.Contains(libres, sillon) {
					t.Fatalf("grid of %v at %s: got %v, want %v free", d, hora(inicio), lanes, libres)
				}
			}
			if !lanes["Sobrecupo"] {
				t.Fatalf("grid of %v at %s: got %v, want the Sobrecupo free", d, hora(inicio), lanes)
			}
		}
	}
}
