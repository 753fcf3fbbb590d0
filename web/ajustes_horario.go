package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// horarioPage is a profesional's week at a sucursal: a form with a row for each
// rule, which a script draws as a grid.
type horarioPage struct {
	Title, Nombre string
	Back          enlace
	Tabs          []navItem
	Sucursal      string // its name
	Others        []enlace
	Form          form
	Rows          []horarioRow
	Action        string
	Version       string // of the week as it was read
	Week          horarioWeek
	Outside       []diaEnMedio // citas for which there are no hours any more
	OutsideCount  int
	More          int // of them that are not shown
}

// horarioRow is one rule as a row of the form. Equal rules of several days share
// one.
type horarioRow struct {
	N        string // its number, which ends the names of its fields
	Legend   string
	Dias     choices
	Horas    []field
	Sillones choices
	Modo     field
	Vigencia []field
	Remove   field
}

// horarioWeek is what the script draws from.
type horarioWeek struct {
	Intervalo int            `json:"intervalo"`
	Dias      []string       `json:"dias"`
	Sillones  []horarioLane  `json:"sillones"`
	Reglas    []horarioRegla `json:"reglas"`
}

type horarioLane struct {
	ID     int64  `json:"id"`
	Nombre string `json:"nombre"`
}

// horarioRegla is a rule of one day, as its fields have it.
type horarioRegla struct {
	Dia         int     `json:"dia"`
	Inicio      string  `json:"inicio"`
	Fin         string  `json:"fin"`
	PausaInicio string  `json:"pausa_inicio"`
	PausaFin    string  `json:"pausa_fin"`
	Sillones    []int64 `json:"sillones"`
	Modalidad   string  `json:"modalidad"`
	Desde       string  `json:"desde"`
	Hasta       string  `json:"hasta"`
	Problema    string  `json:"problema,omitempty"`
}

// maxReglas bounds the rules of one week.
const maxReglas = 100

// horarioDe finds whose week the request is about, and at which sucursal: the one
// it names, else the first at which the profesional attends, else the first.
func horarioDe(cfg *tomahora.Config, r *http.Request) (tomahora.Profesional, tomahora.Sucursal, error) {
	id, err := pathID(r)
	if err != nil {
		return tomahora.Profesional{}, tomahora.Sucursal{}, err
	}
	prof, ok := cfg.Profesional(tomahora.ProfesionalID(id))
	if !ok {
		return prof, tomahora.Sucursal{}, tomahora.NotFound("la página")
	}
	list := cfg.Plan().Sucursales
	if text := r.URL.Query().Get("sucursal"); text != "" {
		i := slices.IndexFunc(list, func(s tomahora.Sucursal) bool { return itoa(s.ID) == text })
		if i < 0 {
			return prof, tomahora.Sucursal{}, tomahora.NotFound("la página")
		}
		return prof, list[i], nil
	}
	i := max(0, slices.IndexFunc(list, func(s tomahora.Sucursal) bool { return cfg.Atiende(prof.ID, s.ID) }))
	if i >= len(list) {
		return prof, tomahora.Sucursal{}, nil
	}
	return prof, list[i], nil
}

// semanaDe are the weekly rules of a profesional at a sucursal, by day and hour.
func semanaDe(cfg *tomahora.Config, prof tomahora.ProfesionalID, suc tomahora.SucursalID) []tomahora.Horario {
	var week []tomahora.Horario
	for _, h := range cfg.Plan().Horarios {
		if h.IDProfesional == prof && h.IDSucursal == suc {
			week = append(week, h)
		}
	}
	slices.SortStableFunc(week, func(a, b tomahora.Horario) int {
		return cmp.Or(cmp.Compare(a.Dia, b.Dia), cmp.Compare(a.Jornada.Rango.Inicio, b.Jornada.Rango.Inicio))
	})
	return week
}

// versionOf tells one week from another.
func versionOf(week []tomahora.Horario) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", week))
	return hex.EncodeToString(sum[:8])
}

// horario shows a profesional's week.
func (s *server) horario(w http.ResponseWriter, r *http.Request) error {
	cfg, err := s.config(r)
	if err != nil {
		return err
	}
	prof, suc, err := horarioDe(cfg, r)
	if err != nil {
		return err
	}
	week := semanaDe(cfg, prof.ID, suc.ID)
	return s.showHorario(w, r, http.StatusOK, cfg, horarioForm(week), nil)
}

