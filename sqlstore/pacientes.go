package sqlstore

import (
	"database/sql"
	"errors"
	"strings"

	"github.com/tomahora/tomahora"
)

type pacientes struct{ *tx }

func (p pacientes) Get(id tomahora.PacienteID) (tomahora.Paciente, error) {
	return one(p.tx, "paciente_get", []any{p.id, id}, "el paciente", scanPaciente)
}

func (p pacientes) ByRUT(rut string) (tomahora.Paciente, error) {
	return one(p.tx, "paciente_by_rut", []any{p.id, rut}, "el paciente", scanPaciente)
}

func (p pacientes) Create(v tomahora.Paciente, by tomahora.Actor) (tomahora.Paciente, error) {
	p.clinica.paciente++
	v.ID = tomahora.PacienteID(p.clinica.paciente)
	v.Creado, v.Version = p.now, 1
	if _, err := p.exec("paciente_create", append(p.args(v), micros(v.Creado))...); err != nil {
		return tomahora.Paciente{}, err
	}
	p.record(by, created, "paciente", int64(v.ID))
	return v, nil
}

func (p pacientes) Save(v tomahora.Paciente, by tomahora.Actor, campos ...string) (tomahora.Paciente, error) {
	err := p.execRow("paciente_save", p.args(v), &v.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return tomahora.Paciente{}, tomahora.NotFound("el paciente")
	}
	if err != nil {
		return tomahora.Paciente{}, err
	}
	p.record(by, modified, "paciente", int64(v.ID), campos...)
	return v, nil
}

// args are what both writing queries begin with.
func (p pacientes) args(v tomahora.Paciente) []any {
	return []any{
		p.id, v.ID, v.RUT, v.TipoDocumento, v.Nombre, v.NombreSocial, v.Apellidos,
		v.FechaNacimiento.String(), v.FechaAfiliacion.String(), v.Telefono, v.Celular, v.Ciudad, v.Comuna, v.Direccion, v.Email,
		v.Sexo, v.IDGenero, v.NumeroFicha, v.Observaciones, v.Habilitado,
		tomahora.Fold(v.Nombre), tomahora.Fold(v.Apellidos), tomahora.Fold(v.Email),
	}
}

func (p pacientes) List(q tomahora.Consulta) ([]tomahora.Paciente, error) {
	return list(p.tx, pacienteListing(), q, scanPaciente)
}

func (p pacientes) Buscar(terminos []string, limite int) ([]tomahora.Paciente, error) {
	if len(terminos) == 0 {
		return nil, nil
	}
	return collect(p.tx, "paciente_buscar", []any{p.id, strings.Join(terminos, " "), limite}, scanPaciente)
}

func scanPaciente(scan scanner) (p tomahora.Paciente, err error) {
	err = scan(&p.ID, &p.RUT, &p.TipoDocumento, &p.Nombre, &p.NombreSocial, &p.Apellidos,
		fecha(&p.FechaNacimiento), fecha(&p.FechaAfiliacion), &p.Telefono, &p.Celular, &p.Ciudad, &p.Comuna, &p.Direccion, &p.Email,
		&p.Sexo, &p.IDGenero, &p.NumeroFicha, &p.Observaciones, &p.Habilitado, instant(&p.Creado), &p.Version)
	return p, err
}
