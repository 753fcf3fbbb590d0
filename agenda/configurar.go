package agenda

import (
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/tomahora/tomahora"
)

// Cambio is a wished-for configuration, as a clinic file describes it. What it
// leaves out stays as it is.
//
// Entities with an id are created or edited, never deleted. Horarios, Especiales
// and Bloqueos become exactly the given list; a nil list leaves the stored one
// alone, while an empty one clears it. Their ids do not matter.
type Cambio struct {
	Clinica        func(*tomahora.Clinica)       // edits the settings; nil leaves them alone
	Online         func(*tomahora.ReservaOnline) // those of self-booking, but for the Clave
	Sucursales     []Edicion[tomahora.SucursalID, tomahora.Sucursal]
	Sillones       []Edicion[tomahora.SillonID, tomahora.Sillon]
	Especialidades []Edicion[tomahora.EspecialidadID, tomahora.Especialidad]
	Profesionales  []Edicion[tomahora.ProfesionalID, tomahora.Profesional]
	Prestaciones   []Edicion[tomahora.PrestacionID, tomahora.Prestacion]
	Estados        []Edicion[tomahora.EstadoID, tomahora.Estado]
	Horarios       []tomahora.Horario
	Especiales     []tomahora.HorarioEspecial
	Bloqueos       []tomahora.HorarioBloqueado
}

// Edicion is what is wished of one entity. Edit is given the stored entity, or a
// new one with its id and its defaults, and leaves the id alone.
type Edicion[ID ~int64, T any] struct {
	ID   ID
	Edit func(*T)
}

// Resumen counts what Configurar wrote.
type Resumen struct {
	Creados     int
	Modificados int
	Borrados    int
}

// Total is the number of changes; 0 when everything was already as wished.
func (r Resumen) Total() int { return r.Creados + r.Modificados + r.Borrados }

// Configurar makes the configuration of a clinic what is wished, writing only
// the differences. The wish is judged as a whole, together with what is stored,
// before anything is written: everything wrong with it comes back as Problems
// whose Field names the entry, such as "horarios[3]", the index counting the
// entries of that list of the Cambio.
func Configurar(tx tomahora.Tx, by tomahora.Actor, want Cambio) (Resumen, error) {
	m := merge(tx.Config().Plan(), want)
	problems := m.problems()
	if _, err := tomahora.NewConfig(tx.Config().Version(), m.plan()); err != nil {
		problems = append(problems, tomahora.ProblemsOf(err)...)
	}
	if len(problems) > 0 {
		return Resumen{}, problems
	}
	w := &writer{setup: tx.Setup(), by: by}
	err := w.write(m)
	return w.done, err
}

// merged is the stored configuration beside the wished one.
type merged struct {
	clinica        pair[tomahora.Clinica]
	online         pair[tomahora.ReservaOnline]
	sucursales     edited[tomahora.Sucursal]
	sillones       edited[tomahora.Sillon]
	especialidades edited[tomahora.Especialidad]
	profesionales  edited[tomahora.Profesional]
	prestaciones   edited[tomahora.Prestacion]
	estados        edited[tomahora.Estado]
	horarios       replaced[tomahora.Horario]
	especiales     replaced[tomahora.HorarioEspecial]
	bloqueos       replaced[tomahora.HorarioBloqueado]
}

// pair is one entity before and after; before is zero for a new one.
type pair[T comparable] struct {
	before, after T
}

func (p pair[T]) isNew() bool {
	var none T
	return p.before == none
}

// edited is a list of entities of which some are wished to change.
type edited[T comparable] struct {
	pairs []pair[T] // one for each Edicion, in their order
	rest  []T       // stored, and not named by any
}

// replaced is a list that becomes another one; a nil wish keeps it.
type replaced[T any] struct {
	stored, wanted []T
}

