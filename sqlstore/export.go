package sqlstore

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/tomahora/tomahora"
)

// Moved tells what an export or import has done.
type Moved struct {
	IDClinica tomahora.ClinicaID `json:"id_clinica"`
	Rows      map[string]int64   `json:"rows"` // by table
	// Tokens are the tokens that an import had to give another id, by the one
	// they had.
	Tokens map[tomahora.TokenID]tomahora.TokenID `json:"tokens,omitempty"`
}

// Progress is told from time to time how many of how many rows are done. It may
// be nil.
type Progress func(done, total int64)

func (p Progress) tell(done, total int64) {
	if p != nil {
		p(done, total)
	}
}

// Export writes all of a clinic, as one consistent state of it, in the format of
// docs/export-format.md. It needs the same little memory for a clinic of any
// size. Two states that are equal give the same bytes. KindNotFound when there
// is no such clinic.
//
// While it runs, SQLite cannot shorten its log.
func (s *Store) Export(ctx context.Context, id tomahora.ClinicaID, w io.Writer, p Progress) (Moved, error) {
	var done Moved
	err := s.read(ctx, func(t *tx) error {
		if err := t.readClinica("clinica_exists", id, &id); err != nil {
			return err
		}
		t.id = id
		if err := t.session.unhurry(ctx); err != nil {
			return t.judge("unhurry", err)
		}
		e := newExporter(t, w, p)
		if err := e.run(); err != nil {
			return err
		}
		done = Moved{IDClinica: id, Rows: e.written}
		return nil
	})
	if ctx.Err() != nil {
		return Moved{}, ctx.Err()
	}
	return done, err
}

// exporter writes a file line by line.
type exporter struct {
	*tx
	out      *bufio.Writer
	sum      hash.Hash
	line     []byte
	written  map[string]int64
	progress Progress
	done     int64
	total    int64
}

func newExporter(t *tx, w io.Writer, p Progress) *exporter {
	const buffer = 1 << 18
	return &exporter{tx: t, out: bufio.NewWriterSize(w, buffer), sum: sha256.New(), written: map[string]int64{}, progress: p}
}

func (e *exporter) run() error {
	if err := e.head(); err != nil {
		return err
	}
	for _, table := range fileTables() {
		if err := e.rows(table); err != nil {
			return err
		}
	}
	end := map[string]fileEnd{"end": {e.written, hex.EncodeToString(e.sum.Sum(nil))}}
	return errors.Join(e.json(end), e.out.Flush())
}

// head counts the rows first, for whoever reads the file and wants to know how
// much is to come.
func (e *exporter) head() error {
	counts := map[string]int64{}
	for _, table := range fileTables() {
		var n int64
		err := e.each(table.name, table.count(), []any{e.id}, func(scan scanner) error { return scan(&n) })
		if err != nil {
			return err
		}
		counts[table.name] = n
		e.total += n
	}
	return e.json(fileHead{fileFormat, fileVersion, fileSchema, int64(e.id), counts})
}

func (e *exporter) rows(table fileTable) error {
	values := table.destinations()
	e.written[table.name] = 0
	return e.each(table.name, table.selection(), []any{e.id}, func(scan scanner) (err error) {
		if err := scan(values...); err != nil {
			return err
		}
		if e.line, err = table.appendRow(e.line[:0], values); err != nil {
			return fmt.Errorf("%w; repair the row before exporting", err)
		}
		e.written[table.name]++
		if e.done++; e.done%progressStep == 0 || e.done == e.total {
			e.progress.tell(e.done, e.total)
		}
		return e.write(e.line)
	})
}

// progressStep is after how many rows progress is told.
const progressStep = 4096

func (e *exporter) json(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return e.write(append(line, '\n'))
}

func (e *exporter) write(line []byte) error {
	_, _ = e.sum.Write(line) // never fails
	_, err := e.out.Write(line)
	return err
}

// each runs a query given as text and hands over its rows one by one, so that
// any number of them needs the memory of one.
func (t *tx) each(name, text string, args []any, fn func(scanner) error) error {
	rows, err := t.session.compose(t.ctx, text, args)
	if err != nil {
		return t.judge(name, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return t.judge(name, rows.Err())
}
