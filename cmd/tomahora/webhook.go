package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/medilink"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/webhook"
)

// receivers is the flag that says where receivers may be.
type receivers struct {
	WebhooksLocales bool `name:"webhooks-locales" help:"Let receivers of webhooks be on this machine and on private networks, and speak plain HTTP."`
}

func (r receivers) sender() *webhook.Sender {
	return webhook.NewSender(webhook.SenderOptions{Clock: time.Now, Locales: r.WebhooksLocales, Version: version})
}

// deliver delivers until the program is told to stop, unless that is switched off.
// The function it returns stops it and waits.
func (s service) deliver(env *environment, store tomahora.Store, sender *webhook.Sender) (stop func()) {
	if !s.Webhooks {
		return sender.Close
	}
	deliverer := webhook.New(webhook.Options{Store: store, Sender: sender, Body: medilink.Aviso, Logger: env.logger})
	ctx, cancel := context.WithCancel(env.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		deliverer.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
		sender.Close()
	}
}

type webhookCmd struct {
	Create     webhookCreateCmd     `cmd:"" help:"Create a webhook and print its secret; it is shown this once."`
	List       webhookListCmd       `cmd:"" help:"List the webhooks of a clinic, without their secrets."`
	Revoke     webhookRevokeCmd     `cmd:"" help:"Delete a webhook, and what is on its way to it."`
	Test       webhookTestCmd       `cmd:"" help:"Send a message that tells of nothing, from here, and print what the receiver says. Exits 1 when it does not take it."`
	Deliveries webhookDeliveriesCmd `cmd:"" help:"List the deliveries of a webhook, the newest first."`
	Replay     webhookReplayCmd     `cmd:"" help:"Send deliveries again."`
}

// ofClinica are what the commands about webhooks need: those are counted per
// clinic.
type ofClinica struct {
	database
	output
	Clinica tomahora.ClinicaID `required:"" help:"Id of the clinic." placeholder:"N"`
}

// do runs a transaction of the clinic, one that writes or one that reads.
func (o ofClinica) do(env *environment, writes bool, fn func(tomahora.Tx) error) error {
	return o.found(env, func(store *sqlstore.Store) error {
		if writes {
			return store.Update(env.ctx, o.Clinica, fn)
		}
		return store.View(env.ctx, o.Clinica, fn)
	})
}

// found opens the database, which must have the clinic.
func (o ofClinica) found(env *environment, fn func(*sqlstore.Store) error) error {
	return o.with(env, func(store *sqlstore.Store) error {
		if err := findClinica(env, store, o.Clinica); err != nil {
			return err
		}
		return fn(store)
	})
}

// oneWebhook is ofClinica for a command about one webhook.
type oneWebhook struct {
	ofClinica
	ID tomahora.WebhookID `arg:"" help:"Id of the webhook, from webhook list."`
}

// explain tells how to find what was not found.
func (o oneWebhook) explain(err error) error {
	if tomahora.KindOf(err) == tomahora.KindNotFound {
		return fmt.Errorf("there is no webhook %d; `tomahora webhook list` shows those there are", o.ID)
	}
	return err
}

type webhookCreateCmd struct {
	ofClinica
	receivers
	URL       string   `name:"url" required:"" help:"Where to send what happens." placeholder:"URL"`
	Entidades []string `help:"What to tell of, such as cita,paciente. Default: what the vendor's webhooks tell of."`
	Acciones  []string `help:"created, modified, deleted. Default: all."`
}

func (c webhookCreateCmd) Run(env *environment) error {
	if err := c.sender().CheckURL(c.URL); err != nil {
		return usageError{fmt.Errorf("--url: %w", err)}
	}
	cambio := tomahora.CambioWebhook{URL: &c.URL, Entidades: &c.Entidades}
	acciones := make([]tomahora.Accion, len(c.Acciones))
	for i, a := range c.Acciones {
		acciones[i] = tomahora.Accion(a)
	}
	cambio.Acciones = &acciones
	if err := cambio.Check(true); err != nil {
		return usageError{err}
	}
	var made tomahora.Webhook
	err := c.do(env, true, func(tx tomahora.Tx) (err error) {
		made, err = agenda.CrearWebhook(tx, tomahora.Sistema, cambio)
		return err
	})
	if err != nil {
		return err
	}
	secreto := made.Secretos[0].Texto
	return c.print(env, struct {
		created
		Token   string `json:"token"`
		Secreto string `json:"secreto"`
	}{created{int64(made.ID)}, made.Token, secreto}, secreto)
}

type webhookListCmd struct{ ofClinica }

func (c webhookListCmd) Run(env *environment) error {
	var all []tomahora.Webhook
	err := c.do(env, false, func(tx tomahora.Tx) (err error) {
		all, err = tx.Webhooks().List()
		return err
	})
	if err != nil {
		return err
	}
	type row struct {
		ID        int64             `json:"id"`
		URL       string            `json:"url"`
		Entidades []string          `json:"entidades"`
		Acciones  []tomahora.Accion `json:"acciones"`
		Activo    bool              `json:"activo"`
		Token     string            `json:"token"`
		Creado    time.Time         `json:"creado"`
	}
	rows := make([]row, len(all))
	lines := make([]any, len(all))
	for i, w := range all {
		rows[i] = row{int64(w.ID), w.URL, append([]string{}, w.Entidades...), append([]tomahora.Accion{}, w.Acciones...), w.Activo, w.Token, w.Creado}
		state := "active"
		if !w.Activo {
			state = "not active"
		}
		lines[i] = fmt.Sprintf("%d\t%s\t%s\t%s", w.ID, w.URL, w.Token, state)
	}
	return c.print(env, rows, lines...)
}

type webhookRevokeCmd struct{ oneWebhook }

