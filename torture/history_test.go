package torture

import (
	"fmt"
	"hash/maphash"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// act is one request of a client about one agenda: a profesional on a date.
type act struct {
	agenda
	kind   string // book, put or list
	wish   wish   // of a book; its comment is its own
	id     int64  // of a put
	change change
}

type agenda struct {
	prof  int64
	fecha string
}

const (
	actBook = "book"
	actPut  = "put"
	actList = "list"
)

// outcome is what its client saw of an act.
type outcome struct {
	unsent   bool // nobody was there to send it to
	unknown  bool // no answer, or 503: it may have had its effect or not
	replayed bool
	codes    []string // of a refusal
	cita     cita     // of a success
	list     []cita   // the live ones by id
}

func (s *server) act(a act) (outcome, error) {
	var got answer
	switch a.kind {
	case actBook:
		got = s.call(http.MethodPost, "/citas", a.wish.body())
	case actPut:
		got = s.call(http.MethodPut, fmt.Sprintf("/citas/%d", a.id), a.change.body())
	default:
		return s.look(a.agenda)
	}
	switch {
	case got.unknown():
		return outcome{unknown: true, unsent: got.unsent()}, nil
	case got.status == http.StatusBadRequest:
		return outcome{codes: got.refusal().codes()}, nil
	case got.status != http.StatusOK && got.status != http.StatusCreated:
		return outcome{}, &unexpected{got}
	}
	c, err := data[cita](got)
	return outcome{cita: c, replayed: got.replayed()}, err
}

// look lists the live citas of an agenda, which fit on one page: of one moment.
func (s *server) look(a agenda) (outcome, error) {
	query := fmt.Sprintf(`{"fecha":{"eq":%q},"id_profesional":{"eq":%d},"estado_anulacion":{"eq":0}}`, a.fecha, a.prof)
	got := s.call(http.MethodGet, "/citas?limit=100&q="+escape(query), nil)
	if got.unknown() {
		return outcome{unknown: true, unsent: got.unsent()}, nil
	}
	if got.status != http.StatusOK {
		return outcome{}, &unexpected{got}
	}
	list, err := data[[]cita](got)
	if len(list) == 100 {
		return outcome{}, fmt.Errorf("more than a page of citas on %s", a.fecha)
	}
	slices.SortFunc(list, byID)
	return outcome{list: list}, err
}

func byID(a, b cita) int { return int(a.ID - b.ID) }

// as reads what the checker keeps without its type.
func as[T any](v any) T {
	typed, ok := v.(T)
	if !ok {
		panic(fmt.Sprintf("the history holds a %T", v))
	}
	return typed
}

// seen is an operation as its client saw it.
func seen(op porcupine.Operation) (act, outcome) { return as[act](op.Input), as[outcome](op.Output) }

// never is when an act ends whose end nobody saw.
const never = math.MaxInt64

// settled is a history as the checker wants it, given the citas there are in the
// end: of a booking without an answer they tell whether it took place.
//
// Of the sendings of one wish at most one makes a cita. Where none was answered
// by that, it was one of those without an answer, and since they are all the same
// to the checker, it is told of one that began with the first and never ended.
func settled(history []porcupine.Operation, after []cita) []porcupine.Operation {
	made := map[string]cita{}
	for _, c := range after {
		made[c.Comentarios] = c
	}
	for _, op := range history {
		if a, o := seen(op); a.kind == actBook && o.cita.ID != 0 && !o.replayed {
			delete(made, a.wish.comentario) // its maker is known
		}
	}
	var list []porcupine.Operation
	for _, op := range history { // by their beginning
		a, o := seen(op)
		if o.unknown {
			op.Return = never
		}
		if o.unknown && a.kind == actList {
			continue // it tells nothing
		}
		if o.unknown && a.kind == actBook {
			c, tookPlace := made[a.wish.comentario]
			if !tookPlace {
				continue
			}
			delete(made, a.wish.comentario)
			o.cita = c
			op.Output = o
		}
		list = append(list, op)
	}
	return list
}

// day is the state of one agenda in the eyes of the checker. The values in it are
// never changed.
type day struct {
	citas      []booked   // by id
	atenciones []atencion // by id
}

// model lets the rules look at a day; the pacientes are all known and enabled.
func (d day) model(paciente int64) *model {
	return &model{disabled: map[int64]bool{paciente: false}, atenciones: d.atenciones, citas: d.citas}
}

func (d day) list() []cita {
	var list []cita
	for _, c := range d.citas {
		if c.live() {
			list = append(list, c.wire())
		}
	}
	return list
}

// step tells whether an act can have this outcome on this day, and the day after.
func (d day) step(a act, o outcome) (bool, day) {
	switch a.kind {
	case actBook:
		return d.book(a.wish, o)
	case actPut:
		return d.put(a, o)
	default:
		return slices.Equal(d.list(), o.list), d
	}
}

func (d day) book(w wish, o outcome) (bool, day) {
	codes, twin, made := d.model(w.paciente).booking(w)
	switch {
	case twin != nil:
		return !o.unknown && o.replayed && o.cita == twin.wire(), d
	case len(codes) > 0:
		return slices.Equal(o.codes, codes), d
	case len(o.codes) > 0 || o.replayed:
		return false, d
	}
	// Of a cita whose making was not answered only this is known of that moment.
	made.id = o.cita.ID
	if last := len(d.citas) - 1; last >= 0 && d.citas[last].id >= made.id {
		return false, d // ids ascend as citas are made
	}
	if made.atencion == 0 {
		known := func(at atencion) bool { return at.id == o.cita.IDAtencion }
		if o.cita.IDAtencion == 0 || slices.ContainsFunc(d.atenciones, known) {
			return false, d
		}
		made.atencion = o.cita.IDAtencion
		d.atenciones = append(slices.Clip(d.atenciones), atencion{made.atencion, w.paciente, w.prof, w.suc, "Consulta"})
		slices.SortFunc(d.atenciones, func(a, b atencion) int { return int(a.id - b.id) })
	}
	if o.cita.IDAtencion != made.atencion || !o.unknown && o.cita != made.wire() {
		return false, d
	}
	d.citas = append(slices.Clip(d.citas), made)
	return true, d
}

func (d day) put(a act, o outcome) (bool, day) {
	i := slices.IndexFunc(d.citas, func(c booked) bool { return c.id == a.id })
	if i < 0 {
		return false, d
	}
	codes, after := d.model(d.citas[i].paciente).put(d.citas[i], a.change)
	switch {
	case len(codes) > 0:
		return o.unknown || slices.Equal(o.codes, codes), d
	case !o.unknown && (len(o.codes) > 0 || o.cita != after.wire()):
		return false, d
	}
	d.citas = slices.Clone(d.citas)
	d.citas[i] = after
	return true, d
}

var hashSeed = maphash.MakeSeed()

// linearizable is what the checker needs to know of a day.
func linearizable() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			agendas := map[agenda][]porcupine.Operation{}
			for _, op := range history {
				key := as[act](op.Input).agenda
				agendas[key] = append(agendas[key], op)
			}
			var parts [][]porcupine.Operation
			for _, part := range agendas {
				parts = append(parts, part)
			}
			return parts
		},
		Init: func() any { return day{} },
		Step: func(state, input, output any) (bool, any) {
			return as[day](state).step(as[act](input), as[outcome](output))
		},
		Equal: func(a, b any) bool {
			x, y := as[day](a), as[day](b)
			return slices.Equal(x.citas, y.citas) && slices.Equal(x.atenciones, y.atenciones)
		},
		Hash: func(state any) (sum uint64) {
			for _, c := range as[day](state).citas {
				sum = 31*sum + maphash.Comparable(hashSeed, c)
			}
			return sum
		},
		DescribeOperation: func(input, output any) string { return describe(as[act](input), as[outcome](output)) },
		DescribeState: func(state any) string {
			var lines []string
			for _, c := range as[day](state).citas {
				lines = append(lines, fmt.Sprintf("%d estado %d %s-%s sucursal %d sillón %d", c.id, c.estado, hora(c.inicio), hora(c.fin), c.suc, c.sillon))
			}
			return strings.Join(lines, "\n")
		},
	}
}

