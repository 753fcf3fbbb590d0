package torture

import (
	"cmp"
	"slices"
	"time"
)

// The model is the rules of booking told a second time, from the product's text
// and with nothing of the program's: every question is answered by going through
// all citas, and nothing is fast.

// Numbers of the product that the rules speak of.
const (
	sobrecupo        = 7
	estadoInicial    = 7
	estadoCambiado   = 14 // «Cambio de fecha»
	exclusiveSillon  = 3  // of the demo clinic
	disabledProf     = 5
	licencia         = "Licencia"
	interconsulta    = "Interconsulta"
	plan             = "Plan de tratamiento"
	presencial       = "presencial"
	videoconsulta    = "videoconsulta"
	ambas            = "ambas"
	absent           = -1 // of a videoconsulta, and of a hora
	topeProfesional  = "tope_profesional"
	topeSillon       = "tope_sillon"
	atencionConCita  = "atencion_con_cita"
	estadoInvalido   = "estado_invalido"
	noExiste         = "no_existe"
	sinHorario       = "sin_horario"
	duracionNoCuadra = "duracion_incompatible"
)

// anulacion tells of every estado of a new clinic that a caller may name whether
// it annuls.
func anulacion(estado int64) (annuls, known bool) {
	switch estado {
	case 1, 10:
		return true, true
	case 2, 3, 5, 6, 7, 8, 11, 12, 13, 18:
		return false, true
	default: // 14 is the program's own
		return false, false
	}
}

// intervalo of a profesional of the demo clinic; 0 of an unknown one.
func intervalo(prof int64) int {
	switch prof {
	case 1, 2, disabledProf:
		return 15
	case 3:
		return 20
	case 4, 6:
		return 30
	default:
		return 0
	}
}

// hours are working hours with at most one break.
type hours struct {
	inicio, fin           int
	pausaInicio, pausaFin int // equal: none
	sillones              []int64
	modalidad             string
}

// agendaDay is one date of a profesional at a sucursal.
type agendaDay struct {
	prof, suc int64
	fecha     string
}

// weekly are the hours by the weekly rules of the demo clinic.
func weekly(d agendaDay) []hours {
	day := weekday(d.fecha)
	if day == time.Sunday {
		return nil
	}
	long := hours{inicio: 8 * 60, fin: 20 * 60, pausaInicio: 13 * 60, pausaFin: 14 * 60, sillones: []int64{1}, modalidad: presencial}
	short := hours{inicio: 9 * 60, fin: 13 * 60, sillones: []int64{1}, modalidad: presencial}
	saturday := day == time.Saturday
	switch key := [2]int64{d.prof, d.suc}; {
	case key == [2]int64{1, 1} && !saturday, key == [2]int64{1, 2} && !saturday:
		return []hours{long}
	case key == [2]int64{1, 1}:
		return []hours{short}
	case key == [2]int64{2, 1}:
		h := long
		if saturday {
			h = short
		}
		h.sillones, h.modalidad = []int64{1, 2}, ambas
		return []hours{h}
	case key == [2]int64{3, 1} && !saturday:
		long.modalidad = videoconsulta
		return []hours{long}
	case key == [2]int64{6, 2} && !saturday:
		long.sillones = []int64{exclusiveSillon}
		return []hours{long}
	default:
		return nil
	}
}

func weekday(fecha string) time.Weekday {
	d, err := time.Parse(time.DateOnly, fecha)
	if err != nil {
		panic(err)
	}
	return d.Weekday()
}

type especial struct {
	id  int64
	day agendaDay
	hours
}

type bloqueo struct {
	id, prof, suc int64 // prof 0: the whole sucursal
	fecha         string
	inicio, fin   int
}

func (b bloqueo) binds(p place) bool {
	return (b.prof == 0 || b.prof == p.prof) && b.suc == p.suc && b.fecha == p.fecha && b.inicio < p.fin && p.inicio < b.fin
}

type atencion struct {
	id, paciente, prof, suc int64
	tipo                    string
}

// place is where a cita is, or wants to be.
type place struct {
	prof, suc, sillon int64
	fecha             string
	inicio, fin       int
}

func (p place) day() agendaDay { return agendaDay{p.prof, p.suc, p.fecha} }

func (p place) duracion() int { return p.fin - p.inicio }

