package main

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"
)

// rawInserter is the limit to measure bookings against: one goroutine inserts
// the row of each queued request into the same table, with no triggers, foreign
// keys, rules, reads or events, and commits once for all that were queued.
type rawInserter struct {
	db                    *sql.DB
	begin, insert, commit *sql.Stmt
	jobs                  chan *rawJob
	wg                    sync.WaitGroup
	next                  int64
}

type rawJob struct {
	attempt attempt
	done    chan error
}

// rawBatch bounds how many inserts share a commit, as the store's lane does.
const rawBatch = 256

// insertCita has all columns of the store's own insert.
const insertCita = `INSERT INTO citas (id_clinica, id, id_profesional, id_sucursal, id_sillon, fecha, inicio, fin,
	id_paciente, id_atencion, id_estado, videoconsulta, comentario, viva, exenta, exclusiva, atencion_multiple,
	estado_desde, creada, cambiada, version, origen, id_cita_previa)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`

// newRawInserter strips a clinic's file of its laws and starts the writer.
func newRawInserter(ctx context.Context, c *clinic) (*rawInserter, error) {
	db, err := openSQL(c.driver, c.dsn+"?"+storePragmas)
	if err != nil {
		return nil, err
	}
	r := &rawInserter{db: db, jobs: make(chan *rawJob, 4*rawBatch)}
	if err := r.prepare(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	r.wg.Go(func() { r.run(ctx, int64(c.id)) })
	return r, nil
}

func (r *rawInserter) prepare(ctx context.Context) (err error) {
	for _, text := range []string{"DROP TRIGGER citas_law_insert", "DROP TRIGGER citas_law_update"} {
		if _, err := r.db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{{&r.begin, "BEGIN IMMEDIATE"}, {&r.insert, insertCita}, {&r.commit, "COMMIT"}} {
		// The pool has one connection, so all statements run on it.
		if *p.stmt, err = r.db.PrepareContext(ctx, p.text); err != nil {
			return err
		}
	}
	return nil
}

func (r *rawInserter) close() error {
	close(r.jobs)
	r.wg.Wait()
	return r.db.Close()
}

func (r *rawInserter) run(ctx context.Context, clinica int64) {
	batch := make([]*rawJob, 0, rawBatch)
	for j := range r.jobs {
		batch = append(batch[:0], j)
		for len(r.jobs) > 0 && len(batch) < rawBatch {
			batch = append(batch, <-r.jobs)
		}
		err := r.write(ctx, clinica, batch)
		for _, j := range batch {
			j.done <- err
		}
	}
}

func (r *rawInserter) write(ctx context.Context, clinica int64, batch []*rawJob) error {
	if _, err := r.begin.ExecContext(ctx); err != nil {
		return err
	}
	for _, j := range batch {
		r.next++
		a, now := j.attempt, time.Now().UnixMicro()
		_, err := r.insert.ExecContext(ctx, clinica, r.next, a.profesional, sucursal, sillon, a.fecha.String(), int64(a.inicio), int64(a.inicio)+intervalo,
			a.paciente, r.next, 7, false, comment, true, false, false, false, now, now, now, 1, string(actor), 0)
		if err != nil {
			return err // the run ends with it, and the file is thrown away
		}
	}
	_, err := r.commit.ExecContext(ctx)
	return err
}

// inserts measures the writer with a workload's slots.
func (r *rawInserter) inserts(name string, callers int, w *workload) *measurement {
	return &measurement{name: name, callers: callers, cpu: ownCPU, open: func(_ context.Context, n int) ([]caller, func(), error) {
		list := make([]caller, n)
		for i := range list {
			j := &rawJob{done: make(chan error, 1)}
			list[i] = func(context.Context) (bool, error) {
				j.attempt = w.attempt()
				r.jobs <- j
				err := <-j.done
				return err == nil, err
			}
		}
		return list, func() {}, nil
	}}
}
