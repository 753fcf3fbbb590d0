package storetest

import (
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// hojaClinica is a clinic with something of everything that a sheet shows.
func hojaClinica(t *testing.T, s tomahora.Store) (id tomahora.ClinicaID, citas []tomahora.Cita, especiales []tomahora.HorarioEspecial, bloqueos []tomahora.HorarioBloqueado, reserva tomahora.Reserva) {
	t.Helper()
	id = Setup(t, s, 1)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		for _, e := range []tomahora.Espacio{
			place(1, 1, 1, 600, 630), place(2, 1, 1, 540, 600), place(1, 1, tomahora.Sobrecupo, 600, 615), // shown, in another order
			place(1, 2, 1, 700, 730), // elsewhere
		} {
			c, err := insert(tx, e)
			if err != nil {
				return err
			}
			citas = append(citas, c)
		}
		later := place(1, 1, 1, 600, 630)
		later.Fecha = later.Fecha.AddDays(1)
		next, err := insert(tx, later)
		if err != nil {
			return err
		}
		next.IDEstado, next.Viva = tomahora.EstadoAnulado, false
		next, err = tx.Citas().Save(next, actor, "id_estado")
		citas = append(citas, next)
		if err != nil {
			return err
		}
		for _, e := range []tomahora.HorarioEspecial{
			{IDProfesional: 1, IDSucursal: 1, Fecha: later.Fecha, Jornada: tomahora.Jornada{Rango: tomahora.Rango{Inicio: 600, Fin: 660}, Sillones: []tomahora.SillonID{1}, Modalidad: tomahora.Ambas}},
			{IDProfesional: 2, IDSucursal: 1, Fecha: later.Fecha, Jornada: tomahora.Jornada{Sillones: []tomahora.SillonID{}, Modalidad: tomahora.Presencial}}, // closed
			{IDProfesional: 1, IDSucursal: 2, Fecha: later.Fecha, Jornada: tomahora.Jornada{Sillones: []tomahora.SillonID{}, Modalidad: tomahora.Presencial}},
		} {
			if e.ID, err = tx.Setup().CreateEspecial(e, actor); err != nil {
				return err
			}
			especiales = append(especiales, e)
		}
		for _, b := range []tomahora.HorarioBloqueado{
			{IDSucursal: 1, Fecha: later.Fecha, Rango: tomahora.Rango{Inicio: 480, Fin: 500}, Comentario: "Reunión"},
			{IDSucursal: 1, IDProfesional: 2, Fecha: later.Fecha, Rango: tomahora.Rango{Inicio: 500, Fin: 520}},
			{IDSucursal: 2, Fecha: later.Fecha, Rango: tomahora.Rango{Inicio: 500, Fin: 520}},
		} {
			if b.ID, err = tx.Setup().CreateBloqueo(b, actor); err != nil {
				return err
			}
			bloqueos = append(bloqueos, b)
		}
		reserva, err = tx.Reservas().Create(tomahora.Reserva{Espacio: place(2, 1, 2, 900, 930), Vence: tx.Now().Add(time.Minute), Origen: actor})
		return err
	}))
	for i := range citas {
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) (err error) { citas[i], err = tx.Citas().Get(citas[i].ID); return err }))
	}
	return id, citas, especiales, bloqueos, reserva
}

func testHoja(t *testing.T, open Open) {
	s := open(t, frozen)
	id, citas, especiales, bloqueos, reserva := hojaClinica(t, s)
	lunes := place(1, 1, 1, 0, 1).Fecha
	wholeDay := []tomahora.Segmento{{Rango: tomahora.Rango{Fin: tomahora.FinDelDia}, Sillones: []tomahora.SillonID{1, 2, 3}, Modalidad: tomahora.Presencial}}
	dia := func(prof tomahora.ProfesionalID, fuera ...tomahora.Rango) agenda.DiaDeHoja {
		return agenda.DiaDeHoja{IDProfesional: prof, Fecha: lunes, Segmentos: wholeDay, Fuera: fuera}
	}
	special := agenda.DiaDeHoja{IDProfesional: 1, Fecha: lunes.AddDays(1), Segmentos: especiales[0].Jornada.Segmentos()}
	elsewhere := tomahora.Rango{Inicio: 700, Fin: 730}
	tests := map[string]struct {
		ask  agenda.HojaDe
		want agenda.Hoja
	}{
		"a day": {agenda.HojaDe{IDSucursal: 1, Desde: lunes, Hasta: lunes}, agenda.Hoja{
			Profesionales: []tomahora.ProfesionalID{1, 2}, Dias: []agenda.DiaDeHoja{dia(1, elsewhere), dia(2)},
			Citas: []tomahora.Cita{citas[1], citas[0], citas[2]}, Reservas: []tomahora.Reserva{reserva},
		}},
		"two days with what is annulled": {agenda.HojaDe{IDSucursal: 1, Desde: lunes, Hasta: lunes.AddDays(1), Anuladas: true}, agenda.Hoja{
			Profesionales: []tomahora.ProfesionalID{1, 2}, Dias: []agenda.DiaDeHoja{dia(1, elsewhere), special, dia(2)},
			Especiales: especiales[:2], Bloqueos: bloqueos[:2], Citas: []tomahora.Cita{citas[1], citas[0], citas[2], citas[4]}, Reservas: []tomahora.Reserva{reserva},
		}},
		"one profesional's": {agenda.HojaDe{IDSucursal: 1, Desde: lunes, Hasta: lunes.AddDays(1), Profesionales: []tomahora.ProfesionalID{1}}, agenda.Hoja{
			Profesionales: []tomahora.ProfesionalID{1}, Dias: []agenda.DiaDeHoja{dia(1, elsewhere), special},
			Especiales: especiales[:1], Bloqueos: bloqueos[:1], Citas: []tomahora.Cita{citas[0], citas[2]}, Reservas: []tomahora.Reserva{},
		}},
		"one sillón's": {agenda.HojaDe{IDSucursal: 1, Desde: lunes, Hasta: lunes, IDSillon: 1}, agenda.Hoja{
			Profesionales: []tomahora.ProfesionalID{1, 2}, Dias: []agenda.DiaDeHoja{dia(1, elsewhere), dia(2)},
			Citas: []tomahora.Cita{citas[1], citas[0]}, Reservas: []tomahora.Reserva{},
		}},
		"a sillón that is held": {agenda.HojaDe{IDSucursal: 1, Desde: lunes, Hasta: lunes, IDSillon: 2}, agenda.Hoja{
			Profesionales: []tomahora.ProfesionalID{1, 2}, Dias: []agenda.DiaDeHoja{dia(1, elsewhere), dia(2)},
			Reservas: []tomahora.Reserva{reserva},
		}},
	}
	for name, test := range tests {
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
			got, err := agenda.VerHoja(tx, test.ask)
			if test.want.Evento, _ = tx.Eventos().Last(); test.want.Evento == 0 {
				t.Errorf("%s: nothing was written", name)
			}
			diff(t, got, test.want)
			return err
		}))
	}
	wantNotFound(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := agenda.VerHoja(tx, agenda.HojaDe{IDSucursal: 9, Desde: lunes, Hasta: lunes})
		return err
	}))
}
