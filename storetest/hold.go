package storetest

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// ticking is a clock that a test moves on.
type ticking struct{ elapsed atomic.Int64 }

func (c *ticking) now() time.Time          { return Now.Add(time.Duration(c.elapsed.Load())) }
func (c *ticking) forward(d time.Duration) { c.elapsed.Add(int64(d)) }

// held is a solicitud for half an hour on 2026-11-30.
func held(sillon tomahora.SillonID, inicio tomahora.Hora, paciente tomahora.PacienteID) tomahora.Solicitud {
	e := place(1, 1, sillon, inicio, inicio+30)
	return tomahora.Solicitud{
		IDProfesional: e.IDProfesional, IDSucursal: e.IDSucursal, IDSillon: sillon, IDEstado: tomahora.EstadoNoConfirmado, IDPaciente: paciente,
		Fecha: e.Fecha, HoraInicio: &inicio, Duracion: new(e.Rango.Duracion()),
	}
}

func testReserva(t *testing.T, open Open) {
	clock := &ticking{}
	s := open(t, clock.now)
	id := Setup(t, s, 2)
	other := Setup(t, s, 2)
	var r tomahora.Reserva
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		r, err = agenda.Reservar(tx, actor, held(1, 600, 0), time.Minute)
		return err
	}))
	book := func(id tomahora.ClinicaID, by tomahora.Actor, sol tomahora.Solicitud) (booked agenda.Agendada, err error) {
		err = s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
			booked, err = agenda.Agendar(tx, by, sol)
			return err
		})
		return booked, err
	}
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		got, err := tx.Reservas().Get(r.ID)
		must(t, err)
		diff(t, got, r)
		vigentes, err := tx.Reservas().Vigentes(r.Espacio.Fecha, r.Espacio.Fecha)
		diff(t, vigentes, []tomahora.Reserva{r})
		return err
	}))
	_, err := book(id, actor, held(1, 615, 1))
	wantCode(t, err, tomahora.CodeTopeReserva)
	for name, sol := range map[string]tomahora.Solicitud{
		"beside it": held(1, 630, 1), "on another lane": held(2, 600, 1), "as a sobrecupo": held(tomahora.Sobrecupo, 600, 1),
	} {
		if _, err := book(id, actor, sol); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := book(other, actor, held(1, 600, 1)); err != nil {
		t.Errorf("in another clinic: %v", err)
	}
	stranger := held(1, 600, 1)
	stranger.IDReserva = r.ID
	_, err = book(id, "token:2", stranger)
	wantCode(t, err, tomahora.CodeNoExiste)

	mine := tomahora.Solicitud{IDReserva: r.ID, IDPaciente: 1, IDEstado: tomahora.EstadoNoConfirmado}
	first, err := book(id, actor, mine)
	must(t, err)
	again, err := book(id, actor, mine)
	must(t, err)
	if !again.Repetida || again.Cita.ID != first.Cita.ID {
		t.Errorf("got %+v, want the cita of the first sending", again)
	}
	mine.IDPaciente = 2
	_, err = book(id, actor, mine)
	wantCode(t, err, tomahora.CodeReservaVencida)
}

