package sqlstore

import (
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/tomahora/tomahora"
)

type citas struct{ *tx }

func (c citas) Get(id tomahora.CitaID) (tomahora.Cita, error) {
	return one(c.tx, "cita_get", []any{c.id, id}, "la cita", scanCita)
}

// Facts asks for all of them at once; nulls stand for what is not there.
func (c citas) Facts(s tomahora.Solicitud, exclusivo bool, salvo tomahora.CitaID) (f tomahora.Facts, err error) {
	var row struct {
		nombre, apellidos, atencion, tipo sql.NullString
		dePaciente                        sql.NullInt64
		habilitado, finalizado, bloqueado sql.NullBool
		ocupada, profesional, sillon      sql.NullInt64
	}
	e := s.Espacio()
	err = c.queryRow("cita_facts", []any{
		c.id, e.IDProfesional, e.Fecha.String(), e.Rango.Fin, e.Rango.Inicio, salvo, e.IDSillon, e.IDSucursal, exclusivo,
		s.IDPaciente, s.IDAtencion,
	},
		&row.nombre, &row.apellidos, &row.habilitado,
		&row.atencion, &row.tipo, &row.dePaciente, &row.finalizado, &row.bloqueado,
		&row.ocupada, &row.profesional, &row.sillon)
	if err != nil {
		return f, err
	}
	if row.nombre.Valid {
		f.Paciente = &tomahora.Paciente{
			ID: s.IDPaciente, Nombre: row.nombre.String, Apellidos: row.apellidos.String, Habilitado: row.habilitado.Bool,
		}
	}
	if row.atencion.Valid {
		f.Atencion = &tomahora.Atencion{
			ID: s.IDAtencion, Nombre: row.atencion.String, Tipo: tomahora.TipoAtencion(row.tipo.String),
			IDPaciente: tomahora.PacienteID(row.dePaciente.Int64), Finalizado: row.finalizado.Bool, Bloqueado: row.bloqueado.Bool,
		}
	}
	f.Ocupada = tomahora.CitaID(row.ocupada.Int64)
	f.Topes = tomahora.Topes{
		Profesional: tomahora.CitaID(row.profesional.Int64),
		Sillon:      tomahora.CitaID(row.sillon.Int64),
	}
	f.Topes.Reserva, err = c.reservaEnLugar(e, s.IDReserva)
	return f, err
}

