package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/tomahora/tomahora"
)

// lane is the one writer. It takes whatever updates are queued, runs all of them in
// one transaction, commits once, then answers all of them: under load a commit's
// fsync is shared, and nobody ever waits for a timer.
//
// An update that is refused has seldom written anything, so it needs no undoing.
// Where one has, the batch starts anew with a savepoint for each member.
type lane struct {
	store    *Store
	session  *session // nil until first used, and after the connection broke
	maxBatch int
	jobs     chan *job
	quit     chan struct{}
	stopOnce sync.Once
	stopped  chan struct{}
}

// job is one update on its way through the lane.
type job struct {
	ctx   context.Context //nolint:containedctx // looked at before the closure starts; never reaches SQL
	fn    func(*tx) error
	taken atomic.Bool // by the lane to run it, or by its caller to give it up
	done  chan error
}

const defaultMaxBatch = 256

// Why a batch is run again: errSpoiled says that its transaction can no longer be
// trusted, errUndo that a member has to be undone and has no savepoint.
var (
	errSpoiled = errors.New("the batch was spoiled")
	errUndo    = errors.New("a member of the batch needs a savepoint")
)

func startLane(s *Store, maxBatch int) *lane {
	if maxBatch <= 0 {
		maxBatch = defaultMaxBatch
	}
	l := &lane{
		store:    s,
		maxBatch: maxBatch,
		jobs:     make(chan *job, 4*defaultMaxBatch),
		quit:     make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	go l.run()
	return l
}

// stop refuses new updates, finishes the queued ones, and waits for that.
func (l *lane) stop() {
	l.stopOnce.Do(func() { close(l.quit) })
	<-l.stopped
}

// do queues an update and waits for its answer. A caller whose context ends may
// leave only while the closure has not started, because the closure may touch
// what the caller owns.
func (l *lane) do(ctx context.Context, fn func(*tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case l.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.quit:
		return tomahora.Unavailable(errors.New("the store is closing"))
	}
	var gaveUp error
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		gaveUp = ctx.Err()
	case <-l.stopped:
		gaveUp = tomahora.Unavailable(errors.New("the store is closed"))
	}
	if j.taken.CompareAndSwap(false, true) {
		return gaveUp
	}
	return <-j.done
}

func (l *lane) run() {
	defer close(l.stopped)
	for {
		select {
		case j := <-l.jobs:
			l.process(l.collect(j))
		case <-l.quit:
			l.drain()
			return
		}
	}
}

// drain runs what was queued when the lane was told to stop.
func (l *lane) drain() {
	for {
		select {
		case j := <-l.jobs:
			l.process(l.collect(j))
		default:
			if l.session != nil {
				l.session.close()
			}
			return
		}
	}
}

// collect takes what is queued behind the first job, without waiting.
func (l *lane) collect(first *job) []*job {
	batch := make([]*job, 0, min(len(l.jobs)+1, l.maxBatch))
	for j := first; ; {
		if j.taken.CompareAndSwap(false, true) {
			batch = append(batch, j)
		}
		if len(batch) == l.maxBatch {
			return batch
		}
		select {
		case j = <-l.jobs:
		default:
			return batch
		}
	}
}

// process commits a batch, or where one member spoiled it, each member alone.
func (l *lane) process(batch []*job) {
	if len(batch) == 0 {
		return
	}
	l.store.observer.Batch(len(batch), len(l.jobs))
	results, err := l.attempt(batch, false)
	if errors.Is(err, errUndo) {
		results, err = l.attempt(batch, true)
	}
	if errors.Is(err, errSpoiled) && len(batch) > 1 {
		for _, j := range batch {
			l.process([]*job{j})
		}
		return
	}
	for i, j := range batch {
		if err != nil && results[i] == nil {
			results[i] = err
		}
		j.done <- results[i]
	}
}

