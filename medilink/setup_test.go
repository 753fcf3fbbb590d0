package medilink

import (
	"slices"
	"testing"

	"github.com/tomahora/tomahora"
)

// configured is a face over a clinic of this plan.
func configured(t testing.TB, p tomahora.Plan) face {
	t.Helper()
	f := newFace(t)
	p.Estados = tomahora.EstadosIniciales()
	f.store.configure(p)
	return f
}

// clinica is a clinic whose profesionales have weeks of every kind. The clock of
// the tests is on Monday, 5 November 2018, at 17:09.
func clinica(t testing.TB) face {
	t.Helper()
	jornada := func(inicio, fin tomahora.Hora, sillones ...tomahora.SillonID) tomahora.Jornada {
		return tomahora.Jornada{
			Rango: tomahora.Rango{Inicio: inicio * 60, Fin: fin * 60}, Sillones: sillones, Modalidad: tomahora.Presencial,
		}
	}
	withBreak := jornada(9, 12, 1, 2)
	withBreak.Pausa = tomahora.Rango{Inicio: 10 * 60, Fin: 11 * 60}
	return configured(t, tomahora.Plan{
		Clinica: tomahora.Clinica{ID: 1, Nombre: "Demo", Zona: "America/Santiago"},
		Sucursales: []tomahora.Sucursal{
			{ID: 1, Nombre: "NORTE", Ciudad: "Santiago", Habilitada: true}, {ID: 2, Nombre: "SUR", Habilitada: true}, {ID: 3, Nombre: "VIEJA"},
		},
		Sillones:       []tomahora.Sillon{{ID: 1, Nombre: "Sillon 1"}, {ID: 2, Nombre: "Sillon 2"}, {ID: 9, Nombre: "Box 9"}},
		Especialidades: []tomahora.Especialidad{{ID: 4, Nombre: "Odontología", Habilitada: true}, {ID: 5, Nombre: "Medicina"}},
		Prestaciones:   []tomahora.Prestacion{{ID: 8, Nombre: "Limpieza", Codigo: "L-1", IDCategoria: 3, NombreCategoria: "Higiene", Habilitada: true}},
		Profesionales: []tomahora.Profesional{
			{
				ID: 2, RUT: "14238765-4", Nombre: "Daniel", Apellidos: "Vergara", Celular: "9", Telefono: "2", Ciudad: "Santiago", Comuna: "Ñuñoa",
				Direccion: "Calle 1", Email: "dv@demo.cl", IDEspecialidad: 4, AgendaOnline: true, Intervalo: 30, Habilitado: true,
			},
			{ID: 3, Nombre: "Marcela", IDEspecialidad: 4, Intervalo: 60, Habilitado: true, EsRecurso: true},
			{ID: 4, Nombre: "Rosa", IDEspecialidad: 5, Intervalo: 15},
		},
		Horarios: []tomahora.Horario{
			{ID: 11, IDProfesional: 2, IDSucursal: 1, Dia: tomahora.Martes, Jornada: withBreak},
			{ID: 12, IDProfesional: 2, IDSucursal: 1, Dia: tomahora.Viernes, Jornada: jornada(15, 16, 2), Desde: fecha("2018-11-01")},
			{ID: 13, IDProfesional: 2, IDSucursal: 1, Dia: tomahora.Viernes, Jornada: jornada(8, 9, 1)},
			{ID: 14, IDProfesional: 3, IDSucursal: 1, Dia: tomahora.Martes, Jornada: jornada(9, 11, 1)},
		},
		Especiales: []tomahora.HorarioEspecial{{ID: 15, IDProfesional: 2, IDSucursal: 2, Fecha: fecha("2018-11-07"), Jornada: jornada(9, 10, 1)}},
		Bloqueos: []tomahora.HorarioBloqueado{
			{ID: 16, IDSucursal: 1, Fecha: fecha("2018-11-09"), Rango: tomahora.Rango{Inicio: 8 * 60, Fin: 9 * 60}, Comentario: "Aseo"},
			{ID: 17, IDProfesional: 3, IDSucursal: 1, Fecha: fecha("2018-11-13"), Rango: tomahora.Rango{Inicio: 9 * 60, Fin: 10 * 60}},
			{ID: 18, IDSucursal: 2, Fecha: fecha("2018-11-14"), Rango: tomahora.Rango{Inicio: 0, Fin: 24 * 60}},
		},
	})
}

func fecha(s string) tomahora.Fecha {
	f, err := tomahora.ParseFecha(s)
	if err != nil {
		panic(err)
	}
	return f
}

