package web

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// peticion is what somebody has said so far of a cita that is to be booked.
type peticion struct {
	solicitud    tomahora.Solicitud
	especialidad tomahora.EspecialidadID // whose free hours are looked for; 0: the profesional's
	sobrecupo    bool
	buscado      string // a paciente, as it was typed
	nuevo        bool   // the paciente is to be made
}

// readPeticion reads what was said of a cita. What could not be read is in its
// solicitud.
func readPeticion(values url.Values) *peticion {
	read := reader{Values: values}
	p := &peticion{
		solicitud: tomahora.Solicitud{
			IDProfesional: tomahora.ProfesionalID(read.id("id_profesional")),
			IDSucursal:    tomahora.SucursalID(read.id("id_sucursal")),
			IDEstado:      tomahora.EstadoNoConfirmado,
			IDSillon:      tomahora.SillonID(read.id("id_sillon")),
			IDPaciente:    tomahora.PacienteID(read.id("id_paciente")),
			IDAtencion:    tomahora.AtencionID(read.id("id_atencion")),
			Fecha:         read.fecha("fecha"),
			HoraInicio:    read.horaInicio(),
			Duracion:      read.duracion("duracion"),
			Comentario:    read.text("comentario"),
			Videoconsulta: read.bit("videoconsulta"),
		},
		especialidad: tomahora.EspecialidadID(read.id("especialidad")),
		sobrecupo:    read.text("sobrecupo") == "1",
		buscado:      read.text("q"),
		nuevo:        read.text("nuevo") == "1",
	}
	p.solicitud.Unreadable = read.problems
	return p
}

// cambioPaciente is the new paciente that a form describes.
func cambioPaciente(values url.Values) tomahora.CambioPaciente {
	read := reader{Values: values}
	c := tomahora.CambioPaciente{
		Nombre: new(read.text("nombre")), Apellidos: new(read.text("apellidos")), RUT: new(read.text("rut")),
		Celular: new(read.text("celular")), Email: new(read.text("email")),
	}
	if read.text("otro_documento") == "1" {
		c.TipoDocumento = new(1)
	}
	return c
}

// agendarPage is the form that books a cita.
type agendarPage struct {
	Form           form
	Paciente       *pacienteShown
	Encontrados    []pacienteShown
	Buscado        bool // somebody was looked for
	Sucursales     []option
	Profesionales  []option
	Especialidades []option
	Duraciones     []option
	Atenciones     []option
	Libres         []libreShown
	Lugar          string         // where and when, in words; "" as long as it is not known
	Modalidad      bool           // how it is to be attended has to be asked
	Problema       string         // why it cannot be booked so
	Modos          []modo         // what else the hours may be used for, where those were drawn
	Elegido        bool           // profesional, date and hour are known
	Pasos          string         // which part comes next: "paciente", "hora", "modalidad" or "agendar"
	PuedeCrear     bool           // make a paciente
	RUTProblema    string         // what is wrong with the RUT of a new paciente
	RUTDe          *pacienteShown // who has it already
}

// changeField is the field whose button has a change as its value.
const changeField = "con"

// Change is the value of a button that goes on with what the form says when it is
// pressed, some of it changed; pairs are names and values, "" takes something back.
func (*agendarPage) Change(pairs ...any) string {
	change := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		change.Set(text(pairs[i]), text(pairs[i+1]))
	}
	return change.Encode()
}

// withChange is what a form says once the button that was pressed has changed it.
func withChange(sent url.Values) url.Values {
	// What cannot be read of it changes nothing.
	change, _ := url.ParseQuery(sent.Get(changeField))
	maps.Copy(sent, change)
	return sent
}

// ProfesionalesOrAny are the profesionales, and first that none is chosen yet.
func (p *agendarPage) ProfesionalesOrAny() []option {
	return orNone(p.Profesionales, p.Form.Get("id_profesional"))
}

// AtencionesOrNone are the atenciones, and first that none is chosen.
func (p *agendarPage) AtencionesOrNone() []option {
	return orNone(p.Atenciones, "")
}

