package agenda_test

import (
	"cmp"
	"slices"
	"time"

	"github.com/tomahora/tomahora"
)

// agendaTx is a clinic in memory to look for free places in and to book: it
// reads as a store does, counts the reads, and forgets what is booked, so that
// one place after the other can be tried.
type agendaTx struct {
	tomahora.Tx
	cfg   *tomahora.Config
	now   time.Time
	citas []tomahora.Cita
	fails string // the read that fails with errDisk

	reservas []tomahora.Reserva

	agendas  []reading
	sillones []reading
	names    [][]int64
}

// reading is what a read of citas asked for.
type reading struct {
	Profesionales []tomahora.ProfesionalID
	IDSucursal    tomahora.SucursalID
	Desde, Hasta  string
}

func (tx *agendaTx) Now() time.Time                  { return tx.now }
func (tx *agendaTx) Config() *tomahora.Config        { return tx.cfg }
func (tx *agendaTx) Citas() tomahora.Citas           { return agendaCitas{tx: tx} }
func (tx *agendaTx) Pacientes() tomahora.Pacientes   { return agendaPacientes{tx: tx} }
func (tx *agendaTx) Atenciones() tomahora.Atenciones { return noAtenciones{} }
func (tx *agendaTx) Reservas() tomahora.Reservas     { return fakeReservas{list: tx.reservas, now: tx.now} }

// live are the live citas that match, in the order of Citas.Agenda.
func (tx *agendaTx) live(match func(tomahora.Cita) bool) []tomahora.Cita {
	var list []tomahora.Cita
	for _, c := range tx.citas {
		if c.Viva && match(c) {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b tomahora.Cita) int {
		return cmp.Or(
			cmp.Compare(a.Espacio.IDProfesional, b.Espacio.IDProfesional),
			cmp.Compare(a.Espacio.Fecha.String(), b.Espacio.Fecha.String()),
			cmp.Compare(a.Espacio.Rango.Inicio, b.Espacio.Rango.Inicio),
			cmp.Compare(a.ID, b.ID),
		)
	})
	return list
}

type agendaCitas struct {
	tomahora.Citas
	tx *agendaTx
}

func within(f, desde, hasta tomahora.Fecha) bool { return !f.Before(desde) && !hasta.Before(f) }

func (a agendaCitas) Agenda(profs []tomahora.ProfesionalID, desde, hasta tomahora.Fecha) ([]tomahora.Cita, error) {
	a.tx.agendas = append(a.tx.agendas, reading{Profesionales: profs, Desde: desde.String(), Hasta: hasta.String()})
	if a.tx.fails == "agenda" {
		return nil, errDisk
	}
	return a.tx.live(func(c tomahora.Cita) bool {
		return slices.Contains(profs, c.Espacio.IDProfesional) && within(c.Espacio.Fecha, desde, hasta)
	}), nil
}

func (a agendaCitas) Ocupados(profs []tomahora.ProfesionalID, desde, hasta tomahora.Fecha) ([]tomahora.Espacio, error) {
	citas, err := a.Agenda(profs, desde, hasta)
	var list []tomahora.Espacio
	for _, c := range citas {
		if c.Espacio.IDSillon != tomahora.Sobrecupo {
			list = append(list, c.Espacio)
		}
	}
	return list, err
}

func (a agendaCitas) Sillones(suc tomahora.SucursalID, desde, hasta tomahora.Fecha) ([]tomahora.Espacio, error) {
	a.tx.sillones = append(a.tx.sillones, reading{IDSucursal: suc, Desde: desde.String(), Hasta: hasta.String()})
	if a.tx.fails == "sillones" {
		return nil, errDisk
	}
	var list []tomahora.Espacio
	for _, c := range a.tx.live(func(c tomahora.Cita) bool {
		return c.Exclusiva && c.Espacio.IDSucursal == suc && within(c.Espacio.Fecha, desde, hasta)
	}) {
		list = append(list, ofNobody(c.Espacio))
	}
	return list, nil
}

// ofNobody is a place as Sillones tells it.
func ofNobody(e tomahora.Espacio) tomahora.Espacio {
	e.IDProfesional = 0
	return e
}

func (a agendaCitas) Facts(s tomahora.Solicitud, exclusivo bool, _ tomahora.CitaID) (tomahora.Facts, error) {
	facts := tomahora.Facts{Paciente: &tomahora.Paciente{ID: s.IDPaciente, Habilitado: true}}
	for _, c := range a.tx.citas {
		if c.Viva && facts.Topes.Profesional == 0 && s.Espacio().TopeProfesional(c.Espacio) {
			facts.Topes.Profesional = c.ID
		}
		if c.Viva && c.Exclusiva && exclusivo && facts.Topes.Sillon == 0 && s.Espacio().TopeSillon(c.Espacio) {
			facts.Topes.Sillon = c.ID
		}
	}
	return facts, nil
}

func (a agendaCitas) Get(id tomahora.CitaID) (tomahora.Cita, error) {
	i := slices.IndexFunc(a.tx.citas, func(c tomahora.Cita) bool { return c.ID == id })
	return a.tx.citas[i], nil
}

func (agendaCitas) Create(c tomahora.Cita) (tomahora.Cita, error) { return c, nil }

type agendaPacientes struct {
	tomahora.Pacientes
	tx *agendaTx
}

// List knows pacientes 1 to 99, all by the same name but for their number.
func (a agendaPacientes) List(q tomahora.Consulta) ([]tomahora.Paciente, error) {
	ids, _ := q.Filtros[0].Valor.([]int64)
	a.tx.names = append(a.tx.names, ids)
	if a.tx.fails == "names" {
		return nil, errDisk
	}
	var all []tomahora.Paciente
	for id := tomahora.PacienteID(1); id < 100; id++ {
		all = append(all, pacienteNumero(id))
	}
	return tomahora.Select(all, q, func(p tomahora.Paciente, _ string) any { return int64(p.ID) }), nil
}

// fakeReservas are reservas to be read.
type fakeReservas struct {
	tomahora.Reservas
	list []tomahora.Reserva
	now  time.Time
}

func (f fakeReservas) Vigentes(desde, hasta tomahora.Fecha) ([]tomahora.Reserva, error) {
	return slices.DeleteFunc(slices.Clone(f.list), func(r tomahora.Reserva) bool {
		return !r.IsVigente(f.now) || !within(r.Espacio.Fecha, desde, hasta)
	}), nil
}

func (f fakeReservas) Get(id tomahora.ReservaID) (tomahora.Reserva, error) {
	for _, r := range f.list {
		if r.ID == id {
			return r, nil
		}
	}
	return tomahora.Reserva{}, tomahora.NotFound("la reserva")
}

func (f fakeReservas) Use(id tomahora.ReservaID, cita tomahora.CitaID) error {
	for i := range f.list {
		if f.list[i].ID == id {
			f.list[i].IDCita = cita
		}
	}
	return nil
}

type noAtenciones struct{ tomahora.Atenciones }

func (noAtenciones) FirstOpen(tomahora.PacienteID, tomahora.ProfesionalID, tomahora.SucursalID) (tomahora.Atencion, error) {
	return tomahora.Atencion{}, tomahora.NotFound("la atención")
}

func (noAtenciones) Create(a tomahora.Atencion, _ tomahora.Actor) (tomahora.Atencion, error) {
	a.ID = 1
	return a, nil
}
