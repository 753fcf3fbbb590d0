package sqlstore

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// fileRow is a row of a file: its line, and its values in the order of its
// table's columns: int64, string or []byte.
type fileRow struct {
	line   int
	values []any
}

// fileRows are rows of one table that follow each other.
type fileRows struct {
	table fileTable
	list  []fileRow
}

// lineError says which line of a file is wrong.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *lineError) Unwrap() error { return e.err }

// fileReader reads a file and judges all that can be judged without a database:
// that it is whole, in order, and of known tables, columns and types. What it
// says of a line never repeats a value, which may be somebody's.
type fileReader struct {
	lines   *bufio.Scanner
	sum     hash.Hash
	line    int // number of the last one read
	head    fileHead
	tables  []fileTable
	current int // table of the last row
	read    map[string]int64
	pending *fileRow // of the current table, not handed out yet
	ended   bool

	highest  map[string]int64 // by counter, the highest id that it counts
	counters fileRow          // the row of clinicas
}

// maxLine bounds what one line may need of memory. No row comes near it.
const maxLine = 16 << 20

// newFileReader reads the head.
func newFileReader(r io.Reader) (*fileReader, error) {
	f := &fileReader{lines: bufio.NewScanner(r), sum: sha256.New(), tables: fileTables(), read: map[string]int64{}, highest: map[string]int64{}}
	f.lines.Buffer(make([]byte, 0, 1<<16), maxLine)
	line, err := f.next()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, err
	}
	return f, f.wrong(f.readHead(line))
}

// wrong says of an error that it is about the line just read.
func (f *fileReader) wrong(err error) error {
	if err == nil {
		return nil
	}
	return &lineError{f.line, err}
}

func (f *fileReader) next() ([]byte, error) {
	if !f.lines.Scan() {
		if errors.Is(f.lines.Err(), bufio.ErrTooLong) {
			return nil, &lineError{f.line + 1, fmt.Errorf("is longer than %d bytes, as no row is", maxLine)}
		}
		if err := f.lines.Err(); err != nil {
			return nil, fmt.Errorf("after line %d: %w", f.line, err)
		}
		return nil, io.EOF
	}
	f.line++
	return f.lines.Bytes(), nil
}

// digest takes a line into the checksum.
func (f *fileReader) digest(line []byte) {
	_, _ = f.sum.Write(line) // never fails
	_, _ = f.sum.Write([]byte{'\n'})
}

var errNotAClinic = errors.New(`is not the head of an exported clinic ("format":"` + fileFormat + `")`)

func (f *fileReader) readHead(line []byte) error {
	var format struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
		Schema  int    `json:"schema"`
	}
	if err := json.Unmarshal(line, &format); err != nil || format.Format != fileFormat {
		return errNotAClinic
	}
	if format.Version != fileVersion || format.Schema < 1 || format.Schema > fileSchema {
		return fmt.Errorf("the file is of version %d and schema %d, and this program reads version %d up to schema %d; use a newer tomahora",
			format.Version, format.Schema, fileVersion, fileSchema)
	}
	if err := strictly(line, &f.head); err != nil {
		return err
	}
	for name := range f.head.Rows {
		if f.find(name) < 0 {
			return fmt.Errorf("there is no table %q", name)
		}
	}
	if f.head.IDClinica < 1 {
		return errors.New("id_clinica is not the id of a clinic")
	}
	f.digest(line)
	return nil
}