// newPaciente are the fields that describe a new paciente.
func newPaciente() []string {
	return []string{"nombre", "apellidos", "rut", "celular", "email", "otro_documento"}
}

// NuevoChange asks for a new paciente: who was described before or, where somebody
// else was looked for, whoever that is.
func (p *agendarPage) NuevoChange() string {
	pairs := []any{"nuevo", "1", "q", ""}
	typed := strings.TrimSpace(p.Form.Get("q"))
	if typed == "" {
		return p.Change(pairs...)
	}
	for _, name := range newPaciente() {
		pairs = append(pairs, name, "")
	}
	if strings.ContainsAny(typed, "0123456789") {
		return p.Change(append(pairs, "rut", typed)...)
	}
	nombre, apellidos, _ := strings.Cut(typed, " ")
	return p.Change(append(pairs, "nombre", nombre, "apellidos", strings.TrimSpace(apellidos))...)
}

// Kept is what was typed into fields that are not shown as the form is now.
func (p *agendarPage) Kept() (list []attr) {
	var names []string
	switch {
	case p.Paciente != nil:
		names = newPaciente()
	case p.Form.Get("nuevo") == "":
		names = append(newPaciente(), "atencion_nueva")
	}
	for _, name := range names {
		if value := p.Form.Get(name); value != "" {
			list = append(list, attr{name, value})
		}
	}
	return list
}

// pacienteShown is a paciente as pages show it.
type pacienteShown struct {
	ID         tomahora.PacienteID
	Nombre     string
	RUT        string
	Celular    string
	Telefono   string
	Email      string
	Nacimiento tomahora.Fecha
	Habilitado bool
	Citas      []citaShown
}

func showPaciente(p tomahora.Paciente) pacienteShown {
	return pacienteShown{
		ID: p.ID, Nombre: p.NombreCompleto(), RUT: dottedRUT(p), Celular: p.Celular, Telefono: p.Telefono, Email: p.Email,
		Nacimiento: p.FechaNacimiento, Habilitado: p.Habilitado,
	}
}

// dottedRUT is a RUT as people write it, "12.345.678-5"; another document as it is.
func dottedRUT(p tomahora.Paciente) string {
	if p.TipoDocumento != 0 || len(p.RUT) < 6 {
		return p.RUT
	}
	body, dv := p.RUT[:len(p.RUT)-2], p.RUT[len(p.RUT)-2:]
	for i := len(body) - 3; i > 0; i -= 3 {
		body = body[:i] + "." + body[i:]
	}
	return body + dv
}

// libreShown is a free place as pages show it.
type libreShown struct {
	IDProfesional tomahora.ProfesionalID `json:"id_profesional"`
	Profesional   string                 `json:"profesional"`
	IDSucursal    tomahora.SucursalID    `json:"id_sucursal"`
	IDSillon      tomahora.SillonID      `json:"id_sillon"`
	Fecha         string                 `json:"fecha"`
	Dia           string                 `json:"dia"` // the date in words
	Inicio        tomahora.Hora          `json:"inicio"`
	Hora          string                 `json:"hora"`
	Video         bool                   `json:"video"`
}

func (s *server) showLibres(r *http.Request, cfg *tomahora.Config, libres []agenda.Libre) []libreShown {
	l := s.locales[visitOf(r).lang]
	list := make([]libreShown, 0, len(libres))
	for _, v := range libres {
		e := v.Espacio
		prof, _ := cfg.Profesional(e.IDProfesional)
		list = append(list, libreShown{
			IDProfesional: e.IDProfesional, Profesional: prof.NombreCompleto(), IDSucursal: e.IDSucursal, IDSillon: e.IDSillon,
			Fecha: e.Fecha.String(), Dia: l.shortDate(e.Fecha), Inicio: e.Rango.Inicio, Hora: clock(e.Rango.Inicio),
			Video: v.Videoconsulta,
		})
	}
	return list
}

