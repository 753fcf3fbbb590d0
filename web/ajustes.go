package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tomahora/tomahora"
)

// seccion is a place of the set-up.
type seccion struct {
	Key, Path, Icon string
}

// secciones are the places of the set-up in their groups; those without a route
// are left out by ajustesFor.
func secciones() [][]seccion {
	return [][]seccion{
		{
			{"ajustes.clinica", "/ajustes/clinica", "building-2"},
			{"ajustes.sucursales", "/ajustes/sucursales", "map-pin"},
			{"ajustes.sillones", "/ajustes/sillones", "armchair"},
			{"ajustes.especialidades", "/ajustes/especialidades", "stethoscope"},
		},
		{
			{"ajustes.profesionales", "/ajustes/profesionales", "users"},
			{"ajustes.especiales", "/ajustes/especiales", "calendar-clock"},
			{"ajustes.bloqueos", "/ajustes/bloqueos", "calendar-x"},
			{"ajustes.estados", "/ajustes/estados", "tags"},
			{"ajustes.online", "/ajustes/online", "globe"},
		},
		{
			{"ajustes.usuarios", "/ajustes/usuarios", "user-cog"},
			{"ajustes.tokens", "/ajustes/tokens", "key-round"},
			{"ajustes.webhooks", "/ajustes/webhooks", "webhook"},
		},
	}
}

// ajustesNav is the navigation inside the set-up, by group, for whoever may use
// each place; nil outside of the set-up.
func (s *server) ajustesNav(v *visit, at string) [][]navItem {
	if v.bare || at != "/ajustes" && !strings.HasPrefix(at, "/ajustes/") {
		return nil
	}
	var groups [][]navItem
	for _, group := range secciones() {
		var items []navItem
		for _, sec := range group {
			need, ok := s.needs["GET "+sec.Path]
			if !ok || !v.may(need) {
				continue
			}
			items = append(items, navItem{
				Key: sec.Key, Path: sec.Path, Icon: sec.Icon, Current: at == sec.Path || strings.HasPrefix(at, sec.Path+"/"),
			})
		}
		if items != nil {
			groups = append(groups, items)
		}
	}
	return groups
}

// ajustes is where the set-up begins: its places, told in a line each.
func (s *server) ajustes(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, "ajustes", nil)
}

// enlace is a link.
type enlace struct{ Label, Path string }

// listado is a list of the set-up as its screen shows it.
type listado struct {
	Title, Intro string
	New          *enlace
	Export       string // path of the same as CSV
	Filter       *filtro
	Columns      []string
	Rows         []fila
	Empty        emptyState
}

// fila is one row; the first of its cells links to where it is edited.
type fila struct {
	Path  string
	Cells []celda
	Off   bool // deshabilitado
}

// celda is one cell: a text and what stands below or beside it.
type celda struct {
	Text, Below   string
	Color         string // "#rrggbb" of a dot before the text
	Tag, TagClass string
	Links         []enlace
}

// filtro is a choice above a list that asks for it again.
type filtro struct {
	Field field
	Path  string
}

// ficha is a form of the set-up as its screen shows it.
type ficha struct {
	Title, Intro string
	Form         form
	Groups       []grupo
	Zonas        []string // for a datalist, where the form asks for a zone
	Back         enlace
	Action       string
	Tabs         []navItem
	Link         *enlace // where to look at what the form is about
	Delete       *borrado
	EnMedio      *enMedioShown // citas that keep it from being saved
	Modos        []modo        // what else the hours may be used for, where those were drawn in the agenda
}

// backTo leads back to the page that the form was opened from, where it is told which.
func (f *ficha) backTo(l locale, volver string) {
	if volver != "" {
		f.Back = enlace{l.t("ajustes.back"), localPath(volver)}
	}
}

// grupo is some fields of a form that belong together.
type grupo struct {
	Legend, Hint string
	Fields       []field
	Choices      []choices
}

// Stacked tells whether the fields are check boxes, which stand below each other.
func (g grupo) Stacked() bool {
	return !slices.ContainsFunc(g.Fields, func(f field) bool { return f.Type != "checkbox" })
}

