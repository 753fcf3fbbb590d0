package agenda

import "github.com/tomahora/tomahora"

// Hecho is something that was done to a row, and by whom.
type Hecho struct {
	tomahora.Evento
	Nombre string // of the usuario or token that did it; "" where there is none
}

// maxHistorial is how much of a history anybody looks at.
const maxHistorial = 200

// Historial tells who did what when to a row, such as "cita" 5, the newest first.
// It outlives the eventos of the feed.
func Historial(tx tomahora.Tx, entidad string, id int64) ([]Hecho, error) {
	list, err := tx.Eventos().Historial(entidad, id, maxHistorial)
	if err != nil {
		return nil, err
	}
	hechos := make([]Hecho, len(list))
	for i, e := range list {
		hechos[i] = Hecho{e, tx.Config().NombreDe(e.Actor)}
	}
	return hechos, nil
}
