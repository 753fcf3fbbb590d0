package medilink

import (
	"context"
	"net/http"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// WebhookSender reaches the receivers of webhooks; a webhook.Sender does.
type WebhookSender interface {
	// CheckURL reports why a receiver may not be at a URL.
	CheckURL(url string) error
	// Probe sends a message that tells of nothing, and tells what came of it.
	Probe(ctx context.Context, clinica tomahora.ClinicaID, w tomahora.Webhook) tomahora.Intento
	// Now is the real time, which that of the store need not be.
	Now() time.Time
}

func (a *api) handleWebhooks(prefix string) {
	const one = "/webhooks/{id}"
	a.handle(prefix+"/webhooks", methods{http.MethodGet: full(a.listWebhooks), http.MethodPost: a.writes(a.createWebhook)})
	a.handle(prefix+one, methods{
		http.MethodGet: full(a.getWebhook), http.MethodPut: a.writes(a.updateWebhook), http.MethodDelete: a.writes(a.deleteWebhook),
	})
	a.handle(prefix+one+"/rotar", methods{http.MethodPost: a.writes(a.rotateWebhook)})
	a.handle(prefix+one+"/probar", methods{http.MethodPost: a.probeWebhook})
	a.handle(prefix+one+"/entregas", methods{http.MethodGet: full(a.listEntregas)})
	a.handle(prefix+one+"/reenviar", methods{http.MethodPost: a.writes(a.resendEntregas)})
}

// full refuses tokens that may read only: where a clinic's news go is for those
// who can change it.
func full(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
		if p.Lectura {
			return &tomahora.Error{Kind: tomahora.KindForbidden, Code: tomahora.CodeSinPermiso}
		}
		return h(w, r, p)
	}
}

// webhookBody is a webhook, beyond the vendor, whose own are set up on a screen.
type webhookBody struct {
	ID                   int64             `json:"id"`
	URL                  string            `json:"url"`
	Entidades            []string          `json:"entidades"` // none: the vendor's
	Acciones             []tomahora.Accion `json:"acciones"`  // none: all
	Activo               int               `json:"activo"`
	Token                string            `json:"token"`
	FechaCreacion        string            `json:"fecha_creacion"`         // clinic's local time
	SecretoAnteriorVence string            `json:"secreto_anterior_vence"` // "" when there is none
	Links                []link            `json:"links"`
	Secreto              string            `json:"secreto,omitempty"` // only when it is new
}

// webhook is a webhook as the wire shows it at a real time.
func (a *api) webhook(r *http.Request, cfg *tomahora.Config, w tomahora.Webhook) *webhookBody {
	root := a.BaseURL(r) + prefixOf(r)
	body := &webhookBody{
		ID:            int64(w.ID),
		URL:           w.URL,
		Entidades:     append([]string{}, w.Entidades...),
		Acciones:      append([]tomahora.Accion{}, w.Acciones...),
		Activo:        bit(w.Activo),
		Token:         w.Token,
		FechaCreacion: w.Creado.In(cfg.Zona()).Format(time.DateTime),
		Links:         []link{linkTo(root, "self", "/webhooks/", int64(w.ID)), linkBelow(root, "entregas", "/webhooks/", int64(w.ID))},
	}
	if valid := w.Vigentes(a.Webhooks.Now()); len(valid) > 1 {
		body.SecretoAnteriorVence = moment(cfg, valid[1].Vence)
	}
	return body
}

// moment is an instant in the clinic's local time, "" for none.
func moment(cfg *tomahora.Config, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(cfg.Zona()).Format(time.DateTime)
}

// listWebhooks is GET /webhooks.
func (a *api) listWebhooks(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	valor := func(w tomahora.Webhook, columna string) any {
		switch columna {
		case "url":
			return w.URL
		case "activo":
			return int64(bit(w.Activo))
		default:
			return int64(w.ID)
		}
	}
	return serveList(a, w, r, p, lista[tomahora.Webhook]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "url", tipo: colTexto, uso: buscar},
				{nombre: "activo", tipo: colFlag, uso: buscar},
			},
			orden: masAntigua(),
		},
		rows: func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Webhook, error) {
			all, err := tx.Webhooks().List()
			return tomahora.Select(all, q, valor), err
		},
		valor: valor,
		body:  func(cfg *tomahora.Config, w tomahora.Webhook) any { return a.webhook(r, cfg, w) },
	})
}

