package agenda

import (
	"cmp"
	"strings"

	"github.com/tomahora/tomahora"
)

// CrearEstado makes a clinic's own estado of citas; its id is the next from 28.
// Only Nombre, Color and Anulacion of the given one count; "" is the default
// colour.
func CrearEstado(tx tomahora.Tx, by tomahora.Actor, e tomahora.Estado) (tomahora.Estado, error) {
	made := tomahora.Estado{
		ID:         tomahora.PrimerEstadoPropio,
		Nombre:     strings.TrimSpace(e.Nombre),
		Color:      cmp.Or(e.Color, tomahora.ColorPorDefecto),
		Anulacion:  e.Anulacion,
		Habilitado: true,
	}
	if err := made.Check(); err != nil {
		return tomahora.Estado{}, err
	}
	for _, other := range tx.Config().Plan().Estados {
		made.ID = max(made.ID, other.ID+1)
	}
	return made, tx.Setup().SaveEstado(made, by)
}
