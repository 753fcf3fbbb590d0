package medilink

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tomahora/tomahora"
)

// The sizes of a page (contract §1.8).
const (
	defaultLimit = 50
	maxLimit     = 100
)

// maxQ is the longest q that is read, in bytes. It bounds the conditions a
// query can have, and how long a cursor becomes.
const maxQ = 4 << 10

// maxSort is the longest sort that is read, in bytes.
const maxSort = 200

// tipoColumna is what the values of a column are.
type tipoColumna int

const (
	colEntero   tipoColumna = iota
	colFlag                 // 0 or 1
	colTexto                // compared by tomahora.Fold
	colFecha                // "" when unknown
	colInstante             // given to the second or to the day, in the clinic's zone
	colRUT
)

// esTexto tells whether a row's value is a string, else it is an int64.
func (t tipoColumna) esTexto() bool { return t == colTexto || t == colFecha || t == colRUT }

// uso is what a list lets its clients do with a column.
type uso int

const (
	buscar  uso = 1 << iota // filter by it, in q
	ordenar                 // sort by it
)

// columna is a column of a list.
type columna struct {
	nombre string // on the wire
	tipo   tipoColumna
	uso    uso
	de     string // the column it is another name of; "" for none

	// tras are the columns of which one must be searched by eq for an order to
	// begin with this one, which would read a clinic's whole history. Nil: none.
	tras []string

	// resolve turns a condition on what the configuration holds into one on
	// what the store holds. Nil: they are the same.
	resolve func(cfg *tomahora.Config, f tomahora.Filtro) tomahora.Filtro
}

// interna is the column's name in a tomahora.Consulta.
func (c columna) interna() string {
	if c.de != "" {
		return c.de
	}
	return c.nombre
}

// tabla are the columns of a list, and its order when none is asked for, which
// ends with id.
type tabla struct {
	columnas []columna
	orden    []tomahora.Orden
	padre    string // the column that the path says the value of; "" for none
}

// masNueva is the order of citas when none is asked for (contract §1.8).
func masNueva() []tomahora.Orden { return []tomahora.Orden{{Columna: "id", Descendente: true}} }

// masAntigua is the order of the other lists.
func masAntigua() []tomahora.Orden { return []tomahora.Orden{{Columna: "id"}} }

func (t tabla) find(nombre string, para uso) (columna, bool) {
	i := slices.IndexFunc(t.columnas, func(c columna) bool { return c.nombre == nombre && c.uso&para != 0 })
	if i < 0 {
		return columna{}, false
	}
	return t.columnas[i], true
}

// condicion is one condition of a q, as it was sent.
type condicion struct {
	columna  string
	operador tomahora.Operador
	valor    value
}

// filtroInvalido says why a q cannot be read.
func filtroInvalido(why string) *tomahora.Error {
	return tomahora.Invalid(tomahora.CodeFiltroInvalido, "q", why)
}

// readQ reads the q of a request; none when there is none.
func readQ(r *http.Request) ([]condicion, error) {
	text, err := queryQ(r)
	if err != nil {
		return nil, err
	}
	return parseQ(text)
}

func queryQ(r *http.Request) (string, error) {
	text, err := queryParam(r, "q")
	if err != nil {
		return "", filtroInvalido(err.Error())
	}
	return text, nil
}

// queryParam is a parameter of the query string, "" when it is absent. Only "&"
// separates, so that raw JSON may have a ";". The error's text is for clients.
func queryParam(r *http.Request, name string) (string, error) {
	found, text := false, ""
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		rawName, rawText, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(rawName); err != nil || plain != name {
			continue
		}
		if found {
			return "", errors.New("está repetido")
		}
		plain, err := url.QueryUnescape(rawText)
		if err != nil {
			return "", errors.New("la codificación con % está mal formada")
		}
		if !utf8.ValidString(plain) || strings.IndexByte(plain, 0) >= 0 {
			return "", errors.New("no es UTF-8 válido")
		}
		found, text = true, plain
	}
	return text, nil
}

// parseQ reads a q: one JSON object with, for each column, an object of
// operators or an array of such objects (contract §1.8).
func parseQ(text string) ([]condicion, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if len(text) > maxQ {
		return nil, filtroInvalido("es demasiado largo")
	}
	raw := []byte(text)
	if !utf8.Valid(raw) || !json.Valid(raw) || checkEscapes(raw) != nil {
		return nil, filtroInvalido("no es JSON válido")
	}
	columns, err := members(raw)
	if err != nil {
		return nil, err
	}
	var conditions []condicion
	for _, column := range columns {
		groups := []json.RawMessage{column.raw}
		if column.raw[0] == '[' {
			if err := json.Unmarshal(column.raw, &groups); err != nil {
				return nil, filtroInvalido("no es JSON válido")
			}
		}
		for _, group := range groups {
			if conditions, err = appendConditions(conditions, column.name, group); err != nil {
				return nil, err
			}
		}
	}
	return conditions, nil
}

