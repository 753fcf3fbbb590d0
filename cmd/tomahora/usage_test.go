package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestExitCodesAndMessages(t *testing.T) {
	dir := t.TempDir()
	db := "sqlite:" + filepath.Join(dir, "a.db")
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"no command":                        {nil, exitUsage, "--help"},
		"an unknown command":                {[]string{"fly"}, exitUsage, "fly"},
		"an unknown flag":                   {[]string{"check", "--db", db, "--fast"}, exitUsage, "--fast"},
		"no database":                       {[]string{"check"}, exitUsage, "--db"},
		"a time that is none":               {[]string{"demo", "--now", "ayer"}, exitUsage, "--now"},
		"a rate that is none":               {[]string{"demo", "--rate-limit", "many"}, exitUsage, "--rate-limit"},
		"an origin that is none":            {[]string{"demo", "--cors-origin", "clinica.cl/"}, exitUsage, "--cors-origin"},
		"a public URL that is none":         {[]string{"serve", "--db", db, "--public-url", "clinica"}, exitUsage, "--public-url"},
		"no time to wait":                   {[]string{"serve", "--db", db, "--read-timeout", "0s"}, exitUsage, "--read-timeout"},
		"no connection":                     {[]string{"serve", "--db", db, "--max-connections", "0"}, exitUsage, "--max-connections"},
		"a certificate without its key":     {[]string{"serve", "--db", db, "--tls-cert", "main.go"}, exitUsage, "--tls-key"},
		"a time that is negative":           {[]string{"serve", "--db", db, "--eventos-retencion=-1h"}, exitUsage, "--eventos-retencion"},
		"a database of an unknown kind":     {[]string{"check", "--db", "mysql://x"}, exitFailed, "sqlite:FILE"},
		"a file that cannot be opened":      {[]string{"check", "--db", "sqlite:" + dir + "/no/a.db"}, exitFailed, "a.db"},
		"an address that cannot be had":     {[]string{"serve", "--db", db, "--listen", "256.0.0.1:1"}, exitFailed, "256.0.0.1"},
		"help":                              {[]string{"--help"}, exitDone, "clinica apply"},
		"the version":                       {[]string{"version"}, exitDone, "tomahora devel"},
		"the version for programs":          {[]string{"version", "--json"}, exitDone, `{"version":"devel"}`},
		"migrating":                         {[]string{"migrate", "--db", db}, exitDone, "up to date"},
		"a config file that cannot be read": {[]string{"--config", dir, "version"}, exitUsage, dir},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), test.args, &stdout, &stderr)
			said := stdout.String() + stderr.String()
			if code != test.code || !strings.Contains(said, test.says) {
				t.Errorf("got exit %d and %q, want %d and %q", code, said, test.code, test.says)
			}
		})
	}
}

func TestDatabaseFromEnvironmentAndFile(t *testing.T) {
	dir := t.TempDir()
	fromFile, fromEnv := filepath.Join(dir, "file.db"), filepath.Join(dir, "env.db")
	config := filepath.Join(dir, "tomahora.yaml")
	writeFile(t, config, "db: sqlite:"+fromFile+"\n")
	steps := []struct {
		env  string
		args []string
		made string
	}{
		{"", []string{"--config", config, "migrate"}, fromFile},
		{"sqlite:" + fromEnv, []string{"--config", config, "migrate"}, fromEnv},
		{"sqlite:" + fromEnv, []string{"migrate", "--db", "sqlite:" + filepath.Join(dir, "flag.db")}, filepath.Join(dir, "flag.db")},
	}
	for _, step := range steps {
		if step.env != "" {
			t.Setenv("TOMAHORA_DB", step.env)
		}
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), step.args, &stdout, &stderr); code != exitDone {
			t.Fatalf("%v: exit %d: %s", step.args, code, &stderr)
		}
		if !exists(step.made) {
			t.Errorf("%v with TOMAHORA_DB=%q did not use %s", step.args, step.env, step.made)
		}
	}
}
