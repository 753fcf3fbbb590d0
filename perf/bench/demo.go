package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	demoStarts = 5
	demoToken  = "demo"
	demoPath   = "/api/v5/pacientes/1" // always there
	demoRest   = 2 * time.Second       // before its memory is looked at
)

// measureDemo starts the demo as a newcomer does, and looks at what it costs.
func (b *bench) measureDemo(ctx context.Context) error {
	var ready, first []float64 // milliseconds
	var memory float64
	for i := range demoStarts {
		d, err := b.startDemo(ctx, i == demoStarts-1)
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		ready = append(ready, milliseconds(d.ready))
		first = append(first, milliseconds(d.first))
		memory = d.memory
	}
	ms := func(values []float64) string { return fmt.Sprintf("%.0f ms", median(values)) }
	b.out.table(fmt.Sprintf("tomahora demo (median of %d starts)", demoStarts), [][]string{
		{"program started to " + readyPath + " 200", ms(ready)},
		{"program started to GET " + demoPath + " 200", ms(first)},
		{"memory at rest, after " + demoRest.String(), orDash(memory, "%.1f MB")},
	})
	b.compare(ratio{name: "demo, start to first answer, ms", got: median(first), must: 150, aim: 60, atMost: true, format: "%.0f"})
	if memory > 0 {
		b.compare(ratio{name: "demo, idle memory, MB", got: memory, must: 40, aim: 25, atMost: true, format: "%.0f"})
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

type demoStart struct {
	ready, first time.Duration
	memory       float64 // MB; 0 when not looked at, or where the system does not tell
}

func (b *bench) startDemo(ctx context.Context, rest bool) (d demoStart, err error) {
	start := time.Now()
	s, err := b.start(ctx, nil, "demo")
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.await(ctx, readyPath, demoToken); err != nil {
		return d, err
	}
	d.ready = time.Since(start)
	if err := s.await(ctx, demoPath, demoToken); err != nil {
		return d, err
	}
	d.first = time.Since(start)
	if !rest {
		return d, nil
	}
	select {
	case <-time.After(demoRest):
	case <-ctx.Done():
		return d, ctx.Err()
	}
	if mb, err := residentMB(s.cmd.Process.Pid); err == nil {
		d.memory = mb // elsewhere than on Linux there is nothing to read
	}
	return d, nil
}
