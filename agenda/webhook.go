package agenda

import (
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/tomahora/tomahora"
)

// CrearWebhook makes a webhook with keys of its own (POST /webhooks). That its
// URL may be called is the caller's to know.
func CrearWebhook(tx tomahora.Tx, by tomahora.Actor, c tomahora.CambioWebhook) (tomahora.Webhook, error) {
	if err := c.Check(true); err != nil {
		return tomahora.Webhook{}, err
	}
	all, err := tx.Webhooks().List()
	if err != nil {
		return tomahora.Webhook{}, err
	}
	if len(all) >= tomahora.MaxWebhooks {
		return tomahora.Webhook{}, tomahora.Invalid(tomahora.CodeDemasiadosWebhooks, "", tomahora.MaxWebhooks)
	}
	w := tomahora.Webhook{Activo: true, Token: "whk_" + rand.Text(), Secretos: []tomahora.Secreto{{Texto: newSecreto()}}}
	c.Apply(&w)
	return tx.Webhooks().Create(w, by)
}

// newSecreto is as Standard Webhooks spells a symmetric key.
func newSecreto() string {
	var random [32]byte
	rand.Read(random[:]) // never fails: it ends the program instead
	return "whsec_" + base64.StdEncoding.EncodeToString(random[:])
}

// ModificarWebhook changes a webhook (PUT /webhooks/{id}). What happens while it is
// not active it is never told of; what was on its way by then waits.
func ModificarWebhook(tx tomahora.Tx, by tomahora.Actor, id tomahora.WebhookID, c tomahora.CambioWebhook) (tomahora.Webhook, error) {
	w, err := tx.Webhooks().Get(id)
	if err == nil {
		err = c.Check(false)
	}
	if err != nil {
		return w, err
	}
	campos := c.Apply(&w)
	if len(campos) == 0 {
		return w, nil
	}
	if err := tx.Webhooks().Save(w, by, campos...); err != nil {
		return w, err
	}
	return tx.Webhooks().Get(id)
}

// RotarSecreto puts a new secreto in force at a real time (POST
// /webhooks/{id}/rotar).
func RotarSecreto(tx tomahora.Tx, by tomahora.Actor, id tomahora.WebhookID, now time.Time) (tomahora.Webhook, error) {
	w, err := tx.Webhooks().Get(id)
	if err != nil {
		return w, err
	}
	w = w.Rotated(newSecreto(), now)
	return w, tx.Webhooks().Save(w, by, "secreto")
}

// Reenvio says which deliveries to send again; exactly one of its fields is set.
type Reenvio struct {
	IDEvento tomahora.EventoID // this one
	Muertas  bool              // those that were given up
	Desde    tomahora.EventoID // of what happened from this evento on
}

// Reenviadas is what came of a Reenvio.
type Reenviadas struct {
	Entregas int
	Quedan   bool              // there are more of them: ask again
	Desde    tomahora.EventoID // from where to go on; 0 unless Desde was asked and more remain
}

// maxReenvio bounds what one request sends again, so that no transaction is long.
const maxReenvio = 500

// Reenviar sends deliveries again, from a real time on (POST
// /webhooks/{id}/reenviar).
func Reenviar(tx tomahora.Tx, id tomahora.WebhookID, r Reenvio, now time.Time) (Reenviadas, error) {
	w, err := tx.Webhooks().Get(id)
	switch {
	case err != nil:
		return Reenviadas{}, err
	case r.Muertas:
		return resendDead(tx, w, now)
	case r.Desde > 0:
		return resendSince(tx, w, r.Desde, now)
	default:
		e, err := tx.Webhooks().Entrega(id, r.IDEvento)
		if err != nil {
			return Reenviadas{}, err
		}
		return Reenviadas{Entregas: 1}, tx.Webhooks().Requeue(id, eventoOf(e), now)
	}
}

func eventoOf(e tomahora.Entrega) tomahora.Evento {
	return tomahora.Evento{ID: e.IDEvento, Accion: e.Accion, Entidad: e.Entidad, IDEntidad: e.IDEntidad}
}

func resendDead(tx tomahora.Tx, w tomahora.Webhook, now time.Time) (Reenviadas, error) {
	dead, err := tx.Webhooks().Entregas(w.ID, tomahora.Consulta{
		Filtros: []tomahora.Filtro{{Columna: "estado", Operador: tomahora.Igual, Valor: string(tomahora.Muerta)}},
		Orden:   []tomahora.Orden{{Columna: "id"}}, Limite: maxReenvio + 1,
	})
	if err != nil {
		return Reenviadas{}, err
	}
	done := Reenviadas{Entregas: min(len(dead), maxReenvio), Quedan: len(dead) > maxReenvio}
	for _, e := range dead[:done.Entregas] {
		if err := tx.Webhooks().Requeue(w.ID, eventoOf(e), now); err != nil {
			return Reenviadas{}, err
		}
	}
	return done, nil
}

// resendSince sends what the webhook has looked at already; the rest comes anyway.
func resendSince(tx tomahora.Tx, w tomahora.Webhook, desde tomahora.EventoID, now time.Time) (Reenviadas, error) {
	oldest, err := tx.Eventos().Oldest()
	if err != nil {
		return Reenviadas{}, err
	}
	if desde <= w.Hasta && (oldest == 0 || desde < oldest) {
		return Reenviadas{}, &tomahora.Error{Kind: tomahora.KindGone, Code: tomahora.CodeCursorVencido, Field: "desde"}
	}
	eventos, err := tx.Eventos().Since(desde-1, maxReenvio)
	if err != nil {
		return Reenviadas{}, err
	}
	var done Reenviadas
	for _, e := range eventos {
		if e.ID > w.Hasta {
			return done, nil
		}
		if !w.Wants(e) {
			continue
		}
		done.Entregas++
		if err := tx.Webhooks().Requeue(w.ID, e, now); err != nil {
			return Reenviadas{}, err
		}
	}
	if len(eventos) == maxReenvio {
		done.Quedan, done.Desde = true, eventos[len(eventos)-1].ID+1
	}
	return done, nil
}
