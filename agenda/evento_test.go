package agenda

import (
	"testing"

	"github.com/tomahora/tomahora"
)

// outbox are the eventos from oldest to last.
type outbox struct {
	tomahora.Eventos
	oldest, last tomahora.EventoID
}

func (o outbox) Since(after tomahora.EventoID, limit int) (list []tomahora.Evento, err error) {
	for id := max(after+1, o.oldest); o.oldest > 0 && id <= o.last && len(list) < limit; id++ {
		list = append(list, tomahora.Evento{ID: id})
	}
	return list, nil
}

func (o outbox) Last() (tomahora.EventoID, error) { return o.last, nil }

type outboxTx struct {
	tomahora.Tx
	outbox outbox
}

func (tx outboxTx) Eventos() tomahora.Eventos { return tx.outbox }

func TestACursorIsGoodWhereNothingWasMissed(t *testing.T) {
	tests := map[string]struct {
		outbox outbox
		desde  tomahora.EventoID
		first  tomahora.EventoID // 0: none
		hasta  tomahora.EventoID // 0: the cursor is gone
	}{
		"from the oldest":               {outbox{oldest: 5, last: 20}, 0, 5, 14},
		"from before the oldest":        {outbox{oldest: 5, last: 20}, 4, 5, 14},
		"from the oldest on":            {outbox{oldest: 5, last: 20}, 5, 6, 15},
		"the last few":                  {outbox{oldest: 5, last: 20}, 18, 19, 20},
		"after the last":                {outbox{oldest: 5, last: 20}, 20, 0, 20},
		"one was forgotten":             {outbox{oldest: 5, last: 20}, 3, 0, 0},
		"of another database":           {outbox{oldest: 5, last: 20}, 21, 0, 0},
		"all forgotten, from the first": {outbox{last: 20}, 0, 0, 20},
		"all forgotten, but seen":       {outbox{last: 20}, 20, 0, 20},
		"all forgotten, one not seen":   {outbox{last: 20}, 19, 0, 0},
	}
	for name, test := range tests {
		got, err := Eventos(outboxTx{outbox: test.outbox}, test.desde, 10)
		if test.hasta == 0 {
			if tomahora.KindOf(err) != tomahora.KindGone || !tomahora.IsCode(err, tomahora.CodeCursorVencido) {
				t.Errorf("%s: got %+v, %v", name, got, err)
			}
			continue
		}
		first := tomahora.EventoID(0)
		if len(got.Eventos) > 0 {
			first = got.Eventos[0].ID
		}
		if err != nil || first != test.first || got.Hasta != test.hasta {
			t.Errorf("%s: got evento %d on, until %d, %v", name, first, got.Hasta, err)
		}
	}
}