// maxLibres is how many free hours are offered at once, and horizonte within how
// many days.
const (
	maxLibres = 12
	horizonte = 60
)

// agendar shows the form that books a cita (GET /agendar); a script is sent the
// form alone.
func (s *server) agendar(w http.ResponseWriter, r *http.Request) error {
	var page agendarPage
	err := s.view(r, func(tx tomahora.Tx) (err error) {
		page, err = s.agendarPage(r, tx, form{Values: withChange(r.URL.Query())})
		return err
	})
	if err != nil {
		return err
	}
	return s.renderPart(w, r, http.StatusOK, "agendar", &page)
}

func (s *server) agendarPage(r *http.Request, tx tomahora.Tx, f form) (agendarPage, error) {
	cfg, user := tx.Config(), s.user(r)
	p := readPeticion(f.Values)
	if user.Rol == tomahora.RolProfesional {
		p.solicitud.IDProfesional, p.especialidad = user.IDProfesional, 0
	}
	modos := modosDe(user, p, f.Get("volver"), "/agendar")
	p.fill(tx, user)
	page := agendarPage{Form: form{Values: p.values(f.Values)}, Buscado: p.buscado != "", PuedeCrear: user.Puede(tomahora.EditarPacientes)}
	page.addChoices(cfg, user, p)
	if p.solicitud.IDPaciente == 0 && !p.nuevo {
		page.Modos = modos
	}
	steps := []func(*http.Request, tomahora.Tx, *peticion, *agendarPage) error{s.addPaciente, s.addRUT, s.addLibres, s.addLugar}
	for _, add := range steps {
		if err := add(r, tx, p, &page); err != nil {
			return page, err
		}
	}
	switch {
	case page.Paciente == nil && !p.nuevo:
		page.Pasos = "paciente"
	case !page.Elegido:
		page.Pasos = "hora"
	case page.Modalidad && p.solicitud.Videoconsulta == nil:
		page.Pasos = "modalidad"
	default:
		page.Pasos = "agendar"
	}
	return page, nil
}

// modo is one way to use hours that were drawn in the agenda: its form.
type modo struct {
	Path, Icon, Key string
	Current         bool
}

// modosDe are the ways to use hours that were drawn, of which one is looked at; nil
// where none were, and where the user has no choice. Whose hours they are may still
// be open, since a sillón is not one profesional's.
func modosDe(user tomahora.Usuario, drawn *peticion, volver, here string) (list []modo) {
	s := drawn.solicitud
	if s.Fecha.IsZero() || s.HoraInicio == nil || s.Duracion == nil {
		return nil
	}
	book := drawn.values(url.Values{"volver": {volver}})
	hours := maps.Clone(book)
	hours.Del("duracion")
	hours.Set("hora_fin", hhmm(min(*s.HoraInicio+tomahora.Hora(*s.Duracion), tomahora.FinDelDia)))
	add := func(need tomahora.Permiso, path, icon, key string, query url.Values) {
		if user.Puede(need) {
			list = append(list, modo{path + "?" + query.Encode(), icon, key, path == here})
		}
	}
	add(tomahora.Agendar, "/agendar", "calendar-days", "agendar.submit", book)
	add(tomahora.Bloquear, "/ajustes/bloqueos/nuevo", "calendar-x", "agendar.block", hours)
	add(tomahora.Configurar, "/ajustes/especiales/nuevo", "calendar-clock", "agendar.attend", hours)
	if len(list) < 2 {
		return nil
	}
	return list
}

// readDrawn reads what the agenda tells of hours that were drawn in it, as the forms
// are asked for that have their end and not their length.
func readDrawn(q url.Values) *peticion {
	p := readPeticion(q)
	until, err := tomahora.ParseHoraFin(q.Get("hora_fin"))
	if until == 0 {
		until = tomahora.FinDelDia // as fields of hours have it
	}
	if s := &p.solicitud; err == nil && s.HoraInicio != nil && *s.HoraInicio < until {
		s.Duracion = new(tomahora.Duracion(until - *s.HoraInicio))
	}
	return p
}

