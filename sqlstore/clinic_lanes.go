package sqlstore

import (
	"context"
	"errors"
	"sync"

	"github.com/tomahora/tomahora"
)

// clinicLanes are a lane for each clinic that has updates under way. A lane is
// made by the first of them and ends with the last.
type clinicLanes struct {
	store    *Store
	maxBatch int

	mu      sync.Mutex
	open    map[tomahora.ClinicaID]*sharedLane
	closed  bool
	callers sync.WaitGroup // all of them; a lane outlives its last one only to end
}

// sharedLane is a lane with the callers it has.
type sharedLane struct {
	*lane
	callers int
}

func newClinicLanes(s *Store, maxBatch int) *clinicLanes {
	return &clinicLanes{store: s, maxBatch: maxBatch, open: map[tomahora.ClinicaID]*sharedLane{}}
}

func (c *clinicLanes) do(ctx context.Context, id tomahora.ClinicaID, fn func(*tx) error) error {
	l, err := c.enter(id)
	if err != nil {
		return err
	}
	defer c.leave(id, l)
	return l.do(ctx, id, fn)
}

func (c *clinicLanes) enter(id tomahora.ClinicaID) (*sharedLane, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, tomahora.Unavailable(errors.New("the store is closing"))
	}
	l, ok := c.open[id]
	if !ok {
		l = &sharedLane{lane: startLane(c.store, c.maxBatch, c.maxBatch)}
		c.open[id] = l
	}
	l.callers++
	c.callers.Add(1)
	return l, nil
}

func (c *clinicLanes) leave(id tomahora.ClinicaID, l *sharedLane) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.callers.Done()
	if l.callers--; l.callers == 0 {
		delete(c.open, id)
		l.finish()
	}
}

func (c *clinicLanes) queued() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.open {
		n += l.queued()
	}
	return n
}

func (c *clinicLanes) stop() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.callers.Wait()
}
