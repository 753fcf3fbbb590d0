package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// Pacientes book for themselves in steps of one question each. Every step is a
// page of its own whose address says all that was chosen before, so that going
// back always works, in a frame, without cookies and without scripts.

// onlineLimits are how often pages for everybody are answered.
type onlineLimits struct {
	pages      *limiter[netip.Prefix]
	holds      *limiter[netip.Prefix]
	bookings   *limiter[netip.Prefix]
	documentos *limiter[documento]
	clinicas   *limiter[tomahora.ClinicaID]
}

// documento is that of a paciente of a clinic.
type documento struct {
	clinica tomahora.ClinicaID
	text    string
}

// Many people come from one address: a clinic's own network, a carrier's.
// In the name of one document come more bookings than from one address, and never
// as many as the time before: nobody can count those of others by their own.
func newOnlineLimits(clock func() time.Time) onlineLimits {
	limits := onlineLimits{
		pages:      newLimiter[netip.Prefix](clock, 120, 250*time.Millisecond),
		holds:      newLimiter[netip.Prefix](clock, 30, 20*time.Second),
		bookings:   newLimiter[netip.Prefix](clock, 15, 3*time.Minute),
		documentos: newLimiter[documento](clock, 30, time.Hour),
		clinicas:   newLimiter[tomahora.ClinicaID](clock, 60, 20*time.Second),
	}
	limits.documentos.blur = 12
	return limits
}

// online is a clinic as whoever comes sees it.
type online struct {
	clinica tomahora.ClinicaID
	cfg     *tomahora.Config
	l       locale
}

// base is where its pages begin.
func (o online) base() string { return fmt.Sprintf("/reservar/%d", o.clinica) }

// onlinePage is what all steps show.
type onlinePage struct {
	Step          string // which part of the screen
	Title         string
	Clinica       string
	Number, Total int    // "Paso 2 de 4"; 0 where there are no steps
	Back          string // "" where there is nothing to go back to
	Embedded      bool   // shown in a frame
	Body          any
}

// anyClinica serves a page of a clinic where pacientes book for themselves.
func (s *server) anyClinica(serve func(http.ResponseWriter, *http.Request, online) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		o := online{l: s.locales[visitOf(r).lang]}
		err := s.slowDown(r)
		if err == nil {
			err = s.openOnline(w, r, &o)
		}
		if err == nil {
			err = serve(w, r, o)
		}
		return s.tellOnline(w, r, o, err)
	}
}

func (s *server) slowDown(r *http.Request) error {
	if s.limits.pages.allow(s.network(r)) {
		return nil
	}
	return &tomahora.Error{Kind: tomahora.KindRateLimited, Code: tomahora.CodeDemasiadasSolicitudes}
}

func (s *server) openOnline(w http.ResponseWriter, r *http.Request, o *online) error {
	id, err := strconv.ParseInt(r.PathValue("clinica"), 10, 64)
	if err != nil || id <= 0 {
		return tomahora.NotFound("la clínica")
	}
	o.clinica = tomahora.ClinicaID(id)
	err = s.Store.View(r.Context(), o.clinica, func(tx tomahora.Tx) error {
		o.cfg = tx.Config()
		return nil
	})
	if err != nil {
		return err
	}
	s.Observe(r.Context(), r.Pattern, auth.Principal{IDClinica: o.clinica})
	embeddable(w, o.cfg)
	if !o.cfg.Online().Activa {
		return tomahora.NotFound("la reserva en línea")
	}
	return nil
}

// embeddable lets the clinic's own sites show the page in a frame.
func embeddable(w http.ResponseWriter, cfg *tomahora.Config) {
	w.Header().Set("Content-Security-Policy", policy+strings.TrimRight("'self' "+cfg.Online().Origenes, " "))
}

