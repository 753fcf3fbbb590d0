package medilink

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

const (
	// heartbeat is how often a stream without eventos says that it lives.
	heartbeat = 15 * time.Second
	// retryTime is how long a stream waits for a database that does not answer.
	retryTime = time.Second
	// maxFollowers is how many streams and waiting requests a token may have.
	maxFollowers = 16
	// lastEventID is where a client that lost its stream goes on.
	lastEventID = "Last-Event-ID"
)

// FeedObserver is told what happens on the feed of eventos, for metrics. Its
// methods are called from many goroutines and must not wait.
type FeedObserver interface {
	// Following is how many streams and waiting requests there are now.
	Following(n int)
	// Delivered is told of each stretch of eventos sent to a stream: how many,
	// and how long after it was written the oldest of them was read, by the
	// business clock. A stream that catches up shows how far it was behind.
	Delivered(eventos int, lag time.Duration)
}

// streamEventos is GET /eventos/stream: eventos as they are written, as
// Server-Sent Events, from the one after Last-Event-ID or desde; without either,
// from now on.
func (a *api) streamEventos(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	f, err := readStream(r)
	if err != nil {
		return err
	}
	leave, err := a.followers.enter(w, p.IDToken)
	if err != nil {
		return err
	}
	defer leave()
	wake, stop := a.Store.Watch(p.IDClinica)
	defer stop()
	first, err := a.readTramo(r, p, f)
	if err != nil {
		return err
	}
	s := &stream{api: a, w: w, r: r, p: p, feed: f, flush: http.NewResponseController(w).Flush}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // some proxies would wait for more
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	s.follow(first, wake)
	return nil
}

// readStream reads the query and headers of a stream. Last-Event-ID wins: a
// browser that comes back still sends the query of its first request.
func readStream(r *http.Request) (feed, error) {
	f, err := readFeed(r, true)
	text := r.Header.Get(lastEventID)
	if err != nil || text == "" {
		return f, err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return f, tomahora.Invalid(tomahora.CodeParametroInvalido, lastEventID, lastEventID, "debe ser el id de un evento")
	}
	f.desde, f.ahora = tomahora.EventoID(id), false
	return f, nil
}

// stream is a connection that is told of eventos.
type stream struct {
	api   *api
	w     http.ResponseWriter
	r     *http.Request
	p     auth.Principal
	feed  feed
	flush func() error
}

// follow tells of what was read and of all that comes after it, until the client
// goes, the server stops, or something fails. Whatever it is, the client comes
// back and goes on where it was.
func (s *stream) follow(t tramo, wake <-chan struct{}) {
	if s.send(s.hello(t)) != nil {
		return
	}
	alive := time.NewTicker(heartbeat)
	defer alive.Stop()
	for {
		if len(t.bodies) > 0 {
			if s.send(frames(t.bodies)) != nil {
				return
			}
			s.api.Feed.Delivered(len(t.bodies), t.retraso)
		}
		s.feed.desde, s.feed.ahora = t.hasta, false
		if !t.full && !s.rest(wake, alive.C) {
			return
		}
		var ok bool
		if t, ok = s.next(); !ok {
			return
		}
	}
}

// hello is what a stream begins with: where a client that is cut off before the
// first evento is to go on, and how long it waits before. After a restart not all
// of them come back at once.
func (s *stream) hello(t tramo) []byte {
	at := s.feed.desde
	if len(t.bodies) == 0 {
		at = t.hasta
	}
	return fmt.Appendf(nil, "retry: %d\nid: %d\n\n", 1000+rand.N(2000), at) //nolint:gosec // no secret
}

// rest waits until there may be eventos, and says meanwhile that the stream lives;
// false when it is over.
func (s *stream) rest(wake <-chan struct{}, alive <-chan time.Time) bool {
	if !s.pause(gatherTime) {
		return false
	}
	for {
		switch s.api.await(s.r.Context(), wake, alive) {
		case woken:
			return true
		case timedOut:
			if err := s.allowed(); tomahora.KindOf(err) == tomahora.KindUnauthorized || s.send(beat()) != nil {
				return false
			}
		case ended:
			return false
		}
	}
}

// beat is a comment, which clients pass over.
func beat() []byte { return []byte(":\n\n") }

// pause waits; false when the stream is over.
func (s *stream) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	return s.api.await(s.r.Context(), nil, timer.C) != ended
}

// allowed tells whether the token is still in force.
func (s *stream) allowed() error {
	_, err := s.api.Auth.Authenticate(s.r.Context(), Authorization(s.r))
	return err
}

// next reads what follows. While the database does not answer it tries again:
// a client that is sent away would only come back to an error, after which those
// in browsers give up. False is for a stream that is over.
func (s *stream) next() (t tramo, ok bool) {
	for {
		err := s.allowed()
		if err == nil {
			t, err = s.api.readTramo(s.r, s.p, s.feed)
		}
		switch {
		case err == nil:
			return t, true
		case s.r.Context().Err() != nil:
			return t, false
		case tomahora.KindOf(err) != tomahora.KindUnavailable:
			s.failed(err)
			return t, false
		case !s.pause(retryTime) || s.send(beat()) != nil:
			return t, false
		}
	}
}

// failed logs why a stream ends where that is nobody's wish. The client is shown
// the error when it comes back.
func (s *stream) failed(err error) {
	if status(tomahora.KindOf(err)) < http.StatusInternalServerError {
		return
	}
	ctx := s.r.Context()
	s.api.Logger.ErrorContext(ctx, "stream failed", "request_id", s.api.RequestID(ctx), "route", s.r.Pattern, "error", Cause(err))
}

// send writes and waits until it is on its way. A client that does not read for
// long enough to fill the connection is dropped.
func (s *stream) send(b []byte) error {
	s.api.deadline(s.w, answerTime)
	defer s.api.deadline(s.w, 0) // over HTTP/2 it would also end a stream that rests
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return s.flush()
}

// frames spells eventos as Server-Sent Events.
func frames(bodies []*eventoBody) []byte {
	var b bytes.Buffer
	for _, e := range bodies {
		fmt.Fprintf(&b, "id: %d\nevent: %s.%s\ndata: %s\n", e.ID, e.Entidad, e.Accion, encoded(e))
	}
	return b.Bytes()
}

// followers counts who holds a connection open to wait for eventos.
type followers struct {
	observe func(n int)

	mu  sync.Mutex
	all int
	of  map[tomahora.TokenID]int
}

// enter counts one more of a token, unless it has as many as it may.
func (f *followers) enter(w http.ResponseWriter, id tomahora.TokenID) (leave func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of[id] >= maxFollowers {
		w.Header().Set("Retry-After", "5")
		return nil, &tomahora.Error{Kind: tomahora.KindRateLimited, Code: tomahora.CodeDemasiadasSolicitudes}
	}
	f.count(id, 1)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.count(id, -1)
	}, nil
}

func (f *followers) count(id tomahora.TokenID, n int) {
	f.all += n
	if f.of[id] += n; f.of[id] == 0 {
		delete(f.of, id)
	}
	f.observe(f.all)
}

// unobserved is the FeedObserver that nobody gave.
type unobserved struct{}

func (unobserved) Following(int)                {}
func (unobserved) Delivered(int, time.Duration) {}
