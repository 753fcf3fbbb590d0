package web

import (
	"net/http"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// A paciente's own cita, for whoever has its link: what they booked, and nothing
// about who they are.

// propia is a cita by its link.
type propia struct {
	online
	id         tomahora.CitaID
	token      string
	cita       tomahora.Cita
	cambiable  bool
	haEmpezado bool
}

func (p propia) path() string { return "/r/" + p.token }

// anyCita serves a page of a cita to who has its link.
func (s *server) anyCita(serve func(http.ResponseWriter, *http.Request, propia) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		p := propia{online: online{l: s.locales[visitOf(r).lang]}, token: r.PathValue("enlace")}
		err := s.slowDown(r)
		if err == nil {
			err = s.openCita(w, r, &p)
		}
		if err == nil {
			err = serve(w, r, p)
		}
		if tomahora.IsCode(err, tomahora.CodeCitaCerrada) && r.Method == http.MethodPost {
			return redirect(w, r, p.path()) // which shows what has become of it
		}
		return s.tellOnline(w, r, p.online, err)
	}
}

// openCita finds the cita of a link. A forged one is answered as if there were
// nothing; one whose cita has begun tells nothing of it any more.
func (s *server) openCita(w http.ResponseWriter, r *http.Request, p *propia) error {
	e, ok := readSello(p.token)
	if !ok {
		return tomahora.NotFound("el enlace")
	}
	p.clinica, p.id = e.clinica, tomahora.CitaID(e.id)
	err := s.Store.View(r.Context(), p.clinica, func(tx tomahora.Tx) (err error) {
		if !e.isOf(tx.Config().Online().Clave, selloCita) {
			return tomahora.NotFound("el enlace")
		}
		p.cfg = tx.Config()
		if p.cita, err = tx.Citas().Get(p.id); err != nil {
			return err
		}
		p.cambiable, p.haEmpezado = agenda.AdmiteCambios(tx, p.cita), agenda.HaEmpezado(tx, p.cita)
		return nil
	})
	if err != nil {
		return err
	}
	s.Observe(r.Context(), r.Pattern, auth.Principal{IDClinica: p.clinica})
	embeddable(w, p.cfg)
	if p.haEmpezado {
		return &tomahora.Error{Kind: tomahora.KindGone, Code: tomahora.CodeCitaCerrada}
	}
	return nil
}

// citaBody is the page of a cita.
type citaBody struct {
	Nueva, Anulada, Confirmada bool
	Cambiable                  bool
	Dia, Hora, Con             string
	Donde, Mapa                string
	Video                      bool
	Path, Link                 string
	Otra                       string // where to book again, "" where one cannot
	Phones                     []phone
	AhoraDia, AhoraHora, Code  string // the hour to move to
}

func (s *server) citaBody(r *http.Request, p propia) citaBody {
	e := p.cita.Espacio
	suc, _ := p.cfg.Sucursal(e.IDSucursal)
	b := citaBody{
		Nueva: r.URL.Query().Get("nueva") != "", Anulada: !p.cita.Viva, Confirmada: p.cita.IDEstado.Confirmado(), Cambiable: p.cambiable,
		Dia: upperFirst(p.l.longDate(e.Fecha)), Hora: clock(e.Rango.Inicio), Con: p.con(e.IDProfesional), Donde: suc.Nombre, Mapa: joinWords(suc.Direccion, suc.Comuna),
		Video: p.cita.Videoconsulta, Path: p.path(), Link: s.BaseURL(r) + p.path(), Phones: p.phones(),
	}
	if p.cfg.Online().Activa {
		b.Otra = p.base()
	}
	return b
}

// title is the headline of a cita.
func (b citaBody) title(l locale) string {
	switch {
	case b.Anulada:
		return l.t("reservar.anulada")
	case b.Nueva:
		return l.t("reservar.lista")
	case b.Confirmada:
		return l.t("reservar.confirmada")
	default:
		return l.t("reservar.suHora")
	}
}

// verCita shows the cita.
func (s *server) verCita(w http.ResponseWriter, r *http.Request, p propia) error {
	body := s.citaBody(r, p)
	return s.renderOnline(w, r, http.StatusOK, p.online, onlinePage{Step: "cita", Title: body.title(p.l), Body: body})
}

// icsCita is the cita as a calendar file.
func (s *server) icsCita(w http.ResponseWriter, r *http.Request, p propia) error {
	uid := uidOf(p.cfg.Online().Clave, p.clinica, p.id)
	text := calendarOf(p.l, p.cfg, p.cita, uid, s.BaseURL(r)+p.path())
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8; method=PUBLISH")
	h.Set("Content-Disposition", `attachment; filename="cita.ics"`)
	writeBody(w, r, http.StatusOK, []byte(text))
	return nil
}

// change is what a button of the cita does.
func (s *server) change(r *http.Request, p propia, fn func(tomahora.Tx) (tomahora.Cita, error)) error {
	if !s.limits.bookings.allow(s.network(r)) {
		return &tomahora.Error{Kind: tomahora.KindRateLimited, Code: tomahora.CodeDemasiadasSolicitudes}
	}
	return s.Store.Update(r.Context(), p.clinica, func(tx tomahora.Tx) error {
		_, err := fn(tx)
		return err
	})
}

