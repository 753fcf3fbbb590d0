package sqlstore

import (
	"database/sql"
	"errors"
	"time"

	"github.com/tomahora/tomahora"
)

type reservas struct{ *tx }

func (r reservas) Get(id tomahora.ReservaID) (tomahora.Reserva, error) {
	return one(r.tx, "reserva_get", []any{r.id, id}, "la reserva", scanReserva)
}

func (r reservas) Vigentes(desde, hasta tomahora.Fecha) ([]tomahora.Reserva, error) {
	if !r.anyReserva() {
		return nil, nil
	}
	return collect(r.tx, "reserva_vigentes", []any{r.id, desde.String(), hasta.String(), micros(r.now)}, scanReserva)
}

// anyReserva tells whether a reserva may be in force, which the clinic's row
// knows: most of the time none is, and then nobody has to look.
func (t *tx) anyReserva() bool { return micros(t.now) < t.clinica.reservasHasta }

// reservaMemory is how long a reserva can still be asked for after it ran out.
const reservaMemory = 24 * time.Hour

func (r reservas) Create(v tomahora.Reserva) (tomahora.Reserva, error) {
	if err := r.post("reserva_forget", r.id, micros(r.now.Add(-reservaMemory))); err != nil {
		return tomahora.Reserva{}, err
	}
	r.clinica.reserva++
	v.ID, v.Creada = tomahora.ReservaID(r.clinica.reserva), r.now
	r.clinica.reservasHasta = max(r.clinica.reservasHasta, micros(v.Vence))
	e := v.Espacio
	err := r.post("reserva_create", r.id, v.ID, e.IDProfesional, e.IDSucursal, e.IDSillon, e.Fecha.String(), e.Rango.Inicio, e.Rango.Fin,
		v.IDPaciente, v.Videoconsulta, v.Exclusiva, micros(v.Creada), micros(v.Vence), string(v.Origen))
	if err != nil {
		return tomahora.Reserva{}, err
	}
	r.record(v.Origen, created, "reserva", int64(v.ID))
	return v, nil
}

func (r reservas) Use(id tomahora.ReservaID, cita tomahora.CitaID) error {
	return r.post("reserva_use", cita, r.id, id)
}

func (r reservas) Delete(id tomahora.ReservaID, by tomahora.Actor) error {
	n, err := r.exec("reserva_delete", r.id, id)
	if err == nil && n == 0 {
		return tomahora.NotFound("la reserva")
	}
	r.record(by, deleted, "reserva", int64(id))
	return err
}

// reservaEnLugar finds the oldest reserva in the way of a place.
func (t *tx) reservaEnLugar(e tomahora.Espacio, salvo tomahora.ReservaID) (id tomahora.ReservaID, err error) {
	if e.IDSillon == tomahora.Sobrecupo || !t.anyReserva() {
		return 0, nil
	}
	err = t.queryRow("reserva_en_lugar", []any{
		t.id, e.Fecha.String(), e.Rango.Fin, e.Rango.Inicio, micros(t.now), salvo, e.IDProfesional, e.IDSillon, e.IDSucursal,
	}, &id)
	return id, err
}

func scanReserva(scan scanner) (r tomahora.Reserva, err error) {
	e := &r.Espacio
	err = scan(&r.ID, &e.IDProfesional, &e.IDSucursal, &e.IDSillon, fecha(&e.Fecha), &e.Rango.Inicio, &e.Rango.Fin,
		&r.IDPaciente, &r.Videoconsulta, &r.Exclusiva, instant(&r.Creada), instant(&r.Vence), &r.Origen, &r.IDCita)
	return r, err
}

type respuestas struct{ *tx }

func (r respuestas) Find(k tomahora.Clave) (said tomahora.Respuesta, huella string, err error) {
	var cuerpo string
	since := r.now.Add(-tomahora.RetencionRespuesta)
	err = r.queryRow("respuesta_find", []any{r.id, k.IDToken, k.Metodo, k.Ruta, k.Texto, micros(since)}, &huella, &said.Status, &cuerpo, &said.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return said, "", tomahora.NotFound("la respuesta")
	}
	said.Cuerpo = []byte(cuerpo)
	return said, huella, err
}

func (r respuestas) Keep(k tomahora.Clave, said tomahora.Respuesta) error {
	if err := r.post("respuesta_forget", r.id, micros(r.now.Add(-tomahora.RetencionRespuesta))); err != nil {
		return err
	}
	return r.post("respuesta_keep", r.id, k.IDToken, k.Metodo, k.Ruta, k.Texto, k.Huella, said.Status, string(said.Cuerpo), said.Version, micros(r.now))
}
