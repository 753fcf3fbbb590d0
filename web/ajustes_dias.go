package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// hoy is the clinic's date.
func (s *server) hoy(cfg *tomahora.Config) tomahora.Fecha {
	return tomahora.FechaOf(s.Clock(), cfg.Zona())
}

// Horarios especiales.

func (s *server) especiales(l locale, cfg *tomahora.Config, q url.Values) listado {
	made := listado{
		Title: l.t("ajustes.especiales"), Intro: l.t("ajustes.especiales.intro"),
		New: &enlace{l.t("ajustes.especiales.new"), "/ajustes/especiales/nuevo"}, Export: "/listas/especiales.csv",
		Filter:  l.fromDate(q, "/ajustes/especiales", s.hoy(cfg)),
		Columns: []string{l.t("ajustes.fecha"), l.t("ajustes.profesional"), l.t("ajustes.sucursal"), l.t("ajustes.horas"), l.t("horario.sillones")},
		Empty:   newEmpty("calendar-clock", l.t("ajustes.especiales.emptyTitle"), l.t("ajustes.especiales.emptyText"), l.t("ajustes.especiales.new"), "/ajustes/especiales/nuevo"),
	}
	list := slices.Clone(cfg.Plan().Especiales)
	slices.SortStableFunc(list, func(a, b tomahora.HorarioEspecial) int {
		return cmp.Or(cmp.Compare(b.Fecha.DaysTo(a.Fecha), 0), cmp.Compare(a.Jornada.Rango.Inicio, b.Jornada.Rango.Inicio))
	})
	from := s.fromOf(q, cfg)
	for _, v := range list {
		if v.Fecha.Before(from) {
			continue
		}
		horas := celda{Text: l.t("ajustes.especiales.closed")}
		if !v.Jornada.Rango.IsEmpty() {
			horas = celda{Text: rangoText(v.Jornada.Rango)}
			if !v.Jornada.Pausa.IsEmpty() {
				horas.Below = l.t("ajustes.pausaDe", rangoText(v.Jornada.Pausa))
			}
		}
		made.Rows = append(made.Rows, fila{Path: "/ajustes/especiales/" + itoa(v.ID), Cells: []celda{
			{Text: l.dateWithYear(v.Fecha)}, {Text: nombreDe(cfg, v.IDProfesional)}, {Text: sucursalDe(cfg, v.IDSucursal)}, horas,
			{Text: sillonesText(cfg, v.Jornada.Sillones)},
		}})
	}
	return made
}

// fromDate is the choice of the date from which on a list of dates is shown.
func (l locale) fromDate(q url.Values, path string, hoy tomahora.Fecha) *filtro {
	f := form{Values: url.Values{"desde": {cmp.Or(q.Get("desde"), hoy.String())}}}
	return &filtro{Field: newField(f, "desde", l.t("ajustes.from"), "type=date"), Path: path}
}

// fromOf is that date, today where none can be read.
func (s *server) fromOf(q url.Values, cfg *tomahora.Config) tomahora.Fecha {
	if f, err := tomahora.ParseFecha(q.Get("desde")); err == nil {
		return f
	}
	return s.hoy(cfg)
}

func rangoText(r tomahora.Rango) string { return r.Inicio.String()[:5] + " – " + r.Fin.String()[:5] }

// dateWithYear is "jue 26 nov 2026".
func (l locale) dateWithYear(f tomahora.Fecha) string {
	return l.t("date.withYear", l.shortDate(f), f.Year)
}

func nombreDe(cfg *tomahora.Config, id tomahora.ProfesionalID) string {
	p, _ := cfg.Profesional(id)
	return p.NombreCompleto()
}

func sucursalDe(cfg *tomahora.Config, id tomahora.SucursalID) string {
	v, _ := cfg.Sucursal(id)
	return v.Nombre
}

func sillonesText(cfg *tomahora.Config, ids []tomahora.SillonID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		s, _ := cfg.Sillon(id)
		names[i] = s.Nombre
	}
	return joined(names...)
}