func (s *server) confirmarCita(w http.ResponseWriter, r *http.Request, p propia) error {
	err := s.change(r, p, func(tx tomahora.Tx) (tomahora.Cita, error) { return agenda.ConfirmarOnline(tx, p.id) })
	if err != nil {
		return err
	}
	return redirect(w, r, p.path())
}

// preguntarAnular asks once more: an annulled hour goes to somebody else.
func (s *server) preguntarAnular(w http.ResponseWriter, r *http.Request, p propia) error {
	if !p.cambiable {
		return redirect(w, r, p.path())
	}
	page := onlinePage{Step: "anular", Title: p.l.t("reservar.anularTitle"), Back: p.path(), Body: s.citaBody(r, p)}
	return s.renderOnline(w, r, http.StatusOK, p.online, page)
}

func (s *server) anularCita(w http.ResponseWriter, r *http.Request, p propia) error {
	err := s.change(r, p, func(tx tomahora.Tx) (tomahora.Cita, error) { return agenda.AnularOnline(tx, p.id) })
	if err != nil {
		return err
	}
	return redirect(w, r, p.path())
}

// preguntarMover asks for the day, then for the hour, then once more.
func (s *server) preguntarMover(w http.ResponseWriter, r *http.Request, p propia) error {
	if !p.cambiable {
		return redirect(w, r, p.path())
	}
	q := r.URL.Query()
	var page onlinePage
	var err error
	if hora, ok := parseHora(q.Get("hora")); ok {
		page = s.moverA(r, p, hora)
	} else if dia, noDia := tomahora.ParseFecha(q.Get("dia")); noDia == nil {
		page, err = s.moverHora(r, p, dia)
	} else {
		page, err = s.moverDia(r, p)
	}
	if tomahora.KindOf(err) == tomahora.KindNotFound {
		page, err = onlinePage{Step: "llamar", Title: p.l.t("reservar.llamarTitle"), Back: p.path(), Body: s.citaBody(r, p)}, nil
	}
	if err != nil {
		return err
	}
	return s.renderOnline(w, r, http.StatusOK, p.online, page)
}

func (p propia) moverPath(name, value string) string {
	return p.path() + "/mover?" + name + "=" + value
}

func (s *server) moverDia(r *http.Request, p propia) (onlinePage, error) {
	body := diasBody{Quien: p.con(p.cita.Espacio.IDProfesional)}
	err := s.Store.View(r.Context(), p.clinica, func(tx tomahora.Tx) error {
		oferta, err := agenda.OfertaParaMover(tx, p.cita)
		if err != nil {
			return err
		}
		return body.fill(p.online, tx, oferta, r.URL.Query().Get("desde"),
			func(f tomahora.Fecha) string { return p.moverPath("dia", f.String()) },
			func(f tomahora.Fecha) string { return p.moverPath("desde", f.String()) })
	})
	return onlinePage{Step: "dia", Title: p.l.t("reservar.moverDia"), Back: p.path(), Number: 1, Total: 3, Body: body}, err
}

func (s *server) moverHora(r *http.Request, p propia, dia tomahora.Fecha) (onlinePage, error) {
	days := p.path() + "/mover"
	body := horasBody{
		Quien: p.con(p.cita.Espacio.IDProfesional), Dia: upperFirst(p.l.longDate(dia)), Method: http.MethodGet, Action: days, Otro: days,
	}
	err := s.Store.View(r.Context(), p.clinica, func(tx tomahora.Tx) error {
		oferta, err := agenda.OfertaParaMover(tx, p.cita)
		if err != nil {
			return err
		}
		return body.fill(p.online, oferta, dia, r.URL.Query().Get("perdida"))
	})
	return onlinePage{Step: "hora", Title: p.l.t("reservar.moverHora"), Back: days, Number: 2, Total: 3, Body: body}, err
}

func (s *server) moverA(r *http.Request, p propia, hora agenda.HoraOnline) onlinePage {
	body := s.citaBody(r, p)
	body.AhoraDia, body.AhoraHora, body.Code = upperFirst(p.l.longDate(hora.Fecha)), clock(hora.Inicio), codeOf(hora)
	return onlinePage{
		Step: "mover", Title: p.l.t("reservar.moverTitle"), Back: p.moverPath("dia", hora.Fecha.String()), Number: 3, Total: 3, Body: body,
	}
}

func (s *server) moverCita(w http.ResponseWriter, r *http.Request, p propia) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	hora, ok := parseHora(f.Get("hora"))
	if !ok {
		return redirect(w, r, p.path()+"/mover")
	}
	err = s.change(r, p, func(tx tomahora.Tx) (tomahora.Cita, error) { return agenda.MoverOnline(tx, p.id, hora) })
	if isLost(err) {
		return redirect(w, r, p.moverPath("dia", hora.Fecha.String())+"&perdida="+codeOf(hora))
	}
	if err != nil {
		return err
	}
	return redirect(w, r, p.path())
}
