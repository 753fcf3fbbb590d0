package agenda

import (
	"cmp"

	"github.com/tomahora/tomahora"
)

// CrearPaciente makes a paciente. Fecha de afiliación is today unless given.
func CrearPaciente(tx tomahora.Tx, by tomahora.Actor, c tomahora.CambioPaciente) (tomahora.Paciente, error) {
	hoy := today(tx)
	c.FechaAfiliacion = cmp.Or(c.FechaAfiliacion, &hoy)
	p, _, err := c.Apply(tomahora.Paciente{Habilitado: true}, hoy)
	if err != nil {
		return tomahora.Paciente{}, err
	}
	if err := checkUnique(tx, p); err != nil {
		return tomahora.Paciente{}, err
	}
	return tx.Pacientes().Create(p, by)
}

// ModificarPaciente changes a paciente; an unknown id is KindNotFound. Where
// nothing really changes, nothing is written.
func ModificarPaciente(tx tomahora.Tx, by tomahora.Actor, id tomahora.PacienteID, c tomahora.CambioPaciente) (tomahora.Paciente, error) {
	before, err := tx.Pacientes().Get(id)
	if err != nil {
		return tomahora.Paciente{}, err
	}
	if err := c.CheckSent(); err != nil {
		return tomahora.Paciente{}, err
	}
	after, campos, err := c.Apply(before, today(tx))
	if err != nil {
		return tomahora.Paciente{}, err
	}
	if len(campos) == 0 {
		return before, nil
	}
	if err := checkUnique(tx, after); err != nil {
		return tomahora.Paciente{}, err
	}
	return tx.Pacientes().Save(after, by, campos...)
}

// checkUnique refuses a RUT, or whatever document stands in its place, that
// another paciente has.
func checkUnique(tx tomahora.Tx, p tomahora.Paciente) error {
	if p.RUT == "" {
		return nil
	}
	other, err := optional(tx.Pacientes().ByRUT(p.RUT))
	if err != nil {
		return err
	}
	if other != nil && other.ID != p.ID {
		return tomahora.Invalid(tomahora.CodePacienteExiste, "rut")
	}
	return nil
}

func today(tx tomahora.Tx) tomahora.Fecha { return tomahora.FechaOf(tx.Now(), tx.Config().Zona()) }
