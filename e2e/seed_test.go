package e2e

import (
	"testing"
	"time"

	"github.com/tomahora/tomahora/sqlstore"

	domain "github.com/tomahora/tomahora"
)

// seedPaciente makes paciente 1 of clinic 1, for which there is no command.
func seedPaciente(t *testing.T, db string) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), db, sqlstore.Options{Clock: time.Now})
	must(t, err)
	must(t, store.Update(t.Context(), 1, func(tx domain.Tx) error {
		_, err := tx.Pacientes().Create(domain.Paciente{Nombre: "Ana", Apellidos: "Rojas", Habilitado: true}, domain.Sistema)
		return err
	}))
	must(t, store.Close())
}
