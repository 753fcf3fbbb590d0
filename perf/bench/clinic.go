package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/sqlstore"
)

const actor = tomahora.Actor("token:1")

// clinic is a database file with the one clinic of the workload.
type clinic struct {
	file string
	id   tomahora.ClinicaID
	work *workload
	free int64 // atenciones made for attempts so far
	// before is how many citas no measurement tells of.
	before int64
}

// newClinic makes the clinic through the store, with its migrations.
func (b *bench) newClinic(ctx context.Context, pacientes int64) (*clinic, error) {
	c := &clinic{file: b.file(), work: &workload{slots: b.slots, pacientes: pacientes}}
	err := c.withStore(ctx, 0, func(s *sqlstore.Store) (err error) {
		if c.id, err = s.CreateClinica(ctx, tomahora.Clinica{Nombre: "Banco de pruebas", Zona: "America/Santiago"}); err != nil {
			return err
		}
		return s.Update(ctx, c.id, setUp)
	})
	if err != nil {
		return nil, err
	}
	return c, c.withSQL(ctx, bulkPragmas, func(db *sql.DB) error { return c.fillPacientes(ctx, db) })
}

// setUp writes a clinic that works day and night, so that every slot is good.
func setUp(tx tomahora.Tx) error {
	setup := tx.Setup()
	errs := []error{
		setup.SaveSucursal(tomahora.Sucursal{ID: sucursal, Nombre: "NORTE", Habilitada: true}, actor),
		setup.SaveSucursal(tomahora.Sucursal{ID: otherSucursal, Nombre: "SUR", Habilitada: true}, actor),
		setup.SaveSillon(tomahora.Sillon{ID: sillon, Nombre: "Sillon 1"}, actor),
		setup.SaveEspecialidad(tomahora.Especialidad{ID: 1, Nombre: "Odontología General", Habilitada: true}, actor),
	}
	for id := tomahora.ProfesionalID(1); id <= profesionales; id++ {
		errs = append(errs, setup.SaveProfesional(tomahora.Profesional{
			ID: id, Nombre: "Profesional", Apellidos: fmt.Sprint(id), IDEspecialidad: 1, Intervalo: intervalo, Habilitado: true,
		}, actor))
		for dia := tomahora.Lunes; dia <= tomahora.Domingo; dia++ {
			_, err := setup.CreateHorario(tomahora.Horario{
				IDProfesional: id, IDSucursal: sucursal, Dia: dia,
				Jornada: tomahora.Jornada{
					Rango: tomahora.Rango{Fin: tomahora.FinDelDia}, Sillones: []tomahora.SillonID{sillon}, Modalidad: tomahora.Presencial,
				},
			}, actor)
			errs = append(errs, err)
		}
	}
	_, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Fernanda", Apellidos: "Risopatrón", Habilitado: true}, actor)
	return errors.Join(append(errs, err)...)
}

// fillPacientes repeats the first paciente under other RUTs, with plain SQL.
func (c *clinic) fillPacientes(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `
		WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
		INSERT INTO pacientes
		SELECT p.id_clinica, i, i || '-0', tipo_documento, nombre, nombre_social, apellidos, fecha_nacimiento, fecha_afiliacion,
		       telefono, celular, ciudad, comuna, direccion, email, sexo, id_genero, numero_ficha, observaciones, habilitado, creado, version,
		       nombre_plano, apellidos_plano, email_plano
		FROM n, pacientes p WHERE p.id_clinica = $1 AND p.id = 1`,
		c.id, c.work.pacientes)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `UPDATE clinicas SET ultimo_paciente = $1 WHERE id_clinica = $2`, c.work.pacientes, c.id)
	return err
}

func (c *clinic) url() string { return "sqlite:" + c.file }

func (c *clinic) open(ctx context.Context, maxBatch int) (*sqlstore.Store, error) {
	return sqlstore.Open(ctx, c.url(), sqlstore.Options{Clock: time.Now, MaxBatch: maxBatch})
}

func (c *clinic) withStore(ctx context.Context, maxBatch int, fn func(*sqlstore.Store) error) error {
	s, err := c.open(ctx, maxBatch)
	if err != nil {
		return err
	}
	return errors.Join(fn(s), s.Close())
}

// token makes a token of the clinic.
func (c *clinic) token(ctx context.Context) (string, error) {
	secret, hash := auth.NewSecret()
	return secret, c.withStore(ctx, 0, func(s *sqlstore.Store) error {
		_, err := s.CreateToken(ctx, tomahora.Token{IDClinica: c.id, Nombre: "bench"}, hash)
		return err
	})
}

// bookings measures bookings through the store, under the use case's rules, by
// requests that name an atención or not.
func (c *clinic) bookings(name string, callers int, s *sqlstore.Store, named bool) *measurement {
	return &measurement{name: name, callers: callers, cpu: ownCPU, open: func(ctx context.Context, n int) ([]caller, func(), error) {
		call := func(ctx context.Context) (bool, error) {
			solicitud := c.work.attempt().solicitud(named)
			return answered(s.Update(ctx, c.id, func(tx tomahora.Tx) error {
				_, err := agenda.Agendar(tx, actor, solicitud)
				return err
			}))
		}
		return repeat(call, n), func() {}, c.stock(ctx)
	}}
}

func repeat(call caller, n int) []caller {
	callers := make([]caller, n)
	for i := range callers {
		callers[i] = call
	}
	return callers
}

// stockSize is more atenciones than one measurement can use up.
const stockSize = 150_000

// stock makes free atenciones for the attempts to come, with plain SQL beside the
// store, which must be idle.
func (c *clinic) stock(ctx context.Context) error {
	from, to := c.free, c.work.next.Load()+stockSize
	if from == to {
		return nil
	}
	c.free = to
	return c.withSQL(ctx, bulkPragmas, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, `
			WITH RECURSIVE n (i) AS (SELECT $2 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $3)
			INSERT INTO atenciones (id_clinica, id, nombre, tipo, fecha, id_paciente, id_profesional, id_sucursal, finalizado, bloqueado)
			SELECT $1, $4 + i, 'Exodoncia', 'Consulta', '2026-12-31', 1 + i % $5, 1 + i % $6, $7, 0, 0 FROM n`,
			c.id, from, to, firstAtencion, c.work.pacientes, profesionales, otherSucursal)
		return err
	})
}

// The settings of connections that pass the store by. Every one first waits for
// locks.
const (
	storePragmas = "_pragma=busy_timeout(5000)&_pragma=synchronous(FULL)&_pragma=cache_size(-32000)&_pragma=wal_autocheckpoint(16000)" // as the store's, without foreign keys
	bulkPragmas  = "_pragma=busy_timeout(5000)&_pragma=synchronous(NORMAL)&_pragma=cache_size(-256000)"
)

// withSQL opens the file beside the store, and leaves nothing in its log that
// the next commit would have to carry over.
func (c *clinic) withSQL(ctx context.Context, pragmas string, fn func(*sql.DB) error) error {
	db, err := openSQL(c.file, pragmas)
	if err != nil {
		return err
	}
	err = fn(db)
	if err == nil {
		_, err = db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	return errors.Join(err, db.Close())
}

// openSQL uses the driver that the store has registered.
func openSQL(file, pragmas string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?"+pragmas)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// audit compares the citas on disk with those that were acknowledged.
func (c *clinic) audit(ctx context.Context, want int64) error {
	var got int64
	err := c.withSQL(ctx, storePragmas, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT COUNT(*) FROM citas`).Scan(&got)
	})
	if err == nil && got != want {
		err = fmt.Errorf("%d citas were acknowledged, %d are there", want, got)
	}
	return err
}
