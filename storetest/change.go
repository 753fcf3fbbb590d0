package storetest

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
)

// noon is a clock that starts at Now and is moved by hand.
type noon struct{ elapsed atomic.Int64 }

func (n *noon) now() time.Time       { return Now.Add(time.Duration(n.elapsed.Load())) }
func (n *noon) move(d time.Duration) { n.elapsed.Add(int64(d)) }

// save changes the stored cita in a transaction of its own.
func save(t *testing.T, s tomahora.Store, id tomahora.ClinicaID, cita tomahora.CitaID, change func(*tomahora.Cita)) (saved tomahora.Cita, err error) {
	t.Helper()
	err = s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		c, err := tx.Citas().Get(cita)
		if err != nil {
			return err
		}
		change(&c)
		saved, err = tx.Citas().Save(c, "token:9", "id_estado")
		return err
	})
	return saved, err
}

func testSaveCita(t *testing.T, open Open) {
	var clock noon
	s := open(t, clock.now)
	id := Setup(t, s, 1)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := insert(tx, place(1, 1, 1, 540, 570))
		return err
	}))
	read := func() (c tomahora.Cita) {
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) (err error) { c, err = tx.Citas().Get(1); return err }))
		return c
	}
	want := read()

	clock.move(time.Hour)
	want.Comentario, want.Espacio, want.Videoconsulta = "Llega tarde", place(2, 2, 2, 600, 615), true
	want.Version, want.Cambiada = 2, clock.now()
	got, err := save(t, s, id, 1, func(c *tomahora.Cita) {
		c.Comentario, c.Espacio, c.Videoconsulta = want.Comentario, want.Espacio, true
	})
	must(t, err)
	diff(t, got, want)
	diff(t, read(), want)

	clock.move(time.Hour)
	want.IDEstado, want.Viva, want.IDCitaPrevia = tomahora.EstadoAnulado, false, 1
	want.Version, want.Cambiada, want.EstadoDesde = 3, clock.now(), clock.now()
	got, err = save(t, s, id, 1, func(c *tomahora.Cita) { c.IDEstado, c.Viva, c.IDCitaPrevia = tomahora.EstadoAnulado, false, 1 })
	must(t, err)
	diff(t, got, want)
	diff(t, read(), want)

	_, err = save(t, s, id, 1, func(c *tomahora.Cita) { c.ID = 99 })
	wantNotFound(t, err)
}

func testSaveLaws(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 1)
	tests := map[string]struct {
		change func(*tomahora.Cita)
		want   tomahora.Code
	}{
		"moving onto another cita":        {func(c *tomahora.Cita) { c.Espacio = place(1, 1, 1, 555, 585) }, tomahora.CodeTopeProfesional},
		"moving to where nobody can be":   {func(c *tomahora.Cita) { c.Espacio = place(1, 2, 2, 555, 585) }, tomahora.CodeTopeProfesional},
		"moving onto an exclusive sillón": {func(c *tomahora.Cita) { c.Espacio, c.Exclusiva = place(2, 1, 3, 555, 585), true }, tomahora.CodeTopeSillon},
		"taking an atención":              {func(c *tomahora.Cita) { c.IDAtencion = 1 }, tomahora.CodeAtencionConCita},
		"coming back to life": {func(c *tomahora.Cita) {
			c.Espacio, c.IDEstado, c.Viva = place(1, 1, 1, 540, 570), tomahora.EstadoNoConfirmado, true
		}, tomahora.CodeTopeProfesional},
		"leaving the sobrecupo onto another": {func(c *tomahora.Cita) { c.Espacio = place(1, 1, 1, 540, 555) }, tomahora.CodeTopeProfesional},
	}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		for _, e := range []tomahora.Espacio{place(1, 1, 1, 540, 570), place(1, 1, 3, 540, 570), place(1, 1, 1, 600, 630), place(1, 1, 7, 540, 570)} {
			_, err := insert(tx, e)
			must(t, err)
		}
		return nil
	}))
	_, err := save(t, s, id, 3, func(c *tomahora.Cita) { c.Espacio = place(1, 1, 1, 615, 645) })
	must(t, err) // by half its length, over itself
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := save(t, s, id, 3, func(c *tomahora.Cita) { c.IDEstado, c.Viva = tomahora.EstadoAnulado, false })
			must(t, err)
			_, err = save(t, s, id, 3, func(c *tomahora.Cita) {
				c.IDEstado, c.Viva = tomahora.EstadoNoConfirmado, true
				test.change(c)
			})
			wantCode(t, err, test.want)
		})
	}
	_, err = save(t, s, id, 3, func(c *tomahora.Cita) { c.Espacio = place(1, 1, 7, 540, 570) })
	must(t, err) // a sobrecupo conflicts with nothing
}