func (c webhookRevokeCmd) Run(env *environment) error {
	err := c.do(env, true, func(tx tomahora.Tx) error { return tx.Webhooks().Delete(c.ID, tomahora.Sistema) })
	if err != nil {
		return c.explain(err)
	}
	return c.print(env, struct {
		Revoked int64 `json:"revoked"`
	}{int64(c.ID)}, fmt.Sprintf("webhook %d is revoked", c.ID))
}

type webhookTestCmd struct {
	oneWebhook
	receivers
}

func (c webhookTestCmd) Run(env *environment) error {
	var w tomahora.Webhook
	err := c.do(env, false, func(tx tomahora.Tx) (err error) {
		w, err = tx.Webhooks().Get(c.ID)
		return err
	})
	if err != nil {
		return c.explain(err)
	}
	sender := c.sender()
	defer sender.Close()
	i := sender.Probe(env.ctx, c.Clinica, w)
	if !i.IsEntregado() {
		return fmt.Errorf("webhook %d was not taken: %s", c.ID, i.Error)
	}
	return c.print(env, struct {
		Status       int    `json:"status"`
		Respuesta    string `json:"respuesta"`
		Milisegundos int64  `json:"milisegundos"`
	}{i.Status, i.Cuerpo, i.Tardo.Milliseconds()}, fmt.Sprintf("webhook %d was taken: %d in %d ms", c.ID, i.Status, i.Tardo.Milliseconds()))
}

type webhookDeliveriesCmd struct {
	oneWebhook
	Estado string `enum:",pendiente,entregada,muerta" default:"" help:"Only those: pendiente, entregada or muerta."`
	Limit  int    `default:"50" help:"How many at most."`
}

func (c webhookDeliveriesCmd) Run(env *environment) error {
	q := tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id", Descendente: true}}, Limite: max(c.Limit, 1)}
	if c.Estado != "" {
		q.Filtros = []tomahora.Filtro{{Columna: "estado", Operador: tomahora.Igual, Valor: c.Estado}}
	}
	var all []tomahora.Entrega
	err := c.do(env, false, func(tx tomahora.Tx) error {
		_, err := tx.Webhooks().Get(c.ID)
		if err == nil {
			all, err = tx.Webhooks().Entregas(c.ID, q)
		}
		return err
	})
	if err != nil {
		return c.explain(err)
	}
	type row struct {
		IDEvento     int64      `json:"id_evento"`
		Accion       string     `json:"accion"`
		Entidad      string     `json:"entidad"`
		IDEntidad    int64      `json:"id_entidad"`
		Estado       string     `json:"estado"`
		Intentos     int        `json:"intentos"`
		UltimoStatus int        `json:"ultimo_status"`
		UltimoError  string     `json:"ultimo_error"`
		Proximo      *time.Time `json:"proximo_intento"`
	}
	rows := make([]row, len(all))
	lines := make([]any, len(all))
	for i, e := range all {
		rows[i] = row{int64(e.IDEvento), string(e.Accion), e.Entidad, e.IDEntidad, string(e.Estado), e.Intentos, e.UltimoStatus, e.UltimoError, nil}
		next := ""
		if !e.Proximo.IsZero() {
			rows[i].Proximo, next = &all[i].Proximo, "next "+e.Proximo.Format(time.DateTime)
		}
		lines[i] = fmt.Sprintf("%d\t%s %s %d\t%s\t%d attempts\t%s\t%s", e.IDEvento, e.Entidad, e.Accion, e.IDEntidad, e.Estado, e.Intentos, e.UltimoError, next)
	}
	return c.print(env, rows, lines...)
}

type webhookReplayCmd struct {
	oneWebhook
	Evento  tomahora.EventoID `xor:"which" help:"The delivery of this evento." placeholder:"ID"`
	Muertas bool              `xor:"which" help:"Those that were given up."`
	Desde   tomahora.EventoID `xor:"which" help:"Of what happened from this evento on." placeholder:"ID"`
}

func (c webhookReplayCmd) Run(env *environment) error {
	if c.Evento <= 0 && !c.Muertas && c.Desde <= 0 {
		return usageError{errors.New("say which: --evento ID, --muertas or --desde ID")}
	}
	total := 0
	err := c.found(env, func(store *sqlstore.Store) error {
		asked := agenda.Reenvio{IDEvento: c.Evento, Muertas: c.Muertas, Desde: c.Desde}
		for {
			var done agenda.Reenviadas
			err := store.Update(env.ctx, c.Clinica, func(tx tomahora.Tx) (err error) {
				done, err = agenda.Reenviar(tx, c.ID, asked, time.Now())
				return err
			})
			if err != nil {
				return c.explainReplay(err)
			}
			total += done.Entregas
			asked.Desde = done.Desde
			if !done.Quedan {
				return nil
			}
		}
	})
	if err != nil {
		return err
	}
	return c.print(env, struct {
		Replayed int `json:"replayed"`
	}{total}, fmt.Sprintf("%d deliveries are sent again", total))
}

func (c webhookReplayCmd) explainReplay(err error) error {
	switch {
	case tomahora.KindOf(err) == tomahora.KindNotFound && c.Evento > 0:
		return fmt.Errorf("webhook %d has no delivery of evento %d; `tomahora webhook deliveries` shows those there are", c.ID, c.Evento)
	case tomahora.KindOf(err) == tomahora.KindGone:
		return fmt.Errorf("what happened from evento %d on is no longer kept", c.Desde)
	default:
		return c.explain(err)
	}
}

// undelivered is the oldest evento that a webhook has yet to deliver; 0 for none.
func undelivered(tx tomahora.Tx) (tomahora.EventoID, error) { return tx.Webhooks().Pending() }
