package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// catalogo is how entries of one kind are edited on a form.
type catalogo[T any] struct {
	path  string // of their list
	find  func(cfg *tomahora.Config, id int64) (T, bool)
	only  func(cfg *tomahora.Config) T                        // the one there is, where the path has no id
	fresh T                                                   // what a new one begins as
	begin func(cfg *tomahora.Config, q url.Values, fresh T) T // how that goes with what the query of its form tells; nil where it tells nothing
	fill  func(T) url.Values
	read  func(*lector, *T)
	save  func(tomahora.Tx, tomahora.Actor, T) (T, error)
	force func(tomahora.Tx, tomahora.Actor, T) (T, error) // saves it whatever citas are in its way; nil where none can be
	citas clavesEnMedio                                   // what is said of those
	ficha func(l locale, cfg *tomahora.Config, f form, id int64) ficha
	name  func(T) string
	saved string               // what is said once it is saved, with its name; "" is ajustes.saved
	next  func(T, bool) string // where to go after it was saved; nil is the list
	undo  func(T) string       // the path that takes back a new one; nil where none does
}

// load finds what the request's path names, with the configuration around it.
func load[T any](s *server, r *http.Request, c catalogo[T]) (id int64, v T, cfg *tomahora.Config, err error) {
	if cfg, err = s.config(r); err != nil {
		return 0, v, nil, err
	}
	if c.only != nil {
		return 0, c.only(cfg), cfg, nil
	}
	if id, err = pathID(r); err != nil || id == 0 {
		return 0, c.fresh, cfg, err
	}
	v, ok := c.find(cfg, id)
	if !ok {
		err = tomahora.NotFound("la página")
	}
	return id, v, cfg, err
}

// edit shows the form of an entry.
func edit[T any](s *server, c func() catalogo[T]) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, v, cfg, err := load(s, r, c())
		if err != nil {
			return err
		}
		f := form{Values: c().fill(v)}
		if begin := c().begin; begin != nil && id == 0 {
			q := r.URL.Query()
			f.Values = c().fill(begin(cfg, q, v))
			f.Set("volver", q.Get("volver"))
		}
		return showFicha(s, w, r, http.StatusOK, c(), cfg, f, id, enMedio{})
	}
}

// showFicha shows a form; a script that has it within a page of its own is sent it
// alone.
func showFicha[T any](s *server, w http.ResponseWriter, r *http.Request, status int, c catalogo[T], cfg *tomahora.Config, f form, id int64, citas enMedio) error {
	shown := c.ficha(s.words(r), cfg, f, id)
	shown.EnMedio = s.words(r).enMedio(cfg, citas, c.citas)
	shown.Form, shown.Action = f, r.URL.Path
	if shown.Back.Path == "" {
		shown.Back.Path = c.path
	}
	shown.backTo(s.words(r), f.Get("volver"))
	if c.begin != nil && id == 0 && r.Method == http.MethodGet {
		shown.Modos = modosDe(s.user(r), readDrawn(r.URL.Query()), f.Get("volver"), r.URL.Path)
	}
	return s.renderPart(w, r, status, "ficha", shown)
}

// save writes an entry as its form has it.
func save[T any](s *server, c func() catalogo[T]) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		c := c()
		e, err := s.lector(w, r)
		if err != nil {
			return err
		}
		id, v, cfg, err := load(s, r, c)
		if err != nil {
			return err
		}
		c.read(e, &v)
		if e.bad() {
			return showFicha(s, w, r, http.StatusUnprocessableEntity, c, cfg, e.form, id, enMedio{})
		}
		write := c.save
		if c.force != nil && e.marca("forzar") {
			write = c.force
		}
		var kept T
		var citas enMedio
		err = s.update(r, func(tx tomahora.Tx) (err error) {
			kept, err = write(tx, s.user(r).Actor(), v)
			citas = enMedio{}
			return cmp.Or(citas.addOf(tx, err), err)
		})
		if s.refuse(r, &e.form, err) {
			e.inTheWay(citas, c.citas)
			return showFicha(s, w, r, http.StatusUnprocessableEntity, c, cfg, e.form, id, citas)
		}
		if err != nil {
			return err
		}
		to := c.path
		if c.next != nil {
			to = c.next(kept, id == 0)
		}
		to = localPath(cmp.Or(e.Get("volver"), to))
		undo := ""
		if c.undo != nil && id == 0 {
			undo = c.undo(kept)
		}
		return s.undoable(w, r, undo, to, cmp.Or(c.saved, "ajustes.saved"), c.name(kept))
	}
}