func testPacienteRUT(t *testing.T, open Open) {
	s := open(t, frozen)
	id, other := Setup(t, s, 0), Setup(t, s, 0)
	create := func(id tomahora.ClinicaID, rut string) (p tomahora.Paciente, err error) {
		err = s.Update(t.Context(), id, func(tx tomahora.Tx) error {
			p, err = tx.Pacientes().Create(tomahora.Paciente{Nombre: "Ana", RUT: rut, Habilitado: true}, actor)
			return err
		})
		return p, err
	}
	ana, err := create(id, "11111111-1")
	must(t, err)
	_, err = create(id, "11111111-1")
	wantCode(t, err, tomahora.CodePacienteExiste)
	_, err = create(other, "11111111-1")
	must(t, err)
	for range 2 { // any number has none
		_, err = create(id, "")
		must(t, err)
	}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		got, err := tx.Pacientes().ByRUT("11111111-1")
		must(t, err)
		diff(t, got, ana)
		_, err = tx.Pacientes().ByRUT("22222222-2")
		wantNotFound(t, err)
		_, err = tx.Pacientes().ByRUT("")
		wantNotFound(t, err)

		ana.Nombre, ana.RUT, ana.Email = "Ana María", "22222222-2", "Ana@X.cl"
		ana.FechaNacimiento = tomahora.Fecha{Year: 1980, Month: 2, Day: 29}
		ana, err = tx.Pacientes().Save(ana, actor, "nombre", "rut", "email")
		must(t, err)
		return nil
	}))
	if ana.Version != 2 {
		t.Errorf("got version %d, want 2", ana.Version)
	}
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		got, err := tx.Pacientes().ByRUT("22222222-2")
		must(t, err)
		diff(t, got, ana)
		list, err := tx.Pacientes().List(tomahora.Consulta{
			Filtros: []tomahora.Filtro{{Columna: "nombre", Operador: tomahora.Contiene, Valor: "MARÍA"}},
			Orden:   []tomahora.Orden{{Columna: "id"}}, Limite: 10,
		})
		must(t, err)
		diff(t, list, []tomahora.Paciente{ana})
		return nil
	}))
	err = s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		p, err := tx.Pacientes().Get(2)
		must(t, err)
		p.RUT = "22222222-2"
		_, err = tx.Pacientes().Save(p, actor, "rut")
		return err
	})
	wantCode(t, err, tomahora.CodePacienteExiste)
	err = s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := tx.Pacientes().Save(tomahora.Paciente{ID: 99}, actor)
		return err
	})
	wantNotFound(t, err)
}