// fill settles what most want where nothing was said: the only sucursal, the
// profesional's interval.
func (p *peticion) fill(tx tomahora.Tx, user tomahora.Usuario) {
	cfg, s := tx.Config(), &p.solicitud
	var own []tomahora.ProfesionalID
	if user.Rol == tomahora.RolProfesional {
		own = []tomahora.ProfesionalID{user.IDProfesional}
	}
	s.IDSucursal = sucursalFor(cfg, s.IDSucursal, own)
	if prof, ok := cfg.Profesional(s.IDProfesional); ok {
		s.Duracion = new(duracionOf(prof, s.Duracion))
	}
}

// duracionOf is how long a cita of a profesional is to be: as was asked for, where the
// profesional's intervals admit that.
func duracionOf(p tomahora.Profesional, asked *tomahora.Duracion) tomahora.Duracion {
	if asked != nil && p.Admits(*asked) {
		return *asked
	}
	return usualDuracion(p)
}

// usualDuracion is half an hour, or what comes nearest to it of a profesional's
// intervals.
func usualDuracion(p tomahora.Profesional) tomahora.Duracion {
	const usual = 30
	return p.Intervalo * max(1, usual/p.Intervalo)
}

// values is what was said, as the form has it after what was filled in.
func (p *peticion) values(sent url.Values) url.Values {
	v := url.Values{}
	for _, name := range []string{"q", "comentario", "nuevo", "nombre", "apellidos", "rut", "celular", "email", "otro_documento", "atencion_nueva", "volver"} {
		if text := sent.Get(name); text != "" {
			v.Set(name, text)
		}
	}
	s := p.solicitud
	set := func(name string, id int64) {
		if id != 0 {
			v.Set(name, strconv.FormatInt(id, 10))
		}
	}
	set("id_profesional", int64(s.IDProfesional))
	set("id_sucursal", int64(s.IDSucursal))
	set("id_sillon", int64(s.IDSillon))
	set("id_paciente", int64(s.IDPaciente))
	set("id_atencion", int64(s.IDAtencion))
	set("especialidad", int64(p.especialidad))
	if !s.Fecha.IsZero() {
		v.Set("fecha", s.Fecha.String())
	}
	if s.HoraInicio != nil {
		v.Set("hora_inicio", clock(*s.HoraInicio))
	}
	if s.Duracion != nil {
		set("duracion", int64(*s.Duracion))
	}
	if s.Videoconsulta != nil {
		v.Set("videoconsulta", bitText(*s.Videoconsulta))
	}
	if p.sobrecupo {
		v.Set("sobrecupo", "1")
	}
	return v
}

