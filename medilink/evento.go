package medilink

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

const (
	maxEspera = 60 // seconds that a request may wait for eventos

	whyDesde  = `debe ser el id de un evento, 0 o "ahora"`
	whyEspera = "debe ser un número de segundos entre 0 y 60"

	// answerTime is how long writing an answer may take once there is one.
	answerTime = 10 * time.Second
	// gatherTime is how long after one reading of eventos the next begins at the
	// earliest. Under load eventos come faster than anybody needs to read them
	// one by one.
	gatherTime = 20 * time.Millisecond
)

// eventoBody is an evento on the wire.
type eventoBody struct {
	ID        int64    `json:"id"`
	Fecha     string   `json:"fecha"` // clinic's local time
	En        string   `json:"en"`    // the same instant, RFC 3339 in UTC
	Accion    string   `json:"accion"`
	Entidad   string   `json:"entidad"`
	IDEntidad int64    `json:"id_entidad"`
	Campos    []string `json:"campos"`
	Actor     string   `json:"actor"` // the name of the token that did it, "" for none
	Links     []link   `json:"links"` // to the object, where it can be read
	Objeto    any      `json:"objeto,omitempty"`
}

// microsUTC is RFC 3339 with the microseconds that are kept.
const microsUTC = "2006-01-02T15:04:05.000000Z"

// feed is what a request asks of the eventos.
type feed struct {
	desde   tomahora.EventoID
	ahora   bool // from the next one on, whatever desde says
	limit   int
	espera  int  // seconds
	objetos bool // with what each is about, as it is now
}

// readFeed reads the query of a request for eventos. Ahora is what a request
// without desde means.
func readFeed(r *http.Request, ahora bool) (feed, error) {
	limit, err := readLimit(r, maxLimit)
	if err != nil {
		return feed{}, err
	}
	p := params{fields: queryFields(r)}
	f := feed{limit: limit}
	f.desde, f.ahora = p.desde("desde", ahora)
	if espera := p.entero("espera"); espera != nil {
		f.espera = *espera
		if f.espera < 0 || f.espera > maxEspera {
			p.reject([]string{"espera"}, "espera", whyEspera)
		}
	}
	objetos := p.bit("objetos")
	f.objetos = objetos != nil && *objetos
	return f, p.err()
}

// desde reads after which evento to begin, 0 for the oldest that is kept; or that
// it is the next one.
func (p *params) desde(name string, fallback bool) (id tomahora.EventoID, ahora bool) {
	_, v, ok := p.find([]string{name})
	if !ok {
		return 0, fallback
	}
	if v.kind == kindText && v.text == "ahora" {
		return 0, true
	}
	n, ok := v.entero()
	if !ok || n < 0 {
		p.reject([]string{name}, name, whyDesde)
	}
	return tomahora.EventoID(n), false
}

// link is to what follows an evento, of the same question.
func (f feed) link(root string, desde tomahora.EventoID) string {
	q := url.Values{"limit": {strconv.Itoa(f.limit)}}
	if f.espera > 0 {
		q.Set("espera", strconv.Itoa(f.espera))
	}
	if f.objetos {
		q.Set("objetos", "1")
	}
	return root + "?" + q.Encode() + "&desde=" + strconv.FormatInt(int64(desde), 10)
}

// tramo is a stretch of eventos as the wire shows them.
type tramo struct {
	desde, hasta tomahora.EventoID
	bodies       []*eventoBody
	full         bool          // there may be more at once
	retraso      time.Duration // how long the oldest of them had been there
}

// readTramo reads what there is, in one transaction.
func (a *api) readTramo(r *http.Request, p auth.Principal, f feed) (t tramo, err error) {
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		t = tramo{desde: f.desde}
		if f.ahora {
			t.hasta, err = tx.Eventos().Last()
			t.desde = t.hasta
			return err
		}
		stretch, err := agenda.Eventos(tx, f.desde, f.limit)
		if err != nil {
			return err
		}
		t.hasta, t.full = stretch.Hasta, len(stretch.Eventos) == f.limit
		if len(stretch.Eventos) > 0 {
			t.retraso = tx.Now().Sub(stretch.Eventos[0].En)
		}
		t.bodies, err = a.eventos(r, tx, stretch.Eventos, f.objetos)
		return err
	})
	return t, err
}

// eventos are eventos as the wire shows them.
func (a *api) eventos(r *http.Request, tx tomahora.Tx, list []tomahora.Evento, withObjects bool) ([]*eventoBody, error) {
	cfg, root := tx.Config(), a.BaseURL(r)+prefixOf(r)
	objects := objects{api: a, r: r, tx: tx, known: map[objectKey]any{}}
	bodies := make([]*eventoBody, len(list))
	for i, e := range list {
		body := &eventoBody{
			ID:        int64(e.ID),
			Fecha:     e.En.In(cfg.Zona()).Format(time.DateTime),
			En:        e.En.UTC().Format(microsUTC),
			Accion:    string(e.Accion),
			Entidad:   e.Entidad,
			IDEntidad: e.IDEntidad,
			Campos:    append([]string{}, e.Campos...),
			Actor:     cfg.NombreDe(e.Actor),
			Links:     []link{},
		}
		if path := collectionOf(e.Entidad); path != "" && e.Accion != tomahora.Deleted {
			body.Links = append(body.Links, linkTo(root, "self", path, e.IDEntidad))
		}
		if withObjects {
			var err error
			if body.Objeto, err = objects.get(e.Entidad, e.IDEntidad); err != nil {
				return nil, err
			}
		}
		bodies[i] = body
	}
	return bodies, nil
}

