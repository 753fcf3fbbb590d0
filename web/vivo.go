package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

const (
	// latido is how often a stream without news says that it lives, and looks
	// whether its session still does.
	latido = 15 * time.Second
	// gatherTime is how long news are gathered, so that many writes are told at once.
	gatherTime = 40 * time.Millisecond
	// retryTime is how long a stream waits for a database that does not answer.
	retryTime = time.Second
	// answerTime is how long a browser may take to read what it is sent.
	answerTime = 30 * time.Second
	// maxNews is how many eventos are told one by one; of more, the whole sheet is
	// to be read again.
	maxNews = 200
	// maxStreams is how many streams a usuario may have open.
	maxStreams = 32
)

// news are what a browser that shows an agenda is told.
type news struct {
	Evento tomahora.EventoID `json:"evento"`
	Citas  []citaJSON        `json:"citas"`
	// Quitadas are citas that the user may not see any more.
	Quitadas []tomahora.CitaID `json:"quitadas"`
	// Hoja tells that more has changed than citas: the sheet is to be read again.
	Hoja bool `json:"hoja"`

	// usuario tells that the user was changed, and may be out. Browsers are not told.
	usuario bool
}

func (n news) isEmpty() bool { return len(n.Citas) == 0 && len(n.Quitadas) == 0 && !n.Hoja }

// vivo tells of what changes in the agenda as it happens, as Server-Sent Events,
// from the one after Last-Event-ID or desde on (GET /web/vivo).
func (s *server) vivo(w http.ResponseWriter, r *http.Request) error {
	read := reader{Values: r.URL.Query()}
	desde := tomahora.EventoID(read.id("desde"))
	if err := read.orNil(); err != nil {
		return err
	}
	if id, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64); err == nil && id > 0 {
		desde = tomahora.EventoID(id)
	}
	user := s.user(r)
	leave, err := s.streams.enter(user.ID)
	if err != nil {
		return err
	}
	defer leave()
	wake, stop := s.Store.Watch(user.IDClinica)
	defer stop()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // some proxies would wait for more
	w.WriteHeader(http.StatusOK)
	st := &vivo{s: s, r: r, user: user, desde: desde, control: http.NewResponseController(w), w: w}
	st.follow(wake)
	return nil
}

// vivo is a stream to a browser that shows an agenda.
type vivo struct {
	s       *server
	r       *http.Request
	user    tomahora.Usuario
	desde   tomahora.EventoID // the last one it was told of
	control *http.ResponseController
	w       http.ResponseWriter
}

// follow tells of news until the browser goes, the session ends or the server
// stops. The browser comes back and goes on where it was.
func (v *vivo) follow(wake <-chan struct{}) {
	// After a restart not all browsers come back at once.
	hello := fmt.Appendf(nil, "retry: %d\nevent: hola\nid: %d\ndata: {}\n\n", 500+rand.N(1000), v.desde) //nolint:gosec // no secret
	if v.send(hello) != nil {
		return
	}
	alive := time.NewTicker(latido)
	defer alive.Stop()
	for {
		if !v.tell() || !v.rest(wake, alive.C) {
			return
		}
	}
}

// rest waits for a hint that there is news; false when the stream is over.
func (v *vivo) rest(wake <-chan struct{}, alive <-chan time.Time) bool {
	for {
		select {
		case _, open := <-wake:
			return open && v.pause(gatherTime)
		case <-alive:
			if v.send([]byte(":\n\n")) != nil || !v.allowed() {
				return false
			}
		case <-v.s.Stopping:
			return false
		case <-v.r.Context().Done():
			return false
		}
	}
}

func (v *vivo) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-v.s.Stopping:
		return false
	case <-v.r.Context().Done():
		return false
	}
}

// allowed tells whether the user is still signed in, as the same. As long as that
// cannot be told, nothing has changed.
func (v *vivo) allowed() bool {
	user, ok, err := v.s.Sessions.User(v.r)
	if err != nil {
		return tomahora.KindOf(err) == tomahora.KindUnavailable
	}
	return ok && user.ID == v.user.ID && user.Rol == v.user.Rol && user.IDProfesional == v.user.IDProfesional && user.Puede(tomahora.VerAgenda)
}