func bitText(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// addSucursales adds those where the user may book, and the one that is chosen: a
// profesional's are those of the own agenda.
func (page *agendarPage) addSucursales(cfg *tomahora.Config, user tomahora.Usuario, chosen tomahora.SucursalID) {
	for _, suc := range cfg.Plan().Sucursales {
		elsewhere := user.Rol == tomahora.RolProfesional && suc.ID != chosen && !cfg.Atiende(user.IDProfesional, suc.ID)
		if suc.Habilitada && !elsewhere {
			page.Sucursales = append(page.Sucursales, option{itoa(suc.ID), suc.Nombre})
		}
	}
}

func (page *agendarPage) addChoices(cfg *tomahora.Config, user tomahora.Usuario, p *peticion) {
	page.addSucursales(cfg, user, p.solicitud.IDSucursal)
	practised := map[tomahora.EspecialidadID]bool{}
	for _, prof := range cfg.Plan().Profesionales {
		if prof.Habilitado && cfg.Atiende(prof.ID, p.solicitud.IDSucursal) && user.PuedeEn(tomahora.Agendar, prof.ID) {
			page.Profesionales = append(page.Profesionales, option{itoa(prof.ID), prof.NombreCompleto()})
			practised[prof.IDEspecialidad] = true
		}
	}
	for _, e := range cfg.Plan().Especialidades {
		if practised[e.ID] && user.Rol != tomahora.RolProfesional {
			page.Especialidades = append(page.Especialidades, option{itoa(e.ID), e.Nombre})
		}
	}
	if prof, ok := cfg.Profesional(p.solicitud.IDProfesional); ok {
		page.Duraciones = duraciones(prof, *p.solicitud.Duracion)
	}
}

// duraciones are the lengths that citas of a profesional mostly have, up to that of
// this one.
func duraciones(p tomahora.Profesional, this tomahora.Duracion) (list []option) {
	const steps = 8
	for n := tomahora.Duracion(1); n <= steps || p.Intervalo*n <= max(60, this); n++ {
		list = append(list, minutesOption(p.Intervalo*n))
	}
	return list
}

func minutesOption(d tomahora.Duracion) option {
	minutes := strconv.Itoa(int(d))
	return option{minutes, minutes + " min"}
}

// addPaciente adds who comes, or who is found by what was typed.
func (s *server) addPaciente(r *http.Request, tx tomahora.Tx, p *peticion, page *agendarPage) error {
	if p.solicitud.IDPaciente == 0 {
		found, err := agenda.BuscarPacientes(tx, p.buscado)
		for _, v := range found {
			page.Encontrados = append(page.Encontrados, showPaciente(v))
		}
		return err
	}
	found, err := tx.Pacientes().Get(p.solicitud.IDPaciente)
	if err != nil {
		return err
	}
	page.Paciente = new(showPaciente(found))
	page.Paciente.Citas, err = s.history(r, tx, found.ID, 0)
	if err != nil {
		return err
	}
	return page.addAtenciones(tx, s.user(r), p)
}

// addRUT tells of the RUT of a new paciente whether it is one, and whose it is
// already.
func (s *server) addRUT(r *http.Request, tx tomahora.Tx, p *peticion, page *agendarPage) error {
	rut := page.Form.Get("rut")
	if !p.nuevo || rut == "" {
		return nil
	}
	found, err := tx.Pacientes().ByRUT(tomahora.NormalizeRUT(rut))
	if err == nil {
		page.RUTDe = new(showPaciente(found))
		return nil
	}
	if tomahora.KindOf(err) != tomahora.KindNotFound {
		return err
	}
	if _, err := tomahora.ParseRUT(rut); err != nil && page.Form.Get("otro_documento") == "" {
		page.RUTProblema = s.locales[visitOf(r).lang].t("agendar.wrongRUT")
	}
	return nil
}

// maxHistory is how many citas of a paciente are shown.
const maxHistory = 10

// history is the newest citas of a paciente that the user may see, by their dates.
func (s *server) history(r *http.Request, tx tomahora.Tx, paciente tomahora.PacienteID, without tomahora.CitaID) ([]citaShown, error) {
	filtros := []tomahora.Filtro{
		{Columna: "id_paciente", Operador: tomahora.Igual, Valor: int64(paciente)},
		{Columna: "id", Operador: tomahora.Distinto, Valor: int64(without)},
	}
	if user := s.user(r); user.Rol == tomahora.RolProfesional {
		filtros = append(filtros, tomahora.Filtro{Columna: "id_profesional", Operador: tomahora.Igual, Valor: int64(user.IDProfesional)})
	}
	citas, err := tx.Citas().List(tomahora.Consulta{
		Filtros: filtros, Limite: maxHistory,
		Orden: []tomahora.Orden{{Columna: "fecha", Descendente: true}, {Columna: "hora_inicio", Descendente: true}, {Columna: "id", Descendente: true}},
	})
	list := make([]citaShown, 0, len(citas))
	for _, c := range citas {
		list = append(list, showCitaIn(tx.Config(), c))
	}
	return list, err
}

// addAtenciones adds the atenciones of the paciente that a cita may have and the user
// may see. A plan de tratamiento may have many.
func (page *agendarPage) addAtenciones(tx tomahora.Tx, user tomahora.Usuario, p *peticion) error {
	const many = 20
	filtros := []tomahora.Filtro{
		{Columna: "id_paciente", Operador: tomahora.Igual, Valor: int64(p.solicitud.IDPaciente)},
		{Columna: "finalizado", Operador: tomahora.Igual, Valor: int64(0)},
		{Columna: "bloqueado", Operador: tomahora.Igual, Valor: int64(0)},
	}
	if user.Rol == tomahora.RolProfesional {
		filtros = append(filtros, tomahora.Filtro{Columna: "id_profesional", Operador: tomahora.Igual, Valor: int64(user.IDProfesional)})
	}
	open, err := tx.Atenciones().List(tomahora.Consulta{
		Filtros: filtros, Orden: []tomahora.Orden{{Columna: "id", Descendente: true}}, Limite: many,
	})
	for _, a := range open {
		if a.Tipo.AllowsCitas() {
			prof, _ := tx.Config().Profesional(a.IDProfesional)
			page.Atenciones = append(page.Atenciones, option{itoa(a.ID), a.Nombre + " (" + prof.NombreCompleto() + ")"})
		}
	}
	return err
}

// addLibres adds the next free hours of the profesional, or of all of an
// especialidad, each as long as the cita would be.
func (s *server) addLibres(r *http.Request, tx tomahora.Tx, p *peticion, page *agendarPage) error {
	cfg, ask := tx.Config(), p.solicitud
	b := agenda.Busqueda{Sucursales: []tomahora.SucursalID{ask.IDSucursal}, Futuras: true, Limite: maxLibres}
	for _, prof := range cfg.Plan().Profesionales {
		if prof.Habilitado && (prof.ID == ask.IDProfesional && p.especialidad == 0 || p.especialidad != 0 && prof.IDEspecialidad == p.especialidad) {
			b.Profesionales = append(b.Profesionales, prof.ID)
		}
	}
	if len(b.Profesionales) == 0 && p.especialidad == 0 && ask.IDProfesional == 0 {
		for _, o := range page.Profesionales {
			n, _ := strconv.ParseInt(o.Value, 10, 64)
			b.Profesionales = append(b.Profesionales, tomahora.ProfesionalID(n))
		}
	}
	b.DuracionDe = map[tomahora.ProfesionalID]tomahora.Duracion{}
	for _, id := range b.Profesionales {
		prof, _ := cfg.Profesional(id)
		b.DuracionDe[id] = duracionOf(prof, ask.Duracion)
	}
	hoy := tomahora.FechaOf(tx.Now(), cfg.ZonaDe(ask.IDSucursal))
	b.Desde = hoy
	if hoy.Before(ask.Fecha) {
		b.Desde = ask.Fecha
	}
	b.Hasta = b.Desde.AddDays(horizonte)
	libres, err := agenda.Libres(tx, b)
	page.Libres = s.showLibres(r, cfg, libres)
	return err
}

// addLugar judges the place as far as it is known, and tells what is wrong with it.
func (s *server) addLugar(r *http.Request, tx tomahora.Tx, p *peticion, page *agendarPage) error {
	ask, cfg, l := p.solicitud, tx.Config(), s.locales[visitOf(r).lang]
	page.Elegido = ask.IDProfesional != 0 && !ask.Fecha.IsZero() && ask.HoraInicio != nil && ask.Duracion != nil
	if !page.Elegido {
		return nil
	}
	prof, _ := cfg.Profesional(ask.IDProfesional)
	page.Lugar = l.t("agendar.place", prof.NombreCompleto(), l.longDate(ask.Fecha), clock(*ask.HoraInicio))
	ask, err := p.placed(tx)
	if err != nil {
		return err
	}
	// The place alone is judged: who comes may not be known yet.
	problems, err := agenda.SimularLugar(tx, ask)
	if err != nil {
		return err
	}
	for _, problem := range problems {
		if problem.Code == tomahora.CodeVideoconsultaRequerida {
			page.Modalidad = true
		} else if page.Problema == "" {
			page.Problema = l.problem(problem)
		}
	}
	page.Modalidad = page.Modalidad || ask.Videoconsulta != nil && modalidadIsOpen(cfg, ask)
	return nil
}

// modalidadIsOpen tells whether the hours in which a place is can be attended
// either way.
func modalidadIsOpen(cfg *tomahora.Config, ask tomahora.Solicitud) bool {
	return slices.ContainsFunc(cfg.Segmentos(ask.IDProfesional, ask.IDSucursal, ask.Fecha), func(seg tomahora.Segmento) bool {
		return seg.Rango.Contains(ask.Espacio().Rango) && seg.Modalidad == tomahora.Ambas
	})
}

// placed is the request with its sillón: the sobrecupo if that was asked for, else
// the lane that was named, else the first that is free.
func (p *peticion) placed(tx tomahora.Tx) (tomahora.Solicitud, error) {
	ask := p.solicitud
	if p.sobrecupo {
		ask.IDSillon = tomahora.Sobrecupo
	}
	if ask.IDSillon != 0 || ask.HoraInicio == nil || ask.Duracion == nil || ask.Fecha.IsZero() {
		return ask, nil
	}
	libres, err := agenda.Libres(tx, agenda.Busqueda{
		Profesionales: []tomahora.ProfesionalID{ask.IDProfesional}, Sucursales: []tomahora.SucursalID{ask.IDSucursal},
		Desde: ask.Fecha, Hasta: ask.Fecha, Duracion: *ask.Duracion, Videoconsulta: ask.Videoconsulta, Horas: ask.Espacio().Rango,
	})
	if err != nil {
		return ask, err
	}
	if len(libres) > 0 {
		ask.IDSillon = libres[0].Espacio.IDSillon
		return ask, nil
	}
	for _, seg := range tx.Config().Segmentos(ask.IDProfesional, ask.IDSucursal, ask.Fecha) {
		if seg.Rango.Overlaps(ask.Espacio().Rango) && len(seg.Sillones) > 0 {
			ask.IDSillon = seg.Sillones[0]
		}
	}
	ask.IDSillon = cmp.Or(ask.IDSillon, 1)
	return ask, nil
}

// refused is an action that was refused for its time or place, with others that are
// free.
type refused struct {
	error
	libres []libreShown
}

func (e refused) Unwrap() error { return e.error }

// withAlternativas adds to a refusal what is free instead, where something else
// would do.
func (s *server) withAlternativas(r *http.Request, tx tomahora.Tx, refusal error) error {
	rechazo, ok := errors.AsType[*agenda.Rechazo](refusal)
	if !ok || !rechazo.AdmitsOtra() {
		return refusal
	}
	libres, err := agenda.Alternativas(tx, rechazo)
	if err != nil {
		return err
	}
	libres = slices.DeleteFunc(libres, func(v agenda.Libre) bool { return !s.user(r).PuedeEn(tomahora.Agendar, v.Espacio.IDProfesional) })
	return refused{refusal, s.showLibres(r, tx.Config(), libres)}
}

// guardarCita books a cita (POST /agendar), and makes the paciente with it if it is
// a new one.
func (s *server) guardarCita(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	p, user := readPeticion(f.Values), s.user(r)
	if !user.PuedeEn(tomahora.Agendar, p.solicitud.IDProfesional) && p.solicitud.IDProfesional != 0 {
		return &tomahora.Error{Kind: tomahora.KindForbidden, Code: tomahora.CodeSinPermiso}
	}
	var made tomahora.Cita
	err = s.update(r, func(tx tomahora.Tx) error {
		var err error
		if made, err = s.bookCita(tx, user, p, f.Values); err != nil {
			return s.withAlternativas(r, tx, err)
		}
		return nil
	})
	switch {
	case err == nil && wantsJSON(r):
		return s.renderJSON(w, r, http.StatusCreated, map[string]citaJSON{"cita": showCita(made)})
	case err == nil:
		return s.done(w, r, localPath(cmp.Or(f.Get("volver"), diaPath(made.Espacio))), "agendar.done", made.PacienteCompleto(), clock(made.Espacio.Rango.Inicio))
	case wantsJSON(r):
		return s.refusedJSON(w, r, err)
	default:
		return s.agendarAgain(w, r, f, err)
	}
}

// bookCita makes the cita, and before it the paciente where it is a new one.
func (s *server) bookCita(tx tomahora.Tx, user tomahora.Usuario, p *peticion, values url.Values) (tomahora.Cita, error) {
	ask, err := p.placed(tx)
	if err != nil {
		return tomahora.Cita{}, err
	}
	if p.nuevo && ask.IDPaciente == 0 {
		if !user.Puede(tomahora.EditarPacientes) {
			return tomahora.Cita{}, &tomahora.Error{Kind: tomahora.KindForbidden, Code: tomahora.CodeSinPermiso}
		}
		paciente, err := agenda.CrearPaciente(tx, user.Actor(), cambioPaciente(values))
		if err != nil {
			return tomahora.Cita{}, err
		}
		ask.IDPaciente = paciente.ID
	}
	if err := ownAtencion(tx, user, ask.IDAtencion); err != nil {
		return tomahora.Cita{}, err
	}
	if nombre := strings.TrimSpace(values.Get("atencion_nueva")); nombre != "" && ask.IDAtencion == 0 {
		atencion, err := agenda.CrearAtencion(tx, user.Actor(), tomahora.Atencion{
			Nombre: nombre, IDPaciente: ask.IDPaciente, IDProfesional: ask.IDProfesional, IDSucursal: ask.IDSucursal, Fecha: ask.Fecha,
		})
		if err != nil {
			return tomahora.Cita{}, err
		}
		ask.IDAtencion = atencion.ID
	}
	done, err := agenda.Agendar(tx, user.Actor(), ask)
	return done.Cita, err
}

// ownAtencion refuses an atención that a request names, and its user may not see.
func ownAtencion(tx tomahora.Tx, user tomahora.Usuario, id tomahora.AtencionID) error {
	if id == 0 || user.Rol != tomahora.RolProfesional {
		return nil
	}
	a, err := tx.Atenciones().Get(id)
	if err == nil && a.IDProfesional != user.IDProfesional {
		return tomahora.NotFound("la atención")
	}
	return err
}

// agendarAgain shows the form with what is wrong.
func (s *server) agendarAgain(w http.ResponseWriter, r *http.Request, f form, refusal error) error {
	for _, name := range []string{"id_paciente", "id_profesional", "id_atencion", "fecha", "hora_inicio", "duracion", "videoconsulta", "nombre", "apellidos", "rut", "id_sucursal"} {
		if !f.Has(name) {
			f.Set(name, "") // its place is in the form all the same
		}
	}
	if !s.refuse(r, &f, refusal) {
		return refusal
	}
	var page agendarPage
	err := s.view(r, func(tx tomahora.Tx) (err error) {
		page, err = s.agendarPage(r, tx, f)
		return err
	})
	if err != nil {
		return err
	}
	page.Form.Problems = f.Problems
	if other, ok := errors.AsType[refused](refusal); ok && len(other.libres) > 0 {
		page.Libres = other.libres
	}
	return s.renderPart(w, r, http.StatusUnprocessableEntity, "agendar", &page)
}

// refusedJSON tells a script why something was refused, and what is free instead.
func (s *server) refusedJSON(w http.ResponseWriter, r *http.Request, err error) error {
	other, ok := errors.AsType[refused](err)
	if !ok {
		return err
	}
	problems := tomahora.ProblemsOf(err)
	return s.renderJSON(w, r, statusOf(problems[0].Kind), map[string]any{
		"error": s.told(r, problems), "alternativas": other.libres,
	})
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case tomahora.PacienteID:
		return itoa(v)
	case tomahora.ProfesionalID:
		return itoa(v)
	case tomahora.SillonID:
		return itoa(v)
	default:
		return ""
	}
}