func profesionalOptions(cfg *tomahora.Config, selected string) []option {
	var list []option
	for _, p := range cfg.Plan().Profesionales {
		if p.Habilitado || itoa(p.ID) == selected {
			list = append(list, option{itoa(p.ID), p.NombreCompleto()})
		}
	}
	slices.SortStableFunc(list, func(a, b option) int { return cmp.Compare(tomahora.Fold(a.Label), tomahora.Fold(b.Label)) })
	return list
}

// whose is the field that asks whose hours are meant. As long as that is open it comes
// first to who fills in the form.
func whose(f form, label string, options []option) field {
	const name = "id_profesional"
	settings := []string{"required"}
	if f.Get(name) == "" {
		settings = append(settings, "data-foco=1")
	}
	return newChoice(newField(f, name, label, settings...), orNone(options, f.Get(name)))
}

func sucursalOptions(cfg *tomahora.Config, selected string) []option {
	var list []option
	for _, v := range cfg.Plan().Sucursales {
		if v.Habilitada || itoa(v.ID) == selected {
			list = append(list, option{itoa(v.ID), v.Nombre})
		}
	}
	return list
}

func catalogoEspeciales() catalogo[tomahora.HorarioEspecial] {
	return catalogo[tomahora.HorarioEspecial]{
		path: "/ajustes/especiales",
		find: func(cfg *tomahora.Config, id int64) (v tomahora.HorarioEspecial, ok bool) {
			list := cfg.Plan().Especiales
			i := slices.IndexFunc(list, func(v tomahora.HorarioEspecial) bool { return int64(v.ID) == id })
			if i < 0 {
				return v, false
			}
			return list[i], true
		},
		fresh: tomahora.HorarioEspecial{Jornada: tomahora.Jornada{
			Rango: tomahora.Rango{Inicio: 9 * 60, Fin: 18 * 60}, Sillones: []tomahora.SillonID{1}, Modalidad: tomahora.Presencial,
		}},
		begin: beginEspecial,
		fill:  fillEspecial,
		read:  readEspecial,
		save: func(tx tomahora.Tx, by tomahora.Actor, v tomahora.HorarioEspecial) (tomahora.HorarioEspecial, error) {
			return agenda.GuardarEspecial(tx, by, v, false)
		},
		force: func(tx tomahora.Tx, by tomahora.Actor, v tomahora.HorarioEspecial) (tomahora.HorarioEspecial, error) {
			return agenda.GuardarEspecial(tx, by, v, true)
		},
		citas: clavesEnMedio{"ajustes.especiales.inTheWay", "ajustes.especiales.inTheWayTitle", "ajustes.especiales.forzar"},
		name:  func(v tomahora.HorarioEspecial) string { return v.Fecha.String() },
		undo:  func(v tomahora.HorarioEspecial) string { return "/ajustes/especiales/" + itoa(v.ID) + "/borrar" },
		ficha: func(l locale, cfg *tomahora.Config, f form, id int64) ficha {
			made := ficha{
				Title: l.newOr(id, "ajustes.especiales.new", "ajustes.especiales.edit"), Intro: l.t("ajustes.especiales.formIntro"),
				Back: enlace{Label: l.t("ajustes.especiales")},
				Groups: []grupo{
					{Fields: []field{
						whose(f, l.t("ajustes.profesional"), profesionalOptions(cfg, f.Get("id_profesional"))),
						newChoice(newField(f, "id_sucursal", l.t("ajustes.sucursal"), "required"), sucursalOptions(cfg, f.Get("id_sucursal"))),
						newField(f, "fecha", l.t("ajustes.fecha"), "type=date", "required"),
					}},
					{Fields: []field{newField(f, "cerrado", l.t("ajustes.especiales.cerrado"), "type=checkbox", "hint="+l.t("ajustes.especiales.cerradoHint"))}},
					{
						Legend: l.t("ajustes.horas"), Fields: []field{
							newField(f, "hora_inicio", l.t("horario.inicio"), "type=time", "needed", "data-foco=1"), newField(f, "hora_fin", l.t("horario.fin"), "type=time", "needed"),
							newField(f, "pausa_inicio", l.t("horario.pausaInicio"), "type=time"), newField(f, "pausa_fin", l.t("horario.pausaFin"), "type=time"),
							newChoice(newField(f, "modalidad", l.t("horario.modalidad"), "required"), l.modalidades()),
						},
						Choices: []choices{newChoices(f, "sillones", l.t("horario.sillones"), sillonOptions(cfg))},
					},
				},
			}
			if id == 0 {
				made.Intro = l.especialIntro(cfg, f)
			} else {
				made.Delete = &borrado{"/ajustes/especiales/" + itoa(id) + "/borrar", l.t("ajustes.especiales.delete"), l.t("ajustes.especiales.deleteAsk")}
			}
			return made
		},
	}
}