// collectionOf is where objects of a kind are read by their id, "" for nowhere.
func collectionOf(entidad string) string {
	switch entidad {
	case "cita":
		return "/citas/"
	case "paciente":
		return "/pacientes/"
	case "atencion":
		return "/atenciones/"
	case "reserva":
		return "/reservas/"
	case "profesional":
		return "/profesionales/"
	case "sucursal":
		return "/sucursales/"
	case "especialidad":
		return "/especialidades/"
	case "prestacion":
		return "/prestaciones/"
	case "estado":
		return "/citas/estados/"
	default:
		return ""
	}
}

// objects reads what eventos are about, each once.
type objects struct {
	api   *api
	r     *http.Request
	tx    tomahora.Tx
	known map[objectKey]any
}

type objectKey struct {
	entidad string
	id      int64
}

// none is what there is to show of an object that is gone, or of a kind that is
// not shown.
type none struct{}

// MarshalJSON writes null; a nil would be left out.
func (none) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

func (o objects) get(entidad string, id int64) (any, error) {
	key := objectKey{entidad, id}
	if body, ok := o.known[key]; ok {
		return body, nil
	}
	body, err := o.read(key)
	if tomahora.KindOf(err) == tomahora.KindNotFound {
		body, err = none{}, nil
	}
	o.known[key] = body
	return body, err
}

func (o objects) read(key objectKey) (any, error) {
	switch key.entidad {
	case "cita":
		cita, err := o.tx.Citas().Get(tomahora.CitaID(key.id))
		return o.api.cita(o.r, o.tx.Config(), cita), err
	case "paciente":
		paciente, err := o.tx.Pacientes().Get(tomahora.PacienteID(key.id))
		return o.api.paciente(o.r, o.tx.Config(), paciente), err
	default:
		return none{}, nil
	}
}

// feedBody is a stretch of eventos on the wire.
type feedBody struct {
	Data  []*eventoBody `json:"data"`
	Links pageLinks     `json:"links"`
}

// listEventos is GET /eventos: what was written since a cursor, at once or, with
// espera, as soon as there is something.
func (a *api) listEventos(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	f, err := readFeed(r, false)
	if err != nil {
		return err
	}
	t, err := a.awaitTramo(w, r, p, f)
	if r.Context().Err() != nil {
		return nil //nolint:nilerr // who asked no longer listens, and that is no failure
	}
	if err != nil {
		return err
	}
	root := a.BaseURL(r) + r.URL.EscapedPath()
	body := feedBody{Data: t.bodies, Links: pageLinks{Current: f.link(root, t.desde), Next: new(f.link(root, t.hasta))}}
	if body.Data == nil {
		body.Data = []*eventoBody{}
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}

// awaitTramo reads what there is, waiting for it as long as was asked.
func (a *api) awaitTramo(w http.ResponseWriter, r *http.Request, p auth.Principal, f feed) (tramo, error) {
	if f.espera == 0 {
		return a.readTramo(r, p, f)
	}
	leave, err := a.followers.enter(w, p.IDToken)
	if err != nil {
		return tramo{}, err
	}
	defer leave()
	wake, stop := a.Store.Watch(p.IDClinica)
	defer stop()
	espera := time.Duration(f.espera) * time.Second
	a.deadline(w, espera+answerTime)
	timeout := time.NewTimer(espera)
	defer timeout.Stop()
	for {
		t, err := a.readTramo(r, p, f)
		if err != nil || len(t.bodies) > 0 {
			return t, err
		}
		f.ahora, f.desde = false, t.hasta
		switch a.await(r.Context(), wake, timeout.C) {
		case woken:
			// What the token opened may have been closed since.
			if _, err := a.Auth.Authenticate(r.Context(), Authorization(r)); err != nil {
				return tramo{}, err
			}
		case timedOut, ended:
			return t, nil
		}
	}
}

// awaited is why a wait is over.
type awaited int

const (
	woken    awaited = iota
	timedOut         // as it was to
	ended            // the client is gone, or the server stops
)

// await waits for a hint that there are eventos.
func (a *api) await(ctx context.Context, wake <-chan struct{}, timeout <-chan time.Time) awaited {
	select {
	case _, open := <-wake:
		if !open {
			return ended
		}
		return woken
	case <-timeout:
		return timedOut
	case <-a.Stopping:
		return ended
	case <-ctx.Done():
		return ended
	}
}

// deadline gives an answer another time to be written in than the server gives; 0
// is any time. Where there is no connection to speak to, as in some tests, there
// is no deadline either.
func (a *api) deadline(w http.ResponseWriter, d time.Duration) {
	c := http.NewResponseController(w)
	// The deadline of reading the request would end its context, although it was
	// read.
	_ = c.SetReadDeadline(time.Time{})
	var at time.Time
	if a.Clock != nil && d > 0 {
		at = a.Clock().Add(d)
	}
	_ = c.SetWriteDeadline(at)
}
