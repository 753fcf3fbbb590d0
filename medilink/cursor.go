package medilink

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
)

// cursor is a page of a list: the question, and where in its answer the page
// begins. A client carries it around, so that nothing of it is kept here; it
// says nothing that its own request could not have said.
type cursor struct {
	Version int    `json:"v"`
	Lista   string `json:"l"` // path of the list below the version's prefix
	Q       string `json:"q,omitempty"`
	Sort    string `json:"s,omitempty"`
	Limite  int    `json:"n"`
	// Posicion are the values of the columns sorted by, in the row the page
	// comes after, or before when Atras. Nil on the first page.
	Posicion []any `json:"p,omitempty"`
	Atras    bool  `json:"b,omitempty"`
}

const cursorVersion = 1

func cursorInvalido() error {
	return tomahora.Invalid(tomahora.CodeCursorInvalido, "cursor")
}

// encode spells a cursor in letters, digits, "-" and "_", since some clients put
// it into a URL as it is (contract §1.8). The checksum is against damage, not
// against forgery.
func (c cursor) encode() string {
	payload, _ := json.Marshal(c) // cannot fail: it holds nothing but texts and integers
	sealed := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(payload))
	return base64.RawURLEncoding.EncodeToString(append(sealed, payload...))
}

// decodeCursor reads a cursor of this list. What it asks is judged by consulta,
// as if it had been asked anew.
func decodeCursor(text, lista string) (cursor, error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	const checksum = 4
	if err != nil || len(sealed) < checksum || binary.BigEndian.Uint32(sealed) != crc32.ChecksumIEEE(sealed[checksum:]) {
		return cursor{}, cursorInvalido()
	}
	dec := json.NewDecoder(bytes.NewReader(sealed[checksum:]))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	var c cursor
	if err := dec.Decode(&c); err != nil || c.Version != cursorVersion || c.Lista != lista {
		return cursor{}, cursorInvalido()
	}
	if c.Limite < 1 || c.Limite > maxLimit || c.Atras && c.Posicion == nil {
		return cursor{}, cursorInvalido()
	}
	return c, nil
}

// readCursor is the page a request asks for: the one its cursor tells of, whatever
// else it says, or the first of what q and sort ask.
func readCursor(r *http.Request) (c cursor, resumed bool, err error) {
	lista := strings.TrimPrefix(r.URL.Path, prefixOf(r))
	token, err := queryParam(r, "cursor")
	if err != nil {
		return cursor{}, false, cursorInvalido()
	}
	if token != "" {
		if c, err = decodeCursor(token, lista); err != nil {
			return cursor{}, false, err
		}
		c.Limite, err = readLimit(r, c.Limite)
		return c, true, err
	}
	c = cursor{Version: cursorVersion, Lista: lista}
	if c.Q, err = queryQ(r); err != nil {
		return cursor{}, false, err
	}
	if c.Sort, err = queryParam(r, "sort"); err != nil {
		return cursor{}, false, tomahora.Invalid(tomahora.CodeParametroInvalido, "sort", "sort", err.Error())
	}
	c.Limite, err = readLimit(r, defaultLimit)
	return c, false, err
}

// consulta is the question a cursor asks of a list's rows, with one row more
// than the page has, which tells whether there is another page.
func (c cursor) consulta(cfg *tomahora.Config, t tabla, dentalink bool) (tomahora.Consulta, error) {
	conditions, err := parseQ(c.Q)
	if err != nil {
		return tomahora.Consulta{}, err
	}
	q := tomahora.Consulta{Limite: c.Limite + 1}
	if q.Filtros, err = t.filtros(cfg, conditions, dentalink); err != nil {
		return tomahora.Consulta{}, err
	}
	if q.Orden, err = t.parseSort(c.Sort, dentalink); err != nil {
		return tomahora.Consulta{}, err
	}
	if err := t.checkOrden(q); err != nil {
		return tomahora.Consulta{}, err
	}
	if c.Posicion != nil {
		if q.Despues, err = t.position(q.Orden, c.Posicion); err != nil {
			return tomahora.Consulta{}, err
		}
	}
	if c.Atras {
		q.Orden = reversed(q.Orden)
	}
	return q, nil
}

func reversed(orden []tomahora.Orden) []tomahora.Orden {
	orden = slices.Clone(orden)
	for i := range orden {
		orden[i].Descendente = !orden[i].Descendente
	}
	return orden
}

// position reads a cursor's position, a value of its column's type for each.
func (t tabla) position(orden []tomahora.Orden, sent []any) ([]any, error) {
	if len(sent) != len(orden) {
		return nil, cursorInvalido()
	}
	position := make([]any, len(orden))
	for i, o := range orden {
		v, ok := t.tipoDe(o.Columna).positionValue(sent[i])
		if !ok {
			return nil, cursorInvalido()
		}
		position[i] = v
	}
	return position, nil
}

// tipoDe is the type of a column of an order.
func (t tabla) tipoDe(interna string) tipoColumna {
	i := slices.IndexFunc(t.columnas, func(c columna) bool { return c.interna() == interna && c.uso&ordenar != 0 })
	return t.columnas[i].tipo
}

// positionValue reads a position's value, an int64 or a string.
func (t tipoColumna) positionValue(sent any) (any, bool) {
	switch v := sent.(type) {
	case json.Number:
		n, err := strconv.ParseInt(v.String(), 10, 64)
		return n, err == nil && !t.esTexto()
	case string:
		if t == colFecha {
			f, ok := fechaFilter(v)
			return f, ok
		}
		return v, t.esTexto() && checkText(v, false) == nil
	default:
		return nil, false
	}
}

// positionOf is where a row stands in an order.
func positionOf[T any](row T, orden []tomahora.Orden, valor func(T, string) any) []any {
	position := make([]any, len(orden))
	for i, o := range orden {
		position[i] = valor(row, o.Columna)
		if at, ok := position[i].(time.Time); ok {
			position[i] = at.UnixMicro()
		}
	}
	return position
}
