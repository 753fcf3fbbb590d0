package sqlstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
)

// PorEntregar lists the active webhooks of all clinics, and tells for which there
// is something to do.
func (s *Store) PorEntregar(ctx context.Context, now time.Time) ([]tomahora.PorEntregar, error) {
	var list []tomahora.PorEntregar
	err := s.read(ctx, func(t *tx) (err error) {
		list, err = collect(t, "webhook_por_entregar", []any{micros(now)}, func(scan scanner) (p tomahora.PorEntregar, err error) {
			err = scan(&p.IDClinica, &p.IDWebhook, &p.Repartir, &p.Enviar)
			return p, err
		})
		return err
	})
	return list, err
}

type webhooks struct{ *tx }

func (w webhooks) List() ([]tomahora.Webhook, error) {
	return collect(w.tx, "webhook_list", []any{w.id}, scanWebhook)
}

func (w webhooks) Get(id tomahora.WebhookID) (tomahora.Webhook, error) {
	return one(w.tx, "webhook_get", []any{w.id, id}, "el webhook", scanWebhook)
}

func (w webhooks) Create(v tomahora.Webhook, by tomahora.Actor) (tomahora.Webhook, error) {
	if err := w.queryRow("webhook_next", []any{w.id}, &v.ID); err != nil {
		return tomahora.Webhook{}, err
	}
	w.record(by, created, "webhook", int64(v.ID))
	v.Creado, v.Hasta = w.now, tomahora.EventoID(w.clinica.evento)
	err := w.post("webhook_create", w.id, v.ID, v.URL, joined(v.Entidades), joined(v.Acciones), v.Activo, v.Token,
		spelled(v.Secretos), micros(v.Creado), v.Hasta)
	return v, err
}

// Save also skips what happened while a webhook was not active.
func (w webhooks) Save(v tomahora.Webhook, by tomahora.Actor, campos ...string) error {
	before, err := w.Get(v.ID)
	if err != nil {
		return err
	}
	w.record(by, modified, "webhook", int64(v.ID), campos...)
	if v.Activo && !before.Activo {
		v.Hasta = tomahora.EventoID(w.clinica.evento)
	}
	return w.post("webhook_save", v.URL, joined(v.Entidades), joined(v.Acciones), v.Activo, spelled(v.Secretos), v.Hasta, w.id, v.ID)
}

func (w webhooks) Delete(id tomahora.WebhookID, by tomahora.Actor) error {
	n, err := w.exec("webhook_delete", w.id, id)
	if err == nil && n == 0 {
		return tomahora.NotFound("el webhook")
	}
	w.record(by, deleted, "webhook", int64(id))
	return err
}

func (w webhooks) Look(id tomahora.WebhookID, hasta tomahora.EventoID) error {
	return w.post("webhook_look", hasta, w.id, id)
}

func (w webhooks) Pending() (id tomahora.EventoID, err error) {
	err = w.queryRow("webhook_pending", []any{w.id}, &id)
	return id, err
}

func entregaListing() listing {
	return listing{
		table: "entregas",
		columns: map[string]columna{
			"id":     {sql: "r.id_evento"},
			"estado": {tipo: texto, sql: "r.estado"},
		},
	}
}

// Entregas finds a page by the key of one webhook, which is the order of the
// eventos.
func (w webhooks) Entregas(id tomahora.WebhookID, q tomahora.Consulta) ([]tomahora.Entrega, error) {
	c := &composer{listing: entregaListing(), args: []any{w.id, id}}
	conditions := []string{"r.id_clinica = $1", "r.id_webhook = $2"}
	for _, f := range q.Filtros {
		if f == (tomahora.Filtro{Columna: "estado", Operador: tomahora.Igual, Valor: string(tomahora.Muerta)}) {
			conditions = append(conditions, "r.estado = 'muerta'") // so that the planner may use the index
			continue
		}
		condition, err := c.filter(f)
		if err != nil {
			return nil, fmt.Errorf("list of entregas: %w", err)
		}
		conditions = append(conditions, condition)
	}
	order, err := c.order(q.Orden)
	if err == nil && q.Despues != nil {
		var after string
		after, err = c.after(q.Orden, q.Despues)
		conditions = append(conditions, after)
	}
	if err != nil {
		return nil, fmt.Errorf("list of entregas: %w", err)
	}
	text := fmt.Sprintf(`SELECT r.id_webhook, r.id_evento, r.accion, r.entidad, r.id_entidad, r.estado, r.intentos, r.primero, r.proximo, r.arriendo,
		r.creada, r.terminada, r.ultimo_status, r.ultimo_error FROM entregas r WHERE %s ORDER BY %s LIMIT %s`,
		strings.Join(conditions, " AND "), order, c.arg(q.Limite))
	rows, err := w.session.compose(w.ctx, text, c.args)
	return gather(w.tx, "entregas", rows, err, scanEntrega)
}

