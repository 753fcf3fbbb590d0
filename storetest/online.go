package storetest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// online is a clinic in which pacientes book for themselves, at 09:00 by its
// clocks.
type online struct {
	*testing.T
	store tomahora.Store
	id    tomahora.ClinicaID
	clock *ticking
}

func openOnline(t *testing.T, open Open) online {
	clock := &ticking{}
	s := open(t, clock.now)
	o := online{t, s, Setup(t, s, 0), clock}
	o.update(func(tx tomahora.Tx) error {
		_, err := agenda.Configurar(tx, actor, agenda.Cambio{
			Online: func(o *tomahora.ReservaOnline) { o.Activa, o.Horizonte, o.Aviso = true, 10, 60 },
			Profesionales: []agenda.Edicion[tomahora.ProfesionalID, tomahora.Profesional]{
				{ID: 1, Edit: func(p *tomahora.Profesional) { p.AgendaOnline = true }},
			},
		})
		return err
	})
	return o
}

func (o online) update(fn func(tomahora.Tx) error) {
	o.Helper()
	must(o, o.store.Update(o.Context(), o.id, fn))
}

// at is an hour of profesional 1 on the date of place.
func at(inicio tomahora.Hora) agenda.HoraOnline {
	return agenda.HoraOnline{IDProfesional: 1, IDSucursal: 1, Fecha: place(1, 1, 1, 0, 15).Fecha, Inicio: inicio}
}

func datos(rut string) tomahora.DatosOnline {
	return tomahora.DatosOnline{Documento: rut, Nombre: "Rosa", Apellidos: "Soto", Celular: "+56 9 1234 5678", Email: "rosa@ejemplo.cl"}
}

func (o online) hold(h agenda.HoraOnline, before tomahora.ReservaID) (r tomahora.Reserva, err error) {
	err = o.store.Update(o.Context(), o.id, func(tx tomahora.Tx) (err error) {
		r, err = agenda.ReservarOnline(tx, h, before)
		return err
	})
	return r, err
}

func (o online) book(h agenda.HoraOnline, reserva tomahora.ReservaID, d tomahora.DatosOnline) (booked agenda.Agendada, err error) {
	return o.send("", h, reserva, d)
}

// send sends the form of this name.
func (o online) send(envio string, h agenda.HoraOnline, reserva tomahora.ReservaID, d tomahora.DatosOnline) (booked agenda.Agendada, err error) {
	err = o.store.Update(o.Context(), o.id, func(tx tomahora.Tx) (err error) {
		booked, err = agenda.AgendarOnline(tx, h, reserva, d, envio)
		return err
	})
	return booked, err
}

// testOnlineHold: of two strangers who want the same hour, the one for whom it is
// held gets it, also when it was held no longer, as long as nobody took it.
func testOnlineHold(t *testing.T, open Open) {
	o := openOnline(t, open)
	mine, err := o.hold(at(600), 0)
	must(t, err)
	if got := mine.Vence.Sub(o.clock.now()); got != tomahora.TTLOnline {
		t.Errorf("held for %s", got)
	}
	other, err := o.hold(at(600), 0) // on another lane
	must(t, err)
	third, err := o.hold(at(600), 0)
	must(t, err)
	_, err = o.hold(at(600), 0)
	wantCode(t, err, tomahora.CodeHoraNoDisponible)
	_, err = o.book(at(600), 0, datos("11111111-1"))
	wantCode(t, err, tomahora.CodeHoraNoDisponible)

	moved, err := o.hold(at(615), third.ID)
	must(t, err)
	must(t, o.store.View(t.Context(), o.id, func(tx tomahora.Tx) error {
		_, err := agenda.VerReserva(tx, tomahora.ActorOnline, third.ID)
		wantNotFound(t, err)
		held, err := agenda.HoraReservada(tx, moved.ID, at(615))
		must(t, err)
		elsewhere, err := agenda.HoraReservada(tx, moved.ID, at(600))
		if held == nil || elsewhere != nil {
			t.Errorf("the reserva holds %v of its hour and %v of another", held, elsewhere)
		}
		return err
	}))

	booked, err := o.send("a", at(600), mine.ID, datos("11111111-1"))
	must(t, err)
	if booked.Cita.Espacio != mine.Espacio || booked.Cita.IDEstado != tomahora.EstadoAgendaOnline || booked.Cita.Origen != tomahora.ActorOnline {
		t.Errorf("got %+v, want the hour that was held, as of Agenda Online", booked.Cita)
	}
	again, err := o.send("a", at(600), mine.ID, datos("11111111-1"))
	must(t, err)
	if !again.Repetida || again.Cita.ID != booked.Cita.ID {
		t.Errorf("a button pressed twice gave %+v", again)
	}
	stranger, err := o.send("b", at(600), 0, datos("11111111-1")) // who knows all that was typed
	must(t, err)
	if stranger.Repetida || stranger.Cita.ID == booked.Cita.ID {
		t.Errorf("somebody else was given %+v", stranger)
	}
	o.clock.forward(tomahora.TTLOnline)
	late, err := o.book(at(600), other.ID, datos("22222222-2"))
	must(t, err)
	if late.Cita.Espacio.Rango != booked.Cita.Espacio.Rango {
		t.Errorf("got %+v, want the hour that was held before", late.Cita)
	}
}

