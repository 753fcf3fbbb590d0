package sqlstore

import (
	"strings"

	"github.com/tomahora/tomahora"
)

type eventos struct{ *tx }

func (e eventos) Since(after tomahora.EventoID, limit int) ([]tomahora.Evento, error) {
	return collect(e.tx, "evento_since", []any{e.id, after, limit}, func(scan scanner) (v tomahora.Evento, err error) {
		var campos string
		err = scan(&v.ID, instant(&v.En), &v.Actor, &v.Accion, &v.Entidad, &v.IDEntidad, &campos)
		if campos != "" {
			v.Campos = strings.Split(campos, ",")
		}
		return v, err
	})
}

func (e eventos) Oldest() (id tomahora.EventoID, err error) {
	err = e.queryRow("evento_oldest", []any{e.id}, &id)
	return id, err
}

func (e eventos) Last() (id tomahora.EventoID, err error) {
	err = e.queryRow("evento_last", []any{e.id}, &id)
	return id, err
}

func (e eventos) Forget(until tomahora.EventoID) error { return e.post("evento_forget", e.id, until) }