// appendConditions reads the operators of one column.
func appendConditions(conditions []condicion, columna string, group json.RawMessage) ([]condicion, error) {
	operators, err := members(group)
	if err != nil {
		return nil, err
	}
	for _, o := range operators {
		op := tomahora.Operador(o.name)
		switch op {
		case tomahora.Igual, tomahora.Distinto, tomahora.Mayor, tomahora.MayorIgual, tomahora.Menor, tomahora.MenorIgual, tomahora.Contiene:
		default:
			return nil, filtroInvalido("los operadores son eq, neq, gt, gte, lt, lte y lk")
		}
		v, err := nextValue(jsonDecoder(o.raw))
		if err != nil || v.kind == kindNull || v.kind == kindCompound {
			return nil, filtroInvalido("el valor debe ser un texto, un número o un booleano")
		}
		conditions = append(conditions, condicion{columna, op, v})
	}
	return conditions, nil
}

// member is a member of a JSON object.
type member struct {
	name string
	raw  json.RawMessage
}

// members lists the members of what must be an object, in valid JSON, in their
// order. No name may come twice.
func members(raw json.RawMessage) ([]member, error) {
	dec := jsonDecoder(raw)
	if start, err := dec.ReadToken(); err != nil || start.Kind() != '{' {
		return nil, filtroInvalido("se espera un objeto JSON")
	}
	var list []member
	seen := map[string]bool{}
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, filtroInvalido("no es JSON válido")
		}
		name := token.String()
		if seen[name] {
			return nil, filtroInvalido("hay un nombre repetido")
		}
		seen[name] = true
		value, err := dec.ReadValue()
		if err != nil {
			return nil, filtroInvalido("no es JSON válido")
		}
		list = append(list, member{name, json.RawMessage(bytes.Clone(value))})
	}
	return list, nil
}

// notAllowed says that a list knows no such column for a purpose, in the
// vendor's words. What is no name of a column is not repeated.
func notAllowed(code tomahora.Code, field, nombre string) *tomahora.Error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	const maxNamed = 40
	if nombre == "" || len(nombre) > maxNamed || strings.Trim(nombre, letters) != "" {
		nombre = "esa columna"
	}
	return tomahora.Invalid(code, field, nombre)
}

// filtros reads conditions as those of a Consulta. In the names of Dentalink
// when the request does.
func (t tabla) filtros(cfg *tomahora.Config, conditions []condicion, dentalink bool) ([]tomahora.Filtro, error) {
	filtros := make([]tomahora.Filtro, 0, len(conditions))
	for _, condition := range conditions {
		c, ok := t.find(medilinkName(condition.columna, dentalink), buscar)
		if !ok {
			return nil, notAllowed(tomahora.CodeFiltroNoPermitido, "q", condition.columna)
		}
		f, err := c.filtro(cfg, condition)
		if err != nil {
			return nil, err
		}
		filtros = append(filtros, f)
	}
	return filtros, nil
}

func (c columna) filtro(cfg *tomahora.Config, condition condicion) (tomahora.Filtro, error) {
	if condition.operador == tomahora.Contiene && c.tipo != colTexto && c.tipo != colRUT {
		return tomahora.Filtro{}, filtroInvalido("lk solo sirve para textos, no para " + c.nombre)
	}
	valor, why := c.valor(cfg, condition)
	if why != "" {
		return tomahora.Filtro{}, filtroInvalido(c.nombre + " " + why)
	}
	f := tomahora.Filtro{Columna: c.interna(), Operador: condition.operador, Valor: valor}
	if c.tipo == colRUT && f.Operador == tomahora.Igual {
		f = documento(f, condition.valor.text)
	}
	if c.resolve != nil {
		f = c.resolve(cfg, f)
	}
	return f, nil
}

// valor is a condition's value as a Filtro's, or why it is none.
func (c columna) valor(cfg *tomahora.Config, condition condicion) (valor any, why string) {
	v := condition.valor
	if v.kind == kindBoolean && c.tipo != colFlag {
		return nil, "no es de sí o no"
	}
	switch c.tipo {
	case colEntero:
		n, ok := v.entero()
		return n, unless(ok, whyEntero)
	case colFlag:
		set, ok := v.bit()
		return int64(bit(set)), unless(ok, whyBit)
	case colFecha:
		f, ok := fechaFilter(v.text)
		return f, unless(ok, whyFecha)
	case colInstante:
		l, ok := lapso(v.text, cfg.Zona())
		return l, unless(ok, whyInstante)
	case colRUT:
		return rutFilter(v.text, condition.operador), ""
	default:
		return textFilter(v.text, condition.operador), ""
	}
}

func unless(ok bool, why string) string {
	if ok {
		return ""
	}
	return why
}

// fechaFilter reads a date; an unknown one is "", however it is spelled.
func fechaFilter(text string) (string, bool) {
	if text == "" || text == fechaDesconocida {
		return "", true
	}
	f, err := tomahora.ParseFecha(text)
	return f.String(), err == nil
}