// testOnlinePaciente: who gives the document of a paciente gets a cita for them,
// and neither learns nor changes anything.
func testOnlinePaciente(t *testing.T, open Open) {
	o := openOnline(t, open)
	known := tomahora.Paciente{RUT: "12345678-5", Nombre: "Ana", Apellidos: "Rojas", Celular: "1", Email: "ana@a.cl", Habilitado: true}
	off := tomahora.Paciente{RUT: "11111111-1", Nombre: "Eva", Apellidos: "Rojas"}
	o.update(func(tx tomahora.Tx) (err error) {
		if known, err = tx.Pacientes().Create(known, actor); err != nil {
			return err
		}
		off, err = tx.Pacientes().Create(off, actor)
		return err
	})
	d := datos("12.345.678-5")
	d.Motivo = "Control"
	booked, err := o.book(at(600), 0, d)
	must(t, err)
	if booked.Cita.IDPaciente != known.ID {
		t.Errorf("booked for %d, want %d", booked.Cita.IDPaciente, known.ID)
	}
	diff(t, booked.Cita.Comentario, "Reserva en línea. Datos escritos al reservar: Rosa Soto, +56912345678, rosa@ejemplo.cl. Motivo: Control")
	must(t, o.store.View(t.Context(), o.id, func(tx tomahora.Tx) error {
		got, err := tx.Pacientes().Get(known.ID)
		diff(t, got, known)
		return err
	}))
	fresh, err := o.book(at(600), 0, datos("22222222-2"))
	must(t, err)
	must(t, o.store.View(t.Context(), o.id, func(tx tomahora.Tx) error {
		got, err := tx.Pacientes().Get(fresh.Cita.IDPaciente)
		want := tomahora.Paciente{
			ID: off.ID + 1, RUT: "22222222-2", Nombre: "Rosa", Apellidos: "Soto", Celular: "+56912345678", Email: "rosa@ejemplo.cl", Habilitado: true,
			Observaciones: got.Observaciones, FechaAfiliacion: got.FechaAfiliacion, Creado: got.Creado, Version: 1,
		}
		diff(t, got, want)
		return err
	}))
	// A clinic that insists on an atención gets one: the open one, or a new one.
	o.update(func(tx tomahora.Tx) error {
		k := tx.Config().Clinica()
		k.ExigirAtencion = true
		return tx.Setup().SaveClinica(k, actor)
	})
	insisted, err := o.book(at(645), 0, datos("33333333-3"))
	must(t, err)
	if insisted.Cita.IDAtencion == 0 || insisted.Cita.IDAtencion == fresh.Cita.IDAtencion {
		t.Errorf("booked for atención %d", insisted.Cita.IDAtencion)
	}
	// Whose paciente is disabled is answered as anybody: the clinic reads who they say they are.
	unknown, err := o.book(at(600), 0, datos("11111111-1"))
	must(t, err)
	diff(t, unknown.Cita.Comentario, datos("").Normalized().Comentario()+"\nRevisar: el documento que escribió es de un paciente deshabilitado")
	must(t, o.store.View(t.Context(), o.id, func(tx tomahora.Tx) error {
		got, err := tx.Pacientes().Get(unknown.Cita.IDPaciente)
		if got.ID == off.ID || got.RUT != "" || !strings.Contains(got.Observaciones, "11111111-1") {
			t.Errorf("booked for %+v", got)
		}
		return err
	}))
	// A lost hour is that, whoever asks: it tells nothing of the document.
	busy := at(600)
	busy.Inicio = 607
	for _, rut := range []string{"11111111-1", "12345678-5", "33333333-3"} {
		_, err = o.book(busy, 0, datos(rut))
		wantCode(t, err, tomahora.CodeHoraNoDisponible)
	}
}

