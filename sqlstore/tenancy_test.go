package sqlstore

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tomahora/tomahora"
)

// beyondClinics are the queries that reach rows without saying of which clinic,
// each with the names under which it does so and the reason. "into t" is the row
// that an INSERT makes.
func beyondClinics() map[string]struct {
	names []string
	why   string
} {
	type exception = struct {
		names []string
		why   string
	}
	const check = "an operator's check reads all clinics; what it compares is of one"
	return map[string]exception{
		"clinica_list":            {[]string{"clinicas"}, "an operator sees all clinics"},
		"clinica_next":            {[]string{"clinicas"}, "the next id comes after that of every clinic"},
		"evento_news":             {[]string{"clinicas"}, "one question for all clinics that somebody follows; numbers only"},
		"webhook_por_entregar":    {[]string{"w"}, "the deliverer looks after all clinics; it is told numbers only"},
		"webhook_backlog":         {[]string{"w"}, "an operator's metrics tell of all clinics; numbers only"},
		"token_by_hash":           {[]string{"tokens"}, "the secret tells which clinic it is"},
		"token_next":              {[]string{"tokens"}, "the next id comes after that of every token"},
		"token_list":              {[]string{"tokens"}, "an operator sees all tokens"},
		"token_revoke":            {[]string{"tokens"}, "an operator names a token by its id alone"},
		"usuario_by_email":        {[]string{"usuarios"}, "who logs in has not said of which clinic"},
		"sesion_by_hash":          {[]string{"sesiones"}, "the hash tells which clinic it is"},
		"sesion_extend":           {[]string{"sesiones"}, "keyed by the hash of what a browser holds"},
		"sesion_delete":           {[]string{"sesiones"}, "keyed by the hash of what a browser holds"},
		"sesion_forget":           {[]string{"sesiones"}, "those of all clinics run out alike"},
		"freno_count":             {[]string{"into frenos"}, "who fails to log in may be of no clinic"},
		"import_token":            {[]string{"tokens"}, "ids and secrets of tokens are everybody's"},
		"check_tope_profesional":  {[]string{"a"}, check},
		"check_references":        {[]string{"r", "respuestas", "entregas", "reservas_online"}, check},
		"check_citas":             {[]string{"c"}, check},
		"check_counters":          {[]string{"k"}, check},
		"check_tope_sillon":       {[]string{"a"}, check},
		"check_atencion_con_cita": {[]string{"a"}, check},
	}
}

// TestEveryQueryKeepsToItsClinic reads all SQL that the store can send. In each
// statement every row of a clinic's table must be tied to one clinic: its
// id_clinica equals the parameter, or that of a row that is tied.
func TestEveryQueryKeepsToItsClinic(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	exceptions := beyondClinics()
	used := map[string]bool{}
	for name, text := range allQueries(t) {
		short := path.Base(name)
		given := exceptions[short].names
		for _, breach := range schema.breaches(text, given...) {
			t.Errorf("%s: %s", name, breach)
		}
		if len(given) > 0 && len(schema.breaches(text)) > 0 {
			used[short] = true
		}
	}
	for name := range exceptions {
		if !used[name] {
			t.Errorf("%s needs no exception, or is no query any more", name)
		}
	}
}

