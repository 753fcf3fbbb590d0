package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// holdCookie remembers the hour that is held, for who goes back without a script
// that lets go of it. The addresses carry it too: in a frame of another site there
// may be no cookies.
const holdCookie = "reserva"

// heldBy is the reserva of who makes a request, 0 for none.
func (s *server) heldBy(r *http.Request, o online, values url.Values) tomahora.ReservaID {
	for _, text := range []string{values.Get("reserva"), cookieOf(r, holdCookie)} {
		e, ok := readSello(text)
		if ok && e.clinica == o.clinica && e.isOf(o.cfg.Online().Clave, selloReserva) {
			return tomahora.ReservaID(e.id)
		}
	}
	return 0
}

// onlineTomar holds the hour that was chosen. Where no more may be held, the
// paciente goes on without.
func (s *server) onlineTomar(w http.ResponseWriter, r *http.Request, o online) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	e, err := readEleccion(o, f.Values)
	if err != nil {
		return err
	}
	hora, ok := parseHora(f.Get("hora"))
	if !ok {
		return redirect(w, r, o.base()+"/dia"+e.query())
	}
	code := codeOf(hora)
	token, _, err := s.take(w, r, o, hora, f.Values)
	if isLost(err) {
		return redirect(w, r, o.base()+"/hora"+e.query("dia", hora.Fecha.String(), "perdida", code))
	}
	if err != nil {
		return err
	}
	fresh := ""
	if token != "" {
		fresh = "1"
	}
	return redirect(w, r, o.base()+"/datos"+e.query("hora", code, "reserva", token, recien, fresh))
}

// recien says in the address of the details that the hour was taken just now. The
// script of the page takes it away, and whoever comes back, or presses reload, with
// nothing that says so, takes the hour again: when a page is left it lets go of the
// hour, and that may be heard before the page is asked for again or after.
const recien = "recien"

// take holds an hour, in place of what is held for who makes the request. Where no
// more may be held there is no token.
func (s *server) take(w http.ResponseWriter, r *http.Request, o online, hora agenda.HoraOnline, values url.Values) (token string, held tomahora.Reserva, err error) {
	if !s.limits.holds.allow(s.network(r)) {
		return "", held, nil
	}
	err = s.Store.Update(r.Context(), o.clinica, func(tx tomahora.Tx) (err error) {
		held, err = agenda.ReservarOnline(tx, hora, s.heldBy(r, o, values))
		return err
	})
	if err != nil || held.ID == 0 {
		return "", held, err
	}
	token = seal(o.cfg.Online().Clave, selloReserva, o.clinica, int64(held.ID))
	s.setCookie(w, r, holdCookie, token, int(tomahora.TTLOnline/time.Second))
	return token, held, nil
}

// retomada is an hour that is held again, for so many seconds; 0 when it is not.
type retomada struct {
	Reserva  string `json:"reserva"`
	Segundos int    `json:"segundos"`
}

// onlineRetomar holds the hour of the details again, under another name: what lets
// go of it by the old one comes too late.
func (s *server) onlineRetomar(w http.ResponseWriter, r *http.Request, o online) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	p, err := readPedido(o, f.Values)
	if err != nil {
		return err
	}
	token, held, err := s.take(w, r, o, p.hora, f.Values)
	if err != nil && !isLost(err) {
		return err
	}
	again := retomada{Reserva: token}
	if token != "" {
		again.Segundos = int(held.Vence.Sub(held.Creada) / time.Second)
	}
	return s.renderJSON(w, r, http.StatusOK, again)
}

// isLost tells whether an hour was refused because it cannot be had any more.
func isLost(err error) bool {
	for _, code := range []tomahora.Code{
		tomahora.CodeHoraNoDisponible, tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon, tomahora.CodeTopeReserva,
		tomahora.CodeSinHorario, tomahora.CodeSillonNoDisponible, tomahora.CodeFechaPasada, tomahora.CodeReservaVencida,
	} {
		if tomahora.IsCode(err, code) {
			return true
		}
	}
	return false
}