func describe(a act, o outcome) string {
	sent := fmt.Sprint(a.kind, " ", a.wish.body())
	switch a.kind {
	case actPut:
		sent = fmt.Sprint(a.kind, " ", a.id, " ", a.change.body())
	case actList:
		sent = a.kind
	}
	switch {
	case o.unknown:
		return sent + " → ?"
	case len(o.codes) > 0:
		return fmt.Sprint(sent, " → ", o.codes)
	case a.kind == actList:
		var ids []int64
		for _, c := range o.list {
			ids = append(ids, c.ID)
		}
		return fmt.Sprint(sent, " → ", ids)
	default:
		return fmt.Sprint(sent, " → ", o.cita.ID)
	}
}

// judgeTime is far more than the checker needs.
const judgeTime = 2 * time.Minute

// mustBeLinearizable fails the test unless some order of the acts explains all
// outcomes. It then leaves a picture of the history.
func mustBeLinearizable(t *testing.T, history []porcupine.Operation) {
	t.Helper()
	verdict, info := porcupine.CheckOperationsVerbose(linearizable(), history, judgeTime)
	if verdict == porcupine.Ok {
		return
	}
	picture := filepath.Join(t.ArtifactDir(), "history.html")
	if err := porcupine.VisualizePath(linearizable(), info, picture); err != nil {
		t.Error(err)
	}
	if verdict == porcupine.Unknown {
		t.Errorf("a history of %d acts could not be judged in %v; see %s", len(history), judgeTime, picture)
		return
	}
	if _, err := os.Stat(picture); err == nil {
		t.Logf("see %s (go test -artifacts keeps it)", picture)
	}
	t.Error("no order of the acts explains what the clients saw")
}
