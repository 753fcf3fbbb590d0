package agenda

import "github.com/tomahora/tomahora"

// Modificar changes a cita (PUT /citas/{id}) and returns it as it is read. It
// judges the change in the stages of a booking; an unknown id is KindNotFound.
// Where nothing really changes, nothing is written. With a reserva the cita goes to
// the place that it holds.
func Modificar(tx tomahora.Tx, by tomahora.Actor, id tomahora.CitaID, c tomahora.CambioCita) (tomahora.Cita, error) {
	before, err := tx.Citas().Get(id)
	if err != nil {
		return tomahora.Cita{}, err
	}
	if err := c.CheckShape(); err != nil {
		return tomahora.Cita{}, err
	}
	c, r, err := cambioWithReserva(tx, by, id, c)
	if err == nil {
		err = r.CheckPaciente(before.IDPaciente)
	}
	if err != nil {
		return tomahora.Cita{}, err
	}
	after, err := change(tx, by, before, c)
	if err != nil {
		return tomahora.Cita{}, err
	}
	if c.Relacionadas && c.IDEstado != 0 {
		if err := changeRelated(tx, by, before, c.IDEstado); err != nil {
			return tomahora.Cita{}, err
		}
	}
	return after, nil
}

// change judges and writes a change of one cita whose shape is clean.
func change(tx tomahora.Tx, by tomahora.Actor, before tomahora.Cita, c tomahora.CambioCita) (tomahora.Cita, error) {
	after, err := changed(tx, before, c)
	if err != nil {
		return tomahora.Cita{}, err
	}
	campos := after.Changed(before)
	if len(campos) == 0 {
		return before, nil
	}
	if after, err = tx.Citas().Save(after, by, campos...); err != nil {
		return tomahora.Cita{}, err
	}
	return after, use(tx, c.IDReserva, after.ID)
}

// changed judges a change of one cita whose shape is clean, and writes nothing.
func changed(tx tomahora.Tx, before tomahora.Cita, c tomahora.CambioCita) (tomahora.Cita, error) {
	after := c.Apply(tx.Config(), before)
	if after.MustFit(before) {
		return fit(tx, before, after, c)
	}
	return after, c.CheckUnfitted(tx.Config(), before)
}

// SimularCambio judges a change of a cita as Modificar does, and writes nothing: it
// returns the cita as it would be, or why the change would be refused.
func SimularCambio(tx tomahora.Tx, id tomahora.CitaID, c tomahora.CambioCita) (tomahora.Cita, error) {
	before, err := tx.Citas().Get(id)
	if err != nil {
		return tomahora.Cita{}, err
	}
	if err := c.CheckShape(); err != nil {
		return tomahora.Cita{}, err
	}
	return changed(tx, before, c)
}

// fit judges a changed cita by the rules of a booking and settles what follows
// from its place and its atención. That the cita itself was in the place before
// does not stand in its way.
func fit(tx tomahora.Tx, before, after tomahora.Cita, c tomahora.CambioCita) (tomahora.Cita, error) {
	s := c.Solicitud(before)
	facts, err := factsOf(tx, s, before.ID)
	if err != nil {
		return tomahora.Cita{}, err
	}
	if err := c.CheckReferences(tx.Config(), before, facts); err != nil {
		return tomahora.Cita{}, err
	}
	lugar, problems := s.Lugar(tx.Config(), tx.Now())
	if problems = append(problems, facts.Topes.Problems()...); len(problems) > 0 {
		return tomahora.Cita{}, rechazo(s, problems, &before)
	}
	after.Espacio, after.Videoconsulta, after.Exclusiva = lugar.Espacio, lugar.Videoconsulta, lugar.Exclusiva
	after.AtencionMultiple = facts.Atencion.Tipo.AllowsManyCitas()
	return after, nil
}

// changeRelated puts the citas that stand where a cita stood, with the same
// atención, in an estado. One that may not go there refuses the whole change.
func changeRelated(tx tomahora.Tx, by tomahora.Actor, cita tomahora.Cita, estado tomahora.EstadoID) error {
	related, err := listCitas(tx,
		tomahora.Filtro{Columna: "id_atencion", Operador: tomahora.Igual, Valor: int64(cita.IDAtencion)},
		tomahora.Filtro{Columna: "id_sucursal", Operador: tomahora.Igual, Valor: int64(cita.Espacio.IDSucursal)},
		tomahora.Filtro{Columna: "fecha", Operador: tomahora.Igual, Valor: cita.Espacio.Fecha.String()})
	if err != nil {
		return err
	}
	for _, r := range related {
		if r.ID == cita.ID || r.Espacio.Rango.Inicio != cita.Espacio.Rango.Inicio {
			continue
		}
		if _, err := change(tx, by, r, tomahora.CambioCita{IDEstado: estado}); err != nil {
			return plain(err)
		}
	}
	return nil
}

// listCitas are all citas for which the filters hold, by ascending id.
func listCitas(tx tomahora.Tx, filtros ...tomahora.Filtro) ([]tomahora.Cita, error) {
	q := tomahora.Consulta{Filtros: filtros, Orden: []tomahora.Orden{{Columna: "id"}}, Limite: 500}
	var all []tomahora.Cita
	for {
		page, err := tx.Citas().List(q)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < q.Limite {
			return all, nil
		}
		q.Despues = []any{int64(page[len(page)-1].ID)}
	}
}