// config is the configuration of the user's clinic.
func (s *server) config(r *http.Request) (cfg *tomahora.Config, err error) {
	err = s.view(r, func(tx tomahora.Tx) error {
		cfg = tx.Config()
		return nil
	})
	return cfg, err
}

// list shows a list of the set-up that the configuration has.
func (s *server) list(made func(l locale, cfg *tomahora.Config, q url.Values) listado) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		cfg, err := s.config(r)
		if err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, "listado", made(s.words(r), cfg, r.URL.Query()))
	}
}

// Sucursales.

func sucursales(l locale, cfg *tomahora.Config, _ url.Values) listado {
	made := listado{
		Title: l.t("ajustes.sucursales"), Intro: l.t("ajustes.sucursales.intro"),
		New: &enlace{l.t("ajustes.sucursales.new"), "/ajustes/sucursales/nueva"}, Export: "/listas/sucursales.csv",
		Columns: []string{l.t("ajustes.nombre"), l.t("ajustes.direccion"), l.t("ajustes.telefono"), l.t("ajustes.state")},
		Empty:   newEmpty("map-pin", l.t("ajustes.sucursales.emptyTitle"), l.t("ajustes.sucursales.emptyText"), l.t("ajustes.sucursales.new"), "/ajustes/sucursales/nueva"),
	}
	for _, v := range cfg.Plan().Sucursales {
		made.Rows = append(made.Rows, fila{
			Path: "/ajustes/sucursales/" + itoa(v.ID), Off: !v.Habilitada,
			Cells: []celda{{Text: v.Nombre}, {Text: v.Direccion, Below: joined(v.Comuna, v.Ciudad)}, {Text: v.Telefono}, l.enabledTag(v.Habilitada)},
		})
	}
	return made
}

// joined is the texts that there are, with commas between them.
func joined(texts ...string) string {
	var s string
	for _, t := range texts {
		switch {
		case t == "":
		case s == "":
			s = t
		default:
			s += ", " + t
		}
	}
	return s
}

func catalogoSucursales() catalogo[tomahora.Sucursal] {
	return catalogo[tomahora.Sucursal]{
		path: "/ajustes/sucursales",
		find: func(cfg *tomahora.Config, id int64) (tomahora.Sucursal, bool) {
			return cfg.Sucursal(tomahora.SucursalID(id))
		},
		fresh: tomahora.Sucursal{Habilitada: true},
		fill: func(v tomahora.Sucursal) url.Values {
			f := url.Values{
				"nombre": {v.Nombre}, "telefono": {v.Telefono}, "direccion": {v.Direccion}, "comuna": {v.Comuna}, "ciudad": {v.Ciudad}, "zona": {v.Zona},
			}
			setFlag(f, "habilitada", v.Habilitada)
			return f
		},
		read: func(e *lector, v *tomahora.Sucursal) {
			v.Nombre, v.Telefono, v.Direccion = e.texto("nombre"), e.texto("telefono"), e.texto("direccion")
			v.Comuna, v.Ciudad, v.Zona, v.Habilitada = e.texto("comuna"), e.texto("ciudad"), e.texto("zona"), e.marca("habilitada")
		},
		save: agenda.GuardarSucursal,
		name: func(v tomahora.Sucursal) string { return v.Nombre },
		ficha: func(l locale, cfg *tomahora.Config, f form, id int64) ficha {
			return ficha{
				Title: l.newOr(id, "ajustes.sucursales.new", "ajustes.sucursales.edit"), Back: enlace{Label: l.t("ajustes.sucursales")}, Zonas: zonas(),
				Groups: []grupo{
					{Fields: []field{newField(f, "nombre", l.t("ajustes.nombre"), "required", "maxlength=80", "autocomplete=off")}},
					{Legend: l.t("ajustes.contacto"), Fields: []field{
						newField(f, "direccion", l.t("ajustes.direccion"), "maxlength=200"), newField(f, "comuna", l.t("ajustes.comuna"), "maxlength=80"),
						newField(f, "ciudad", l.t("ajustes.ciudad"), "maxlength=80"), newField(f, "telefono", l.t("ajustes.telefono"), "type=tel", "maxlength=40"),
					}},
					{Legend: l.t("ajustes.agenda"), Fields: []field{
						newField(f, "zona", l.t("ajustes.zona"), "list=zonas", "hint="+l.t("ajustes.zona.hint", cfg.Clinica().Zona), "autocomplete=off"),
					}},
					{Fields: []field{
						newField(f, "habilitada", l.t("ajustes.sucursales.enabled"), "type=checkbox", "hint="+l.t("ajustes.sucursales.enabledHint")),
					}},
				},
			}
		},
	}
}

