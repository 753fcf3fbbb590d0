package sqlstore_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/storetest"
)

func TestBacklog(t *testing.T) {
	for name, open := range map[string]func(testing.TB, func() time.Time) *sqlstore.Store{"SQLite": openSQLite, "PostgreSQL": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, func() time.Time { return storetest.Now })
			wantBacklog(t, s, sqlstore.Backlog{})
			first, second := storetest.Setup(t, s, 3), storetest.Setup(t, s, 3)
			a, b, off := hooked(t, s, first), hooked(t, s, second), hooked(t, s, second)
			wantBacklog(t, s, sqlstore.Backlog{Eventos: 1}) // of the webhook that was made after it
			for i := range 3 {
				enqueue(t, s, first, a, i, storetest.Now.Add(time.Duration(i)*time.Minute))
				enqueue(t, s, second, b, i, storetest.Now.Add(time.Duration(i-1)*time.Minute))
				enqueue(t, s, second, off, i, storetest.Now.Add(-time.Hour))
			}
			wantBacklog(t, s, sqlstore.Backlog{Eventos: 1, Pendientes: 9, Desde: storetest.Now.Add(-time.Hour)})
			update(t, s, second, func(tx tomahora.Tx) error {
				w, err := tx.Webhooks().Get(off)
				if err != nil {
					return err
				}
				w.Activo = false
				return tx.Webhooks().Save(w, tomahora.Sistema, "activo")
			})
			giveUp(t, s, second, b)
			wantBacklog(t, s, sqlstore.Backlog{Eventos: 2, Pendientes: 5, Muertas: 1, Desde: storetest.Now})
		})
	}
}

func wantBacklog(t *testing.T, s *sqlstore.Store, want sqlstore.Backlog) {
	t.Helper()
	got, err := s.Backlog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func update(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID, fn func(tomahora.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), id, fn); err != nil {
		t.Fatal(err)
	}
}

func hooked(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID) (w tomahora.WebhookID) {
	t.Helper()
	update(t, s, id, func(tx tomahora.Tx) error {
		made, err := tx.Webhooks().Create(tomahora.Webhook{URL: "https://clinica.cl/", Activo: true, Token: "whk_a"}, tomahora.Sistema)
		w = made.ID
		return err
	})
	return w
}

// enqueue puts an evento of a cita of its own on its way at a time, but the last
// one behind the one before it.
func enqueue(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID, w tomahora.WebhookID, i int, at time.Time) {
	t.Helper()
	e := tomahora.Evento{ID: tomahora.EventoID(i + 1), Accion: tomahora.Created, Entidad: "cita", IDEntidad: int64(min(i, 1))}
	update(t, s, id, func(tx tomahora.Tx) error { return tx.Webhooks().Enqueue(w, e, at) })
}

// giveUp has the first delivery of a webhook given up.
func giveUp(t *testing.T, s *sqlstore.Store, id tomahora.ClinicaID, w tomahora.WebhookID) {
	t.Helper()
	update(t, s, id, func(tx tomahora.Tx) error {
		list, err := tx.Webhooks().Claim(w, "a", storetest.Now.Add(time.Hour), storetest.Now.Add(2*time.Hour), 1)
		if err != nil || len(list) != 1 {
			t.Fatalf("claimed %+v, %v", list, err)
		}
		dead := list[0]
		dead.Primero = storetest.Now
		_, err = tx.Webhooks().Settle(dead.After(tomahora.Intento{Error: "no"}, storetest.Now.Add(tomahora.ReintentosEntrega), 0), "a", storetest.Now)
		return err
	})
}