func merge(have tomahora.Plan, want Cambio) merged {
	return merged{
		clinica: editClinica(have.Clinica, want.Clinica),
		online:  editOnline(have.Online, want.Online),
		sucursales: edit(have.Sucursales, want.Sucursales,
			func(s tomahora.Sucursal) tomahora.SucursalID { return s.ID },
			func(id tomahora.SucursalID) tomahora.Sucursal {
				return tomahora.Sucursal{ID: id, Habilitada: true}
			}),
		sillones: edit(have.Sillones, want.Sillones,
			func(s tomahora.Sillon) tomahora.SillonID { return s.ID },
			func(id tomahora.SillonID) tomahora.Sillon { return tomahora.Sillon{ID: id} }),
		especialidades: edit(have.Especialidades, want.Especialidades,
			func(e tomahora.Especialidad) tomahora.EspecialidadID { return e.ID },
			func(id tomahora.EspecialidadID) tomahora.Especialidad {
				return tomahora.Especialidad{ID: id, Habilitada: true}
			}),
		profesionales: edit(have.Profesionales, want.Profesionales,
			func(p tomahora.Profesional) tomahora.ProfesionalID { return p.ID },
			func(id tomahora.ProfesionalID) tomahora.Profesional {
				return tomahora.Profesional{ID: id, Habilitado: true}
			}),
		prestaciones: edit(have.Prestaciones, want.Prestaciones,
			func(p tomahora.Prestacion) tomahora.PrestacionID { return p.ID },
			func(id tomahora.PrestacionID) tomahora.Prestacion {
				return tomahora.Prestacion{ID: id, Habilitada: true}
			}),
		estados: edit(have.Estados, want.Estados,
			func(e tomahora.Estado) tomahora.EstadoID { return e.ID },
			func(id tomahora.EstadoID) tomahora.Estado {
				return tomahora.Estado{ID: id, Color: tomahora.ColorPorDefecto, Habilitado: true}
			}),
		horarios:   replaced[tomahora.Horario]{have.Horarios, want.Horarios},
		especiales: replaced[tomahora.HorarioEspecial]{have.Especiales, want.Especiales},
		bloqueos:   replaced[tomahora.HorarioBloqueado]{have.Bloqueos, want.Bloqueos},
	}
}

// editClinica leaves alone what a clinic is, as opposed to how it works.
func editClinica(have tomahora.Clinica, edit func(*tomahora.Clinica)) pair[tomahora.Clinica] {
	want := have
	if edit != nil {
		edit(&want)
	}
	want.ID, want.EsDemo = have.ID, have.EsDemo
	return pair[tomahora.Clinica]{have, want}
}

// editOnline makes the Clave with the first settings that are chosen.
func editOnline(have tomahora.ReservaOnline, edit func(*tomahora.ReservaOnline)) pair[tomahora.ReservaOnline] {
	want := have
	if edit != nil {
		edit(&want)
		want.Origenes = tomahora.NormalizeOrigenes(want.Origenes)
	}
	want.Clave = have.Clave
	if want != have && want.Clave == "" {
		want.Clave = rand.Text() + rand.Text()
	}
	return pair[tomahora.ReservaOnline]{have, want}
}

func edit[ID ~int64, T comparable](have []T, want []Edicion[ID, T], idOf func(T) ID, fresh func(ID) T) edited[T] {
	current := make(map[ID]T, len(have))
	for _, v := range have {
		current[idOf(v)] = v
	}
	named := make(map[ID]bool, len(want))
	var e edited[T]
	for _, w := range want {
		before, stored := current[w.ID]
		after := before
		if !stored {
			after = fresh(w.ID)
		}
		w.Edit(&after)
		e.pairs = append(e.pairs, pair[T]{before, after})
		current[w.ID] = after // a second Edicion of the same id builds on the first
		named[w.ID] = true
	}
	for _, v := range have {
		if !named[idOf(v)] {
			e.rest = append(e.rest, v)
		}
	}
	return e
}