// tellOnline tells who books of an error, on a page that leads on; one of ours it
// leaves to fail.
func (s *server) tellOnline(w http.ResponseWriter, r *http.Request, o online, err error) error {
	kind := tomahora.KindOf(err)
	if err == nil || kind == tomahora.KindInternal {
		return err
	}
	status := statusOf(kind)
	why := "reservar.fuera." + pageOf(status)
	if kind == tomahora.KindGone {
		why = "reservar.fuera.pasada"
	}
	p := onlinePage{Step: "fuera", Title: o.l.t(why + "Title"), Body: o.l.t(why)}
	return s.renderOnline(w, r, status, o, p)
}

func (s *server) renderOnline(w http.ResponseWriter, r *http.Request, status int, o online, p onlinePage) error {
	if o.cfg != nil {
		p.Clinica = o.cfg.Clinica().Nombre
	}
	p.Embedded = r.Header.Get("Sec-Fetch-Dest") == "iframe"
	w.Header().Set("X-Robots-Tag", "noindex")
	return s.render(w, r, status, "reservar", p)
}

// eleccion is what was chosen so far, as the addresses of the steps say it.
type eleccion struct {
	agenda.Eleccion
	con, modo string
}

// The values of "modo".
const (
	modoPresencial = "presencial"
	modoVideo      = "video"
)

// readEleccion reads what was chosen; KindNotFound where nobody is.
func readEleccion(o online, q url.Values) (eleccion, error) {
	e := eleccion{con: q.Get("con"), modo: q.Get("modo")}
	if len(e.con) > 1 {
		id, _ := strconv.ParseInt(e.con[1:], 10, 64) // 0 is nobody
		switch e.con[0] {
		case 'p':
			e.IDProfesional = tomahora.ProfesionalID(id)
		case 'e':
			e.IDEspecialidad = tomahora.EspecialidadID(id)
		}
	}
	if e.modo == modoPresencial || e.modo == modoVideo {
		video := e.modo == modoVideo
		e.Videoconsulta = &video
	}
	if len(e.Profesionales(o.cfg)) == 0 {
		return e, tomahora.NotFound("el profesional")
	}
	return e, nil
}

// asksModo tells whether there is a step that asks how.
func (e eleccion) asksModo(o online) bool { return e.Modalidad(o.cfg) == tomahora.Ambas }

// query is the address of what was chosen, with more pairs of names and values.
func (e eleccion) query(more ...string) string {
	q := url.Values{"con": {e.con}}
	if e.modo != "" {
		q.Set("modo", e.modo)
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			q.Set(more[i], more[i+1])
		}
	}
	return "?" + q.Encode()
}

// step numbers a step, counted without that which asks how.
func (e eleccion) step(o online, p *onlinePage, number int) {
	p.Number, p.Total = number, 4
	if e.asksModo(o) {
		p.Total++
		if number > 1 {
			p.Number++
		}
	}
}

// opcion is a choice that leads on.
type opcion struct{ Path, Text, Note, Icon, Initials, Tag string }

// grupoOpciones are choices under a heading.
type grupoOpciones struct {
	Title    string
	Opciones []opcion
}

// onlineCon asks with whom.
func (s *server) onlineCon(w http.ResponseWriter, r *http.Request, o online) error {
	grupos, err := agenda.GruposOnline(o.cfg)
	if err != nil {
		return err
	}
	var body []grupoOpciones
	for _, g := range grupos {
		shown := grupoOpciones{Title: g.Especialidad.Nombre}
		if len(g.Profesionales) > 1 && g.Especialidad.ID != 0 {
			shown.Opciones = append(shown.Opciones, opcion{
				Path: o.conPath(fmt.Sprintf("e%d", g.Especialidad.ID)), Text: o.l.t("reservar.cualquiera"), Note: o.l.t("reservar.cualquieraNote"), Icon: "users",
			})
		}
		for _, p := range g.Profesionales {
			shown.Opciones = append(shown.Opciones, opcion{
				Path: o.conPath(fmt.Sprintf("p%d", p.ID)), Text: p.NombreCompleto(), Note: o.noteOf(p), Initials: initials(p.NombreCompleto()),
			})
		}
		body = append(body, shown)
	}
	p := onlinePage{Step: "con", Title: o.l.t("reservar.con"), Number: 1, Total: 4, Body: body}
	return s.renderOnline(w, r, http.StatusOK, o, p)
}