// onlineSoltar lets go of an hour: who gave it up says so when the page is left.
func (s *server) onlineSoltar(w http.ResponseWriter, r *http.Request, o online) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	if id := s.heldBy(r, o, f.Values); id != 0 {
		err = s.Store.Update(r.Context(), o.clinica, func(tx tomahora.Tx) error { return agenda.SoltarOnline(tx, id) })
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// datosBody is the step that asks for the details.
type datosBody struct {
	Form     form
	Action   string
	Fields   []attr
	Dia      string
	Hora     string
	Con      string
	Donde    string
	Mapa     string
	Video    bool
	Segundos int // that the hour is held for, 0 when it is not
	Cercanas []horaShown
	Otra     string // the address of the hours
	Lost     bool
	Phones   []phone
	Soltar   string // where a script lets go
	Retomar  string // and where it takes the hour again
}

// pedido is a request for the details of an hour.
type pedido struct {
	eleccion
	hora  agenda.HoraOnline
	token string
}

func readPedido(o online, q url.Values) (pedido, error) {
	e, err := readEleccion(o, q)
	if err != nil {
		return pedido{}, err
	}
	hora, ok := parseHora(q.Get("hora"))
	if _, online := o.cfg.Profesional(hora.IDProfesional); !ok || !online {
		return pedido{}, tomahora.NotFound("la hora")
	}
	return pedido{e, hora, q.Get("reserva")}, nil
}

// onlineDatos asks for the details.
func (s *server) onlineDatos(w http.ResponseWriter, r *http.Request, o online) error {
	q := r.URL.Query()
	p, err := readPedido(o, q)
	if err != nil {
		return err
	}
	body := o.datos(p, form{Values: url.Values{}})
	err = s.Store.View(r.Context(), o.clinica, func(tx tomahora.Tx) error { return body.hold(tx, s.heldBy(r, o, q), p) })
	if isLost(err) {
		return redirect(w, r, o.base()+"/hora"+p.query("dia", p.hora.Fecha.String(), "perdida", codeOf(p.hora)))
	}
	if err != nil {
		return err
	}
	return s.renderDatos(w, r, http.StatusOK, o, p, body)
}

func (s *server) renderDatos(w http.ResponseWriter, r *http.Request, status int, o online, p pedido, body *datosBody) error {
	shown := onlinePage{Step: "datos", Title: o.l.t("reservar.datos"), Back: body.Otra, Body: body}
	p.step(o, &shown, 4)
	return s.renderOnline(w, r, status, o, shown)
}

// datos is the page for an hour that is not held.
func (o online) datos(p pedido, f form) *datosBody {
	suc, _ := o.cfg.Sucursal(p.hora.IDSucursal)
	return &datosBody{
		Form: f, Action: o.base() + "/datos", Dia: upperFirst(o.l.longDate(p.hora.Fecha)), Hora: clock(p.hora.Inicio), Con: o.con(p.hora.IDProfesional), Donde: suc.Nombre,
		Mapa: joinWords(suc.Direccion, suc.Comuna), Video: p.hora.Videoconsulta, Phones: o.phones(),
		Otra:   o.base() + "/hora" + p.query("dia", p.hora.Fecha.String(), "reserva", p.token),
		Fields: []attr{{"con", p.con}, {"modo", p.modo}, {"reserva", p.token}, {"hora", codeOf(p.hora)}, {"envio", rand.Text()}},
		Soltar: o.base() + "/soltar", Retomar: o.base() + "/retomar",
	}
}

// Minutos is how many are left, told without a script.
func (b *datosBody) Minutos() int { return max(1, (b.Segundos+30)/60) }

// hold tells how long the hour is held; one that is not must be free at least.
func (b *datosBody) hold(tx tomahora.Tx, id tomahora.ReservaID, p pedido) error {
	held, err := agenda.HoraReservada(tx, id, p.hora)
	if err != nil {
		return err
	}
	if held != nil {
		b.Segundos = int(held.Vence.Sub(tx.Now()) / time.Second)
		return nil
	}
	oferta, err := agenda.NewOferta(tx, p.Eleccion, 0)
	if err == nil {
		_, err = oferta.Hora(p.hora)
	}
	return err
}

// onlineReservar books the hour.
func (s *server) onlineReservar(w http.ResponseWriter, r *http.Request, o online) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	p, err := readPedido(o, f.Values)
	if err != nil {
		return err
	}
	booked, err := s.book(r, o, p, f)
	if err != nil {
		return s.notBooked(w, r, o, p, f, err)
	}
	s.setCookie(w, r, holdCookie, "", -1)
	return redirect(w, r, "/r/"+seal(o.cfg.Online().Clave, selloCita, o.clinica, int64(booked.Cita.ID))+"?nueva=1")
}