// list puts what is wished first, in its order, so that the indexes in the
// problems of a plan are those of the Cambio.
func (e edited[T]) list() []T {
	list := make([]T, 0, len(e.pairs)+len(e.rest))
	for _, p := range e.pairs {
		list = append(list, p.after)
	}
	return append(list, e.rest...)
}

func (r replaced[T]) list() []T {
	if r.wanted == nil {
		return r.stored
	}
	return r.wanted
}

func (m merged) plan() tomahora.Plan {
	return tomahora.Plan{
		Clinica:        m.clinica.after,
		Online:         m.online.after,
		Sucursales:     m.sucursales.list(),
		Sillones:       m.sillones.list(),
		Especialidades: m.especialidades.list(),
		Profesionales:  m.profesionales.list(),
		Prestaciones:   m.prestaciones.list(),
		Estados:        m.estados.list(),
		Horarios:       m.horarios.list(),
		Especiales:     m.especiales.list(),
		Bloqueos:       m.bloqueos.list(),
	}
}

// problems are those a plan alone cannot show: an entity nobody could recognise
// on a screen, and an estado whose citas would gain or lose their slot.
func (m merged) problems() tomahora.Problems {
	var problems tomahora.Problems
	report := func(field, format string, args ...any) {
		problems = append(problems, tomahora.Invalid(
			tomahora.CodeConfiguracionInvalida, field, fmt.Sprintf(format, args...)))
	}
	if m.clinica.after.Nombre == "" {
		report("clinica.nombre", "falta el nombre de la clínica")
	}
	nameless(m.sucursales, "sucursales", func(s tomahora.Sucursal) string { return s.Nombre }, report)
	nameless(m.sillones, "sillones", func(s tomahora.Sillon) string { return s.Nombre }, report)
	nameless(m.especialidades, "especialidades", func(e tomahora.Especialidad) string { return e.Nombre }, report)
	nameless(m.profesionales, "profesionales", tomahora.Profesional.NombreCompleto, report)
	nameless(m.prestaciones, "prestaciones", func(p tomahora.Prestacion) string { return p.Nombre }, report)
	nameless(m.estados, "estados", func(e tomahora.Estado) string { return e.Nombre }, report)
	for i, p := range m.estados.pairs {
		if p.isNew() {
			continue
		}
		for _, problem := range tomahora.ProblemsOf(p.before.CheckCambio(p.after)) {
			report(entry("estados", i), "%s", problem.Args[len(problem.Args)-1])
		}
	}
	return problems
}

func nameless[T comparable](e edited[T], list string, nameOf func(T) string, report func(field, format string, args ...any)) {
	for i, p := range e.pairs {
		if nameOf(p.after) == "" {
			report(entry(list, i), "falta el nombre")
		}
	}
}

