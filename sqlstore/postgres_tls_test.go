package sqlstore

import (
	"log/slog"
	"strings"
	"testing"
)

func TestAConnectionThatMayBeInClearIsNoticed(t *testing.T) {
	for _, tt := range []struct {
		url, pgsslmode string
		want           bool
	}{
		{"postgres://u:secreto@db.clinica.cl/a", "", true},
		{"postgres://u@10.0.0.7/a", "", true},
		{"postgres://u@[2001:db8::7]/a", "", true},
		{"postgres://u@localhost,db.clinica.cl/a", "", true},
		{"postgres:///a?host=db.clinica.cl", "", true},
		{"postgres://u@db.clinica.cl/a", "verify-full", false},
		{"postgres://u@db.clinica.cl/a", "disable", false},
		{"postgres://u@db.clinica.cl/a?sslmode=prefer", "", false},
		{"postgres://u@db.clinica.cl/a?sslmode=disable", "", false},
		{"postgres://u@db.clinica.cl/a?sslmode=verify-full", "", false},
		{"postgres://u@localhost/a", "", false},
		{"postgres://u@127.0.0.2/a", "", false},
		{"postgres://u@[::1]/a", "", false},
		{"postgres:///a?host=/var/run/postgresql", "", false},
		{"postgres:///a?host=@tomahora", "", false},
	} {
		t.Run(tt.pgsslmode+" "+tt.url, func(t *testing.T) {
			t.Setenv("PGSSLMODE", tt.pgsslmode)
			config, err := poolConfig(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			var log strings.Builder
			warnOfPlain(slog.New(slog.NewTextHandler(&log, nil)), tt.url, config.ConnConfig)
			if said := log.String(); strings.Contains(said, "sslmode=verify-full") != tt.want || strings.Contains(said, "secreto") {
				t.Errorf("it says %q", said)
			}
		})
	}
}