func (w webhooks) Entrega(id tomahora.WebhookID, evento tomahora.EventoID) (tomahora.Entrega, error) {
	return one(w.tx, "entrega_get", []any{w.id, id, evento}, "la entrega", scanEntrega)
}

func (w webhooks) Enqueue(id tomahora.WebhookID, e tomahora.Evento, now time.Time) error {
	return w.post("entrega_enqueue", w.id, id, e.ID, string(e.Accion), e.Entidad, e.IDEntidad, micros(now))
}

func (w webhooks) Requeue(id tomahora.WebhookID, e tomahora.Evento, now time.Time) error {
	if err := w.post("entrega_requeue", w.id, id, e.ID, string(e.Accion), e.Entidad, e.IDEntidad, micros(now)); err != nil {
		return err
	}
	return w.post("entrega_turno", w.id, id, e.Entidad, e.IDEntidad, micros(now))
}

func (w webhooks) Claim(id tomahora.WebhookID, arriendo string, now, hasta time.Time, n int) ([]tomahora.Entrega, error) {
	if err := w.writes(); err != nil {
		return nil, err
	}
	return collect(w.tx, "entrega_claim", []any{arriendo, micros(hasta), w.id, id, micros(now), n}, scanEntrega)
}

func (w webhooks) Settle(e tomahora.Entrega, arriendo string, now time.Time) (bool, error) {
	n, err := w.exec("entrega_settle", string(e.Estado), e.Intentos, micros(e.Primero), micros(e.Proximo), micros(e.Terminada), micros(forgetAt(e)),
		e.UltimoStatus, e.UltimoError, w.id, e.IDWebhook, e.IDEvento, arriendo)
	if err != nil || n == 0 || e.Estado == tomahora.Pendiente {
		return n > 0, err
	}
	return true, w.post("entrega_release", micros(now), w.id, e.IDWebhook, e.Entidad, e.IDEntidad)
}

// forgetAt is from when on a delivery is not kept.
func forgetAt(e tomahora.Entrega) time.Time {
	switch e.Estado {
	case tomahora.Entregada:
		return e.Terminada.Add(tomahora.RetencionEntrega)
	case tomahora.Muerta:
		return e.Terminada.Add(tomahora.RetencionMuerta)
	default:
		return time.Time{}
	}
}

func (w webhooks) Forget(now time.Time) error {
	if err := w.post("entrega_forget", w.id, micros(now)); err != nil {
		return err
	}
	return w.post("entrega_forget_borrado", w.id)
}

func joined[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ",")
}

func split[T ~string](text string) []T {
	if text == "" {
		return nil
	}
	var names []T
	for name := range strings.SplitSeq(text, ",") {
		names = append(names, T(name))
	}
	return names
}

// spelled are secretos as they are stored.
func spelled(secretos []tomahora.Secreto) string {
	words := make([]string, len(secretos))
	for i, s := range secretos {
		words[i] = strconv.FormatInt(micros(s.Vence), 10) + ":" + s.Texto
	}
	return strings.Join(words, " ")
}

func readSecretos(stored string) ([]tomahora.Secreto, error) {
	var list []tomahora.Secreto
	for _, word := range strings.Fields(stored) {
		vence, texto, _ := strings.Cut(word, ":")
		var s tomahora.Secreto
		us, err := strconv.ParseInt(vence, 10, 64)
		if err == nil {
			err = instant(&s.Vence).Scan(us)
		}
		if err != nil {
			return nil, fmt.Errorf("the end of a secret of a webhook cannot be read: %w", err)
		}
		s.Texto = texto
		list = append(list, s)
	}
	return list, nil
}

func scanWebhook(scan scanner) (w tomahora.Webhook, err error) {
	var entidades, acciones, secretos string
	if err = scan(&w.ID, &w.URL, &entidades, &acciones, &w.Activo, &w.Token, &secretos, instant(&w.Creado), &w.Hasta); err != nil {
		return w, err
	}
	w.Entidades, w.Acciones = split[string](entidades), split[tomahora.Accion](acciones)
	w.Secretos, err = readSecretos(secretos)
	return w, err
}

func scanEntrega(scan scanner) (e tomahora.Entrega, err error) {
	err = scan(&e.IDWebhook, &e.IDEvento, &e.Accion, &e.Entidad, &e.IDEntidad, &e.Estado, &e.Intentos, instant(&e.Primero), instant(&e.Proximo),
		&e.Arriendo, instant(&e.Creada), instant(&e.Terminada), &e.UltimoStatus, &e.UltimoError)
	return e, err
}
