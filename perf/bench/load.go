package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// caller makes one request and waits for its answer. Accepted is false where
// the answer is that the slot is taken; an error ends the run.
type caller func(ctx context.Context) (accepted bool, err error)

// tally is what one measurement found.
type tally struct {
	accepted, refused int
	elapsed           time.Duration
	latencies         []time.Duration // ascending
	cpu               time.Duration   // used by the measured process meanwhile; 0 where unknown
}

func (t tally) answered() int { return t.accepted + t.refused }

// rate is answers a second.
func (t tally) rate() float64 { return float64(t.answered()) / t.elapsed.Seconds() }

// acceptedRate is accepted requests a second.
func (t tally) acceptedRate() float64 { return float64(t.accepted) / t.elapsed.Seconds() }

// percentile is the latency that p of 100 requests stayed below.
func (t tally) percentile(p int) time.Duration {
	if len(t.latencies) == 0 {
		return 0
	}
	return t.latencies[(len(t.latencies)-1)*p/100]
}

// drive lets each caller make one request after the other for a while.
func drive(ctx context.Context, callers []caller, d time.Duration) (tally, error) {
	var (
		wg     sync.WaitGroup
		failed atomic.Bool
		parts  = make([]tally, len(callers))
		errs   = make([]error, len(callers))
		start  = time.Now()
	)
	for i, call := range callers {
		wg.Go(func() {
			if parts[i], errs[i] = callUntil(ctx, call, start.Add(d), &failed); errs[i] != nil {
				failed.Store(true)
			}
		})
	}
	wg.Wait()
	total := tally{elapsed: time.Since(start)}
	for i, part := range parts {
		if errs[i] != nil {
			return tally{}, errs[i]
		}
		total.accepted += part.accepted
		total.refused += part.refused
		total.latencies = append(total.latencies, part.latencies...)
	}
	slices.Sort(total.latencies)
	return total, ctx.Err()
}

// callUntil calls until the time is over, or another caller has failed.
func callUntil(ctx context.Context, call caller, end time.Time, failed *atomic.Bool) (t tally, err error) {
	for now := time.Now(); now.Before(end) && !failed.Load(); {
		accepted, err := call(ctx)
		if err != nil {
			return t, err
		}
		if accepted {
			t.accepted++
		} else {
			t.refused++
		}
		answered := time.Now()
		t.latencies = append(t.latencies, answered.Sub(now))
		now = answered
	}
	return t, nil
}

// measurement is something measured once a round, so that all of them see the
// same moods of the machine.
type measurement struct {
	name    string
	callers int
	// open makes the callers and what ends them.
	open func(ctx context.Context, n int) ([]caller, func(), error)
	// cpu is the processor time the measured process has used so far.
	cpu    func() time.Duration
	rounds []tally
	warmed int // accepted before the rounds' clocks started
}

// measure takes every measurement once a round.
func measure(ctx context.Context, rounds int, d time.Duration, all ...*measurement) error {
	for range rounds {
		for _, m := range all {
			t, err := m.once(ctx, d)
			if err != nil {
				return fmt.Errorf("%s, %d callers: %w", m.name, m.callers, err)
			}
			m.rounds = append(m.rounds, t)
		}
	}
	return nil
}

// warmUp is the part of a measurement's length for which its callers run
// unmeasured first, since what was measured before has had the caches.
const warmUp = 4

func (m *measurement) once(ctx context.Context, d time.Duration) (tally, error) {
	callers, done, err := m.open(ctx, m.callers)
	if err != nil {
		return tally{}, err
	}
	defer done()
	warm, err := drive(ctx, callers, d/warmUp)
	if err != nil {
		return tally{}, err
	}
	m.warmed += warm.accepted
	before := m.cpu()
	t, err := drive(ctx, callers, d)
	t.cpu = m.cpu() - before
	return t, err
}

// each is f of every round.
func (m *measurement) each(f func(tally) float64) []float64 {
	values := make([]float64, len(m.rounds))
	for i, t := range m.rounds {
		values[i] = f(t)
	}
	return values
}

// over is the median of the rounds' ratios of the two rates: within a round both
// were measured seconds apart.
func (m *measurement) over(o *measurement) float64 {
	values := m.each(tally.rate)
	for i, rate := range o.each(tally.rate) {
		values[i] /= rate
	}
	return median(values)
}

// slower is the median of the rounds' ratios of the two median latencies, which
// a moment the machine spent elsewhere does not touch.
func (m *measurement) slower(than *measurement) float64 {
	p50 := func(t tally) float64 { return t.percentile(50).Seconds() }
	values := m.each(p50)
	for i, latency := range than.each(p50) {
		values[i] /= latency
	}
	return median(values)
}

// accepted counts what the measurement has written, measured or not.
func (m *measurement) accepted() int {
	n := m.warmed
	for _, t := range m.rounds {
		n += t.accepted
	}
	return n
}

// median of an even number of values is the lower of the two in the middle.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}