// newOr is one of two titles.
func (l locale) newOr(id int64, fresh, stored string) string {
	if id == 0 {
		return l.t(fresh)
	}
	return l.t(stored)
}

// Sillones.

func sillones(l locale, cfg *tomahora.Config, _ url.Values) listado {
	made := listado{
		Title: l.t("ajustes.sillones"), Intro: l.t("ajustes.sillones.intro"),
		New: &enlace{l.t("ajustes.sillones.new"), "/ajustes/sillones/nuevo"}, Export: "/listas/sillones.csv",
		Columns: []string{l.t("ajustes.nombre"), l.t("ajustes.sillones.kind")},
		Empty:   newEmpty("armchair", l.t("ajustes.sillones.emptyTitle"), l.t("ajustes.sillones.emptyText"), l.t("ajustes.sillones.new"), "/ajustes/sillones/nuevo"),
	}
	for _, v := range cfg.Plan().Sillones {
		kind := celda{Text: l.t("ajustes.sillones.shared")}
		if v.Exclusivo {
			kind = celda{Text: l.t("ajustes.sillones.exclusive")}
		}
		made.Rows = append(made.Rows, fila{Path: "/ajustes/sillones/" + itoa(v.ID), Cells: []celda{{Text: v.Nombre}, kind}})
	}
	return made
}

func catalogoSillones() catalogo[tomahora.Sillon] {
	return catalogo[tomahora.Sillon]{
		path: "/ajustes/sillones",
		find: func(cfg *tomahora.Config, id int64) (tomahora.Sillon, bool) {
			v, ok := cfg.Sillon(tomahora.SillonID(id))
			return v, ok && v.ID != tomahora.Sobrecupo
		},
		fill: func(v tomahora.Sillon) url.Values {
			f := url.Values{"nombre": {v.Nombre}}
			setFlag(f, "exclusivo", v.Exclusivo)
			return f
		},
		read: func(e *lector, v *tomahora.Sillon) { v.Nombre, v.Exclusivo = e.texto("nombre"), e.marca("exclusivo") },
		save: agenda.GuardarSillon,
		name: func(v tomahora.Sillon) string { return v.Nombre },
		ficha: func(l locale, _ *tomahora.Config, f form, id int64) ficha {
			return ficha{
				Title: l.newOr(id, "ajustes.sillones.new", "ajustes.sillones.edit"), Back: enlace{Label: l.t("ajustes.sillones")},
				Groups: []grupo{{Fields: []field{
					newField(f, "nombre", l.t("ajustes.nombre"), "required", "maxlength=80", "autocomplete=off"),
				}}, {Fields: []field{
					newField(f, "exclusivo", l.t("ajustes.sillones.exclusivo"), "type=checkbox", "hint="+l.t("ajustes.sillones.exclusivoHint")),
				}}},
			}
		},
	}
}

// Especialidades.