// conPath is the step after with whom.
func (o online) conPath(con string) string {
	e, err := readEleccion(o, url.Values{"con": {con}})
	if err == nil && e.asksModo(o) {
		return o.base() + "/modalidad" + e.query()
	}
	return o.base() + "/dia" + e.query()
}

// noteOf is where a profesional attends.
func (o online) noteOf(p tomahora.Profesional) string {
	if o.cfg.ModalidadDe(p.ID) == tomahora.Videoconsulta {
		return o.l.t("reservar.video")
	}
	var names []string
	for _, suc := range o.cfg.Plan().Sucursales {
		if suc.Habilitada && o.cfg.Atiende(p.ID, suc.ID) {
			names = append(names, suc.Nombre)
		}
	}
	return strings.Join(names, " · ")
}

// onlineModalidad asks how.
func (s *server) onlineModalidad(w http.ResponseWriter, r *http.Request, o online) error {
	e, err := readEleccion(o, r.URL.Query())
	if err != nil {
		return err
	}
	to := func(modo string) string {
		with := e
		with.modo = modo
		return o.base() + "/dia" + with.query()
	}
	p := onlinePage{Step: "con", Title: o.l.t("reservar.modalidad"), Back: o.base(), Number: 2, Total: 5, Body: []grupoOpciones{{Opciones: []opcion{
		{Path: to(modoPresencial), Text: o.l.t("reservar.presencial"), Note: o.l.t("reservar.presencialNote"), Icon: "map-pin"},
		{Path: to(modoVideo), Text: o.l.t("reservar.video"), Note: o.l.t("reservar.videoNote"), Icon: "video"},
	}}}}
	return s.renderOnline(w, r, http.StatusOK, o, p)
}

// backToModo is the step before the day.
func (e eleccion) back(o online) string {
	if e.asksModo(o) {
		return o.base() + "/modalidad?con=" + url.QueryEscape(e.con)
	}
	return o.base()
}

// quien names who was chosen.
func (o online) quien(e eleccion) string {
	if p, ok := o.cfg.Profesional(e.IDProfesional); ok {
		return p.NombreCompleto()
	}
	especialidad, _ := o.cfg.Especialidad(e.IDEspecialidad)
	return especialidad.Nombre
}

// diasBody is the step that asks for the day.
type diasBody struct {
	Quien  string
	Dias   []opcion
	Mas    string // the address of later days
	Phones []phone
}

// phone is a telephone of the clinic.
type phone struct {
	Name, Number string
	Href         template.URL // tel:, with nothing but digits
}

const (
	daysShown = 14
	fewHours  = 5 // so few that people are told
)

// onlineDia asks for the day.
func (s *server) onlineDia(w http.ResponseWriter, r *http.Request, o online) error {
	e, err := readEleccion(o, r.URL.Query())
	if err != nil {
		return err
	}
	if e.Videoconsulta == nil && e.asksModo(o) {
		return redirect(w, r, o.base()+"/modalidad"+e.query())
	}
	body := diasBody{Quien: o.quien(e)}
	path := o.base() + "/hora"
	err = s.Store.View(r.Context(), o.clinica, func(tx tomahora.Tx) error {
		oferta, err := agenda.NewOferta(tx, e.Eleccion, 0)
		if err != nil {
			return err
		}
		return body.fill(o, tx, oferta, r.URL.Query().Get("desde"), func(f tomahora.Fecha) string { return path + e.query("dia", f.String()) },
			func(f tomahora.Fecha) string { return o.base() + "/dia" + e.query("desde", f.String()) })
	})
	if err != nil {
		return err
	}
	p := onlinePage{Step: "dia", Title: o.l.t("reservar.dia"), Back: e.back(o), Body: body}
	e.step(o, &p, 2)
	return s.renderOnline(w, r, http.StatusOK, o, p)
}

