package sqlstore

import (
	"errors"

	"github.com/tomahora/tomahora"
)

func (c citas) Save(tomahora.Cita, tomahora.Actor, ...string) (tomahora.Cita, error) {
	return tomahora.Cita{}, errors.ErrUnsupported
}
func (c citas) List(tomahora.Consulta) ([]tomahora.Cita, error) { return nil, errors.ErrUnsupported }
func (c citas) Agenda([]tomahora.ProfesionalID, tomahora.Fecha, tomahora.Fecha) ([]tomahora.Cita, error) {
	return nil, errors.ErrUnsupported
}
func (c citas) Sillones(tomahora.SucursalID, tomahora.Fecha, tomahora.Fecha) ([]tomahora.Cita, error) {
	return nil, errors.ErrUnsupported
}
func (p pacientes) ByRUT(string) (tomahora.Paciente, error) {
	return tomahora.Paciente{}, errors.ErrUnsupported
}
func (p pacientes) Save(tomahora.Paciente, tomahora.Actor, ...string) (tomahora.Paciente, error) {
	return tomahora.Paciente{}, errors.ErrUnsupported
}
func (p pacientes) List(tomahora.Consulta) ([]tomahora.Paciente, error) {
	return nil, errors.ErrUnsupported
}
func (a atenciones) List(tomahora.Consulta) ([]tomahora.Atencion, error) {
	return nil, errors.ErrUnsupported
}
func (t *tx) SavePrestacion(tomahora.Prestacion, tomahora.Actor) error { return errors.ErrUnsupported }
func (t *tx) SaveHorario(tomahora.Horario, tomahora.Actor) error       { return errors.ErrUnsupported }
func (t *tx) SaveEspecial(tomahora.HorarioEspecial, tomahora.Actor) error {
	return errors.ErrUnsupported
}
func (t *tx) SaveBloqueo(tomahora.HorarioBloqueado, tomahora.Actor) error {
	return errors.ErrUnsupported
}
