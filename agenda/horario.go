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
func GuardarEspecial(tx tomahora.Tx, by tomahora.Actor, e tomahora.HorarioEspecial) (tomahora.HorarioEspecial, error) {
	cfg := tx.Config()
	_, err := stored(cfg.Plan().Especiales, e.ID, func(e tomahora.HorarioEspecial) tomahora.HorarioID { return e.ID }, "el horario especial")
	if err != nil {
		return tomahora.HorarioEspecial{}, err
	}
	e.Jornada = jornadaWithDefaults(e.Jornada)
	if err := cfg.CheckEspecial(e); err != nil {
		return tomahora.HorarioEspecial{}, err
	}
	if e.ID != 0 {
		return e, tx.Setup().SaveEspecial(e, by)
	}
	e.ID, err = tx.Setup().CreateEspecial(e, by)
	return e, err
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
		e := c.Espacio
		return e.IDSucursal != suc || slices.ContainsFunc(tx.Config().Segmentos(prof, suc, e.Fecha), func(s tomahora.Segmento) bool { return s.Rango.Contains(e.Rango) })
	}), nil
}
