package sqlstore

import "github.com/tomahora/tomahora"

// resetTables are those that Reset empties, what refers before what it refers to.
// Each has its query, reset_ and the table's name.
func resetTables() []string {
	return []string{
		"entregas", "webhooks", "citas", "reservas", "respuestas", "atenciones", "pacientes",
		"horarios", "horarios_especiales", "horarios_bloqueados", "prestaciones",
		"profesionales", "especialidades", "sillones", "sucursales", "estados", "eventos", "reservas_online", "auditoria",
	}
}

// Reset empties a demo clinic.
func (t *tx) Reset(by tomahora.Actor) error {
	if !t.Config().Plan().Clinica.EsDemo {
		return &tomahora.Error{Kind: tomahora.KindForbidden, Code: tomahora.CodeSoloDemo}
	}
	for _, table := range resetTables() {
		if _, err := t.exec("reset_"+table, t.id); err != nil {
			return err
		}
	}
	// The version of the configuration and the number of the last evento are known
	// to others, and only ever ascend.
	c := t.clinica
	c.cita, c.paciente, c.atencion, c.horario, c.reserva, c.reservasHasta = 0, 0, 0, 0, 0, 0
	t.reconfigured()
	t.record(by, modified, "clinica", int64(t.id))
	return t.saveEstadosIniciales()
}

// saveEstadosIniciales gives a new clinic its estados.
func (t *tx) saveEstadosIniciales() error {
	for _, e := range tomahora.EstadosIniciales() {
		if err := t.SaveEstado(e, tomahora.Sistema); err != nil {
			return err
		}
	}
	return nil
}
