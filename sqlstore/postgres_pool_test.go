package sqlstore

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// TestThePoolKeepsNoNotices: they may be another's, of who listened on the same
// connection of a pooler before, and nobody here would ever take them.
func TestThePoolKeepsNoNotices(t *testing.T) {
	t.Parallel()
	config, err := poolConfig(NewPostgres(t, true))
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for _, sql := range []string{"LISTEN " + newsChannel, "NOTIFY " + newsChannel + ", '1:2'", "SELECT 1"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel() // only what is kept already is given
	if notice, err := conn.Conn().WaitForNotification(ended); err == nil {
		t.Errorf("kept the notice %q", notice.Payload)
	}
}