// TestEveryConditionOnTheClinicCounts takes away one condition on id_clinica after
// the other, in every query, and wants each loss noticed.
func TestEveryConditionOnTheClinicCounts(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	tried := 0
	for name, text := range allQueries(t) {
		given := beyondClinics()[path.Base(name)].names
		tokens := scanSQL(text)
		for i := range tokens {
			if i+1 == len(tokens) || tokens[i] != "id_clinica" || tokens[i+1] != "=" {
				continue
			}
			without := slices.Clone(tokens)
			without[i] = "id"
			tried++
			if len(schema.breaches(strings.Join(without, " "), given...)) == 0 {
				t.Errorf("%s: nobody noticed the loss of condition %d in\n%s", name, i, text)
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d conditions were found", tried)
	}
}

func TestTenancySeesABreach(t *testing.T) {
	schema := readSchema(t)
	tests := map[string]struct {
		text, says string
	}{
		"no condition at all":              {"SELECT * FROM citas", "citas"},
		"a condition on something else":    {"SELECT * FROM citas WHERE id = $1", "citas"},
		"a joined table":                   {"SELECT 1 FROM citas c JOIN pacientes p ON p.id = c.id_paciente WHERE c.id_clinica = $1", "p"},
		"one after a comma":                {"SELECT 1 FROM citas c, pacientes p WHERE c.id_clinica = $1", "p"},
		"tied to what is not":              {"SELECT 1 FROM citas c JOIN pacientes p ON p.id_clinica = c.id_clinica", "c"},
		"in a subquery":                    {"SELECT 1 FROM citas WHERE id_clinica = $1 AND id IN (SELECT id FROM citas)", "citas"},
		"in EXISTS":                        {"SELECT 1 FROM citas c WHERE c.id_clinica = $1 AND NOT EXISTS (SELECT 1 FROM atenciones a WHERE a.id = c.id)", "a"},
		"in a list of columns":             {"SELECT (SELECT COUNT(*) FROM eventos) FROM citas WHERE id_clinica = $1", "eventos"},
		"in FROM":                          {"SELECT 1 FROM (SELECT * FROM citas) x", "citas"},
		"in a CTE":                         {"WITH x AS (SELECT * FROM citas) SELECT 1 FROM x", "citas"},
		"in the second half of a UNION":    {"SELECT 1 FROM citas WHERE id_clinica = $1 UNION ALL SELECT 1 FROM eventos", "eventos"},
		"a way around by OR":               {"SELECT 1 FROM citas WHERE id_clinica = $1 OR id = $2", "citas"},
		"a way around by NOT":              {"SELECT 1 FROM citas WHERE NOT id_clinica = $1", "citas"},
		"another comparison":               {"SELECT 1 FROM citas WHERE id_clinica >= $1", "citas"},
		"a constant":                       {"SELECT 1 FROM citas WHERE id_clinica = 1", "citas"},
		"a calculation":                    {"SELECT 1 FROM citas WHERE id_clinica = $1 + 1", "citas"},
		"with itself":                      {"SELECT 1 FROM citas WHERE id_clinica = id_clinica", "citas"},
		"a list":                           {"SELECT 1 FROM citas WHERE id_clinica IN ($1)", "citas"},
		"the left side of a LEFT JOIN":     {"SELECT 1 FROM citas c LEFT JOIN pacientes p ON c.id_clinica = $1 AND p.id_clinica = $1", "c"},
		"two parameters":                   {"SELECT 1 FROM citas c JOIN pacientes p ON p.id_clinica = $2 WHERE c.id_clinica = $1", "$1"},
		"an UPDATE of every clinic":        {"UPDATE citas SET viva = 0 WHERE id = $1", "citas"},
		"an UPDATE without WHERE":          {"UPDATE citas SET viva = 0", "citas"},
		"an UPDATE that gives a row away":  {"UPDATE citas SET id_clinica = $2 WHERE id_clinica = $1", "SET id_clinica"},
		"a DELETE of every clinic":         {"DELETE FROM horarios WHERE id = $1", "horarios"},
		"an INSERT without the clinic":     {"INSERT INTO sillones (id, nombre) VALUES ($1, $2)", "into sillones"},
		"an INSERT for another clinic":     {"INSERT INTO sillones (id_clinica, id) VALUES ($1, $2), (2, $3)", "into sillones"},
		"an INSERT of what is selected":    {"INSERT INTO sillones (id_clinica, id) SELECT id_clinica, id FROM sillones", "sillones"},
		"an INSERT of another column":      {"INSERT INTO sillones (id_clinica, id) SELECT s.id, s.id_clinica FROM sillones s WHERE s.id_clinica = $1", "into sillones"},
		"an INSERT of a loose table's":     {"INSERT INTO sillones (id_clinica, id) SELECT o.id_clinica, s.id FROM sillones s, sillones o WHERE s.id_clinica = $1", "o"},
		"an upsert of another clinic's":    {"INSERT INTO sillones (id_clinica, id) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET nombre = excluded.nombre", "into sillones"},
		"an upsert that gives it away":     {"INSERT INTO sillones (id_clinica, id) VALUES ($1, $2) ON CONFLICT (id_clinica, id) DO UPDATE SET id_clinica = $3", "SET id_clinica"},
		"a table that there is not":        {"SELECT 1 FROM recetas", "recetas"},
		"a statement that cannot be read":  {"MERGE INTO citas USING x ON 1 = 1", "MERGE"},
		"a join that cannot be judged":     {"SELECT 1 FROM citas c RIGHT JOIN pacientes p ON p.id_clinica = c.id_clinica WHERE c.id_clinica = $1", "RIGHT"},
		"a second statement":               {"SELECT 1; DELETE FROM citas", "citas"},
		"a comment that looks like it":     {"SELECT 1 FROM citas -- WHERE id_clinica = $1", "citas"},
		"a text that looks like it":        {"SELECT 1 FROM citas WHERE 'id_clinica = $1' = $1", "citas"},
		"a condition of another subquery":  {"SELECT 1 FROM citas WHERE id IN (SELECT id FROM citas WHERE id_clinica = $1)", "citas"},
		"conditions under one OR together": {"SELECT 1 FROM citas WHERE (id_clinica = $1 OR viva = 1)", "citas"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			breaches := schema.breaches(test.text)
			if !slices.ContainsFunc(breaches, func(b string) bool { return strings.HasPrefix(b, test.says+" ") }) {
				t.Errorf("%s: got %q, want one about %s", test.text, breaches, test.says)
			}
		})
	}
	sound := []string{
		"SELECT 1",
		"SELECT 1 FROM citas WHERE id_clinica = $1 AND fecha BETWEEN $2 AND $3 AND (viva = 1 OR id = $4)",
		"SELECT 1 FROM citas AS c INNER JOIN pacientes p ON (p.id_clinica = c.id_clinica AND p.id = c.id_paciente) WHERE +$1 = c.id_clinica",
		"SELECT 1 FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
		"WITH x AS (SELECT * FROM citas WHERE id_clinica = $1) SELECT 1 FROM x",
		"INSERT INTO sillones (id, id_clinica) SELECT s.id, s.id_clinica FROM sillones s WHERE s.id_clinica = $1 ON CONFLICT (id_clinica, id) DO NOTHING",
		"INSERT INTO sillones (id, id_clinica) VALUES ($2, $1) ON CONFLICT (id_clinica, id) DO NOTHING",
		"SELECT 1 FROM clinicas WHERE id_clinica = $1 FOR NO KEY UPDATE",
	}
	for _, text := range sound {
		if breaches := schema.breaches(text); len(breaches) > 0 {
			t.Errorf("%s: got %q", text, breaches)
		}
	}
}

// allQueries are the texts of query/, also below it, and those that are composed;
// the views and triggers too, since queries go through them.
func allQueries(t *testing.T) map[string]string {
	t.Helper()
	queries := map[string]string{}
	err := fs.WalkDir(os.DirFS("query"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join("query", name))
		queries[strings.TrimSuffix(name, ".sql")] = string(text)
		return err
	})
	if err != nil || len(queries) < 50 {
		t.Fatalf("got %d queries, error %v", len(queries), err)
	}
	for _, table := range fileTables() {
		queries["export of "+table.name] = table.selection()
		queries["count of "+table.name] = table.count()
		queries["import of "+table.name] = table.insertion(3)
	}
	for _, l := range []listing{citaListing(), pacienteListing(), atencionListing()} {
		composed := composedLists(t, l)
		if len(composed) < 50 {
			t.Fatalf("only %d lists of %s", len(composed), l.table)
		}
		for i, text := range composed {
			queries[fmt.Sprintf("list %d of %s", i, l.table)] = text
		}
	}
	return queries
}

