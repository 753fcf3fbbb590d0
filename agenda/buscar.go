package agenda

import "github.com/tomahora/tomahora"

// maxPacientes is how many are shown while somebody types.
const maxPacientes = 12

// BuscarPacientes finds pacientes as their name, RUT or phone number is typed, at
// most twelve, by apellidos and nombre. One letter alone finds nobody, since it
// would be anybody.
func BuscarPacientes(tx tomahora.Tx, typed string) ([]tomahora.Paciente, error) {
	terminos := tomahora.Terminos(typed)
	if len(terminos) == 0 || len(terminos) == 1 && len(terminos[0]) < 2 {
		return nil, nil
	}
	return tx.Pacientes().Buscar(terminos, maxPacientes)
}
