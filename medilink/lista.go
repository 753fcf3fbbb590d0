package medilink

import (
	"net/http"
	"slices"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// lista is a list of the API: what it can be asked, and how a row looks.
type lista[T any] struct {
	tabla
	// rows answers a page. It runs in the transaction.
	rows func(tx tomahora.Tx, q tomahora.Consulta) ([]T, error)
	// valor is a row's value of a column it can be sorted by, as
	// tomahora.Select wants it: int64, string, time.Time.
	valor func(row T, columna string) any
	// body is a row as the wire shows it.
	body func(cfg *tomahora.Config, row T) any
}

// listBody is a page of a list on the wire. Data is never null.
type listBody struct {
	Data  []any     `json:"data"`
	Links pageLinks `json:"links"`
}

// pageLinks are absolute URLs of this page and its neighbours, null where there
// is none. It is an object on an empty page too (contract §5, 15).
type pageLinks struct {
	Current string  `json:"current"`
	Next    *string `json:"next"`
	Prev    *string `json:"prev"`
}

// inMemory answers a list from the configuration.
func inMemory[T any](all func(cfg *tomahora.Config) []T, valor func(row T, columna string) any) func(tomahora.Tx, tomahora.Consulta) ([]T, error) {
	return func(tx tomahora.Tx, q tomahora.Consulta) ([]T, error) {
		return tomahora.Select(all(tx.Config()), q, valor), nil
	}
}

// serveList answers a page of a list (contract §1.8).
func serveList[T any](a *api, w http.ResponseWriter, r *http.Request, p auth.Principal, l lista[T]) error {
	c, resumed, err := readCursor(r)
	if err != nil {
		return err
	}
	var body listBody
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		q, err := c.consulta(tx.Config(), l.tabla, isDentalink(r))
		if err != nil && resumed {
			return cursorInvalido()
		}
		if err != nil {
			return err
		}
		rows, err := l.rows(tx, q)
		if err != nil {
			return err
		}
		body = l.page(tx.Config(), c, q, rows, a.BaseURL(r)+r.URL.EscapedPath())
		return nil
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}

// page is the answer that rows make, of which one too many tells that there are
// more in the direction they were read.
func (l lista[T]) page(cfg *tomahora.Config, c cursor, q tomahora.Consulta, rows []T, url string) listBody {
	more := len(rows) > c.Limite
	if more {
		rows = rows[:c.Limite]
	}
	orden := q.Orden
	if c.Atras {
		slices.Reverse(rows)
		orden = reversed(orden)
	}
	data := make([]any, len(rows))
	for i, row := range rows {
		data[i] = l.body(cfg, row)
	}
	body := listBody{Data: data, Links: pageLinks{Current: *c.link(url, c.Posicion, c.Atras)}}
	if len(rows) == 0 {
		return body
	}
	first, last := positionOf(rows[0], orden, l.valor), positionOf(rows[len(rows)-1], orden, l.valor)
	// Where the reader came from there is a page, too.
	if more || c.Atras {
		body.Links.Next = c.link(url, last, false)
	}
	if c.Posicion != nil && (more || !c.Atras) {
		body.Links.Prev = c.link(url, first, true)
	}
	return body
}

// link is to the page of the same question at a position. The cursor stands last
// in the URL, where clients cut it out.
func (c cursor) link(url string, position []any, atras bool) *string {
	c.Posicion, c.Atras = position, atras
	return new(url + "?cursor=" + c.encode())
}

// listNothingOf answers a list of what tomahora does not keep of a parent
// (product, «What it is not»), which must exist.
func (a *api) listNothingOf(exists func(id int64) func(tomahora.Tx) error) handler {
	return func(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
		id, err := pathID(r)
		if err != nil {
			return err
		}
		if err := a.Store.View(r.Context(), p.IDClinica, exists(id)); err != nil {
			return err
		}
		current := a.BaseURL(r) + r.URL.EscapedPath()
		writeJSON(w, http.StatusOK, listBody{Data: []any{}, Links: pageLinks{Current: current}})
		return nil
	}
}

// of makes a list one of a parent: its rows are those with the parent's id in a
// column, and an unknown parent is KindNotFound.
func (l lista[T]) of(columna string, id int64, exists func(id int64) func(tomahora.Tx) error) lista[T] {
	all := l.rows
	l.padre = columna
	l.rows = func(tx tomahora.Tx, q tomahora.Consulta) ([]T, error) {
		if err := exists(id)(tx); err != nil {
			return nil, err
		}
		q.Filtros = append(q.Filtros, tomahora.Filtro{Columna: columna, Operador: tomahora.Igual, Valor: id})
		return all(tx, q)
	}
	return l
}