// composedLists are a list's texts for every column, operator, type of value,
// order and page.
func composedLists(t *testing.T, l listing) []string {
	t.Helper()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	values := []any{
		int64(1), []int64{1, 2}, []int64{}, "2026-11-30", "2001-01-01", "x", "", []string{"x", "y"}, []string{""},
		tomahora.Lapso{Desde: now, Hasta: now}, tomahora.Lapso{Desde: now.AddDate(-9, 0, 0), Hasta: now},
	}
	operators := []tomahora.Operador{
		tomahora.Igual, tomahora.Distinto, tomahora.Mayor, tomahora.MayorIgual, tomahora.Menor, tomahora.MenorIgual, tomahora.Contiene, tomahora.Entre,
	}
	filters, columns := [][]tomahora.Filtro{nil}, slices.Sorted(maps.Keys(l.columns))
	for _, name := range columns {
		for _, o := range operators {
			for _, v := range values {
				filters = append(filters, []tomahora.Filtro{{Columna: name, Operador: o, Valor: v}})
			}
		}
	}
	cfg := listConfig(t)
	seen := map[string]bool{}
	compose := func(filtros []tomahora.Filtro, orden []tomahora.Orden) {
		for _, despues := range [][]any{nil, make([]any, len(orden))} {
			for _, l.lateral = range []bool{false, true} { // as the one engine merges parts, and as the other
				text, _, err := l.compose(1, cfg, tomahora.Consulta{Filtros: filtros, Orden: orden, Despues: despues, Limite: 50}, now)
				if err == nil { // else an operator or value that the column does not take
					seen[text] = true
				}
			}
		}
	}
	for _, filtros := range filters {
		compose(filtros, []tomahora.Orden{{Columna: "id"}})
	}
	for _, name := range columns {
		for _, filtros := range filters[:len(operators)] {
			compose(filtros, []tomahora.Orden{{Columna: name, Descendente: true}, {Columna: "id"}})
		}
	}
	var texts []string
	for text := range seen {
		texts = append(texts, text)
	}
	return texts
}

