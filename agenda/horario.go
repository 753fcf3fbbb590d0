package agenda

import (
	"cmp"
	"slices"

	"github.com/tomahora/tomahora"
)

// GuardarHorario writes a weekly rule, a new one when its ID is 0, and returns it
// as it is kept. Without Sillones it offers sillón 1, without Modalidad it is
// presencial. An unknown ID is KindNotFound; what is wrong with the rule comes
// back as problems with the wire's names.
func GuardarHorario(tx tomahora.Tx, by tomahora.Actor, h tomahora.Horario) (tomahora.Horario, error) {
	cfg := tx.Config()
	_, err := stored(cfg.Plan().Horarios, h.ID, func(h tomahora.Horario) tomahora.HorarioID { return h.ID }, "el horario")
	if err != nil {
		return tomahora.Horario{}, err
	}
	h.Jornada = jornadaWithDefaults(h.Jornada)
	if err := cfg.CheckHorario(h); err != nil {
		return tomahora.Horario{}, err
	}
	if h.ID != 0 {
		return h, tx.Setup().SaveHorario(h, by)
	}
	h.ID, err = tx.Setup().CreateHorario(h, by)
	return h, err
}

// ReemplazarHorarios makes the weekly rules of a profesional at a sucursal
// exactly the given ones; what stays the same keeps its id. The rules' own
// IDProfesional, IDSucursal and ID do not matter; their defaults and problems are
// those of GuardarHorario.
func ReemplazarHorarios(tx tomahora.Tx, by tomahora.Actor, prof tomahora.ProfesionalID, suc tomahora.SucursalID, semana []tomahora.Horario) error {
	r := replaced[tomahora.Horario]{wanted: make([]tomahora.Horario, 0, len(semana))}
	for _, h := range semana {
		h.ID, h.IDProfesional, h.IDSucursal = 0, prof, suc
		h.Jornada = jornadaWithDefaults(h.Jornada)
		r.wanted = append(r.wanted, h)
	}
	if err := tx.Config().CheckSemana(prof, suc, r.wanted); err != nil {
		return err
	}
	for _, h := range tx.Config().Plan().Horarios {
		if h.IDProfesional == prof && h.IDSucursal == suc {
			r.stored = append(r.stored, h)
		}
	}
	w := &writer{setup: tx.Setup(), by: by}
	return w.replaceHorarios(r)
}

// GuardarEspecial writes a horario especial, a new one when its ID is 0, as
// GuardarHorario does a weekly rule. Equal hours are a closed day.
//
// Where live citas lose their hours by it, on its date or on that from which it is
// moved, it is especial_con_citas, with their ids in the problem's Citas, unless
// forzar. Citas that have no hours already are no obstacle.
func GuardarEspecial(tx tomahora.Tx, by tomahora.Actor, e tomahora.HorarioEspecial, forzar bool) (tomahora.HorarioEspecial, error) {
	cfg := tx.Config()
	before, err := stored(cfg.Plan().Especiales, e.ID, func(e tomahora.HorarioEspecial) tomahora.HorarioID { return e.ID }, "el horario especial")
	if err != nil {
		return tomahora.HorarioEspecial{}, err
	}
	e.Jornada = jornadaWithDefaults(e.Jornada)
	if err := cfg.CheckEspecial(e); err != nil {
		return tomahora.HorarioEspecial{}, err
	}
	if !forzar {
		if err := checkHoursKept(tx, before, e); err != nil {
			return tomahora.HorarioEspecial{}, err
		}
	}
	if e.ID != 0 {
		return e, tx.Setup().SaveEspecial(e, by)
	}
	e.ID, err = tx.Setup().CreateEspecial(e, by)
	return e, err
}

// checkHoursKept refuses a horario especial by which live citas lose their hours;
// before is zero for a new one.
func checkHoursKept(tx tomahora.Tx, before, e tomahora.HorarioEspecial) error {
	cfg := tx.Config()
	then, err := withEspecial(cfg, e)
	if err != nil {
		return err
	}
	left, err := losingHours(tx, cfg, then, e)
	if err != nil {
		return err
	}
	moved := before.IDProfesional != e.IDProfesional || before.IDSucursal != e.IDSucursal || before.Fecha != e.Fecha
	if before.ID != 0 && moved {
		others, err := losingHours(tx, cfg, then, before)
		if err != nil {
			return err
		}
		left = append(left, others...)
	}
	return conCitas(tomahora.CodeEspecialConCitas, left)
}

// losingHours are the live citas of a horario especial's profesional, sucursal and
// fecha that have hours of work now and then will not.
func losingHours(tx tomahora.Tx, now, then *tomahora.Config, e tomahora.HorarioEspecial) (left []tomahora.CitaID, err error) {
	citas, err := liveCitas(tx, e.IDSucursal, e.Fecha)
	for _, c := range citas {
		if c.Espacio.IDProfesional == e.IDProfesional && enHorario(now, c.Espacio) && !enHorario(then, c.Espacio) {
			left = append(left, c.ID)
		}
	}
	return left, err
}

// withEspecial is the configuration as it will be with a horario especial.
func withEspecial(cfg *tomahora.Config, e tomahora.HorarioEspecial) (*tomahora.Config, error) {
	plan := cfg.Plan()
	plan.Especiales = slices.DeleteFunc(slices.Clone(plan.Especiales), func(o tomahora.HorarioEspecial) bool { return o.ID == e.ID })
	plan.Especiales = append(plan.Especiales, e)
	return tomahora.NewConfig(cfg.Version(), plan)
}

// enHorario tells whether a place lies within hours of work.
func enHorario(cfg *tomahora.Config, e tomahora.Espacio) bool {
	return slices.ContainsFunc(cfg.Segmentos(e.IDProfesional, e.IDSucursal, e.Fecha), func(s tomahora.Segmento) bool { return s.Rango.Contains(e.Rango) })
}

// jornadaWithDefaults spells a jornada as it is kept. A day that is closed needs
// no sillón.
func jornadaWithDefaults(j tomahora.Jornada) tomahora.Jornada {
	if len(j.Sillones) == 0 && !j.Rango.IsEmpty() {
		j.Sillones = []tomahora.SillonID{1}
	}
	j.Modalidad = cmp.Or(j.Modalidad, tomahora.Presencial)
	return sameJornada(j)
}

// stored finds what is to be changed, the zero value for the id 0 of what is new;
// noun is Spanish with its article.
func stored[T any](list []T, id tomahora.HorarioID, idOf func(T) tomahora.HorarioID, noun string) (v T, err error) {
	if id == 0 {
		return v, nil
	}
	i := slices.IndexFunc(list, func(v T) bool { return idOf(v) == id })
	if i < 0 {
		return v, tomahora.NotFound(noun)
	}
	return list[i], nil
}

// diasFuera is how far ahead FueraDeHorario looks.
const diasFuera = 366

// FueraDeHorario are the live citas of a profesional at a sucursal from today on
// for which there are no hours of work: the horario changed after they were booked.
// They stay; only new ones are refused there. By fecha and hora_inicio, without the
// names that are read from other tables.
func FueraDeHorario(tx tomahora.Tx, prof tomahora.ProfesionalID, suc tomahora.SucursalID) ([]tomahora.Cita, error) {
	hoy := today(tx)
	citas, err := tx.Citas().Agenda([]tomahora.ProfesionalID{prof}, hoy, hoy.AddDays(diasFuera))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(citas, func(c tomahora.Cita) bool {
		return c.Espacio.IDSucursal != suc || enHorario(tx.Config(), c.Espacio)
	}), nil
}