// horarioForm is the rules of a week as a form has them: those that differ in
// nothing but the day in one row.
func horarioForm(week []tomahora.Horario) form {
	f := form{Values: url.Values{"version": {versionOf(week)}}}
	rows := map[string]string{}
	for _, h := range week {
		j := h.Jornada
		key := fmt.Sprintf("%+v %s %s", j, h.Desde, h.Hasta)
		n, ok := rows[key]
		if !ok {
			n = strconv.Itoa(len(rows))
			rows[key] = n
			f.Add("fila", n)
			f.Set("inicio."+n, hhmm(j.Rango.Inicio))
			f.Set("fin."+n, hhmm(j.Rango.Fin))
			if !j.Pausa.IsEmpty() {
				f.Set("pausa_inicio."+n, hhmm(j.Pausa.Inicio))
				f.Set("pausa_fin."+n, hhmm(j.Pausa.Fin))
			}
			for _, id := range j.Sillones {
				f.Add("sillones."+n, itoa(id))
			}
			f.Set("modalidad."+n, string(j.Modalidad))
			f.Set("desde."+n, h.Desde.String())
			f.Set("hasta."+n, h.Hasta.String())
		}
		f.Add("dia."+n, strconv.Itoa(int(h.Dia)))
	}
	return f
}

// saveHorario makes a week what the form says, or adds a row to the form.
func (s *server) saveHorario(w http.ResponseWriter, r *http.Request) error {
	e, err := s.lector(w, r)
	if err != nil {
		return err
	}
	cfg, err := s.config(r)
	if err != nil {
		return err
	}
	prof, suc, err := horarioDe(cfg, r)
	if err != nil {
		return err
	}
	if e.Has("agregar") {
		return s.showHorario(w, r, http.StatusOK, cfg, withRow(e.form, cfg), nil)
	}
	week, rows := e.semana(prof.ID, suc.ID)
	if e.bad() {
		return s.showHorario(w, r, http.StatusUnprocessableEntity, cfg, e.form, nil)
	}
	err = s.update(r, func(tx tomahora.Tx) error {
		stored := semanaDe(tx.Config(), prof.ID, suc.ID)
		if versionOf(stored) != e.Get("version") {
			return &tomahora.Error{Kind: tomahora.KindStale, Code: tomahora.CodeVersionDistinta, Args: []any{0}}
		}
		return agenda.ReemplazarHorarios(tx, s.user(r).Actor(), prof.ID, suc.ID, week)
	})
	switch kind := tomahora.KindOf(err); {
	case err == nil:
		return s.done(w, r, r.URL.RequestURI(), "horario.saved", prof.NombreCompleto())
	case kind == tomahora.KindStale:
		return s.staleHorario(w, r, cfg, e.form, prof.ID, suc.ID)
	case kind == tomahora.KindInvalid:
		return s.refuseHorario(w, r, cfg, e, week, rows, err)
	default:
		return err
	}
}

// staleHorario shows the form again, which may now be saved over what somebody
// else made of the week meanwhile.
func (s *server) staleHorario(w http.ResponseWriter, r *http.Request, cfg *tomahora.Config, f form, prof tomahora.ProfesionalID, suc tomahora.SucursalID) error {
	f.Set("version", versionOf(semanaDe(cfg, prof, suc)))
	f.Problems = map[string]string{"": s.words(r).t("horario.stale")}
	return s.showHorario(w, r, http.StatusConflict, cfg, f, nil)
}

// refuseHorario puts what is wrong with each rule into its row.
func (s *server) refuseHorario(w http.ResponseWriter, r *http.Request, cfg *tomahora.Config, e *lector, week []tomahora.Horario, rows []string, err error) error {
	wrong := map[int]string{}
	for i, problems := range cfg.ProblemasDeSemana(week) {
		for _, p := range problems {
			text := e.l.problem(p)
			wrong[i] = cmp.Or(wrong[i], text)
			field := fieldOfHorario(p.Field) + "." + rows[i]
			if e.Problems[field] == "" {
				e.Problems[field] = text
			}
		}
	}
	if !e.bad() {
		e.Problems[""] = e.l.problem(tomahora.ProblemsOf(err)[0])
	}
	return s.showHorario(w, r, http.StatusUnprocessableEntity, cfg, e.form, wrong)
}