// testOnlineTellsNobody: who has citas already is answered as who has none, and
// the clinic is told instead.
func testOnlineTellsNobody(t *testing.T, open Open) {
	o := openOnline(t, open)
	day := func(days int, inicio tomahora.Hora) agenda.HoraOnline {
		h := at(inicio)
		h.Fecha = h.Fecha.AddDays(days - 6) // today is the first of ten days
		return h
	}
	const (
		mismaHora = "\nRevisar: ya tiene otra cita a esa hora"
		mismoDia  = "\nRevisar: ya tiene otra cita ese día con el mismo profesional"
		muchas    = "\nRevisar: ya tiene 3 citas reservadas en línea por delante"
	)
	d := datos("12345678-5")
	plain := d.Normalized().Comentario()
	book := func(h agenda.HoraOnline, avisos string) tomahora.Cita {
		t.Helper()
		booked, err := o.book(h, 0, d)
		must(t, err)
		diff(t, booked.Cita.Comentario, plain+avisos)
		return booked.Cita
	}
	book(day(1, 600), "")
	book(day(1, 600), mismaHora)
	third := book(day(1, 720), mismoDia)
	book(day(2, 600), muchas)

	move := func(h agenda.HoraOnline, avisos string) {
		t.Helper()
		o.update(func(tx tomahora.Tx) error {
			c, err := agenda.MoverOnline(tx, third.ID, h)
			diff(t, c.Comentario, plain+avisos)
			return err
		})
	}
	move(day(1, 600), mismaHora)
	move(day(2, 720), mismoDia)
	move(day(3, 600), "")
}

// testOnlineLimits: nobody holds all there is.
func testOnlineLimits(t *testing.T, open Open) {
	o := openOnline(t, open)
	day := func(days int, inicio tomahora.Hora) agenda.HoraOnline {
		h := at(inicio)
		h.Fecha = h.Fecha.AddDays(days - 6) // today is the first of ten days
		return h
	}
	last := tomahora.Reserva{}
	held := 0
	for i := range 40 {
		r, err := o.hold(day(7+i/30, tomahora.Hora(15*(i%30))+480), 0)
		must(t, err)
		if r.ID != 0 {
			held++
			last = r
		}
	}
	if want := (tomahora.ReservaOnline{}).MaxReservas(1); held != want {
		t.Errorf("%d hours were held at once, want %d", held, want)
	}
	o.update(func(tx tomahora.Tx) error { return agenda.SoltarOnline(tx, last.ID) })
	o.update(func(tx tomahora.Tx) error { return agenda.SoltarOnline(tx, last.ID) })
	if r, err := o.hold(day(7, 1200), 0); err != nil || r.ID == 0 {
		t.Errorf("got %+v, %v after one was let go", r, err)
	}
}