// testReservaMoves has citas go to the places that are held for them.
func testReservaMoves(t *testing.T, open Open) {
	clock := &ticking{}
	s := open(t, clock.now)
	id := Setup(t, s, 2)
	reservar := func(inicio tomahora.Hora, paciente tomahora.PacienteID) (r tomahora.Reserva) {
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
			r, err = agenda.Reservar(tx, actor, held(1, inicio, paciente), time.Minute)
			return err
		}))
		return r
	}
	var cita tomahora.Cita
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		booked, err := agenda.Agendar(tx, actor, held(1, 600, 1))
		cita = booked.Cita
		return err
	}))
	put := func(by tomahora.Actor, c tomahora.CambioCita) (moved tomahora.Cita, err error) {
		err = s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
			moved, err = agenda.Modificar(tx, by, cita.ID, c)
			return err
		})
		return moved, err
	}
	change := func(c tomahora.CambioCita) (moved tomahora.Cita, err error) {
		err = s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
			moved, err = agenda.CambiarFecha(tx, actor, cita.ID, c)
			return err
		})
		return moved, err
	}
	mine, theirs := reservar(660, 1), reservar(720, 2)
	for _, refused := range []struct {
		by   tomahora.Actor
		c    tomahora.CambioCita
		code tomahora.Code
	}{
		{actor, tomahora.CambioCita{HoraInicio: new(tomahora.Hora(660))}, tomahora.CodeTopeReserva},
		{"token:2", tomahora.CambioCita{IDReserva: mine.ID}, tomahora.CodeNoExiste},
		{actor, tomahora.CambioCita{IDReserva: 99}, tomahora.CodeNoExiste},
		{actor, tomahora.CambioCita{IDReserva: mine.ID, HoraInicio: new(tomahora.Hora(690))}, tomahora.CodeReservaDistinta},
		{actor, tomahora.CambioCita{IDReserva: theirs.ID}, tomahora.CodeReservaDistinta},
	} {
		_, err := put(refused.by, refused.c)
		wantCode(t, err, refused.code)
	}
	_, err := change(tomahora.CambioCita{IDReserva: theirs.ID})
	wantCode(t, err, tomahora.CodeReservaDistinta)
	for range 2 { // the second one is a retry
		moved, err := put(actor, tomahora.CambioCita{IDReserva: mine.ID})
		must(t, err)
		diff(t, moved.Espacio, mine.Espacio)
		diff(t, moved.Version, cita.Version+1)
	}
	_, err = change(tomahora.CambioCita{IDReserva: mine.ID}) // that place is its own
	wantCode(t, err, tomahora.CodeReservaVencida)
	next := reservar(780, 0)
	made, err := change(tomahora.CambioCita{IDReserva: next.ID})
	must(t, err)
	diff(t, made.Espacio, next.Espacio)
	_, err = put(actor, tomahora.CambioCita{IDReserva: next.ID})
	wantCode(t, err, tomahora.CodeReservaVencida)
	late := reservar(840, 0)
	clock.forward(time.Minute)
	cita = made
	_, err = put(actor, tomahora.CambioCita{IDReserva: late.ID})
	wantCode(t, err, tomahora.CodeReservaVencida)
}

func testReservaRunsOut(t *testing.T, open Open) {
	clock := &ticking{}
	s := open(t, clock.now)
	id := Setup(t, s, 1)
	hold := func() (r tomahora.Reserva) {
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
			r, err = agenda.Reservar(tx, actor, held(1, 600, 0), time.Minute)
			return err
		}))
		return r
	}
	hold()
	clock.forward(time.Minute - time.Microsecond)
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := agenda.Agendar(tx, actor, held(1, 600, 1))
		return err
	})
	wantCode(t, err, tomahora.CodeTopeReserva)
	clock.forward(time.Microsecond)
	r := hold() // the place is free, to the microsecond
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return agenda.Soltar(tx, actor, r.ID) }))
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := agenda.Agendar(tx, actor, held(1, 600, 1))
		return err
	}))
	clock.forward(25 * time.Hour)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := agenda.Reservar(tx, actor, held(1, 660, 0), time.Minute)
		must(t, err)
		_, err = tx.Reservas().Get(1)
		wantNotFound(t, err)
		return nil
	}))
}

func testRespuestas(t *testing.T, open Open) {
	clock := &ticking{}
	s := open(t, clock.now)
	id, other := Setup(t, s, 0), Setup(t, s, 0)
	k := tomahora.Clave{IDToken: 1, Metodo: "POST", Ruta: "/api/v5/citas", Texto: "a", Huella: "x"}
	said := tomahora.Respuesta{Status: 201, Cuerpo: []byte(`{"data":"ñ"}` + "\n"), Version: 3}
	keep := func() {
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return tx.Respuestas().Keep(k, said) }))
	}
	find := func(id tomahora.ClinicaID, k tomahora.Clave) (got tomahora.Respuesta, huella string, err error) {
		err = s.View(t.Context(), id, func(tx tomahora.Tx) (err error) {
			got, huella, err = tx.Respuestas().Find(k)
			return err
		})
		return got, huella, err
	}
	keep()
	got, huella, err := find(id, k)
	must(t, err)
	diff(t, got, said)
	diff(t, huella, "x")
	for _, k := range []tomahora.Clave{
		{IDToken: 2, Metodo: k.Metodo, Ruta: k.Ruta, Texto: k.Texto}, {IDToken: 1, Metodo: "PUT", Ruta: k.Ruta, Texto: k.Texto},
		{IDToken: 1, Metodo: k.Metodo, Ruta: "/api/v5/pacientes", Texto: k.Texto}, {IDToken: 1, Metodo: k.Metodo, Ruta: k.Ruta, Texto: "A"},
	} {
		_, _, err := find(id, k)
		wantNotFound(t, err)
	}
	_, _, err = find(other, k)
	wantNotFound(t, err)
	clock.forward(tomahora.RetencionRespuesta)
	_, _, err = find(id, k)
	wantNotFound(t, err)
	keep() // the old one makes room
}
