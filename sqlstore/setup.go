package sqlstore

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/tomahora/tomahora"
)

// loadConfig makes the snapshot of the transaction's clinic, from memory where
// the version there is the one in force.
func (t *tx) loadConfig() error {
	c := t.clinica
	if c.cfg = t.store.snapshots.get(t.id, c.version); c.cfg != nil && !c.changed {
		return nil
	}
	plan, err := t.readPlan()
	if err != nil {
		return err
	}
	cfg, err := tomahora.NewConfig(c.version, plan)
	if err != nil {
		return fmt.Errorf("configuration of clinica %d: %w", t.id, err)
	}
	c.cfg = cfg
	if !c.changed {
		t.store.snapshots.put(t.id, cfg)
	}
	return nil
}

func (t *tx) readPlan() (p tomahora.Plan, err error) {
	args := []any{t.id}
	if p.Clinica, err = one(t, "clinica_get", args, "la clínica", scanClinica); err != nil {
		return p, err
	}
	if p.Online, err = t.readOnline(); err != nil {
		return p, err
	}
	if p.Sucursales, err = collect(t, "sucursal_list", args, scanSucursal); err != nil {
		return p, err
	}
	if p.Sillones, err = collect(t, "sillon_list", args, scanSillon); err != nil {
		return p, err
	}
	if p.Especialidades, err = collect(t, "especialidad_list", args, scanEspecialidad); err != nil {
		return p, err
	}
	if p.Profesionales, err = collect(t, "profesional_list", args, scanProfesional); err != nil {
		return p, err
	}
	if p.Prestaciones, err = collect(t, "prestacion_list", args, scanPrestacion); err != nil {
		return p, err
	}
	if p.Estados, err = collect(t, "estado_list", args, scanEstado); err != nil {
		return p, err
	}
	if p.Horarios, err = collect(t, "horario_list", args, scanHorario); err != nil {
		return p, err
	}
	if p.Especiales, err = collect(t, "especial_list", args, scanEspecial); err != nil {
		return p, err
	}
	if p.Bloqueos, err = collect(t, "bloqueo_list", args, scanBloqueo); err != nil {
		return p, err
	}
	if p.Tokens, err = collect(t, "token_of_clinica", args, scanToken); err != nil {
		return p, err
	}
	p.Usuarios, err = collect(t, "usuario_list", args, scanUsuario)
	return p, err
}

// reconfigure runs one writing query of the set-up, counts a new version of the
// configuration, and tells of it.
func (t *tx) reconfigure(by tomahora.Actor, accion, entidad string, id int64, query string, args ...any) error {
	n, err := t.exec(query, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return tomahora.NotFound(articulo(entidad))
	}
	t.reconfigured()
	t.record(by, accion, entidad, id)
	return nil
}

// reconfigured counts a new version of the configuration.
func (t *tx) reconfigured() {
	if !t.clinica.changed {
		t.clinica.version++
		t.clinica.changed = true
	}
	t.clinica.cfg = nil
}

// articulo names what a writing query may fail to find, as messages do.
func articulo(entidad string) string {
	switch entidad {
	case "horario_especial":
		return "el horario especial"
	case "horario_bloqueado":
		return "el horario bloqueado"
	default:
		return "el " + entidad
	}
}

func (t *tx) SaveClinica(c tomahora.Clinica, by tomahora.Actor) error {
	return t.reconfigure(by, modified, "clinica", int64(t.id), "clinica_save",
		c.Nombre, c.Zona, c.ExigirAtencion, c.RechazarPasado, t.id)
}

// readOnline reads the settings of a clinic that has chosen some.
func (t *tx) readOnline() (tomahora.ReservaOnline, error) {
	saved, err := collect(t, "online_get", []any{t.id}, scanOnline)
	if err != nil || len(saved) == 0 {
		return tomahora.OnlinePorDefecto(), err
	}
	return saved[0], nil
}

func (t *tx) SaveOnline(o tomahora.ReservaOnline, by tomahora.Actor) error {
	return t.reconfigure(by, modified, "clinica", int64(t.id), "online_save",
		t.id, o.Activa, o.Horizonte, o.Aviso, string(o.Modalidad), o.Origenes, o.Clave)
}

func scanOnline(scan scanner) (o tomahora.ReservaOnline, err error) {
	err = scan(&o.Activa, &o.Horizonte, &o.Aviso, &o.Modalidad, &o.Origenes, &o.Clave)
	return o, err
}

func (t *tx) SaveSucursal(s tomahora.Sucursal, by tomahora.Actor) error {
	return t.reconfigure(by, modified, "sucursal", int64(s.ID), "sucursal_save",
		t.id, s.ID, s.Nombre, s.Telefono, s.Ciudad, s.Comuna, s.Direccion, s.Zona, s.Habilitada)
}

