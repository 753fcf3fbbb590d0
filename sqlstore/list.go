package sqlstore

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
)

// list answers a page of a Consulta: the query is composed of constants of this
// file, and what a caller sent only ever becomes an argument.
func list[T any](t *tx, l listing, q tomahora.Consulta, scan func(scanner) (T, error)) ([]T, error) {
	l.lateral = t.session.lateral()
	text, args, err := l.compose(t.id, t.Config(), q, t.now)
	if err != nil {
		return nil, fmt.Errorf("list of %s: %w", l.table, err)
	}
	rows, err := t.session.compose(t.ctx, text, args)
	return gather(t, l.table, rows, err, scan)
}

// listing is how the rows of a table are listed. The page is found by its ids
// first, so that only its own rows are read whole.
type listing struct {
	table   string
	rows    string // reads rows of the alias r
	columns map[string]columna
	// direct are the columns that find few rows by themselves, whatever else a
	// Consulta asks for.
	direct []string
	// gathered are the columns whose index finds the rows, but in another order:
	// all of them are sorted, rather than reading the list in its own order until
	// a page is full, which for a value that has become rare is all of it.
	gathered []string
	// parts cuts what the filters leave into parts whose rows an index has by id,
	// so that a page is merged from the beginnings of all; nil where they name
	// nothing it is good for. May be nil itself.
	parts func(cfg *tomahora.Config, filtros []tomahora.Filtro) *partition
	// lateral is how an engine merges parts that knows LATERAL: one query for all
	// of them. A query for each costs PostgreSQL more to plan than to run.
	lateral bool
}

// partition cuts rows by what some columns hold.
type partition struct {
	columns []string
	values  [][]int64 // of the columns, for each part
}

// conditions are those of a part whose values are told by column and number.
func (p *partition) conditions(value func(column string, i int) string) []string {
	list := make([]string, len(p.columns))
	for i, column := range p.columns {
		list[i] = "r." + column + " = " + value(column, i)
	}
	return list
}

// of are the conditions of one part.
func (p *partition) of(values []int64) []string {
	return p.conditions(func(_ string, i int) string { return strconv.FormatInt(values[i], 10) })
}

// table is the parts as the rows of VALUES.
func (p *partition) table() string {
	rows := make([]string, len(p.values))
	for i, values := range p.values {
		row := make([]string, len(values))
		for j, v := range values {
			row[j] = strconv.FormatInt(v, 10)
		}
		rows[i] = "(" + strings.Join(row, ", ") + ")"
	}
	return "(VALUES " + strings.Join(rows, ", ") + ") AS part (" + strings.Join(p.columns, ", ") + ")"
}

// maxParts bounds what a page is merged from. More of them are an estado's share
// of a very large chain, or most of the clinic.
const maxParts = 250

// columna is a column of the wire as SQL over the alias r.
type columna struct {
	tipo tipo
	sql  string
	// hidden is sql as the planner cannot look behind it, for a column of dates
	// that has an index.
	hidden string
	// common is the value that a partial index leaves out; 0 for none.
	common int64
	// through finds the rows by an indexed column of another table: the SQL up to
	// the condition on sql, and what closes it.
	through, sqlThrough string
}

// tipo is what a column's values are.
type tipo int

const (
	entero   tipo = iota
	texto         // compared by Fold, which its SQL has done
	rut           // compared as NormalizeRUT spells it, looked through in lower case
	instante      // in microseconds
)

func citaListing() listing {
	return listing{
		table: "citas",
		rows:  "SELECT r.* FROM citas_vista r",
		columns: map[string]columna{
			"id":                  {sql: "r.id"},
			"fecha":               {tipo: texto, sql: "r.fecha", hidden: "r.fecha || ''"},
			"hora_inicio":         {sql: "r.inicio"},
			"fecha_actualizacion": {tipo: instante, sql: "r.estado_desde", hidden: "+r.estado_desde"},
			"id_estado":           {sql: "r.id_estado"},
			"estado_anulacion":    {sql: "1 - r.viva"},
			"id_sucursal":         {sql: "r.id_sucursal"},
			"id_profesional":      {sql: "r.id_profesional"},
			"id_sillon":           {sql: "r.id_sillon", common: commonSillon},
			"id_paciente":         {sql: "r.id_paciente"},
			"id_atencion":         {sql: "r.id_atencion"},
			"rut": {
				tipo:       rut,
				sql:        "(SELECT p.rut FROM pacientes p WHERE p.id_clinica = r.id_clinica AND p.id = r.id_paciente)",
				through:    "r.id_paciente IN (SELECT p.id FROM pacientes p WHERE p.id_clinica = $1 AND p.rut <> '' AND ",
				sqlThrough: "p.rut",
			},
		},
		direct:   []string{"id", "id_paciente", "rut"},
		gathered: []string{"id_profesional"},
		parts:    citaParts,
	}
}

