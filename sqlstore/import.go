package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/tomahora/tomahora"
)

// ImportOptions say how a clinic is to arrive. The zero value keeps all of it as
// it was.
type ImportOptions struct {
	// IDClinica is the id it gets here; 0 keeps its own.
	IDClinica tomahora.ClinicaID
	// WithoutTokens leaves its tokens behind and disables its usuarios, so that
	// nobody who had access where it comes from has it here.
	WithoutTokens bool
	// WithoutWebhooks leaves its webhooks behind, and what is on its way to them,
	// so that nobody is told of what is done to a copy.
	WithoutWebhooks bool
	Progress        Progress
}

// Import reads what Export wrote, on any engine, and makes the clinic whole or
// not at all. Ids stay, also those given out next. What is wrong with the file
// is told with its line; a cita that a law of the database refuses is wrong
// unless it is exenta. A token whose id another one has here gets a new one,
// also where citas and eventos name it.
//
// Nobody sees anything of it before it is done, and until then nothing else is
// written: on SQLite to the file, elsewhere through this store. Should ctx end,
// r may still be waited on by a goroutine until its Read returns.
func (s *Store) Import(ctx context.Context, r io.Reader, o ImportOptions) (Moved, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	arriving := readAhead(ctx, r)
	var file *fileReader
	select {
	case first := <-arriving:
		if first.err != nil {
			return Moved{}, first.err
		}
		file = first.file
	case <-ctx.Done():
		return Moved{}, ctx.Err()
	}
	im := &importer{id: o.IDClinica, o: o, total: file.total(), arriving: arriving, texts: map[insertionKey]string{}, moved: Moved{Rows: map[string]int64{}}}
	if im.id == 0 {
		im.id = tomahora.ClinicaID(file.head.IDClinica)
	}
	im.moved.IDClinica = im.id
	err := s.writing.do(ctx, im.id, func(t *tx) error {
		if im.tx != nil {
			return errors.New("the file was read already and cannot be read again; import it when nothing else is written")
		}
		im.tx, t.id, t.importing = t, im.id, true
		if err := t.session.unhurry(t.ctx); err != nil {
			return t.judge("unhurry", err)
		}
		return im.run(ctx)
	})
	if err != nil {
		return Moved{}, err
	}
	return im.moved, nil
}

// arrival is what was read of a file: its head, rows, or why there are no more,
// io.EOF for a file that is whole.
type arrival struct {
	file *fileReader
	rows fileRows
	err  error
}

// A savepoint costs, and so does naming many parameters: SQLite looks each up
// among all of them.
const (
	rowsAtOnce       = 256 // in a savepoint
	parametersAtOnce = 128 // in a statement
)

// readAhead reads a file in a goroutine, so that it is parsed while the database
// writes, and a pipe that gives nothing more can be left. The channel has the
// head first.
func readAhead(ctx context.Context, r io.Reader) <-chan arrival {
	arriving := make(chan arrival, 8)
	send := func(a arrival) bool {
		select {
		case arriving <- a:
			return a.err == nil
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		file, err := newFileReader(r)
		for more := send(arrival{file: file, err: err}); more; {
			rows, err := file.rows(rowsAtOnce)
			more = send(arrival{rows: rows, err: err})
		}
	}()
	return arriving
}

// importer writes what arrives, in one transaction.
type importer struct {
	*tx
	id       tomahora.ClinicaID
	o        ImportOptions
	arriving <-chan arrival
	moved    Moved
	cfg      *tomahora.Config // nil until all of it has arrived
	version  int64            // of the configuration
	evento   int64            // the last one
	texts    map[insertionKey]string
	done     int64
	total    int64
}

func (im *importer) run(ctx context.Context) error {
	var known tomahora.ClinicaID
	err := im.readClinica("clinica_exists", im.id, &known)
	if err == nil {
		return fmt.Errorf("there is a clinica %d here already; give this one another id with --clinica", im.id)
	}
	if tomahora.KindOf(err) != tomahora.KindNotFound {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case a := <-im.arriving:
			if errors.Is(a.err, io.EOF) {
				return im.configure()
			}
			if a.err != nil {
				return a.err
			}
			if err := im.take(a.rows); err != nil {
				return err
			}
		}
	}
}

