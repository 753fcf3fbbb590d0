package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// testCounts compares what the store counts with the same citas counted one by one.
func testCounts(t *testing.T, open Open) {
	c := newCrowd(t, open)
	other := Setup(t, c.store, 0)
	zona, err := time.LoadLocation(Plan().Clinica.Zona)
	must(t, err)
	day := func(s string) tomahora.Fecha {
		f, err := tomahora.ParseFecha(s)
		must(t, err)
		return f
	}
	tests := map[string]tomahora.Periodo{
		"everything":               {Desde: day("2000-01-01"), Hasta: day("2035-12-31")},
		"one sucursal":             {Desde: day("2000-01-01"), Hasta: day("2035-12-31"), IDSucursal: 2},
		"a year and its last days": {Desde: day("2026-01-01"), Hasta: day("2026-12-31")},
		"nothing":                  {Desde: day("1990-01-01"), Hasta: day("1990-12-31")},
		"an unknown sucursal":      {Desde: day("2000-01-01"), Hasta: day("2035-12-31"), IDSucursal: 9},
	}
	for name, p := range tests {
		t.Run(name, func(t *testing.T) {
			weeks, origins := map[tomahora.CitasDeSemana]int{}, map[tomahora.CitasDeOrigen]int{}
			for _, v := range c.citas {
				e := v.Espacio
				if e.Fecha.Before(p.Desde) || p.Hasta.Before(e.Fecha) || p.IDSucursal != 0 && p.IDSucursal != e.IDSucursal {
					continue
				}
				weeks[tomahora.CitasDeSemana{Semana: e.Fecha.Lunes(), IDProfesional: e.IDProfesional, IDEstado: v.IDEstado}]++
				if v.IDEstado != tomahora.EstadoCambioFecha {
					origins[tomahora.CitasDeOrigen{Origen: v.Origen, Dias: tomahora.FechaOf(v.Creada, zona).DaysTo(e.Fecha)}]++
				}
			}
			gotWeeks, gotOrigins := counts(t, c.store, c.id, p)
			if diff := cmp.Diff(weeks, gotWeeks); diff != "" {
				t.Errorf("by week (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(origins, gotOrigins); diff != "" {
				t.Errorf("by origin (-want +got):\n%s", diff)
			}
			if w, o := counts(t, c.store, other, p); len(w)+len(o) > 0 {
				t.Errorf("a clinic without citas counts %v and %v", w, o)
			}
		})
	}
}

// counts are the store's, by all that they are told apart by.
func counts(t *testing.T, s tomahora.Store, id tomahora.ClinicaID, p tomahora.Periodo) (map[tomahora.CitasDeSemana]int, map[tomahora.CitasDeOrigen]int) {
	t.Helper()
	weeks, origins := map[tomahora.CitasDeSemana]int{}, map[tomahora.CitasDeOrigen]int{}
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		clear(weeks)
		clear(origins)
		w, err := tx.Citas().PorSemana(p)
		if err != nil {
			return err
		}
		o, err := tx.Citas().PorOrigen(p)
		for _, v := range w {
			n := v.Citas
			v.Citas = 0
			weeks[v] += n
		}
		for _, v := range o {
			n := v.Citas
			v.Citas = 0
			origins[v] += n
		}
		return err
	}))
	return weeks, origins
}
