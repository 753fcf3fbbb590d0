package main

import (
	"context"
	"database/sql"
	"fmt"
)

// copies makes the chain's other clinics out of the first, and free atenciones
// for the attempts of all.
func (c *chain) copies(ctx context.Context) error {
	return c.bulk(ctx, func(db *sql.DB) error {
		texts := []string{fmt.Sprintf(`
			INSERT INTO pacientes (id_clinica, id, rut, tipo_documento, nombre, nombre_social, apellidos, fecha_nacimiento, fecha_afiliacion,
				telefono, celular, ciudad, comuna, direccion, email, sexo, id_genero, numero_ficha, observaciones, habilitado, creado, version,
				nombre_plano, apellidos_plano, email_plano)
			SELECT id_clinica, i, i || '-0', tipo_documento, nombre, nombre_social, apellidos, fecha_nacimiento, fecha_afiliacion,
				telefono, celular, ciudad, comuna, direccion, email, sexo, id_genero, numero_ficha, observaciones, habilitado, creado, version,
				nombre_plano, apellidos_plano, email_plano
			FROM pacientes, generate_series(2, %d) AS i`, chainPacientes)}
		for _, table := range []string{"clinicas", "estados", "sucursales", "sillones", "especialidades", "profesionales", "horarios", "pacientes"} {
			columns, err := columnsOf(ctx, db, table)
			if err != nil {
				return err
			}
			texts = append(texts, fmt.Sprintf(`INSERT INTO %s (id_clinica, %s) SELECT i, %s FROM %s, generate_series(2, %d) AS i WHERE id_clinica = 1`,
				table, columns, columns, table, chainClinicas))
		}
		texts = append(texts, fmt.Sprintf(`
			INSERT INTO atenciones (id_clinica, id, nombre, tipo, fecha, id_paciente, id_profesional, id_sucursal, finalizado, bloqueado)
			SELECT c, 1 + i, 'Exodoncia', 'Consulta', '2026-12-31', 1 + i %% %d, 1, %d, 0, 0
			FROM generate_series(1, %d) AS c, generate_series(0, %d) AS i`, chainPacientes, otherSucursal, chainClinicas, chainStock-1),
			fmt.Sprintf(`UPDATE clinicas SET ultima_atencion = %d, ultimo_paciente = %d`, chainStock, chainPacientes))
		for _, text := range texts {
			if _, err := db.ExecContext(ctx, text); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
		return nil
	})
}

// columnsOf are the columns of a table but for the clinic.
func columnsOf(ctx context.Context, db *sql.DB, table string) (columns string, err error) {
	err = db.QueryRowContext(ctx, `
		SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name = $1 AND column_name <> 'id_clinica'`, table).Scan(&columns)
	return columns, err
}

// strip takes the laws and foreign keys off the citas; indexes stay.
func (c *chain) strip(ctx context.Context) error {
	return c.bulk(ctx, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, `
			DO $$ DECLARE law text; BEGIN
				FOR law IN SELECT conname FROM pg_constraint WHERE conrelid = 'citas'::regclass AND contype IN ('x', 'f') LOOP
					EXECUTE format('ALTER TABLE citas DROP CONSTRAINT %I', law);
				END LOOP;
			END $$`)
		return err
	})
}
