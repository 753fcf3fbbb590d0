package sqlstore

import (
	"context"
	"sync"
	"time"

	"github.com/tomahora/tomahora"
)

// pollInterval is how often the database itself is asked for new eventos. It
// bounds how late a watcher learns of those that no hint told of: of another
// process on the file, or while the hints of other replicas do not arrive.
const pollInterval = 800 * time.Millisecond

// watches are those who wait for a clinic's eventos. What is told here is only
// ever a hint: a watcher reads the eventos themselves.
type watches struct {
	mu       sync.Mutex
	clinicas map[tomahora.ClinicaID]*watched
	closed   bool
	end      context.CancelFunc // of what runs beside; nil while nothing does
	beside   sync.WaitGroup
}

// watched is a clinic with its watchers.
type watched struct {
	last     tomahora.EventoID // the newest its watchers were told of
	watchers map[chan struct{}]bool
}

// Watch gives hints that a clinic has new eventos.
func (s *Store) Watch(id tomahora.ClinicaID) (wake <-chan struct{}, stop func()) {
	w := &s.watches
	hint := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		close(hint)
		return hint, func() {}
	}
	if w.end == nil {
		s.hearNews()
	}
	c, ok := w.clinicas[id]
	if !ok {
		c = &watched{watchers: map[chan struct{}]bool{}}
		w.clinicas[id] = c
	}
	c.watchers[hint] = true
	return hint, func() { w.leave(id, hint) }
}

// hearNews starts what tells of the commits of other processes.
func (s *Store) hearNews() {
	ctx, end := context.WithCancel(context.Background())
	s.watches.end = end
	s.watches.beside.Go(func() { s.engine.listen(ctx, s.logger, s.watches.tell) })
	s.watches.beside.Go(func() { s.poll(ctx) })
}

func (w *watches) leave(id tomahora.ClinicaID, hint chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.clinicas[id]
	if !ok {
		return
	}
	delete(c.watchers, hint)
	if len(c.watchers) == 0 {
		delete(w.clinicas, id)
	}
}

// tell wakes the watchers of a clinic unless they know of its newest evento.
func (w *watches) tell(id tomahora.ClinicaID, last tomahora.EventoID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c, ok := w.clinicas[id]; ok && last > c.last {
		c.wake(last)
	}
}

// correct is tell for what the database says itself, which is right also where it
// is less than was known.
func (w *watches) correct(id tomahora.ClinicaID, last tomahora.EventoID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c, ok := w.clinicas[id]; ok && last != c.last {
		c.wake(last)
	}
}

// wake never waits: a watcher that has not taken its last hint has one.
func (c *watched) wake(last tomahora.EventoID) {
	c.last = last
	for hint := range c.watchers {
		select {
		case hint <- struct{}{}:
		default:
		}
	}
}

// span are the lowest and the highest id of a clinic that is watched; ok tells
// whether any is.
func (w *watches) span() (low, high tomahora.ClinicaID, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.clinicas {
		if !ok {
			low, high, ok = id, id, true
		}
		low, high = min(low, id), max(high, id)
	}
	return low, high, ok
}

// close ends every watch.
func (w *watches) close() {
	w.mu.Lock()
	w.closed = true
	for _, c := range w.clinicas {
		for hint := range c.watchers {
			close(hint)
		}
	}
	clear(w.clinicas)
	end := w.end
	w.mu.Unlock()
	if end != nil {
		end()
	}
	w.beside.Wait()
}

// poll asks the database for the newest evento of each watched clinic, again and
// again. That it does not answer now is for those to tell who need it.
func (s *Store) poll(ctx context.Context) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = s.readNews(ctx)
		}
	}
}

// readNews wakes the watchers of the clinics with eventos they were not told of.
func (s *Store) readNews(ctx context.Context) error {
	low, high, ok := s.watches.span()
	if !ok {
		return nil
	}
	type news struct {
		id   tomahora.ClinicaID
		last tomahora.EventoID
	}
	var all []news
	err := s.read(ctx, func(t *tx) (err error) {
		all, err = collect(t, "evento_news", []any{low, high}, func(scan scanner) (n news, err error) {
			return n, scan(&n.id, &n.last)
		})
		return err
	})
	for _, n := range all {
		s.watches.correct(n.id, n.last)
	}
	return err
}

// told tells of what a batch has committed.
func (b *batchTx) told() {
	for id, c := range b.clinicas {
		if len(c.eventos) == 0 {
			continue
		}
		last := tomahora.EventoID(c.evento)
		b.store.watches.tell(id, last)
		b.store.engine.announce(id, last)
	}
}