// strictly reads JSON without members that v has not.
func strictly(line []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

func (f *fileReader) find(table string) int {
	return slices.IndexFunc(f.tables, func(t fileTable) bool { return t.name == table })
}

// total is how many rows the head promises.
func (f *fileReader) total() (n int64) {
	for _, rows := range f.head.Rows {
		n += rows
	}
	return n
}

// rows returns the next rows, at most n, of one table; io.EOF after the end of a
// file that is whole.
func (f *fileReader) rows(n int) (fileRows, error) {
	var list []fileRow
	table := f.current
	if f.pending != nil {
		list, f.pending = append(list, *f.pending), nil
	}
	for len(list) < n && !f.ended {
		row, err := f.row()
		if err != nil {
			return fileRows{}, err
		}
		if f.ended {
			break
		}
		if len(list) > 0 && f.current != table {
			f.pending = &row
			break
		}
		table, list = f.current, append(list, row)
	}
	if len(list) == 0 {
		return fileRows{}, io.EOF
	}
	return fileRows{f.tables[table], list}, nil
}

// row reads a line: a row, or the end.
func (f *fileReader) row() (fileRow, error) {
	line, err := f.next()
	if errors.Is(err, io.EOF) {
		return fileRow{}, errCut(f.line)
	}
	if err != nil {
		return fileRow{}, err
	}
	if bytes.HasPrefix(line, []byte(`{"end":`)) {
		if err := f.readEnd(line); err != nil {
			return fileRow{}, f.wrong(err)
		}
		f.ended = true
		return fileRow{}, f.nothingAfter()
	}
	f.digest(line)
	row, err := f.parse(line)
	if err == nil {
		return row, nil
	}
	err = f.wrong(err)
	if f.lines.Scan() {
		return fileRow{}, err
	}
	return fileRow{}, cmp.Or(f.lines.Err(), errCut(f.line)) // the last line, which is a part of one
}

func errCut(line int) error {
	return fmt.Errorf("the file ends at line %d without its closing line: it was cut", line)
}

func (f *fileReader) nothingAfter() error {
	_, err := f.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	default:
		return f.wrong(errors.New("comes after the closing line"))
	}
}

// readEnd compares what was read with what was written.
func (f *fileReader) readEnd(line []byte) error {
	var last struct{ End fileEnd }
	if err := strictly(line, &last); err != nil {
		return fmt.Errorf("the closing line cannot be read: %w", err)
	}
	for _, table := range f.tables {
		if got, want := f.read[table.name], last.End.Rows[table.name]; got != want || f.head.Rows[table.name] != want {
			return fmt.Errorf("the file has %d rows of %s, its head says %d and its closing line %d: it is not whole",
				got, table.name, f.head.Rows[table.name], want)
		}
	}
	if hex.EncodeToString(f.sum.Sum(nil)) != last.End.SHA256 {
		return errors.New("the checksum does not fit: the file was changed or damaged after it was written")
	}
	return f.checkCounters()
}

// checkCounters: a counter that lags behind would give an id once more.
func (f *fileReader) checkCounters() error {
	clinicas := f.tables[0]
	for _, counter := range slices.Sorted(maps.Keys(f.highest)) {
		value, _ := f.counters.values[clinicas.column(counter)].(int64)
		if value < f.highest[counter] {
			return &lineError{f.counters.line, fmt.Errorf("%s is %d, but there is a row %d that it should have counted", counter, value, f.highest[counter])}
		}
	}
	return nil
}

// parse reads the line of a row.
func (f *fileReader) parse(line []byte) (fileRow, error) {
	if !utf8.Valid(line) {
		return fileRow{}, errNotUTF8
	}
	p := rowParser{line}
	name, err := p.open()
	if err != nil {
		return fileRow{}, err
	}
	i := f.find(name)
	if err := f.place(i, name); err != nil {
		return fileRow{}, err
	}
	values, err := p.values(f.tables[i], f.head.Schema)
	if err != nil {
		return fileRow{}, fmt.Errorf("%s: %w", name, err)
	}
	row := fileRow{f.line, values}
	f.count(f.tables[i], row)
	return row, nil
}

// place makes a table the current one: each has its place in the order, and the
// clinic itself is the first row and the only one of its table.
func (f *fileReader) place(i int, name string) error {
	switch {
	case i < 0:
		return fmt.Errorf("there is no table %q", name)
	case len(f.read) == 0 && i != 0:
		return fmt.Errorf("the first row must be that of %s", f.tables[0].name)
	case len(f.read) > 0 && i == 0:
		return errors.New("a file holds one clinic only")
	case i < f.current:
		return fmt.Errorf("a row of %s cannot come after those of %s", name, f.tables[f.current].name)
	}
	f.current = i
	return nil
}