func especialidades(l locale, cfg *tomahora.Config, _ url.Values) listado {
	made := listado{
		Title: l.t("ajustes.especialidades"), Intro: l.t("ajustes.especialidades.intro"),
		New: &enlace{l.t("ajustes.especialidades.new"), "/ajustes/especialidades/nueva"}, Export: "/listas/especialidades.csv",
		Columns: []string{l.t("ajustes.nombre"), l.t("ajustes.profesionales"), l.t("ajustes.state")},
		Empty: newEmpty("stethoscope", l.t("ajustes.especialidades.emptyTitle"), l.t("ajustes.especialidades.emptyText"),
			l.t("ajustes.especialidades.new"), "/ajustes/especialidades/nueva"),
	}
	practised := map[tomahora.EspecialidadID]int{}
	for _, p := range cfg.Plan().Profesionales {
		practised[p.IDEspecialidad]++
	}
	for _, v := range cfg.Plan().Especialidades {
		made.Rows = append(made.Rows, fila{
			Path: "/ajustes/especialidades/" + itoa(v.ID), Off: !v.Habilitada,
			Cells: []celda{{Text: v.Nombre}, {Text: strconv.Itoa(practised[v.ID])}, l.enabledTag(v.Habilitada)},
		})
	}
	return made
}

func catalogoEspecialidades() catalogo[tomahora.Especialidad] {
	return catalogo[tomahora.Especialidad]{
		path: "/ajustes/especialidades",
		find: func(cfg *tomahora.Config, id int64) (tomahora.Especialidad, bool) {
			return cfg.Especialidad(tomahora.EspecialidadID(id))
		},
		fresh: tomahora.Especialidad{Habilitada: true},
		fill: func(v tomahora.Especialidad) url.Values {
			f := url.Values{"nombre": {v.Nombre}}
			setFlag(f, "habilitada", v.Habilitada)
			return f
		},
		read: func(e *lector, v *tomahora.Especialidad) {
			v.Nombre, v.Habilitada = e.texto("nombre"), e.marca("habilitada")
		},
		save: agenda.GuardarEspecialidad,
		name: func(v tomahora.Especialidad) string { return v.Nombre },
		ficha: func(l locale, _ *tomahora.Config, f form, id int64) ficha {
			return ficha{
				Title: l.newOr(id, "ajustes.especialidades.new", "ajustes.especialidades.edit"), Back: enlace{Label: l.t("ajustes.especialidades")},
				Groups: []grupo{{Fields: []field{
					newField(f, "nombre", l.t("ajustes.nombre"), "required", "maxlength=80", "autocomplete=off"),
				}}, {Fields: []field{
					newField(f, "habilitada", l.t("ajustes.especialidades.enabled"), "type=checkbox"),
				}}},
			}
		},
	}
}

// Profesionales.

func profesionales(l locale, cfg *tomahora.Config, _ url.Values) listado {
	made := listado{
		Title: l.t("ajustes.profesionales"), Intro: l.t("ajustes.profesionales.intro"),
		New: &enlace{l.t("ajustes.profesionales.new"), "/ajustes/profesionales/nuevo"}, Export: "/listas/profesionales.csv",
		Columns: []string{l.t("ajustes.nombre"), l.t("ajustes.profesionales.intervaloShort"), l.t("ajustes.profesionales.semana"), l.t("ajustes.profesionales.onlineShort"), l.t("ajustes.state")},
		Empty: newEmpty("users", l.t("ajustes.profesionales.emptyTitle"), l.t("ajustes.profesionales.emptyText"),
			l.t("ajustes.profesionales.new"), "/ajustes/profesionales/nuevo"),
	}
	rules := map[tomahora.ProfesionalID]int{}
	for _, h := range cfg.Plan().Horarios {
		rules[h.IDProfesional]++
	}
	list := slices.Clone(cfg.Plan().Profesionales)
	slices.SortStableFunc(list, func(a, b tomahora.Profesional) int {
		return cmp.Compare(tomahora.Fold(a.NombreCompleto()), tomahora.Fold(b.NombreCompleto()))
	})
	for _, v := range list {
		path := "/ajustes/profesionales/" + itoa(v.ID)
		esp, _ := cfg.Especialidad(v.IDEspecialidad)
		semana := celda{Links: []enlace{{l.t("ajustes.profesionales.horario"), path + "/horario"}}}
		if rules[v.ID] == 0 {
			semana.Tag, semana.TagClass = l.t("ajustes.profesionales.sinHorario"), "tag-warn"
		}
		online := celda{Text: l.t("ajustes.no")}
		if v.AgendaOnline {
			online.Text = l.t("ajustes.yes")
		}
		made.Rows = append(made.Rows, fila{
			Path: path, Off: !v.Habilitado,
			Cells: []celda{
				{Text: v.NombreCompleto(), Below: esp.Nombre}, {Text: l.t("ajustes.minutes", int(v.Intervalo))}, semana, online, l.enabledTag(v.Habilitado),
			},
		})
	}
	return made
}