func testSavePlan(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 0)
	fecha := tomahora.Fecha{Year: 2026, Month: 12, Day: 2}
	var want tomahora.Plan
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		setup := tx.Setup()
		jornada := tomahora.Jornada{Rango: tomahora.Rango{Inicio: 540, Fin: 600}, Sillones: []tomahora.SillonID{3}, Modalidad: tomahora.Ambas}
		especial := tomahora.HorarioEspecial{IDProfesional: 1, IDSucursal: 1, Fecha: fecha, Jornada: jornada}
		bloqueo := tomahora.HorarioBloqueado{IDSucursal: 1, Fecha: fecha, Rango: jornada.Rango}
		prestacion := tomahora.Prestacion{ID: 5, Nombre: "Exodoncia", Codigo: "0101", IDCategoria: 2, NombreCategoria: "Cirugía", Habilitada: true}
		var err error
		especial.ID, err = setup.CreateEspecial(especial, actor)
		must(t, err)
		bloqueo.ID, err = setup.CreateBloqueo(bloqueo, actor)
		must(t, err)
		must(t, setup.SavePrestacion(prestacion, actor))
		want = tx.Config().Plan()
		want.Horarios, want.Especiales = slices.Clone(want.Horarios), slices.Clone(want.Especiales)
		want.Bloqueos, want.Prestaciones = slices.Clone(want.Bloqueos), slices.Clone(want.Prestaciones)

		h := &want.Horarios[3]
		h.Jornada.Rango, h.Jornada.Pausa = tomahora.Rango{Inicio: 480, Fin: 1200}, tomahora.Rango{Inicio: 780, Fin: 840}
		h.Jornada.Sillones, h.Desde, h.Hasta = []tomahora.SillonID{2}, fecha, fecha.AddDays(7)
		must(t, setup.SaveHorario(*h, actor))
		e := &want.Especiales[0]
		e.IDProfesional, e.IDSucursal, e.Fecha, e.Jornada.Rango.Fin = 2, 2, fecha.AddDays(1), 660
		must(t, setup.SaveEspecial(*e, actor))
		b := &want.Bloqueos[0]
		b.IDProfesional, b.Fecha, b.Rango.Inicio, b.Comentario = 2, fecha.AddDays(2), 570, "Reunión"
		must(t, setup.SaveBloqueo(*b, actor))
		want.Online = tomahora.ReservaOnline{
			Activa: true, Horizonte: 30, Aviso: 60, Modalidad: tomahora.Presencial, Origenes: "https://a.cl http://b.cl:8080", Clave: "secreta",
		}
		must(t, setup.SaveOnline(tomahora.OnlinePorDefecto(), actor))
		must(t, setup.SaveOnline(want.Online, actor))
		p := &want.Prestaciones[0]
		p.Nombre, p.Codigo, p.IDCategoria, p.NombreCategoria, p.Habilitada = "Endodoncia", "0102", 3, "Endo", false
		return setup.SavePrestacion(*p, actor)
	}))
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		diff(t, tx.Config().Plan(), want)
		return nil
	}))
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		h, e, b := want.Horarios[0], want.Especiales[0], want.Bloqueos[0]
		h.ID, e.ID, b.ID = 99, 99, 99
		wantNotFound(t, tx.Setup().SaveHorario(h, actor))
		wantNotFound(t, tx.Setup().SaveEspecial(e, actor))
		wantNotFound(t, tx.Setup().SaveBloqueo(b, actor))
		return nil
	}))
}

func testAgenda(t *testing.T, open Open) {
	s := open(t, frozen)
	id, other := Setup(t, s, 1), Setup(t, s, 1)
	on := func(e tomahora.Espacio, days int) tomahora.Espacio {
		e.Fecha = e.Fecha.AddDays(days)
		return e
	}
	places := []tomahora.Espacio{
		on(place(2, 1, 1, 540, 570), 0),
		on(place(1, 2, 3, 600, 630), 1),
		on(place(1, 1, 7, 540, 570), 1), // a sobrecupo keeps nobody busy, and is told all the same
		on(place(1, 1, 3, 540, 570), 0),
		on(place(1, 1, 1, 540, 570), -1), // before
		on(place(1, 1, 1, 540, 570), 2),  // after
		on(place(1, 1, 1, 700, 715), 0),  // annulled
	}
	var citas []tomahora.Cita
	for _, clinic := range []tomahora.ClinicaID{other, id} {
		must(t, s.Update(t.Context(), clinic, func(tx tomahora.Tx) error {
			citas = nil
			for i, e := range places {
				c, err := insert(tx, e)
				must(t, err)
				if i == 6 {
					c.IDEstado, c.Viva = tomahora.EstadoAnulado, false
					c, err = tx.Citas().Save(c, actor)
					must(t, err)
				}
				citas = append(citas, c)
			}
			return nil
		}))
	}
	desde := place(1, 1, 1, 0, 15).Fecha
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		got, err := tx.Citas().Agenda([]tomahora.ProfesionalID{2, 1, 2}, desde, desde.AddDays(1))
		must(t, err)
		diff(t, got, []tomahora.Cita{citas[3], citas[2], citas[1], citas[0]})
		got, err = tx.Citas().Agenda([]tomahora.ProfesionalID{2}, desde, desde)
		must(t, err)
		diff(t, got, []tomahora.Cita{citas[0]})
		ocupados, err := tx.Citas().Ocupados([]tomahora.ProfesionalID{2, 1, 2}, desde, desde.AddDays(1))
		must(t, err)
		diff(t, ocupados, []tomahora.Espacio{places[3], places[1], places[0]})
		ofNobody := func(e tomahora.Espacio) []tomahora.Espacio { e.IDProfesional = 0; return []tomahora.Espacio{e} }
		sillones, err := tx.Citas().Sillones(1, desde, desde.AddDays(1))
		must(t, err)
		diff(t, sillones, ofNobody(places[3]))
		sillones, err = tx.Citas().Sillones(2, desde, desde.AddDays(1))
		must(t, err)
		diff(t, sillones, ofNobody(places[1]))
		return nil
	}))
}