func (c citas) Create(v tomahora.Cita) (tomahora.Cita, error) {
	c.clinica.cita++
	v.ID = tomahora.CitaID(c.clinica.cita)
	v.Version = 1
	v.Creada, v.Cambiada, v.EstadoDesde = c.now, c.now, c.now
	e := v.Espacio
	err := c.post("cita_create",
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

func (c citas) Save(v tomahora.Cita, by tomahora.Actor, campos ...string) (tomahora.Cita, error) {
	v.Cambiada = c.now
	// What the evento says of the day is what agendas go by, so it is as the
	// database has it.
	strays := slices.ContainsFunc(campos, isOfDay)
	err := c.save(&v, strays)
	if errors.Is(err, sql.ErrNoRows) && !strays {
		campos = append(slices.Clone(campos), "fecha")
		err = c.save(&v, true)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return tomahora.Cita{}, tomahora.NotFound("la cita")
	}
	if err != nil {
		return tomahora.Cita{}, err
	}
	c.record(by, modified, "cita", int64(v.ID), campos...)
	return v, nil
}

// save writes a cita; one that strays may go to another day of an agenda.
func (c citas) save(v *tomahora.Cita, strays bool) error {
	e := v.Espacio
	return c.execRow("cita_save", []any{
		c.id, v.ID, e.IDProfesional, e.IDSucursal, e.IDSillon, e.Fecha.String(), e.Rango.Inicio, e.Rango.Fin,
		v.IDPaciente, v.IDAtencion, v.IDEstado, v.Videoconsulta, v.Comentario,
		v.Viva, e.IDSillon == tomahora.Sobrecupo, v.Exclusiva, v.AtencionMultiple, v.IDCitaPrevia,
		micros(c.now), strays,
	}, instant(&v.EstadoDesde), &v.Version)
}

func (c citas) List(q tomahora.Consulta) ([]tomahora.Cita, error) {
	return list(c.tx, citaListing(), q, scanCita)
}

// Agenda asks for each profesional on their own: one range of the index each.
func (c citas) Agenda(profesionales []tomahora.ProfesionalID, desde, hasta tomahora.Fecha) ([]tomahora.Cita, error) {
	var agenda []tomahora.Cita
	for _, id := range distinct(profesionales) {
		busy, err := collect(c.tx, "cita_agenda", []any{c.id, id, desde.String(), hasta.String()}, scanCita)
		if err != nil {
			return nil, err
		}
		agenda = append(agenda, busy...)
	}
	return agenda, nil
}

// Ocupados asks as Agenda does, but of many days only for those that are not kept
// in memory. An update reads what it has written itself, which nobody keeps.
func (c citas) Ocupados(profesionales []tomahora.ProfesionalID, desde, hasta tomahora.Fecha) ([]tomahora.Espacio, error) {
	ids := distinct(profesionales)
	if c.batch == nil && len(ids)*(desde.DaysTo(hasta)+1) >= c.store.agendas.few {
		m, err := c.memory()
		if err != nil {
			return nil, err
		}
		if m != nil {
			return c.remembered(m, ids, desde, hasta)
		}
	}
	stretches := make([]stretch, len(ids))
	for i, id := range ids {
		stretches[i] = stretch{id, desde, hasta}
	}
	agendas, err := c.readOcupados(stretches)
	if err != nil {
		return nil, err
	}
	var ocupados []tomahora.Espacio
	for i, id := range ids {
		for _, d := range agendas[i] {
			ocupados = appendPlaces(ocupados, agendaDay{id, d.fecha}, d.places)
		}
	}
	return ocupados, nil
}

func distinct(ids []tomahora.ProfesionalID) []tomahora.ProfesionalID {
	sorted := slices.Sorted(slices.Values(ids))
	return slices.Compact(sorted)
}

func (c citas) Sillones(suc tomahora.SucursalID, desde, hasta tomahora.Fecha) ([]tomahora.Espacio, error) {
	days, err := collect(c.tx, "cita_sillones", []any{c.id, suc, desde.String(), hasta.String()}, func(scan scanner) (d ocupadosDay, err error) {
		var sillon tomahora.SillonID
		return d, scan(&sillon, fecha(&d.fecha), places(&d.places))
	})
	var ocupados []tomahora.Espacio
	for _, d := range days {
		ocupados = appendPlaces(ocupados, agendaDay{fecha: d.fecha}, d.places)
	}
	return ocupados, err
}

func (c citas) PorSemana(p tomahora.Periodo) ([]tomahora.CitasDeSemana, error) {
	return collect(c.tx, "cita_por_semana", []any{c.id, p.Desde.String(), p.Hasta.String(), p.IDSucursal},
		func(scan scanner) (s tomahora.CitasDeSemana, err error) {
			err = scan(fecha(&s.Semana), &s.IDProfesional, &s.IDEstado, &s.Citas)
			return s, err
		})
}

// PorOrigen takes the clinic's clock to have been as it is at the end of the
// Periodo: an hour more or less changes the date of what is made at midnight.
func (c citas) PorOrigen(p tomahora.Periodo) ([]tomahora.CitasDeOrigen, error) {
	_, offset := time.Date(p.Hasta.Year, p.Hasta.Month, p.Hasta.Day, 12, 0, 0, 0, c.Config().Zona()).Zone()
	return collect(c.tx, "cita_por_origen", []any{c.id, p.Desde.String(), p.Hasta.String(), p.IDSucursal, int64(offset) * 1_000_000},
		func(scan scanner) (o tomahora.CitasDeOrigen, err error) {
			err = scan(&o.Origen, &o.Dias, &o.Citas)
			return o, err
		})
}

// scanCita reads a row of citas_vista.
func scanCita(scan scanner) (c tomahora.Cita, err error) {
	var clinica tomahora.ClinicaID
	e := &c.Espacio
	err = scan(&clinica, &c.ID, &e.IDProfesional, &e.IDSucursal, &e.IDSillon, fecha(&e.Fecha), &e.Rango.Inicio, &e.Rango.Fin,
		&c.IDPaciente, &c.IDAtencion, &c.IDEstado, &c.Videoconsulta, &c.Comentario,
		&c.Viva, &c.Exclusiva, &c.AtencionMultiple,
		instant(&c.EstadoDesde), instant(&c.Creada), instant(&c.Cambiada), &c.Version, &c.Origen, &c.IDCitaPrevia,
		&c.NombrePaciente, &c.ApellidosPaciente, &c.NombreAtencion)
	return c, err
}
