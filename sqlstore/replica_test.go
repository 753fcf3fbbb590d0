package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
)

// TestWhoLeavesWhileWaitingForAClinicWritesNothing: a caller who is gone by the
// time its replica gets the clinic may have been answered by the other one.
func TestWhoLeavesWhileWaitingForAClinicWritesNothing(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	holder, waiter := openURL(t, url, time.Now), openURL(t, url, time.Now)
	id, err := holder.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "Clínica", Zona: "America/Santiago"})
	if err != nil {
		t.Fatal(err)
	}
	held, release := make(chan struct{}), make(chan struct{})
	holding := make(chan error, 1)
	go func() {
		holding <- holder.Update(t.Context(), id, func(tomahora.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	ctx, leave := context.WithCancel(t.Context())
	waiting := make(chan error, 1)
	go func() {
		waiting <- waiter.Update(ctx, id, func(tomahora.Tx) error {
			t.Error("the update of a caller who left was run")
			return nil
		})
	}()
	waitForALock(t, url)
	leave()
	close(release)
	if err := <-holding; err != nil {
		t.Error(err)
	}
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
}

// waitForALock waits until a connection to the database waits for a lock.
func waitForALock(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	for waiting := 0; waiting == 0; time.Sleep(5 * time.Millisecond) {
		const sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
		if err := conn.QueryRow(t.Context(), sql).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
	}
}