// beginEspecial is what the form of a new horario especial has at first, where the
// query tells for whom and when: the sillones and modalidad of the other hours there,
// and those hours themselves where what was drawn adds to them, since it would
// replace them.
func beginEspecial(cfg *tomahora.Config, q url.Values, v tomahora.HorarioEspecial) tomahora.HorarioEspecial {
	p := readDrawn(q)
	s := p.solicitud
	v.IDProfesional, v.IDSucursal, v.Fecha = s.IDProfesional, s.IDSucursal, s.Fecha
	usual, known := usualJornada(cfg, v)
	if known {
		v.Jornada.Sillones, v.Jornada.Modalidad = usual.Sillones, usual.Modalidad
	}
	if s.IDSillon != 0 && s.IDSillon != tomahora.Sobrecupo && !p.sobrecupo && !slices.Contains(v.Jornada.Sillones, s.IDSillon) {
		v.Jornada.Sillones = []tomahora.SillonID{s.IDSillon}
	}
	if s.HoraInicio == nil || s.Duracion == nil {
		return v
	}
	v.Jornada.Rango = tomahora.Rango{Inicio: *s.HoraInicio, Fin: *s.HoraInicio + tomahora.Hora(*s.Duracion)}
	if len(cfg.Especiales(v.IDProfesional, v.IDSucursal, v.Fecha)) == 0 {
		v.Jornada.Rango, v.Jornada.Pausa = withHours(v.Jornada.Rango, cfg.Segmentos(v.IDProfesional, v.IDSucursal, v.Fecha))
	}
	return v
}

// usualJornada is how the profesional works at the sucursal: that day, else on
// another of the week.
func usualJornada(cfg *tomahora.Config, v tomahora.HorarioEspecial) (tomahora.Jornada, bool) {
	for _, seg := range cfg.Segmentos(v.IDProfesional, v.IDSucursal, v.Fecha) {
		return tomahora.Jornada{Sillones: seg.Sillones, Modalidad: seg.Modalidad}, true
	}
	for _, h := range semanaDe(cfg, v.IDProfesional, v.IDSucursal) {
		return h.Jornada, true
	}
	return tomahora.Jornada{}, false
}

// withHours adds the hours of a day to those that were drawn beside them, as one
// range with one break. Where that is no such thing, or what was drawn lies within
// the day's hours, it is drawn alone.
func withHours(drawn tomahora.Rango, day []tomahora.Segmento) (all, pausa tomahora.Rango) {
	ranges := []tomahora.Rango{drawn}
	for _, seg := range day {
		if seg.Rango.Contains(drawn) {
			return drawn, tomahora.Rango{}
		}
		ranges = append(ranges, seg.Rango)
	}
	slices.SortFunc(ranges, func(a, b tomahora.Rango) int { return cmp.Compare(a.Inicio, b.Inicio) })
	all = ranges[0]
	for _, r := range ranges[1:] {
		if gap := (tomahora.Rango{Inicio: all.Fin, Fin: r.Inicio}); !gap.IsEmpty() {
			if !pausa.IsEmpty() {
				return drawn, tomahora.Rango{}
			}
			pausa = gap
		}
		all.Fin = max(all.Fin, r.Fin)
	}
	return all, pausa
}

// especialIntro tells what the hours of a new horario especial do to those that the
// day has.
func (l locale) especialIntro(cfg *tomahora.Config, f form) string {
	s := readPeticion(f.Values).solicitud
	v := tomahora.HorarioEspecial{IDProfesional: s.IDProfesional, IDSucursal: s.IDSucursal, Fecha: s.Fecha}
	var hours []string
	for _, seg := range cfg.Segmentos(v.IDProfesional, v.IDSucursal, v.Fecha) {
		hours = append(hours, rangoText(seg.Rango))
	}
	switch {
	case len(hours) == 0:
		return l.t("ajustes.especiales.formIntro")
	case len(cfg.Especiales(v.IDProfesional, v.IDSucursal, v.Fecha)) > 0:
		return l.t("ajustes.especiales.adds", joined(hours...))
	default:
		return l.t("ajustes.especiales.replaces", joined(hours...))
	}
}

