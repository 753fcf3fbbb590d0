package main

import (
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/demo"
	"github.com/tomahora/tomahora/sqlstore"
)

// swept is a store with a clinic and a clock to move on.
type swept struct {
	store *sqlstore.Store
	id    tomahora.ClinicaID
	days  atomic.Int64
}

func newSwept(t *testing.T) *swept {
	t.Helper()
	s := &swept{}
	begin := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{
		Clock: func() time.Time { return begin.AddDate(0, 0, int(s.days.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s.store = store
	if s.id, err = store.CreateClinica(t.Context(), demo.Clinica()); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *swept) write(t *testing.T, n int) {
	t.Helper()
	err := s.store.Update(t.Context(), s.id, func(tx tomahora.Tx) error {
		for range n {
			if err := tx.Setup().SaveEspecialidad(tomahora.Especialidad{ID: 1, Nombre: "A", Habilitada: true}, tomahora.Sistema); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *swept) kept(t *testing.T) (oldest, last tomahora.EventoID) {
	t.Helper()
	err := s.store.View(t.Context(), s.id, func(tx tomahora.Tx) (err error) {
		if oldest, err = tx.Eventos().Oldest(); err != nil {
			return err
		}
		last, err = tx.Eventos().Last()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return oldest, last
}

func TestOldEventosAreForgottenUnlessSomebodyNeedsThem(t *testing.T) {
	s := newSwept(t)
	s.write(t, 2*sweepBatch+1)
	_, old := s.kept(t)
	s.days.Store(7)
	s.write(t, 3)
	var needed tomahora.EventoID
	sweep := sweeper{s.store, agenda.Retencion{Plazo: 7 * 24 * time.Hour, Pendientes: []func(tomahora.Tx) (tomahora.EventoID, error){
		func(tomahora.Tx) (tomahora.EventoID, error) { return 0, nil },
		func(tomahora.Tx) (tomahora.EventoID, error) { return needed, nil },
	}}, slog.New(slog.DiscardHandler), 0}
	steps := []struct {
		days   int64
		needed tomahora.EventoID
		oldest tomahora.EventoID
	}{
		{7, 0, 1}, // to the microsecond
		{8, 1, 1},
		{8, sweepBatch + 7, sweepBatch + 7},
		{8, sweepBatch + 7, sweepBatch + 7},
		{8, 0, old + 1},
		{37, old + 2, old + 2},
		{38, old + 2, old + 3}, // nobody delivers, for as long as what was given up is kept
		{38, 0, 0},
	}
	for _, step := range steps {
		s.days.Store(step.days)
		needed = step.needed
		if err := sweep.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if oldest, last := s.kept(t); oldest != step.oldest || last != old+3 {
			t.Errorf("%+v: eventos %d to %d are kept", step, oldest, last)
		}
	}
	sweep.keep.Pendientes = []func(tomahora.Tx) (tomahora.EventoID, error){
		func(tomahora.Tx) (tomahora.EventoID, error) { return 0, errors.New("unknown") },
	}
	s.write(t, 1)
	s.days.Store(100)
	if err := sweep.sweep(t.Context()); err == nil {
		t.Error("what is needed is not known, and nobody says so")
	}
	if oldest, _ := s.kept(t); oldest == 0 {
		t.Error("what is needed is not known, and it was forgotten")
	}
}

func TestSweepingStopsWhenTold(t *testing.T) {
	s := newSwept(t)
	s.days.Store(100)
	env := &environment{ctx: t.Context(), logger: slog.New(slog.DiscardHandler)}
	stop := retention{24 * time.Hour}.sweep(env, s.store)
	for oldest := tomahora.EventoID(1); oldest > 0; oldest, _ = s.kept(t) {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	retention{}.sweep(env, s.store)() // keeps all, and has nothing to do
}