// fill finds the days from one on.
func (b *diasBody) fill(o online, tx tomahora.Tx, oferta *agenda.OfertaOnline, desde string, day, later func(tomahora.Fecha) string) error {
	hoy := tomahora.FechaOf(tx.Now(), o.cfg.Zona())
	from, err := tomahora.ParseFecha(desde)
	if err != nil {
		from = hoy
	}
	dias, siguiente, err := oferta.Dias(from, daysShown)
	if err != nil {
		return err
	}
	for _, d := range dias {
		shown := opcion{Path: day(d.Fecha), Text: upperFirst(o.l.longDate(d.Fecha))}
		if d.Horas <= fewHours {
			shown.Note = o.l.n("reservar.quedan", d.Horas)
		}
		switch hoy.DaysTo(d.Fecha) {
		case 0:
			shown.Tag = o.l.t("reservar.hoy")
		case 1:
			shown.Tag = o.l.t("reservar.manana")
		}
		b.Dias = append(b.Dias, shown)
	}
	if !siguiente.IsZero() {
		b.Mas = later(siguiente)
	}
	b.Phones = o.phones()
	return nil
}

// phones are where to call the clinic.
func (o online) phones() []phone {
	var list []phone
	for _, suc := range o.cfg.Plan().Sucursales {
		if suc.Habilitada && suc.Telefono != "" {
			list = append(list, phone{suc.Nombre, suc.Telefono, template.URL("tel:" + strings.Map(dialled, suc.Telefono))})
		}
	}
	return list
}