func fillEspecial(v tomahora.HorarioEspecial) url.Values {
	j := v.Jornada
	f := url.Values{"id_sucursal": {itoa(v.IDSucursal)}, "fecha": {v.Fecha.String()}, "modalidad": {string(j.Modalidad)}}
	if v.IDProfesional != 0 {
		f.Set("id_profesional", itoa(v.IDProfesional))
	}
	setFlag(f, "cerrado", j.Rango.IsEmpty())
	if !j.Rango.IsEmpty() {
		f.Set("hora_inicio", hhmm(j.Rango.Inicio))
		f.Set("hora_fin", hhmm(j.Rango.Fin))
	}
	if !j.Pausa.IsEmpty() {
		f.Set("pausa_inicio", hhmm(j.Pausa.Inicio))
		f.Set("pausa_fin", hhmm(j.Pausa.Fin))
	}
	for _, id := range j.Sillones {
		f.Add("sillones", itoa(id))
	}
	return f
}

func readEspecial(e *lector, v *tomahora.HorarioEspecial) {
	v.IDProfesional, v.IDSucursal = tomahora.ProfesionalID(e.id("id_profesional")), tomahora.SucursalID(e.id("id_sucursal"))
	v.Fecha = e.fecha("fecha")
	if e.marca("cerrado") {
		v.Jornada = tomahora.Jornada{Modalidad: tomahora.Presencial}
		return
	}
	v.Jornada = e.jornada(campos{"hora_inicio", "hora_fin", "pausa_inicio", "pausa_fin", "sillones", "modalidad"})
	if v.Jornada.Rango.Duracion() == 0 && !e.bad() {
		e.wrong("hora_inicio", "horario.noHours")
	}
}

// remove deletes what the request's path names.
func remove[ID ~int64](s *server, path, key string, del func(tomahora.Tx, ID, tomahora.Actor) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathID(r)
		if err != nil {
			return err
		}
		err = s.update(r, func(tx tomahora.Tx) error { return del(tx, ID(id), s.user(r).Actor()) })
		if err != nil {
			return err
		}
		return s.done(w, r, path, key)
	}
}

func deleteEspecial(tx tomahora.Tx, id tomahora.HorarioID, by tomahora.Actor) error {
	return tx.Setup().DeleteEspecial(id, by)
}

func deleteBloqueo(tx tomahora.Tx, id tomahora.HorarioID, by tomahora.Actor) error {
	return tx.Setup().DeleteBloqueo(id, by)
}

// Bloqueos.

func (s *server) bloqueos(l locale, cfg *tomahora.Config, q url.Values) listado {
	made := listado{
		Title: l.t("ajustes.bloqueos"), Intro: l.t("ajustes.bloqueos.intro"),
		New: &enlace{l.t("ajustes.bloqueos.new"), "/ajustes/bloqueos/nuevo"}, Export: "/listas/bloqueos.csv",
		Filter:  l.fromDate(q, "/ajustes/bloqueos", s.hoy(cfg)),
		Columns: []string{l.t("ajustes.fecha"), l.t("ajustes.horas"), l.t("ajustes.bloqueos.who"), l.t("ajustes.sucursal"), l.t("ajustes.comentario")},
		Empty:   newEmpty("calendar-x", l.t("ajustes.bloqueos.emptyTitle"), l.t("ajustes.bloqueos.emptyText"), l.t("ajustes.bloqueos.new"), "/ajustes/bloqueos/nuevo"),
	}
	list := slices.Clone(cfg.Plan().Bloqueos)
	slices.SortStableFunc(list, func(a, b tomahora.HorarioBloqueado) int {
		return cmp.Or(cmp.Compare(b.Fecha.DaysTo(a.Fecha), 0), cmp.Compare(a.Rango.Inicio, b.Rango.Inicio))
	})
	from := s.fromOf(q, cfg)
	for _, v := range list {
		if v.Fecha.Before(from) {
			continue
		}
		who := celda{Text: nombreDe(cfg, v.IDProfesional)}
		if v.IDProfesional == 0 {
			who = celda{Text: l.t("ajustes.bloqueos.everybody")}
		}
		made.Rows = append(made.Rows, fila{Path: "/ajustes/bloqueos/" + itoa(v.ID), Cells: []celda{
			{Text: l.dateWithYear(v.Fecha)}, {Text: l.horasBloqueadas(v.Rango)}, who, {Text: sucursalDe(cfg, v.IDSucursal)}, {Text: v.Comentario},
		}})
	}
	return made
}

