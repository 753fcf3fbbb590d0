package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// testReset empties a demo clinic that holds something of everything, twice, and
// fills it again each time.
func testReset(t *testing.T, open Open) {
	s := open(t, frozen)
	other := Setup(t, s, 1)
	wantCode(t, s.Update(t.Context(), other, func(tx tomahora.Tx) error { return tx.Setup().Reset(actor) }), tomahora.CodeSoloDemo)

	p := Plan()
	p.Clinica.EsDemo = true
	id, err := s.CreateClinica(t.Context(), p.Clinica)
	must(t, err)
	hash := make([]byte, 32)
	_, err = s.CreateToken(t.Context(), tomahora.Token{IDClinica: id, Nombre: "demo"}, hash)
	must(t, err)
	var u tomahora.Usuario
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		u, err = tx.Usuarios().Create(anita(), "", actor)
		return err
	}))
	var last tomahora.EventoID
	for range 2 {
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return fillAll(tx, p) }))
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { _, err := tx.Eventos().Audit(1000); return err }))
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return tx.Setup().Reset(actor) }))
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
			last = checkEmpty(t, tx, last)
			return nil
		}))
	}
	must(t, s.View(t.Context(), other, func(tx tomahora.Tx) error {
		_, err := tx.Pacientes().Get(1)
		return err
	}))
	_, err = s.TokenByHash(t.Context(), hash)
	must(t, err)
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error { // another cita will have the number of one that was
		list, err := tx.Eventos().Historial("cita", 1, 10)
		must(t, err)
		diff(t, len(list), 0)
		got, err := tx.Usuarios().Get(u.ID)
		diff(t, got, u)
		return err
	}))
}

// fillAll gives a clinic a plan and one of everything else, all with id 1.
func fillAll(tx tomahora.Tx, p tomahora.Plan) error {
	setup := tx.Setup()
	if err := write(setup, p); err != nil {
		return err
	}
	if err := setup.SaveOnline(tomahora.ReservaOnline{Activa: true, Horizonte: 1, Modalidad: tomahora.Ambas, Clave: "secreta"}, actor); err != nil {
		return err
	}
	if err := setup.SaveEstado(tomahora.Estado{ID: tomahora.PrimerEstadoPropio, Nombre: "Propio", Color: "#000000", Habilitado: true}, actor); err != nil {
		return err
	}
	if _, err := setup.CreateBloqueo(tomahora.HorarioBloqueado{
		IDSucursal: 1, Fecha: tomahora.Fecha{Year: 2027, Month: 1, Day: 1}, Rango: tomahora.Rango{Fin: 60},
	}, actor); err != nil {
		return err
	}
	if _, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Ana", RUT: "12345678-5", Habilitado: true}, actor); err != nil {
		return err
	}
	booked, err := agenda.Agendar(tx, actor, held(1, 600, 1))
	if err != nil {
		return err
	}
	if booked.Cita.ID != 1 || booked.Cita.IDAtencion != 1 {
		return errors.New("ids have not begun anew")
	}
	if _, err := agenda.Reservar(tx, actor, held(1, 660, 0), time.Minute); err != nil {
		return err
	}
	return tx.Respuestas().Keep(tomahora.Clave{IDToken: 1, Metodo: "POST", Ruta: "/", Texto: "a", Huella: "b"}, tomahora.Respuesta{Status: 201})
}

// checkEmpty checks that a clinic is as it was made, and returns the number of its
// last evento, which must be beyond that of the time before.
func checkEmpty(t *testing.T, tx tomahora.Tx, before tomahora.EventoID) tomahora.EventoID {
	t.Helper()
	plan := tx.Config().Plan()
	diff(t, plan.Estados, tomahora.EstadosIniciales())
	diff(t, plan.Online, tomahora.OnlinePorDefecto())
	if n := len(plan.Sucursales) + len(plan.Sillones) + len(plan.Especialidades) + len(plan.Profesionales) + len(plan.Prestaciones) +
		len(plan.Horarios) + len(plan.Especiales) + len(plan.Bloqueos); n != 0 {
		t.Errorf("%d parts of the plan are left", n)
	}
	_, paciente := tx.Pacientes().ByRUT("12345678-5")
	_, cita := tx.Citas().Get(1)
	_, atencion := tx.Atenciones().Get(1)
	_, reserva := tx.Reservas().Get(1)
	_, _, respuesta := tx.Respuestas().Find(tomahora.Clave{IDToken: 1, Metodo: "POST", Ruta: "/", Texto: "a"})
	for _, err := range []error{paciente, cita, atencion, reserva, respuesta} {
		wantCode(t, err, tomahora.CodeNoEncontrado)
	}
	oldest, err := tx.Eventos().Oldest()
	must(t, err)
	last, err := tx.Eventos().Last()
	must(t, err)
	if oldest <= before || last < oldest {
		t.Errorf("eventos %d to %d are kept, want only those after the reset, which are beyond %d", oldest, last, before)
	}
	return last
}
