package sqlstore

import "github.com/tomahora/tomahora"

type citas struct{ *tx }

func (c citas) Get(id tomahora.CitaID) (tomahora.Cita, error) {
	return one(c.tx, "cita_get", []any{c.id, id}, "la cita", scanCita)
}

func (c citas) LiveOf(id tomahora.AtencionID) (tomahora.Cita, error) {
	return one(c.tx, "cita_live_of", []any{c.id, id}, "la cita", scanCita)
}

// Topes finds the live citas in the way of a place. A sobrecupo has none.
func (c citas) Topes(l tomahora.Lugar) (topes tomahora.Topes, err error) {
	e := l.Espacio
	if e.IDSillon == tomahora.Sobrecupo {
		return topes, nil
	}
	topes.Profesional, err = collect(c.tx, "cita_tope_profesional", []any{
		c.id, e.IDProfesional, e.Fecha.String(), e.Rango.Fin, e.Rango.Inicio, e.IDSillon, e.IDSucursal,
	}, scanCita)
	if err != nil || !l.Exclusiva {
		return topes, err
	}
	topes.Sillon, err = collect(c.tx, "cita_tope_sillon", []any{
		c.id, e.IDSucursal, e.IDSillon, e.Fecha.String(), e.Rango.Fin, e.Rango.Inicio,
	}, scanCita)
	return topes, err
}

func (c citas) Create(v tomahora.Cita) (tomahora.Cita, error) {
	c.clinica.cita++
	v.ID = tomahora.CitaID(c.clinica.cita)
	v.Version = 1
	v.Creada, v.Cambiada, v.EstadoDesde = c.now, c.now, c.now
	e := v.Espacio
	now := micros(c.now)
	_, err := c.exec("cita_create",
		c.id, v.ID, e.IDProfesional, e.IDSucursal, e.IDSillon, e.Fecha.String(), e.Rango.Inicio, e.Rango.Fin,
		v.IDPaciente, v.IDAtencion, v.IDEstado, v.Videoconsulta, v.Comentario,
		v.Viva, e.IDSillon == tomahora.Sobrecupo, v.Exclusiva, v.AtencionMultiple,
		now, now, now, v.Version, string(v.Origen), v.IDCitaPrevia)
	if err != nil {
		return tomahora.Cita{}, err
	}
	return v, c.record(v.Origen, created, "cita", int64(v.ID))
}

// scanCita reads a row of citas_vista.
func scanCita(scan scanner) (c tomahora.Cita, err error) {
	var clinica tomahora.ClinicaID
	var paciente tomahora.Paciente
	e := &c.Espacio
	err = scan(&clinica, &c.ID, &e.IDProfesional, &e.IDSucursal, &e.IDSillon, fecha(&e.Fecha), &e.Rango.Inicio, &e.Rango.Fin,
		&c.IDPaciente, &c.IDAtencion, &c.IDEstado, &c.Videoconsulta, &c.Comentario,
		&c.Viva, &c.Exclusiva, &c.AtencionMultiple,
		instant(&c.EstadoDesde), instant(&c.Creada), instant(&c.Cambiada), &c.Version, &c.Origen, &c.IDCitaPrevia,
		&paciente.Nombre, &paciente.Apellidos, &c.NombreAtencion)
	c.NombrePaciente = paciente.NombreCompleto()
	return c, err
}