// testOnlineChange: what a paciente does with their own cita.
func testOnlineChange(t *testing.T, open Open) {
	o := openOnline(t, open)
	booked, err := o.book(at(600), 0, datos("12345678-5"))
	must(t, err)
	id := booked.Cita.ID
	change := func(fn func(tomahora.Tx) (tomahora.Cita, error)) (c tomahora.Cita, err error) {
		err = o.store.Update(t.Context(), o.id, func(tx tomahora.Tx) (err error) {
			c, err = fn(tx)
			return err
		})
		return c, err
	}
	confirm := func(tx tomahora.Tx) (tomahora.Cita, error) { return agenda.ConfirmarOnline(tx, id) }
	annul := func(tx tomahora.Tx) (tomahora.Cita, error) { return agenda.AnularOnline(tx, id) }
	move := func(h agenda.HoraOnline) func(tomahora.Tx) (tomahora.Cita, error) {
		return func(tx tomahora.Tx) (tomahora.Cita, error) { return agenda.MoverOnline(tx, id, h) }
	}
	for range 2 {
		c, err := change(confirm)
		must(t, err)
		if c.IDEstado != tomahora.EstadoConfirmadoPorEmail || c.Version != 2 {
			t.Errorf("confirmed as %d, version %d", c.IDEstado, c.Version)
		}
	}
	c, err := change(move(at(615)))
	must(t, err)
	if c.ID != id || c.Espacio.Rango != (tomahora.Rango{Inicio: 615, Fin: 630}) || c.IDEstado != tomahora.EstadoConfirmadoPorEmail {
		t.Errorf("moved to %+v", c)
	}
	soon := at(585) // today at 09:45, in 45 minutes
	soon.Fecha = soon.Fecha.AddDays(-7)
	far := at(600)
	far.Fecha = far.Fecha.AddDays(10)
	for name, h := range map[string]agenda.HoraOnline{
		"too soon": soon, "beyond the horizon": far, "where it is": at(615), "with another profesional": {IDProfesional: 2, IDSucursal: 1, Fecha: at(0).Fecha, Inicio: 600},
	} {
		_, err := change(move(h))
		if name == "where it is" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !tomahora.IsCode(err, tomahora.CodeHoraNoDisponible) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	c, err = change(annul)
	must(t, err)
	if c.IDEstado != tomahora.EstadoAnuladoPorPaciente || c.Viva {
		t.Errorf("annulled as %d, live %t", c.IDEstado, c.Viva)
	}
	for _, fn := range []func(tomahora.Tx) (tomahora.Cita, error){confirm, annul, move(at(630))} {
		_, err := change(fn)
		wantCode(t, err, tomahora.CodeCitaCerrada)
	}

	booked, err = o.book(at(600), 0, datos("12345678-5"))
	must(t, err)
	id = booked.Cita.ID
	o.clock.forward(place(1, 1, 1, 0, 15).Fecha.At(600, time.UTC).Add(3 * time.Hour).Sub(o.clock.now()))
	_, err = change(annul)
	wantCode(t, err, tomahora.CodeCitaCerrada) // it has begun
}

// testOnlineStampede: of many strangers who want the same hour at once, as many
// get it as there are lanes, and all others are told that it is gone.
func testOnlineStampede(t *testing.T, open Open) {
	o := openOnline(t, open)
	const strangers, lanes = 24, 3
	errs := make([]error, strangers)
	var all sync.WaitGroup
	for i := range strangers {
		all.Go(func() { _, errs[i] = o.book(at(600), 0, datos(tomahora.FormatRUT(7_000_000+i))) })
	}
	all.Wait()
	booked := 0
	for _, err := range errs {
		if err == nil {
			booked++
			continue
		}
		wantCode(t, err, tomahora.CodeHoraNoDisponible)
	}
	if booked != lanes {
		t.Errorf("%d of %d have the hour, want %d", booked, strangers, lanes)
	}
	must(t, o.store.View(t.Context(), o.id, func(tx tomahora.Tx) error {
		all, err := tx.Pacientes().List(tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id"}}, Limite: strangers})
		if len(all) != lanes {
			t.Errorf("%d pacientes are kept, want those who have a cita", len(all))
		}
		return err
	}))
}