// intervaloInicial is that of a new profesional, in minutes.
const intervaloInicial = 15

func catalogoProfesionales() catalogo[tomahora.Profesional] {
	return catalogo[tomahora.Profesional]{
		path: "/ajustes/profesionales",
		find: func(cfg *tomahora.Config, id int64) (tomahora.Profesional, bool) {
			return cfg.Profesional(tomahora.ProfesionalID(id))
		},
		fresh: tomahora.Profesional{Habilitado: true, Intervalo: intervaloInicial},
		fill:  fillProfesional,
		read:  readProfesional,
		save:  agenda.GuardarProfesional,
		name:  tomahora.Profesional.NombreCompleto,
		next: func(v tomahora.Profesional, fresh bool) string {
			if fresh {
				return "/ajustes/profesionales/" + itoa(v.ID) + "/horario"
			}
			return "/ajustes/profesionales"
		},
		ficha: fichaProfesional,
	}
}

func fillProfesional(v tomahora.Profesional) url.Values {
	f := url.Values{
		"nombre": {v.Nombre}, "apellidos": {v.Apellidos}, "rut": {v.RUT}, "email": {v.Email}, "celular": {v.Celular}, "telefono": {v.Telefono},
		"direccion": {v.Direccion}, "comuna": {v.Comuna}, "ciudad": {v.Ciudad},
		"id_especialidad": {itoa(v.IDEspecialidad)}, "intervalo": {strconv.Itoa(int(v.Intervalo))},
	}
	setFlag(f, "agenda_online", v.AgendaOnline)
	setFlag(f, "es_recurso", v.EsRecurso)
	setFlag(f, "habilitado", v.Habilitado)
	return f
}

func readProfesional(e *lector, v *tomahora.Profesional) {
	v.Nombre, v.Apellidos, v.RUT = e.texto("nombre"), e.texto("apellidos"), tomahora.NormalizeRUT(e.texto("rut"))
	v.Email, v.Celular, v.Telefono = e.texto("email"), e.texto("celular"), e.texto("telefono")
	v.Direccion, v.Comuna, v.Ciudad = e.texto("direccion"), e.texto("comuna"), e.texto("ciudad")
	v.IDEspecialidad, v.Intervalo = tomahora.EspecialidadID(e.id("id_especialidad")), tomahora.Duracion(e.entero("intervalo"))
	v.AgendaOnline, v.EsRecurso, v.Habilitado = e.marca("agenda_online"), e.marca("es_recurso"), e.marca("habilitado")
}

