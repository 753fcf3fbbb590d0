package sqlstore

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// sound is a file with one cita in it, and a plain connection to it.
func sound(t *testing.T) (file string, db *sql.DB) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "a.db")
	s, err := Open(t.Context(), "sqlite:"+file, Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "Prueba", Zona: "America/Santiago"})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		setup, by := tx.Setup(), tomahora.Sistema
		for _, save := range []func() error{
			func() error {
				return setup.SaveSucursal(tomahora.Sucursal{ID: 1, Nombre: "NORTE", Habilitada: true}, by)
			},
			func() error { return setup.SaveSillon(tomahora.Sillon{ID: 1, Nombre: "Sillon 1"}, by) },
			func() error {
				return setup.SaveEspecialidad(tomahora.Especialidad{ID: 1, Nombre: "General", Habilitada: true}, by)
			},
			func() error {
				return setup.SaveProfesional(tomahora.Profesional{ID: 1, Nombre: "A", Apellidos: "B", IDEspecialidad: 1, Intervalo: 15, Habilitado: true}, by)
			},
		} {
			if err := save(); err != nil {
				return err
			}
		}
		p, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "C", Apellidos: "D", Habilitado: true}, by)
		if err != nil {
			return err
		}
		a, err := tx.Atenciones().Create(tomahora.Atencion{
			Nombre: "X", Tipo: tomahora.TipoConsulta, Fecha: tomahora.Fecha{Year: 2026, Month: 1, Day: 1}, IDPaciente: p.ID, IDProfesional: 1, IDSucursal: 1,
		}, by)
		if err != nil {
			return err
		}
		_, err = tx.Citas().Create(tomahora.Cita{
			Espacio: tomahora.Espacio{IDProfesional: 1, IDSucursal: 1, IDSillon: 1,
				Fecha: tomahora.Fecha{Year: 2096, Month: 11, Day: 30}, Rango: tomahora.Rango{Inicio: 540, Fin: 570}},
			IDPaciente: p.ID, IDAtencion: a.ID, IDEstado: 7, Viva: true, Origen: "token:1",
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = sql.Open("sqlite", file); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	return file, db
}

// checked are the findings of a file as `check` prints them.
func checked(t *testing.T, file string) []string {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+file, Options{Clock: time.Now, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	findings, err := s.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, f := range findings {
		said = append(said, f.String())
	}
	slices.Sort(said)
	return said
}

func TestCheckFindsWhatConstraintsDoNotHold(t *testing.T) {
	t.Parallel()
	second := "INSERT INTO citas SELECT 1, 2, id_profesional, id_sucursal, id_sillon, fecha, inicio + 30, fin + 30, id_paciente, %s, id_estado, 0, '', %s, 0, %s, %s, 0, 0, 0, 1, 'x', 0 FROM citas"
	raise := "UPDATE clinicas SET ultima_cita = 2"
	tests := map[string]struct {
		do   []string
		want []string
	}{
		"a sound database": {nil, nil},
		"a damaged constraint": {
			[]string{"PRAGMA ignore_check_constraints = 1", "UPDATE citas SET videoconsulta = 5"},
			[]string{"integrity: CHECK constraint failed in citas"},
		},
		"hours that are none": {
			[]string{"PRAGMA ignore_check_constraints = 1", "UPDATE citas SET fin = inicio"},
			[]string{"integrity: CHECK constraint failed in citas", "range: clinica 1, citas [1], its hours are no range of a day"},
		},
		"a live cita in an annulled estado": {
			[]string{"UPDATE citas SET id_estado = 1"},
			[]string{"viva: clinica 1, citas [1], it is live and annulled at once, or neither"},
		},
		"an annulled cita in a live estado": {
			[]string{"UPDATE citas SET viva = 0"},
			[]string{"viva: clinica 1, citas [1], it is live and annulled at once, or neither"},
		},
		"another's atención": {
			[]string{"INSERT INTO pacientes SELECT 1, 2, '', 0, 'E', '', 'F', '', '', '', '', '', '', '', '', '', 0, '', '', 1, 0, 1, '', '', ''",
				"UPDATE atenciones SET id_paciente = 2", "UPDATE clinicas SET ultimo_paciente = 2"},
			[]string{"atencion_de_otro_paciente: clinica 1, citas [1], its atencion is of another paciente"},
		},
		"a plan that is none": {
			[]string{fmt.Sprintf(second, "1", "1", "0", "1"), raise},
			[]string{"atencion_multiple: clinica 1, citas [2], it takes its atencion for what it is not, a plan or none"},
		},
		"a sillón that became exclusive": {
			[]string{"UPDATE sillones SET exclusivo = 1"},
			[]string{"exclusiva: clinica 1, citas [1], it takes its sillon for what it is not, exclusive or shared"},
		},
		"a sillón that became exclusive after the cita": {
			[]string{"UPDATE sillones SET exclusivo = 1", "UPDATE citas SET fecha = '2020-01-01'"}, nil,
		},
		"counters behind their rows": {
			[]string{"UPDATE clinicas SET ultima_cita = 0, ultimo_paciente = 0, ultima_atencion = 0, ultimo_evento = 1"},
			[]string{
				"counters: clinica 1, ultima_atencion is 0, but there is a 1", "counters: clinica 1, ultima_cita is 0, but there is a 1",
				"counters: clinica 1, ultimo_evento is 1, but there is a *", "counters: clinica 1, ultimo_paciente is 0, but there is a 1",
			},
		},
		"a sillón that is gone": {
			[]string{"DELETE FROM sillones"},
			[]string{"references: clinica 1, row 1 of citas names a row that sillones does not have"},
		},
		"an earlier cita that never was": {
			[]string{"UPDATE citas SET id_cita_previa = 9"},
			[]string{"references: clinica 1, row 1 of citas names a row that citas does not have"},
		},
		"a paciente that is gone": {
			[]string{"DELETE FROM pacientes"},
			[]string{
				"references: clinica 1, row 1 of atenciones names a row that pacientes does not have",
				"references: clinica 1, row 1 of citas names a row that pacientes does not have",
			},
		},
		"a zone that is none": {
			[]string{"UPDATE clinicas SET zona = 'Chile/Atlantis'"},
			[]string{"configuracion_invalida: clinica 1, *"},
		},
		"a second cita of an atención, and an overlap": {
			[]string{"DROP TRIGGER citas_law_insert", "DROP INDEX citas_atencion",
				strings.ReplaceAll(fmt.Sprintf(second, "1", "1", "0", "0"), "+ 30", "+ 15"), raise},
			[]string{"atencion_con_cita: clinica 1, citas [1 2]", "tope_profesional: clinica 1, citas [1 2]"},
		},
		"two at once": {
			[]string{"DROP TRIGGER citas_law_insert", "DROP TRIGGER citas_law_update", strings.ReplaceAll(fmt.Sprintf(second, "1", "1", "0", "1"), "+ 30", "+ 0"),
				"UPDATE atenciones SET tipo = 'Plan de tratamiento'", "UPDATE citas SET atencion_multiple = 1", raise},
			[]string{"tope_profesional: clinica 1, citas [1 2]"},
		},
		"neighbours": {
			[]string{fmt.Sprintf(second, "1", "1", "0", "1"), "UPDATE atenciones SET tipo = 'Plan de tratamiento'", "UPDATE citas SET atencion_multiple = 1", raise}, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, db := sound(t)
			for _, stmt := range test.do {
				if _, err := db.Exec(stmt); err != nil {
					t.Fatalf("%s: %v", stmt, err)
				}
			}
			got := checked(t, file)
			if len(got) == len(test.want) {
				for i, want := range test.want {
					if prefix, ok := strings.CutSuffix(want, "*"); ok && strings.HasPrefix(got[i], prefix) {
						got[i] = want
					}
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCheckFollowsEveryReference holds the query against the schema: a foreign
// key nobody looked after would only be noticed after a restore.
func TestCheckFollowsEveryReference(t *testing.T) {
	t.Parallel()
	_, db := sound(t)
	rows, err := db.Query(`SELECT t.name, f."table", MAX(f."from") FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
		WHERE t.type = 'table' GROUP BY t.name, f.id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	query, err := queryText("sqlite", "check_references")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for rows.Next() {
		var child, parent, column string
		if err := rows.Scan(&child, &parent, &column); err != nil {
			t.Fatal(err)
		}
		seen++
		if !strings.Contains(query, fmt.Sprintf("'%s' AS child, r.id, '%s' AS parent", child, parent)) {
			t.Errorf("check_references does not look whether %s.%s is in %s", child, column, parent)
		}
	}
	if err := rows.Err(); err != nil || seen < 20 {
		t.Errorf("saw %d foreign keys, error %v", seen, err)
	}
}

func TestAnOlderSchemaIsReadAsItIs(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "old.db")
	db, err := sql.Open("sqlite", sqliteURI(file, pragmas))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	provider, err := migrations(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), "sqlite:"+file, Options{Clock: time.Now, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if findings, err := s.Check(t.Context(), nil); err != nil || len(findings) > 0 || !s.Outdated() {
		t.Errorf("findings %v, error %v, outdated %v", findings, err, s.Outdated())
	}
	if _, err := s.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "X", Zona: "America/Santiago"}); err == nil {
		t.Error("a store that is open for reading wrote")
	}
	if version, err := provider.GetDBVersion(t.Context()); err != nil || version != 1 {
		t.Errorf("reading made the schema %d, error %v", version, err)
	}
}

func TestWhatCannotBeReadIsNotOpened(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "a.db")
	if _, err := Open(t.Context(), "sqlite:"+missing, Options{Clock: time.Now, ReadOnly: true}); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("a file that is not there: %v", err)
	}
	file, db := sound(t)
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), "sqlite:"+file, Options{Clock: time.Now, ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "schema is 999") {
		t.Errorf("a schema of the future: %v", err)
	}
	other := filepath.Join(t.TempDir(), "b.db")
	plain, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = plain.Close() }()
	if _, err := plain.Exec("CREATE TABLE x (y)"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), "sqlite:"+other, Options{Clock: time.Now, ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "database of tomahora") {
		t.Errorf("another program's database: %v", err)
	}
}
