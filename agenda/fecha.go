package agenda

import "github.com/tomahora/tomahora"

// CambiarFecha moves a cita as the vendor's screen does (POST /citas/changeDate):
// the old one goes to «Cambio de fecha», the answer is a new one in «No
// confirmado» with the old one's atención and comment. What the change leaves
// out of the place is as it was, or as its reserva says; its estado and comment are ignored.
//
// Since the id comes in the body, an unknown one is no_existe. A cita that is
// annulled is cita_anulada.
func CambiarFecha(tx tomahora.Tx, by tomahora.Actor, id tomahora.CitaID, c tomahora.CambioCita) (tomahora.Cita, error) {
	const field = "id_sesion"
	c, r, err := cambioWithReserva(tx, by, 0, c)
	if err != nil {
		return tomahora.Cita{}, err
	}
	if err := c.CheckShapeFecha(id); err != nil {
		return tomahora.Cita{}, err
	}
	before, err := optional(tx.Citas().Get(id))
	if err != nil {
		return tomahora.Cita{}, err
	}
	if before == nil {
		return tomahora.Cita{}, tomahora.NoExiste("la cita", field)
	}
	if !before.Viva {
		return tomahora.Cita{}, tomahora.Invalid(tomahora.CodeCitaAnulada, field, "cambiar de fecha")
	}
	if err := r.CheckPaciente(before.IDPaciente); err != nil {
		return tomahora.Cita{}, err
	}
	c.IDEstado, c.Comentario = 0, nil
	return replaceCita(tx, by, *before, c)
}

// replaceCita lets the old cita go first, so that it does not stand in the way
// of the new one; a refusal of that undoes it with the whole transaction.
func replaceCita(tx tomahora.Tx, by tomahora.Actor, before tomahora.Cita, c tomahora.CambioCita) (tomahora.Cita, error) {
	gone := before
	gone.IDEstado, gone.Viva = tomahora.EstadoCambioFecha, false
	if _, err := tx.Citas().Save(gone, by, "id_estado"); err != nil {
		return tomahora.Cita{}, err
	}
	after, err := fit(tx, before, before, c)
	if err != nil {
		return tomahora.Cita{}, err
	}
	made, err := tx.Citas().Create(tomahora.Cita{
		Espacio:          after.Espacio,
		IDPaciente:       before.IDPaciente,
		IDAtencion:       before.IDAtencion,
		IDEstado:         tomahora.EstadoNoConfirmado,
		Videoconsulta:    after.Videoconsulta,
		Comentario:       before.Comentario,
		Viva:             true,
		Exclusiva:        after.Exclusiva,
		AtencionMultiple: after.AtencionMultiple,
		Origen:           by,
		IDCitaPrevia:     before.ID,
	})
	if err != nil {
		return tomahora.Cita{}, err
	}
	made.NombrePaciente, made.ApellidosPaciente = before.NombrePaciente, before.ApellidosPaciente
	made.NombreAtencion = before.NombreAtencion
	return made, use(tx, c.IDReserva, made.ID)
}
