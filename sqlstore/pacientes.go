package sqlstore

import "github.com/tomahora/tomahora"

type pacientes struct{ *tx }

func (p pacientes) Get(id tomahora.PacienteID) (tomahora.Paciente, error) {
	return one(p.tx, "paciente_get", []any{p.id, id}, "el paciente", scanPaciente)
}

func (p pacientes) Create(v tomahora.Paciente, by tomahora.Actor) (tomahora.Paciente, error) {
	p.clinica.paciente++
	v.ID = tomahora.PacienteID(p.clinica.paciente)
	v.Creado, v.Version = p.now, 1
	_, err := p.exec("paciente_create",
		p.id, v.ID, v.RUT, v.TipoDocumento, v.Nombre, v.NombreSocial, v.Apellidos,
		v.FechaNacimiento.String(), v.FechaAfiliacion.String(), v.Telefono, v.Celular, v.Ciudad, v.Comuna, v.Direccion, v.Email,
		v.Sexo, v.IDGenero, v.NumeroFicha, v.Observaciones, v.Habilitado, micros(v.Creado), v.Version)
	if err != nil {
		return tomahora.Paciente{}, err
	}
	p.record(by, created, "paciente", int64(v.ID))
	return v, nil
}

func scanPaciente(scan scanner) (p tomahora.Paciente, err error) {
	err = scan(&p.ID, &p.RUT, &p.TipoDocumento, &p.Nombre, &p.NombreSocial, &p.Apellidos,
		fecha(&p.FechaNacimiento), fecha(&p.FechaAfiliacion), &p.Telefono, &p.Celular, &p.Ciudad, &p.Comuna, &p.Direccion, &p.Email,
		&p.Sexo, &p.IDGenero, &p.NumeroFicha, &p.Observaciones, &p.Habilitado, instant(&p.Creado), &p.Version)
	return p, err
}
