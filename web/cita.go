package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// citaShown is a cita as pages show it.
type citaShown struct {
	ID          tomahora.CitaID
	Fecha       tomahora.Fecha
	Inicio, Fin tomahora.Hora
	Duracion    tomahora.Duracion
	IDPaciente  tomahora.PacienteID
	Paciente    string
	Profesional string
	Sucursal    string
	Sillon      string
	Sobrecupo   bool
	Atencion    string
	Estado      estadoShown
	Video       bool
	Comentario  string
	Viva        bool
	Version     int64
}

func showCitaIn(cfg *tomahora.Config, c tomahora.Cita) citaShown {
	e := c.Espacio
	prof, _ := cfg.Profesional(e.IDProfesional)
	suc, _ := cfg.Sucursal(e.IDSucursal)
	sillon, _ := cfg.Sillon(e.IDSillon)
	estado, _ := cfg.Estado(c.IDEstado)
	return citaShown{
		ID: c.ID, Fecha: e.Fecha, Inicio: e.Rango.Inicio, Fin: e.Rango.Fin, Duracion: e.Rango.Duracion(),
		IDPaciente: c.IDPaciente, Paciente: c.PacienteCompleto(), Profesional: prof.NombreCompleto(), Sucursal: suc.Nombre,
		Sillon: sillon.Nombre, Sobrecupo: e.IDSillon == tomahora.Sobrecupo, Atencion: c.NombreAtencion, Estado: showEstado(estado),
		Video: c.Videoconsulta, Comentario: c.Comentario, Viva: c.Viva, Version: c.Version,
	}
}

// accion is an estado that one click leads to.
type accion struct {
	ID        tomahora.EstadoID
	Key, Done string // of the catalogue: what it is called, and what is said once it is done
	Icon      string
	Fresh     bool // the one that usually comes next
}

// acciones are the estados that a live cita usually goes to, without the one it is
// in.
func acciones(cfg *tomahora.Config, c tomahora.Cita) []accion {
	if !c.Viva {
		return nil
	}
	usual := []accion{
		{ID: estadoConfirmado, Key: "cita.confirm", Done: "cita.confirmDone"},
		{ID: estadoEnEspera, Key: "cita.arrived", Done: "cita.arrivedDone"},
		{ID: estadoAtendiendose, Key: "cita.start", Done: "cita.startDone"},
		{ID: estadoAtendido, Key: "cita.finish", Done: "cita.finishDone"},
		{ID: estadoNoAsiste, Key: "cita.noShow", Done: "cita.noShowDone"},
	}
	next := map[string]tomahora.EstadoID{
		"no-confirmado": estadoConfirmado, "notificado": estadoConfirmado, "en-linea": estadoConfirmado,
		"confirmado": estadoEnEspera, "en-espera": estadoAtendiendose, "atendiendose": estadoAtendido,
	}
	now, _ := cfg.Estado(c.IDEstado)
	var list []accion
	for _, a := range usual {
		e, ok := cfg.Estado(a.ID)
		if !ok || !e.Habilitado || estadoKind(e) == estadoKind(now) {
			continue
		}
		a.Icon, a.Fresh = estadoIcons()[estadoKind(e)], next[estadoKind(now)] == a.ID
		list = append(list, a)
	}
	return list
}

// citaPage is all about one cita.
type citaPage struct {
	Cita          citaShown
	Datos         string // the same as scripts have it
	Paciente      pacienteShown
	Acciones      []accion
	Puede         bool // change it
	Form          form
	Estados       []option
	Destino       destino
	Modos         []option
	Motivos       []string        // why citas are annulled
	Abierto       map[string]bool // which parts are shown open
	Foco          string          // what the focus begins at: "anular", "mover", "accion" or "cuando"
	IDSucursal    tomahora.SucursalID
	IDProfesional tomahora.ProfesionalID
	Libres        []libreShown
	Historial     []hecho
	Volver        string
}

// hecho is what somebody did to a cita, in words.
type hecho struct {
	Cuando tomahora.Fecha
	Hora   tomahora.Hora
	Quien  string
	Que    []string
}

// cita shows a cita (GET /citas/{id}); a script is sent its part alone.
func (s *server) cita(w http.ResponseWriter, r *http.Request) error {
	var page citaPage
	err := s.view(r, func(tx tomahora.Tx) error {
		c, err := s.visibleCita(r, tx)
		if err != nil {
			return err
		}
		page, err = s.citaPage(r, tx, c, form{Values: citaValues(c, r.URL.Query())})
		return err
	})
	if err != nil {
		return err
	}
	return s.renderPart(w, r, http.StatusOK, "cita", &page)
}