// schemaTables are the tables and views by whether they have an id_clinica.
type schemaTables map[string]bool

func readSchema(t *testing.T) schemaTables {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	schema := schemaTables{}
	code := map[string]string{}
	err = s.read(t.Context(), func(x *tx) error {
		const tables = `SELECT m.name, m.type, m.sql, EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'id_clinica')
			FROM sqlite_schema m WHERE m.type IN ('table', 'view', 'trigger')`
		return x.each("schema", tables, nil, func(scan scanner) error {
			var name, kind, text string
			var tenant bool
			err := scan(&name, &kind, &text, &tenant)
			if kind != "trigger" {
				schema[name] = tenant
			}
			if kind != "table" {
				code[name] = text
			}
			return err
		})
	})
	if err != nil || len(code) < 3 || !schema["citas"] || !schema["citas_vista"] {
		t.Fatalf("got schema %v with %d views and triggers, error %v", schema, len(code), err)
	}
	for name, text := range code {
		for _, breach := range schema.breachesOfCode(text) {
			t.Errorf("%s: %s", name, breach)
		}
	}
	return schema
}

// breachesOfCode judges a view, whose first table is tied by who reads the view,
// or a trigger, whose NEW and OLD are tied.
func (s schemaTables) breachesOfCode(text string) []string {
	tokens := scanSQL(text)
	if tokens[1] == "VIEW" {
		return s.breaches(strings.Join(tokens[4:], " "), tokens[slices.Index(tokens, "FROM")+2])
	}
	body := tokens[slices.Index(tokens, "BEGIN")+1 : len(tokens)-1]
	c := &tenancy{schema: s, trigger: true}
	c.statements(body, &scope{sources: []*source{{name: "NEW", tied: true}, {name: "OLD", tied: true}}})
	return c.found
}

// breaches are what a text does beyond one clinic. Given are names that count as
// tied.
func (s schemaTables) breaches(text string, given ...string) []string {
	c := &tenancy{schema: s, given: given}
	c.statements(scanSQL(text), nil)
	if len(c.params) > 1 {
		c.report(strings.Join(c.params[1:], " ")+" is another clinic than", c.params[0])
	}
	return c.found
}

// tenancy judges statements. It reads as much SQL as the store uses, and reports
// what it cannot read.
type tenancy struct {
	schema  schemaTables
	given   []string
	trigger bool     // NEW is of one clinic
	params  []string // those that id_clinica was compared with
	found   []string
}

// source is a table in FROM, by the name it has there.
type source struct {
	name string
	tied bool
}

// scope are the tables a (sub)query sees.
type scope struct {
	sources []*source
	outer   *scope
}

// tie says that the id_clinica of a is that of b. Oneway is for a LEFT JOIN, which
// says nothing of what stands left of it.
type tie struct {
	a, b   string
	oneway string
}

func (c *tenancy) report(what, why string) { c.found = append(c.found, what+" "+why) }

func (c *tenancy) statements(tokens []string, outer *scope) {
	for _, statement := range splitTop(tokens, ";") {
		if len(statement) > 0 {
			c.query(statement, outer, nil)
		}
	}
}

