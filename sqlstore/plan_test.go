package sqlstore

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestNoQueryScansAClinic asks the planner, on an empty database as on a grown
// one it was told nothing about: rows that grow with history are only ever
// reached by a whole key or by an index that narrows further than the clinic.
func TestNoQueryScansAClinic(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	s, err := Open(t.Context(), "sqlite:"+file, Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	names, err := fs.Glob(queryFiles, "query/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("got %d queries, error %v", len(names), err)
	}
	for _, name := range names {
		name = strings.TrimSuffix(filepath.Base(name), ".sql")
		if strings.HasPrefix(name, "check_") || name == "cita_set_exclusiva" || name == "clinica_create" {
			continue // run by hand, and free to read everything
		}
		for _, step := range queryPlan(t, s.writer, name) {
			for _, table := range []string{"citas", "c", "o", "pacientes", "p", "atenciones", "a", "eventos"} {
				if strings.HasPrefix(step, "SCAN "+table+" ") || strings.HasPrefix(step, "SEARCH "+table+" ") && strings.HasSuffix(step, "(id_clinica=?)") {
					t.Errorf("%s: %s", name, step)
				}
			}
		}
	}
}

func queryPlan(t *testing.T, db *sql.DB, name string) []string {
	t.Helper()
	text, err := queryText(name)
	if err != nil {
		t.Fatal(err)
	}
	args := make([]any, strings.Count(text, "$"))
	for i := range args {
		args[i] = 1
	}
	session, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args[:lastParameter(text)]...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer session.Close()
	var steps []string
	for session.Next() {
		var id, parent, unused int
		var detail string
		if err := session.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, detail)
	}
	if err := session.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// lastParameter is the highest n of the $n in a text.
func lastParameter(text string) int {
	highest := 0
	for _, piece := range strings.Split(text, "$")[1:] {
		n := 0
		for _, c := range piece {
			if c < '0' || c > '9' {
				break
			}
			n = n*10 + int(c-'0')
		}
		highest = max(highest, n)
	}
	return highest
}
