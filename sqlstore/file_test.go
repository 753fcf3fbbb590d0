package sqlstore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFileHoldsEveryColumn: what a migration adds has to find its way into the
// file, or be named here with the reason why not.
func TestFileHoldsEveryColumn(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	derived := map[string]bool{"pacientes.nombre_plano": true, "pacientes.apellidos_plano": true, "pacientes.email_plano": true}
	// What pacientes are searched by follows from them. What lasts for minutes, or for
	// a day, stays behind, and so do sesiones and what the next start makes anew.
	passing := []string{"pacientes_texto", "reservas.", "respuestas.", "clinicas.reservas_hasta", "sesiones.", "frenos.", "clinicas.auditado"}
	var want []string
	err = s.read(t.Context(), func(x *tx) error {
		const columns = `SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`
		return x.each("columns", columns, nil, func(scan scanner) error {
			var name string
			err := scan(&name)
			if !strings.HasSuffix(name, ".id_clinica") && !derived[name] && !slices.ContainsFunc(passing, func(p string) bool { return strings.HasPrefix(name, p) }) { // the file's head says which clinic
				want = append(want, name)
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, table := range fileTables() {
		for _, c := range table.columns {
			got = append(got, table.name+"."+c.name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a new column also asks for another fileSchema (-in the database +in the file):\n%s", diff)
	}
}

// sealed is a file of these rows, with head and end that fit them.
func sealed(rows ...string) string { return sealedAs(fileSchema, rows...) }

// sealedAs is sealed for a file of some schema.
func sealedAs(schema int, rows ...string) string {
	counts := map[string]int64{}
	for _, row := range rows {
		name, _, _ := strings.Cut(strings.TrimLeft(row, `{ "`), `"`)
		if slices.ContainsFunc(fileTables(), func(t fileTable) bool { return t.name == name }) {
			counts[name]++
		}
	}
	head, _ := json.Marshal(fileHead{fileFormat, fileVersion, schema, 1, counts})
	text := strings.Join(append([]string{string(head)}, rows...), "\n") + "\n"
	sum := sha256.Sum256([]byte(text))
	end, _ := json.Marshal(map[string]fileEnd{"end": {counts, hex.EncodeToString(sum[:])}})
	return text + string(end) + "\n"
}

const (
	clinicaRow = `{"clinicas":{"nombre":"A","zona":"America/Santiago","exigir_atencion":0,"rechazar_pasado":0,"es_demo":0,"creada":1,` +
		`"version_config":1,"ultima_cita":0,"ultimo_paciente":0,"ultima_atencion":0,"ultimo_horario":0,"ultimo_evento":2,"ultima_reserva":0}}`
	sillonRow = `{"sillones":{"id":1,"nombre":"Sillon 1","exclusivo":0}}`
	eventoRow = `{"eventos":{"id":2,"en":1,"actor":"sistema","accion":"created","entidad":"sillon","id_entidad":1,"campos":""}}`
	tokenRow  = `{"tokens":{"id":1,"nombre":"bot","hash":"00ff","lectura":0,"creado":1,"revocado":0}}`
)

// readAll reads a file to its end and returns how many rows it has.
func readAll(text string) (n int, err error) {
	f, err := newFileReader(strings.NewReader(text))
	for err == nil {
		var rows fileRows
		rows, err = f.rows(2)
		n += len(rows.list)
	}
	if errors.Is(err, io.EOF) {
		return n, nil
	}
	return n, err
}

func TestAWholeFileIsRead(t *testing.T) {
	file := sealed(clinicaRow, tokenRow, sillonRow, strings.ReplaceAll(sillonRow, `1`, `2`), strings.ReplaceAll(sillonRow, `1`, `3`), eventoRow)
	others := map[string]string{
		"as it was written":                 file,
		"without the last line feed":        strings.TrimSuffix(file, "\n"),
		"spaced out, and in another order":  sealed(clinicaRow, ` { "sillones" : { "nombre" : "Sillon 1" , "exclusivo" : 0 , "id" : 1 } } `, sillonRow, sillonRow, sillonRow, eventoRow),
		"with escapes that are not needed":  sealed(clinicaRow, strings.ReplaceAll(sillonRow, "S", `\u0053`), sillonRow, sillonRow, sillonRow, eventoRow),
		"with an id that a counter is past": sealed(clinicaRow, sillonRow, sillonRow, sillonRow, sillonRow, strings.Replace(eventoRow, `"id":2`, `"id":1`, 1)),
	}
	for name, text := range others {
		if n, err := readAll(text); err != nil || n != 6 {
			t.Errorf("%s: got %d rows and %v, want 6", name, n, err)
		}
	}
}

func TestAFileOfTheFirstSchemaIsRead(t *testing.T) {
	f, err := newFileReader(strings.NewReader(sealedAs(1, strings.Replace(clinicaRow, `,"ultima_reserva":0`, "", 1), sillonRow, eventoRow)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.rows(1)
	if err != nil {
		t.Fatal(err)
	}
	if v := rows.list[0].values[rows.table.column("ultima_reserva")]; v != int64(0) {
		t.Errorf("what it does not have is %v, want 0", v)
	}
	for err == nil {
		_, err = f.rows(1)
	}
	if !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func TestBrokenFilesAreRefused(t *testing.T) {
	whole := sealed(clinicaRow, sillonRow, eventoRow)
	lines := strings.SplitAfter(whole, "\n")
	replaced := func(old, replacement string) string {
		if !strings.Contains(whole, old) {
			t.Fatalf("the file has no %q", old)
		}
		return strings.Replace(whole, old, replacement, 1)
	}
	row := func(old, replacement string) string {
		return sealed(clinicaRow, strings.Replace(sillonRow, old, replacement, 1), eventoRow)
	}
	tests := map[string]struct{ text, says string }{
		"nothing at all":                    {"", "empty"},
		"another kind of file":              {"id,nombre\n1,A\n", "line 1: is not the head"},
		"other JSON":                        {`{"data":[]}` + "\n", "line 1: is not the head"},
		"cut between lines":                 {strings.Join(lines[:3], ""), "line 3 without its closing line: it was cut"},
		"cut inside a line":                 {whole[:len(whole)-len(lines[4])-len(lines[3])-9], "line 3 without its closing line: it was cut"},
		"cut inside the closing line":       {whole[:len(whole)-9], "line 5"},
		"a newer version":                   {replaced(`"version":1`, `"version":2`), "line 1: the file is of version 2"},
		"a newer schema":                    {replaced(`"schema":2`, `"schema":3`), "schema 3, and this program reads version 1 up to schema 2"},
		"a head with more to say":           {replaced(`"schema":2`, `"schema":2,"cipher":"x"`), "line 1: json: unknown field"},
		"a head of a table that is none":    {replaced(`{"clinicas":1,`, `{"clinicas":1,"recetas":0,`), `line 1: there is no table "recetas"`},
		"no clinic":                         {replaced(`"id_clinica":1`, `"id_clinica":0`), "line 1: id_clinica"},
		"a count that is wrong in the head": {replaced(`"sillones":1`, `"sillones":2`), "line 5: the file has 1 rows of sillones, its head says 2 and its closing line 1"},
		"a line that is missing":            {lines[0] + lines[1] + lines[3] + lines[4], "line 4: the file has 0 rows of sillones, its head says 1"},
		"a line that is repeated":           {lines[0] + lines[1] + lines[2] + lines[2] + lines[3] + lines[4], "line 6: the file has 2 rows of sillones"},
		"a line that was changed":           {replaced("Sillon 1", "Sillon 2"), "line 5: the checksum"},
		"an end with more to say":           {replaced(`,"sha256"`, `,"md5":"","sha256"`), "line 5: the closing line"},
		"something after the end":           {whole + "\n", "line 6: comes after"},
		"a line that never ends":            {lines[0] + strings.Repeat("x", maxLine+1), "line 2: is longer"},
		"another clinic's row":              {row(`"id":1`, `"id_clinica":2,"id":1`), `line 3: sillones: there is no column "id_clinica"`},
		"a second clinic":                   {sealed(clinicaRow, clinicaRow, sillonRow), "line 3: a file holds one clinic only"},
		"no clinic at first":                {sealed(sillonRow, clinicaRow), "line 2: the first row must be that of clinicas"},
		"a table that is none":              {row("sillones", "recetas"), `line 3: there is no table "recetas"`},
		"tables in another order":           {sealed(clinicaRow, eventoRow, sillonRow), "line 4: a row of sillones cannot come after those of eventos"},
		"a column that is none":             {row(`"nombre"`, `"apodo"`), `line 3: sillones: there is no column "apodo"`},
		"a column in another case":          {row(`"nombre"`, `"Nombre"`), `line 3: sillones: there is no column "Nombre"`},
		"a column that is missing":          {row(`,"exclusivo":0`, ""), "line 3: sillones: exclusivo is missing"},
		"a column that this schema has":     {sealed(strings.Replace(clinicaRow, `,"ultima_reserva":0`, "", 1)), "line 2: clinicas: ultima_reserva is missing"},
		"a column that is repeated":         {row(`"exclusivo":0`, `"exclusivo":0,"id":1`), "line 3: sillones: id is given twice"},
		"a text for a number":               {row(`"id":1`, `"id":"1"`), "line 3: sillones: id must be an integer"},
		"a fraction":                        {row(`"id":1`, `"id":1.5`), "line 3: sillones: is not a row"},
		"a number without end":              {row(`"id":1`, `"id":99999999999999999999`), "line 3: sillones: id must be an integer"},
		"a number for a text":               {row(`"Sillon 1"`, `1`), "line 3: sillones: nombre must be a text"},
		"null":                              {row(`"Sillon 1"`, `null`), "line 3: sillones: nombre must be a text"},
		"a NUL":                             {row("Sillon", `Si\u0000llon`), "line 3: sillones: nombre has a NUL"},
		"half a character":                  {row("Sillon", "Si\xc3llon"), "line 3: is not valid UTF-8"},
		"a line feed as it is":              {row("Sillon", "Si\x0bllon"), "line 3: sillones: nombre must be a text"},
		"an escape that is none":            {row("Sillon", `Si\qllon`), "line 3: sillones: nombre must be a text"},
		"a hash that is none":               {sealed(clinicaRow, strings.Replace(tokenRow, "00ff", "xy", 1)), "line 3: tokens: hash must be bytes"},
		"a row that goes on":                {row("}}", "}}}"), "line 3: sillones: is not a row"},
		"a row without columns":             {row(`{"id":1,"nombre":"Sillon 1","exclusivo":0}`, "{}"), "line 3: sillones: is not a row"},
		"an empty line":                     {sealed(clinicaRow, "", sillonRow), "line 3: is not a row"},
		"a counter that lags behind":        {sealed(clinicaRow, sillonRow, strings.Replace(eventoRow, `"id":2`, `"id":3`, 1)), "line 2: ultimo_evento is 2, but there is a row 3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(test.text)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want it to say %q", err, test.says)
			}
		})
	}
}

func TestAFileIsNeverMadeOfWhatCouldNotBeRead(t *testing.T) {
	table := fileTables()[3]
	for _, text := range []string{"\xff", "a\x00b"} {
		if line, err := table.appendRow(nil, []any{new(int64), &text, new(int64)}); err == nil {
			t.Errorf("%q became %s", text, line)
		}
	}
}

// FuzzText: a text is read back as it was, by us and by others.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "Ñandú", "\"\\\n\r\t\x01\x7f", "\u2028😀", `\u0041`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if checkText(s) != nil {
			return
		}
		written := appendText(nil, s)
		p := rowParser{written}
		if got, ok := p.text(); !ok || got != s || len(p.rest) > 0 {
			t.Errorf("%q became %s and then %q", s, written, got)
		}
		var got string
		if err := json.Unmarshal(written, &got); err != nil || got != s {
			t.Errorf("%q became %s and for others %q (%v)", s, written, got, err)
		}
	})
}

// FuzzRow: what is taken for a row is JSON, and says what JSON says.
func FuzzRow(f *testing.F) {
	f.Add(sillonRow)
	f.Add(` { "sillones" : { "nombre" : "\ud83d\ude00" , "exclusivo" : -0 , "id" : 007 } } `)
	table := fileTables()[3]
	f.Fuzz(func(t *testing.T, line string) {
		p := rowParser{[]byte(line)}
		name, err := p.open()
		if err != nil || name != table.name {
			return
		}
		got, err := p.values(table, fileSchema)
		var want map[string]struct {
			ID, Exclusivo int64
			Nombre        string
		}
		if err != nil || json.Unmarshal([]byte(line), &want) != nil { // leading zeros are taken, but are no JSON
			return
		}
		row := want[name]
		if diff := cmp.Diff([]any{row.ID, row.Nombre, row.Exclusivo}, got); diff != "" {
			t.Errorf("%s (-json +ours):\n%s", line, diff)
		}
	})
}