// clauseWords begin a clause.
var clauseWords = []string{
	"SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "RETURNING", "SET", "VALUES", "INTO", "UPDATE", "DELETE", "INSERT", "FOR", "CONFLICT",
}

// query judges one statement or subquery; ctes are names that stand for queries.
func (c *tenancy) query(tokens []string, outer *scope, ctes []string) {
	if tokens[0] == "WITH" {
		tokens, ctes = c.with(tokens[1:], outer, ctes)
	}
	for _, part := range splitTop(tokens, "UNION") {
		if len(part) > 0 && part[0] == "ALL" {
			part = part[1:]
		}
		c.part(part, outer, ctes)
	}
}

func (c *tenancy) with(tokens []string, outer *scope, ctes []string) (rest, names []string) {
	for len(tokens) > 3 && tokens[1] == "AS" && tokens[2] == "(" {
		end := closing(tokens, 2)
		ctes = append(ctes, tokens[0])
		c.query(tokens[3:end], outer, ctes)
		if tokens = tokens[end+1:]; len(tokens) == 0 || tokens[0] != "," {
			break
		}
		tokens = tokens[1:]
	}
	return tokens, ctes
}

func (c *tenancy) part(tokens []string, outer *scope, ctes []string) {
	clauses := splitClauses(tokens)
	first := clauses[0]
	here := &scope{outer: outer}
	var ties []tie
	var selected string
	switch first.word {
	case "SELECT":
	case "UPDATE":
		if first.at(0) != "SET" { // but not of DO UPDATE SET
			c.add(here, first.at(0), first.at(0), ctes)
		}
	case "DELETE":
	case "INSERT":
		selected = c.insert(clauses)
	default:
		c.report(first.word+strings.Join(first.tokens, " ")+" ", "cannot be read")
		return
	}
	for _, clause := range clauses {
		switch clause.word {
		case "FROM":
			ties = append(ties, c.from(here, clause.tokens, ctes)...)
		case "WHERE":
			ties = append(ties, conjuncts(clause.tokens, "")...)
		case "SET":
			for _, assignment := range splitTop(clause.tokens, ",") {
				if len(assignment) > 0 && assignment[0] == "id_clinica" {
					c.report("SET id_clinica", "gives a row to another clinic")
				}
			}
		}
	}
	c.resolve(here, ties)
	if name, ok := strings.CutSuffix(selected, " . id_clinica"); selected != "" && (!ok || !here.knows(name)) {
		c.report("into "+clauses[1].tokens[0], "is of the clinic of "+selected)
	}
	for _, clause := range clauses {
		c.subqueries(clause.tokens, here, ctes)
	}
}

// knows tells whether a name is of a table of the scope's own: an untied one is
// reported anyway.
func (s *scope) knows(name string) bool {
	return slices.ContainsFunc(s.sources, func(o *source) bool { return o.name == name })
}

// insert judges the row that is made, and the one it may meet. Of rows that are
// selected it returns what their clinic is.
func (c *tenancy) insert(clauses []clause) (selected string) {
	into := clauses[1].tokens
	what := "into " + into[0]
	if slices.Contains(c.given, what) {
		return ""
	}
	place := slices.Index(splitComma(into[2:closing(into, 1)]), "id_clinica")
	if place < 0 {
		c.report(what, "does not say of which clinic")
		return ""
	}
	values := false
	for _, clause := range clauses[2:] {
		switch clause.word {
		case "SELECT":
			values, selected = true, splitComma(clause.tokens)[place]
		case "VALUES":
			values = true
			for i := 0; i < len(clause.tokens) && clause.tokens[i] == "("; i = closing(clause.tokens, i) + 2 {
				value := splitComma(clause.tokens[i+1 : closing(clause.tokens, i)])[place]
				if c.trigger && value == "NEW . id_clinica" {
					continue
				}
				if !strings.HasPrefix(value, "$") || strings.Contains(value, " ") {
					c.report(what, "is not of the parameter's clinic but of "+value)
				}
			}
		case "CONFLICT":
			if !slices.Contains(clause.tokens[:closing(clause.tokens, 0)], "id_clinica") {
				c.report(what, "may meet a row of another clinic")
			}
		}
	}
	if !values {
		c.report(what, "is of whatever it may be, which cannot be judged")
	}
	return selected
}

