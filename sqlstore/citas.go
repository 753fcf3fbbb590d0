package sqlstore

import (
	"database/sql"
	"slices"

	"github.com/tomahora/tomahora"
)

type citas struct{ *tx }

func (c citas) Get(id tomahora.CitaID) (tomahora.Cita, error) {
	return one(c.tx, "cita_get", []any{c.id, id}, "la cita", scanCita)
}

// References asks for all of them at once; the row always comes, with nulls for
// what is not there.
func (c citas) References(pac tomahora.PacienteID, atencion tomahora.AtencionID) (r tomahora.Referencias, err error) {
	var found struct {
		cita                                    sql.NullInt64
		nombre, apellidos, atencionNombre, tipo sql.NullString
		dePaciente                              sql.NullInt64
		habilitado, finalizado, bloqueado       sql.NullBool
	}
	err = c.queryRow("cita_references", []any{pac, atencion, c.id},
		&found.nombre, &found.apellidos, &found.habilitado,
		&found.atencionNombre, &found.tipo, &found.dePaciente, &found.finalizado, &found.bloqueado,
		&found.cita)
	if err != nil {
		return r, err
	}
	if found.nombre.Valid {
		r.Paciente = &tomahora.Paciente{
			ID: pac, Nombre: found.nombre.String, Apellidos: found.apellidos.String, Habilitado: found.habilitado.Bool,
		}
	}
	if found.atencionNombre.Valid {
		r.Atencion = &tomahora.Atencion{
			ID: atencion, Nombre: found.atencionNombre.String, Tipo: tomahora.TipoAtencion(found.tipo.String),
			IDPaciente: tomahora.PacienteID(found.dePaciente.Int64), Finalizado: found.finalizado.Bool, Bloqueado: found.bloqueado.Bool,
		}
	}
	if found.cita.Valid {
		cita, err := c.Get(tomahora.CitaID(found.cita.Int64))
		if err != nil {
			return r, err
		}
		r.Ocupada = &cita
	}
	return r, nil
}

// Topes finds the live citas in the way of a place. A sobrecupo has none. Mostly
// there are none at all, so only ids are asked for first.
func (c citas) Topes(l tomahora.Lugar) (topes tomahora.Topes, err error) {
	e := l.Espacio
	if e.IDSillon == tomahora.Sobrecupo {
		return topes, nil
	}
	topes.Profesional, err = c.find("cita_tope_profesional",
		c.id, e.IDProfesional, e.Fecha.String(), e.Rango.Fin, e.Rango.Inicio, e.IDSillon, e.IDSucursal)
	if err != nil || !l.Exclusiva {
		return topes, err
	}
	topes.Sillon, err = c.find("cita_tope_sillon",
		c.id, e.IDSucursal, e.IDSillon, e.Fecha.String(), e.Rango.Fin, e.Rango.Inicio)
	return topes, err
}

// find reads the citas whose ids a query gives.
func (c citas) find(query string, args ...any) ([]tomahora.Cita, error) {
	ids, err := collect(c.tx, query, args, func(scan scanner) (id tomahora.CitaID, err error) {
		err = scan(&id)
		return id, err
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	var list []tomahora.Cita
	for _, id := range ids {
		cita, err := c.Get(id)
		if err != nil {
			return nil, err
		}
		list = append(list, cita)
	}
	return list, nil
}

func (c citas) Create(v tomahora.Cita) (tomahora.Cita, error) {
	c.clinica.cita++
	v.ID = tomahora.CitaID(c.clinica.cita)
	v.Version = 1
	v.Creada, v.Cambiada, v.EstadoDesde = c.now, c.now, c.now
	e := v.Espacio
	_, err := c.exec("cita_create",
		c.id, v.ID, e.IDProfesional, e.IDSucursal, e.IDSillon, e.Fecha.String(), e.Rango.Inicio, e.Rango.Fin,
		v.IDPaciente, v.IDAtencion, v.IDEstado, v.Videoconsulta, v.Comentario,
		v.Viva, e.IDSillon == tomahora.Sobrecupo, v.Exclusiva, v.AtencionMultiple,
		micros(c.now), string(v.Origen), v.IDCitaPrevia)
	if err != nil {
		return tomahora.Cita{}, err
	}
	c.record(v.Origen, created, "cita", int64(v.ID))
	return v, nil
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