// fieldOfHorario is the field of a row that a wire's parameter stands in.
func fieldOfHorario(param string) string {
	if param == "hora_inicio" {
		return "inicio"
	}
	return param
}

// withRow is the form with an empty row more.
func withRow(f form, cfg *tomahora.Config) form {
	next := 0
	for _, n := range f.Values["fila"] {
		if i, err := strconv.Atoi(n); err == nil {
			next = max(next, i+1)
		}
	}
	n := strconv.Itoa(next)
	f.Add("fila", n)
	fillBlank(f, n, cfg)
	return f
}

// fillBlank is what a new rule begins as.
func fillBlank(f form, n string, cfg *tomahora.Config) {
	f.Set("inicio."+n, "09:00")
	f.Set("fin."+n, "18:00")
	f.Set("modalidad."+n, string(tomahora.Presencial))
	if list := cfg.Plan().Sillones; len(list) > 0 {
		f.Set("sillones."+n, itoa(list[0].ID))
	}
}

// semana reads the rules of a form, a rule for each day of a row, with the number
// of the row that each stands in.
func (e *lector) semana(prof tomahora.ProfesionalID, suc tomahora.SucursalID) (week []tomahora.Horario, rows []string) {
	for _, n := range e.Values["fila"] {
		if e.marca("quitar." + n) {
			continue
		}
		h := tomahora.Horario{IDProfesional: prof, IDSucursal: suc, Desde: e.fecha("desde." + n), Hasta: e.fecha("hasta." + n)}
		h.Jornada = e.jornada(camposDe(n))
		if h.Jornada.Rango.Duracion() == 0 {
			e.wrong("inicio."+n, "horario.noHours")
		}
		dias := e.ids("dia." + n)
		if len(dias) == 0 {
			e.wrong("dia."+n, "horario.noDay")
		}
		for _, dia := range dias {
			h.Dia = tomahora.Dia(dia)
			week, rows = append(week, h), append(rows, n)
		}
	}
	if len(week) > maxReglas {
		e.Problems[""] = e.l.t("horario.tooMany", maxReglas)
	}
	return week, rows
}

// campos are the names of the fields that a jornada is filled into.
type campos struct{ inicio, fin, pausaInicio, pausaFin, sillones, modalidad string }

// camposDe are those of a row.
func camposDe(n string) campos {
	return campos{"inicio." + n, "fin." + n, "pausa_inicio." + n, "pausa_fin." + n, "sillones." + n, "modalidad." + n}
}

// jornada reads the hours of a day.
func (e *lector) jornada(c campos) tomahora.Jornada {
	j := tomahora.Jornada{
		Rango: e.rango(c.inicio, c.fin), Pausa: e.rango(c.pausaInicio, c.pausaFin), Modalidad: tomahora.Modalidad(e.texto(c.modalidad)),
	}
	for _, id := range e.ids(c.sillones) {
		j.Sillones = append(j.Sillones, tomahora.SillonID(id))
	}
	if len(j.Sillones) == 0 {
		e.wrong(c.sillones, "horario.noSillon")
	}
	return j
}

// showHorario shows a week as a form has it. Wrong is what is wrong with each of
// its rules, where that is known.
func (s *server) showHorario(w http.ResponseWriter, r *http.Request, status int, cfg *tomahora.Config, f form, wrong map[int]string) error {
	prof, suc, err := horarioDe(cfg, r)
	if err != nil {
		return err
	}
	l := s.words(r)
	path := "/ajustes/profesionales/" + itoa(prof.ID) + "/horario"
	p := horarioPage{
		Title: l.t("horario.title", prof.NombreCompleto()), Nombre: prof.NombreCompleto(),
		Back: enlace{l.t("ajustes.profesionales"), "/ajustes/profesionales"}, Tabs: profesionalTabs(int64(prof.ID), true),
		Sucursal: suc.Nombre, Form: f, Action: path + "?sucursal=" + itoa(suc.ID), Version: f.Get("version"),
	}
	for _, o := range cfg.Plan().Sucursales {
		if o.ID != suc.ID && (o.Habilitada || cfg.Atiende(prof.ID, o.ID)) {
			p.Others = append(p.Others, enlace{o.Nombre, path + "?sucursal=" + itoa(o.ID)})
		}
	}
	for _, n := range f.Values["fila"] {
		p.Rows = append(p.Rows, l.horarioRow(f, n, cfg))
	}
	p.Week = l.horarioWeek(f, prof, cfg, wrong)
	var outside enMedio
	err = s.view(r, func(tx tomahora.Tx) error {
		outside = enMedio{}
		citas, err := agenda.FueraDeHorario(tx, prof.ID, suc.ID)
		for _, c := range citas {
			err = errors.Join(err, outside.add(tx, c.ID))
		}
		return err
	})
	if err != nil {
		return err
	}
	p.OutsideCount = outside.count
	p.Outside, p.More = l.inTheWay(cfg, outside)
	return s.render(w, r, status, "horario", p)
}

