package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

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
	session  session // nil between batches, and after the connection broke
	maxBatch int
	jobs     chan *job
	quit     chan struct{}
	stopOnce sync.Once
	stopped  chan struct{}

	// What a closure that ends the goroutine leaves behind.
	batch   []*job
	running *job
}

// job is one update on its way through the lane.
type job struct {
	ctx   context.Context //nolint:containedctx // looked at before the closure starts; never reaches SQL
	fn    func(*tx) error
	taken atomic.Bool // by the lane to run it, or by its caller to give it up
	ours  bool        // taken by the lane, which may run it more than once
	done  chan error  // takes one answer

	answered bool
}

func (j *job) answer(err error) {
	j.answered = true
	j.done <- err
}

// start tells whether the closure may run; its caller may have given it up.
func (l *lane) start(j *job) bool {
	if !j.ours && j.taken.CompareAndSwap(false, true) {
		j.ours = true
		l.store.updatesWaiting.Add(-1)
	}
	return j.ours && j.ctx.Err() == nil
}

const defaultMaxBatch = 256

// Why a batch is run again: errSpoiled says that its transaction can no longer be
// trusted, errUndo that a member has to be undone and has no savepoint, errAgain
// that it lost a race, errStale that its connection was broken from the start.
// errLost says that the database is gone, so that nothing is run again. errGoexit
// says that a closure ended its goroutine, which is the lane's.
var (
	errSpoiled = errors.New("the batch was spoiled")
	errUndo    = errors.New("a member of the batch needs a savepoint")
	errAgain   = errors.New("the batch lost a race")
	errStale   = errors.New("the batch had a broken connection")
	errLost    = errors.New("the batch lost its connection")
	errGoexit  = errors.New("the closure ended its goroutine")
)

// startLane starts a lane. Queue is how many updates may wait before their
// callers do.
func startLane(s *Store, maxBatch, queue int) *lane {
	if s.maxBatch > 0 {
		maxBatch = s.maxBatch
	}
	l := &lane{
		store:    s,
		maxBatch: maxBatch,
		jobs:     make(chan *job, queue),
		quit:     make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	go l.run()
	return l
}

// stop refuses new updates, finishes the queued ones, and waits for that.
func (l *lane) stop() {
	l.finish()
	<-l.stopped
}

// finish is stop that does not wait.
func (l *lane) finish() { l.stopOnce.Do(func() { close(l.quit) }) }

// do queues an update and waits for its answer. A caller whose context ends may
// leave only while the closure has not started, because the closure may touch
// what the caller owns. A closure that ends its goroutine, as t.Fatal does in a
// test, ends the caller's.
func (l *lane) do(ctx context.Context, _ tomahora.ClinicaID, fn func(*tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan error, 1)}
	err := l.queue(j)
	if err == nil {
		err = l.await(j)
	}
	if errors.Is(err, errGoexit) {
		runtime.Goexit()
	}
	return err
}

// queue takes a job in, unless too many of the store's wait already.
func (l *lane) queue(j *job) error {
	if l.store.updatesWaiting.Add(1) > l.store.maxWaiting {
		l.store.updatesWaiting.Add(-1)
		return errBusy()
	}
	select {
	case <-l.quit:
	default:
		select {
		case l.jobs <- j:
			return nil
		case <-j.ctx.Done():
			l.store.updatesWaiting.Add(-1)
			return j.ctx.Err()
		case <-l.quit:
		}
	}
	l.store.updatesWaiting.Add(-1)
	return tomahora.Unavailable(errors.New("the store is closing"))
}

func (l *lane) await(j *job) error {
	var gaveUp error
	select {
	case err := <-j.done:
		return err
	case <-j.ctx.Done():
		gaveUp = j.ctx.Err()
	case <-l.stopped:
		gaveUp = tomahora.Unavailable(errors.New("the store is closed"))
	}
	if j.taken.CompareAndSwap(false, true) {
		l.store.updatesWaiting.Add(-1)
		return gaveUp
	}
	return <-j.done
}

// run works until the lane is told to stop. Where a closure ends the goroutine,
// another one goes on.
func (l *lane) run() {
	ended := false
	defer func() {
		if !ended {
			l.running.answer(errGoexit)
			go l.run()
		}
	}()
	l.work()
	ended = true
	close(l.stopped)
}

func (l *lane) work() {
	if rest := slices.DeleteFunc(l.batch, func(j *job) bool { return j.answered }); len(rest) > 0 {
		l.serve(rest[0], rest[1:]...)
	}
	for {
		select {
		case j := <-l.jobs:
			l.serve(j)
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
			l.serve(j)
		default:
			return
		}
	}
}

