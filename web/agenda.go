package web

import (
	"net/http"

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

// tecla is what a key does.
type tecla struct {
	Teclas []string
	Key    string // of the catalogue
}

// teclasAgenda are the keys of the agenda, in the order in which they are told.
func teclasAgenda(l locale) []tecla {
	return []tecla{
		{[]string{"/", "n"}, "agenda.key.new"}, {[]string{"b"}, "agenda.key.block"}, {[]string{"e"}, "agenda.key.special"}, {[]string{"u"}, "agenda.key.undo"}, {[]string{"t"}, "agenda.key.today"},
		{[]string{"←", "→"}, "agenda.key.days"}, {[]string{"d", "s"}, "agenda.key.view"}, {[]string{"p", "r"}, "agenda.key.columns"},
		{[]string{"g"}, "agenda.key.grid"}, {[]string{"↵"}, "agenda.key.open"}, {[]string{"c"}, "cita.confirm"}, {[]string{"l"}, "cita.arrived"},
		{[]string{"a"}, "cita.start"}, {[]string{"f"}, "cita.finish"}, {[]string{"x"}, "cita.noShow"}, {[]string{"m"}, "cita.move"},
		{[]string{l.t("agenda.key.delete")}, "cita.annul"}, {[]string{"Ctrl ↵"}, "agenda.key.submit"}, {[]string{"Esc"}, "agenda.key.close"}, {[]string{"?"}, "agenda.key.help"},
	}
}

// agenda shows the agenda (GET /).
func (s *server) agenda(w http.ResponseWriter, r *http.Request) error {
	h, err := s.readHoja(r)
	if err != nil {
		return s.orFirstSucursal(w, r, err)
	}
	page := agendaPage{h, int64(h.Mirada.Sucursal), h.Sucursales, h.Puede, teclasAgenda(s.words(r))}
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
	var sucursales int
	err := s.view(r, func(tx tomahora.Tx) error {
		sucursales = len(tx.Config().Plan().Sucursales)
		return nil
	})
	if err != nil {
		return err
	}
	if sucursales > 0 {
		return notFound
	}
	l := s.words(r)
	first := newEmpty("map-pin", l.t("ajustes.sucursales.emptyTitle"), l.t("agenda.noSucursal"))
	if s.user(r).Puede(tomahora.Configurar) {
		first = newEmpty("map-pin", first.Title, l.t("ajustes.sucursales.emptyText"), l.t("ajustes.sucursales.new"), "/ajustes/sucursales/nueva")
	}
	return s.render(w, r, http.StatusOK, "vacia", first)
}