// from adds the tables of a FROM, and returns what its joins tie.
func (c *tenancy) from(here *scope, tokens []string, ctes []string) (ties []tie) {
	left := false
	for i := 0; i < len(tokens); {
		switch word := tokens[i]; word {
		case ",", "INNER", "CROSS", "OUTER":
			i++
		case "LEFT":
			left = true
			i++
		case "JOIN":
			i++
		case "ON":
			end := i + 1
			for end < len(tokens) && !slices.Contains([]string{",", "JOIN", "LEFT", "INNER", "CROSS"}, tokens[end]) {
				if end++; tokens[end-1] == "(" {
					end = closing(tokens, end-1) + 1
				}
			}
			oneway := ""
			if left {
				oneway = here.sources[len(here.sources)-1].name
			}
			ties = append(ties, conjuncts(tokens[i+1:end], oneway)...)
			left, i = false, end
		case "RIGHT", "FULL", "NATURAL", "USING":
			c.report(word, "is a join that cannot be judged")
			return nil
		default:
			i = c.table(here, tokens, i, ctes)
		}
	}
	return ties
}

// table adds the table at i and returns what comes after it.
func (c *tenancy) table(here *scope, tokens []string, i int, ctes []string) int {
	name, next := tokens[i], i+1
	isTable := name != "("
	if !isTable {
		next = closing(tokens, i) + 1
	} else if next < len(tokens) && tokens[next] == "(" { // a function
		next, isTable = closing(tokens, next)+1, false
		if slices.Equal(tokens[next:min(next+2, len(tokens))], []string{"WITH", "ORDINALITY"}) {
			next += 2
		}
	}
	alias := name
	if next < len(tokens) && tokens[next] == "AS" {
		next++
	}
	if next < len(tokens) && isName(tokens[next]) {
		alias = tokens[next]
		next++
	}
	if isTable {
		c.add(here, name, alias, ctes)
	} else {
		here.sources = append(here.sources, &source{name: alias, tied: true}) // judged by itself
	}
	return next
}

func (c *tenancy) add(here *scope, table, alias string, ctes []string) {
	tenant, known := c.schema[table]
	system := strings.HasPrefix(table, "pragma_") || strings.HasPrefix(table, "pg_") || slices.Contains(ctes, table)
	if !known && !system {
		c.report(table, "is no table of the schema")
	}
	here.sources = append(here.sources, &source{alias, !tenant || slices.Contains(c.given, alias)})
}

// resolve follows the ties until nothing more is tied, and reports what is not.
func (c *tenancy) resolve(here *scope, ties []tie) {
	for range here.sources {
		for _, tie := range ties {
			a, b := here.find(tie.a), here.find(tie.b)
			if strings.HasPrefix(tie.b, "$") && a != nil {
				if !slices.Contains(c.params, tie.b) {
					c.params = append(c.params, tie.b)
				}
				b = &source{tied: true}
			}
			if a == nil || b == nil {
				continue
			}
			if b.tied && (tie.oneway == "" || tie.oneway == a.name) {
				a.tied = true
			}
			if a.tied && (tie.oneway == "" || tie.oneway == b.name) {
				b.tied = true
			}
		}
	}
	for _, s := range here.sources {
		if !s.tied {
			c.report(s.name, "is not tied to a clinic")
		}
	}
}

// find is the table a name means; "" is the only one here.
func (s *scope) find(name string) *source {
	if name == "" {
		if len(s.sources) != 1 {
			return nil
		}
		return s.sources[0]
	}
	for ; s != nil; s = s.outer {
		for _, source := range s.sources {
			if source.name == name {
				return source
			}
		}
	}
	return nil
}

// subqueries judges the queries in parentheses, however deep.
func (c *tenancy) subqueries(tokens []string, here *scope, ctes []string) {
	for i := 0; i < len(tokens); i++ {
		if tokens[i] != "(" {
			continue
		}
		end := closing(tokens, i)
		if inner := tokens[i+1 : end]; len(inner) > 0 && (inner[0] == "SELECT" || inner[0] == "WITH") {
			c.query(inner, here, ctes)
		} else {
			c.subqueries(inner, here, ctes)
		}
		i = end
	}
}