func scanSucursal(scan scanner) (s tomahora.Sucursal, err error) {
	err = scan(&s.ID, &s.Nombre, &s.Telefono, &s.Ciudad, &s.Comuna, &s.Direccion, &s.Zona, &s.Habilitada)
	return s, err
}

func (t *tx) SaveEspecialidad(e tomahora.Especialidad, by tomahora.Actor) error {
	return t.reconfigure(by, modified, "especialidad", int64(e.ID), "especialidad_save",
		t.id, e.ID, e.Nombre, e.Habilitada)
}

func scanEspecialidad(scan scanner) (e tomahora.Especialidad, err error) {
	err = scan(&e.ID, &e.Nombre, &e.Habilitada)
	return e, err
}

// setExclusiva rewrites the citas of a sillón; where they overlap, the law about
// exclusive sillones refuses it.
const setExclusiva = "cita_set_exclusiva"

// SaveSillon also rewrites the live citas from today on, so that the law about
// exclusive chairs holds for them from now; where they overlap it refuses.
func (t *tx) SaveSillon(s tomahora.Sillon, by tomahora.Actor) error {
	if old, ok := t.Config().Sillon(s.ID); ok && old.Exclusivo != s.Exclusivo {
		today := tomahora.FechaOf(t.now, t.Config().Zona())
		if _, err := t.exec(setExclusiva, s.Exclusivo, t.id, s.ID, today.String()); err != nil {
			return err
		}
	}
	return t.reconfigure(by, modified, "sillon", int64(s.ID), "sillon_save", t.id, s.ID, s.Nombre, s.Exclusivo)
}

func scanSillon(scan scanner) (s tomahora.Sillon, err error) {
	err = scan(&s.ID, &s.Nombre, &s.Exclusivo)
	return s, err
}

func (t *tx) SaveProfesional(p tomahora.Profesional, by tomahora.Actor) error {
	return t.reconfigure(by, modified, "profesional", int64(p.ID), "profesional_save",
		t.id, p.ID, p.RUT, p.Nombre, p.Apellidos, p.Celular, p.Telefono, p.Ciudad, p.Comuna, p.Direccion, p.Email,
		p.IDEspecialidad, p.AgendaOnline, p.EsRecurso, p.Intervalo, p.Habilitado)
}

func scanProfesional(scan scanner) (p tomahora.Profesional, err error) {
	err = scan(&p.ID, &p.RUT, &p.Nombre, &p.Apellidos, &p.Celular, &p.Telefono, &p.Ciudad, &p.Comuna, &p.Direccion, &p.Email,
		&p.IDEspecialidad, &p.AgendaOnline, &p.EsRecurso, &p.Intervalo, &p.Habilitado)
	return p, err
}

func (t *tx) SaveEstado(e tomahora.Estado, by tomahora.Actor) error {
	return t.reconfigure(by, modified, "estado", int64(e.ID), "estado_save",
		t.id, e.ID, e.Nombre, e.Color, e.Reservado, e.Anulacion, e.UsoInterno, e.Habilitado)
}

func scanEstado(scan scanner) (e tomahora.Estado, err error) {
	err = scan(&e.ID, &e.Nombre, &e.Color, &e.Reservado, &e.Anulacion, &e.UsoInterno, &e.Habilitado)
	return e, err
}

func (t *tx) SavePrestacion(p tomahora.Prestacion, by tomahora.Actor) error {
	return t.reconfigure(by, modified, "prestacion", int64(p.ID), "prestacion_save",
		t.id, p.ID, p.Nombre, p.Codigo, p.IDCategoria, p.NombreCategoria, p.Habilitada)
}

func scanPrestacion(scan scanner) (p tomahora.Prestacion, err error) {
	err = scan(&p.ID, &p.Nombre, &p.Codigo, &p.IDCategoria, &p.NombreCategoria, &p.Habilitada)
	return p, err
}

// nextHorario gives an id from the one counter that horarios, especiales and
// bloqueos share.
func (t *tx) nextHorario() tomahora.HorarioID {
	t.clinica.horario++
	return tomahora.HorarioID(t.clinica.horario)
}

func (t *tx) CreateHorario(h tomahora.Horario, by tomahora.Actor) (tomahora.HorarioID, error) {
	h.ID = t.nextHorario()
	return h.ID, t.reconfigure(by, created, "horario", int64(h.ID), "horario_create", t.horarioArgs(h)...)
}

func (t *tx) SaveHorario(h tomahora.Horario, by tomahora.Actor) error {
	return t.reconfigure(by, modified, "horario", int64(h.ID), "horario_save", t.horarioArgs(h)...)
}

