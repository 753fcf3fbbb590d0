package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/sqlstore"
)

// reader reads a clinic that has a past.
type reader struct {
	*clinic
	store *sqlstore.Store
	past  int64 // old citas
}

// read is the n-th request of a kind; it tells how many rows were found.
type read func(tx tomahora.Tx, n int64) (rows int, err error)

// question is a kind of read.
type question struct {
	name string
	of   func(reader) read
	// grows: the cost after few citas is not comparable, for one profesional's
	// history is what the question is about.
	grows bool
	// anew reads where nothing is kept in memory, in an update that is undone.
	anew bool
	// must and aim are bounds of the 99th percentile in ms, where there are any.
	must, aim float64
}

const (
	// readPart is the part of a measurement's length that is enough for reads:
	// they wait for no disk, so their times scatter little.
	readPart = 4
	pageSize = 50 // the vendor's
	// growth is how much longer a read may take after a hundred times the citas,
	// whose rows no longer stay in the processor's caches. What reads them all
	// takes a hundred times as long.
	growth = 2
)

func (b *bench) questions() []question {
	return []question{
		{name: "citas, second page of the newest", of: reader.secondPage},
		{name: "citas of a day", of: reader.day},
		{name: "citas of a day, one profesional's", of: reader.dayOfProfesional},
		{name: "citas changed on a day", of: reader.changed},
		{name: "citas of a paciente", of: reader.ofPaciente},
		{name: "citas by RUT", of: reader.byRUT},
		{name: "citas of a profesional, the newest", of: reader.ofProfesional, grows: true},
		{name: "citas of a sucursal, the newest", of: reader.ofSucursal},
		{name: "citas annulled, of which there are few", of: func(r reader) read { return r.few("estado_anulacion", 1) }},
		{name: "citas of a rare estado", of: func(r reader) read { return r.few("id_estado", int64(rareEstado)) }},
		{name: "citas on a rare sillón", of: func(r reader) read { return r.few("id_sillon", int64(rareSillon)) }},
		{name: "paciente by RUT", of: reader.pacienteByRUT},
		{name: "atenciones of a paciente", of: reader.atenciones},
		{name: "free places, a profesional's week", of: func(r reader) read { return r.libres(busyFrom(), 1, 7) }, must: 2, aim: 0.5},
		{name: "free places, 20 profesionales' 14 days", of: func(r reader) read { return r.libres(busyFrom(), busyProfesionales, busyDays) }, must: 15, aim: 5},
		{
			name:  "free places, 200 profesionales' 31 days",
			of:    func(r reader) read { return r.libres(firstDay().AddDays(-oldDays(r.past)), profesionales, 31) },
			grows: true, // after few citas most of the days are empty
			must:  200, aim: 50,
		},
		{
			name:  "the same, of which nothing is kept in memory",
			of:    func(r reader) read { return r.libres(firstDay().AddDays(-oldDays(r.past)), profesionales, 31) },
			grows: true, anew: true,
		},
	}
}

// measureReads compares what is read all day after many old citas with that
// after few.
func (b *bench) measureReads(ctx context.Context, e engine, few, many reader) error {
	questions := b.questions()
	list := make([]*measurement, 0, 2*len(questions))
	var short, long []*measurement
	for _, q := range questions {
		for _, r := range []reader{few, many} {
			m := r.measurement(fmt.Sprintf("%s, after %d", q.name, r.past), q.anew, q.of(r))
			list = append(list, m)
			if q.must > 0 { // a 99th percentile is that of a hundred times
				long = append(long, m)
			} else {
				short = append(short, m)
			}
		}
	}
	if err := measure(ctx, b.rounds, b.duration/readPart, short...); err != nil {
		return err
	}
	if err := measure(ctx, b.rounds, b.duration, long...); err != nil {
		return err
	}
	b.out.measurements("Reads in "+e.name+" after old citas", "callers", list...)
	for i, q := range questions {
		if q.must > 0 {
			b.compare(ratio{
				name: fmt.Sprintf("%s, %s: p99 after %d old citas, ms", e.name, q.name, many.past),
				got:  list[2*i+1].p99(), must: q.must, aim: q.aim, atMost: true,
			})
		}
		if q.grows {
			continue
		}
		b.compare(ratio{
			name: fmt.Sprintf("%s, %s: p50 after %d old citas ÷ after %d", e.name, q.name, many.past, few.past),
			got:  list[2*i+1].slower(list[2*i]), must: growth, aim: 1.1, atMost: true,
		})
	}
	return nil
}

// errUndo ends an update that was there for reading.
var errUndo = errors.New("nothing is to be written")

// measurement is one caller's, which shows what a read costs and not how many
// fit beside each other.
func (r reader) measurement(name string, anew bool, read read) *measurement {
	var n int64
	call := func(ctx context.Context) (bool, error) {
		n++
		ask := func(tx tomahora.Tx) error {
			rows, err := read(tx, n)
			if err == nil && rows == 0 {
				err = errors.New("nothing was found")
			}
			return err
		}
		var err error
		if anew {
			err = r.store.Update(ctx, r.id, func(tx tomahora.Tx) error { return cmp.Or(ask(tx), errUndo) })
		} else {
			err = r.store.View(ctx, r.id, ask)
		}
		if errors.Is(err, errUndo) {
			err = nil
		}
		return err == nil, err
	}
	return &measurement{name: name, callers: 1, cpu: ownCPU, open: func(context.Context, int) ([]caller, func(), error) {
		return []caller{call}, func() {}, nil
	}}
}

