package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tomahora/tomahora/internal/pgtest"
)

// TestCommandsOnPostgres walks the commands over an empty database.
func TestCommandsOnPostgres(t *testing.T) {
	server, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	name, err := server.NewDatabase(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		args []string
		code int
		says string // on either output
	}{
		{[]string{"migrate"}, exitDone, "the schema is up to date"},
		{[]string{"migrate", "--citus"}, exitFailed, "CREATE EXTENSION citus"},
		{[]string{"clinica", "create", "--nombre", "A"}, exitDone, "1\n"},
		{[]string{"clinica", "create", "--nombre", "B", "--json"}, exitDone, `{"id":2}`},
		{[]string{"clinica", "apply", "../../demo/clinica.yaml", "--clinica", "2"}, exitDone, ""},
		{[]string{"clinica", "list"}, exitDone, "A"},
		{[]string{"token", "create", "--clinica", "2", "--nombre", "bot"}, exitDone, "tmh_"},
		{[]string{"token", "create", "--clinica", "3", "--nombre", "bot"}, exitFailed, "no clinica 3"},
		{[]string{"token", "revoke", "1"}, exitDone, ""},
		{[]string{"token", "list"}, exitDone, "revoked"},
		{[]string{"demo"}, exitFailed, "which is not the demo's"},
		{[]string{"check"}, exitDone, "the database is sound"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append(step.args, "--db", server.URL(name)), &stdout, &stderr)
		if said := stdout.String() + stderr.String(); code != step.code || !strings.Contains(said, step.says) {
			t.Errorf("%s: got exit code %d and %q, want %d and %q", strings.Join(step.args, " "), code, said, step.code, step.says)
		}
	}
}
