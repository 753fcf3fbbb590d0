package medilink

import (
	"errors"
	"net/http"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// otraHora is a refusal with the hours that are free instead.
type otraHora struct { //nolint:errname // a refusal, and read as one
	error
	alternativas []ofertaBody
}

func (o *otraHora) Unwrap() error { return o.error }

// withAlternativas adds to a refusal for time and place what is free nearby. It
// reads that outside of the update, which keeps others waiting; should the
// reading fail, the refusal is told as it is.
func (a *api) withAlternativas(r *http.Request, p auth.Principal, err error) error {
	rechazo, ok := errors.AsType[*agenda.Rechazo](err)
	if !ok || !rechazo.AdmitsOtra() {
		return err
	}
	var list []ofertaBody
	failed := a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		libres, err := agenda.Alternativas(tx, rechazo)
		list = ofertasDe(r, tx.Config(), libres)
		return err
	})
	if failed != nil {
		return err
	}
	return &otraHora{err, list}
}