// getWebhook is GET /webhooks/{id}.
func (a *api) getWebhook(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var body *webhookBody
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		found, err := tx.Webhooks().Get(tomahora.WebhookID(id))
		body = a.webhook(r, tx.Config(), found)
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{body})
	return nil
}

// createWebhook is POST /webhooks. Its answer alone shows the secreto.
func (a *api) createWebhook(r *http.Request, p auth.Principal, f fields) (change, error) {
	cambio, err := a.cambioWebhook(f)
	if err != nil {
		return nil, err
	}
	return func(tx tomahora.Tx) (answer, error) {
		made, err := agenda.CrearWebhook(tx, p.Actor(), cambio)
		return a.newSecreto(r, tx, http.StatusCreated, made, err)
	}, nil
}

// newSecreto shows a webhook with the secreto it has just been given.
func (a *api) newSecreto(r *http.Request, tx tomahora.Tx, code int, w tomahora.Webhook, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	body := a.webhook(r, tx.Config(), w)
	body.Secreto = w.Secretos[0].Texto
	return answer{code: code, data: body}, nil
}

// cambioWebhook reads the parameters of a webhook.
func (a *api) cambioWebhook(f fields) (tomahora.CambioWebhook, error) {
	q := &params{fields: f}
	c := tomahora.CambioWebhook{
		URL: q.optionalTexto("url"), Entidades: textos[string](q, "entidades"), Acciones: textos[tomahora.Accion](q, "acciones"), Activo: q.bit("activo"),
	}
	if c.URL != nil {
		q.problems = append(q.problems, tomahora.ProblemsOf(a.Webhooks.CheckURL(*c.URL))...)
	}
	return c, q.err()
}

// textos reads a list of names: an array of JSON, name[] of a form, or one text
// with commas between them. It is nil when absent.
func textos[T ~string](p *params, name string) *[]T {
	_, v, ok := p.find([]string{name})
	if !ok {
		return nil
	}
	values, ok := v.values()
	list := []T{}
	for _, v := range values {
		ok = ok && v.kind == kindText
		list = append(list, T(v.text))
	}
	if !ok {
		p.reject([]string{name}, name, "debe ser una lista de textos")
		return nil
	}
	return &list
}

// updateWebhook is PUT /webhooks/{id}: what is sent changes.
func (a *api) updateWebhook(r *http.Request, p auth.Principal, f fields) (change, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	cambio, err := a.cambioWebhook(f)
	if err != nil {
		return nil, err
	}
	return func(tx tomahora.Tx) (answer, error) {
		changed, err := agenda.ModificarWebhook(tx, p.Actor(), tomahora.WebhookID(id), cambio)
		return answer{code: http.StatusOK, data: a.webhook(r, tx.Config(), changed)}, err
	}, nil
}

// deleteWebhook is DELETE /webhooks/{id}: what was on its way to it is dropped.
func (a *api) deleteWebhook(r *http.Request, p auth.Principal, _ fields) (change, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	return func(tx tomahora.Tx) (answer, error) {
		return answer{code: http.StatusNoContent}, tx.Webhooks().Delete(tomahora.WebhookID(id), p.Actor())
	}, nil
}

// rotateWebhook is POST /webhooks/{id}/rotar.
func (a *api) rotateWebhook(r *http.Request, p auth.Principal, _ fields) (change, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	return func(tx tomahora.Tx) (answer, error) {
		w, err := agenda.RotarSecreto(tx, p.Actor(), tomahora.WebhookID(id), a.Webhooks.Now())
		return a.newSecreto(r, tx, http.StatusOK, w, err)
	}, nil
}

// pruebaBody is what a receiver said to a message that tells of nothing.
type pruebaBody struct {
	Entregado    int    `json:"entregado"`
	Status       int    `json:"status"` // 0 without an answer
	Error        string `json:"error"`
	Respuesta    string `json:"respuesta"` // how it began
	Milisegundos int64  `json:"milisegundos"`
}

// probeWebhook is POST /webhooks/{id}/probar. The receiver is asked outside of any
// transaction: with an Idempotency-Key, of two at once both may reach it.
func (a *api) probeWebhook(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	key, err := keyOf(r, p, body)
	if err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var said tomahora.Respuesta
	var found bool
	var hook tomahora.Webhook
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) (err error) {
		if said, found, err = key.find(tx); err == nil && !found {
			hook, err = tx.Webhooks().Get(tomahora.WebhookID(id))
		}
		return err
	})
	if err != nil {
		return err
	}
	if !found {
		if said, err = a.probe(r, p, key, hook); err != nil {
			return err
		}
	}
	say(w, said)
	return nil
}