// dialled leaves of a telephone number what is dialled.
func dialled(r rune) rune {
	if r == '+' || r >= '0' && r <= '9' {
		return r
	}
	return -1
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func redirect(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// horasBody is the step that asks for the hour.
type horasBody struct {
	Quien, Dia string
	Method     string
	Action     string // where the chosen hour is sent, as "hora"
	Fields     []attr // sent along
	Grupos     []grupoHoras
	Lost       bool // another one took the hour that was chosen
	Cercanas   []horaShown
	Otro       string // the address of the days
}

// grupoHoras are the hours at one sucursal.
type grupoHoras struct {
	Title, Note string
	Partes      []parteHoras
}

// parteHoras are those of a part of the day.
type parteHoras struct {
	Title string
	Horas []horaShown
}

// horaShown is an hour to choose.
type horaShown struct{ Code, Text, Note string }

// onlineHora asks for the hour.
func (s *server) onlineHora(w http.ResponseWriter, r *http.Request, o online) error {
	q := r.URL.Query()
	e, err := readEleccion(o, q)
	if err != nil {
		return err
	}
	dia, err := tomahora.ParseFecha(q.Get("dia"))
	if err != nil {
		return redirect(w, r, o.base()+"/dia"+e.query())
	}
	body := horasBody{
		Quien: o.quien(e), Dia: upperFirst(o.l.longDate(dia)), Method: http.MethodPost, Action: o.base() + "/tomar",
		Fields: []attr{{"con", e.con}, {"modo", e.modo}}, Otro: o.base() + "/dia" + e.query(),
	}
	err = s.Store.View(r.Context(), o.clinica, func(tx tomahora.Tx) error {
		oferta, err := agenda.NewOferta(tx, e.Eleccion, s.heldBy(r, o, q))
		if err != nil {
			return err
		}
		return body.fill(o, oferta, dia, q.Get("perdida"))
	})
	if err != nil {
		return err
	}
	p := onlinePage{Step: "hora", Title: o.l.t("reservar.hora"), Back: body.Otro, Body: body}
	e.step(o, &p, 3)
	return s.renderOnline(w, r, http.StatusOK, o, p)
}

// fill finds the hours of a day, and where one was lost those near it.
func (b *horasBody) fill(o online, oferta *agenda.OfertaOnline, dia tomahora.Fecha, perdida string) error {
	libres, err := oferta.Horas(dia)
	if err != nil {
		return err
	}
	b.Grupos = o.bySucursal(libres)
	lost, ok := parseHora(perdida)
	if !ok {
		return nil
	}
	b.Lost = true
	b.Cercanas, err = o.cercanas(oferta, lost)
	return err
}

const nearestShown = 4

func (o online) cercanas(oferta *agenda.OfertaOnline, lost agenda.HoraOnline) ([]horaShown, error) {
	libres, err := oferta.Cercanas(lost, nearestShown)
	var list []horaShown
	for _, l := range libres {
		suc, _ := o.cfg.Sucursal(l.Espacio.IDSucursal)
		list = append(list, horaShown{codeOf(agenda.HoraDe(l)), o.cuando(l.Espacio), o.con(l.Espacio.IDProfesional) + " · " + suc.Nombre})
	}
	return list, err
}

func (o online) con(id tomahora.ProfesionalID) string {
	prof, _ := o.cfg.Profesional(id)
	return prof.NombreCompleto()
}

// cuando is a day and an hour in words.
func (o online) cuando(e tomahora.Espacio) string {
	return o.l.t("reservar.cuando", upperFirst(o.l.longDate(e.Fecha)), clock(e.Rango.Inicio))
}

func clock(h tomahora.Hora) string { return h.String()[:5] }

// noon parts the hours of a day.
const noon tomahora.Hora = 12 * 60

// bySucursal groups free places by sucursal and part of the day; of several at the
// same hour it takes the first.
func (o online) bySucursal(libres []agenda.Libre) []grupoHoras {
	var grupos []grupoHoras
	index := map[tomahora.SucursalID]int{}
	for _, l := range libres {
		id := l.Espacio.IDSucursal
		i, ok := index[id]
		if !ok {
			suc, _ := o.cfg.Sucursal(id)
			i, index[id] = len(grupos), len(grupos)
			grupos = append(grupos, grupoHoras{Title: suc.Nombre, Note: joinWords(suc.Direccion, suc.Comuna)})
		}
		grupos[i].add(o.l, l)
	}
	slices.SortStableFunc(grupos, func(a, b grupoHoras) int { return strings.Compare(a.Title, b.Title) })
	return grupos
}

func (g *grupoHoras) add(l locale, free agenda.Libre) {
	title := l.t("reservar.porLaManana")
	if free.Espacio.Rango.Inicio >= noon {
		title = l.t("reservar.porLaTarde")
	}
	if n := len(g.Partes); n == 0 || g.Partes[n-1].Title != title {
		g.Partes = append(g.Partes, parteHoras{Title: title})
	}
	part := &g.Partes[len(g.Partes)-1]
	text := clock(free.Espacio.Rango.Inicio)
	if n := len(part.Horas); n > 0 && part.Horas[n-1].Text == text {
		return
	}
	part.Horas = append(part.Horas, horaShown{Code: codeOf(agenda.HoraDe(free)), Text: text})
}

// joinWords puts commas between what there is.
func joinWords(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
}

// codeOf spells an hour in an address: "2.1.2026-11-30.09:00.0".
func codeOf(h agenda.HoraOnline) string {
	video := 0
	if h.Videoconsulta {
		video = 1
	}
	return fmt.Sprintf("%d.%d.%s.%s.%d", h.IDProfesional, h.IDSucursal, h.Fecha, clock(h.Inicio), video)
}

// parseHora reads what codeOf wrote.
func parseHora(code string) (h agenda.HoraOnline, ok bool) {
	parts := strings.Split(code, ".")
	if len(parts) != 5 {
		return h, false
	}
	prof, err1 := strconv.ParseInt(parts[0], 10, 64)
	suc, err2 := strconv.ParseInt(parts[1], 10, 64)
	fecha, err3 := tomahora.ParseFecha(parts[2])
	inicio, err4 := tomahora.ParseHora(parts[3])
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		return h, false
	}
	return agenda.HoraOnline{
		IDProfesional: tomahora.ProfesionalID(prof), IDSucursal: tomahora.SucursalID(suc), Fecha: fecha, Inicio: inicio, Videoconsulta: parts[4] == "1",
	}, true
}
