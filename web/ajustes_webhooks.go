package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
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

// webhooks lists those of the clinic.
func (s *server) webhooks(w http.ResponseWriter, r *http.Request) error {
	var all []tomahora.Webhook
	err := s.view(r, func(tx tomahora.Tx) (err error) {
		all, err = tx.Webhooks().List()
		return err
	})
	if err != nil {
		return err
	}
	l := s.words(r)
	made := listado{
		Title: l.t("ajustes.webhooks"), Intro: l.t("ajustes.webhooks.intro"), New: &enlace{l.t("ajustes.webhooks.new"), "/ajustes/webhooks/nuevo"}, Export: "/listas/accesos/webhooks.csv",
		Columns: []string{"URL", l.t("ajustes.webhooks.entidades"), l.t("ajustes.state")},
		Empty:   newEmpty("webhook", l.t("ajustes.webhooks.emptyTitle"), l.t("ajustes.webhooks.emptyText"), l.t("ajustes.webhooks.new"), "/ajustes/webhooks/nuevo"),
	}
	for _, v := range all {
		made.Rows = append(made.Rows, fila{
			Path: "/ajustes/webhooks/" + itoa(v.ID), Off: !v.Activo,
			Cells: []celda{{Text: v.URL}, {Text: l.entidades(v)}, l.activeTag(v.Activo)},
		})
	}
	return s.render(w, r, http.StatusOK, "listado", made)
}

func (l locale) activeTag(active bool) celda {
	if active {
		return celda{Tag: l.t("ajustes.webhooks.active"), TagClass: "tag-ok"}
	}
	return celda{Tag: l.t("ajustes.webhooks.paused")}
}

// entidades tells in words of what a webhook is told.
func (l locale) entidades(v tomahora.Webhook) string {
	if len(v.Entidades) == 0 {
		return l.t("ajustes.webhooks.usual")
	}
	names := make([]string, len(v.Entidades))
	for i, e := range v.Entidades {
		names[i] = l.t("entidad." + e)
	}
	return joined(names...)
}

// acciones tells in words of which changes.
func (l locale) acciones(v tomahora.Webhook) string {
	if len(v.Acciones) == 0 {
		return l.t("ajustes.webhooks.allActions")
	}
	names := make([]string, len(v.Acciones))
	for i, a := range v.Acciones {
		names[i] = l.t("accion." + string(a))
	}
	return joined(names...)
}

// webhookDe finds the webhook that the path names.
func (s *server) webhookDe(r *http.Request) (hook tomahora.Webhook, cfg *tomahora.Config, err error) {
	id, err := pathID(r)
	if err != nil {
		return hook, nil, err
	}
	err = s.view(r, func(tx tomahora.Tx) (err error) {
		cfg = tx.Config()
		hook, err = tx.Webhooks().Get(tomahora.WebhookID(id))
		return err
	})
	return hook, cfg, err
}

// newWebhook shows the form of a new one.
func (s *server) newWebhook(w http.ResponseWriter, r *http.Request) error {
	return s.showWebhookForm(w, r, http.StatusOK, form{}, 0)
}

// editWebhook shows the form of one there is.
func (s *server) editWebhook(w http.ResponseWriter, r *http.Request) error {
	hook, _, err := s.webhookDe(r)
	if err != nil {
		return err
	}
	f := url.Values{"url": {hook.URL}, "entidades": hook.Entidades}
	for _, a := range hook.Acciones {
		f.Add("acciones", string(a))
	}
	setFlag(f, "activo", hook.Activo)
	return s.showWebhookForm(w, r, http.StatusOK, form{Values: f}, hook.ID)
}