// visibleCita is the cita in a request's path; one that its user may not see is not
// there.
func (s *server) visibleCita(r *http.Request, tx tomahora.Tx) (tomahora.Cita, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return tomahora.Cita{}, tomahora.NotFound("la cita")
	}
	c, err := tx.Citas().Get(tomahora.CitaID(id))
	if err == nil && !s.user(r).PuedeEn(tomahora.VerAgenda, c.Espacio.IDProfesional) {
		return tomahora.Cita{}, tomahora.NotFound("la cita")
	}
	return c, err
}

func (s *server) citaPage(r *http.Request, tx tomahora.Tx, c tomahora.Cita, f form) (citaPage, error) {
	cfg, user := tx.Config(), s.user(r)
	paciente, err := tx.Pacientes().Get(c.IDPaciente)
	if err != nil {
		return citaPage{}, err
	}
	page := citaPage{
		Cita: showCitaIn(cfg, c), Paciente: showPaciente(paciente), Acciones: acciones(cfg, c), Form: f,
		Puede: user.PuedeEn(tomahora.Agendar, c.Espacio.IDProfesional), Volver: diaPath(c.Espacio),
		IDSucursal: c.Espacio.IDSucursal, IDProfesional: c.Espacio.IDProfesional,
		Abierto: map[string]bool{"mover": r.URL.Query().Has("mover") || f.Problems != nil, "anular": r.URL.Query().Has("anular")},
	}
	page.Foco = page.foco()
	l := s.locales[visitOf(r).lang]
	page.Motivos = strings.Split(l.t("cita.reasons"), ",")
	page.Modos = []option{{"0", l.t("agendar.inPerson")}, {"1", l.t("agendar.video")}}
	if page.Datos, err = citaData(c); err != nil {
		return page, err
	}
	for _, e := range cfg.Plan().Estados {
		if e.Habilitado && !e.UsoInterno || e.ID == c.IDEstado {
			page.Estados = append(page.Estados, option{itoa(e.ID), e.Nombre})
		}
	}
	page.Destino = destinoOf(cfg, user, c, f.Values)
	if page.Paciente.Citas, err = s.history(r, tx, c.IDPaciente, c.ID); err != nil {
		return page, err
	}
	page.Historial, err = l.historial(tx, c)
	return page, err
}

// foco is where the focus begins: at what was asked for, else at what usually comes
// next. Where nothing does it begins at nothing that one key more would change.
func (page *citaPage) foco() string {
	switch {
	case page.Puede && page.Cita.Viva && page.Abierto["anular"]:
		return "anular"
	case page.Puede && page.Cita.Viva && page.Abierto["mover"]:
		return "mover"
	case page.Puede && slices.ContainsFunc(page.Acciones, func(a accion) bool { return a.Fresh }):
		return "accion"
	default:
		return "cuando"
	}
}

// FocoMover is the setting of the field at which moving begins.
func (page *citaPage) FocoMover() string {
	if page.Foco == "mover" {
		return "data-foco=1"
	}
	return ""
}

// historial is who did what to a cita, the newest first, by the clock of its
// sucursal.
func (l locale) historial(tx tomahora.Tx, c tomahora.Cita) ([]hecho, error) {
	hechos, err := agenda.Historial(tx, "cita", int64(c.ID))
	list := make([]hecho, 0, len(hechos))
	for _, h := range hechos {
		en := h.En.In(tx.Config().ZonaDe(c.Espacio.IDSucursal))
		done := hecho{
			Cuando: tomahora.FechaOf(en, en.Location()), Hora: tomahora.Hora(en.Hour()*60 + en.Minute()),
			Quien: cmp.Or(h.Nombre, l.t("cita.somebody")), Que: []string{l.t("cita.history." + string(h.Accion))},
		}
		if len(h.Campos) > 0 {
			done.Que = done.Que[:0]
		}
		for _, campo := range h.Campos {
			done.Que = append(done.Que, l.t("cita.history."+campo))
		}
		list = append(list, done)
	}
	return list, err
}

// readCambio reads a change of a cita.
func readCambio(values url.Values) tomahora.CambioCita {
	read := reader{Values: values}
	c := tomahora.CambioCita{
		IDEstado:      tomahora.EstadoID(read.id("id_estado")),
		IDProfesional: tomahora.ProfesionalID(read.id("id_profesional")),
		IDSucursal:    tomahora.SucursalID(read.id("id_sucursal")),
		IDSillon:      tomahora.SillonID(read.id("id_sillon")),
		Fecha:         read.fecha("fecha"),
		HoraInicio:    read.horaInicio(),
		Duracion:      read.duracion("duracion"),
		Videoconsulta: read.bit("videoconsulta"),
	}
	if values.Has("comentario") {
		c.Comentario = new(read.text("comentario"))
	}
	c.Unreadable = read.problems
	return c
}

