package medilink

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// change is a write of the API, read and ready to be carried out in a
// transaction. It may be carried out more than once, as transactions are.
type change func(tx tomahora.Tx) (answer, error)

// answer is what a change says when it is done.
type answer struct {
	code     int
	data     any   // what stands under data; nil: the answer has no body
	version  int64 // of the object that data shows; 0: it has none
	replayed bool  // an earlier request has made what data shows
}

// reader reads what a request wants to change. It answers with all that is wrong
// with the request itself; what is wrong with its time and place is the change's.
type reader func(r *http.Request, p auth.Principal, f fields) (change, error)

// writes makes the handler of a write. With an Idempotency-Key the answer is
// kept in the change's own transaction, and is given again to whoever repeats
// the request; nothing else is judged then.
func (a *api) writes(read reader) handler {
	return func(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
		body, err := readBody(w, r)
		if err != nil {
			return err
		}
		key, err := keyOf(r, p, body)
		if err != nil {
			return err
		}
		do, unreadable := read.all(r, p, body)
		if key == nil && unreadable != nil {
			return unreadable
		}
		var said tomahora.Respuesta
		err = a.Store.Update(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
			kept, found, err := key.find(tx)
			if err != nil || found {
				said = kept
				return err
			}
			if unreadable != nil {
				return unreadable
			}
			ans, err := do(tx)
			if err != nil {
				return err
			}
			said = ans.respuesta()
			return key.keep(tx, said)
		})
		if err != nil {
			return a.withAlternativas(r, p, err)
		}
		say(w, said)
		return nil
	}
}

// all reads a request, from its body on.
func (read reader) all(r *http.Request, p auth.Principal, body []byte) (change, error) {
	f, err := requestFields(r, body)
	if err != nil {
		return nil, err
	}
	return read(r, p, f)
}

// respuesta is the answer in bytes.
func (ans answer) respuesta() tomahora.Respuesta {
	said := tomahora.Respuesta{Status: ans.code, Version: ans.version, Repetida: ans.replayed}
	if ans.data != nil {
		said.Cuerpo = encoded(envelope{ans.data})
	}
	return said
}

// say answers.
func say(w http.ResponseWriter, said tomahora.Respuesta) {
	h := w.Header()
	if said.Repetida {
		h.Set(replayedHeader, "true")
	}
	setETag(h, said.Version)
	writeBody(w, said.Status, said.Cuerpo)
}

// encoded is a body in JSON, which every body can be spelled in. Names and
// comments stand as they are, without <, > and & escaped, as the vendor sends
// them.
func encoded(v any) []byte {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
	return body.Bytes()
}

// writeJSON answers with a body.
func writeJSON(w http.ResponseWriter, code int, v any) { writeBody(w, code, encoded(v)) }

// writeBody answers with the bytes of a body, or none.
func writeBody(w http.ResponseWriter, code int, body []byte) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if len(body) > 0 {
		h.Set("Content-Type", "application/json; charset=utf-8")
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(code)
	_, _ = w.Write(body) // only the connection can fail, and then nobody listens
}