// entry names the i-th entry of a list as the problems of a plan do.
func entry(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// writer writes differences and counts them.
type writer struct {
	setup tomahora.Setup
	by    tomahora.Actor
	done  Resumen
}

// write goes from what is referred to to what refers to it, and removes old
// hours before it adds new ones, so that no two ever overlap.
func (w *writer) write(m merged) error {
	steps := []func() error{
		func() error { return saveSettings(w, m.clinica, w.setup.SaveClinica) },
		func() error { return saveSettings(w, m.online, w.setup.SaveOnline) },
		func() error { return save(w, "sucursales", m.sucursales, w.setup.SaveSucursal) },
		func() error { return save(w, "especialidades", m.especialidades, w.setup.SaveEspecialidad) },
		func() error { return save(w, "sillones", m.sillones, w.setup.SaveSillon) },
		func() error { return save(w, "estados", m.estados, w.setup.SaveEstado) },
		func() error { return save(w, "profesionales", m.profesionales, w.setup.SaveProfesional) },
		func() error { return save(w, "prestaciones", m.prestaciones, w.setup.SavePrestacion) },
		func() error { return w.replaceHorarios(m.horarios) },
		func() error {
			return replace(w, m.especiales, sameEspecial, w.setup.CreateEspecial,
				func(e tomahora.HorarioEspecial) error { return w.setup.DeleteEspecial(e.ID, w.by) })
		},
		func() error {
			return replace(w, m.bloqueos, sameBloqueo, w.setup.CreateBloqueo,
				func(b tomahora.HorarioBloqueado) error { return w.setup.DeleteBloqueo(b.ID, w.by) })
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// saveSettings writes what a clinic has one of.
func saveSettings[T comparable](w *writer, p pair[T], write func(T, tomahora.Actor) error) error {
	if p.before == p.after {
		return nil
	}
	w.done.Modificados++
	return write(p.after, w.by)
}

func (w *writer) replaceHorarios(r replaced[tomahora.Horario]) error {
	return replace(w, r, sameHorario, w.setup.CreateHorario,
		func(h tomahora.Horario) error { return w.setup.DeleteHorario(h.ID, w.by) })
}

// save writes the entities that are new or differ.
func save[T comparable](w *writer, list string, e edited[T], write func(T, tomahora.Actor) error) error {
	for i, p := range e.pairs {
		if p.before == p.after {
			continue
		}
		if err := write(p.after, w.by); err != nil {
			return at(entry(list, i), err)
		}
		if p.isNew() {
			w.done.Creados++
		} else {
			w.done.Modificados++
		}
	}
	return nil
}

// at names the entry for which the store refused a change, as it does for a
// sillón that cannot become exclusive because citas on it overlap.
func at(field string, err error) error {
	problems := tomahora.ProblemsOf(err)
	if len(problems) == 0 || problems[0].Kind != tomahora.KindInvalid {
		return err
	}
	p := problems[0]
	return &tomahora.Error{Kind: p.Kind, Code: p.Code, Field: field, Args: p.Args, Err: err}
}

// replace makes a stored list the wanted one. Equal entries are left alone, each
// as often as it is wanted.
func replace[T any](w *writer, r replaced[T], canonical func(T) T,
	create func(T, tomahora.Actor) (tomahora.HorarioID, error), remove func(T) error,
) error {
	if r.wanted == nil {
		return nil
	}
	gone, added := difference(r.stored, r.wanted, canonical)
	for _, v := range gone {
		if err := remove(v); err != nil {
			return err
		}
		w.done.Borrados++
	}
	for _, v := range added {
		if _, err := create(canonical(v), w.by); err != nil {
			return err
		}
		w.done.Creados++
	}
	return nil
}

// difference compares two lists as multisets of canonical values.
func difference[T any](stored, wanted []T, canonical func(T) T) (gone, added []T) {
	key := func(v T) string { return fmt.Sprintf("%+v", canonical(v)) }
	missing := map[string]int{}
	for _, v := range wanted {
		missing[key(v)]++
	}
	kept := map[string]int{}
	for _, v := range stored {
		if k := key(v); missing[k] > kept[k] {
			kept[k]++
		} else {
			gone = append(gone, v)
		}
	}
	for _, v := range wanted {
		if k := key(v); kept[k] > 0 {
			kept[k]--
		} else {
			added = append(added, v)
		}
	}
	return gone, added
}

// The same rule, whatever its id and however its sillones and its missing break
// are spelled. A break that ends before it begins is none of these: it stays, to
// be refused.

func sameHorario(h tomahora.Horario) tomahora.Horario {
	h.ID, h.Jornada = 0, sameJornada(h.Jornada)
	return h
}

func sameEspecial(e tomahora.HorarioEspecial) tomahora.HorarioEspecial {
	e.ID, e.Jornada = 0, sameJornada(e.Jornada)
	return e
}

func sameBloqueo(b tomahora.HorarioBloqueado) tomahora.HorarioBloqueado {
	b.ID = 0
	return b
}

func sameJornada(j tomahora.Jornada) tomahora.Jornada {
	j.Sillones = slices.Compact(slices.Sorted(slices.Values(j.Sillones)))
	if j.Pausa.Inicio == j.Pausa.Fin {
		j.Pausa = tomahora.Rango{}
	}
	return j
}