func (s *server) book(r *http.Request, o online, p pedido, f form) (booked agenda.Agendada, err error) {
	datos := tomahora.DatosOnline{
		Documento: f.Get("rut"), OtroDocumento: f.Get("otro") != "", Nombre: f.Get("nombre"), Apellidos: f.Get("apellidos"),
		Celular: f.Get("celular"), Email: f.Get("email"), Motivo: f.Get("motivo"),
	}
	datos = datos.Normalized()
	if err := datos.Check(); err != nil {
		return booked, err
	}
	if !s.limits.bookings.allow(s.network(r)) || !s.limits.documentos.allow(documento{o.clinica, datos.Documento}) || !s.limits.clinicas.allow(o.clinica) {
		return booked, tomahora.Invalid(tomahora.CodeLimiteOnline, "")
	}
	err = s.Store.Update(r.Context(), o.clinica, func(tx tomahora.Tx) (err error) {
		booked, err = agenda.AgendarOnline(tx, p.hora, s.heldBy(r, o, f.Values), datos, f.Get("envio"))
		return err
	})
	return booked, err
}

// notBooked shows the details again with what is to be done, so that nobody
// writes them twice: another hour to choose when this one was lost.
func (s *server) notBooked(w http.ResponseWriter, r *http.Request, o online, p pedido, f form, refusal error) error {
	body := o.datos(p, f)
	status := http.StatusUnprocessableEntity
	switch {
	case isLost(refusal):
		status, body.Lost = http.StatusConflict, true
		body.Fields = []attr{{"con", p.con}, {"modo", p.modo}, {"envio", rand.Text()}}
	case tomahora.KindOf(refusal) == tomahora.KindInvalid:
		body.Form.Problems = o.problems(refusal)
	default:
		return refusal
	}
	err := s.Store.View(r.Context(), o.clinica, func(tx tomahora.Tx) error {
		if body.Lost {
			return body.near(o, tx, p)
		}
		err := body.hold(tx, s.heldBy(r, o, f.Values), p)
		if isLost(err) {
			return nil // it is told when the rest is right
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.renderDatos(w, r, status, o, p, body)
}

// problems are what is wrong with the details, in words for who is no receptionist.
func (o online) problems(refusal error) map[string]string {
	told := map[string]string{}
	for _, p := range tomahora.ProblemsOf(refusal) {
		if told[p.Field] != "" {
			continue
		}
		told[p.Field] = o.l.problem(p)
		if words, ok := o.l["reservar.error."+string(p.Code)+"."+p.Field]; ok {
			told[p.Field] = words
		}
	}
	return told
}

func (b *datosBody) near(o online, tx tomahora.Tx, p pedido) error {
	oferta, err := agenda.NewOferta(tx, p.Eleccion, 0)
	if err != nil {
		return err
	}
	b.Cercanas, err = o.cercanas(oferta, p.hora)
	return err
}
