package sqlstore

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tomahora/tomahora"
)

// newsChannel is where replicas tell each other which clinics have new eventos.
const newsChannel = "tomahora_eventos"

const (
	// announceEvery bounds how often a replica announces: what is committed
	// meanwhile goes together.
	announceEvery   = 20 * time.Millisecond
	announceTimeout = 5 * time.Second
	// maxAnnounced keeps a notice within the 8000 bytes it may have.
	maxAnnounced = 150
)

// announcer tells the other replicas what was committed: after it, from a
// goroutine of its own. A NOTIFY in the writing transaction would make all
// commits of the database queue for one lock, and one that is lost costs a
// watcher less than a second.
type announcer struct {
	pool *pgxpool.Pool
	due  chan struct{}
	quit context.CancelFunc
	done chan struct{}

	mu      sync.Mutex
	pending map[tomahora.ClinicaID]tomahora.EventoID
}

func startAnnouncer(pool *pgxpool.Pool) *announcer {
	ctx, quit := context.WithCancel(context.Background())
	a := &announcer{
		pool: pool, due: make(chan struct{}, 1), quit: quit, done: make(chan struct{}),
		pending: map[tomahora.ClinicaID]tomahora.EventoID{},
	}
	go a.run(ctx)
	return a
}

// add never waits.
func (a *announcer) add(id tomahora.ClinicaID, last tomahora.EventoID) {
	a.mu.Lock()
	a.pending[id] = max(a.pending[id], last)
	a.mu.Unlock()
	select {
	case a.due <- struct{}{}:
	default:
	}
}

func (a *announcer) stop() {
	a.quit()
	<-a.done
}

func (a *announcer) run(ctx context.Context) {
	defer close(a.done)
	pause := time.NewTicker(announceEvery)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.due:
		}
		a.send(ctx)
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

// send announces what is pending. What fails is not said again: it is a hint, and
// the next ones matter more.
func (a *announcer) send(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, announceTimeout)
	defer cancel()
	_, _ = a.pool.Exec(ctx, "SELECT pg_notify($1, notice) FROM unnest($2::text[]) AS notice", newsChannel, a.notices())
}

// notices spells what is pending, as "CLINICA:EVENTO CLINICA:EVENTO".
func (a *announcer) notices() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var notices []string
	var b strings.Builder
	n := 0
	for id, last := range a.pending {
		if n == maxAnnounced {
			notices = append(notices, b.String())
			b.Reset()
			n = 0
		}
		if n > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatInt(int64(id), 10) + ":" + strconv.FormatInt(int64(last), 10))
		n++
	}
	clear(a.pending)
	return append(notices, b.String())
}

func (e *postgresEngine) announce(id tomahora.ClinicaID, last tomahora.EventoID) {
	e.announcer.add(id, last)
}

// Waits between two attempts to listen.
const (
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
)

// listen hears the other replicas on a connection of its own, beside the pool.
func (e *postgresEngine) listen(ctx context.Context, logger *slog.Logger, heard func(tomahora.ClinicaID, tomahora.EventoID)) {
	wait := firstRetry
	for {
		began, err := e.listenOnce(ctx, heard)
		if ctx.Err() != nil {
			return
		}
		if began {
			wait = firstRetry
		}
		logger.WarnContext(ctx, "not hearing of other replicas' changes at once, only by asking", "error", err, "retry_in", wait.String())
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = min(2*wait, lastRetry)
	}
}

// listenOnce listens until the connection breaks or ctx ends; began tells whether
// it got that far.
func (e *postgresEngine) listenOnce(ctx context.Context, heard func(tomahora.ClinicaID, tomahora.EventoID)) (began bool, err error) {
	config := e.pool.Config().ConnConfig
	config.OnNotification = nil // they are waited for
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return false, err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = errors.Join(err, conn.Close(closing))
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+newsChannel); err != nil {
		return false, err
	}
	for {
		notice, err := conn.WaitForNotification(ctx)
		if err != nil {
			return true, err
		}
		for id, last := range newsOf(notice.Payload) {
			heard(id, last)
		}
	}
}

// newsOf reads a notice. Whoever may connect may send one, so that what is no
// number is passed over.
func newsOf(payload string) map[tomahora.ClinicaID]tomahora.EventoID {
	news := map[tomahora.ClinicaID]tomahora.EventoID{}
	for item := range strings.FieldsSeq(payload) {
		id, last, _ := strings.Cut(item, ":")
		c, notID := strconv.ParseInt(id, 10, 64)
		e, notEvento := strconv.ParseInt(last, 10, 64)
		if notID == nil && notEvento == nil {
			news[tomahora.ClinicaID(c)] = tomahora.EventoID(e)
		}
	}
	return news
}
