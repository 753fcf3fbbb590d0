package sqlstore_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/storetest"
)

// BenchmarkBuscar looks for pacientes among 100,000 as they are typed, on both
// engines. Names are fewer than people have, so that each fits more of them.
func BenchmarkBuscar(b *testing.B) {
	for engine, url := range map[string]func() string{
		"SQLite":     func() string { return "sqlite:" + filepath.Join(b.TempDir(), "a.db") },
		"PostgreSQL": func() string { return sqlstore.NewPostgres(b, true) },
	} {
		b.Run(engine, func(b *testing.B) {
			s, err := sqlstore.Open(b.Context(), url(), sqlstore.Options{Clock: time.Now})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = s.Close() })
			id := manyPacientes(b, s, 100_000)
			for _, typed := range []string{"ma", "maria", "maria p", "jose soto", "5173", "9 8765", "nadie"} {
				b.Run(typed, func(b *testing.B) {
					for b.Loop() {
						err := s.View(b.Context(), id, func(tx tomahora.Tx) error {
							_, err := tx.Pacientes().Buscar(tomahora.Terminos(typed), 12)
							return err
						})
						if err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

// manyPacientes makes a clinic with so many pacientes.
func manyPacientes(b *testing.B, s tomahora.Store, n int) tomahora.ClinicaID {
	b.Helper()
	nombres := []string{"María", "José", "Juan", "Ana", "Pedro", "Camila", "Fernanda", "Diego", "Sofía", "Martín", "Valentina", "Matías", "Javiera"}
	apellidos := []string{"González", "Muñoz", "Rojas", "Díaz", "Pérez", "Soto", "Contreras", "Silva", "Sepúlveda", "Morales", "Fuentes", "Araya", "Tapia", "Vera"}
	id := storetest.Setup(b, s, 0)
	const batch = 1000
	for first := 0; first < n; first += batch {
		err := s.Update(b.Context(), id, func(tx tomahora.Tx) error {
			for i := first; i < first+batch; i++ {
				_, err := tx.Pacientes().Create(tomahora.Paciente{
					Nombre:    nombres[i%len(nombres)] + " " + nombres[i/7%len(nombres)],
					Apellidos: apellidos[i/3%len(apellidos)] + " " + apellidos[i/11%len(apellidos)],
					RUT:       tomahora.FormatRUT(5_000_000 + 173*i), Celular: fmt.Sprintf("+56 9 %08d", i*7919%100_000_000), Habilitado: true,
				}, tomahora.Sistema)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return id
}
