package web

import (
	"net/http"
	"slices"

	"github.com/tomahora/tomahora"
)

// agendaPage is the first page: the sheet that is looked at, for its script to draw.
type agendaPage struct {
	Hoja       hojaJSON
	SucursalID int64
	Sucursales []namedJSON
	Puede      puedeJSON
	Teclas     []tecla
}

// tecla is what a key does, for who may do that.
type tecla struct {
	Teclas []string
	Key    string // of the catalogue
	need   tomahora.Permiso
}

// teclasAgenda are the keys of the agenda that a user may use, in the order in which
// they are told.
func teclasAgenda(l locale, user tomahora.Usuario) []tecla {
	const look, book = tomahora.VerAgenda, tomahora.Agendar
	all := []tecla{
		{[]string{"/", "n"}, "agenda.key.new", book}, {[]string{"b"}, "agenda.key.block", tomahora.Bloquear},
		{[]string{"e"}, "agenda.key.special", tomahora.Configurar}, {[]string{"u"}, "agenda.key.undo", book}, {[]string{"t"}, "agenda.key.today", look},
		{[]string{"←", "→"}, "agenda.key.days", look}, {[]string{"d", "s"}, "agenda.key.view", look}, {[]string{"p", "r"}, "agenda.key.columns", look},
		{[]string{"g"}, "agenda.key.grid", look}, {[]string{"↵"}, "agenda.key.open", look}, {[]string{"c"}, "cita.confirm", book}, {[]string{"l"}, "cita.arrived", book},
		{[]string{"a"}, "cita.start", book}, {[]string{"f"}, "cita.finish", book}, {[]string{"x"}, "cita.noShow", book}, {[]string{"m"}, "cita.move", book},
		{[]string{l.t("agenda.key.delete")}, "cita.annul", book}, {[]string{"Ctrl ↵"}, "agenda.key.submit", book}, {[]string{"Esc"}, "agenda.key.close", look}, {[]string{"?"}, "agenda.key.help", look},
	}
	return slices.DeleteFunc(all, func(t tecla) bool { return !user.Puede(t.need) })
}

// agenda shows the agenda (GET /).
func (s *server) agenda(w http.ResponseWriter, r *http.Request) error {
	h, err := s.readHoja(r)
	if err != nil {
		return s.orFirstSucursal(w, r, err)
	}
	page := agendaPage{h, int64(h.Mirada.Sucursal), h.Sucursales, h.Puede, teclasAgenda(s.words(r), s.user(r))}
	return s.render(w, r, http.StatusOK, "agenda", page)
}

// hoja is a sheet for the script of the agenda (GET /web/agenda).
func (s *server) hoja(w http.ResponseWriter, r *http.Request) error {
	h, err := s.readHoja(r)
	if err != nil {
		return err
	}
	return s.renderJSON(w, r, http.StatusOK, h)
}

// orFirstSucursal answers that a sheet was not found: in a clinic that has no sucursal
// yet none can be, and what comes first is shown.
func (s *server) orFirstSucursal(w http.ResponseWriter, r *http.Request, notFound error) error {
	if tomahora.KindOf(notFound) != tomahora.KindNotFound {
		return notFound
	}
	cfg, err := s.config(r)
	if err != nil {
		return err
	}
	if len(cfg.Plan().Sucursales) > 0 {
		return notFound
	}
	l := s.words(r)
	first := newEmpty("map-pin", l.t("ajustes.sucursales.emptyTitle"), l.t("agenda.noSucursal"))
	if s.user(r).Puede(tomahora.Configurar) {
		first = newEmpty("map-pin", first.Title, l.t("ajustes.sucursales.emptyText"), l.t("ajustes.sucursales.new"), "/ajustes/sucursales/nueva")
	}
	return s.render(w, r, http.StatusOK, "vacia", first)
}