func (l locale) horasBloqueadas(r tomahora.Rango) string {
	if r == (tomahora.Rango{Fin: tomahora.FinDelDia}) {
		return l.t("ajustes.bloqueos.allDay")
	}
	return rangoText(r)
}

// enMedioShown is the citas that keep a form from being saved, as it shows them.
type enMedioShown struct {
	Title  string
	Dias   []diaEnMedio
	More   int    // citas that are not shown
	Forzar string // what saving it nevertheless is called
}

// clavesEnMedio are the keys of what is said of citas in the way: how many there are,
// which they are, and what saving it nevertheless is called.
type clavesEnMedio struct{ count, title, force string }

// clavesBloqueo are those of a bloqueo.
func clavesBloqueo() clavesEnMedio {
	return clavesEnMedio{"ajustes.bloqueos.inTheWay", "ajustes.bloqueos.inTheWayTitle", "ajustes.bloqueos.forzar"}
}

// enMedio shows citas in the way; nil where there are none.
func (l locale) enMedio(cfg *tomahora.Config, m enMedio, keys clavesEnMedio) *enMedioShown {
	if m.count == 0 {
		return nil
	}
	dias, more := l.inTheWay(cfg, m)
	return &enMedioShown{l.t(keys.title), dias, more, l.t(keys.force)}
}

// inTheWay says above the form how many citas are in its way, where there are some.
func (e *lector) inTheWay(m enMedio, keys clavesEnMedio) {
	if m.count > 0 {
		e.Problems = map[string]string{"": e.l.n(keys.count, m.count)}
	}
}

// diaEnMedio are citas in the way on one date, by their hour.
type diaEnMedio struct {
	Fecha string
	Citas []citaEnMedio
}

type citaEnMedio struct{ Horas, Paciente, Profesional string }

// maxEnMedio is how many citas in the way are named.
const maxEnMedio = 30

// enMedio are citas to be named: some, and how many there are.
type enMedio struct {
	citas []tomahora.Cita
	count int
}

// add counts a cita, and reads it while there is room for its name.
func (m *enMedio) add(tx tomahora.Tx, id tomahora.CitaID) error {
	m.count++
	if len(m.citas) == maxEnMedio {
		return nil
	}
	c, err := tx.Citas().Get(id)
	m.citas = append(m.citas, c)
	return err
}

