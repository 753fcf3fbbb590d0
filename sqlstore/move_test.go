package sqlstore_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/storetest"
)

// mover is a store as the suite moves clinics with it.
type mover struct{ *sqlstore.Store }

func (m mover) Export(ctx context.Context, id tomahora.ClinicaID, w io.Writer) error {
	_, err := m.Store.Export(ctx, id, w, nil)
	return err
}

func (m mover) Import(ctx context.Context, r io.Reader, id tomahora.ClinicaID, bare bool) error {
	_, err := m.Store.Import(ctx, r, sqlstore.ImportOptions{IDClinica: id, WithoutTokens: bare, WithoutWebhooks: bare})
	return err
}

func TestClinicsMove(t *testing.T) {
	sqlite := func(t *testing.T, clock func() time.Time) storetest.Mover { return mover{openSQLite(t, clock)} }
	postgres := func(t *testing.T, clock func() time.Time) storetest.Mover { return mover{openPostgres(t, clock)} }
	engines := map[string][2]storetest.OpenMover{
		"SQLite to SQLite":         {sqlite, sqlite},
		"SQLite to PostgreSQL":     {sqlite, postgres},
		"PostgreSQL to SQLite":     {postgres, sqlite},
		"PostgreSQL to PostgreSQL": {postgres, postgres},
	}
	for name, pair := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.RunMoves(t, pair[0], pair[1])
		})
	}
}
