package agenda

import "github.com/tomahora/tomahora"

// Modificar changes a cita (PUT /citas/{id}) and returns it as it is read.
func Modificar(tx tomahora.Tx, by tomahora.Actor, id tomahora.CitaID, c tomahora.CambioCita) (tomahora.Cita, error) {
	panic("stub")
}

// CambiarFecha moves a cita as the vendor's screen does (POST /citas/changeDate):
// the old one goes to «Cambio de fecha», the answer is a new one.
func CambiarFecha(tx tomahora.Tx, by tomahora.Actor, id tomahora.CitaID, c tomahora.CambioCita) (tomahora.Cita, error) {
	panic("stub")
}

// CrearEstado makes a clinic's own estado of citas; its id is the next from 28.
func CrearEstado(tx tomahora.Tx, by tomahora.Actor, e tomahora.Estado) (tomahora.Estado, error) {
	panic("stub")
}

// CrearPaciente makes a paciente.
func CrearPaciente(tx tomahora.Tx, by tomahora.Actor, c tomahora.CambioPaciente) (tomahora.Paciente, error) {
	panic("stub")
}

// ModificarPaciente changes a paciente.
func ModificarPaciente(tx tomahora.Tx, by tomahora.Actor, id tomahora.PacienteID, c tomahora.CambioPaciente) (tomahora.Paciente, error) {
	panic("stub")
}

// CrearAtencion makes an atención (POST /atenciones). IDPaciente and
// IDProfesional are required; an IDSucursal of 0 is the lowest-numbered one where
// the profesional attends, a zero Fecha today, "" «Consulta».
func CrearAtencion(tx tomahora.Tx, by tomahora.Actor, a tomahora.Atencion) (tomahora.Atencion, error) {
	panic("stub")
}

// GuardarHorario writes a weekly rule, a new one when its ID is 0.
func GuardarHorario(tx tomahora.Tx, by tomahora.Actor, h tomahora.Horario) (tomahora.Horario, error) {
	panic("stub")
}

// ReemplazarHorarios makes the weekly rules of a profesional at a sucursal
// exactly the given ones; what stays the same keeps its id.
func ReemplazarHorarios(tx tomahora.Tx, by tomahora.Actor, prof tomahora.ProfesionalID, suc tomahora.SucursalID, semana []tomahora.Horario) error {
	panic("stub")
}

// GuardarEspecial writes a horario especial, a new one when its ID is 0.
func GuardarEspecial(tx tomahora.Tx, by tomahora.Actor, e tomahora.HorarioEspecial) (tomahora.HorarioEspecial, error) {
	panic("stub")
}

// GuardarBloqueo writes a bloqueo, a new one when its ID is 0. Over live citas it
// is bloqueo_con_citas, with their ids in the problem's Citas, unless forzar.
func GuardarBloqueo(tx tomahora.Tx, by tomahora.Actor, b tomahora.HorarioBloqueado, forzar bool) (tomahora.HorarioBloqueado, error) {
	panic("stub")
}
