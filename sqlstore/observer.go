package sqlstore

import (
	"context"
	"time"

	"github.com/tomahora/tomahora"
)

// Observer hears what a store does while requests wait for it: its methods are
// quick, are called by several goroutines at once, and never call the store.
type Observer interface {
	// Now is the real clock, by which commits are timed; the business clock may
	// stand still.
	Now() time.Time
	// Batch hears of updates that are about to share a transaction: how many they
	// are, and how many more stay queued behind them.
	Batch(members, queued int)
	// Commit hears how long a commit took that succeeded.
	Commit(took time.Duration)
	// Alarm hears that a law of the database refused what the rules had let
	// through. It should never be called.
	Alarm(law tomahora.Code)
}

// unobserved is the Observer of a store that has none.
type unobserved struct{}

func (unobserved) Now() time.Time       { return time.Time{} }
func (unobserved) Batch(_, _ int)       {}
func (unobserved) Commit(time.Duration) {}
func (unobserved) Alarm(tomahora.Code)  {}

// Stats is what a store is busy with at a moment.
type Stats struct {
	Queued         int // updates that no lane has taken yet
	Readers        int // read transactions that may run at once
	ReadersInUse   int // of them, those that do
	ReadersWaiting int // callers that wait for one
}

// Stats tells what the store is busy with.
func (s *Store) Stats() Stats {
	st := Stats{Queued: s.writing.queued()}
	st.ReadersWaiting = int(s.readsWaiting.Load())
	st.Readers, st.ReadersInUse = s.engine.reading()
	return st
}

// Backlog is how far the active webhooks of all clinics are behind.
type Backlog struct {
	Eventos    int64     // by how many eventos a clinic is ahead of what its webhooks have looked at, at most
	Pendientes int64     // deliveries that wait, at most MaxBacklog of each webhook
	Muertas    int64     // those given up, likewise
	Desde      time.Time // since when the oldest that waits does, in real time; zero when none does
}

// MaxBacklog is how many deliveries of a webhook are counted, so that counting is
// quick also when there are many.
const MaxBacklog = 10_000

// Backlog tells how far the webhooks are behind.
func (s *Store) Backlog(ctx context.Context) (b Backlog, err error) {
	err = s.read(ctx, func(t *tx) error {
		return t.queryRow("webhook_backlog", []any{MaxBacklog}, &b.Eventos, &b.Pendientes, &b.Muertas, instant(&b.Desde))
	})
	return b, err
}
