package sqlstore_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/storetest"
)

func openSQLite(t testing.TB, clock func() time.Time) *sqlstore.Store {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "clinica de prueba?.db"), clock)
}

func openFile(t testing.TB, file string, clock func() time.Time) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), "sqlite:"+file, sqlstore.Options{Clock: clock})
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

func frozen() time.Time { return storetest.Now }

func TestSQLiteIsAStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock func() time.Time) tomahora.Store { return openSQLite(t, clock) })
}

// booked is a database with one cita, closed, and a plain connection to it.
func booked(t *testing.T) *sql.DB {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.db")
	s := openFile(t, file, frozen)
	id := storetest.Setup(t, s, 1)
	inicio, duracion := tomahora.Hora(540), tomahora.Duracion(30)
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		for _, sillon := range []tomahora.SillonID{1, 3} {
			a, err := tx.Atenciones().Create(tomahora.Atencion{
				Nombre: "X", Tipo: tomahora.TipoConsulta, Fecha: tomahora.Fecha{Year: 2026, Month: 1, Day: 1},
				IDPaciente: 1, IDProfesional: 1, IDSucursal: 1,
			}, tomahora.Sistema)
			if err != nil {
				return err
			}
			_, err = tx.Citas().Create(tomahora.Cita{
				Espacio: tomahora.Espacio{IDProfesional: 1, IDSucursal: 1, IDSillon: sillon,
					Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}, Rango: tomahora.Rango{Inicio: inicio, Fin: inicio.Add(duracion)}},
				IDPaciente: 1, IDAtencion: a.ID, IDEstado: 7, Viva: true, Exclusiva: sillon == 3, Origen: "token:1",
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestAnAlarmIsALawThatTheRulesShouldHaveKept(t *testing.T) {
	var alarms bytes.Buffer
	s, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"),
		sqlstore.Options{Clock: frozen, Logger: slog.New(slog.NewTextHandler(&alarms, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	id := storetest.Setup(t, s, 1)
	book := func(prof tomahora.ProfesionalID) error {
		return s.Update(t.Context(), id, func(tx tomahora.Tx) error {
			a, err := tx.Atenciones().Create(tomahora.Atencion{
				Nombre: "X", Tipo: tomahora.TipoConsulta, Fecha: tomahora.Fecha{Year: 2026, Month: 1, Day: 1},
				IDPaciente: 1, IDProfesional: prof, IDSucursal: 1,
			}, tomahora.Sistema)
			if err != nil {
				return err
			}
			_, err = tx.Citas().Create(tomahora.Cita{
				Espacio: tomahora.Espacio{IDProfesional: prof, IDSucursal: 1, IDSillon: 1,
					Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}, Rango: tomahora.Rango{Inicio: 540, Fin: 570}},
				IDPaciente: 1, IDAtencion: a.ID, IDEstado: 7, Viva: true, Origen: "token:1",
			})
			return err
		})
	}
	for _, prof := range []tomahora.ProfesionalID{1, 2} {
		if err := book(prof); err != nil {
			t.Fatal(err)
		}
	}
	err = s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		return tx.Setup().SaveSillon(tomahora.Sillon{ID: 1, Nombre: "Sillon 1", Exclusivo: true}, tomahora.Sistema)
	})
	if problems := tomahora.ProblemsOf(err); len(problems) != 1 || problems[0].Code != tomahora.CodeTopeSillon {
		t.Fatalf("two profesionales on a sillón that is to be exclusive: got %v", err)
	}
	if alarms.Len() > 0 {
		t.Errorf("an answer to who sets up the clinic was an alarm: %s", alarms.String())
	}
	if err := book(1); err == nil || !strings.Contains(alarms.String(), "tope_profesional") {
		t.Errorf("a cita over another was no alarm: %v, %q", err, alarms.String())
	}
}

func TestPlainSQLCannotBreakTheLaw(t *testing.T) {
	db := booked(t)
	// A free row: every column of cita 1 but the ones a case names.
	columns := []string{
		"id_clinica", "id", "id_profesional", "id_sucursal", "id_sillon", "fecha", "inicio", "fin", "id_paciente", "id_atencion", "id_estado",
		"videoconsulta", "comentario", "viva", "exenta", "exclusiva", "atencion_multiple", "estado_desde", "creada", "cambiada", "version",
		"origen", "id_cita_previa",
	}
	insert := func(changes map[string]string) error {
		values := make([]string, len(columns))
		for i, c := range columns {
			values[i] = c
			if v, ok := changes[c]; ok {
				values[i] = v
			}
		}
		_, err := db.Exec("INSERT INTO citas (" + strings.Join(columns, ",") + ") SELECT " + strings.Join(values, ",") + " FROM citas WHERE id = 1")
		return err
	}
	free := func(more map[string]string) map[string]string {
		changes := map[string]string{"id": "99", "atencion_multiple": "1", "inicio": "600", "fin": "630"}
		for k, v := range more {
			changes[k] = v
		}
		return changes
	}
	tests := map[string]struct {
		changes map[string]string
		want    string
	}{
		"an overlap":                           {map[string]string{"inicio": "555", "fin": "585"}, "tope_profesional"},
		"an overlap at another sucursal":       {map[string]string{"inicio": "555", "fin": "585", "id_sucursal": "2", "id_sillon": "2"}, "tope_profesional"},
		"an overlap on an exclusive sillón":    {map[string]string{"inicio": "555", "fin": "585", "id_profesional": "2", "id_sillon": "3", "exclusiva": "1"}, "tope_sillon"},
		"a second live cita of an atención":    {map[string]string{"atencion_multiple": "0"}, "UNIQUE"},
		"an empty range":                       {map[string]string{"fin": "600"}, "CHECK"},
		"a negative range":                     {map[string]string{"fin": "590"}, "CHECK"},
		"a start before midnight":              {map[string]string{"inicio": "-15", "fin": "15"}, "CHECK"},
		"an end after midnight":                {map[string]string{"fin": "1441"}, "CHECK"},
		"a fecha without its zero":             {map[string]string{"fecha": "'2018-11-2'"}, "CHECK"},
		"a fecha that does not exist":          {map[string]string{"fecha": "'2026-02-30'"}, "CHECK"},
		"a fecha that is none":                 {map[string]string{"fecha": "''"}, "CHECK"},
		"a flag that is neither 0 nor 1":       {map[string]string{"viva": "2"}, "CHECK"},
		"a text where a number belongs":        {map[string]string{"inicio": "'nueve'"}, "cannot store TEXT"},
		"a cita of an unknown paciente":        {map[string]string{"id_paciente": "999"}, "FOREIGN KEY"},
		"a sobrecupo that is bound by the law": {map[string]string{"id_sillon": "7"}, "CHECK"},
		"the same id twice":                    {map[string]string{"id": "1"}, "UNIQUE"},
	}
	if _, err := db.Exec("PRAGMA foreign_keys = 1"); err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := insert(free(test.changes))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a refusal by %s", err, test.want)
			}
		})
	}
	if err := insert(free(nil)); err != nil {
		t.Fatalf("a free row was refused: %v", err)
	}
	for name, update := range map[string]string{
		"moving onto another cita":     "UPDATE citas SET inicio = 555, fin = 585 WHERE id = 99",
		"lengthening onto another":     "UPDATE citas SET inicio = 500 WHERE id = 99",
		"moving to a taken sillón":     "UPDATE citas SET id_sillon = 1, inicio = 540, fin = 570 WHERE id = 99",
		"taking over its chair":        "UPDATE citas SET id_profesional = 2, id_sillon = 3, exclusiva = 1, inicio = 540, fin = 570 WHERE id = 99",
		"renumbering onto a neighbour": "UPDATE citas SET id = 1 WHERE id = 99",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := db.Exec(update); err == nil {
				t.Error("the update was accepted")
			}
		})
	}
	t.Run("shifting a cita by half its length onto itself is no overlap", func(t *testing.T) {
		if _, err := db.Exec("UPDATE citas SET inicio = 615, fin = 645 WHERE id = 99"); err != nil {
			t.Error(err)
		}
	})
}

func TestCheckFindsWhatWasForcedIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	s := openFile(t, file, frozen)
	id := storetest.Setup(t, s, 1)
	if findings, err := s.Check(t.Context(), nil); err != nil || len(findings) > 0 {
		t.Fatalf("a sound database: got findings %v, error %v", findings, err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, stmt := range []string{
		"DROP TRIGGER citas_law_insert",
		"DROP INDEX citas_atencion",
		`INSERT INTO citas SELECT 1, x.id, 1, 1, 3, '2026-11-30', 540, 570, 1, 1, 7, 0, '', 1, 0, 1, 0, 0, 0, 0, 1, 'x', 0
		 FROM (SELECT 1 AS id UNION SELECT 2) x`,
	} {
		if _, err := db.Exec(stmt); err != nil {
			t.Fatal(err)
		}
	}
	findings, err := s.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	laws := map[string]int{}
	for _, f := range findings {
		laws[f.Law]++
		if f.String() == "" || f.IDClinica != id && f.Law != "references" {
			t.Errorf("finding %+v does not say where", f)
		}
	}
	for _, law := range []string{"tope_profesional", "tope_sillon", "atencion_con_cita", "references"} {
		if laws[law] == 0 {
			t.Errorf("check did not find %s: %v", law, findings)
		}
	}
}

func TestAnotherProcessSeesANewConfigurationAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	a, b := openFile(t, file, frozen), openFile(t, file, frozen)
	id := storetest.Setup(t, a, 0)
	seen := func() (ok bool) {
		err := b.View(t.Context(), id, func(tx tomahora.Tx) error { _, ok = tx.Config().Sillon(9); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if seen() {
		t.Fatal("sillón 9 is there before it was made")
	}
	err := a.Update(t.Context(), id, func(tx tomahora.Tx) error {
		return tx.Setup().SaveSillon(tomahora.Sillon{ID: 9, Nombre: "Nuevo"}, tomahora.Sistema)
	})
	if err != nil {
		t.Fatal(err)
	}
	if !seen() {
		t.Fatal("the other process works with an old configuration")
	}
}

func TestEveryWriteIsToldOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	s := openFile(t, file, frozen)
	storetest.Setup(t, s, 3)
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var events, last, first, pacientes int
	err = db.QueryRow("SELECT COUNT(*), MAX(id), MIN(id), SUM(entidad = 'paciente' AND accion = 'created') FROM eventos").Scan(&events, &last, &first, &pacientes)
	if err != nil {
		t.Fatal(err)
	}
	if first != 1 || last != events || pacientes != 3 {
		t.Errorf("got %d events numbered %d to %d, %d of them pacientes; want no gap and 3", events, first, last, pacientes)
	}
}

func TestAChangeIsToldWithTheNamesOfItsFields(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	s := openFile(t, file, frozen)
	id := storetest.Setup(t, s, 20) // more than are written by one statement
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		for n := tomahora.PacienteID(1); n <= 20; n++ {
			p, err := tx.Pacientes().Get(n)
			if err != nil {
				return err
			}
			if _, err := tx.Pacientes().Save(p, "token:4", "rut", "numero_ficha"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var told, others int
	err = db.QueryRow(`SELECT SUM(accion = 'modified' AND actor = 'token:4' AND campos = 'rut,numero_ficha'), SUM(campos <> '')
		FROM eventos WHERE entidad = 'paciente'`).Scan(&told, &others)
	if err != nil {
		t.Fatal(err)
	}
	if told != 20 || others != told {
		t.Errorf("got %d changes told with their fields, and %d events with any; want 20 of both", told, others)
	}
}

// TestNamesWithApostrophesAreFoundAfterTheUpgrade takes a file back to when they
// were found in pieces only.
func TestNamesWithApostrophesAreFoundAfterTheUpgrade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	s := openFile(t, file, frozen)
	id := storetest.Setup(t, s, 0)
	var want tomahora.Paciente
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		if _, err = tx.Pacientes().Create(tomahora.Paciente{Nombre: "Ana", Apellidos: "Oryando", Habilitado: true}, tomahora.Sistema); err != nil {
			return err
		}
		want, err = tx.Pacientes().Create(tomahora.Paciente{Nombre: "Ana", Apellidos: "O’Ryan", Habilitado: true}, tomahora.Sistema)
		return err
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, stmt := range []string{
		"DROP VIEW pacientes_palabras", "DROP VIEW pacientes_nombres",
		"CREATE VIEW pacientes_palabras AS SELECT id_clinica, id, nombre || ' ' || apellidos AS palabras FROM pacientes",
		"UPDATE pacientes SET nombre = 'Eva'", "UPDATE pacientes SET nombre = 'Ana'", // which indexes them anew
		"DELETE FROM goose_db_version WHERE version_id >= 10",
	} {
		if _, err := db.Exec(stmt); err != nil {
			t.Fatalf("%s: %v", stmt, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s = openFile(t, file, frozen)
	for typed, n := range map[string]int{"oryan": 2, "ryan": 1, "ana oryan": 2} {
		var got []tomahora.Paciente
		err := s.View(t.Context(), id, func(tx tomahora.Tx) (err error) {
			got, err = tx.Pacientes().Buscar(tomahora.Terminos(typed), 10)
			return err
		})
		if err != nil || len(got) != n || !slices.Contains(got, want) {
			t.Errorf("%q: got %+v, error %v", typed, got, err)
		}
	}
}

// TestOldPacientesAreFoundAfterTheUpgrade takes a file back to the first schema
// and opens it again.
func TestOldPacientesAreFoundAfterTheUpgrade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	s, err := sqlstore.Open(t.Context(), "sqlite:"+file, sqlstore.Options{Clock: frozen})
	if err != nil {
		t.Fatal(err)
	}
	id := storetest.Setup(t, s, 0)
	want := []tomahora.Paciente{
		{Nombre: "José Ángel", Apellidos: "ÑANDÚ Güell", Email: "JÓSE@X.CL", Habilitado: true},
		{Nombre: "áéíóúüñ", Apellidos: "ÁÉÍÓÚÜÑ", Email: "", Habilitado: true},
	}
	err = s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		for i := range want {
			if want[i], err = tx.Pacientes().Create(want[i], tomahora.Sistema); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, stmt := range []string{
		"DROP TRIGGER pacientes_texto_insert", "DROP TRIGGER pacientes_texto_update", "DROP TRIGGER pacientes_texto_delete",
		"DROP VIEW pacientes_palabras", "DROP VIEW pacientes_nombres", "DROP VIEW pacientes_fonos", "DROP TABLE pacientes_texto", "DROP TABLE pacientes_texto_content",
		"DROP TABLE reservas_online", "DROP TABLE auditoria", "DROP TABLE frenos", "DROP TABLE sesiones", "DROP TABLE usuarios", "ALTER TABLE clinicas DROP COLUMN auditado",
		"DROP TABLE entregas", "DROP TABLE webhooks", "DROP TABLE reservas", "DROP TABLE respuestas", "DROP INDEX tokens_clinica",
		"ALTER TABLE clinicas DROP COLUMN ultima_reserva", "ALTER TABLE clinicas DROP COLUMN reservas_hasta",
		"DROP INDEX pacientes_nombre", "DROP INDEX pacientes_apellidos", "DROP INDEX pacientes_email", "DROP INDEX pacientes_celular",
		"ALTER TABLE pacientes DROP COLUMN nombre_plano", "ALTER TABLE pacientes DROP COLUMN apellidos_plano",
		"ALTER TABLE pacientes DROP COLUMN email_plano", "DROP TABLE prestaciones",
		"DROP INDEX citas_paciente", "DROP INDEX citas_estado", "DROP INDEX citas_otro_sillon", "DROP INDEX citas_fecha",
		"DROP INDEX citas_estado_desde", "DROP INDEX atenciones_fecha", "DELETE FROM goose_db_version WHERE version_id >= 2",
	} {
		if _, err := db.Exec(stmt); err != nil {
			t.Fatalf("%s: %v", stmt, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s = openFile(t, file, frozen)
	for i, typed := range []string{"nandu jose", "aeiouun"} {
		var got []tomahora.Paciente
		err := s.View(t.Context(), id, func(tx tomahora.Tx) (err error) {
			got, err = tx.Pacientes().Buscar(tomahora.Terminos(typed), 10)
			return err
		})
		if d := cmp.Diff(want[i:i+1], got); d != "" || err != nil {
			t.Errorf("by %q: error %v, -want +got:\n%s", typed, err, d)
		}
	}
	for _, p := range want {
		for column, value := range map[string]string{"nombre": p.Nombre, "apellidos": p.Apellidos, "email": p.Email} {
			var got []tomahora.Paciente
			err := s.View(t.Context(), id, func(tx tomahora.Tx) (err error) {
				got, err = tx.Pacientes().List(tomahora.Consulta{
					Filtros: []tomahora.Filtro{{Columna: column, Operador: tomahora.Igual, Valor: value}},
					Orden:   []tomahora.Orden{{Columna: "id"}}, Limite: 10,
				})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]tomahora.Paciente{p}, got); d != "" {
				t.Errorf("by %s: -want +got:\n%s", column, d)
			}
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	o := sqlstore.Options{Clock: frozen}
	if _, err := sqlstore.Open(t.Context(), "postgres://u:secreto@h/db", o); err == nil || strings.Contains(err.Error(), "secreto") {
		t.Errorf("got %v, want a refusal without the password", err)
	}
	if _, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "no/such/folder.db"), o); err == nil {
		t.Error("a file in a missing folder was opened")
	}
	file := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(file, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlstore.Open(t.Context(), "sqlite:"+file, o); err == nil {
		t.Error("a file that is no database was opened")
	}
	o.NoMigrate = true
	if _, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "new.db"), o); err == nil || !strings.Contains(err.Error(), "tomahora migrate") {
		t.Errorf("got %v, want advice to migrate", err)
	}
}

// TestANewFileIsItsOwnersAlone: it holds what patients tell their dentist.
func TestANewFileIsItsOwnersAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	storetest.Setup(t, openFile(t, link, frozen), 10)
	for _, part := range []string{file, file + "-wal", file + "-shm"} {
		if info, err := os.Stat(part); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("got %v, error %v; want %s for its owner alone", info, err, part)
		}
	}
}

// TestAFileKeepsItsPermissions: whoever lets a group read it has a reason.
func TestAFileKeepsItsPermissions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(file, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	storetest.Setup(t, openFile(t, file, frozen), 10)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("got %v, error %v; want the permissions it had", info, err)
	}
}

// TestALogThatGrewIsCutBack: a reader keeps the log from being emptied, and when
// it is gone the log gives back the disk.
func TestALogThatGrewIsCutBack(t *testing.T) {
	const limit = 65_536_000
	file := filepath.Join(t.TempDir(), "a.db")
	s := openFile(t, file, frozen)
	id := storetest.Setup(t, s, 10)
	logSize := func() int64 {
		info, err := os.Stat(file + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	write := func(size int) {
		err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
			_, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: strings.Repeat("a", size), Habilitado: true}, tomahora.Sistema)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	view := s.View(t.Context(), id, func(tx tomahora.Tx) error {
		if _, err := tx.Pacientes().Get(1); err != nil {
			return err
		}
		for range 20 {
			write(1 << 20)
		}
		return nil
	})
	if grown := logSize(); view != nil || grown <= limit {
		t.Fatalf("the log has %d bytes, error %v; want more than %d", grown, view, limit)
	}
	for range 3 { // one empties the log, and the next begins it anew
		write(1)
	}
	if got := logSize(); got > limit {
		t.Errorf("the log still has %d bytes, want %d at most", got, limit)
	}
}

func TestUpdatesAfterCloseAreUnavailable(t *testing.T) {
	s, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: frozen})
	if err != nil {
		t.Fatal(err)
	}
	id := storetest.Setup(t, s, 0)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), id, func(tomahora.Tx) error { return nil })
	if tomahora.KindOf(err) != tomahora.KindUnavailable {
		t.Errorf("got %v, want KindUnavailable", err)
	}
}
