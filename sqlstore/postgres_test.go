package sqlstore_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
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

// connect is a plain connection to a database of the tests.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func exec(t testing.TB, conn *pgx.Conn, text string) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// insertCita writes a cita of profesional 1 past the rules, with an atención of
// its own.
func insertCita(tx tomahora.Tx, sillon tomahora.SillonID, inicio, fin tomahora.Hora) error {
	a, err := tx.Atenciones().Create(tomahora.Atencion{
		Nombre: "X", Tipo: tomahora.TipoConsulta, Fecha: tomahora.Fecha{Year: 2026, Month: 1, Day: 1}, IDPaciente: 1, IDProfesional: 1, IDSucursal: 1,
	}, tomahora.Sistema)
	if err != nil {
		return err
	}
	_, err = tx.Citas().Create(tomahora.Cita{
		Espacio: tomahora.Espacio{IDProfesional: 1, IDSucursal: 1, IDSillon: sillon,
			Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}, Rango: tomahora.Rango{Inicio: inicio, Fin: fin}},
		IDPaciente: 1, IDAtencion: a.ID, IDEstado: tomahora.EstadoNoConfirmado, Viva: true, Exclusiva: sillon == 3, Origen: "token:1",
	})
	return err
}

// TestReplicasThatStartTogetherMigrateOnce opens an empty database eight times at
// once.
func TestReplicasThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, false)
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			s, err := sqlstore.Open(context.Background(), url, sqlstore.Options{Clock: frozen})
			if err == nil {
				_, err = s.Clinicas(context.Background())
				err = errors.Join(err, s.Close())
			}
			errs[i] = err
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	var versions int
	err := connect(t, url).QueryRow(t.Context(), "SELECT COUNT(*) FROM goose_db_version WHERE version_id = 1").Scan(&versions)
	if err != nil || versions != 1 {
		t.Errorf("the first migration was run %d times, error %v", versions, err)
	}
}

func TestAnOldSchemaIsRefusedWhereItMayNotBeMigrated(t *testing.T) {
	t.Parallel()
	_, err := sqlstore.Open(t.Context(), sqlstore.NewPostgres(t, false), sqlstore.Options{Clock: frozen, NoMigrate: true})
	if err == nil || !strings.Contains(err.Error(), "tomahora migrate") {
		t.Errorf("got %v, want advice to migrate", err)
	}
}

