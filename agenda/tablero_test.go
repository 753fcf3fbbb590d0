package agenda_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// The clinic's today is Monday 23 November 2026. Ana works on Mondays on sillones
// 1 and 2 from 08:00 to 13:00, and on 1 from 14:00 to 20:00.
func TestTableroDe(t *testing.T) {
	c := newClinica(t)
	c.mustApply(full(), agenda.Resumen{Creados: 10, Modificados: 1})
	day := func(n int) tomahora.Fecha { return tomahora.Fecha{Year: 2026, Month: 11, Day: 23}.AddDays(n) }
	err := c.store.Update(t.Context(), c.id, func(tx tomahora.Tx) error {
		p, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Eva", Apellidos: "Ríos", Habilitado: true}, "usuario:3")
		if err != nil {
			return err
		}
		for _, v := range []struct {
			day         int
			inicio, fin tomahora.Hora
			sillon      tomahora.SillonID
			estado      tomahora.EstadoID
			by          tomahora.Actor
		}{
			{-7, 480, 540, 1, 2, "usuario:3"},
			{-7, 510, 570, 2, tomahora.EstadoNoAsiste, "usuario:3"}, // half of it beside the first
			{-7, 600, 660, 1, tomahora.EstadoAnulado, "usuario:3"},
			{0, 480, 500, tomahora.Sobrecupo, 7, "token:1"},
			{7, 840, 900, 1, 7, "token:1"},
			{7, 900, 960, 1, tomahora.EstadoCambioFecha, "token:1"},
			{14, 840, 900, 1, 7, "token:1"}, // beyond
		} {
			a, err := tx.Atenciones().Create(tomahora.Atencion{Nombre: "Consulta", Tipo: tomahora.TiposAtencion()[0], Fecha: day(v.day), IDPaciente: p.ID, IDProfesional: 1, IDSucursal: 1}, v.by)
			if err != nil {
				return err
			}
			estado, _ := tx.Config().Estado(v.estado)
			_, err = tx.Citas().Create(tomahora.Cita{
				Espacio:    tomahora.Espacio{IDProfesional: 1, IDSucursal: 1, IDSillon: v.sillon, Fecha: day(v.day), Rango: tomahora.Rango{Inicio: v.inicio, Fin: v.fin}},
				IDPaciente: p.ID, IDAtencion: a.ID, IDEstado: v.estado, Viva: !estado.Anulacion, Origen: v.by,
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
	var got agenda.Tablero
	err = c.store.View(t.Context(), c.id, func(tx tomahora.Tx) (err error) {
		got, err = agenda.TableroDe(tx, tomahora.Periodo{Desde: day(-6 - 1), Hasta: day(7)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	weeks := []tomahora.Ocupacion{{Ofrecidos: 660, Ocupados: 90}, {Ofrecidos: 660}, {Ofrecidos: 660, Ocupados: 60}}
	want := agenda.Tablero{
		Periodo: tomahora.Periodo{Desde: day(-7), Hasta: day(7)}, Semanas: []tomahora.Fecha{day(-7), day(0), day(7)},
		Profesionales: []agenda.TableroProfesional{{ID: 1, Nombre: "Ana", Ocupacion: weeks, Asistencia: agenda.Asistencia{Citas: 4, Pasadas: 3, NoAsisten: 1}}},
		Ocupacion:     weeks,
		Asistencia:    []agenda.Asistencia{{Citas: 2, Pasadas: 2, NoAsisten: 1}, {Citas: 1, Pasadas: 1}, {Citas: 1}},
		Anuladas:      1,
		Anticipacion:  map[int]int{0: 4, 7: 1},
		Origenes:      []agenda.Origen{{Actor: "usuario:3", Citas: 3}, {Actor: "token:1", Citas: 2}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tablero (-want +got):\n%s", diff)
	}
	if got.Total() != (tomahora.Ocupacion{Ofrecidos: 1980, Ocupados: 150}) || got.TotalAsistencia() != (agenda.Asistencia{Citas: 4, Pasadas: 3, NoAsisten: 1}) || got.Mediana() != 0 {
		t.Errorf("totals are %+v, %+v and a median of %d", got.Total(), got.TotalAsistencia(), got.Mediana())
	}
}

func TestATableroIsBounded(t *testing.T) {
	c := newClinica(t)
	day := tomahora.Fecha{Year: 2026, Month: 1, Day: 5}
	var got agenda.Tablero
	err := c.store.View(t.Context(), c.id, func(tx tomahora.Tx) (err error) {
		got, err = agenda.TableroDe(tx, tomahora.Periodo{Desde: day, Hasta: day.AddDays(10_000)})
		return err
	})
	if err != nil || got.Desde.DaysTo(got.Hasta) != agenda.MaxDiasTablero-1 || len(got.Semanas) != 53 {
		t.Errorf("from %s to %s in %d weeks, error %v", got.Desde, got.Hasta, len(got.Semanas), err)
	}
}

func TestMedianaOfDays(t *testing.T) {
	for want, days := range map[int]map[int]int{0: {}, 3: {0: 1, 3: 1, 9: 1}, 1: {1: 2, 9: 2}, 9: {1: 1, 9: 2}} {
		if got := (&agenda.Tablero{Anticipacion: days}).Mediana(); got != want {
			t.Errorf("the median of %v is %d, want %d", days, got, want)
		}
	}
}