func (s *server) showWebhookForm(w http.ResponseWriter, r *http.Request, status int, f form, id tomahora.WebhookID) error {
	l := s.words(r)
	var entidades, acciones []option
	for _, e := range tomahora.EntidadesWebhook() {
		entidades = append(entidades, option{e, l.t("entidad." + e)})
	}
	for _, a := range tomahora.AccionesWebhook() {
		acciones = append(acciones, option{string(a), upperFirst(l.t("accion." + string(a)))})
	}
	which := newChoices(f, "entidades", l.t("ajustes.webhooks.entidades"), entidades)
	which.Hint = l.t("ajustes.webhooks.entidadesHint")
	what := newChoices(f, "acciones", l.t("ajustes.webhooks.acciones"), acciones)
	what.Hint = l.t("ajustes.webhooks.accionesHint")
	made := ficha{
		Title: l.newOr(int64(id), "ajustes.webhooks.new", "ajustes.webhooks.edit"), Form: f, Action: r.URL.Path,
		Back: enlace{l.t("ajustes.webhooks"), "/ajustes/webhooks"},
		Groups: []grupo{
			{Fields: []field{newField(f, "url", "URL", "type=url", "required", "maxlength=2000", "placeholder=https://", "autocomplete=off", "hint="+l.t("ajustes.webhooks.urlHint"))}},
			{Choices: []choices{which, what}},
		},
	}
	if id != 0 {
		made.Back = enlace{l.t("ajustes.webhooks.one"), "/ajustes/webhooks/" + itoa(id)}
		made.Groups = append(made.Groups, grupo{Fields: []field{
			newField(f, "activo", l.t("ajustes.webhooks.activo"), "type=checkbox", "hint="+l.t("ajustes.webhooks.activoHint")),
		}})
	}
	return s.render(w, r, status, "ficha", made)
}

// cambioWebhook is a form as a change of all that a webhook has.
func (s *server) cambioWebhook(e *lector) (tomahora.CambioWebhook, error) {
	c := tomahora.CambioWebhook{Entidades: new(append([]string{}, e.Values["entidades"]...)), Acciones: &[]tomahora.Accion{}}
	for _, a := range e.Values["acciones"] {
		*c.Acciones = append(*c.Acciones, tomahora.Accion(a))
	}
	if address := e.texto("url"); address != "" {
		c.URL = &address
		return c, s.Webhooks.CheckURL(address)
	}
	return c, tomahora.Invalid(tomahora.CodeParametroRequerido, "url", "url")
}

// createWebhook makes a webhook. Its answer is the only one that shows the secret,
// so it is a page of its own and not one to come back to.
func (s *server) createWebhook(w http.ResponseWriter, r *http.Request) error {
	e, err := s.lector(w, r)
	if err != nil {
		return err
	}
	var made tomahora.Webhook
	cambio, err := s.cambioWebhook(e)
	if err == nil {
		err = s.update(r, func(tx tomahora.Tx) (err error) {
			made, err = agenda.CrearWebhook(tx, s.user(r).Actor(), cambio)
			return err
		})
	}
	if s.refuse(r, &e.form, err) {
		return s.showWebhookForm(w, r, http.StatusUnprocessableEntity, e.form, 0)
	}
	if err != nil {
		return err
	}
	return s.showSecreto(w, r, made)
}

