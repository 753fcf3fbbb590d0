package torture

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/tomahora/tomahora/internal/pgtest"
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
				begin, limit, strikes := time.Now(), budget(t, 5, 0), 0
				for ; strikes < 2 || time.Since(begin) < limit; strikes++ {
					l.progress(t, 30+rnd.Int64N(100))
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

// terminateConnections ends some or all of the servers' connections, as an
// administrator would.
func terminateConnections(t *testing.T, c *cluster, _ *load, rnd *rand.Rand) {
	t.Helper()
	must(t, c.postgres.Exec(t.Context(), "postgres", fmt.Sprintf(
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' AND random() < %g", c.name, 1/float64(1+rnd.IntN(3)))))
}

// killBackend kills the process of one connection, upon which PostgreSQL ends all
// others and recovers.
func killBackend(t *testing.T, c *cluster, _ *load, rnd *rand.Rand) {
	t.Helper()
	pids := processes(t, c.postgres, fmt.Sprintf("SELECT pid FROM pg_stat_activity WHERE datname = '%s'", c.name))
	must(t, syscall.Kill(pick(rnd, pids), syscall.SIGKILL))
}

// processes are those that a query finds, as soon as there are any: the server may
// still be recovering.
func processes(t *testing.T, s *pgtest.Server, sql string) (pids []int) {
	t.Helper()
	waitFor(t, "processes", func() bool {
		found, err := s.Processes(t.Context(), sql)
		pids = found
		return err == nil && len(pids) > 0
	})
	return pids
}

// killPostmaster kills the whole PostgreSQL and starts it again.
func killPostmaster(t *testing.T, c *cluster, _ *load, rnd *rand.Rand) {
	t.Helper()
	must(t, c.postgres.Kill())
	time.Sleep(time.Duration(rnd.IntN(300)) * time.Millisecond)
	must(t, c.postgres.Restart(t.Context()))
}

// TestStandbyTakesOver kills a primary under load and promotes its synchronous
// standby: what was acknowledged is there, and the servers, whose URL names both,
// go on without being started again.
//
// Before that the standby hears nothing for a while, in which a primary that does
// not wait for it would promise what is lost. Nor may a server do that when
// somebody ends the wait: then the primary says that it has committed, and warns.
func TestStandbyTakesOver(t *testing.T) {
	const database = "clinica"
	primary, err := pgtest.Start(t.Context())
	must(t, err)
	t.Cleanup(func() { must(t, primary.Close()) })
	must(t, primary.Exec(t.Context(), "postgres", "CREATE DATABASE "+database))
	fill(t, primary.URL(database))
	standby, err := primary.StartStandby(t.Context())
	must(t, err)
	t.Cleanup(func() { must(t, standby.Close()) })
	must(t, primary.Exec(t.Context(), "postgres", "ALTER SYSTEM SET synchronous_standby_names = 'standby'"))
	must(t, primary.Exec(t.Context(), "postgres", "SELECT pg_reload_conf()"))
	waitFor(t, "the standby to be synchronous", func() bool { // none is a division by zero
		return primary.Exec(t.Context(), "postgres", "SELECT 1/count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == nil
	})
	c := &cluster{db: eitherURL(t, primary.URL(database), standby.URL(database)), postgres: standby, name: database}
	c.serve(t, 2)
	l := startLoad(t, c, seed(t))
	l.progress(t, 200)
	receiver := processes(t, standby, "SELECT pid FROM pg_stat_wal_receiver")[0]
	must(t, syscall.Kill(receiver, syscall.SIGSTOP))
	for range 10 {
		time.Sleep(30 * time.Millisecond)
		must(t, primary.Exec(t.Context(), "postgres", "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
	}
	must(t, primary.Kill())
	must(t, syscall.Kill(receiver, syscall.SIGTERM)) // so that it ends before it reads what is on its way
	must(t, syscall.Kill(receiver, syscall.SIGCONT))
	must(t, standby.Promote(t.Context()))
	l.progress(t, 200)
	l.settle(t)
}

// eitherURL leads to whichever of two servers can be written to.
func eitherURL(t *testing.T, a, b string) string {
	t.Helper()
	first, errA := url.Parse(a)
	second, errB := url.Parse(b)
	must(t, errors.Join(errA, errB))
	q := first.Query()
	q.Set("host", q.Get("host")+","+second.Query().Get("host"))
	q.Set("target_session_attrs", "read-write")
	first.RawQuery = q.Encode()
	return first.String()
}

// waitFor waits until something is so.
func waitFor(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	for begin := time.Now(); !isSo(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > patience {
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
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
