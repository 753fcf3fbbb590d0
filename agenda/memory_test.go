package agenda_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/tomahora/tomahora"
)

// configure puts a plan, which must be good, in force.
func (tx *fakeTx) configure(t *testing.T, plan tomahora.Plan) {
	t.Helper()
	cfg, err := tomahora.NewConfig(1, plan)
	if err != nil {
		t.Fatal(err)
	}
	tx.cfg = cfg
}

// reconfigure changes the plan in force.
func (tx *fakeTx) reconfigure(t *testing.T, change func(*tomahora.Plan)) {
	t.Helper()
	plan := tx.cfg.Plan()
	change(&plan)
	tx.configure(t, plan)
}

func (tx *fakeTx) note(what string, id any, campos ...string) {
	tx.wrote = append(tx.wrote, strings.TrimSpace(fmt.Sprint(what, " ", id, " ", strings.Join(campos, " "))))
}

// named is a cita with what is read from other tables.
func (f fakeCitas) named(c tomahora.Cita) tomahora.Cita {
	p := f.tx.pacientes[c.IDPaciente]
	c.NombrePaciente, c.ApellidosPaciente = p.Nombre, p.Apellidos
	if a, err := f.tx.Atenciones().Get(c.IDAtencion); err == nil {
		c.NombreAtencion = a.Nombre
	}
	return c
}

// Save holds the law that a live cita stands in nobody's way, as the database does.
func (f fakeCitas) Save(c tomahora.Cita, _ tomahora.Actor, campos ...string) (tomahora.Cita, error) {
	i := slices.IndexFunc(f.tx.citas, func(o tomahora.Cita) bool { return o.ID == c.ID })
	if i < 0 {
		return tomahora.Cita{}, tomahora.NotFound("la cita")
	}
	for _, o := range f.tx.citas {
		if c.Viva && o.Viva && o.ID != c.ID && c.Espacio.TopeProfesional(o.Espacio) {
			return tomahora.Cita{}, tomahora.Topes{Profesional: o.ID}.Problems()
		}
	}
	if c.IDEstado != f.tx.citas[i].IDEstado {
		c.EstadoDesde = f.tx.now
	}
	c.Cambiada, c.Version = f.tx.now, c.Version+1
	f.tx.citas[i] = c
	f.tx.note("cita", c.ID, campos...)
	return c, nil
}

func (f fakeCitas) List(q tomahora.Consulta) ([]tomahora.Cita, error) {
	if f.tx.broken != nil {
		return nil, f.tx.broken
	}
	page := tomahora.Select(f.tx.citas, q, func(c tomahora.Cita, name string) any {
		switch name {
		case "id":
			return int64(c.ID)
		case "id_atencion":
			return int64(c.IDAtencion)
		case "id_sucursal":
			return int64(c.Espacio.IDSucursal)
		case "fecha":
			return c.Espacio.Fecha.String()
		case "estado_anulacion":
			if c.Viva {
				return int64(0)
			}
			return int64(1)
		default:
			panic("the fake has no column " + name)
		}
	})
	for i := range page {
		page[i] = f.named(page[i])
	}
	return page, nil
}

func (f fakePacientes) ByRUT(rut string) (tomahora.Paciente, error) {
	if f.tx.broken != nil {
		return tomahora.Paciente{}, f.tx.broken
	}
	for _, p := range f.tx.pacientes {
		if p.RUT == rut {
			return p, nil
		}
	}
	return tomahora.Paciente{}, tomahora.NotFound("el paciente")
}

func (f fakePacientes) Create(p tomahora.Paciente, _ tomahora.Actor) (tomahora.Paciente, error) {
	p.ID = slices.Max(slices.Collect(maps.Keys(f.tx.pacientes))) + 1
	p.Creado, p.Version = f.tx.now, 1
	f.tx.pacientes[p.ID] = p
	f.tx.note("paciente", p.ID)
	return p, nil
}

func (f fakePacientes) Save(p tomahora.Paciente, _ tomahora.Actor, campos ...string) (tomahora.Paciente, error) {
	p.Version++
	f.tx.pacientes[p.ID] = p
	f.tx.note("paciente", p.ID, campos...)
	return p, nil
}