func (f *fileReader) count(table fileTable, row fileRow) {
	f.read[table.name]++
	if len(f.read) == 1 {
		f.counters = row
	}
	if table.counter == "" {
		return
	}
	if id, ok := row.values[table.column("id")].(int64); ok {
		f.highest[table.counter] = max(f.highest[table.counter], id)
	}
}

// rowParser reads {"table":{"column":value,…}}. It is written for such lines:
// the general decoder takes ten times as long, lets a repeated member win and
// matches names in any case.
type rowParser struct{ rest []byte }

var errNotARow = errors.New(`is not a row, such as {"sillones":{"id":1,…}}`)

// take reads a character, after spaces.
func (p *rowParser) take(c byte) bool {
	p.rest = bytes.TrimLeft(p.rest, " \t\r")
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// text reads a string.
func (p *rowParser) text() (string, bool) {
	if !p.take('"') {
		return "", false
	}
	for i, escaped := 0, false; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '"' && !escaped:
			s := string(p.rest[:i])
			p.rest = p.rest[i+1:]
			return s, true
		case c == '"':
			var s string
			err := json.Unmarshal(append([]byte{'"'}, p.rest[:i+1]...), &s)
			p.rest = p.rest[i+1:]
			return s, err == nil
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// number reads an integer.
func (p *rowParser) number() (int64, bool) {
	p.rest = bytes.TrimLeft(p.rest, " \t\r")
	end := bytes.IndexFunc(p.rest, func(r rune) bool { return r != '-' && (r < '0' || r > '9') })
	if end < 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(p.rest[:end]), 10, 64)
	p.rest = p.rest[end:]
	return n, err == nil
}

// open reads up to the columns.
func (p *rowParser) open() (table string, err error) {
	ok := p.take('{')
	if ok {
		table, ok = p.text()
	}
	if !ok || !p.take(':') || !p.take('{') {
		return "", errNotARow
	}
	return table, nil
}

// values reads the columns and the end of the line, in a file of some schema.
func (p *rowParser) values(table fileTable, schema int) ([]any, error) {
	values := make([]any, len(table.columns))
	for i := 0; ; i++ {
		name, ok := p.text()
		if !ok || !p.take(':') {
			return nil, errNotARow
		}
		if i >= len(table.columns) || table.columns[i].name != name { // not where Export puts it
			i = table.column(name)
		}
		if i < 0 {
			return nil, fmt.Errorf("there is no column %q", name)
		}
		if values[i] != nil {
			return nil, fmt.Errorf("%s is given twice", name)
		}
		v, err := p.value(table.columns[i].kind)
		if err != nil {
			return nil, fmt.Errorf("%s %w", name, err)
		}
		values[i] = v
		if !p.take(',') {
			break
		}
	}
	if !p.end() {
		return nil, errNotARow
	}
	for i, c := range table.columns {
		if values[i] == nil {
			values[i] = c.absent(schema)
		}
		if values[i] == nil {
			return nil, fmt.Errorf("%s is missing", c.name)
		}
	}
	return values, nil
}

// end reads what closes a row; nothing may follow.
func (p *rowParser) end() bool {
	for range 2 {
		if !p.take('}') {
			return false
		}
	}
	return len(bytes.TrimLeft(p.rest, " \t\r")) == 0
}

// value reads a column's value.
func (p *rowParser) value(k kind) (any, error) {
	if k == numberColumn {
		if n, ok := p.number(); ok {
			return n, nil
		}
		return nil, errors.New("must be an integer")
	}
	s, ok := p.text()
	if !ok {
		return nil, errors.New("must be a text")
	}
	if k == hashColumn {
		if b, err := hex.DecodeString(s); err == nil {
			return b, nil
		}
		return nil, errors.New("must be bytes in hexadecimal")
	}
	return s, checkText(s)
}