// withMotivo adds to the comment of a cita why it is annulled.
func withMotivo(before tomahora.Cita, c tomahora.CambioCita, motivo string) tomahora.CambioCita {
	if motivo == "" {
		return c
	}
	comentario := *cmp.Or(c.Comentario, &before.Comentario)
	c.Comentario = new(strings.TrimSpace(comentario + "\n" + motivo))
	return c
}

// changeOf is a change of the cita in a request's path that its user may make.
func (s *server) changeOf(r *http.Request, tx tomahora.Tx, values url.Values) (tomahora.Cita, tomahora.CambioCita, error) {
	user, c := s.user(r), readCambio(values)
	before, err := s.visibleCita(r, tx)
	if err != nil {
		return before, c, err
	}
	to := cmp.Or(c.IDProfesional, before.Espacio.IDProfesional)
	if !user.PuedeEn(tomahora.Agendar, before.Espacio.IDProfesional) || !user.PuedeEn(tomahora.Agendar, to) {
		return before, c, &tomahora.Error{Kind: tomahora.KindForbidden, Code: tomahora.CodeSinPermiso}
	}
	read := reader{Values: values}
	if seen := read.id("version"); seen != 0 && seen != before.Version {
		return before, c, &tomahora.Error{Kind: tomahora.KindStale, Code: tomahora.CodeVersionDistinta, Args: []any{before.Version}}
	}
	return before, withMotivo(before, c, read.text("motivo")), read.orNil()
}

// cambiarCita changes a cita (POST /citas/{id}). Of several buttons the one that was
// pressed says which fields count.
func (s *server) cambiarCita(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	var before, after tomahora.Cita
	err = s.update(r, func(tx tomahora.Tx) error {
		var c tomahora.CambioCita
		var err error
		if before, c, err = s.changeOf(r, tx, f.Values); err != nil {
			return err
		}
		if after, err = agenda.Modificar(tx, s.user(r).Actor(), before.ID, c); err != nil {
			return s.withAlternativas(r, tx, err)
		}
		return nil
	})
	switch {
	case err == nil && wantsJSON(r):
		return s.renderJSON(w, r, http.StatusOK, map[string]citaJSON{"cita": showCita(after)})
	case err == nil:
		return s.done(w, r, localPath(cmp.Or(f.Get("volver"), "/citas/"+itoa(after.ID))), "cita.saved", after.PacienteCompleto())
	case wantsJSON(r) && tomahora.KindOf(err) == tomahora.KindStale: // with the cita as it is, to be shown and told
		return s.renderJSON(w, r, http.StatusConflict, map[string]any{"error": s.told(r, tomahora.ProblemsOf(err)), "cita": showCita(before)})
	case wantsJSON(r):
		return s.refusedJSON(w, r, err)
	default:
		return s.citaAgain(w, r, f, before, err)
	}
}

// citaAgain shows a cita with what is wrong with a change of it.
func (s *server) citaAgain(w http.ResponseWriter, r *http.Request, f form, before tomahora.Cita, refusal error) error {
	f.Values = citaValues(before, f.Values)
	if !s.refuse(r, &f, refusal) {
		return refusal
	}
	var page citaPage
	err := s.view(r, func(tx tomahora.Tx) (err error) {
		page, err = s.citaPage(r, tx, before, f)
		return err
	})
	if err != nil {
		return err
	}
	if other, ok := errors.AsType[refused](refusal); ok {
		page.Libres = other.libres
	}
	return s.renderPart(w, r, http.StatusUnprocessableEntity, "cita", &page)
}

// probarCambio tells a script how a change of a cita would end (POST
// /web/citas/{id}/probar).
func (s *server) probarCambio(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	err = s.view(r, func(tx tomahora.Tx) error {
		before, c, err := s.changeOf(r, tx, f.Values)
		if err == nil {
			_, err = agenda.SimularCambio(tx, before.ID, c)
		}
		return err
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// diaPath is the list of the day on which a cita is.
func diaPath(e tomahora.Espacio) string {
	return "/dia?" + url.Values{"sucursal": {itoa(e.IDSucursal)}, "fecha": {e.Fecha.String()}}.Encode()
}
