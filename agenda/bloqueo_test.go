package agenda_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

func TestGuardarBloqueo(t *testing.T) {
	bloqueo := func(prof tomahora.ProfesionalID, suc tomahora.SucursalID, inicio, fin tomahora.Hora) tomahora.HorarioBloqueado {
		return tomahora.HorarioBloqueado{IDProfesional: prof, IDSucursal: suc, Fecha: viernes, Rango: tomahora.Rango{Inicio: inicio, Fin: fin}}
	}
	withID := func(id tomahora.HorarioID, b tomahora.HorarioBloqueado) tomahora.HorarioBloqueado {
		b.ID = id
		return b
	}
	otherDay := bloqueo(2, 1, 540, 600)
	otherDay.Fecha = siguiente
	commented := withID(9, bloqueo(2, 1, 540, 545))
	commented.Comentario = "Reunión"
	// 754 of profesional 2 from 09:00 to 09:30, 755 of profesional 3 from 09:30 to
	// 10:00, both at sucursal 1; besides a sobrecupo and an annulled cita.
	// Bloqueo 9 was forced over 754.
	world := func(t *testing.T) *fakeTx {
		t.Helper()
		tx := booked(t)
		book(t, tx, at(570), func(s *tomahora.Solicitud) { s.IDProfesional, s.IDPaciente, s.IDAtencion = 3, 1, 0 })
		book(t, tx, at(660), onSobrecupo, withoutAtencion)
		book(t, tx, at(720), withoutAtencion)
		annul(3)(t, tx)
		tx.reconfigure(t, func(p *tomahora.Plan) { p.Bloqueos = []tomahora.HorarioBloqueado{withID(9, bloqueo(2, 1, 540, 545))} })
		tx.wrote = nil
		return tx
	}
	tests := []struct {
		name   string
		sent   tomahora.HorarioBloqueado
		forzar bool
		citas  []tomahora.CitaID // in the way
	}{
		{name: "of a profesional who has no cita then", sent: bloqueo(2, 1, 570, 780)},
		{name: "over a sobrecupo and an annulled cita", sent: bloqueo(0, 1, 600, 780)},
		{name: "on another day", sent: otherDay},
		{name: "at another sucursal", sent: bloqueo(0, 2, 0, 1440)},
		{name: "over a minute of a cita", sent: bloqueo(2, 1, 569, 600), citas: []tomahora.CitaID{754}},
		{name: "over another profesional's cita", sent: bloqueo(4, 1, 0, 1440)},
		{name: "of the whole sucursal over two citas", sent: bloqueo(0, 1, 0, 1440), citas: []tomahora.CitaID{754, 755}},
		{name: "over two citas by force", sent: bloqueo(0, 1, 0, 1440), forzar: true},
		{name: "changed where it is over a cita already", sent: withID(9, bloqueo(2, 1, 540, 550)), citas: []tomahora.CitaID{754}},
		{name: "changed away from the cita", sent: withID(9, bloqueo(2, 1, 600, 660))},
		{name: "with nothing but a new comment", sent: commented},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := world(t)
			got, err := agenda.GuardarBloqueo(tx, recepcion, tt.sent, tt.forzar)
			if tt.citas != nil {
				checkRefusal(t, tx, err, []string{"hora_inicio: bloqueo_con_citas"}, "El bloqueo se superpone con citas ya agendadas")
				if diff := cmp.Diff(tt.citas, tomahora.ProblemsOf(err)[0].Citas); diff != "" {
					t.Errorf("citas in the way (-want +got):\n%s", diff)
				}
				return
			}
			if err != nil {
				t.Fatalf("refused: %v", named(err))
			}
			want := tt.sent
			if want.ID == 0 {
				want.ID = 10
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answered (-want +got):\n%s", diff)
			}
			for _, kept := range tx.cfg.Plan().Bloqueos {
				if kept.ID == want.ID && kept != want {
					t.Errorf("kept %+v, want %+v", kept, want)
				}
			}
			if len(tx.wrote) != 1 {
				t.Errorf("wrote %v, want one thing", tx.wrote)
			}
		})
	}

	refused := []struct {
		name string
		sent tomahora.HorarioBloqueado
		want []string
		says string
	}{
		{"nothing", tomahora.HorarioBloqueado{}, []string{"id_sucursal: parametro_requerido", "fecha: parametro_requerido"}, "requerido"},
		{"an unknown id", withID(99, bloqueo(2, 1, 600, 660)), []string{": no_encontrado"}, "No se encontró el horario bloqueado"},
		{"who and where is not there", bloqueo(99, 98, 600, 660), []string{"id_profesional: no_existe", "id_sucursal: no_existe"}, "No existe el profesional 99"},
		{"hours out of order", bloqueo(2, 1, 660, 600), []string{"hora_inicio: parametro_invalido"}, "las horas del bloqueo no forman un rango del día"},
	}
	for _, tt := range refused {
		t.Run("it refuses "+tt.name+", also by force", func(t *testing.T) {
			tx := world(t)
			_, err := agenda.GuardarBloqueo(tx, recepcion, tt.sent, true)
			checkRefusal(t, tx, err, tt.want, tt.says)
		})
	}
}