// textFilter drops the wildcards that clients who think of SQL send with lk.
func textFilter(text string, op tomahora.Operador) string {
	if op == tomahora.Contiene {
		return strings.Trim(text, "%")
	}
	return text
}

// documento also looks for the text as it was sent: the document of a foreigner
// may have the digits of a RUT, and is not stored as one.
func documento(f tomahora.Filtro, sent string) tomahora.Filtro {
	plain := strings.ToUpper(strings.TrimSpace(sent))
	if plain == f.Valor {
		return f
	}
	f.Operador, f.Valor = tomahora.Entre, []string{tomahora.NormalizeRUT(sent), plain}
	return f
}

// rutFilter spells a RUT, or with lk a part of one, as it is stored.
func rutFilter(text string, op tomahora.Operador) string {
	if op == tomahora.Contiene {
		part := strings.TrimSpace(strings.Trim(text, "%"))
		return strings.ToUpper(strings.ReplaceAll(part, ".", ""))
	}
	return tomahora.NormalizeRUT(text)
}

// lapso is what an instant means that was given to the day or to the second, by
// the clocks of a zone.
func lapso(text string, zona *time.Location) (tomahora.Lapso, bool) {
	if f, err := tomahora.ParseFecha(text); err == nil {
		return tomahora.Lapso{Desde: midnight(f, zona).UTC(), Hasta: midnight(f.AddDays(1), zona).UTC()}, true
	}
	at, err := time.ParseInLocation(time.DateTime, text, zona)
	if err != nil || at.Year() < 1 {
		return tomahora.Lapso{}, false
	}
	return tomahora.Lapso{Desde: at.UTC(), Hasta: at.Add(time.Second).UTC()}, true
}

// midnight is when a day begins. Where a clock change skips 00:00, as in Chile,
// the day begins with the change.
func midnight(f tomahora.Fecha, zona *time.Location) time.Time {
	t := time.Date(f.Year, f.Month, f.Day, 0, 0, 0, 0, zona)
	if tomahora.FechaOf(t, zona).Before(f) {
		_, t = t.ZoneBounds()
	}
	return t
}

// parseSort reads "col1:asc,col2:desc"; the direction may be left out. The order
// ends with id, which makes it total.
func (t tabla) parseSort(text string, dentalink bool) ([]tomahora.Orden, error) {
	if strings.TrimSpace(text) == "" {
		return t.orden, nil
	}
	if len(text) > maxSort {
		return nil, notAllowed(tomahora.CodeOrdenNoPermitido, "sort", "")
	}
	var orden []tomahora.Orden
	descendente := false
	for part := range strings.SplitSeq(text, ",") {
		nombre, direction, _ := strings.Cut(strings.TrimSpace(part), ":")
		c, ok := t.find(medilinkName(nombre, dentalink), ordenar)
		if !ok {
			return nil, notAllowed(tomahora.CodeOrdenNoPermitido, "sort", nombre)
		}
		switch strings.ToLower(direction) {
		case "", "asc":
			descendente = false
		case "desc":
			descendente = true
		default:
			return nil, tomahora.Invalid(tomahora.CodeParametroInvalido, "sort", "sort", "el orden de una columna es asc o desc")
		}
		if !slices.ContainsFunc(orden, func(o tomahora.Orden) bool { return o.Columna == c.interna() }) {
			orden = append(orden, tomahora.Orden{Columna: c.interna(), Descendente: descendente})
		}
		if c.interna() == "id" {
			return orden, nil // no two rows are left to be told apart
		}
	}
	return append(orden, tomahora.Orden{Columna: "id", Descendente: descendente}), nil
}

// checkOrden refuses an order that nothing narrows (columna.tras).
func (t tabla) checkOrden(q tomahora.Consulta) error {
	first := q.Orden[0].Columna
	i := slices.IndexFunc(t.columnas, func(c columna) bool { return c.interna() == first })
	tras := t.columnas[i].tras
	narrowed := slices.ContainsFunc(q.Filtros, func(f tomahora.Filtro) bool {
		return f.Operador == tomahora.Igual && slices.Contains(tras, f.Columna)
	})
	if len(tras) == 0 || narrowed || slices.Contains(tras, t.padre) {
		return nil
	}
	return tomahora.Invalid(tomahora.CodeOrdenNoPermitido, "sort", first+" sin buscar una de "+strings.Join(tras, ", "))
}

// readLimit reads the size of a page; fallback when the request has none.
func readLimit(r *http.Request, fallback int) (int, error) {
	text, err := queryParam(r, "limit")
	if err != nil {
		return 0, tomahora.Invalid(tomahora.CodeParametroInvalido, "limit", "limit", err.Error())
	}
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return maxLimit, nil
	}
	if err != nil || n == 0 {
		return 0, tomahora.Invalid(tomahora.CodeParametroInvalido, "limit", "limit", "debe ser un número entero entre 1 y 100")
	}
	return int(min(n, maxLimit)), nil
}