// booked keeps a live cita of profesional 2 at sucursal 1 on the day after the
// tests' clock.
func (f face) booked(id tomahora.CitaID, inicio tomahora.Hora, duracion tomahora.Duracion, sillon tomahora.SillonID) {
	f.store.citas = append(f.store.citas, tomahora.Cita{
		Version: 1,
		ID:      id, IDPaciente: 2, IDEstado: tomahora.EstadoNoConfirmado, Viva: true, Comentario: "<control>",
		Espacio: tomahora.Espacio{
			IDProfesional: 2, IDSucursal: 1, IDSillon: sillon, Fecha: fecha("2018-11-06"), Rango: tomahora.Rango{Inicio: inicio, Fin: inicio.Add(duracion)},
		},
	})
}

func (s *fakeStore) configure(p tomahora.Plan) {
	cfg, err := tomahora.NewConfig(s.cfg.Version()+1, p)
	if err != nil {
		panic(err)
	}
	s.cfg = cfg
}

// nextID is the next of the one counter of hours.
func (f fakeSetup) nextID() tomahora.HorarioID {
	next := tomahora.HorarioID(100)
	plan := f.s.cfg.Plan()
	for _, h := range plan.Horarios {
		next = max(next, h.ID+1)
	}
	for _, e := range plan.Especiales {
		next = max(next, e.ID+1)
	}
	for _, b := range plan.Bloqueos {
		next = max(next, b.ID+1)
	}
	return next
}

// put changes one of the plan's lists: the entry with the id becomes the given
// ones.
func put[T any](f fakeSetup, list func(*tomahora.Plan) *[]T, is func(T) bool, entries ...T) error {
	plan := f.s.cfg.Plan()
	l := list(&plan)
	*l = append(slices.DeleteFunc(slices.Clone(*l), is), entries...)
	f.s.configure(plan)
	return nil
}

func horariosOf(p *tomahora.Plan) *[]tomahora.Horario           { return &p.Horarios }
func especialesOf(p *tomahora.Plan) *[]tomahora.HorarioEspecial { return &p.Especiales }
func bloqueosOf(p *tomahora.Plan) *[]tomahora.HorarioBloqueado  { return &p.Bloqueos }

func (f fakeSetup) CreateHorario(h tomahora.Horario, by tomahora.Actor) (tomahora.HorarioID, error) {
	h.ID = f.nextID()
	return h.ID, f.SaveHorario(h, by)
}

func (f fakeSetup) SaveHorario(h tomahora.Horario, _ tomahora.Actor) error {
	return put(f, horariosOf, func(o tomahora.Horario) bool { return o.ID == h.ID }, h)
}

func (f fakeSetup) DeleteHorario(id tomahora.HorarioID, _ tomahora.Actor) error {
	return put(f, horariosOf, func(o tomahora.Horario) bool { return o.ID == id })
}

func (f fakeSetup) CreateEspecial(e tomahora.HorarioEspecial, by tomahora.Actor) (tomahora.HorarioID, error) {
	e.ID = f.nextID()
	return e.ID, f.SaveEspecial(e, by)
}

func (f fakeSetup) SaveEspecial(e tomahora.HorarioEspecial, _ tomahora.Actor) error {
	return put(f, especialesOf, func(o tomahora.HorarioEspecial) bool { return o.ID == e.ID }, e)
}

func (f fakeSetup) DeleteEspecial(id tomahora.HorarioID, _ tomahora.Actor) error {
	return put(f, especialesOf, func(o tomahora.HorarioEspecial) bool { return o.ID == id })
}

func (f fakeSetup) CreateBloqueo(b tomahora.HorarioBloqueado, by tomahora.Actor) (tomahora.HorarioID, error) {
	b.ID = f.nextID()
	return b.ID, f.SaveBloqueo(b, by)
}

func (f fakeSetup) SaveBloqueo(b tomahora.HorarioBloqueado, _ tomahora.Actor) error {
	return put(f, bloqueosOf, func(o tomahora.HorarioBloqueado) bool { return o.ID == b.ID }, b)
}

func (f fakeSetup) DeleteBloqueo(id tomahora.HorarioID, _ tomahora.Actor) error {
	return put(f, bloqueosOf, func(o tomahora.HorarioBloqueado) bool { return o.ID == id })
}

// Ocupados are the places of Agenda.
func (c fakeCitas) Ocupados(profesionales []tomahora.ProfesionalID, desde, hasta tomahora.Fecha) ([]tomahora.Espacio, error) {
	citas, err := c.Agenda(profesionales, desde, hasta)
	var list []tomahora.Espacio
	for _, cita := range citas {
		list = append(list, cita.Espacio)
	}
	return list, err
}

// Agenda are the live citas of the profesionales.
func (c fakeCitas) Agenda(profesionales []tomahora.ProfesionalID, desde, hasta tomahora.Fecha) ([]tomahora.Cita, error) {
	return slices.Collect(func(yield func(tomahora.Cita) bool) {
		for _, cita := range c.s.citas {
			e := cita.Espacio
			inside := !e.Fecha.Before(desde) && !hasta.Before(e.Fecha)
			if cita.Viva && inside && slices.Contains(profesionales, e.IDProfesional) && !yield(cita) {
				return
			}
		}
	}), nil
}
