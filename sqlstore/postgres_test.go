package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/storetest"
)

// openPostgres opens an empty database of its own.
func openPostgres(t testing.TB, clock func() time.Time) *sqlstore.Store {
	t.Helper()
	return openURL(t, sqlstore.NewPostgres(t, true), clock)
}

func openURL(t testing.TB, url string, clock func() time.Time) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), url, sqlstore.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestPostgresIsAStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock func() time.Time) tomahora.Store { return openPostgres(t, clock) })
}