func TestPlainSQLCannotBreakTheLawOnPostgres(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	s := openURL(t, url, frozen)
	id := storetest.Setup(t, s, 1)
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		return errors.Join(insertCita(tx, 1, 540, 570), insertCita(tx, 3, 540, 570))
	})
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	for name, test := range map[string]struct {
		changes string // of a free row, as SET has them
		want    string // the constraint, or SQLSTATE
	}{
		"an overlap":                               {"inicio = 555, fin = 585", "tope_profesional_sillon"},
		"an overlap at another sucursal":           {"inicio = 555, fin = 585, id_sucursal = 2, id_sillon = 2", "tope_profesional_sucursal"},
		"an overlap on an exclusive sillón":        {"inicio = 555, fin = 585, id_profesional = 2, id_sillon = 3, exclusiva = 1", "tope_sillon_exclusivo"},
		"a second live cita of an atención":        {"atencion_multiple = 0", "citas_atencion"},
		"an empty range":                           {"fin = 600", "citas_check"},
		"a negative range":                         {"fin = 590", "citas_check"},
		"a start before midnight":                  {"inicio = -15, fin = 15", "citas_inicio_check"},
		"an end after midnight":                    {"fin = 1441", "citas_check"},
		"a fecha without its zero":                 {"fecha = '2018-11-2'", "citas_fecha_check"},
		"a fecha that does not exist":              {"fecha = '2026-02-30'", "citas_fecha_check"},
		"a leap day of a year that has none":       {"fecha = '2100-02-29'", "citas_fecha_check"},
		"a fecha that is none":                     {"fecha = ''", "citas_fecha_check"},
		"a fecha with a second line":               {`fecha = E'2026-11-30\nx'`, "citas_fecha_check"},
		"a flag that is neither 0 nor 1":           {"viva = 2", "citas_viva_check"},
		"a cita of an unknown paciente":            {"id_paciente = 999", "citas_id_clinica_id_paciente_fkey"},
		"a cita of another clinic's profesional":   {"id_clinica = 2", "citas_id_clinica_id_profesional_fkey"},
		"a sobrecupo that is bound by the law":     {"id_sillon = 7", "citas_check"},
		"the same id twice":                        {"id = 1", "citas_pkey"},
		"a leap day":                               {"fecha = '2028-02-29'", ""},
		"a row like any other":                     {"", ""},
		"a cita behind another":                    {"inicio = 570, fin = 600", ""},
		"a cita before another":                    {"inicio = 510, fin = 540", ""},
		"the last minutes of a day":                {"inicio = 1425, fin = 1440", ""},
		"the first minutes of the day after":       {"inicio = 0, fin = 15, fecha = '2026-12-01'", ""},
		"an overlap of what is annulled":           {"inicio = 555, fin = 585, viva = 0", ""},
		"an overlap of what is outside the laws":   {"inicio = 555, fin = 585, exenta = 1", ""},
		"another lane of the same profesional":     {"inicio = 555, fin = 585, id_sillon = 2", ""},
		"another profesional on the same sillón":   {"inicio = 555, fin = 585, id_profesional = 2", ""},
		"a box of that number at another sucursal": {"inicio = 555, fin = 585, id_profesional = 2, id_sucursal = 2, id_sillon = 3, exclusiva = 1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(context.Background()) }()
			exec(t, conn, "CREATE TEMP TABLE free ON COMMIT DROP AS SELECT * FROM citas WHERE id = 1")
			exec(t, conn, "UPDATE free SET id = 99, atencion_multiple = 1, inicio = 600, fin = 630")
			if test.changes != "" {
				exec(t, conn, "UPDATE free SET "+test.changes)
			}
			_, err = conn.Exec(t.Context(), "INSERT INTO citas SELECT * FROM free")
			var refusal *pgconn.PgError
			if errors.As(err, &refusal) {
				if !strings.HasPrefix(refusal.ConstraintName, cmp.Or(test.want, "none")) {
					t.Errorf("got a refusal by %s: %v; want %q", refusal.ConstraintName, err, test.want)
				}
			} else if err != nil || test.want != "" {
				t.Errorf("got %v, want a refusal by %q", err, test.want)
			}
		})
	}
}

func TestCheckFindsWhatWasForcedIntoPostgres(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	s := openURL(t, url, frozen)
	id := storetest.Setup(t, s, 1)
	if findings, err := s.Check(t.Context(), nil); err != nil || len(findings) > 0 {
		t.Fatalf("a sound database: got findings %v, error %v", findings, err)
	}
	conn := connect(t, url)
	for _, text := range []string{
		"ALTER TABLE citas DROP CONSTRAINT tope_profesional_sillon, DROP CONSTRAINT tope_sillon_exclusivo",
		"DROP INDEX citas_atencion",
		"SET session_replication_role = replica", // no foreign keys
		`INSERT INTO citas SELECT 1, n, 1, 1, 3, '2026-11-30', 540, 570, 1, 1, 7, 0, '', 1, 0, 1, 0, 0, 0, 0, 1, 'x', 0 FROM generate_series(1, 2) n`,
	} {
		exec(t, conn, text)
	}
	findings, err := s.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	laws := map[string]int{}
	for _, f := range findings {
		laws[f.Law]++
		if f.String() == "" || f.IDClinica != id && f.Law != "references" && f.Law != "integrity" {
			t.Errorf("finding %+v does not say where", f)
		}
	}
	want := map[string]int{"integrity": 3, "references": 2, "tope_profesional": 1, "tope_sillon": 1, "atencion_con_cita": 1, "counters": 1}
	if d := gocmp.Diff(want, laws); d != "" {
		t.Errorf("-want +got:\n%s\n%v", d, findings)
	}
}

