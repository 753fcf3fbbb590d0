package sqlstore_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/storetest"
)

func TestCheckOnPostgres(t *testing.T) {
	t.Parallel()
	url := sqlstore.NewPostgres(t, true)
	s := openURL(t, url, frozen)
	id := storetest.Setup(t, s, 1)
	inicio, duracion := tomahora.Hora(600), tomahora.Duracion(30)
	err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := agenda.Agendar(tx, "token:1", tomahora.Solicitud{
			IDProfesional: 1, IDSucursal: 1, IDSillon: 1, IDEstado: tomahora.EstadoNoConfirmado, IDPaciente: 1,
			Fecha: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}, HoraInicio: &inicio, Duracion: &duracion,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := checkedURL(t, url); len(got) > 0 {
		t.Fatalf("a sound database: %q", got)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for _, sql := range []string{
		"SET session_replication_role = replica", // which leaves foreign keys alone
		"UPDATE clinicas SET ultima_cita = 0",
		"UPDATE citas SET viva = 0",
		"DELETE FROM pacientes",
		"ALTER TABLE citas DROP CONSTRAINT tope_sillon_exclusivo",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	want := []string{
		"counters: clinica 1, ultima_cita is 0, but there is a 1",
		"integrity: the law tope_sillon_exclusivo of citas is missing",
		"references: clinica 1, row 1 of atenciones names a row that pacientes does not have",
		"references: clinica 1, row 1 of citas names a row that pacientes does not have",
		"viva: clinica 1, citas [1], it is live and annulled at once, or neither",
	}
	if diff := cmp.Diff(want, checkedURL(t, url)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// checkedURL are the findings of a database as `check` prints them.
func checkedURL(t *testing.T, url string) []string {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), url, sqlstore.Options{Clock: frozen, ReadOnly: true})
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
