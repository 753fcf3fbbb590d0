package webhook

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/tomahora/tomahora"
)

// Options are what a Deliverer needs from the program around it.
type Options struct {
	Store  tomahora.Store // required
	Sender *Sender        // required
	// Body is what a receiver is told, read when it is sent. Required.
	Body func(tx tomahora.Tx, e tomahora.Entrega) ([]byte, error)
	// Logger takes what goes wrong: ids and reasons, never URLs nor what was sent.
	// Required.
	Logger *slog.Logger

	// Poll is how often the store is looked at while nothing else says that there
	// is something to do. Zero means half a second.
	Poll time.Duration
	// PerWebhook and Total bound how many attempts are under way. Zero means 8 and
	// 256.
	PerWebhook, Total int
	// Lease is how long others leave a delivery to who is at it: longer than an
	// attempt takes. Zero means 20 s.
	Lease time.Duration
	// Grace is how long attempts under way are waited for at the end. Zero means
	// 5 s.
	Grace time.Duration
}

const (
	defaultPoll       = 500 * time.Millisecond
	defaultPerWebhook = 8
	defaultTotal      = 256
	defaultLease      = 20 * time.Second
	defaultGrace      = 5 * time.Second

	// pause is how long after a look at the store the next one is, however much
	// happens: what happens meanwhile goes together.
	pause = 30 * time.Millisecond
	// slow is from when on an attempt is no good one, though it arrived, and
	// slowToFail from when on one that did not arrive has cost somebody's time.
	slow       = 5 * time.Second
	slowToFail = time.Second
	// storeTimeout bounds how long a transaction waits for its turn.
	storeTimeout = 10 * time.Second
	// atOnce is how many clinics are looked at together.
	atOnce = 4
	// maxShared bounds the deliveries that one transaction makes of eventos, and
	// maxShares the transactions before the other clinics have their turn.
	maxShared = 256
	maxShares = 8
)

// Deliverer turns eventos into deliveries and makes them. Any number of them may
// work on one database.
type Deliverer struct {
	Options
	wake chan struct{} // something may be due

	room     room
	attempts sync.WaitGroup

	watches map[tomahora.ClinicaID]func() // that end them; of the loop alone
}

// address is a webhook among those of all clinics.
type address struct {
	clinica tomahora.ClinicaID
	webhook tomahora.WebhookID
}

// New makes a Deliverer.
func New(o Options) *Deliverer {
	or(&o.Poll, defaultPoll)
	or(&o.PerWebhook, defaultPerWebhook)
	or(&o.Total, defaultTotal)
	or(&o.Lease, defaultLease)
	or(&o.Grace, defaultGrace)
	return &Deliverer{
		Options: o,
		wake:    make(chan struct{}, 1),
		room:    room{total: o.Total, each: o.PerWebhook, receivers: map[address]*receiver{}},
		watches: map[tomahora.ClinicaID]func(){},
	}
}

