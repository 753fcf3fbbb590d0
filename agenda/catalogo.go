package agenda

import (
	"slices"
	"strings"

	"github.com/tomahora/tomahora"
)

// The Guardar functions of this file write one entry of a catalogue, a new one
// when its ID is 0, and return it as it is kept: texts without the space around
// them. An unknown ID is KindNotFound, what is wrong with the entry comes back as
// problems with the wire's names, and what is as it was is not written again.

// GuardarClinica writes how a clinic works; what it is, its ID and EsDemo, stays.
func GuardarClinica(tx tomahora.Tx, by tomahora.Actor, c tomahora.Clinica) (tomahora.Clinica, error) {
	before := tx.Config().Clinica()
	trim(&c.Nombre, &c.Zona)
	c.ID, c.EsDemo = before.ID, before.EsDemo
	if err := c.Check(); err != nil || c == before {
		return c, err
	}
	return c, tx.Setup().SaveClinica(c, by)
}

// GuardarOnline writes how pacientes book for themselves, but for the Clave.
func GuardarOnline(tx tomahora.Tx, by tomahora.Actor, o tomahora.ReservaOnline) (tomahora.ReservaOnline, error) {
	p := editOnline(tx.Config().Online(), func(saved *tomahora.ReservaOnline) { *saved = o })
	if err := p.after.Check(); err != nil || p.after == p.before {
		return p.after, err
	}
	return p.after, tx.Setup().SaveOnline(p.after, by)
}

// GuardarSucursal writes a sucursal.
func GuardarSucursal(tx tomahora.Tx, by tomahora.Actor, s tomahora.Sucursal) (tomahora.Sucursal, error) {
	trim(&s.Nombre, &s.Telefono, &s.Ciudad, &s.Comuna, &s.Direccion, &s.Zona)
	return guardar(catalogo[tomahora.SucursalID, tomahora.Sucursal]{
		list:  tx.Config().Plan().Sucursales,
		id:    func(s *tomahora.Sucursal) *tomahora.SucursalID { return &s.ID },
		noun:  "la sucursal",
		check: tomahora.Sucursal.Check,
		save:  tx.Setup().SaveSucursal,
	}, by, s)
}

// GuardarSillon writes a sillón. One that becomes exclusivo while live citas from
// today on overlap on it is tope_sillon.
func GuardarSillon(tx tomahora.Tx, by tomahora.Actor, s tomahora.Sillon) (tomahora.Sillon, error) {
	trim(&s.Nombre)
	return guardar(catalogo[tomahora.SillonID, tomahora.Sillon]{
		list:  tx.Config().Plan().Sillones,
		id:    func(s *tomahora.Sillon) *tomahora.SillonID { return &s.ID },
		noun:  "el sillón",
		taken: tomahora.Sobrecupo,
		check: tomahora.Sillon.Check,
		save: func(s tomahora.Sillon, by tomahora.Actor) error {
			if err := tx.Setup().SaveSillon(s, by); err != nil {
				return at("exclusivo", err)
			}
			return nil
		},
	}, by, s)
}

// GuardarEspecialidad writes an especialidad.
func GuardarEspecialidad(tx tomahora.Tx, by tomahora.Actor, e tomahora.Especialidad) (tomahora.Especialidad, error) {
	trim(&e.Nombre)
	return guardar(catalogo[tomahora.EspecialidadID, tomahora.Especialidad]{
		list:  tx.Config().Plan().Especialidades,
		id:    func(e *tomahora.Especialidad) *tomahora.EspecialidadID { return &e.ID },
		noun:  "la especialidad",
		check: tomahora.Especialidad.Check,
		save:  tx.Setup().SaveEspecialidad,
	}, by, e)
}

// GuardarProfesional writes a profesional.
func GuardarProfesional(tx tomahora.Tx, by tomahora.Actor, p tomahora.Profesional) (tomahora.Profesional, error) {
	trim(&p.RUT, &p.Nombre, &p.Apellidos, &p.Celular, &p.Telefono, &p.Ciudad, &p.Comuna, &p.Direccion, &p.Email)
	return guardar(catalogo[tomahora.ProfesionalID, tomahora.Profesional]{
		list:  tx.Config().Plan().Profesionales,
		id:    func(p *tomahora.Profesional) *tomahora.ProfesionalID { return &p.ID },
		noun:  "el profesional",
		check: tx.Config().CheckProfesional,
		save:  tx.Setup().SaveProfesional,
	}, by, p)
}

// ModificarEstado changes the Nombre, Color and Habilitado of an estado; the rest
// of the given one does not count.
func ModificarEstado(tx tomahora.Tx, by tomahora.Actor, e tomahora.Estado) (tomahora.Estado, error) {
	before, ok := tx.Config().Estado(e.ID)
	if !ok {
		return e, tomahora.NotFound("el estado")
	}
	after := before
	after.Nombre, after.Color, after.Habilitado = strings.TrimSpace(e.Nombre), e.Color, e.Habilitado
	if err := after.Check(); err != nil {
		return after, err
	}
	if err := before.CheckCambio(after); err != nil || after == before {
		return after, err
	}
	return after, tx.Setup().SaveEstado(after, by)
}

// catalogo is how entries of one kind are kept.
type catalogo[ID ~int64, T comparable] struct {
	list  []T // those that there are
	id    func(*T) *ID
	noun  string // in Spanish, with its article
	taken ID     // is never given, 0 for none
	check func(T) error
	save  func(T, tomahora.Actor) error
}

func guardar[ID ~int64, T comparable](c catalogo[ID, T], by tomahora.Actor, v T) (T, error) {
	var last ID
	known := false
	for i := range c.list {
		id := *c.id(&c.list[i])
		last = max(last, id)
		known = known || id == *c.id(&v)
	}
	id := c.id(&v)
	switch {
	case *id == 0:
		*id = c.after(last)
	case !known:
		return v, tomahora.NotFound(c.noun)
	}
	if err := c.check(v); err != nil || slices.Contains(c.list, v) {
		return v, err
	}
	return v, c.save(v, by)
}

// after is the id that follows the last one.
func (c catalogo[ID, T]) after(last ID) ID {
	if last+1 == c.taken {
		return last + 2
	}
	return last + 1
}

func trim(texts ...*string) {
	for _, s := range texts {
		*s = strings.TrimSpace(*s)
	}
}