// conjuncts are the ties of a condition: of what it demands in any case.
func conjuncts(tokens []string, oneway string) (ties []tie) {
	if len(splitTop(tokens, "OR")) > 1 {
		return nil
	}
	for _, part := range splitTop(tokens, "AND") {
		if len(part) > 2 && part[0] == "(" && closing(part, 0) == len(part)-1 {
			ties = append(ties, conjuncts(part[1:len(part)-1], oneway)...)
			continue
		}
		equal := slices.Index(part, "=")
		if equal < 0 {
			continue
		}
		a, aIs := operand(part[:equal])
		b, bIs := operand(part[equal+1:])
		if !aIs || !bIs {
			continue
		}
		if strings.HasPrefix(a, "$") {
			a, b = b, a
		}
		if a != b {
			ties = append(ties, tie{a, b, oneway})
		}
	}
	return ties
}

// operand is a parameter, or whose id_clinica it is; nothing else is one.
func operand(tokens []string) (string, bool) {
	if len(tokens) > 0 && tokens[0] == "+" {
		tokens = tokens[1:]
	}
	switch {
	case len(tokens) == 1 && strings.HasPrefix(tokens[0], "$"):
		return tokens[0], true
	case len(tokens) == 1 && tokens[0] == "id_clinica":
		return "", true
	case len(tokens) == 3 && tokens[1] == "." && tokens[2] == "id_clinica":
		return tokens[0], true
	default:
		return "", false
	}
}

// clause is a part of a query, without the word it begins with.
type clause struct {
	word   string
	tokens []string
}

func (c clause) at(i int) string {
	if i < len(c.tokens) {
		return c.tokens[i]
	}
	return ""
}

func splitClauses(tokens []string) []clause {
	list := []clause{{}}
	for i := 0; i < len(tokens); i++ {
		last := &list[len(list)-1]
		switch {
		case tokens[i] == "(":
			end := closing(tokens, i)
			last.tokens = append(last.tokens, tokens[i:end+1]...)
			i = end
		case slices.Contains(clauseWords, tokens[i]) && (last.word != "FOR"):
			if tokens[i] == "CONFLICT" {
				last.tokens = last.tokens[:len(last.tokens)-1] // its ON
			}
			list = append(list, clause{word: tokens[i]})
		default:
			last.tokens = append(last.tokens, tokens[i])
		}
	}
	if len(list) > 1 && len(list[0].tokens) == 0 {
		return list[1:]
	}
	return list
}

// splitTop splits outside of parentheses; the AND of a BETWEEN is none.
func splitTop(tokens []string, word string) [][]string {
	parts := [][]string{nil}
	between := false
	for i := 0; i < len(tokens); i++ {
		last := &parts[len(parts)-1]
		switch {
		case tokens[i] == "(":
			end := closing(tokens, i)
			*last = append(*last, tokens[i:end+1]...)
			i = end
		case tokens[i] == word && (word != "AND" || !between):
			parts = append(parts, nil)
		default:
			between = tokens[i] == "BETWEEN" || between && tokens[i] != "AND"
			*last = append(*last, tokens[i])
		}
	}
	return parts
}

func splitComma(tokens []string) []string {
	var list []string
	for _, part := range splitTop(tokens, ",") {
		list = append(list, strings.Join(part, " "))
	}
	return list
}

// closing is where the parenthesis at i closes.
func closing(tokens []string, i int) int {
	depth := 0
	for j := i; j < len(tokens); j++ {
		switch tokens[j] {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return len(tokens) - 1
}

func isName(token string) bool {
	word := strings.ToUpper(token) == token
	return !word && strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// scanSQL splits a text into words, parameters, signs and 'texts', without
// comments. The store writes key words in upper case and names in lower case.
func scanSQL(text string) []string {
	const (
		letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"
		spaces  = " \t\r\n"
	)
	var tokens []string
	for text = strings.TrimLeft(text, spaces); text != ""; text = strings.TrimLeft(text, spaces) {
		n := 1
		switch {
		case strings.HasPrefix(text, "--"):
			_, text, _ = strings.Cut(text, "\n")
			continue
		case text[0] == '\'' || text[0] == '"':
			n = 2 + strings.IndexByte(text[1:], text[0])
		case strings.ContainsRune(letters, rune(text[0])):
			n = len(text) - len(strings.TrimLeft(text, letters))
		case len(text) > 1 && slices.Contains([]string{"<>", "<=", ">=", "||", "!="}, text[:2]):
			n = 2
		}
		tokens = append(tokens, text[:n])
		text = text[n:]
	}
	return tokens
}