func fichaProfesional(l locale, cfg *tomahora.Config, f form, id int64) ficha {
	especialidades := []option{{"0", l.t("ajustes.profesionales.noEspecialidad")}}
	for _, e := range cfg.Plan().Especialidades {
		if e.Habilitada || f.Get("id_especialidad") == itoa(e.ID) {
			especialidades = append(especialidades, option{itoa(e.ID), e.Nombre})
		}
	}
	made := ficha{
		Title: l.t("ajustes.profesionales.new"), Back: enlace{Label: l.t("ajustes.profesionales")},
		Groups: []grupo{
			{Fields: []field{
				newField(f, "nombre", l.t("ajustes.nombre"), "required", "maxlength=80", "autocomplete=off"),
				newField(f, "apellidos", l.t("ajustes.apellidos"), "maxlength=120", "autocomplete=off"),
				newField(f, "rut", l.t("ajustes.rut"), "maxlength=20", "autocomplete=off"),
				newChoice(newField(f, "id_especialidad", l.t("ajustes.profesionales.especialidad")), especialidades),
			}},
			{Legend: l.t("ajustes.agenda"), Fields: []field{
				newField(f, "intervalo", l.t("ajustes.profesionales.intervalo"), "required", "type=number", "min=1", "max=1440", "inputmode=numeric", "hint="+l.t("ajustes.profesionales.intervaloHint")),
			}},
			{Fields: []field{
				newField(f, "agenda_online", l.t("ajustes.profesionales.online"), "type=checkbox", "hint="+l.t("ajustes.profesionales.onlineHint")),
				newField(f, "es_recurso", l.t("ajustes.profesionales.recurso"), "type=checkbox", "hint="+l.t("ajustes.profesionales.recursoHint")),
				newField(f, "habilitado", l.t("ajustes.profesionales.enabled"), "type=checkbox", "hint="+l.t("ajustes.profesionales.enabledHint")),
			}},
			{Legend: l.t("ajustes.contacto"), Fields: []field{
				newField(f, "email", l.t("ajustes.email"), "type=email", "maxlength=200", "autocomplete=off"),
				newField(f, "celular", l.t("ajustes.celular"), "type=tel", "maxlength=40", "autocomplete=off"),
				newField(f, "telefono", l.t("ajustes.telefono"), "type=tel", "maxlength=40", "autocomplete=off"),
				newField(f, "direccion", l.t("ajustes.direccion"), "maxlength=200", "autocomplete=off"),
				newField(f, "comuna", l.t("ajustes.comuna"), "maxlength=80", "autocomplete=off"),
				newField(f, "ciudad", l.t("ajustes.ciudad"), "maxlength=80", "autocomplete=off"),
			}},
		},
	}
	if id != 0 {
		v, _ := cfg.Profesional(tomahora.ProfesionalID(id))
		made.Title, made.Tabs = v.NombreCompleto(), profesionalTabs(id, false)
	}
	return made
}

// profesionalTabs are the pages of one profesional.
func profesionalTabs(id int64, horario bool) []navItem {
	path := "/ajustes/profesionales/" + strconv.FormatInt(id, 10)
	return []navItem{
		{Key: "ajustes.profesionales.datos", Path: path, Current: !horario},
		{Key: "ajustes.profesionales.horario", Path: path + "/horario", Current: horario},
	}
}

// Estados.

func estados(l locale, cfg *tomahora.Config, _ url.Values) listado {
	made := listado{
		Title: l.t("ajustes.estados"), Intro: l.t("ajustes.estados.intro"),
		New: &enlace{l.t("ajustes.estados.new"), "/ajustes/estados/nuevo"}, Export: "/listas/estados.csv",
		Columns: []string{l.t("ajustes.nombre"), l.t("ajustes.estados.kind"), l.t("ajustes.state")},
	}
	for _, v := range cfg.Plan().Estados {
		kind := l.t("ajustes.estados.holds")
		if v.Anulacion {
			kind = l.t("ajustes.estados.frees")
		}
		below := ""
		if v.Reservado {
			below = l.t("ajustes.estados.reserved")
		}
		if v.UsoInterno {
			below = l.t("ajustes.estados.internal")
		}
		made.Rows = append(made.Rows, fila{
			Path: "/ajustes/estados/" + itoa(v.ID), Off: !v.Habilitado,
			Cells: []celda{{Text: v.Nombre, Below: below, Color: v.Color}, {Text: kind}, l.enabledTag(v.Habilitado)},
		})
	}
	return made
}