func (p place) overlaps(o place) bool {
	return p.fecha == o.fecha && p.inicio < o.fin && o.inicio < p.fin
}

// booked is a cita of the model.
type booked struct {
	id, paciente, atencion, estado int64
	place
	video      int
	comentario string
	touched    bool // since it was made
}

func (c booked) live() bool {
	annuls, _ := anulacion(c.estado)
	return !annuls && c.estado != estadoCambiado
}

// wish is what a booking or a change of one asks for.
type wish struct {
	place
	paciente, atencion, estado int64 // atencion 0: any
	video                      int   // 0, 1 or absent
	comentario                 string
}

type model struct {
	disabled   map[int64]bool // of the pacientes, which are its keys
	atenciones []atencion     // by id
	citas      []booked       // by id
	especiales []especial
	bloqueos   []bloqueo
}

func (m *model) cita(id int64) *booked {
	for i := range m.citas {
		if m.citas[i].id == id {
			return &m.citas[i]
		}
	}
	return nil
}

func (m *model) atencion(id int64) *atencion {
	for i := range m.atenciones {
		if m.atenciones[i].id == id {
			return &m.atenciones[i]
		}
	}
	return nil
}

// segments are the stretches between which a cita cannot reach, by their start.
func (m *model) segments(d agendaDay) []hours {
	all := weekly(d)
	for i, e := range m.ofDay(d) {
		if i == 0 {
			all = nil
		}
		all = append(all, e.hours)
	}
	var segments []hours
	for _, h := range all {
		if h.pausaInicio == h.pausaFin {
			segments = append(segments, h)
			continue
		}
		before, after := h, h
		before.fin, after.inicio = h.pausaInicio, h.pausaFin
		segments = append(segments, before, after)
	}
	segments = slices.DeleteFunc(segments, func(s hours) bool { return s.inicio == s.fin })
	slices.SortFunc(segments, func(a, b hours) int { return cmp.Compare(a.inicio, b.inicio) })
	return segments
}

func (m *model) ofDay(d agendaDay) []especial {
	var list []especial
	for _, e := range m.especiales {
		if e.day == d {
			list = append(list, e)
		}
	}
	return list
}

// segment is the one that a cita at this place stands in.
func (m *model) segment(p place) (hours, bool) {
	for _, b := range m.bloqueos {
		if b.binds(p) && p.sillon != sobrecupo {
			return hours{}, false
		}
	}
	for _, s := range m.segments(p.day()) {
		if s.inicio <= p.inicio && p.fin <= s.fin && (p.inicio-s.inicio)%intervalo(p.prof) == 0 {
			return s, true
		}
	}
	return hours{}, false
}

// conflict names the laws by which two live citas cannot both be, in the order in
// which they are reported. An exclusive sillón is taken whoever sits by it.
func conflict(a, b place) (laws []string) {
	if a.sillon == sobrecupo || b.sillon == sobrecupo || !a.overlaps(b) {
		return nil
	}
	if a.prof == b.prof && (a.sillon == b.sillon || a.suc != b.suc) {
		laws = append(laws, topeProfesional)
	}
	if a.suc == b.suc && a.sillon == b.sillon && a.sillon == exclusiveSillon {
		laws = append(laws, topeSillon)
	}
	return laws
}

// inTheWay are the live citas that conflict with a place, but for one, and the
// codes of their laws in the order in which they are reported.
func (m *model) inTheWay(p place, except int64) (citas []booked, codes []string) {
	for _, c := range m.citas {
		if laws := conflict(c.place, p); len(laws) > 0 && c.live() && c.id != except {
			citas = append(citas, c)
			codes = append(codes, laws...)
		}
	}
	slices.Sort(codes) // tope_profesional, tope_sillon
	return citas, slices.Compact(codes)
}

// holder is the live cita of an atención that takes no other, but for one.
func (m *model) holder(a atencion, except int64) *booked {
	for i, c := range m.citas {
		if c.atencion == a.id && c.live() && c.id != except && a.tipo != plan {
			return &m.citas[i]
		}
	}
	return nil
}