// horarioRow is the fields of one row.
func (l locale) horarioRow(f form, n string, cfg *tomahora.Config) horarioRow {
	var dias []option
	for d := tomahora.Lunes; d <= tomahora.Domingo; d++ {
		dias = append(dias, option{strconv.Itoa(int(d)), l.list("date.days", int(d)-1)})
	}
	i, _ := strconv.Atoi(n)
	return horarioRow{
		N: n, Legend: l.t("horario.row", i+1),
		Dias: newChoices(f, "dia."+n, l.t("horario.dias"), dias),
		Horas: []field{
			newField(f, "inicio."+n, l.t("horario.inicio"), "type=time", "required"), newField(f, "fin."+n, l.t("horario.fin"), "type=time", "required"),
			newField(f, "pausa_inicio."+n, l.t("horario.pausaInicio"), "type=time"), newField(f, "pausa_fin."+n, l.t("horario.pausaFin"), "type=time"),
		},
		Sillones: newChoices(f, "sillones."+n, l.t("horario.sillones"), sillonOptions(cfg)),
		Modo:     newChoice(newField(f, "modalidad."+n, l.t("horario.modalidad"), "required"), l.modalidades()),
		Vigencia: []field{
			newField(f, "desde."+n, l.t("horario.desde"), "type=date"), newField(f, "hasta."+n, l.t("horario.hasta"), "type=date"),
		},
		Remove: newField(f, "quitar."+n, l.t("horario.remove"), "type=checkbox"),
	}
}

func sillonOptions(cfg *tomahora.Config) []option {
	var list []option
	for _, s := range cfg.Plan().Sillones {
		list = append(list, option{itoa(s.ID), s.Nombre})
	}
	return list
}

func (l locale) modalidades() []option {
	var list []option
	for _, m := range []tomahora.Modalidad{tomahora.Presencial, tomahora.Videoconsulta, tomahora.Ambas} {
		list = append(list, option{string(m), l.t("horario.modalidad." + string(m))})
	}
	return list
}

// horarioWeek is the rules of a form for the script: one for each day, in the
// order in which semana reads them.
func (l locale) horarioWeek(f form, prof tomahora.Profesional, cfg *tomahora.Config, wrong map[int]string) horarioWeek {
	week := horarioWeek{Intervalo: int(prof.Intervalo), Sillones: []horarioLane{}, Reglas: []horarioRegla{}}
	for d := range 7 {
		week.Dias = append(week.Dias, l.list("date.days", d))
	}
	for _, s := range cfg.Plan().Sillones {
		week.Sillones = append(week.Sillones, horarioLane{int64(s.ID), s.Nombre})
	}
	e := &lector{form: form{Values: f.Values, Problems: map[string]string{}}, l: l}
	for _, n := range f.Values["fila"] {
		if e.marca("quitar." + n) {
			continue
		}
		rule := horarioRegla{
			Inicio: f.Get("inicio." + n), Fin: f.Get("fin." + n), PausaInicio: f.Get("pausa_inicio." + n), PausaFin: f.Get("pausa_fin." + n),
			Sillones: append([]int64{}, e.ids("sillones."+n)...), Modalidad: f.Get("modalidad." + n), Desde: f.Get("desde." + n), Hasta: f.Get("hasta." + n),
		}
		for _, dia := range e.ids("dia." + n) {
			rule.Dia, rule.Problema = int(dia), cmp.Or(wrong[len(week.Reglas)], firstProblem(f, n))
			week.Reglas = append(week.Reglas, rule)
		}
	}
	return week
}

// firstProblem is what is wrong with a field of a row that could not be read.
func firstProblem(f form, n string) string {
	for _, name := range []string{"inicio", "fin", "pausa_inicio", "pausa_fin", "sillones", "modalidad", "desde", "hasta"} {
		if text := f.Problems[name+"."+n]; text != "" {
			return text
		}
	}
	return ""
}
