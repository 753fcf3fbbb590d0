package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/tomahora/tomahora"
)

// smallHistory is the number of old citas that others are compared with.
const smallHistory = 10_000

// Old citas: 32 a day for each profesional, and 20 for each paciente who has any,
// which half of them have. The smaller clinic has as many pacientes as the larger
// one, so that they differ in history alone.
const (
	oldPerDay      = 32
	oldPerDayAll   = oldPerDay * profesionales
	oldPerPaciente = 20
	perOldPaciente = 2 // pacientes for each with old citas
)

// oldDays is how many days before the first new one the first of so many old
// citas is.
func oldDays(citas int64) int { return int(citas/oldPerDayAll) + 1 }

// measureHistory compares the cost of a booking, and of what is read all day,
// after many old citas with that after few.
func (b *bench) measureHistory(ctx context.Context) (err error) {
	sizes := []int64{smallHistory, b.history}
	acknowledged := map[*clinic][]*measurement{}
	list := make([]*measurement, 0, len(sizes))
	readers := make([]reader, 0, len(sizes))
	start := time.Now()
	for _, size := range sizes {
		c, err := b.newClinic(ctx, b.sqlite(), max(pacientes, perOldPaciente*b.history/oldPerPaciente))
		if err != nil {
			return err
		}
		if err := c.age(ctx, size); err != nil {
			return err
		}
		store, err := c.open(ctx, 0)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		acknowledged[c] = []*measurement{
			c.bookings(fmt.Sprintf("booking after %d old citas", size), 64, store, true),
			c.bookings("the same, no id_atencion sent", 16, store, false),
		}
		list = append(list, acknowledged[c]...)
		readers = append(readers, reader{clinic: c, store: store, past: size})
	}
	const few, many = 0, 2
	made := time.Since(start).Round(time.Second)
	order := []*measurement{list[few], list[many], list[few+1], list[many+1]}
	if err := measure(ctx, b.rounds, b.duration, order...); err != nil {
		return err
	}
	title := fmt.Sprintf("Bookings in the store after old citas (those bulk-inserted with plain SQL, in %v)", made)
	b.out.measurements(title, "callers", list...)
	b.compare(ratio{
		name: fmt.Sprintf("time per booking with %d old citas ÷ with %d, 64 callers", b.history, smallHistory),
		got:  list[few].over(list[many]), must: 1.3, aim: 1.1, atMost: true,
	})
	if err := audits(ctx, acknowledged); err != nil {
		return err
	}
	return b.measureReads(ctx, readers[0], readers[1])
}

// stretch are citas [from, to), counted from 0, of the first pacientes with the
// first profesionales: oldPerDay a day for each of these, in the order of their
// dates. Cita 0 would be shift days after firstDay().
type stretch struct {
	from, to, pacientes, profesionales, shift int64
}

func (s stretch) perDay() int64 { return s.profesionales * oldPerDay }

// Long after all bookings the busy profesionales have days as full as the old
// ones, busyDays of them from busyFrom().
const (
	busyProfesionales = 20
	busyDays          = 14
	busyAfter         = 3650 // days after firstDay()
)

func busyFrom() tomahora.Fecha { return firstDay().AddDays(busyAfter) }

// age gives a clinic a past, of attended citas, each with its atención; and some
// busy weeks to come.
func (c *clinic) age(ctx context.Context, citas int64) error {
	const perDay = busyProfesionales * oldPerDay
	last := citas + perDay*(busyDays+1) // one more, since the first day is cut
	c.before = last
	return c.bulk(ctx, func(db *sql.DB) error {
		const chunk = 100_000 // keeps the log short
		for from := int64(0); from < citas; from += chunk {
			old := stretch{from, min(from+chunk, citas), citas / oldPerPaciente, profesionales, -int64(oldDays(citas))}
			if err := c.insert(ctx, db, old); err != nil {
				return err
			}
		}
		busy := stretch{citas, last, c.work.pacientes, busyProfesionales, busyAfter - citas/perDay - 1}
		if err := c.insert(ctx, db, busy); err != nil {
			return err
		}
		if err := c.mark(ctx, db); err != nil {
			return err
		}
		_, err := db.ExecContext(ctx, fmt.Sprintf(`UPDATE clinicas SET ultima_cita = %d, ultima_atencion = %d WHERE id_clinica = %d`, last, last, c.id))
		return err
	})
}

// The oldest citas are few of their kind, and the last that are come to from the
// newest.
const (
	fewOfAKind = 10
	rareEstado = tomahora.EstadoID(5)
	rareSillon = tomahora.SillonID(2)
)

// mark makes them so.
func (c *clinic) mark(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`
		UPDATE citas SET
			viva = CASE WHEN id <= %[2]d THEN 0 ELSE 1 END,
			id_estado = CASE WHEN id <= %[2]d THEN %[3]d WHEN id <= 2 * %[2]d THEN %[4]d ELSE id_estado END,
			id_sillon = CASE WHEN id > 2 * %[2]d THEN %[5]d ELSE id_sillon END
		WHERE id_clinica = %[1]d AND id <= 3 * %[2]d`,
		c.id, fewOfAKind, tomahora.EstadoAnulado, rareEstado, rareSillon))
	if err != nil {
		return fmt.Errorf("rare citas: %w", err)
	}
	return nil
}

func (c *clinic) insert(ctx context.Context, db *sql.DB, s stretch) error {
	fecha := c.fecha("'"+firstDay().String()+"'", fmt.Sprintf("i / %d + %d", s.perDay(), s.shift))
	_, err := db.ExecContext(ctx, fmt.Sprintf(`
		INSERT INTO atenciones (id_clinica, id, nombre, tipo, fecha, id_paciente, id_profesional, id_sucursal, finalizado, bloqueado)
		WITH RECURSIVE n (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)
		SELECT %d, i + 1, 'Consulta', 'Consulta', %s, 1 + CAST(i AS BIGINT) * 7919 %% %d, 1 + i %% %d, %d, 0, 0 FROM n`,
		s.from, s.to, c.id, fecha, s.pacientes, s.profesionales, sucursal))
	if err != nil {
		return fmt.Errorf("old atenciones: %w", err)
	}
	inicio := fmt.Sprintf("480 + (id - 1) %% %d / %d * %d", s.perDay(), s.profesionales, intervalo)
	_, err = db.ExecContext(ctx, fmt.Sprintf(`
		INSERT INTO citas (id_clinica, id, id_profesional, id_sucursal, id_sillon, fecha, inicio, fin,
			id_paciente, id_atencion, id_estado, videoconsulta, comentario, viva, exenta, exclusiva, atencion_multiple,
			estado_desde, creada, cambiada, version, origen, id_cita_previa)
		SELECT id_clinica, id, id_profesional, id_sucursal, %d, fecha, %s, %s + %d,
			id_paciente, id, 2, 0, '%s', 1, 0, 0, 0, %s * 1000000 + id, id, id, 2, '%s', 0
		FROM atenciones WHERE id_clinica = %d AND id > %d AND id <= %d`,
		sillon, inicio, inicio, intervalo, comment, c.epoch("fecha"), actor, c.id, s.from, s.to))
	if err != nil {
		return fmt.Errorf("old citas: %w", err)
	}
	return nil
}
