package sqlstore

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestResetForgetsEveryTable: whoever adds a table of clinics has to say what
// becomes of it when a demo clinic is emptied.
func TestResetForgetsEveryTable(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	rows, err := writers(t, s).QueryContext(t.Context(),
		`SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'id_clinica'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	slices.Sort(tables)
	want := append(resetTables(), "clinicas", "tokens", "usuarios", "sesiones", // those stay
		"pacientes_texto") // which follows pacientes
	slices.Sort(want)
	if diff := cmp.Diff(want, tables); diff != "" || rows.Err() != nil {
		t.Errorf("emptied or kept (-), in the schema (+), error %v:\n%s", rows.Err(), diff)
	}
}
