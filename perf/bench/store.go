package main

import (
	"context"
	"errors"
	"os"
	"runtime/pprof"
	"time"

	"github.com/tomahora/tomahora/sqlstore"
)

// storeRig is what bookings in the store are compared with, each in a file of
// its own.
type storeRig struct {
	grouped, single, raw, others    *clinic
	store, singleStore, othersStore *sqlstore.Store
	inserter                        *rawInserter
	closers                         []func() error
}

func (b *bench) newStoreRig(ctx context.Context) (r *storeRig, err error) {
	r = &storeRig{}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	for _, c := range []**clinic{&r.grouped, &r.single, &r.raw, &r.others} {
		if *c, err = b.newClinic(ctx, b.sqlite(), pacientes); err != nil {
			return r, err
		}
	}
	for _, s := range []struct {
		store    **sqlstore.Store
		clinic   *clinic
		maxBatch int
	}{{&r.store, r.grouped, 0}, {&r.singleStore, r.single, 1}, {&r.othersStore, r.others, 0}} {
		if *s.store, err = s.clinic.open(ctx, s.maxBatch); err != nil {
			return r, err
		}
		r.closers = append(r.closers, (*s.store).Close)
	}
	if r.inserter, err = newRawInserter(ctx, r.raw); err != nil {
		return r, err
	}
	r.closers = append(r.closers, r.inserter.close)
	return r, nil
}

func (r *storeRig) close() error {
	var errs []error
	for _, fn := range r.closers {
		errs = append(errs, fn())
	}
	return errors.Join(errs...)
}

// measureStore books in the store itself, beside raw inserts and the disk.
func (b *bench) measureStore(ctx context.Context) (err error) {
	r, err := b.newStoreRig(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	const name = "booking, group commit"
	at1 := r.others.bookings(name, 1, r.othersStore, true)
	at16 := r.others.bookings(name, 16, r.othersStore, true)
	at64 := r.grouped.bookings(name, 64, r.store, true)
	at256 := r.others.bookings(name, 256, r.othersStore, true)
	unnamed := r.others.bookings("booking, no id_atencion sent", 64, r.othersStore, false)
	alone := r.single.bookings("booking, one transaction each", 64, r.singleStore, true)
	inserts := r.inserter.inserts("raw insert, group commit, no check", 64, r.raw.work)
	fsyncs := b.fsyncs()

	// What is compared is measured next to each other.
	if err := measure(ctx, b.rounds, b.duration, at1, at16, fsyncs, at64, inserts, alone, unnamed, at256); err != nil {
		return err
	}
	if err := b.profile(ctx, r.grouped, r.store); err != nil {
		return err
	}
	b.out.measurements("This disk", "callers", fsyncs)
	b.out.measurements("Bookings in the store, in process, on disk when answered", "callers", at1, at16, at64, at256, unnamed, alone, inserts)
	b.compare(ratio{name: "booking ÷ raw group-commit insert, 64 callers, in process", got: at64.over(inserts), must: 0.5, aim: 0.7})
	b.compare(ratio{name: "booking ÷ fsync/s of this disk, 64 callers, in process", got: at64.over(fsyncs), must: 2, aim: 4})
	b.compare(ratio{name: "group commit ÷ one transaction each, 64 callers, in process", got: at64.over(alone), must: 4, aim: 8})
	return audits(ctx, map[*clinic][]*measurement{
		r.grouped: {at64}, r.single: {alone}, r.raw: {inserts}, r.others: {at1, at16, at256, unnamed},
	})
}

// audits compare each clinic's citas with what its measurements acknowledged.
func audits(ctx context.Context, acknowledged map[*clinic][]*measurement) error {
	for c, list := range acknowledged {
		want := c.before
		for _, m := range list {
			want += int64(m.accepted())
		}
		if err := c.audit(ctx, want); err != nil {
			return err
		}
	}
	return nil
}

// profile books for a while under the profiler, when it was asked for.
func (b *bench) profile(ctx context.Context, c *clinic, s *sqlstore.Store) (err error) {
	if b.cpuProfile == "" {
		return nil
	}
	m := c.bookings("profile", 64, s, true)
	f, err := os.Create(b.cpuProfile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	callers, _, err := m.open(ctx, m.callers)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	before := m.cpu()
	t, err := drive(ctx, callers, 5*time.Second)
	c.before += int64(t.accepted)
	b.out.printf("\nprofiled %d bookings at %d callers, %d µs of CPU each\n",
		t.answered(), m.callers, (m.cpu()-before).Microseconds()/int64(max(1, t.answered())))
	return err
}