// testListTenancy asks one clinic for what only the other has.
func testListTenancy(t *testing.T, open Open) {
	s := open(t, frozen)
	a, b := Setup(t, s, 0), Setup(t, s, 0)
	must(t, s.Update(t.Context(), a, func(tx tomahora.Tx) error {
		_, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Ana", RUT: "11111111-1", Habilitado: true}, actor)
		must(t, err)
		_, err = insert(tx, place(1, 1, 3, 540, 570))
		return err
	}))
	all := tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id"}}, Limite: 10}
	count := func(id tomahora.ClinicaID) (counts [7]int) {
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
			byRUT := all
			byRUT.Filtros = []tomahora.Filtro{{Columna: "rut", Operador: tomahora.Igual, Valor: "11111111-1"}}
			citas, err := tx.Citas().List(all)
			must(t, err)
			citasByRUT, err := tx.Citas().List(byRUT)
			must(t, err)
			pacientes, err := tx.Pacientes().List(byRUT)
			must(t, err)
			atenciones, err := tx.Atenciones().List(all)
			must(t, err)
			fecha := place(1, 1, 3, 0, 15).Fecha
			agenda, err := tx.Citas().Agenda([]tomahora.ProfesionalID{1}, fecha, fecha)
			must(t, err)
			sillones, err := tx.Citas().Sillones(1, fecha, fecha)
			must(t, err)
			ocupados, err := tx.Citas().Ocupados([]tomahora.ProfesionalID{1}, fecha, fecha)
			must(t, err)
			counts = [7]int{len(citas), len(citasByRUT), len(pacientes), len(atenciones), len(agenda), len(sillones), len(ocupados)}
			return nil
		}))
		return counts
	}
	diff(t, count(a), [7]int{1, 1, 1, 1, 1, 1, 1})
	diff(t, count(b), [7]int{})
	must(t, s.Update(t.Context(), b, func(tx tomahora.Tx) error {
		_, err := tx.Pacientes().ByRUT("11111111-1")
		wantNotFound(t, err)
		_, err = tx.Pacientes().Save(tomahora.Paciente{ID: 1}, actor)
		wantNotFound(t, err)
		_, err = tx.Citas().Save(tomahora.Cita{ID: 1, Espacio: place(1, 1, 1, 540, 570)}, actor)
		wantNotFound(t, err)
		return nil
	}))
}

// testGoexit ends a goroutine inside more views than there are connections.
func testGoexit(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 0)
	exit := func(do func(context.Context, tomahora.ClinicaID, func(tomahora.Tx) error) error, before func(tomahora.Tx) error) {
		goesOn := false
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = do(t.Context(), id, func(tx tomahora.Tx) error {
				if err := before(tx); err != nil {
					return err
				}
				runtime.Goexit()
				return nil
			})
			goesOn = true
		}()
		<-ended
		if goesOn {
			t.Error("the goroutine goes on after it was to end")
		}
	}
	for range 8 * runtime.GOMAXPROCS(0) {
		exit(s.View, func(tomahora.Tx) error { return nil })
	}
	var others sync.WaitGroup
	for range 16 { // some of them share a batch with those that end
		others.Go(func() {
			err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
				_, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Otro", Habilitado: true}, actor)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		others.Go(func() {
			exit(s.Update, func(tx tomahora.Tx) error {
				_, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Nadie", Habilitado: true}, actor)
				return err
			})
		})
	}
	others.Wait()
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		list, err := tx.Pacientes().List(tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id"}}, Limite: 100})
		for _, p := range list {
			if p.Nombre != "Otro" {
				t.Errorf("paciente %d was made by a closure that ended", p.ID)
			}
		}
		if len(list) != 16 {
			t.Errorf("got %d pacientes, want 16", len(list))
		}
		return err
	}))
}