// spread deals out numbers from 1 to size, far from each other.
func spread(n, size int64) int64 { return 1 + n*7919%size }

// paciente is one of those with old citas.
func (r reader) paciente(n int64) int64 { return spread(n, r.past/oldPerPaciente) }

// fecha is one of the days that are full of old citas.
func (r reader) fecha(n int64) tomahora.Fecha {
	days := r.past / oldPerDayAll
	return firstDay().AddDays(int(spread(n, days)-1) - oldDays(r.past))
}

// newest asks for a page of citas, as a client does that says nothing of order.
func newest(tx tomahora.Tx, despues []any, filtros ...tomahora.Filtro) (int, error) {
	page, err := tx.Citas().List(tomahora.Consulta{
		Filtros: filtros, Orden: []tomahora.Orden{{Columna: "id", Descendente: true}}, Despues: despues, Limite: pageSize,
	})
	return len(page), err
}

func equal(column string, v any) tomahora.Filtro {
	return tomahora.Filtro{Columna: column, Operador: tomahora.Igual, Valor: v}
}

func (r reader) secondPage() read {
	return func(tx tomahora.Tx, _ int64) (int, error) { return newest(tx, []any{r.past - pageSize}) }
}

func (r reader) day() read {
	return func(tx tomahora.Tx, n int64) (int, error) {
		return newest(tx, nil, equal("fecha", r.fecha(n).String()))
	}
}

func (r reader) dayOfProfesional() read {
	return func(tx tomahora.Tx, n int64) (int, error) {
		return newest(tx, nil, equal("fecha", r.fecha(n).String()), equal("id_profesional", spread(n, profesionales)))
	}
}

func (r reader) changed() read {
	return func(tx tomahora.Tx, n int64) (int, error) {
		day, err := time.Parse(time.DateOnly, r.fecha(n).String())
		if err != nil {
			return 0, err
		}
		return newest(tx, nil, equal("fecha_actualizacion", tomahora.Lapso{Desde: day, Hasta: day.AddDate(0, 0, 1)}))
	}
}

func (r reader) ofPaciente() read {
	return func(tx tomahora.Tx, n int64) (int, error) {
		return newest(tx, nil, equal("id_paciente", r.paciente(n)))
	}
}

func (r reader) byRUT() read {
	return func(tx tomahora.Tx, n int64) (int, error) { return newest(tx, nil, equal("rut", r.rut(n))) }
}

func (r reader) ofProfesional() read {
	return func(tx tomahora.Tx, n int64) (int, error) {
		return newest(tx, nil, equal("id_profesional", spread(n, profesionales)))
	}
}

func (r reader) ofSucursal() read {
	return func(tx tomahora.Tx, _ int64) (int, error) {
		return newest(tx, nil, equal("id_sucursal", int64(sucursal)))
	}
}

// few asks for the citas of a kind that only the oldest are of.
func (r reader) few(column string, value int64) read {
	return func(tx tomahora.Tx, _ int64) (int, error) {
		rows, err := newest(tx, nil, equal(column, value))
		if err == nil && rows != fewOfAKind {
			err = fmt.Errorf("%d citas whose %s is %d, not %d", rows, column, value, fewOfAKind)
		}
		return rows, err
	}
}

// rut is that of a paciente as fillPacientes spells it; the first has none.
func (r reader) rut(n int64) string { return fmt.Sprintf("%d-0", max(2, r.paciente(n))) }

func (r reader) pacienteByRUT() read {
	return func(tx tomahora.Tx, n int64) (int, error) {
		page, err := tx.Pacientes().List(tomahora.Consulta{
			Filtros: []tomahora.Filtro{equal("rut", r.rut(n))}, Orden: []tomahora.Orden{{Columna: "id"}}, Limite: pageSize,
		})
		return len(page), err
	}
}

func (r reader) atenciones() read {
	return func(tx tomahora.Tx, n int64) (int, error) {
		page, err := tx.Atenciones().List(tomahora.Consulta{
			Filtros: []tomahora.Filtro{equal("id_paciente", r.paciente(n))},
			Orden:   []tomahora.Orden{{Columna: "id", Descendente: true}}, Limite: pageSize,
		})
		return len(page), err
	}
}

// libres looks for free places among days that are full.
func (r reader) libres(from tomahora.Fecha, count int64, days int) read {
	return func(tx tomahora.Tx, n int64) (int, error) {
		b := agenda.Busqueda{Sucursales: []tomahora.SucursalID{sucursal}, Desde: from, Hasta: from.AddDays(days - 1)}
		for i := range count {
			b.Profesionales = append(b.Profesionales, tomahora.ProfesionalID(spread(n+i, max(count, busyProfesionales))))
		}
		found, err := agenda.Libres(tx, b)
		return len(found), err
	}
}