// saveWebhook changes a webhook.
func (s *server) saveWebhook(w http.ResponseWriter, r *http.Request) error {
	e, err := s.lector(w, r)
	if err != nil {
		return err
	}
	hook, _, err := s.webhookDe(r)
	if err != nil {
		return err
	}
	cambio, err := s.cambioWebhook(e)
	cambio.Activo = new(e.marca("activo"))
	if err == nil {
		err = s.update(r, func(tx tomahora.Tx) error {
			_, err := agenda.ModificarWebhook(tx, s.user(r).Actor(), hook.ID, cambio)
			return err
		})
	}
	if s.refuse(r, &e.form, err) {
		return s.showWebhookForm(w, r, http.StatusUnprocessableEntity, e.form, hook.ID)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/ajustes/webhooks/"+itoa(hook.ID), "ajustes.webhooks.saved")
}

// showSecreto shows a webhook's secret for the only time.
func (s *server) showSecreto(w http.ResponseWriter, r *http.Request, hook tomahora.Webhook) error {
	l := s.words(r)
	return s.render(w, r, http.StatusOK, "secreto", secreto{
		Title: l.t("ajustes.webhooks.secretTitle"), Text: l.t("ajustes.webhooks.secretText"),
		Label: l.t("ajustes.webhooks.secret"), Value: hook.Secretos[0].Texto, Hint: l.t("ajustes.webhooks.secretHint"),
		Next: "/ajustes/webhooks/" + itoa(hook.ID),
	})
}

// rotateWebhook puts a new secret in force, and shows it once.
func (s *server) rotateWebhook(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var hook tomahora.Webhook
	err = s.update(r, func(tx tomahora.Tx) (err error) {
		hook, err = agenda.RotarSecreto(tx, s.user(r).Actor(), tomahora.WebhookID(id), s.Webhooks.Now())
		return err
	})
	if err != nil {
		return err
	}
	return s.showSecreto(w, r, hook)
}

func deleteWebhook(tx tomahora.Tx, id tomahora.WebhookID, by tomahora.Actor) error {
	return tx.Webhooks().Delete(id, by)
}

// webhookPage is a webhook with what was and is to be delivered to it.
type webhookPage struct {
	Title, Path string
	Back        enlace
	Facts       []dato
	Entregas    []entregaRow
	Estados     []navItem // the choice of deliveries
	Older       string    // path of the next page, "" for none
	Muertas     bool      // there may be some that were given up
	Prueba      *prueba
	Rotate      borrado
	Delete      borrado
}

// dato is one thing that is known.
type dato struct{ Name, Value string }

// entregaRow is a delivery.
type entregaRow struct {
	ID, What, When, Result, Next string
	Tag, TagClass                string
	Resend                       bool
}

// prueba is what a receiver said when it was tried.
type prueba struct {
	Entregado       bool
	Text, Respuesta string
}

// entregasPage is how many deliveries a page has.
const entregasPage = 50

// webhook shows a webhook.
func (s *server) webhook(w http.ResponseWriter, r *http.Request) error {
	return s.showWebhook(w, r, nil)
}

// probeWebhook asks a receiver, outside of any transaction, and shows what it said.
func (s *server) probeWebhook(w http.ResponseWriter, r *http.Request) error {
	hook, _, err := s.webhookDe(r)
	if err != nil {
		return err
	}
	l := s.words(r)
	i := s.Webhooks.Probe(r.Context(), s.user(r).IDClinica, hook)
	p := &prueba{i.IsEntregado(), l.t("ajustes.webhooks.probed", i.Status, i.Tardo.Milliseconds()), i.Cuerpo}
	if !p.Entregado {
		p.Text = l.t("ajustes.webhooks.probeFailed", i.Error)
	}
	return s.showWebhook(w, r, p)
}

// resendWebhook puts one delivery, or those that were given up, on its way again.
func (s *server) resendWebhook(w http.ResponseWriter, r *http.Request) error {
	e, err := s.lector(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	asked := agenda.Reenvio{IDEvento: tomahora.EventoID(e.id("id_evento"))}
	asked.Muertas = asked.IDEvento == 0
	var done agenda.Reenviadas
	err = s.update(r, func(tx tomahora.Tx) (err error) {
		done, err = agenda.Reenviar(tx, tomahora.WebhookID(id), asked, s.Webhooks.Now())
		return err
	})
	if err != nil {
		return err
	}
	return s.done(w, r, "/ajustes/webhooks/"+strconv.FormatInt(id, 10), "ajustes.webhooks.resent", strconv.Itoa(done.Entregas))
}

func (s *server) showWebhook(w http.ResponseWriter, r *http.Request, tried *prueba) error {
	hook, cfg, err := s.webhookDe(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	entregas, err := s.entregas(r, hook.ID, q)
	if err != nil {
		return err
	}
	l := s.words(r)
	path := "/ajustes/webhooks/" + itoa(hook.ID)
	p := webhookPage{
		Title: hook.URL, Path: path, Back: enlace{l.t("ajustes.webhooks"), "/ajustes/webhooks"}, Prueba: tried,
		Facts:  l.webhookFacts(hook, cfg.Zona(), s.Webhooks.Now()),
		Rotate: borrado{path + "/rotar", l.t("ajustes.webhooks.rotate"), l.t("ajustes.webhooks.rotateAsk")},
		Delete: borrado{path + "/borrar", l.t("ajustes.webhooks.delete"), l.t("ajustes.webhooks.deleteAsk")},
	}
	for _, estado := range []tomahora.EstadoEntrega{"", tomahora.Pendiente, tomahora.Entregada, tomahora.Muerta} {
		p.Estados = append(p.Estados, navItem{
			Key: "ajustes.webhooks.entregas." + cmp.Or(string(estado), "todas"), Path: path + "?estado=" + string(estado), Current: q.Get("estado") == string(estado),
		})
	}
	if len(entregas) > entregasPage {
		entregas = entregas[:entregasPage]
		p.Older = path + "?" + url.Values{"estado": {q.Get("estado")}, "antes": {itoa(entregas[entregasPage-1].IDEvento)}}.Encode()
	}
	for _, e := range entregas {
		p.Entregas = append(p.Entregas, l.entregaRow(e, cfg.Zona()))
		p.Muertas = p.Muertas || e.Estado == tomahora.Muerta
	}
	return s.render(w, r, http.StatusOK, "webhook", p)
}

// entregas are the deliveries of a page, the newest first, and one more.
func (s *server) entregas(r *http.Request, id tomahora.WebhookID, q url.Values) (list []tomahora.Entrega, err error) {
	asked := tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id", Descendente: true}}, Limite: entregasPage + 1}
	if estado := q.Get("estado"); estado != "" {
		asked.Filtros = append(asked.Filtros, tomahora.Filtro{Columna: "estado", Operador: tomahora.Igual, Valor: estado})
	}
	if before, err := strconv.ParseInt(q.Get("antes"), 10, 64); err == nil {
		asked.Despues = []any{before}
	}
	err = s.view(r, func(tx tomahora.Tx) (err error) {
		list, err = tx.Webhooks().Entregas(id, asked)
		return err
	})
	return list, err
}

func (l locale) webhookFacts(hook tomahora.Webhook, zona *time.Location, now time.Time) []dato {
	facts := []dato{
		{l.t("ajustes.state"), l.activeTag(hook.Activo).Tag},
		{l.t("ajustes.webhooks.entidades"), l.entidades(hook)},
		{l.t("ajustes.webhooks.acciones"), upperFirst(l.acciones(hook))},
		{l.t("ajustes.webhooks.token"), hook.Token},
		{l.t("ajustes.webhooks.created"), l.moment(hook.Creado, zona)},
	}
	if valid := hook.Vigentes(now); len(valid) > 1 {
		facts = append(facts, dato{l.t("ajustes.webhooks.oldSecret"), l.moment(valid[1].Vence, zona)})
	}
	return facts
}

// moment is an instant in words, "" for none.
func (l locale) moment(at time.Time, zona *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return l.t("date.moment", l.dateWithYear(tomahora.FechaOf(at, zona)), at.In(zona).Format("15:04"))
}

func (l locale) entregaRow(e tomahora.Entrega, zona *time.Location) entregaRow {
	row := entregaRow{
		ID: itoa(e.IDEvento), What: l.t("ajustes.webhooks.what", l.t("entidad."+e.Entidad), e.IDEntidad, l.t("accion."+string(e.Accion))),
		When: l.moment(e.Creada, zona), Tag: l.t("ajustes.webhooks.entrega." + string(e.Estado)), Resend: e.Estado != tomahora.Pendiente,
	}
	switch e.Estado {
	case tomahora.Entregada:
		row.TagClass = "tag-ok"
	case tomahora.Muerta:
		row.TagClass = "tag-danger"
	case tomahora.Pendiente:
		row.TagClass = "tag-warn"
	}
	switch {
	case e.UltimoError != "":
		row.Result = l.n("ajustes.webhooks.attempts", e.Intentos) + ": " + e.UltimoError
	case e.Intentos > 0:
		row.Result = l.n("ajustes.webhooks.attempts", e.Intentos)
	}
	if e.Estado == tomahora.Pendiente && e.Intentos > 0 {
		row.Next = l.moment(e.Proximo, zona)
	}
	return row
}
