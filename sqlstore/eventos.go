package sqlstore

import (
	"strings"

	"github.com/tomahora/tomahora"
)

type eventos struct{ *tx }

func (e eventos) Since(after tomahora.EventoID, limit int) ([]tomahora.Evento, error) {
	return collect(e.tx, "evento_since", []any{e.id, after, limit}, scanEvento)
}

func scanEvento(scan scanner) (v tomahora.Evento, err error) {
	var campos string
	err = scan(&v.ID, instant(&v.En), &v.Actor, &v.Accion, &v.Entidad, &v.IDEntidad, &campos)
	if campos != "" {
		v.Campos = strings.Split(campos, ",")
	}
	return v, err
}

func (e eventos) Oldest() (id tomahora.EventoID, err error) {
	err = e.queryRow("evento_oldest", []any{e.id}, &id)
	return id, err
}

func (e eventos) Last() (id tomahora.EventoID, err error) {
	err = e.queryRow("evento_last", []any{e.id}, &id)
	return id, err
}

// Forget files first what is not filed yet.
func (e eventos) Forget(until tomahora.EventoID) error {
	if err := e.file(until); err != nil {
		return err
	}
	return e.post("evento_forget", e.id, until)
}

// Audit files the eventos after the last that was filed. Those of the transaction
// itself are not written yet, and wait for the next time.
func (e eventos) Audit(limit int) (more bool, err error) {
	var filed, last tomahora.EventoID
	if err := e.queryRow("auditoria_next", []any{e.id}, &filed, &last); err != nil {
		return false, err
	}
	until := min(filed+tomahora.EventoID(limit), last)
	if until <= filed {
		return filed < last, nil
	}
	return until < last, e.file(until)
}

// file copies what is not filed yet, up to an evento.
func (e eventos) file(until tomahora.EventoID) error {
	if err := e.post("auditoria_create", e.id, until); err != nil {
		return err
	}
	return e.post("auditoria_hasta", e.id, until)
}

// Historial reads what is filed, and what is too new for that.
func (e eventos) Historial(entidad string, id int64, limit int) ([]tomahora.Evento, error) {
	return collect(e.tx, "auditoria_list", []any{e.id, entidad, id, limit}, scanEvento)
}