// TestAnAlarmIsRaisedOnce puts a cita over another in a batch, where the refusal
// is only known when the batch is sent, and the members are run again.
func TestAnAlarmIsRaisedOnce(t *testing.T) {
	t.Parallel()
	var alarms syncBuffer
	s, err := sqlstore.Open(t.Context(), sqlstore.NewPostgres(t, true), sqlstore.Options{Clock: frozen, Logger: slog.New(slog.NewTextHandler(&alarms, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	id := storetest.Setup(t, s, 1)
	hold := make(chan struct{})
	var wg sync.WaitGroup
	errs := make([]error, 12)
	wg.Go(func() { _ = s.Update(context.Background(), id, func(tomahora.Tx) error { <-hold; return nil }) })
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Update(context.Background(), id, func(tx tomahora.Tx) error {
				return insertCita(tx, 1, tomahora.Hora(15*(i%11)), tomahora.Hora(15*(i%11)+15)) // the last is over the first
			})
		})
	}
	time.Sleep(20 * time.Millisecond) // let the queue fill
	close(hold)
	wg.Wait()
	refused := 0
	for _, err := range errs {
		if tomahora.IsCode(err, tomahora.CodeTopeProfesional) {
			refused++
		} else if err != nil {
			t.Error(err)
		}
	}
	if n := strings.Count(alarms.String(), "law=tope_profesional id_clinica=1"); refused != 1 || n != 1 {
		t.Errorf("got %d refusals and %d alarms, want 1 of each: %s", refused, n, alarms.String())
	}
}

// syncBuffer is a buffer for many writers.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// TestTwoReplicasTakeExactlyWhatFits has 64 clients ask for ten slots through two
// stores on one database.
func TestTwoReplicasTakeExactlyWhatFits(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	replicas := []*sqlstore.Store{openURL(t, url, frozen), openURL(t, url, frozen)}
	id := storetest.Setup(t, replicas[0], 64)
	const slots = 10
	var accepted [slots]atomic.Int64
	var wg sync.WaitGroup
	for client := range 64 {
		wg.Go(func() {
			for slot := range slots {
				inicio, duracion := tomahora.Hora(540+30*slot), tomahora.Duracion(30)
				err := replicas[client%2].Update(context.Background(), id, func(tx tomahora.Tx) error {
					_, err := agenda.Agendar(tx, "token:1", tomahora.Solicitud{
						IDProfesional: 1, IDSucursal: 1, IDSillon: 1, IDPaciente: tomahora.PacienteID(client + 1), IDEstado: tomahora.EstadoNoConfirmado,
						Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}, HoraInicio: &inicio, Duracion: &duracion,
					})
					return err
				})
				switch {
				case err == nil:
					accepted[slot].Add(1)
				case !tomahora.IsCode(err, tomahora.CodeTopeProfesional):
					t.Errorf("client %d, slot %d: %v", client, slot, err)
				}
			}
		})
	}
	wg.Wait()
	for slot := range accepted {
		if n := accepted[slot].Load(); n != 1 {
			t.Errorf("slot %d was given to %d clients", slot, n)
		}
	}
	if findings, err := replicas[0].Check(t.Context(), nil); err != nil || len(findings) > 0 {
		t.Errorf("got findings %v, error %v", findings, err)
	}
	var events, last int64
	err := connect(t, url).QueryRow(t.Context(), "SELECT COUNT(*), MAX(id) FROM eventos").Scan(&events, &last)
	if err != nil || events != last {
		t.Errorf("got %d events numbered to %d, error %v; want no gap", events, last, err)
	}
}