func or[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

// Wake says that there may be something to do. It never waits.
func (d *Deliverer) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends. Attempts under way are then waited for, for Grace
// at most; the others are left for whoever comes next.
func (d *Deliverer) Run(ctx context.Context) {
	attempts, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	poll := time.NewTicker(d.Poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		d.round(ctx, attempts)
		select {
		case <-d.wake:
			rest(ctx, pause)
		case <-poll.C:
		case <-ctx.Done():
		}
	}
	d.watch(nil)
	stop := time.AfterFunc(d.Grace, abort)
	defer stop.Stop()
	d.attempts.Wait()
}

// rest waits, unless ctx ends.
func rest(ctx context.Context, wait time.Duration) {
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
}

// watch lets the clinics of a list wake the loop when something happens, and no
// others.
func (d *Deliverer) watch(todo []tomahora.PorEntregar) {
	seen := map[tomahora.ClinicaID]bool{}
	for _, p := range todo {
		seen[p.IDClinica] = true
		if _, ok := d.watches[p.IDClinica]; ok {
			continue
		}
		wake, stop := d.Store.Watch(p.IDClinica)
		done := make(chan struct{})
		d.watches[p.IDClinica] = func() {
			stop()
			close(done)
		}
		go d.forward(wake, done)
	}
	for id, end := range d.watches {
		if !seen[id] {
			end()
			delete(d.watches, id)
		}
	}
}

// forward wakes the loop until the watch ends.
func (d *Deliverer) forward(wake, done <-chan struct{}) {
	for {
		select {
		case _, ok := <-wake:
			if !ok {
				return
			}
			d.Wake()
		case <-done:
			return
		}
	}
}

// round looks at every webhook for which there is something to do. Attempts go on
// after it, each in its own time.
func (d *Deliverer) round(ctx, attempts context.Context) {
	todo, err := d.Store.PorEntregar(ctx, d.Sender.Now())
	if err != nil {
		if ctx.Err() == nil {
			d.Logger.WarnContext(ctx, "webhooks: the database cannot be looked at", "error", err)
		}
		return
	}
	d.watch(todo)
	var clinics sync.WaitGroup
	free := make(chan struct{}, atOnce)
	todo = slices.DeleteFunc(todo, func(p tomahora.PorEntregar) bool { return !p.Repartir && !p.Enviar })
	for _, group := range byClinic(todo) {
		free <- struct{}{}
		clinics.Go(func() {
			defer func() { <-free }()
			d.serve(ctx, attempts, group)
		})
	}
	clinics.Wait()
}

// byClinic cuts a list that is ordered by clinic.
func byClinic(todo []tomahora.PorEntregar) [][]tomahora.PorEntregar {
	var groups [][]tomahora.PorEntregar
	for i, p := range todo {
		if i == 0 || p.IDClinica != todo[i-1].IDClinica {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], p)
	}
	return groups
}

// serve does what there is to do for the webhooks of a clinic.
func (d *Deliverer) serve(ctx, attempts context.Context, todo []tomahora.PorEntregar) {
	clinica := todo[0].IDClinica
	due := map[tomahora.WebhookID]bool{}
	repartir := false
	for _, p := range todo {
		due[p.IDWebhook] = p.Enviar
		repartir = repartir || p.Repartir
	}
	if repartir {
		d.share(ctx, clinica, due)
	}
	for id, isDue := range due {
		if isDue {
			d.start(ctx, attempts, address{clinica, id})
		}
	}
}

// share turns the next eventos of a clinic into deliveries, and remembers in the
// same transaction how far it came: none is lost, and none made twice. It adds the
// webhooks that have some to those that are due.
func (d *Deliverer) share(ctx context.Context, clinica tomahora.ClinicaID, due map[tomahora.WebhookID]bool) {
	for range maxShares {
		var done shared
		err := d.update(ctx, clinica, func(tx tomahora.Tx) (err error) {
			done, err = share(tx, d.Sender.Now())
			return err
		})
		if err != nil {
			d.complain(ctx, "webhooks: eventos wait to be delivered", address{clinica, 0}, err)
			return
		}
		for _, id := range done.missed {
			d.Logger.WarnContext(ctx, "webhooks: eventos were forgotten before anybody delivered them",
				"id_clinica", int64(clinica), "id_webhook", int64(id))
		}
		for _, id := range done.webhooks {
			due[id] = true
		}
		if !done.more {
			return
		}
	}
	d.Wake()
}

// shared is what a transaction made of eventos.
type shared struct {
	webhooks []tomahora.WebhookID // that have new deliveries
	missed   []tomahora.WebhookID // that have missed eventos, which were kept no longer
	more     bool                 // there are more eventos
}