// attempt runs the members in one transaction, each in a savepoint or not, and
// returns each one's answer. An error beside them is the answer of all whose own
// is nil; errSpoiled and errUndo say that nothing was committed and the members
// may be run again. Once COMMIT was sent nothing is run again.
func (l *lane) attempt(batch []*job, savepoints bool) ([]error, error) {
	results := make([]error, len(batch))
	ctx := context.Background()
	if l.session == nil {
		session, err := newSession(ctx, l.store.writer)
		if err != nil {
			return results, unavailable(err)
		}
		l.session = session
	}
	if err := l.session.control(ctx, beginWrite); err != nil {
		l.abandon()
		return results, unavailable(err)
	}
	b := &batchTx{store: l.store, session: l.session, shared: len(batch) > 1, savepoints: savepoints, clinicas: map[tomahora.ClinicaID]*clinica{}}
	wrote := false
	for i, j := range batch {
		if results[i] = j.ctx.Err(); results[i] != nil {
			continue
		}
		var again error
		if results[i], again = b.member(j); again != nil {
			l.rollback()
			return results, again
		}
		wrote = wrote || results[i] == nil
	}
	if !wrote {
		l.rollback()
		return results, nil
	}
	return results, l.commit(b)
}

func (l *lane) commit(b *batchTx) error {
	if err := b.unlock(); err != nil {
		l.rollback()
		return err
	}
	start := l.store.observer.Now()
	if err := l.session.control(context.Background(), commit); err != nil {
		l.rollback()
		return unavailable(err)
	}
	l.store.observer.Commit(l.store.observer.Now().Sub(start))
	return nil
}

// rollback ends the transaction; a connection that cannot is thrown away.
func (l *lane) rollback() {
	if err := l.session.control(context.Background(), rollback); err != nil {
		l.abandon()
	}
}

func (l *lane) abandon() {
	l.session.close()
	l.session = nil
}

// batchTx is the transaction a batch shares.
type batchTx struct {
	store      *Store
	session    *session
	shared     bool // more than one member
	savepoints bool // each member has one
	clinicas   map[tomahora.ClinicaID]*clinica
}

// member runs one update. Again, where it is not nil, is why the batch has to be
// run again: errSpoiled for a failure that was neither ours nor a constraint's, so
// that nothing more may be done in this transaction.
func (b *batchTx) member(j *job) (err, again error) {
	ctx := context.Background()
	if b.savepoints {
		if err := b.session.control(ctx, savepoint); err != nil {
			return unavailable(err), errSpoiled
		}
	}
	t := &tx{store: b.store, session: b.session, ctx: ctx, now: b.store.now(), batch: b}
	if err = t.run(j.fn); err != nil {
		t.restore()
		if t.failed != nil || tomahora.ProblemsOf(err) == nil {
			return err, errSpoiled
		}
		if t.wrote && b.shared && !b.savepoints {
			return err, errUndo
		}
	}
	if !b.savepoints {
		return err, nil
	}
	if err != nil {
		if undo := b.session.control(ctx, rollbackTo); undo != nil {
			return err, errSpoiled
		}
	}
	if end := b.session.control(ctx, release); end != nil {
		return unavailable(end), errSpoiled
	}
	return err, nil
}

// unlock writes back the counters of the clinics the batch touched, and their
// lines of the outbox.
func (b *batchTx) unlock() error {
	t := &tx{store: b.store, session: b.session, ctx: context.Background()}
	for id, c := range b.clinicas {
		if err := t.tell(c.eventos); err != nil {
			return err
		}
		_, err := t.exec("clinica_unlock", c.version, c.cita, c.paciente, c.atencion, c.horario, c.evento, id)
		if err != nil {
			return err
		}
	}
	return nil
}

// tell writes lines of the outbox, sixteen at a time while there are as many.
func (t *tx) tell(eventos []evento) error {
	for chunk := range slices.Chunk(eventos, 16) {
		if len(chunk) == 16 {
			if _, err := t.exec("evento_create_16", slices.Concat(chunk...)...); err != nil {
				return err
			}
			continue
		}
		for _, e := range chunk {
			if _, err := t.exec("evento_create", e...); err != nil {
				return err
			}
		}
	}
	return nil
}

// run calls fn and turns a panic into an error with its stack. A transaction in
// which a statement failed cannot succeed, whatever fn made of it.
func (t *tx) run(fn func(*tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	return t.failed
}
