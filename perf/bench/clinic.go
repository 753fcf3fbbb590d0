package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/sqlstore"
)

const actor = tomahora.Actor("token:1")

// clinic is a clinic of the workload, in a database of its own unless it says
// otherwise.
type clinic struct {
	database
	id   tomahora.ClinicaID
	work *workload
	free int64 // atenciones made for attempts so far
	// before is how many citas no measurement tells of.
	before int64
}

// newClinic makes the clinic through the store, with its migrations.
func (b *bench) newClinic(ctx context.Context, db database, pacientes int64) (*clinic, error) {
	c := &clinic{database: db, work: &workload{slots: b.slots, pacientes: pacientes}}
	err := c.withStore(ctx, 0, func(s *sqlstore.Store) (err error) {
		c.id, err = createClinica(ctx, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, c.bulk(ctx, func(db *sql.DB) error { return c.fillPacientes(ctx, db) })
}

func createClinica(ctx context.Context, s *sqlstore.Store) (tomahora.ClinicaID, error) {
	id, err := s.CreateClinica(ctx, tomahora.Clinica{Nombre: "Banco de pruebas", Zona: "America/Santiago"})
	if err != nil {
		return 0, err
	}
	return id, s.Update(ctx, id, setUp)
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

// fillPacientes repeats the first paciente under other RUTs.
func (c *clinic) fillPacientes(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`
		INSERT INTO pacientes (id_clinica, id, rut, tipo_documento, nombre, nombre_social, apellidos, fecha_nacimiento, fecha_afiliacion,
			telefono, celular, ciudad, comuna, direccion, email, sexo, id_genero, numero_ficha, observaciones, habilitado, creado, version,
			nombre_plano, apellidos_plano, email_plano)
		WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		SELECT p.id_clinica, i, i || '-0', tipo_documento, nombre, nombre_social, apellidos, fecha_nacimiento, fecha_afiliacion,
			telefono, celular, ciudad, comuna, direccion, email, sexo, id_genero, numero_ficha, observaciones, habilitado, creado, version,
			nombre_plano, apellidos_plano, email_plano
		FROM n, pacientes p WHERE p.id_clinica = %d AND p.id = 1`, c.work.pacientes, c.id))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf(`UPDATE clinicas SET ultimo_paciente = %d WHERE id_clinica = %d`, c.work.pacientes, c.id))
	return err
}

func (c *clinic) open(ctx context.Context, maxBatch int) (*sqlstore.Store, error) {
	return sqlstore.Open(ctx, c.url, sqlstore.Options{Clock: time.Now, MaxBatch: maxBatch})
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
	return c.bulk(ctx, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, fmt.Sprintf(`
			INSERT INTO atenciones (id_clinica, id, nombre, tipo, fecha, id_paciente, id_profesional, id_sucursal, finalizado, bloqueado)
			WITH RECURSIVE n (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)
			SELECT %d, %d + i, 'Exodoncia', 'Consulta', '2026-12-31', 1 + i %% %d, 1 + i %% %d, %d, 0, 0 FROM n`,
			from, to, c.id, firstAtencion, c.work.pacientes, profesionales, otherSucursal))
		return err
	})
}

// audit compares the citas on disk with those that were acknowledged.
func (c *clinic) audit(ctx context.Context, want int64) error {
	var got int64
	err := c.bulk(ctx, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT COUNT(*) FROM citas`).Scan(&got)
	})
	if err == nil && got != want {
		err = fmt.Errorf("%d citas were acknowledged, %d are there", want, got)
	}
	return err
}
