package agenda

import "github.com/tomahora/tomahora"

// CrearAtencion makes an atención (POST /atenciones). IDPaciente and
// IDProfesional are required; an IDSucursal of 0 is the lowest-numbered one where
// the profesional attends, a zero Fecha today, "" «Consulta».
func CrearAtencion(tx tomahora.Tx, by tomahora.Actor, a tomahora.Atencion) (tomahora.Atencion, error) {
	a = a.WithDefaults(tx.Config(), tx.Now())
	if err := a.CheckShape(); err != nil {
		return tomahora.Atencion{}, err
	}
	paciente, err := optional(tx.Pacientes().Get(a.IDPaciente))
	if err != nil {
		return tomahora.Atencion{}, err
	}
	if err := a.CheckReferences(tx.Config(), paciente); err != nil {
		return tomahora.Atencion{}, err
	}
	made, err := tx.Atenciones().Create(a, by)
	if err != nil {
		return tomahora.Atencion{}, err
	}
	made.NombrePaciente = paciente.NombreCompleto()
	return made, nil
}