func TestAReplicaSeesANewConfigurationAtOnce(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	a, b := openURL(t, url, frozen), openURL(t, url, frozen)
	id := storetest.Setup(t, a, 0)
	for sillon := tomahora.SillonID(9); sillon < 20; sillon++ {
		has := func(s *sqlstore.Store) (ok bool) {
			err := s.View(t.Context(), id, func(tx tomahora.Tx) error { _, ok = tx.Config().Sillon(sillon); return nil })
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if has(a) || has(b) {
			t.Fatalf("sillón %d is there before it was made", sillon)
		}
		err := a.Update(t.Context(), id, func(tx tomahora.Tx) error {
			return tx.Setup().SaveSillon(tomahora.Sillon{ID: sillon, Nombre: "Nuevo"}, tomahora.Sistema)
		})
		if err != nil {
			t.Fatal(err)
		}
		if !has(b) {
			t.Fatal("the other replica works with an old configuration")
		}
		a, b = b, a
	}
}

// TestReplicasMakeClinicsAndTokensAtOnce has two stores give numbers that no lock
// guards.
func TestReplicasMakeClinicsAndTokensAtOnce(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	replicas := []*sqlstore.Store{openURL(t, url, frozen), openURL(t, url, frozen)}
	const each = 6
	ids := make([]tomahora.ClinicaID, 2*each)
	tokens := make([]tomahora.TokenID, 2*each)
	var wg sync.WaitGroup
	for r, s := range replicas {
		wg.Go(func() {
			for i := range each {
				n := r*each + i
				var err error
				ids[n], err = s.CreateClinica(context.Background(), tomahora.Clinica{Nombre: "A", Zona: "America/Santiago"})
				if err == nil {
					hash := sha256.Sum256([]byte{byte(n)})
					tokens[n], err = s.CreateToken(context.Background(), tomahora.Token{IDClinica: ids[n], Nombre: "t"}, hash[:])
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(ids)
	slices.Sort(tokens)
	for i := range ids {
		if ids[i] != tomahora.ClinicaID(i+1) || tokens[i] != tomahora.TokenID(i+1) {
			t.Fatalf("got clinicas %v and tokens %v, want 1 to %d", ids, tokens, 2*each)
		}
	}
}

// TestBrokenConnectionsAreReplaced has the server throw out everybody between two
// requests, as when it is restarted.
func TestBrokenConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	s := openURL(t, url, frozen)
	id := storetest.Setup(t, s, 1)
	conn := connect(t, url)
	var wg sync.WaitGroup
	for range 8 { // so that the pool is full of connections
		wg.Go(func() {
			_ = s.View(context.Background(), id, func(tomahora.Tx) error { time.Sleep(20 * time.Millisecond); return nil })
		})
	}
	wg.Wait()
	for i := range 3 {
		exec(t, conn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		if err := s.Update(t.Context(), id, func(tx tomahora.Tx) error { return insertCita(tx, 1, tomahora.Hora(15*i), tomahora.Hora(15*i+15)) }); err != nil {
			t.Errorf("update %d: %v", i, err)
		}
		exec(t, conn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		if err := s.View(t.Context(), id, func(tx tomahora.Tx) error { _, err := tx.Citas().Get(tomahora.CitaID(i + 1)); return err }); err != nil {
			t.Errorf("view %d: %v", i, err)
		}
	}
}

// TestAConnectionLostInAnUpdateIsUnavailable throws the lane's own connection out
// from inside a closure.
func TestAConnectionLostInAnUpdateIsUnavailable(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	s := openURL(t, url, frozen)
	id := storetest.Setup(t, s, 1)
	conn := connect(t, url)
	runs := 0
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		runs++
		exec(t, conn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		_, err := tx.Pacientes().Get(1)
		return err
	})
	if tomahora.KindOf(err) != tomahora.KindUnavailable || runs != 1 {
		t.Errorf("got %v after %d runs, want KindUnavailable after 1", err, runs)
	}
	if err := s.Update(t.Context(), id, func(tx tomahora.Tx) error { return insertCita(tx, 1, 0, 15) }); err != nil {
		t.Errorf("the update after: %v", err)
	}
}

// TestALockIsWaitedForAndNotForEver holds a clinic's row, for a while and for
// good.
func TestALockIsWaitedForAndNotForEver(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	s := openURL(t, url+"&lock_timeout=50ms", frozen)
	id := storetest.Setup(t, s, 1)
	conn := connect(t, url)
	for name, test := range map[string]struct {
		held time.Duration
		want tomahora.Kind
	}{
		"for a while": {120 * time.Millisecond, 0},
		"for good":    {5 * time.Second, tomahora.KindUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			exec(t, conn, "BEGIN")
			exec(t, conn, "SELECT 1 FROM clinicas FOR UPDATE")
			ctx, cancel := context.WithCancel(t.Context())
			released := make(chan struct{})
			go func() {
				defer close(released)
				select {
				case <-time.After(test.held):
				case <-ctx.Done():
				}
				_, _ = conn.Exec(context.Background(), "ROLLBACK")
			}()
			err := s.Update(t.Context(), id, func(tomahora.Tx) error { return nil })
			cancel()
			<-released
			if test.want == 0 && err != nil || test.want != 0 && tomahora.KindOf(err) != test.want {
				t.Errorf("got %v, want kind %v", err, test.want)
			}
		})
	}
}

// TestCancelledViewsLeaveThePoolSound ends requests' contexts at any moment.
func TestCancelledViewsLeaveThePoolSound(t *testing.T) {
	t.Parallel()
	s := openURL(t, sqlstore.NewPostgres(t, true)+"&pool_max_conns=2", frozen)
	id := storetest.Setup(t, s, 1)
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*200*time.Microsecond)
			defer cancel()
			err := s.View(ctx, id, func(tx tomahora.Tx) error {
				for range 20 {
					if _, err := tx.Pacientes().Get(1); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want nothing else than its own deadline", err)
			}
		})
	}
	wg.Wait()
	for range 4 {
		if err := s.View(t.Context(), id, func(tx tomahora.Tx) error { _, err := tx.Pacientes().Get(1); return err }); err != nil {
			t.Error(err)
		}
	}
}

// TestACommitAlwaysWaitsForTheDisk overrules a role's own setting.
// TestAMigrationHasNoTimeLimit, also where the role has one, as it has to behind a
// pooler that passes none on.
func TestAMigrationHasNoTimeLimit(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, false)
	conn := connect(t, url)
	exec(t, conn, "DO $$ BEGIN EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET statement_timeout = 1', current_database()); END $$")
	openURL(t, url, frozen)
}

func TestACommitAlwaysWaitsForTheDisk(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	conn := connect(t, url)
	exec(t, conn, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$")
	for _, more := range []string{"", "&synchronous_commit=off"} {
		s := openURL(t, url+more, frozen)
		if got := sqlstore.Setting(t, s, "synchronous_commit"); got != "on" {
			t.Errorf("%q: synchronous_commit is %s", more, got)
		}
	}
}

func TestPasswordsStayOutOfMessages(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://u:secreto@127.0.0.1:1/db", "postgres://127.0.0.1:1/db?user=u&password=secreto", "postgresql://u:secreto%zz@h/db",
		"postgres://u:secreto@h:puerto/db", "postgres://u:secreto@h/db?sslmode=never",
	} {
		_, err := sqlstore.Open(t.Context(), url, sqlstore.Options{Clock: frozen})
		if err == nil || strings.Contains(err.Error(), "secreto@") || strings.Contains(err.Error(), "=secreto") || strings.Contains(err.Error(), ":secreto") {
			t.Errorf("%s: got %v, want a refusal without the password", url, err)
		}
	}
}
