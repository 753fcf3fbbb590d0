package torture

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// fault breaks something while a load runs, and mends it where that does not mend
// itself.
type fault struct {
	name   string
	strike func(t *testing.T, c *cluster, l *load, rnd *rand.Rand)
}

// TestKillsUnderLoad: whatever is killed, no acknowledged cita is missing or
// changed, none is there twice, none conflict, and a request that is sent again is
// answered right.
func TestKillsUnderLoad(t *testing.T) {
	onEvery(t, func(t *testing.T, b backend) {
		for _, f := range b.faults {
			t.Run(f.name, func(t *testing.T) {
				c, first := b.open(t), seed(t)
				l := startLoad(t, c, first)
				rnd := rand.New(rand.NewPCG(first, loaders))
				begin, limit, strikes := time.Now(), budget(t, 6, 0), 0
				for ; strikes < 3 || time.Since(begin) < limit; strikes++ {
					l.progress(t, 50+rnd.Int64N(200))
					f.strike(t, c, l, rnd)
				}
				l.progress(t, 50)
				t.Logf("%d strikes", strikes)
				l.settle(t)
				if l.unknown.Load() == 0 {
					t.Error("every request was answered, so the kills proved nothing")
				}
			})
		}
	})
}

// killServer kills one of the servers. Where there is another, that goes on.
func killServer(t *testing.T, c *cluster, l *load, rnd *rand.Rand) {
	t.Helper()
	s := c.server(rnd.IntN(len(c.servers)))
	s.kill()
	if len(c.servers) > 1 {
		l.progress(t, 50)
	}
	s.restart(t)
}

// TestHistoriesWithKills looks for an order in which the rules explain what the
// clients saw, also of requests whose server was killed meanwhile.
func TestHistoriesWithKills(t *testing.T) {
	onEvery(t, func(t *testing.T, b backend) {
		c := b.open(t)
		week, unknown := 0, 0
		rounds(t, budget(t, 2, 2*time.Second), func(seed uint64) {
			week++
			r, rnd := newRecorder(t, c, week, seed), rand.New(rand.NewPCG(seed, numClients))
			done := make(chan struct{})
			go func() {
				defer close(done)
				r.record(t, 40)
			}()
			time.Sleep(time.Duration(20+rnd.IntN(150)) * time.Millisecond)
			s := c.server(rnd.IntN(len(c.servers)))
			s.kill()
			s.restart(t)
			<-done
			for _, op := range r.history {
				if _, o := seen(op); o.unknown {
					unknown++
				}
			}
			mustBeLinearizable(t, r.finish(t))
		})
		c.check(t)
		if unknown == 0 {
			t.Error("every request was answered, so the kills proved nothing")
		}
		t.Log(fmt.Sprint(unknown, " acts without an answer"))
	})
}