// tell sends what there is of news. While the database does not answer it tries
// again. False is for a stream that is over.
func (v *vivo) tell() bool {
	for {
		n, err := v.news()
		switch {
		case err == nil && n.isEmpty():
			return !n.usuario || v.allowed()
		case err == nil:
			return v.allowed() && v.send(n.frame()) == nil
		case tomahora.KindOf(err) != tomahora.KindUnavailable:
			return false
		case !v.pause(retryTime) || v.send([]byte(":\n\n")) != nil:
			return false
		}
	}
}

func (n news) frame() []byte {
	var b bytes.Buffer
	body, err := json.Marshal(n)
	if err != nil {
		panic(err) // numbers and texts
	}
	fmt.Fprintf(&b, "event: agenda\nid: %d\ndata: %s\n\n", n.Evento, body)
	return b.Bytes()
}

// send writes and waits until it is on its way. A browser that does not read for
// long enough to fill the connection is dropped.
func (v *vivo) send(b []byte) error {
	v.deadline(v.s.RealClock().Add(answerTime))
	defer v.deadline(time.Time{}) // over HTTP/2 it would also end a stream that rests
	if _, err := v.w.Write(b); err != nil {
		return err
	}
	return v.control.Flush()
}

// deadline bounds how long the stream may be written to; the zero time is no bound.
// That of reading the request would end its context, although it was read whole.
func (v *vivo) deadline(at time.Time) {
	// Not every ResponseWriter knows deadlines; then there is none.
	_ = v.control.SetReadDeadline(time.Time{})
	_ = v.control.SetWriteDeadline(at)
}

// news reads what happened since the last that was told.
func (v *vivo) news() (n news, err error) {
	err = v.s.Store.View(v.r.Context(), v.user.IDClinica, func(tx tomahora.Tx) error {
		n = news{Citas: []citaJSON{}, Quitadas: []tomahora.CitaID{}}
		tramo, err := agenda.Eventos(tx, v.desde, maxNews)
		if tomahora.IsCode(err, tomahora.CodeCursorVencido) || v.desde == 0 || len(tramo.Eventos) == maxNews {
			n.Hoja = true
			n.Evento, err = tx.Eventos().Last()
			return err
		}
		n.Evento = tramo.Hasta
		if err != nil {
			return err
		}
		return v.gather(tx, tramo.Eventos, &n)
	})
	if err == nil {
		v.desde = n.Evento
	}
	return n, err
}

// gather reads the citas that the eventos tell of, as they are now.
func (v *vivo) gather(tx tomahora.Tx, eventos []tomahora.Evento, n *news) error {
	var ids []tomahora.CitaID
	moved := map[tomahora.CitaID]bool{} // from one profesional to another
	for _, e := range eventos {
		switch e.Entidad {
		case "cita":
			id := tomahora.CitaID(e.IDEntidad)
			ids = append(ids, id)
			moved[id] = moved[id] || slices.Contains(e.Campos, "id_profesional")
		case "usuario":
			n.usuario = n.usuario || e.IDEntidad == int64(v.user.ID)
		case "atencion", "webhook", "token":
		default:
			n.Hoja = true
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		c, err := tx.Citas().Get(id)
		switch {
		case err != nil:
			return err
		case v.user.PuedeEn(tomahora.VerAgenda, c.Espacio.IDProfesional):
			n.Citas = append(n.Citas, showCita(c))
		case moved[id]:
			n.Quitadas = append(n.Quitadas, id) // it may have been the user's until now
		}
	}
	return nil
}

// streams counts the open streams of each usuario.
type streams struct {
	mu sync.Mutex
	of map[tomahora.UsuarioID]int
}

// enter counts one more, unless there are as many as there may be.
func (s *streams) enter(id tomahora.UsuarioID) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[id] >= maxStreams {
		return nil, &tomahora.Error{Kind: tomahora.KindRateLimited, Code: tomahora.CodeDemasiadasSolicitudes}
	}
	s.of[id]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.of[id]--; s.of[id] == 0 {
			delete(s.of, id)
		}
	}, nil
}