// borrado is how a form's thing is deleted.
type borrado struct{ Path, Label, Question string }

// choices are several things of which any number, or with Radio one, is chosen.
type choices struct {
	ID, Name, Legend, Hint, Problem string
	Radio                           bool
	Options                         []choice
}

type choice struct {
	Value, Label, Hint string
	Checked            bool
}

// newChoices are choices of a form.
func newChoices(f form, name, legend string, options []option) choices {
	c := choices{ID: "campo-" + name, Name: name, Legend: legend, Problem: f.Problems[name]}
	for _, o := range options {
		c.Options = append(c.Options, choice{Value: o.Value, Label: o.Label, Checked: slices.Contains(f.Values[name], o.Value)})
	}
	return c
}

// words are those of the visitor's language.
func (s *server) words(r *http.Request) locale { return s.locales[visitOf(r).lang] }

// lector reads what a form of the set-up has; what cannot be read is a problem
// beside its field.
type lector struct {
	form
	l locale
}

func (s *server) lector(w http.ResponseWriter, r *http.Request) (*lector, error) {
	f, err := readForm(w, r)
	f.Problems = map[string]string{}
	return &lector{form: f, l: s.words(r)}, err
}

func (e *lector) wrong(name, key string) {
	if e.Problems[name] == "" {
		e.Problems[name] = e.l.t(key)
	}
}

func (e *lector) bad() bool { return len(e.Problems) > 0 }

func (e *lector) texto(name string) string { return strings.TrimSpace(e.Get(name)) }

func (e *lector) marca(name string) bool { return e.Get(name) != "" }

// id is the id that a choice has, 0 for none.
func (e *lector) id(name string) int64 { return e.entero(name) }

func (e *lector) entero(name string) int64 {
	text := e.texto(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		e.wrong(name, "ajustes.notNumber")
		return 0
	}
	return n
}

// ids are the ids of all that is chosen under a name.
func (e *lector) ids(name string) []int64 {
	var ids []int64
	for _, text := range e.Values[name] {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && id > 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// fecha is a date, the zero one where none is given.
func (e *lector) fecha(name string) tomahora.Fecha {
	text := e.texto(name)
	if text == "" {
		return tomahora.Fecha{}
	}
	f, err := tomahora.ParseFecha(text)
	if err != nil {
		e.wrong(name, "ajustes.notDate")
	}
	return f
}

// rango is the range between two hours, each of which is a problem where it
// cannot be read; empty where neither is given.
func (e *lector) rango(inicio, fin string) tomahora.Rango {
	if e.texto(inicio) == "" && e.texto(fin) == "" {
		return tomahora.Rango{}
	}
	r := tomahora.Rango{Inicio: e.hora(inicio, false), Fin: e.hora(fin, true)}
	if r.Fin == 0 && e.Problems[fin] == "" { // midnight as browsers spell it
		r.Fin = tomahora.FinDelDia
	}
	return r
}

func (e *lector) hora(name string, end bool) tomahora.Hora {
	parse := tomahora.ParseHora
	if end {
		parse = tomahora.ParseHoraFin
	}
	h, err := parse(e.texto(name))
	if err != nil {
		e.wrong(name, "ajustes.notHour")
	}
	return h
}

// hhmm is an hour as forms show it; an end of day is 00:00, since browsers know no
// 24:00.
func hhmm(h tomahora.Hora) string { return (h % tomahora.FinDelDia).String()[:5] }

// setFlag puts a flag into a form's values, which have none where it is false.
func setFlag(v url.Values, name string, b bool) {
	if b {
		v.Set(name, "1")
	}
}

// pathID is the id in the request's path, 0 for what is new ("nuevo", "nueva").
func pathID(r *http.Request) (int64, error) {
	text := r.PathValue("id")
	if text == "nuevo" || text == "nueva" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, tomahora.NotFound("la página")
	}
	return id, nil
}

func itoa[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }

// enabledTag marks what is deshabilitado.
func (l locale) enabledTag(enabled bool) celda {
	if enabled {
		return celda{Tag: l.t("ajustes.enabled"), TagClass: "tag-ok"}
	}
	return celda{Tag: l.t("ajustes.disabled")}
}