// take writes rows of one table.
func (im *importer) take(rows fileRows) error {
	if !rows.table.setUp {
		if err := im.configure(); err != nil {
			return err
		}
	}
	for _, row := range rows.list {
		if err := im.look(rows.table, row); err != nil {
			return &lineError{row.line, fmt.Errorf("%s: %w", rows.table.name, err)}
		}
	}
	im.done += int64(len(rows.list))
	if err := im.keep(rows); err != nil {
		return err
	}
	if im.done/progressStep != (im.done-int64(len(rows.list)))/progressStep || im.done == im.total {
		im.o.Progress.tell(im.done, im.total)
	}
	return nil
}

// keep writes rows, unless they are to stay behind.
func (im *importer) keep(rows fileRows) error {
	switch rows.table.name {
	case tokensTable:
		return im.takeTokens(rows)
	case webhooksTable, entregasTable:
		if im.o.WithoutWebhooks {
			return nil
		}
	}
	if err := im.insert(rows); err != nil {
		return err
	}
	im.moved.Rows[rows.table.name] += int64(len(rows.list))
	return nil
}

// look judges and adapts a row before it is written.
func (im *importer) look(table fileTable, row fileRow) error {
	for i, c := range table.columns {
		if c.kind == actorColumn {
			row.values[i] = im.actor(row.values[i])
		}
	}
	switch table.name {
	case "clinicas":
		im.version, _ = row.values[table.column("version_config")].(int64)
		im.evento, _ = row.values[table.column("ultimo_evento")].(int64)
	case webhooksTable:
		return im.checkWebhook(table, row)
	case usuariosTable:
		if im.o.WithoutTokens {
			row.values[table.column("clave")], row.values[table.column("habilitado")] = "", int64(0)
		}
	case citasTable:
		return im.checkViva(table, row)
	}
	return nil
}

// checkViva: the laws bind live citas, so what says that a cita is live must be
// its estado and not the file.
func (im *importer) checkViva(table fileTable, row fileRow) error {
	id, _ := row.values[table.column("id_estado")].(int64)
	viva, _ := row.values[table.column("viva")].(int64)
	estado, ok := im.cfg.Estado(tomahora.EstadoID(id))
	if ok && estado.Anulacion == (viva == 1) {
		return fmt.Errorf("viva is %d, but the anulacion of estado %d says otherwise", viva, id)
	}
	return nil // of an estado that is not there the database speaks
}

// checkWebhook: one whose secrets cannot be read would keep all of the clinic's
// from being delivered, and one that is ahead of the eventos would miss some.
func (im *importer) checkWebhook(table fileTable, row fileRow) error {
	secretos, _ := row.values[table.column("secretos")].(string)
	if _, err := readSecretos(secretos); err != nil {
		return errors.New("secretos cannot be read")
	}
	if hasta, _ := row.values[table.column("hasta")].(int64); hasta > im.evento {
		return fmt.Errorf("hasta is %d, but the last evento of the clinic is %d", hasta, im.evento)
	}
	return nil
}