// commonSillon is the lane that most citas are on, which citas_otro_sillon leaves
// out.
const commonSillon = 1

// citaParts are the sucursales and estados that the filters leave, as the index
// citas_estado has them.
func citaParts(cfg *tomahora.Config, filtros []tomahora.Filtro) *partition {
	if !finds(filtros, []string{"id_sucursal", "id_estado", "estado_anulacion"}) {
		return nil
	}
	parts := &partition{columns: []string{"id_sucursal", "id_estado"}}
	plan := cfg.Plan()
	for _, s := range plan.Sucursales {
		if !passes(filtros, "id_sucursal", int64(s.ID)) {
			continue
		}
		for _, e := range plan.Estados {
			if passes(filtros, "id_estado", int64(e.ID)) && passes(filtros, "estado_anulacion", bit(e.Anulacion)) {
				parts.values = append(parts.values, []int64{int64(s.ID), int64(e.ID)})
			}
		}
	}
	return parts
}

// passes tells whether a value may be what the filters on its column look for.
func passes(filtros []tomahora.Filtro, column string, value int64) bool {
	return !slices.ContainsFunc(filtros, func(f tomahora.Filtro) bool {
		if f.Columna != column {
			return false
		}
		values, ok := f.Valor.([]int64)
		return f.Operador == tomahora.Igual && f.Valor != any(value) || ok && !slices.Contains(values, value)
	})
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func pacienteListing() listing {
	return listing{
		table: "pacientes",
		rows: `SELECT r.id, r.rut, r.tipo_documento, r.nombre, r.nombre_social, r.apellidos, r.fecha_nacimiento, r.fecha_afiliacion,
			r.telefono, r.celular, r.ciudad, r.comuna, r.direccion, r.email, r.sexo, r.id_genero, r.numero_ficha, r.observaciones,
			r.habilitado, r.creado, r.version FROM pacientes r`,
		columns: map[string]columna{
			"id":               {sql: "r.id"},
			"rut":              {tipo: rut, sql: "r.rut", through: "(r.rut <> '' AND ", sqlThrough: "r.rut"},
			"nombre":           {tipo: texto, sql: "r.nombre_plano"},
			"apellidos":        {tipo: texto, sql: "r.apellidos_plano"},
			"email":            {tipo: texto, sql: "r.email_plano"},
			"celular":          {tipo: texto, sql: "lower(r.celular)"},
			"telefono":         {tipo: texto, sql: "lower(r.telefono)"},
			"numero_ficha":     {tipo: texto, sql: "lower(r.numero_ficha)"},
			"sexo":             {tipo: texto, sql: "lower(r.sexo)"},
			"fecha_nacimiento": {tipo: texto, sql: "r.fecha_nacimiento"},
			"fecha_afiliacion": {tipo: texto, sql: "r.fecha_afiliacion"},
			"habilitado":       {sql: "r.habilitado"},
		},
	}
}

func atencionListing() listing {
	return listing{
		table: "atenciones",
		rows: `SELECT r.id, r.nombre, r.tipo, r.fecha, r.id_paciente, r.id_profesional, r.id_sucursal, r.finalizado, r.bloqueado,
			p.nombre, p.apellidos FROM atenciones r JOIN pacientes p ON p.id_clinica = r.id_clinica AND p.id = r.id_paciente`,
		columns: map[string]columna{
			"id":             {sql: "r.id"},
			"nombre":         {tipo: texto, sql: folded("r.nombre")},
			"nombre_tipo":    {tipo: texto, sql: folded("r.tipo")},
			"fecha":          {tipo: texto, sql: "r.fecha", hidden: "r.fecha || ''"},
			"id_paciente":    {sql: "r.id_paciente"},
			"id_profesional": {sql: "r.id_profesional"},
			"id_sucursal":    {sql: "r.id_sucursal"},
			"finalizado":     {sql: "r.finalizado"},
			"bloqueado":      {sql: "r.bloqueado"},
		},
		direct: []string{"id", "id_paciente"},
	}
}

// folded is a text as Fold makes it, in SQL.
func folded(column string) string {
	for _, accents := range []string{"áa", "ée", "íi", "óo", "úu", "üu", "ñn", "Áa", "Ée", "Íi", "Óo", "Úu", "Üu", "Ñn"} {
		letter := []rune(accents)
		column = fmt.Sprintf("replace(%s, '%c', '%c')", column, letter[0], letter[1])
	}
	return "lower(" + column + ")"
}

// composer gathers the arguments of a query while its text is made.
type composer struct {
	listing
	args  []any
	wide  map[string]bool // columns of dates to be hidden from the planner
	sorts bool            // an index is to be used, and its rows sorted
}

// compose makes the query of a page: $1 is the clinic.
func (l listing) compose(id tomahora.ClinicaID, cfg *tomahora.Config, q tomahora.Consulta, now time.Time) (string, []any, error) {
	c := &composer{listing: l, args: []any{id}, wide: map[string]bool{}}
	c.steer(q, now)
	conditions := []string{"r.id_clinica = $1"}
	for _, f := range q.Filtros {
		condition, err := c.filter(f)
		if err != nil {
			return "", nil, err
		}
		conditions = append(conditions, condition)
	}
	order, err := c.order(q.Orden)
	if err != nil {
		return "", nil, err
	}
	if q.Despues != nil {
		after, err := c.after(q.Orden, q.Despues)
		if err != nil {
			return "", nil, err
		}
		conditions = append(conditions, after)
	}
	limit := c.arg(q.Limite)
	page := func(conditions []string) string {
		return fmt.Sprintf("SELECT r.id FROM %s r WHERE %s ORDER BY %s LIMIT %s", l.table, strings.Join(conditions, " AND "), order, limit)
	}
	ids := c.merge(c.cut(q, cfg), conditions, page, fmt.Sprintf("ORDER BY %s LIMIT %s", order, limit))
	return fmt.Sprintf("%s WHERE r.id_clinica = $1 AND r.id IN (%s) ORDER BY %s", l.rows, ids, order), c.args, nil
}

// merge makes the query of a page's ids from those of its parts.
func (c *composer) merge(parts *partition, conditions []string, page func([]string) string, end string) string {
	switch {
	case parts == nil:
		return page(conditions)
	case len(parts.values) == 0:
		return page(append(conditions, "1 = 0"))
	case len(parts.values) == 1:
		return page(append(conditions, parts.of(parts.values[0])...))
	case c.lateral:
		part := parts.conditions(func(column string, _ int) string { return "part." + column })
		return fmt.Sprintf("SELECT r.id FROM %s CROSS JOIN LATERAL (%s) AS r %s", parts.table(), page(append(conditions, part...)), end)
	default:
		pages := make([]string, len(parts.values))
		for i, values := range parts.values {
			pages[i] = "SELECT p.id FROM (" + page(append(slices.Clone(conditions), parts.of(values)...)) + ") AS p"
		}
		return fmt.Sprintf("SELECT r.id FROM (%s) AS r %s", strings.Join(pages, " UNION ALL "), end)
	}
}

// cut is the listing's parts where the page is to be merged from them.
func (c *composer) cut(q tomahora.Consulta, cfg *tomahora.Config) *partition {
	if c.parts == nil || c.sorts || c.rare(q.Filtros) || finds(q.Filtros, c.direct) || q.Orden[0].Columna != "id" {
		return nil
	}
	parts := c.parts(cfg, q.Filtros)
	if parts != nil && len(parts.values) > maxParts {
		return nil
	}
	return parts
}

// rare tells whether a filter is answered by an index that leaves out a common
// value.
func (c *composer) rare(filtros []tomahora.Filtro) bool {
	return slices.ContainsFunc(filtros, func(f tomahora.Filtro) bool { return c.columns[f.Columna].isRare(f) })
}

// isRare tells whether a filter on the column asks for another than its common
// value.
func (c columna) isRare(f tomahora.Filtro) bool {
	return c.common != 0 && f.Operador == tomahora.Igual && f.Valor != any(c.common)
}

// arg adds an argument and returns its placeholder. That of a number says how wide
// it is: it may be more than the column it is compared with can hold.
func (c *composer) arg(v any) string {
	c.args = append(c.args, v)
	placeholder := "$" + strconv.Itoa(len(c.args))
	if _, ok := v.(string); ok {
		return placeholder
	}
	return "CAST(" + placeholder + " AS BIGINT)"
}

// column finds a column of the list; another name is a defect of the caller.
func (c *composer) column(name string) (columna, error) {
	col, ok := c.columns[name]
	if !ok {
		return columna{}, fmt.Errorf("no column %q", name)
	}
	if name == "id" && c.sorts {
		col.sql = "+r.id"
	}
	return col, nil
}

// aYear is how long a stretch of dates may be for its index to be used.
const aYear = 366 * 24 * time.Hour

// steer decides what the planner cannot know, since it sees no arguments: a
// filter on dates that leaves a year or less is answered by the index of the
// dates and a sort, a wider one in the order of the list, which soon has a
// page. Without it, either the one or the other reads a clinic's whole history.
func (c *composer) steer(q tomahora.Consulta, now time.Time) {
	if finds(q.Filtros, c.direct) {
		return
	}
	c.sorts = finds(q.Filtros, c.gathered)
	for name, col := range c.columns {
		filtered := slices.ContainsFunc(q.Filtros, func(f tomahora.Filtro) bool { return f.Columna == name })
		switch {
		case col.hidden == "" || !filtered || len(q.Orden) > 0 && q.Orden[0].Columna == name:
		case isNarrow(name, q.Filtros, now):
			c.sorts = true
		default:
			c.wide[name] = true
		}
	}
}

// finds tells whether a filter says what one of the columns is.
func finds(filtros []tomahora.Filtro, columns []string) bool {
	return slices.ContainsFunc(filtros, func(f tomahora.Filtro) bool {
		return slices.Contains(columns, f.Columna) && f.Operador != tomahora.Distinto && !isRange(f.Operador)
	})
}

func isRange(o tomahora.Operador) bool {
	return o == tomahora.Mayor || o == tomahora.MayorIgual || o == tomahora.Menor || o == tomahora.MenorIgual
}

// isNarrow tells whether the filters of a column of dates leave no more than a
// year of what has been. What is to come is never much.
func isNarrow(name string, filtros []tomahora.Filtro, now time.Time) bool {
	var from time.Time
	until := now
	for _, f := range filtros {
		lapso, ok := lapsoOf(f.Valor)
		if f.Columna != name || !ok {
			continue
		}
		if f.Operador == tomahora.Igual || f.Operador == tomahora.Mayor || f.Operador == tomahora.MayorIgual {
			from = later(from, lapso.Desde)
		}
		if f.Operador == tomahora.Igual || f.Operador == tomahora.Menor || f.Operador == tomahora.MenorIgual {
			until = earlier(until, lapso.Hasta)
		}
	}
	return !from.IsZero() && until.Sub(from) <= aYear
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// lapsoOf is the stretch of time of a filter on dates.
func lapsoOf(valor any) (tomahora.Lapso, bool) {
	switch v := valor.(type) {
	case tomahora.Lapso:
		return v, true
	case string:
		day, err := time.Parse(time.DateOnly, v)
		return tomahora.Lapso{Desde: day, Hasta: day.AddDate(0, 0, 1)}, err == nil
	default:
		return tomahora.Lapso{}, false
	}
}

// filter is a Filtro as a condition.
func (c *composer) filter(f tomahora.Filtro) (string, error) {
	col, err := c.column(f.Columna)
	if err != nil {
		return "", err
	}
	if c.wide[f.Columna] {
		col.sql = col.hidden
	}
	condition := ""
	if col.takes(f) {
		condition = c.condition(col, f)
	}
	if condition == "" {
		return "", fmt.Errorf("column %q cannot be compared by %s with a %T", f.Columna, f.Operador, f.Valor)
	}
	if col.isRare(f) {
		condition += fmt.Sprintf(" AND %s <> %d", col.sql, col.common) // so that the planner may use the index
	}
	return condition, nil
}

// takes tells whether a filter's value is of the column's type.
func (c columna) takes(f tomahora.Filtro) bool {
	isText := c.tipo == texto || c.tipo == rut
	switch f.Valor.(type) {
	case int64:
		return c.tipo == entero
	case []int64:
		return c.tipo == entero && f.Operador == tomahora.Entre
	case string:
		return isText
	case []string:
		return isText && f.Operador == tomahora.Entre
	case tomahora.Lapso:
		return c.tipo == instante
	default:
		return false
	}
}

// condition is a filter on a column that takes it, "" for an operator that does
// not fit.
func (c *composer) condition(col columna, f tomahora.Filtro) string {
	switch v := f.Valor.(type) {
	case []int64:
		return oneOf(c, col.sql, v)
	case []string:
		return c.oneOfTexts(col, v)
	case string:
		return c.compareText(col, f.Operador, v)
	case tomahora.Lapso:
		return c.compareLapso(col.sql, f.Operador, v)
	default:
		return c.compare(col.sql, f.Operador, v)
	}
}

// compare is the condition of an operator that compares by order, "" of others.
func (c *composer) compare(sql string, o tomahora.Operador, v any) string {
	operators := map[tomahora.Operador]string{
		tomahora.Igual: "=", tomahora.Distinto: "<>",
		tomahora.Mayor: ">", tomahora.MayorIgual: ">=", tomahora.Menor: "<", tomahora.MenorIgual: "<=",
	}
	operator, ok := operators[o]
	if !ok {
		return ""
	}
	return sql + " " + operator + " " + c.arg(v)
}

func (c *composer) oneOfTexts(col columna, values []string) string {
	stored := make([]string, len(values))
	for i, v := range values {
		stored[i] = col.stored(v)
	}
	if col.through != "" && !slices.Contains(stored, "") {
		return col.through + oneOf(c, col.sqlThrough, stored) + ")"
	}
	return oneOf(c, col.sql, stored)
}

func oneOf[T any](c *composer, sql string, values []T) string {
	if len(values) == 0 {
		return "1 = 0"
	}
	placeholders := make([]string, len(values))
	for i, v := range values {
		placeholders[i] = c.arg(v)
	}
	return sql + " IN (" + strings.Join(placeholders, ", ") + ")"
}

func (c *composer) compareText(col columna, o tomahora.Operador, v string) string {
	if col.through != "" && v != "" && (o == tomahora.Igual || o == tomahora.Contiene) {
		return col.through + c.compareText(columna{tipo: col.tipo, sql: col.sqlThrough}, o, v) + ")"
	}
	if o == tomahora.Contiene {
		sql := col.sql
		if col.tipo == rut {
			sql = "lower(" + sql + ")"
		}
		return sql + " LIKE " + c.arg("%"+escaped(tomahora.Fold(v))+"%") + ` ESCAPE '\'`
	}
	return c.compare(col.sql, o, col.stored(v))
}

// escaped is a text that LIKE takes as it stands.
func escaped(s string) string { return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) }

// stored is a text as the column's SQL has it.
func (c columna) stored(v string) string {
	if c.tipo == texto {
		return tomahora.Fold(v)
	}
	return v
}

// compareLapso takes an instant for the stretch it stands for.
func (c *composer) compareLapso(sql string, o tomahora.Operador, l tomahora.Lapso) string {
	desde, hasta := micros(l.Desde), micros(l.Hasta)
	switch o {
	case tomahora.Igual:
		return sql + " >= " + c.arg(desde) + " AND " + sql + " < " + c.arg(hasta)
	case tomahora.Distinto:
		return "(" + sql + " < " + c.arg(desde) + " OR " + sql + " >= " + c.arg(hasta) + ")"
	case tomahora.Mayor:
		return sql + " >= " + c.arg(hasta)
	case tomahora.MayorIgual:
		return sql + " >= " + c.arg(desde)
	case tomahora.Menor:
		return sql + " < " + c.arg(desde)
	case tomahora.MenorIgual:
		return sql + " < " + c.arg(hasta)
	default:
		return ""
	}
}

// order is the terms of ORDER BY.
func (c *composer) order(orden []tomahora.Orden) (string, error) {
	if len(orden) == 0 {
		return "", errors.New("no order")
	}
	terms := make([]string, len(orden))
	for i, o := range orden {
		col, err := c.column(o.Columna)
		if err != nil {
			return "", err
		}
		terms[i] = col.sql
		if o.Descendente {
			terms[i] += " DESC"
		}
	}
	return strings.Join(terms, ", "), nil
}

// after is the condition of the rows behind a position: further in the first
// column, or equal in it and further in the next, and so on. The first column is
// bounded once more by itself, which is what an index can begin at.
func (c *composer) after(orden []tomahora.Orden, despues []any) (string, error) {
	if len(despues) != len(orden) {
		return "", fmt.Errorf("%d values for an order of %d columns", len(despues), len(orden))
	}
	var equal, bound string
	cases := make([]string, len(orden))
	for i, o := range orden {
		col, err := c.column(o.Columna)
		if err != nil {
			return "", err
		}
		value := despues[i]
		if s, ok := value.(string); ok {
			value = col.stored(s)
		}
		placeholder := c.arg(value)
		further := " > "
		if o.Descendente {
			further = " < "
		}
		if i == 0 && len(orden) > 1 {
			bound = col.sql + strings.TrimRight(further, " ") + "= " + placeholder + " AND "
		}
		cases[i] = equal + col.sql + further + placeholder
		equal += col.sql + " = " + placeholder + " AND "
	}
	return bound + "(" + strings.Join(cases, " OR ") + ")", nil
}
