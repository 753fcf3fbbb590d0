package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
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

	ill atomic.Bool // the last write failed for want of a database

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
func (j *job) start() bool {
	j.ours = j.ours || j.taken.CompareAndSwap(false, true)
	return j.ours && j.ctx.Err() == nil
}

const defaultMaxBatch = 256

// Why a batch is run again: errSpoiled says that its transaction can no longer be
// trusted, errUndo that a member has to be undone and has no savepoint.
// errGoexit says that a closure ended its goroutine, which is the lane's.
var (
	errGoexit  = errors.New("the closure ended its goroutine")
	errSpoiled = errors.New("the batch was spoiled")
	errUndo    = errors.New("a member of the batch needs a savepoint")
)

func startLane(s *Store, o Options) *lane {
	maxBatch := o.MaxBatch
	if maxBatch <= 0 {
		maxBatch = defaultMaxBatch
	}
	l := &lane{
		store:    s,
		maxBatch: maxBatch,
		jobs:     make(chan *job, o.maxWaiting()),
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
// what the caller owns. A closure that ends its goroutine, as t.Fatal does in a
// test, ends the caller's.
func (l *lane) do(ctx context.Context, fn func(*tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case <-l.quit:
		return tomahora.Unavailable(errors.New("the store is closing"))
	default:
	}
	select {
	case l.jobs <- j:
	default:
		return errBusy()
	}
	err := l.await(j)
	if errors.Is(err, errGoexit) {
		runtime.Goexit()
	}
	return err
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
	if l.batch = slices.DeleteFunc(l.batch, func(j *job) bool { return j.answered }); len(l.batch) > 0 {
		l.process(l.batch)
	}
	for {
		select {
		case j := <-l.jobs:
			l.take(j)
		case <-l.quit:
			l.drain()
			return
		}
	}
}

// take runs a job and those queued behind it.
func (l *lane) take(first *job) {
	l.batch = l.collect(first)
	l.process(l.batch)
}

// drain runs what was queued when the lane was told to stop.
func (l *lane) drain() {
	for {
		select {
		case j := <-l.jobs:
			l.take(j)
		default:
			return
		}
	}
}

// close ends the lane's connection, while nobody uses it.
func (l *lane) close() {
	if l.session != nil {
		l.abandon()
	}
}

// collect takes what is queued behind the first job, without waiting.
func (l *lane) collect(first *job) []*job {
	batch := make([]*job, 0, min(len(l.jobs)+1, l.maxBatch))
	for j := first; ; {
		batch = append(batch, j)
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
		j.answer(results[i])
	}
}

// attempt runs the members in one transaction, each in a savepoint or not, and
// returns each one's answer. An error beside them is the answer of all whose own
// is nil; errSpoiled and errUndo say that nothing was committed and the members
// may be run again. Once COMMIT was sent nothing is run again.
func (l *lane) attempt(batch []*job, savepoints bool) ([]error, error) {
	results := make([]error, len(batch))
	if !slices.ContainsFunc(batch, func(j *job) bool { return j.ctx.Err() == nil }) {
		for i, j := range batch { // nobody waits, so neither do we for the database
			results[i] = j.ctx.Err()
		}
		return results, nil
	}
	if err := l.begin(); err != nil {
		l.ill.Store(true)
		return results, err
	}
	b := &batchTx{store: l.store, session: l.session, shared: len(batch) > 1, savepoints: savepoints, clinicas: map[tomahora.ClinicaID]*clinica{}}
	ended := false
	defer func() {
		if !ended { // a closure ends the goroutine
			l.rollback(nil)
		}
		l.store.leave()
	}()
	err := l.members(b, batch, results)
	ended = true
	return results, err
}

// members runs the members of a batch into results and ends the transaction.
func (l *lane) members(b *batchTx, batch []*job, results []error) error {
	wrote := false
	for i, j := range batch {
		if !j.start() {
			results[i] = j.ctx.Err()
			continue
		}
		l.running = j
		var again error
		if results[i], again = b.member(j); again != nil {
			l.rollback(results[i])
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

// begin starts a transaction, in a new connection where there is none. When it
// returns nil the store must be left again.
func (l *lane) begin() (err error) {
	ctx := context.Background()
	if err := l.store.enter(ctx); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			l.store.leave()
		}
	}()
	if l.session == nil {
		if l.session, err = l.store.newSession(ctx, l.store.writer); err != nil {
			l.session = nil
			return unavailable(err)
		}
	}
	if err := l.session.control(ctx, beginWrite); err != nil {
		l.abandon()
		return unavailable(err)
	}
	return nil
}

func (l *lane) commit(b *batchTx) error {
	if err := b.unlock(); err != nil {
		l.rollback(err)
		return err
	}
	if err := l.session.control(context.Background(), commit); err != nil {
		err = unavailable(err)
		l.rollback(err)
		return err
	}
	if err := l.store.unmoved(); err != nil {
		l.ill.Store(true)
		return err
	}
	l.ill.Store(false)
	return nil
}

// rollback ends the transaction because of an error, or of nil. A connection
// that cannot end it is thrown away, and so is one to which the database did not
// answer: what it remembers may be wrong.
func (l *lane) rollback(because error) {
	gone := tomahora.KindOf(because) == tomahora.KindUnavailable
	if gone {
		l.ill.Store(true)
	}
	if err := l.session.control(context.Background(), rollback); err != nil || gone {
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
	if err = b.store.explain(t, t.run(j.fn)); err != nil {
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