func (t *tx) horarioArgs(h tomahora.Horario) []any {
	j := h.Jornada
	return []any{
		t.id, h.ID, h.IDProfesional, h.IDSucursal, h.Dia, j.Rango.Inicio, j.Rango.Fin, j.Pausa.Inicio, j.Pausa.Fin,
		sillonesText(j.Sillones), string(j.Modalidad), h.Desde.String(), h.Hasta.String(),
	}
}

func scanHorario(scan scanner) (h tomahora.Horario, err error) {
	j := &h.Jornada
	err = scan(&h.ID, &h.IDProfesional, &h.IDSucursal, &h.Dia, &j.Rango.Inicio, &j.Rango.Fin, &j.Pausa.Inicio, &j.Pausa.Fin,
		sillones(&j.Sillones), &j.Modalidad, fecha(&h.Desde), fecha(&h.Hasta))
	return h, err
}

func (t *tx) CreateEspecial(e tomahora.HorarioEspecial, by tomahora.Actor) (tomahora.HorarioID, error) {
	e.ID = t.nextHorario()
	return e.ID, t.reconfigure(by, created, "horario_especial", int64(e.ID), "especial_create", t.especialArgs(e)...)
}

func (t *tx) SaveEspecial(e tomahora.HorarioEspecial, by tomahora.Actor) error {
	return t.reconfigure(by, modified, "horario_especial", int64(e.ID), "especial_save", t.especialArgs(e)...)
}

func (t *tx) especialArgs(e tomahora.HorarioEspecial) []any {
	j := e.Jornada
	return []any{
		t.id, e.ID, e.IDProfesional, e.IDSucursal, e.Fecha.String(), j.Rango.Inicio, j.Rango.Fin, j.Pausa.Inicio, j.Pausa.Fin,
		sillonesText(j.Sillones), string(j.Modalidad),
	}
}

func scanEspecial(scan scanner) (e tomahora.HorarioEspecial, err error) {
	j := &e.Jornada
	err = scan(&e.ID, &e.IDProfesional, &e.IDSucursal, fecha(&e.Fecha), &j.Rango.Inicio, &j.Rango.Fin, &j.Pausa.Inicio, &j.Pausa.Fin,
		sillones(&j.Sillones), &j.Modalidad)
	return e, err
}

func (t *tx) CreateBloqueo(b tomahora.HorarioBloqueado, by tomahora.Actor) (tomahora.HorarioID, error) {
	b.ID = t.nextHorario()
	return b.ID, t.reconfigure(by, created, "horario_bloqueado", int64(b.ID), "bloqueo_create", t.bloqueoArgs(b)...)
}

func (t *tx) SaveBloqueo(b tomahora.HorarioBloqueado, by tomahora.Actor) error {
	return t.reconfigure(by, modified, "horario_bloqueado", int64(b.ID), "bloqueo_save", t.bloqueoArgs(b)...)
}

func (t *tx) bloqueoArgs(b tomahora.HorarioBloqueado) []any {
	return []any{t.id, b.ID, b.IDProfesional, b.IDSucursal, b.Fecha.String(), b.Rango.Inicio, b.Rango.Fin, b.Comentario}
}

func scanBloqueo(scan scanner) (b tomahora.HorarioBloqueado, err error) {
	err = scan(&b.ID, &b.IDProfesional, &b.IDSucursal, fecha(&b.Fecha), &b.Rango.Inicio, &b.Rango.Fin, &b.Comentario)
	return b, err
}

func (t *tx) DeleteHorario(id tomahora.HorarioID, by tomahora.Actor) error {
	return t.reconfigure(by, deleted, "horario", int64(id), "horario_delete", t.id, id)
}

func (t *tx) DeleteEspecial(id tomahora.HorarioID, by tomahora.Actor) error {
	return t.reconfigure(by, deleted, "horario_especial", int64(id), "especial_delete", t.id, id)
}

func (t *tx) DeleteBloqueo(id tomahora.HorarioID, by tomahora.Actor) error {
	return t.reconfigure(by, deleted, "horario_bloqueado", int64(id), "bloqueo_delete", t.id, id)
}

func (t *tx) SkipCitaIDs(next tomahora.CitaID) error {
	t.clinica.cita = max(t.clinica.cita, int64(next)-1)
	return nil
}

func sillonesText(ids []tomahora.SillonID) string {
	if len(ids) == 0 {
		return "[]"
	}
	text, _ := json.Marshal(ids) // integers always encode
	return string(text)
}

func sillones(dest *[]tomahora.SillonID) sql.Scanner {
	return column[string, []tomahora.SillonID]{dest, func(s string) (ids []tomahora.SillonID, err error) {
		err = json.Unmarshal([]byte(s), &ids)
		return ids, err
	}}
}
