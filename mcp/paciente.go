package mcp

import (
	"strings"

	"github.com/tomahora/tomahora"
)

type pacienteIn struct {
	RUT     string `json:"rut,omitempty"     jsonschema:"RUT con dígito verificador, con o sin puntos y guion, u otro documento"`
	Email   string `json:"email,omitempty"   jsonschema:"e-mail completo"`
	Celular string `json:"celular,omitempty" jsonschema:"celular tal como está registrado, con su código de país si lo tiene: +56911111111"`
}

// pacienteOut is no more than what tells that this is the right person.
type pacienteOut struct {
	IDPaciente int64  `json:"id_paciente"`
	Nombre     string `json:"nombre"`
	Apellidos  string `json:"apellidos"`
	Habilitado bool   `json:"habilitado"` // se le puede agendar
}

// buscarPaciente finds one paciente, or says why it does not.
func buscarPaciente(tx tomahora.Tx, _ tomahora.Actor, in pacienteIn) (any, error) {
	p, err := findPaciente(tx, in)
	if err != nil {
		return nil, err
	}
	return pacienteOut{int64(p.ID), p.Nombre, p.Apellidos, p.Habilitado}, nil
}

func findPaciente(tx tomahora.Tx, in pacienteIn) (tomahora.Paciente, error) {
	rut, email, celular := strings.TrimSpace(in.RUT), strings.TrimSpace(in.Email), strings.TrimSpace(in.Celular)
	switch {
	case rut != "" && email == "" && celular == "":
		return tx.Pacientes().ByRUT(tomahora.NormalizeRUT(rut))
	case email != "" && rut == "" && celular == "":
		return onlyPaciente(tx, "email", email)
	case celular != "" && rut == "" && email == "":
		return onlyPaciente(tx, "celular", celular)
	case rut+email+celular == "":
		return tomahora.Paciente{}, tomahora.Invalid(tomahora.CodeParametroRequerido, "rut", "rut, email o celular")
	default:
		return tomahora.Paciente{}, invalido("rut", "se busca por uno solo de rut, email y celular")
	}
}

// onlyPaciente is the one paciente with a contact; of several, none is shown.
func onlyPaciente(tx tomahora.Tx, columna, contacto string) (tomahora.Paciente, error) {
	found, err := tx.Pacientes().List(tomahora.Consulta{
		Filtros: []tomahora.Filtro{{Columna: columna, Operador: tomahora.Igual, Valor: contacto}},
		Orden:   []tomahora.Orden{{Columna: "id"}},
		Limite:  2,
	})
	switch {
	case err != nil:
		return tomahora.Paciente{}, err
	case len(found) == 0:
		return tomahora.Paciente{}, tomahora.NotFound("el paciente")
	case len(found) > 1:
		return tomahora.Paciente{}, tomahora.Invalid(tomahora.CodePacienteAmbiguo, columna)
	default:
		return found[0], nil
	}
}
