package tomahora

import (
	"fmt"
	"slices"
)

// fault is one thing wrong with an entry of a plan, told in two ways: to who
// describes a whole plan by the entry it is in, and to who sends one entry by
// the parameter.
type fault struct {
	field string // wire name of the parameter
	noun  string // what an id names that is not there, "el sillón 9"; else ""
	says  string
}

// unknown is the fault of naming what is not there; noun has its article, as
// "el sillón".
func unknown[ID ~int64](noun, field string, id ID) fault {
	noun = fmt.Sprintf("%s %d", noun, id)
	return fault{field, noun, noun + " no existe"}
}

func (f fault) inPlan(path string) *Error { return Invalid(CodeConfiguracionInvalida, path, f.says) }

func (f fault) ofEntry() *Error {
	if f.noun != "" {
		return NoExiste(f.noun, f.field)
	}
	return invalido(f.field, f.says)
}

// faultsOf are the faults of one entry as a problem each, no two the same.
func faultsOf(faults []fault) Problems {
	var problems Problems
	for i, f := range faults {
		if !slices.Contains(faults[:i], f) {
			problems = append(problems, f.ofEntry())
		}
	}
	return problems
}

// What is wrong with two entries beside each other.
var (
	horarioClash  = fault{field: "hora_inicio", says: "se superpone con otro horario del mismo profesional, sucursal y día"}
	especialClash = fault{field: "hora_inicio", says: "se superpone con otro horario especial del mismo profesional, sucursal y fecha"}
)

// CheckHorario judges a weekly rule that is to stand beside the others, in place
// of the one with its id if there is one: everything it lacks
// (parametro_requerido), else everything wrong with it (no_existe,
// parametro_invalido). The fields are the wire's.
func (c *Config) CheckHorario(h Horario) error {
	missing := Problems{}.
		require("id_profesional", h.IDProfesional == 0).
		require("id_sucursal", h.IDSucursal == 0).
		require("dia", h.Dia == 0)
	if len(missing) > 0 {
		return missing
	}
	faults := c.horarioFaults(h)
	if slices.ContainsFunc(c.horarios[h.agenda()], func(o Horario) bool { return o.ID != h.ID && o.clashes(h) }) {
		faults = append(faults, horarioClash)
	}
	return faultsOf(faults).orNil()
}

// CheckSemana judges the weekly rules of a profesional at a sucursal that are to
// be all there are, as CheckHorario does each.
func (c *Config) CheckSemana(prof ProfesionalID, suc SucursalID, semana []Horario) error {
	missing := Problems{}.require("id_profesional", prof == 0).require("id_sucursal", suc == 0)
	if len(missing) > 0 {
		return missing
	}
	faults := c.agendaFaults(prof, suc)
	if len(faults) > 0 {
		return faultsOf(faults)
	}
	for _, h := range semana {
		faults = append(faults, c.horarioFaults(h)...)
	}
	for range clashes(semana, Horario.agenda, Horario.clashes) {
		faults = append(faults, horarioClash)
	}
	return faultsOf(faults).orNil()
}

// ProblemasDeSemana are what CheckSemana finds wrong with each of the rules, by
// their place in the list; of two that overlap, the later one is at fault.
func (c *Config) ProblemasDeSemana(semana []Horario) map[int]Problems {
	faults := map[int][]fault{}
	for i, h := range semana {
		if list := c.horarioFaults(h); len(list) > 0 {
			faults[i] = list
		}
	}
	for i := range clashes(semana, Horario.agenda, Horario.clashes) {
		faults[i] = append(faults[i], horarioClash)
	}
	problems := make(map[int]Problems, len(faults))
	for i, list := range faults {
		problems[i] = faultsOf(list)
	}
	return problems
}

// CheckEspecial judges a horario especial as CheckHorario does a weekly rule.
func (c *Config) CheckEspecial(e HorarioEspecial) error {
	missing := Problems{}.
		require("id_profesional", e.IDProfesional == 0).
		require("id_sucursal", e.IDSucursal == 0).
		require("fecha", e.Fecha.IsZero())
	if len(missing) > 0 {
		return missing
	}
	faults := c.jornadaFaults(e.IDProfesional, e.IDSucursal, e.Jornada)
	if slices.ContainsFunc(c.especiales[e.day()], func(o HorarioEspecial) bool { return o.ID != e.ID && o.clashes(e) }) {
		faults = append(faults, especialClash)
	}
	return faultsOf(faults).orNil()
}

// CheckBloqueo judges a bloqueo as CheckHorario does a weekly rule. Bloqueos may
// lie over each other.
func (c *Config) CheckBloqueo(b HorarioBloqueado) error {
	missing := Problems{}.
		require("id_sucursal", b.IDSucursal == 0).
		require("fecha", b.Fecha.IsZero())
	if len(missing) > 0 {
		return missing
	}
	return faultsOf(c.bloqueoFaults(b)).orNil()
}

func (c *Config) agendaFaults(prof ProfesionalID, suc SucursalID) (faults []fault) {
	if _, ok := c.profesionales[prof]; !ok {
		faults = append(faults, unknown("el profesional", "id_profesional", prof))
	}
	if _, ok := c.sucursales[suc]; !ok {
		faults = append(faults, unknown("la sucursal", "id_sucursal", suc))
	}
	return faults
}

func (c *Config) horarioFaults(h Horario) []fault {
	faults := c.jornadaFaults(h.IDProfesional, h.IDSucursal, h.Jornada)
	if h.Dia < Lunes || h.Dia > Domingo {
		faults = append(faults, fault{field: "dia", says: fmt.Sprintf("el día %d no está entre 1 (lunes) y 7 (domingo)", h.Dia)})
	}
	if !h.Desde.IsZero() && !h.Hasta.IsZero() && h.Hasta.Before(h.Desde) {
		faults = append(faults, fault{field: "hasta", says: fmt.Sprintf("la vigencia termina (%s) antes de empezar (%s)", h.Hasta, h.Desde)})
	}
	return faults
}

func (c *Config) jornadaFaults(prof ProfesionalID, suc SucursalID, j Jornada) []fault {
	faults := c.agendaFaults(prof, suc)
	for _, id := range j.Sillones {
		if _, ok := c.sillones[id]; !ok {
			faults = append(faults, unknown("el sillón", "sillones", id))
		}
	}
	if !j.wellFormed() {
		faults = append(faults, fault{field: "hora_inicio", says: "las horas no forman un rango del día con su pausa adentro"})
	}
	if !j.Modalidad.known() {
		faults = append(faults, fault{field: "modalidad", says: "la modalidad debe ser presencial, videoconsulta o ambas"})
	}
	if len(j.Sillones) == 0 && !j.Rango.IsEmpty() {
		faults = append(faults, fault{field: "sillones", says: "falta al menos un sillón"})
	}
	return faults
}

func (c *Config) bloqueoFaults(b HorarioBloqueado) (faults []fault) {
	if _, ok := c.profesionales[b.IDProfesional]; !ok && b.IDProfesional != 0 {
		faults = append(faults, unknown("el profesional", "id_profesional", b.IDProfesional))
	}
	if _, ok := c.sucursales[b.IDSucursal]; !ok {
		faults = append(faults, unknown("la sucursal", "id_sucursal", b.IDSucursal))
	}
	if b.Rango.IsEmpty() || !dia.Contains(b.Rango) {
		faults = append(faults, fault{field: "hora_inicio", says: "las horas del bloqueo no forman un rango del día"})
	}
	return faults
}
