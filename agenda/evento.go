package agenda

import (
	"time"

	"github.com/tomahora/tomahora"
)

// Tramo is a stretch of a clinic's eventos.
type Tramo struct {
	Eventos []tomahora.Evento
	Hasta   tomahora.EventoID // where to read on: the last of them, or where they were asked from
}

// Eventos reads at most limit eventos after one (GET /eventos); after 0, the
// oldest that are kept. Where what follows is not kept, or was never there, it is
// cursor_vencido: nobody who reads on from Hasta ever misses an evento without
// being told.
//
// Since ids ascend by one in the order of the commits, what one transaction sees
// after an id has no gap that a later one could fill.
func Eventos(tx tomahora.Tx, desde tomahora.EventoID, limit int) (Tramo, error) {
	list, err := tx.Eventos().Since(desde, limit)
	if err != nil {
		return Tramo{}, err
	}
	if len(list) > 0 {
		if desde > 0 && list[0].ID != desde+1 {
			return Tramo{}, vencido()
		}
		return Tramo{list, list[len(list)-1].ID}, nil
	}
	last, err := tx.Eventos().Last()
	if err != nil {
		return Tramo{}, err
	}
	if desde > 0 && desde != last {
		return Tramo{}, vencido()
	}
	return Tramo{Hasta: last}, nil
}

func vencido() error {
	return &tomahora.Error{Kind: tomahora.KindGone, Code: tomahora.CodeCursorVencido, Field: "desde"}
}

// Retencion says how long eventos are kept.
type Retencion struct {
	Plazo time.Duration // by the business clock; 0 is for ever
	// Pendientes tell the lowest evento that somebody has yet to deliver, 0 for
	// none. That one and those after it are kept beyond the Plazo, but not when they
	// are older than tomahora.RetencionMuerta too: where nobody delivers at all, a
	// database would grow for ever.
	Pendientes []func(tomahora.Tx) (tomahora.EventoID, error)
}

// Olvidar finds up to which evento they may be forgotten, looking at no more than
// limit; 0 when there is nothing to forget.
func (r Retencion) Olvidar(tx tomahora.Tx, limit int) (until tomahora.EventoID, err error) {
	if r.Plazo <= 0 {
		return 0, nil
	}
	list, err := tx.Eventos().Since(0, limit)
	if err != nil {
		return 0, err
	}
	until = before(list, tx.Now().Add(-r.Plazo))
	for _, pendiente := range r.Pendientes {
		lowest, err := pendiente(tx)
		if err != nil {
			return 0, err
		}
		if lowest > 0 {
			until = min(until, lowest-1)
		}
	}
	last, err := tx.Eventos().Last()
	if err != nil {
		return 0, err
	}
	// The very last one stays, for who delivers to see that others are missing.
	until = max(until, min(before(list, tx.Now().Add(-max(r.Plazo, tomahora.RetencionMuerta))), last-1))
	if len(list) == 0 || until < list[0].ID {
		return 0, nil // all that is left is needed
	}
	return until, nil
}

// before is the last of the eventos before a time; 0 when there is none.
func before(list []tomahora.Evento, old time.Time) (last tomahora.EventoID) {
	for _, e := range list {
		if !e.En.Before(old) {
			break
		}
		last = e.ID
	}
	return last
}