// judge is what the rules say to a wish; estado is the code of what is wrong
// with that. Video is the modality that was settled. A cita that is changed,
// except, does not stand in its own way.
func (m *model) judge(w wish, estado string, except int64) (codes []string, video int, inTheWay []booked) {
	if codes, inTheWay := m.references(w, estado, except); len(codes) > 0 {
		return codes, m.settle(w), inTheWay
	}
	if w.duracion() <= 0 {
		return []string{duracionNoCuadra}, 0, nil
	}
	if w.duracion()%intervalo(w.prof) != 0 {
		codes = append(codes, duracionNoCuadra)
	}
	segment, ok := m.segment(w.place)
	if !ok {
		codes = append(codes, sinHorario)
	}
	if ok && w.sillon != sobrecupo && !slices.Contains(segment.sillones, w.sillon) {
		codes = append(codes, "sillon_no_disponible")
	}
	if ok && segment.modalidad == ambas && w.video == absent {
		codes = append(codes, "videoconsulta_requerida")
	}
	if ok && segment.modalidad != ambas && w.video != absent && (w.video == 1) != (segment.modalidad == videoconsulta) {
		codes = append(codes, "modalidad_no_disponible")
	}
	inTheWay, topes := m.inTheWay(w.place, except)
	return append(codes, topes...), m.settle(w), inTheWay
}

// settle is the modality a cita will have.
func (m *model) settle(w wish) int {
	segment, ok := m.segment(w.place)
	switch {
	case w.video != absent:
		return w.video
	case ok && segment.modalidad == videoconsulta:
		return 1
	default:
		return 0
	}
}

// references is the second stage.
func (m *model) references(w wish, estado string, except int64) (codes []string, inTheWay []booked) {
	report := func(code string) { codes = append(codes, code) }
	switch {
	case intervalo(w.prof) == 0:
		report(noExiste)
	case w.prof == disabledProf:
		report("profesional_deshabilitado")
	}
	if w.suc != 1 && w.suc != 2 {
		report(noExiste)
	}
	if estado != "" {
		report(estado)
	}
	if w.sillon != 1 && w.sillon != 2 && w.sillon != 3 && w.sillon != sobrecupo {
		report(noExiste)
	}
	switch off, known := m.disabled[w.paciente]; {
	case !known:
		report(noExiste)
	case off:
		report("paciente_deshabilitado")
	}
	if w.atencion == 0 {
		return codes, nil
	}
	switch a := m.atencion(w.atencion); {
	case a == nil:
		report(noExiste)
	case a.paciente != w.paciente:
		report("atencion_de_otro_paciente")
	case a.tipo == licencia || a.tipo == interconsulta:
		report("atencion_tipo_no_permitido")
	default:
		if holder := m.holder(*a, except); holder != nil {
			report(atencionConCita)
			inTheWay = []booked{*holder}
		}
	}
	return codes, inTheWay
}

// booking is what becomes of POST /citas: the codes of a refusal, else the cita
// that answers a retry, else the cita that is to be made, whose id is not known.
// Its atención is 0 where a new one has to be made.
func (m *model) booking(w wish) (codes []string, twin *booked, made booked) {
	problem := ""
	if annuls, known := anulacion(w.estado); annuls || !known {
		problem = estadoInvalido
	}
	codes, video, inTheWay := m.judge(w, problem, 0)
	made = booked{paciente: w.paciente, atencion: w.atencion, estado: w.estado, place: w.place, video: video, comentario: w.comentario}
	if len(codes) > 0 {
		return codes, m.twin(codes, w, made, inTheWay), made
	}
	for _, a := range m.atenciones {
		open := a.tipo != licencia && a.tipo != interconsulta && a.tipo != plan && m.holder(a, 0) == nil
		if made.atencion == 0 && open && a.paciente == w.paciente && a.prof == w.prof && a.suc == w.suc {
			made.atencion = a.id
		}
	}
	return nil, nil, made
}

// twin is the cita in the way of a wish if an earlier sending of it made that and
// nothing else speaks against it.
func (m *model) twin(codes []string, w wish, made booked, inTheWay []booked) *booked {
	for _, code := range codes {
		if code != topeProfesional && code != topeSillon && code != atencionConCita {
			return nil
		}
	}
	if segment, ok := m.segment(w.place); !ok || segment.modalidad == ambas && w.video == absent {
		return nil // with the hours as they are now the wish could not be granted anyway
	}
	for _, c := range inTheWay {
		same := made
		same.id = c.id
		if w.atencion == 0 {
			same.atencion = c.atencion
		}
		if c == same {
			return &c
		}
	}
	return nil
}

