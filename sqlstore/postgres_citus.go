package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// tenantTables are the tables whose rows belong to a clinic: first the one that
// the others are placed beside, and each behind those it refers to.
func tenantTables() []string {
	return []string{
		"clinicas", "sucursales", "sillones", "especialidades", "profesionales", "prestaciones", "estados",
		"horarios", "horarios_especiales", "horarios_bloqueados", "pacientes", "atenciones", "citas", "eventos", "reservas", "respuestas", "webhooks", "entregas", "reservas_online", "auditoria",
	}
}

// referenceTables are looked up before the clinic is known, so every node has a
// copy.
func referenceTables() []string { return []string{"tokens", "usuarios", "sesiones", "frenos"} }

// Distribute spreads the clinics over the nodes of a Citus cluster: every table of
// theirs by id_clinica, a clinic's rows all on one node. Done twice, it does
// nothing. The database must be PostgreSQL with the extension citus.
func (s *Store) Distribute(ctx context.Context) error {
	e, ok := s.engine.(*postgresEngine)
	if !ok {
		return errors.New("only a PostgreSQL database can be spread over a cluster; this one is a file")
	}
	pooled, err := e.pool.Acquire(ctx)
	if err != nil {
		return s.unavailable(err)
	}
	conn := pooled.Hijack()                      // its settings are changed below
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is left to be done on it
	if _, err := conn.Exec(ctx, "SET statement_timeout = 0; SET lock_timeout = 0; SET plan_cache_mode = auto"); err != nil {
		return err
	}
	return distribute(ctx, conn)
}

func distribute(ctx context.Context, conn *pgx.Conn) error {
	var installed bool
	err := conn.QueryRow(ctx, "SELECT to_regclass('pg_dist_partition') IS NOT NULL").Scan(&installed)
	if err != nil {
		return err
	}
	if !installed {
		return errors.New("the extension citus is missing in this database; as a superuser, run CREATE EXTENSION citus on the coordinator and every worker, add the workers with citus_add_node, and try again")
	}
	for i, table := range tenantTables() {
		call := fmt.Sprintf("SELECT create_distributed_table('%s', 'id_clinica', colocate_with => '%s')", table, tenantTables()[0])
		if i == 0 {
			call = fmt.Sprintf("SELECT create_distributed_table('%s', 'id_clinica', colocate_with => 'none')", table)
		}
		if err := place(ctx, conn, table, call); err != nil {
			return err
		}
	}
	for _, table := range referenceTables() {
		if err := place(ctx, conn, table, fmt.Sprintf("SELECT create_reference_table('%s')", table)); err != nil {
			return err
		}
	}
	return nil
}

// place runs a call unless the cluster knows the table already.
func place(ctx context.Context, conn *pgx.Conn, table, call string) error {
	var placed bool
	err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1))", table).Scan(&placed)
	if err != nil || placed {
		return err
	}
	if _, err := conn.Exec(ctx, call); err != nil {
		return fmt.Errorf("spread table %s: %w", table, err)
	}
	return nil
}
