package agenda_test

import (
	"errors"

	"github.com/tomahora/tomahora"
)

var errDisk = errors.New("disk gone")

func paciente(id tomahora.PacienteID) tomahora.Paciente {
	return tomahora.Paciente{ID: id, Nombre: "Paciente", Apellidos: string(rune('@' + id))}
}