// actor is who an actor is here.
func (im *importer) actor(stored any) any {
	name, _ := stored.(string)
	text, ok := strings.CutPrefix(name, tokenActor)
	if !ok || len(im.moved.Tokens) == 0 {
		return stored
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if now, ok := im.moved.Tokens[tomahora.TokenID(id)]; err == nil && ok {
		return tokenActor + strconv.FormatInt(int64(now), 10)
	}
	return stored
}

const tokenActor = "token:"

// takeTokens writes tokens one by one, since ids are everybody's.
func (im *importer) takeTokens(rows fileRows) error {
	if im.o.WithoutTokens {
		return nil
	}
	for _, row := range rows.list {
		if err := im.settleToken(rows.table, row); err != nil {
			return &lineError{row.line, fmt.Errorf("tokens: %w", err)}
		}
		if err := im.insert(fileRows{rows.table, []fileRow{row}}); err != nil {
			return err
		}
		im.moved.Rows[tokensTable]++
	}
	return nil
}

// settleToken finds the id of a token here.
func (im *importer) settleToken(table fileTable, row fileRow) error {
	place := table.column("id")
	id, _ := row.values[place].(int64)
	var taken, last int64
	var clinica sql.NullInt64
	if err := im.queryRow("import_token", []any{id, row.values[table.column("hash")]}, &taken, &last, &clinica); err != nil {
		return err
	}
	if clinica.Valid {
		return fmt.Errorf("token %d gives access to clinica %d here already, and a token is of one clinic; import without tokens (--without-tokens)",
			id, clinica.Int64)
	}
	if taken == 0 {
		return nil
	}
	if im.moved.Tokens == nil {
		im.moved.Tokens = map[tomahora.TokenID]tomahora.TokenID{}
	}
	im.moved.Tokens[tomahora.TokenID(id)] = tomahora.TokenID(last + 1)
	row.values[place] = last + 1
	return nil
}

// configure makes sure, once, that the configuration that has arrived can be
// loaded: a clinic that cannot is one that nobody can use.
func (im *importer) configure() error {
	if im.cfg != nil {
		return nil
	}
	plan, err := im.readPlan()
	if err != nil {
		return err
	}
	if im.cfg, err = tomahora.NewConfig(im.version, plan); err != nil {
		return fmt.Errorf("the clinic's configuration cannot be used: %w", errors.Join(located(err)...))
	}
	return nil
}

// located spells out where each problem with a configuration is.
func located(err error) (list []error) {
	for _, p := range tomahora.ProblemsOf(err) {
		list = append(list, fmt.Errorf("%s: %w", p.Field, p))
	}
	return list
}

// insert writes rows, many by one statement. Where that is refused they are
// written once more, one by one, to find the line; nothing stays in any case.
func (im *importer) insert(rows fileRows) error {
	if err := im.session.control(im.ctx, savepoint); err != nil {
		return im.store.unavailable(err)
	}
	refused := im.write(rows, max(1, parametersAtOnce/len(rows.table.columns)))
	if refused == nil {
		return im.session.control(im.ctx, release)
	}
	if err := im.session.control(im.ctx, rollbackTo); err != nil {
		return im.store.unavailable(err)
	}
	return cmp.Or(im.write(rows, 1), refused)
}

// write inserts rows, n by a statement.
func (im *importer) write(rows fileRows, n int) error {
	table := rows.table
	for list := range slices.Chunk(rows.list, n) {
		args := make([]any, 0, len(list)*(len(table.columns)+len(table.folded)+1))
		for _, row := range list {
			args = append(append(args, im.id), row.values...)
			for _, name := range table.folded {
				text, _ := row.values[table.column(name)].(string)
				args = append(args, tomahora.Fold(text))
			}
		}
		if err := im.execText(table.name, im.insertion(table, len(list)), args); err != nil {
			return refusal(list[0], err)
		}
	}
	return nil
}

// insertion is the text that inserts n rows of a table; it is made once.
func (im *importer) insertion(table fileTable, n int) string {
	key := insertionKey{table.name, n}
	text, ok := im.texts[key]
	if !ok {
		text = table.insertion(n)
		im.texts[key] = text
	}
	return text
}

type insertionKey struct {
	table string
	rows  int
}

// refusal says of a row what refused it.
func refusal(row fileRow, err error) error {
	if tomahora.KindOf(err) == tomahora.KindUnavailable {
		return err
	}
	if problems := tomahora.ProblemsOf(err); problems != nil {
		return &lineError{row.line, fmt.Errorf("a law of the database refuses the row (%s): %w", problems[0].Code, err)}
	}
	return &lineError{row.line, fmt.Errorf("the database refuses the row: %w", err)}
}

// execText runs a writing query that is given as text.
func (t *tx) execText(name, text string, args []any) error {
	t.wrote = true
	return t.each(name, text, args, func(scanner) error { return nil })
}