// probe asks a receiver, and keeps what came of it under the request's key.
func (a *api) probe(r *http.Request, p auth.Principal, key *key, hook tomahora.Webhook) (tomahora.Respuesta, error) {
	i := a.Webhooks.Probe(r.Context(), p.IDClinica, hook)
	said := answer{code: http.StatusOK, data: pruebaBody{bit(i.IsEntregado()), i.Status, i.Error, i.Cuerpo, i.Tardo.Milliseconds()}}.respuesta()
	if key == nil {
		return said, nil
	}
	err := a.Store.Update(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		kept, found, err := key.find(tx)
		if err != nil || found {
			said = kept
			return err
		}
		return key.keep(tx, said)
	})
	return said, err
}

// entregaBody is an evento on its way to a webhook.
type entregaBody struct {
	IDEvento       int64                  `json:"id_evento"`
	IDMensaje      string                 `json:"id_mensaje"` // the header webhook-id
	Accion         tomahora.Accion        `json:"accion"`
	Entidad        string                 `json:"entidad"`
	IDEntidad      int64                  `json:"id_entidad"`
	Estado         tomahora.EstadoEntrega `json:"estado"`
	Intentos       int                    `json:"intentos"`
	UltimoStatus   int                    `json:"ultimo_status"` // 0 without an answer
	UltimoError    string                 `json:"ultimo_error"`
	ProximoIntento string                 `json:"proximo_intento"` // clinic's local time, "" for none
	FechaCreacion  string                 `json:"fecha_creacion"`
	FechaTermino   string                 `json:"fecha_termino"` // "" while pendiente
}

// listEntregas is GET /webhooks/{id}/entregas, the newest evento first.
func (a *api) listEntregas(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	return serveList(a, w, r, p, lista[tomahora.Entrega]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id_evento", tipo: colEntero, uso: buscar | ordenar, de: "id"},
				{nombre: "estado", tipo: colTexto, uso: buscar},
			},
			orden: masNueva(),
		},
		rows: func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Entrega, error) {
			if _, err := tx.Webhooks().Get(tomahora.WebhookID(id)); err != nil {
				return nil, err
			}
			return tx.Webhooks().Entregas(tomahora.WebhookID(id), q)
		},
		valor: func(e tomahora.Entrega, _ string) any { return int64(e.IDEvento) },
		body: func(cfg *tomahora.Config, e tomahora.Entrega) any {
			return entregaBody{
				IDEvento:       int64(e.IDEvento),
				IDMensaje:      e.MessageID(p.IDClinica),
				Accion:         e.Accion,
				Entidad:        e.Entidad,
				IDEntidad:      e.IDEntidad,
				Estado:         e.Estado,
				Intentos:       e.Intentos,
				UltimoStatus:   e.UltimoStatus,
				UltimoError:    e.UltimoError,
				ProximoIntento: moment(cfg, e.Proximo),
				FechaCreacion:  moment(cfg, e.Creada),
				FechaTermino:   moment(cfg, e.Terminada),
			}
		},
	})
}

// reenviadasBody is what was put on its way again.
type reenviadasBody struct {
	Reenviadas int   `json:"reenviadas"`
	Quedan     int   `json:"quedan"` // 1: there are more, ask again
	Desde      int64 `json:"desde"`  // from where, when desde was asked; else 0
}

// resendEntregas is POST /webhooks/{id}/reenviar.
func (a *api) resendEntregas(r *http.Request, _ auth.Principal, f fields) (change, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	q := &params{fields: f}
	muertas := q.bit("muertas")
	asked := agenda.Reenvio{
		IDEvento: tomahora.EventoID(q.id("id_evento")), Desde: tomahora.EventoID(q.id("desde")), Muertas: muertas != nil && *muertas,
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	if bit(asked.IDEvento > 0)+bit(asked.Desde > 0)+bit(asked.Muertas) != 1 {
		return nil, tomahora.Invalid(tomahora.CodeParametroInvalido, "id_evento", "id_evento", "debe venir uno solo de id_evento, muertas=1 y desde")
	}
	return func(tx tomahora.Tx) (answer, error) {
		done, err := agenda.Reenviar(tx, tomahora.WebhookID(id), asked, a.Webhooks.Now())
		return answer{code: http.StatusOK, data: reenviadasBody{done.Entregas, bit(done.Quedan), int64(done.Desde)}}, err
	}, nil
}