// addOf adds those that a refusal names, if any.
func (m *enMedio) addOf(tx tomahora.Tx, refusal error) error {
	for _, p := range tomahora.ProblemsOf(refusal) {
		for _, id := range p.Citas {
			if err := m.add(tx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxDiasBloqueo is how many dates one form may block.
const maxDiasBloqueo = 92

func bloqueoDe(cfg *tomahora.Config, id int64) (tomahora.HorarioBloqueado, bool) {
	list := cfg.Plan().Bloqueos
	i := slices.IndexFunc(list, func(v tomahora.HorarioBloqueado) bool { return int64(v.ID) == id })
	if i < 0 {
		return tomahora.HorarioBloqueado{}, false
	}
	return list[i], true
}

// loadBloqueo finds the bloqueo that the path names, with no id where it is a new
// one.
func (s *server) loadBloqueo(r *http.Request) (cfg *tomahora.Config, v tomahora.HorarioBloqueado, err error) {
	id, err := pathID(r)
	if err != nil {
		return nil, v, err
	}
	if cfg, err = s.config(r); err != nil || id == 0 {
		return cfg, v, err
	}
	v, ok := bloqueoDe(cfg, id)
	if !ok {
		err = tomahora.NotFound("la página")
	}
	return cfg, v, err
}

// editBloqueo shows the form of a bloqueo; a new one may be told in the query where
// and when it is to be. A script is sent the form alone.
func (s *server) editBloqueo(w http.ResponseWriter, r *http.Request) error {
	cfg, v, err := s.loadBloqueo(r)
	if err != nil {
		return err
	}
	f := url.Values{"id_profesional": {itoa(v.IDProfesional)}, "id_sucursal": {itoa(v.IDSucursal)}, "fecha": {v.Fecha.String()}, "comentario": {v.Comentario}}
	switch whole := v.Rango == (tomahora.Rango{Fin: tomahora.FinDelDia}); {
	case v.ID == 0:
		f = r.URL.Query()
		f.Set("fecha", cmp.Or(f.Get("fecha"), s.hoy(cfg).String()))
		if !f.Has("hora_inicio") {
			f.Set("todo_el_dia", "1")
		}
	case whole:
		f.Set("todo_el_dia", "1")
	default:
		f.Set("hora_inicio", hhmm(v.Rango.Inicio))
		f.Set("hora_fin", hhmm(v.Rango.Fin))
	}
	return s.showBloqueo(w, r, http.StatusOK, cfg, form{Values: f}, v.ID, enMedio{})
}

func (s *server) showBloqueo(w http.ResponseWriter, r *http.Request, status int, cfg *tomahora.Config, f form, id tomahora.HorarioID, citas enMedio) error {
	l := s.words(r)
	dates := []field{newField(f, "fecha", l.t("ajustes.fecha"), "type=date", "required")}
	if id == 0 {
		dates = append(dates, newField(f, "hasta", l.t("ajustes.bloqueos.until"), "type=date", "hint="+l.t("ajustes.bloqueos.untilHint")))
	}
	who := append([]option{{"0", l.t("ajustes.bloqueos.everybody")}}, profesionalOptions(cfg, f.Get("id_profesional"))...)
	p := ficha{
		Title: l.newOr(int64(id), "ajustes.bloqueos.new", "ajustes.bloqueos.edit"), Back: enlace{l.t("ajustes.bloqueos"), "/ajustes/bloqueos"},
		Form: f, Action: r.URL.Path,
		Groups: []grupo{
			{Fields: []field{
				newChoice(newField(f, "id_sucursal", l.t("ajustes.sucursal"), "required"), sucursalOptions(cfg, f.Get("id_sucursal"))),
				whose(f, l.t("ajustes.bloqueos.who"), who),
			}},
			{Fields: dates},
			{Fields: []field{newField(f, "todo_el_dia", l.t("ajustes.bloqueos.allDay"), "type=checkbox")}},
			{Fields: []field{newField(f, "hora_inicio", l.t("horario.inicio"), "type=time", "needed"), newField(f, "hora_fin", l.t("horario.fin"), "type=time", "needed")}},
			{Fields: []field{newField(f, "comentario", l.t("ajustes.comentario"), "maxlength=200", "data-foco=1", "hint="+l.t("ajustes.bloqueos.commentHint"))}},
		},
		EnMedio: l.enMedio(cfg, citas, clavesBloqueo()),
	}
	if id != 0 {
		p.Delete = &borrado{"/ajustes/bloqueos/" + itoa(id) + "/borrar", l.t("ajustes.bloqueos.delete"), l.t("ajustes.bloqueos.deleteAsk")}
	}
	if id == 0 && r.Method == http.MethodGet {
		p.Modos = modosDe(s.user(r), readDrawn(f.Values), f.Get("volver"), r.URL.Path)
	}
	p.backTo(l, f.Get("volver"))
	return s.renderPart(w, r, status, "ficha", p)
}

// inTheWay puts citas in the order in which they come.
func (l locale) inTheWay(cfg *tomahora.Config, m enMedio) (dias []diaEnMedio, more int) {
	slices.SortStableFunc(m.citas, func(a, b tomahora.Cita) int {
		return cmp.Or(cmp.Compare(b.Espacio.Fecha.DaysTo(a.Espacio.Fecha), 0), cmp.Compare(a.Espacio.Rango.Inicio, b.Espacio.Rango.Inicio))
	})
	for i, c := range m.citas {
		if i == 0 || c.Espacio.Fecha != m.citas[i-1].Espacio.Fecha {
			dias = append(dias, diaEnMedio{Fecha: l.longDate(c.Espacio.Fecha)})
		}
		last := &dias[len(dias)-1]
		last.Citas = append(last.Citas, citaEnMedio{rangoText(c.Espacio.Rango), c.PacienteCompleto(), nombreDe(cfg, c.Espacio.IDProfesional)})
	}
	return dias, m.count - len(m.citas)
}

// saveBloqueo writes a bloqueo, or one for each date of a stretch. Citas in the way
// are named, and the form can then be sent again to be kept nevertheless.
func (s *server) saveBloqueo(w http.ResponseWriter, r *http.Request) error {
	e, err := s.lector(w, r)
	if err != nil {
		return err
	}
	cfg, v, err := s.loadBloqueo(r)
	if err != nil {
		return err
	}
	until := e.bloqueo(&v)
	if e.bad() {
		return s.showBloqueo(w, r, http.StatusUnprocessableEntity, cfg, e.form, v.ID, enMedio{})
	}
	var kept tomahora.HorarioBloqueado
	var inTheWay enMedio
	err = s.update(r, func(tx tomahora.Tx) (err error) {
		kept, inTheWay, err = guardarBloqueos(tx, s.user(r).Actor(), v, until, e.marca("forzar"))
		return err
	})
	if s.refuse(r, &e.form, err) {
		e.inTheWay(inTheWay, clavesBloqueo())
		return s.showBloqueo(w, r, http.StatusUnprocessableEntity, cfg, e.form, v.ID, inTheWay)
	}
	if err != nil {
		return err
	}
	undo := ""
	if v.ID == 0 && v.Fecha == until { // of several each would have to be
		undo = "/ajustes/bloqueos/" + itoa(kept.ID) + "/borrar"
	}
	return s.undoable(w, r, undo, localPath(cmp.Or(e.Get("volver"), "/ajustes/bloqueos")), "ajustes.bloqueos.saved")
}

// bloqueo reads the form of a bloqueo, and the last date it is for.
func (e *lector) bloqueo(v *tomahora.HorarioBloqueado) (until tomahora.Fecha) {
	v.IDSucursal, v.IDProfesional = tomahora.SucursalID(e.id("id_sucursal")), tomahora.ProfesionalID(e.id("id_profesional"))
	if e.texto("id_profesional") == "" {
		e.wrong("id_profesional", "ajustes.bloqueos.nobody")
	}
	v.Fecha, v.Comentario = e.fecha("fecha"), e.texto("comentario")
	v.Rango = tomahora.Rango{Fin: tomahora.FinDelDia}
	if !e.marca("todo_el_dia") {
		v.Rango = e.rango("hora_inicio", "hora_fin")
		if v.Rango == (tomahora.Rango{}) {
			e.wrong("hora_inicio", "ajustes.bloqueos.noHours")
		}
	}
	until = v.Fecha
	if v.ID == 0 && e.texto("hasta") != "" {
		until = e.fecha("hasta")
	}
	switch {
	case v.Fecha.IsZero() || until.IsZero():
	case until.Before(v.Fecha):
		e.wrong("hasta", "ajustes.bloqueos.backwards")
	case v.Fecha.DaysTo(until) >= maxDiasBloqueo:
		e.wrong("hasta", "ajustes.bloqueos.tooLong")
	}
	return until
}

// guardarBloqueos writes a bloqueo for each date up to one, all of them or none,
// and returns the last; with the error come the citas in the way on all of the dates.
func guardarBloqueos(tx tomahora.Tx, by tomahora.Actor, v tomahora.HorarioBloqueado, until tomahora.Fecha, forzar bool) (kept tomahora.HorarioBloqueado, inTheWay enMedio, err error) {
	for {
		var failed error
		kept, failed = agenda.GuardarBloqueo(tx, by, v, forzar)
		if failed != nil && !tomahora.IsCode(failed, tomahora.CodeBloqueoConCitas) {
			return kept, enMedio{}, failed
		}
		if failed != nil {
			err = failed
		}
		if failed := inTheWay.addOf(tx, failed); failed != nil {
			return kept, enMedio{}, failed
		}
		if !v.Fecha.Before(until) {
			return kept, inTheWay, err
		}
		v.Fecha = v.Fecha.AddDays(1)
	}
}
