package sqlstore

import "github.com/tomahora/tomahora"

type atenciones struct{ *tx }

func (a atenciones) Get(id tomahora.AtencionID) (tomahora.Atencion, error) {
	return one(a.tx, "atencion_get", []any{a.id, id}, "la atención", scanAtencion)
}

func (a atenciones) FirstOpen(pac tomahora.PacienteID, prof tomahora.ProfesionalID, suc tomahora.SucursalID) (tomahora.Atencion, error) {
	return one(a.tx, "atencion_first_open", []any{a.id, pac, prof, suc}, "la atención", scanAtencion)
}

func (a atenciones) Create(v tomahora.Atencion, by tomahora.Actor) (tomahora.Atencion, error) {
	a.clinica.atencion++
	v.ID = tomahora.AtencionID(a.clinica.atencion)
	err := a.post("atencion_create",
		a.id, v.ID, v.Nombre, string(v.Tipo), v.Fecha.String(), v.IDPaciente, v.IDProfesional, v.IDSucursal, v.Finalizado, v.Bloqueado)
	if err != nil {
		return tomahora.Atencion{}, err
	}
	a.record(by, created, "atencion", int64(v.ID))
	return v, nil
}

func (a atenciones) List(q tomahora.Consulta) ([]tomahora.Atencion, error) {
	return list(a.tx, atencionListing(), q, scanAtencion)
}

func scanAtencion(scan scanner) (a tomahora.Atencion, err error) {
	var p tomahora.Paciente
	err = scan(&a.ID, &a.Nombre, &a.Tipo, fecha(&a.Fecha), &a.IDPaciente, &a.IDProfesional, &a.IDSucursal, &a.Finalizado, &a.Bloqueado,
		&p.Nombre, &p.Apellidos)
	a.NombrePaciente = p.NombreCompleto()
	return a, err
}