// change is what a PUT sends; nil is not sent.
type change struct {
	prof, suc, sillon, estado *int64
	fecha                     *string
	inicio, duracion, video   *int
	comentario                *string
}

// apply is the cita with the change, before any rule is asked.
func (ch change) apply(c booked) booked {
	duracion := c.duracion()
	set(&c.prof, ch.prof)
	set(&c.suc, ch.suc)
	set(&c.sillon, ch.sillon)
	set(&c.estado, ch.estado)
	set(&c.fecha, ch.fecha)
	set(&c.inicio, ch.inicio)
	set(&duracion, ch.duracion)
	set(&c.video, ch.video)
	set(&c.comentario, ch.comentario)
	c.fin = c.inicio + duracion
	return c
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// put is what becomes of PUT /citas/{id}.
func (m *model) put(before booked, ch change) (codes []string, after booked) {
	if ch == (change{}) {
		return []string{"sin_cambios"}, before
	}
	after = ch.apply(before)
	problem, live := "", before.live()
	if after.estado != before.estado {
		_, usable := anulacion(after.estado)
		if usable || after.estado == estadoCambiado { // which cannot be named, but says what it would do
			live = after.live()
		}
		if !usable {
			problem = estadoInvalido
		}
	}
	if live && (!before.live() || after.place != before.place || after.video != before.video) {
		codes, after.video, _ = m.judge(wishOf(after), problem, before.id)
	} else {
		codes = unfitted(after, problem)
	}
	after.touched = before.touched || after != before
	return codes, after
}

func wishOf(c booked) wish {
	return wish{c.place, c.paciente, c.atencion, c.estado, c.video, c.comentario}
}

// unfitted is what is asked of a change that takes no place: what it names exists,
// and the day has such hours.
func unfitted(c booked, estado string) (codes []string) {
	if intervalo(c.prof) == 0 {
		codes = append(codes, noExiste)
	}
	if c.suc != 1 && c.suc != 2 {
		codes = append(codes, noExiste)
	}
	if estado != "" {
		codes = append(codes, estado)
	}
	if c.sillon != 1 && c.sillon != 2 && c.sillon != 3 && c.sillon != sobrecupo {
		codes = append(codes, noExiste)
	}
	switch {
	case len(codes) > 0:
		return codes
	case c.duracion() <= 0:
		return []string{duracionNoCuadra}
	case c.fin > 24*60:
		return []string{sinHorario}
	default:
		return nil
	}
}

// changeDate is what becomes of POST /citas/changeDate: made is the new cita,
// whose id is not known.
func (m *model) changeDate(before booked, ch change) (codes []string, made booked) {
	if !before.live() {
		return []string{"cita_anulada"}, made
	}
	made = ch.apply(before)
	codes, made.video, _ = m.judge(wishOf(made), "", before.id)
	made.estado, made.touched = estadoInicial, false
	return codes, made
}

// under are the ids of the citas whose place a bloqueo takes away.
func (m *model) under(b bloqueo) []int64 {
	var ids []int64
	for _, c := range m.citas {
		if c.live() && c.sillon != sobrecupo && b.binds(c.place) {
			ids = append(ids, c.id)
		}
	}
	return ids
}

// free is a place that can be had, on any of the sillones.
type free struct {
	inicio, fin int
	sillones    []int64
	modalidad   string
}

// free are the places of a length that a day offers, by their start.
func (m *model) free(d agendaDay, duracion int) []free {
	var list []free
	if d.prof == disabledProf {
		return nil
	}
	for _, s := range m.segments(d) {
		for inicio := s.inicio; inicio+duracion <= s.fin; inicio += intervalo(d.prof) {
			f := free{inicio, inicio + duracion, nil, s.modalidad}
			for _, sillon := range s.sillones {
				p := place{d.prof, d.suc, sillon, d.fecha, f.inicio, f.fin}
				_, fits := m.segment(p)
				if topes, _ := m.inTheWay(p, 0); fits && len(topes) == 0 && sillon != sobrecupo {
					f.sillones = append(f.sillones, sillon)
				}
			}
			if len(f.sillones) > 0 {
				list = append(list, f)
			}
		}
	}
	return list
}
