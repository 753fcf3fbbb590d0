package sqlstore_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora/sqlstore"
)

// stubCitus stands in for the extension, which is not here: the catalogue and the
// two functions that Distribute uses, with the signatures that Citus publishes.
// The functions note what they were called with and refuse what Citus would.
const stubCitus = `
	CREATE SCHEMA stub;
	CREATE TABLE stub.pg_dist_partition (logicalrelid regclass PRIMARY KEY, partmethod "char" NOT NULL);
	CREATE TABLE stub.calls (n bigserial, call text NOT NULL);
	CREATE FUNCTION stub.create_distributed_table(table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL)
	RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO stub.pg_dist_partition VALUES (table_name, 'h');
		INSERT INTO stub.calls (call) VALUES (format('%s by %s beside %s', table_name, distribution_column, colocate_with));
		IF EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = table_name AND contype = 'f' AND confrelid <> table_name
			AND confrelid NOT IN (SELECT logicalrelid FROM stub.pg_dist_partition)) THEN
			RAISE EXCEPTION 'a foreign key to a table that is not distributed yet';
		END IF;
		IF EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = distribution_column
			WHERE i.indrelid = table_name AND (i.indisunique OR i.indisexclusion) AND NOT a.attnum = ANY (i.indkey)) THEN
			RAISE EXCEPTION 'a unique or exclusion constraint without the distribution column';
		END IF;
		IF EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = table_name AND NOT tgisinternal) THEN
			RAISE EXCEPTION 'a trigger';
		END IF;
	END $$;
	CREATE FUNCTION stub.create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO stub.pg_dist_partition VALUES (table_name, 'n');
		INSERT INTO stub.calls (call) VALUES (format('%s everywhere', table_name));
		IF EXISTS (SELECT 1 FROM pg_constraint WHERE contype = 'f' AND conrelid = table_name) THEN
			RAISE EXCEPTION 'a foreign key from a reference table';
		END IF;
	END $$`

func TestDistributeSpreadsEveryTableOnce(t *testing.T) {
	url := sqlstore.NewPostgres(t, true)
	conn := connect(t, url)
	if _, err := conn.Exec(t.Context(), stubCitus); err != nil {
		t.Fatal(err)
	}
	s := openURL(t, url+"&search_path=public,stub", frozen)
	if _, err := conn.Exec(t.Context(), "ALTER TABLE stub.pg_dist_partition RENAME TO elsewhere"); err != nil {
		t.Fatal(err)
	}
	if err := s.Distribute(t.Context()); err == nil || !strings.Contains(err.Error(), "CREATE EXTENSION citus") {
		t.Errorf("without the extension: got %v, want advice to create it", err)
	}
	if _, err := conn.Exec(t.Context(), "ALTER TABLE stub.elsewhere RENAME TO pg_dist_partition"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Distribute(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var calls, left []string
	err := conn.QueryRow(t.Context(), "SELECT array_agg(call ORDER BY n) FROM stub.calls").Scan(&calls)
	if err != nil {
		t.Fatal(err)
	}
	err = conn.QueryRow(t.Context(), `SELECT array_agg(relname::text) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
		AND oid NOT IN (SELECT logicalrelid FROM stub.pg_dist_partition)`).Scan(&left)
	if err != nil {
		t.Fatal(err)
	}
	everywhere := []string{"tokens everywhere", "usuarios everywhere", "sesiones everywhere", "frenos everywhere"}
	placed := len(calls) - len(everywhere)
	if calls[0] != "clinicas by id_clinica beside none" || !slices.Equal(calls[placed:], everywhere) {
		t.Errorf("got the calls %q", calls)
	}
	for _, call := range calls[1:placed] {
		if !strings.HasSuffix(call, " by id_clinica beside clinicas") {
			t.Errorf("got the call %q", call)
		}
	}
	if d := cmp.Diff([]string{"goose_db_version"}, left); d != "" {
		t.Errorf("tables that were left where they are: -want +got:\n%s", d)
	}
	if err := openSQLite(t, frozen).Distribute(t.Context()); err == nil {
		t.Error("a file was spread over a cluster")
	}
}
