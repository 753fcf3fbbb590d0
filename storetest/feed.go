package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
)

// patience is more than anything takes that is waited for here.
const patience = 20 * time.Second

// awaitHint waits for a hint.
func awaitHint(t *testing.T, wake <-chan struct{}) {
	t.Helper()
	select {
	case _, ok := <-wake:
		if !ok {
			t.Fatal("the watch has ended")
		}
	case <-time.After(patience):
		t.Fatalf("no hint within %s", patience)
	}
}

// rename writes one evento.
func rename(t *testing.T, s tomahora.Store, id tomahora.ClinicaID) {
	t.Helper()
	must(t, s.Update(t.Context(), id, renameIn))
}

func renameIn(tx tomahora.Tx) error {
	last, err := tx.Eventos().Last()
	if err != nil {
		return err
	}
	return tx.Setup().SaveEspecialidad(tomahora.Especialidad{ID: 1, Nombre: fmt.Sprint("E", last), Habilitada: true}, actor)
}

func last(t *testing.T, s tomahora.Store, id tomahora.ClinicaID) (last tomahora.EventoID) {
	t.Helper()
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) (err error) {
		last, err = tx.Eventos().Last()
		return err
	}))
	return last
}

func testWatch(t *testing.T, open Open) {
	s := open(t, frozen)
	id, other := Setup(t, s, 0), Setup(t, s, 0)
	wake, stop := s.Watch(id)
	deaf, deafStop := s.Watch(id) // takes no hint, and holds nobody up
	elsewhere, elsewhereStop := s.Watch(other)
	defer elsewhereStop()
	for range 3 {
		before := last(t, s, id)
		rename(t, s, id)
		for seen := before; seen == before; seen = last(t, s, id) {
			awaitHint(t, wake)
		}
	}
	stop()
	stop()
	awaitHint(t, deaf)
	deafStop()
	rename(t, s, other)
	awaitHint(t, elsewhere)
}

func testEventos(t *testing.T, open Open) {
	clock := &ticking{}
	s := open(t, clock.now)
	id, other := Setup(t, s, 1), Setup(t, s, 0)
	before := last(t, s, id)
	if before == 0 {
		t.Fatal("making the clinic left no evento")
	}
	clock.forward(time.Second)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		p, err := tx.Pacientes().Get(1)
		must(t, err)
		_, err = tx.Pacientes().Save(p, actor, "email", "celular")
		return err
	}))
	_ = s.Update(t.Context(), id, func(tx tomahora.Tx) error { // leaves none
		must(t, renameIn(tx))
		return tomahora.NotFound("la cita")
	})
	rename(t, s, id)
	since := func(after tomahora.EventoID, limit int) (list []tomahora.Evento) {
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) (err error) {
			list, err = tx.Eventos().Since(after, limit)
			return err
		}))
		return list
	}
	diff(t, since(before, 100), []tomahora.Evento{
		{ID: before + 1, En: clock.now(), Actor: actor, Accion: tomahora.Modified, Entidad: "paciente", IDEntidad: 1, Campos: []string{"email", "celular"}},
		{ID: before + 2, En: clock.now(), Actor: actor, Accion: tomahora.Modified, Entidad: "especialidad", IDEntidad: 1},
	})
	var ids []tomahora.EventoID
	for after := tomahora.EventoID(0); ; {
		page := since(after, 3)
		if len(page) > 3 {
			t.Fatalf("%d eventos of 3", len(page))
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			ids = append(ids, e.ID)
		}
		after = page[len(page)-1].ID
	}
	diff(t, ids, counted(1, before+2))
	forget(t, s, id, before)
	bounds(t, s, id, before+1, before+2)
	if got := since(0, 100); len(got) != 2 {
		t.Errorf("%d eventos are left, want 2", len(got))
	}
	forget(t, s, id, before+2)
	bounds(t, s, id, 0, before+2)
	if got := last(t, s, other); got == 0 || got == before+2 {
		t.Errorf("the other clinic's last evento is %d", got)
	}
	bounds(t, s, other, 1, last(t, s, other))
	rename(t, s, id) // what was forgotten is not counted again
	bounds(t, s, id, before+3, before+3)
}

func counted(from, to tomahora.EventoID) (ids []tomahora.EventoID) {
	for id := from; id <= to; id++ {
		ids = append(ids, id)
	}
	return ids
}

func forget(t *testing.T, s tomahora.Store, id tomahora.ClinicaID, until tomahora.EventoID) {
	t.Helper()
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return tx.Eventos().Forget(until) }))
}

func bounds(t *testing.T, s tomahora.Store, id tomahora.ClinicaID, oldest, newest tomahora.EventoID) {
	t.Helper()
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		first, err := tx.Eventos().Oldest()
		must(t, err)
		last, err := tx.Eventos().Last()
		if first != oldest || last != newest {
			t.Errorf("eventos %d to %d are kept, want %d to %d", first, last, oldest, newest)
		}
		return err
	}))
}

// Follow has several stores on one database write to one clinic at the same time,
// and readers follow its eventos by the last id they saw. Every reader must see
// every evento once, in its order: ids are given while the clinic is locked, so
// that whoever sees one in a snapshot also sees all before it.
func Follow(t *testing.T, replicas []tomahora.Store, updates int) {
	t.Helper()
	id := Setup(t, replicas[0], 0)
	from := last(t, replicas[0], id)
	const writers = 8
	var writing sync.WaitGroup
	for i := range writers * len(replicas) {
		writing.Go(func() {
			for range updates {
				err := replicas[i%len(replicas)].Update(t.Context(), id, func(tx tomahora.Tx) error {
					if err := renameIn(tx); err != nil {
						return err
					}
					return renameIn(tx)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	until := from + tomahora.EventoID(2*writers*len(replicas)*updates)
	var reading sync.WaitGroup
	for _, s := range replicas {
		reading.Go(func() { follow(t, s, id, from, until) })
	}
	writing.Wait()
	reading.Wait()
	bounds(t, replicas[0], id, 1, until)
}

// follow reads from one evento to another, as woken.
func follow(t *testing.T, s tomahora.Store, id tomahora.ClinicaID, from, until tomahora.EventoID) {
	wake, stop := s.Watch(id)
	defer stop()
	deadline := time.After(10 * patience)
	for at := from; at < until; {
		var page []tomahora.EventoID
		err := s.View(t.Context(), id, func(tx tomahora.Tx) error {
			list, err := tx.Eventos().Since(at, 10)
			page = nil
			for _, e := range list {
				page = append(page, e.ID)
			}
			return err
		})
		if err != nil {
			t.Error(err)
			return
		}
		if want := counted(at+1, at+tomahora.EventoID(len(page))); !slices.Equal(page, want) {
			t.Errorf("after evento %d: got %v, want %v", at, page, want)
			return
		}
		at += tomahora.EventoID(len(page))
		if len(page) > 0 {
			continue
		}
		select {
		case <-wake:
		case <-deadline:
			t.Errorf("saw the eventos up to %d only, want %d", at, until)
			return
		}
	}
}
