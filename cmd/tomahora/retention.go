package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// retention is the flag of how long eventos are kept.
type retention struct {
	Eventos time.Duration `name:"eventos-retencion" default:"2160h" help:"How long eventos are kept for those who follow them, such as 720h; 0 is for ever." placeholder:"TIME"`
}

func (r retention) checkRetention() error {
	if r.Eventos < 0 {
		return usageError{errors.New("--eventos-retencion: a time is not negative; 0 keeps eventos for ever")}
	}
	return nil
}

// sweep files eventos for the audit and forgets what is too old, now and again,
// until stop is called. What the pendientes of an agenda.Retencion name stays.
func (r retention) sweep(env *environment, store tomahora.Store, pendientes ...func(tomahora.Tx) (tomahora.EventoID, error)) (stop func()) {
	ctx, cancel := context.WithCancel(env.ctx)
	s := sweeper{store, agenda.Retencion{Plazo: r.Eventos, Pendientes: pendientes}, env.logger, sweepPause}
	var running sync.WaitGroup
	running.Go(func() { s.run(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

const (
	sweepInterval = 10 * time.Minute
	// sweepBatch is how many eventos go at once, and sweepPause how long bookings
	// have the clinic for themselves before the next ones do.
	sweepBatch = 500
	sweepPause = 100 * time.Millisecond
)

// sweeper files and forgets eventos. Several may do so at the same time.
type sweeper struct {
	store  tomahora.Store
	keep   agenda.Retencion
	logger *slog.Logger
	pause  time.Duration
}

func (s sweeper) run(ctx context.Context) {
	ticker := time.NewTicker(sweepInterval)
	defer ticker.Stop()
	for {
		if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
			s.logger.WarnContext(ctx, "eventos are not filed or forgotten yet", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// sweep goes once over all clinics; what fails in one does not keep it from the
// others.
func (s sweeper) sweep(ctx context.Context) error {
	clinicas, err := s.store.Clinicas(ctx)
	errs := []error{err}
	for _, c := range clinicas {
		if err := s.sweepClinica(ctx, c.ID); err != nil {
			errs = append(errs, fmt.Errorf("clinica %d: %w", c.ID, err))
		}
	}
	return errors.Join(errs...)
}

func (s sweeper) sweepClinica(ctx context.Context, id tomahora.ClinicaID) error {
	if err := s.audit(ctx, id); err != nil {
		return err
	}
	return s.each(ctx, id, func(tx tomahora.Tx) (bool, error) {
		until, err := s.keep.Olvidar(tx, 1)
		return until > 0, err
	}, func(tx tomahora.Tx) error {
		until, err := s.keep.Olvidar(tx, sweepBatch)
		if err != nil {
			return err
		}
		return tx.Eventos().Forget(until)
	})
}

// audit files eventos soon after they were written, so that few are looked through
// for the history of a row.
func (s sweeper) audit(ctx context.Context, id tomahora.ClinicaID) error {
	return s.each(ctx, id, func(tx tomahora.Tx) (bool, error) {
		return tx.Eventos().Audit(0)
	}, func(tx tomahora.Tx) error {
		_, err := tx.Eventos().Audit(sweepBatch)
		return err
	})
}

// each does a batch of work for a clinic while there is some, with pauses.
func (s sweeper) each(ctx context.Context, id tomahora.ClinicaID, due func(tomahora.Tx) (bool, error), work func(tomahora.Tx) error) error {
	for {
		todo := false
		err := s.store.View(ctx, id, func(tx tomahora.Tx) (err error) {
			todo, err = due(tx)
			return err
		})
		if err != nil || !todo {
			return err
		}
		if err := s.store.Update(ctx, id, work); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.pause):
		}
	}
}