func catalogoEstados() catalogo[tomahora.Estado] {
	return catalogo[tomahora.Estado]{
		path:  "/ajustes/estados",
		find:  func(cfg *tomahora.Config, id int64) (tomahora.Estado, bool) { return cfg.Estado(tomahora.EstadoID(id)) },
		fresh: tomahora.Estado{Habilitado: true, Color: tomahora.ColorPorDefecto},
		fill: func(v tomahora.Estado) url.Values {
			f := url.Values{"nombre": {v.Nombre}, "color": {v.Color}}
			setFlag(f, "anulacion", v.Anulacion)
			setFlag(f, "habilitado", v.Habilitado)
			return f
		},
		read: func(e *lector, v *tomahora.Estado) {
			v.Nombre, v.Color, v.Habilitado = e.texto("nombre"), e.texto("color"), e.marca("habilitado")
			if v.ID == 0 {
				v.Anulacion = e.marca("anulacion")
			}
		},
		save: func(tx tomahora.Tx, by tomahora.Actor, v tomahora.Estado) (tomahora.Estado, error) {
			if v.ID == 0 {
				return agenda.CrearEstado(tx, by, v)
			}
			return agenda.ModificarEstado(tx, by, v)
		},
		name: func(v tomahora.Estado) string { return v.Nombre },
		ficha: func(l locale, _ *tomahora.Config, f form, id int64) ficha {
			made := ficha{Title: l.newOr(id, "ajustes.estados.new", "ajustes.estados.edit"), Back: enlace{Label: l.t("ajustes.estados")}}
			fields := []field{
				newField(f, "nombre", l.t("ajustes.nombre"), "required", "maxlength=80", "autocomplete=off"),
				newField(f, "color", l.t("ajustes.estados.color"), "type=color", "required", "hint="+l.t("ajustes.estados.colorHint")),
			}
			var flags []field
			if id == 0 {
				flags = append(flags, newField(f, "anulacion", l.t("ajustes.estados.anulacion"), "type=checkbox", "hint="+l.t("ajustes.estados.anulacionHint")))
			} else {
				flags = append(flags, newField(f, "habilitado", l.t("ajustes.estados.enabled"), "type=checkbox", "hint="+l.t("ajustes.estados.enabledHint")))
			}
			made.Groups = []grupo{{Fields: fields}, {Fields: flags}}
			return made
		},
	}
}

// The clinic itself.

func catalogoClinica() catalogo[tomahora.Clinica] {
	return catalogo[tomahora.Clinica]{
		path: "/ajustes",
		only: (*tomahora.Config).Clinica,
		fill: func(v tomahora.Clinica) url.Values {
			f := url.Values{"nombre": {v.Nombre}, "zona": {v.Zona}}
			setFlag(f, "exigir_atencion", v.ExigirAtencion)
			setFlag(f, "rechazar_pasado", v.RechazarPasado)
			return f
		},
		read: func(e *lector, v *tomahora.Clinica) {
			v.Nombre, v.Zona = e.texto("nombre"), e.texto("zona")
			v.ExigirAtencion, v.RechazarPasado = e.marca("exigir_atencion"), e.marca("rechazar_pasado")
		},
		save: agenda.GuardarClinica,
		name: func(v tomahora.Clinica) string { return v.Nombre },
		next: func(tomahora.Clinica, bool) string { return "/ajustes/clinica" },
		ficha: func(l locale, _ *tomahora.Config, f form, _ int64) ficha {
			return ficha{
				Title: l.t("ajustes.clinica"), Back: enlace{Label: l.t("nav.ajustes")}, Zonas: zonas(),
				Groups: []grupo{
					{Fields: []field{
						newField(f, "nombre", l.t("ajustes.nombre"), "required", "maxlength=120", "autocomplete=organization"),
						newField(f, "zona", l.t("ajustes.zona"), "required", "list=zonas", "hint="+l.t("ajustes.clinica.zonaHint"), "autocomplete=off"),
					}},
					{Legend: l.t("ajustes.clinica.rules"), Fields: []field{
						newField(f, "exigir_atencion", l.t("ajustes.clinica.exigir"), "type=checkbox", "hint="+l.t("ajustes.clinica.exigirHint")),
						newField(f, "rechazar_pasado", l.t("ajustes.clinica.rechazar"), "type=checkbox", "hint="+l.t("ajustes.clinica.rechazarHint")),
					}},
				},
			}
		},
	}
}