func (tx *fakeTx) Setup() tomahora.Setup { return fakeSetup{tx: tx} }

// fakeSetup changes the plan in force, which must stay good.
type fakeSetup struct {
	tomahora.Setup
	tx *fakeTx
}

func (f fakeSetup) write(what string, id any, change func(*tomahora.Plan)) error {
	plan := f.tx.cfg.Plan()
	change(&plan)
	cfg, err := tomahora.NewConfig(f.tx.cfg.Version()+1, plan)
	if err != nil {
		return fmt.Errorf("what is kept is no good: %w", err)
	}
	f.tx.cfg = cfg
	f.tx.note(what, id)
	return nil
}

func (f fakeSetup) next() tomahora.HorarioID {
	plan := f.tx.cfg.Plan()
	last := tomahora.HorarioID(0)
	for _, h := range plan.Horarios {
		last = max(last, h.ID)
	}
	for _, e := range plan.Especiales {
		last = max(last, e.ID)
	}
	for _, b := range plan.Bloqueos {
		last = max(last, b.ID)
	}
	return last + 1
}

func swap[T any](list []T, found func(T) bool, v ...T) []T {
	return append(slices.DeleteFunc(slices.Clone(list), found), v...)
}

func (f fakeSetup) SaveEstado(e tomahora.Estado, _ tomahora.Actor) error {
	return f.write("estado", e.ID, func(p *tomahora.Plan) {
		p.Estados = swap(p.Estados, func(o tomahora.Estado) bool { return o.ID == e.ID }, e)
	})
}

func (f fakeSetup) SavePrestacion(v tomahora.Prestacion, _ tomahora.Actor) error {
	return f.write("prestacion", v.ID, func(p *tomahora.Plan) {
		p.Prestaciones = swap(p.Prestaciones, func(o tomahora.Prestacion) bool { return o.ID == v.ID }, v)
	})
}

func (f fakeSetup) SaveHorario(h tomahora.Horario, _ tomahora.Actor) error {
	return f.write("horario", h.ID, func(p *tomahora.Plan) {
		p.Horarios = swap(p.Horarios, func(o tomahora.Horario) bool { return o.ID == h.ID }, h)
	})
}

func (f fakeSetup) CreateHorario(h tomahora.Horario, by tomahora.Actor) (tomahora.HorarioID, error) {
	h.ID = f.next()
	return h.ID, f.SaveHorario(h, by)
}

func (f fakeSetup) DeleteHorario(id tomahora.HorarioID, _ tomahora.Actor) error {
	return f.write("borrado", id, func(p *tomahora.Plan) {
		p.Horarios = swap(p.Horarios, func(o tomahora.Horario) bool { return o.ID == id })
	})
}

func (f fakeSetup) SaveEspecial(e tomahora.HorarioEspecial, _ tomahora.Actor) error {
	return f.write("especial", e.ID, func(p *tomahora.Plan) {
		p.Especiales = swap(p.Especiales, func(o tomahora.HorarioEspecial) bool { return o.ID == e.ID }, e)
	})
}

func (f fakeSetup) CreateEspecial(e tomahora.HorarioEspecial, by tomahora.Actor) (tomahora.HorarioID, error) {
	e.ID = f.next()
	return e.ID, f.SaveEspecial(e, by)
}

func (f fakeSetup) SaveBloqueo(b tomahora.HorarioBloqueado, _ tomahora.Actor) error {
	return f.write("bloqueo", b.ID, func(p *tomahora.Plan) {
		p.Bloqueos = swap(p.Bloqueos, func(o tomahora.HorarioBloqueado) bool { return o.ID == b.ID }, b)
	})
}

func (f fakeSetup) CreateBloqueo(b tomahora.HorarioBloqueado, by tomahora.Actor) (tomahora.HorarioID, error) {
	b.ID = f.next()
	return b.ID, f.SaveBloqueo(b, by)
}

// named are the problems as "field: code".
func named(err error) []string {
	var list []string
	for _, p := range tomahora.ProblemsOf(err) {
		list = append(list, p.Field+": "+string(p.Code))
	}
	return list
}