// share is the transaction of a clinic in which the next eventos become deliveries,
// at a real time.
func share(tx tomahora.Tx, now time.Time) (shared, error) {
	var done shared
	hooks := tx.Webhooks()
	if err := hooks.Forget(now); err != nil {
		return done, err
	}
	active, err := hooks.List()
	active = slices.DeleteFunc(active, func(w tomahora.Webhook) bool { return !w.Activo })
	if err != nil || len(active) == 0 {
		return done, err
	}
	from := slices.MinFunc(active, func(a, b tomahora.Webhook) int { return cmp.Compare(a.Hasta, b.Hasta) }).Hasta
	limit := max(1, maxShared/len(active))
	eventos, err := tx.Eventos().Since(from, limit)
	if err != nil || len(eventos) == 0 {
		return done, err
	}
	done.more = len(eventos) == limit
	for _, w := range active {
		if w.Hasta+1 < eventos[0].ID {
			done.missed = append(done.missed, w.ID)
		}
		n, err := enqueue(hooks, w, eventos, now)
		if err != nil {
			return done, err
		}
		if n > 0 {
			done.webhooks = append(done.webhooks, w.ID)
		}
	}
	return done, nil
}

// enqueue puts what a webhook wants of some eventos on its way, and tells how many
// those are. The last of all is how far it has looked: an evento that is still to
// be committed is none of them, and comes after.
func enqueue(hooks tomahora.Webhooks, w tomahora.Webhook, eventos []tomahora.Evento, now time.Time) (n int, err error) {
	for _, e := range eventos {
		if e.ID <= w.Hasta || !w.Wants(e) {
			continue
		}
		if err := hooks.Enqueue(w.ID, e, now); err != nil {
			return n, err
		}
		n++
	}
	last := eventos[len(eventos)-1].ID
	if last <= w.Hasta {
		return n, nil
	}
	return n, hooks.Look(w.ID, last)
}

// start begins as many attempts for a webhook as there are deliveries due and room
// for.
func (d *Deliverer) start(ctx, attempts context.Context, to address) {
	n := d.room.take(to)
	if n == 0 {
		return
	}
	lease := d.newLease()
	var claimed []tomahora.Entrega
	err := d.update(ctx, to.clinica, func(tx tomahora.Tx) (err error) {
		claimed, err = d.claim(tx, to, lease, n)
		return err
	})
	if err != nil {
		claimed = nil
		d.complain(ctx, "webhooks: deliveries wait", to, err)
	}
	d.room.give(to, n-len(claimed))
	for _, e := range claimed {
		d.attempts.Go(func() { d.carry(ctx, attempts, to, &job{e, lease}) })
	}
}