// sessionTimeout bounds how long a batch waits for a session.
const sessionTimeout = 30 * time.Second

// serve runs a batch that begins with some jobs. What queues while it waits for a
// session goes with it.
func (l *lane) serve(first *job, others ...*job) {
	err := l.borrow()
	l.batch = l.collect(append([]*job{first}, others...))
	if err != nil {
		l.answer(l.batch, make([]error, len(l.batch)), err)
		return
	}
	// Deferred, because a closure may end the goroutine.
	defer func() {
		if l.session != nil {
			l.session.release()
			l.session = nil
		}
	}()
	l.process(l.batch)
}

// borrow gets a session unless the lane has one.
func (l *lane) borrow() error {
	if l.session != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), sessionTimeout)
	defer cancel()
	session, err := l.store.engine.writer(ctx)
	if err != nil {
		l.store.ill.Store(true)
		if ctx.Err() != nil {
			return tomahora.Unavailable(fmt.Errorf("no connection was free for %s: %w", sessionTimeout, err))
		}
		return l.store.unavailable(err)
	}
	l.session = session
	return nil
}

// collect adds what is queued behind some jobs, without waiting.
func (l *lane) collect(batch []*job) []*job {
	batch = slices.Grow(batch, min(len(l.jobs), l.maxBatch))
	for len(batch) < l.maxBatch {
		select {
		case j := <-l.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// maxTries bounds how often a batch that lost a race is run.
const maxTries = 4

func (l *lane) queued() int { return len(l.jobs) }

// process commits a batch, or where one member spoiled it, each member alone.
func (l *lane) process(batch []*job) {
	l.store.observer.Batch(len(batch), len(l.jobs))
	results, err := l.try(batch)
	if errors.Is(err, errSpoiled) && len(batch) > 1 {
		for _, j := range batch {
			l.process([]*job{j})
		}
		return
	}
	l.answer(batch, results, err)
}

// answer gives each member its own answer, else the one of all.
func (l *lane) answer(batch []*job, results []error, err error) {
	for i, j := range batch {
		if err != nil && results[i] == nil {
			results[i] = err
		}
		if tomahora.KindOf(results[i]) == tomahora.KindUnavailable {
			l.store.ill.Store(true) // however it came to that, the next Ping looks closer
		}
		l.start(j) // so that it no longer counts as waiting
		j.answer(results[i])
	}
}

// try attempts a batch until there is an answer, or no use in another attempt.
func (l *lane) try(batch []*job) (results []error, err error) {
	savepoints, spares := false, l.store.engine.spares()
	for tries := 1; ; {
		results, err = l.attempt(batch, savepoints)
		switch {
		case errors.Is(err, errUndo):
			savepoints = true
		case errors.Is(err, errStale) && spares > 0:
			spares--
		case errors.Is(err, errAgain) && tries < maxTries:
			time.Sleep(backoff(tries))
			tries++
		case errors.Is(err, errAgain), errors.Is(err, errStale), errors.Is(err, errLost):
			return results, tomahora.Unavailable(err)
		default:
			return results, err
		}
	}
}

// backoff is a wait that two who lost a race to each other do not share.
func backoff(tries int) time.Duration {
	most := 10 * time.Millisecond << tries
	return most/4 + rand.N(most)
}

// attempt runs the members in one transaction, each in a savepoint or not, and
// returns each one's answer. An error beside them is the answer of all whose own
// is nil; those named above say that nothing was committed. Once COMMIT was sent
// nothing is run again.
func (l *lane) attempt(batch []*job, savepoints bool) ([]error, error) {
	results := make([]error, len(batch))
	if !slices.ContainsFunc(batch, func(j *job) bool { return j.ctx.Err() == nil }) {
		for i, j := range batch { // nobody waits, so neither do we for the database
			results[i] = j.ctx.Err()
		}
		return results, nil
	}
	if err := l.borrow(); err != nil {
		return results, err
	}
	if err := l.session.control(context.Background(), beginWrite); err != nil {
		l.store.ill.Store(true)
		l.abandon()
		return results, l.store.unavailable(err)
	}
	b := &batchTx{store: l.store, session: l.session, shared: len(batch) > 1, savepoints: savepoints, clinicas: map[tomahora.ClinicaID]*clinica{}}
	ended := false
	defer func() {
		if !ended { // a closure ends the goroutine
			l.rollback(nil)
		}
	}()
	err := l.members(b, batch, results)
	ended = true
	return results, err
}

// members runs the members of a batch into results and ends the transaction.
func (l *lane) members(b *batchTx, batch []*job, results []error) error {
	wrote := false
	for i, j := range batch {
		if !l.start(j) {
			results[i] = j.ctx.Err()
			continue
		}
		l.running = j
		var again error
		if results[i], again = b.member(j); again != nil {
			l.rollback(again)
			return again
		}
		wrote = wrote || results[i] == nil
	}
	if !wrote {
		l.rollback(nil)
		return nil
	}
	return l.commit(b)
}

// commit writes what was put off and commits. An error after which it is not
// certain that nothing was committed is final.
func (l *lane) commit(b *batchTx) error {
	t := &tx{store: b.store, session: b.session, ctx: context.Background(), batch: b}
	err := b.unlock(t)
	if err == nil {
		start := l.store.observer.Now()
		err = l.session.control(t.ctx, commit)
		if err == nil {
			l.store.observer.Commit(l.store.observer.Now().Sub(start))
			l.store.ill.Store(false)
			b.told()
			return nil
		}
		if _, ok := errors.AsType[*undone](err); !ok {
			l.rollback(errLost)
			return l.store.unavailable(err)
		}
		err = t.judge(commitName, err)
	}
	again := b.why(t, err)
	l.rollback(again)
	if again != nil && !errors.Is(again, errSpoiled) {
		return again
	}
	if again != nil && b.shared {
		return errSpoiled
	}
	t.report()
	return err
}

// commitName is how errors of a commit call it.
const commitName = "commit"

// rollback ends the transaction because of an error, or of nil. A connection
// that cannot end it is thrown away, and so is one to which the database did not
// answer: what it remembers may be wrong.
func (l *lane) rollback(because error) {
	isLost := errors.Is(because, errLost)
	if isLost {
		l.store.ill.Store(true)
	}
	if err := l.session.control(context.Background(), rollback); err != nil || isLost {
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
	session    session
	shared     bool // more than one member
	savepoints bool // each member has one
	clinicas   map[tomahora.ClinicaID]*clinica
}

// member runs one update. Again, where it is not nil, is why the batch has to be
// run again.
func (b *batchTx) member(j *job) (err, again error) {
	ctx := context.Background()
	t := &tx{store: b.store, session: b.session, ctx: ctx, now: b.store.now(), batch: b}
	if b.savepoints {
		if err := b.session.control(ctx, savepoint); err != nil {
			return b.store.unavailable(err), errSpoiled
		}
	}
	mark := b.session.mark()
	err = t.run(j.fn)
	if err == nil && b.savepoints {
		err = t.judge("release", b.session.control(ctx, release))
	}
	if err == nil {
		return nil, nil
	}
	t.restore()
	if again := b.why(t, err); again != nil {
		return err, again
	}
	if !b.savepoints {
		if b.shared && t.wrote && !b.session.drop(mark) {
			return err, errUndo
		}
		t.report()
		return err, nil
	}
	for _, c := range []control{rollbackTo, release} {
		if undo := b.session.control(ctx, c); undo != nil {
			return err, errSpoiled
		}
	}
	t.report()
	return err, nil
}

// why tells why an error of a member that cannot be undone by itself means that
// the batch has to be run again; nil when it can.
func (b *batchTx) why(t *tx, err error) error {
	switch {
	case t.failed == nil && b.session.poisoned() && b.shared && !b.savepoints:
		return errUndo
	case t.failed == nil && t.gone == nil && tomahora.ProblemsOf(err) == nil:
		return errSpoiled
	case t.failed == nil:
		return nil // an answer to the member alone
	case t.verdict == again:
		return fmt.Errorf("%w: %w", errAgain, t.failed)
	case t.verdict == lost && !b.session.used():
		return fmt.Errorf("%w: %w", errStale, t.failed)
	case t.verdict == lost:
		return fmt.Errorf("%w: %w", errLost, t.failed)
	default:
		return errSpoiled
	}
}

// unlock writes back the counters of the clinics the batch touched, and their
// lines of the outbox.
func (b *batchTx) unlock(t *tx) error {
	for id, c := range b.clinicas {
		t.id = id
		if err := t.tell(c.eventos); err != nil {
			return err
		}
		if err := t.post("clinica_unlock", c.version, c.cita, c.paciente, c.atencion, c.horario, c.evento, c.reserva, c.reservasHasta, id); err != nil {
			return err
		}
	}
	return nil
}

// tell writes lines of the outbox, sixteen at a time while there are as many.
func (t *tx) tell(eventos []evento) error {
	for chunk := range slices.Chunk(eventos, 16) {
		if len(chunk) == 16 {
			if err := t.post("evento_create_16", slices.Concat(chunk...)...); err != nil {
				return err
			}
			continue
		}
		for _, e := range chunk {
			if err := t.post("evento_create", e...); err != nil {
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
	if t.failed == nil && t.session.poisoned() {
		return t.refused
	}
	return t.failed
}
