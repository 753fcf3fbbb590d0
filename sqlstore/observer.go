package sqlstore

import (
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