// claim takes deliveries of a webhook that is active.
func (d *Deliverer) claim(tx tomahora.Tx, to address, l lease, n int) ([]tomahora.Entrega, error) {
	w, err := tx.Webhooks().Get(to.webhook)
	if isGone(err) || err == nil && !w.Activo {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return tx.Webhooks().Claim(to.webhook, l.name, l.from, l.until, n)
}

// isGone tells whether a webhook was deleted meanwhile.
func isGone(err error) bool { return tomahora.KindOf(err) == tomahora.KindNotFound }

// lease is how a delivery is kept for who is at it.
type lease struct {
	name        string
	from, until time.Time
}

func (d *Deliverer) newLease() lease {
	now := d.Sender.Now()
	return lease{rand.Text(), now, now.Add(d.Lease)}
}

// job is a claimed delivery.
type job struct {
	tomahora.Entrega
	lease lease
}

// carry makes attempts, one after the other, while there is something due. What
// came of one is written in the transaction that claims the next.
func (d *Deliverer) carry(ctx, attempts context.Context, to address, j *job) {
	defer d.Wake()
	defer d.room.give(to, 1)
	for j != nil {
		i, released := d.attempt(attempts, to, j)
		goOn := ctx.Err() == nil && !released && d.judge(to, i)
		next, err := d.settle(to, j, i, released, goOn)
		if err != nil {
			d.complain(ctx, "webhooks: what came of a delivery is not written, so it will be made again", to, err)
			return
		}
		j = next
	}
}

// attempt sends a delivery, as things are now. Released says that it was not
// tried, or not to its end.
func (d *Deliverer) attempt(ctx context.Context, to address, j *job) (i tomahora.Intento, released bool) {
	ctx, cancel := context.WithTimeout(ctx, j.lease.until.Sub(d.Sender.Now())-d.Lease/4)
	defer cancel()
	var w tomahora.Webhook
	var body []byte
	err := d.Store.View(ctx, to.clinica, func(tx tomahora.Tx) (err error) {
		if w, err = tx.Webhooks().Get(to.webhook); err != nil {
			return err
		}
		body, err = d.Body(tx, j.Entrega)
		return err
	})
	switch {
	case isGone(err) || ctx.Err() != nil || err == nil && !w.Activo:
		return i, true
	case err != nil:
		d.complain(ctx, "webhooks: what is to be delivered cannot be read", to, err)
		return tomahora.Intento{Error: "no se pudo leer lo que se informa"}, false
	}
	i = d.Sender.Send(ctx, w, j.MessageID(to.clinica), body)
	return i, !i.IsEntregado() && ctx.Err() != nil && i.Status == 0
}

// settle writes what came of an attempt and claims the next delivery, unless it is
// not to go on.
func (d *Deliverer) settle(to address, j *job, i tomahora.Intento, released, goOn bool) (*job, error) {
	lease := d.newLease()
	after := j.Entrega
	if released {
		after.Proximo = lease.from.Add(defaultPoll)
	} else {
		after = j.After(i, lease.from, mathrand.Float64())
		d.tell(to, after)
	}
	var next *job
	err := d.update(context.Background(), to.clinica, func(tx tomahora.Tx) error {
		next = nil
		if _, err := tx.Webhooks().Settle(after, j.lease.name, lease.from); err != nil {
			return err
		}
		if i.Status == http.StatusGone {
			return deactivate(tx, to.webhook)
		}
		if !goOn {
			return nil
		}
		claimed, err := d.claim(tx, to, lease, 1)
		if len(claimed) == 1 {
			next = &job{claimed[0], lease}
		}
		return err
	})
	return next, err
}

// deactivate ends the deliveries to a receiver that says it is gone for good.
func deactivate(tx tomahora.Tx, id tomahora.WebhookID) error {
	w, err := tx.Webhooks().Get(id)
	if isGone(err) || err == nil && !w.Activo {
		return nil
	}
	if err != nil {
		return err
	}
	w.Activo = false
	return tx.Webhooks().Save(w, tomahora.Sistema, "activo")
}

// update runs a transaction of a clinic. Once an attempt was made, what came of it
// is written also at the end.
func (d *Deliverer) update(ctx context.Context, clinica tomahora.ClinicaID, fn func(tomahora.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return d.Store.Update(ctx, clinica, fn)
}

// judge learns from an attempt how its receiver is, and tells whether who made it
// may go on to the next.
func (d *Deliverer) judge(to address, i tomahora.Intento) bool {
	goOn, more := d.room.judge(to, outcomeOf(i))
	if more {
		d.Wake()
	}
	return goOn
}

func outcomeOf(i tomahora.Intento) outcome {
	switch {
	case i.IsEntregado() && i.Tardo <= slow:
		return taken
	case !i.IsEntregado() && i.Tardo <= slowToFail:
		return refused
	default:
		return late
	}
}

// tell logs an attempt that failed.
func (d *Deliverer) tell(to address, e tomahora.Entrega) {
	if e.Estado == tomahora.Entregada {
		return
	}
	d.Logger.Warn("webhooks: a delivery failed", "id_clinica", int64(to.clinica), "id_webhook", int64(to.webhook), "id_evento", int64(e.IDEvento),
		"intentos", e.Intentos, "estado", string(e.Estado), "status", e.UltimoStatus, "why", e.UltimoError)
}

func (d *Deliverer) complain(ctx context.Context, what string, to address, err error) {
	if ctx.Err() != nil {
		return // the program ends, and somebody else goes on
	}
	d.Logger.WarnContext(ctx, what, "id_clinica", int64(to.clinica), "id_webhook", int64(to.webhook), "error", err)
}
