package sqlstore_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/internal/pgtest"
	"github.com/tomahora/tomahora/sqlstore"
)

// The workload of the benchmarks: clinics that work day and night, so that every
// slot is good, and atenciones to book with.
const (
	benchClinicas      = 1000
	benchProfesionales = 20
	benchPacientes     = 200
	benchStock         = 100    // atenciones of a clinic
	benchHotStock      = 60_000 // and of the hot one
	benchCallers       = 64
	firstAtencion      = 1_000_000
)

// benchCluster is a durable server with two databases of the same rows: the
// store's, and one without its laws.
type benchCluster struct {
	server *pgtest.Server
	store  *sqlstore.Store
	raw    *pgxpool.Pool
	next   []atomic.Int64 // of each clinic, how many slots were dealt
	ids    []atomic.Int64 // and of the raw side
	turn   atomic.Int64
}

// BenchmarkPostgres books through the use case and the store, beside single
// inserts of the same row into the same table without the laws, all by as many
// callers over as many connections.
func BenchmarkPostgres(b *testing.B) {
	c := newBenchCluster(b)
	spread := func() int { return int(c.turn.Add(1) % benchClinicas) }
	hot := func() int { return 0 }
	benchmarks := []struct {
		name string
		call func(ctx context.Context, n int) error
		pick func() int
	}{
		{"raw_insert", c.insert, spread},
		{"booking/1000_clinics", c.book, spread},
		{"booking/one_clinic", c.book, hot},
		{"booking_without_atencion/1000_clinics", c.bookWithout, spread},
		{"view/1000_clinics", c.view, spread},
	}
	for _, bench := range benchmarks {
		b.Run(bench.name, func(b *testing.B) {
			clientBefore, serverBefore := clientCPU(b), c.serverCPU(b)
			b.SetParallelism(benchCallers / max(1, runtime.GOMAXPROCS(0)))
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := bench.call(context.Background(), bench.pick()); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
			b.ReportMetric(float64((clientCPU(b)-clientBefore).Microseconds())/float64(b.N), "client-µs/op")
			b.ReportMetric(float64((c.serverCPU(b)-serverBefore).Microseconds())/float64(b.N), "server-µs/op")
		})
	}
	if findings, err := c.store.Check(b.Context()); err != nil || len(findings) > 0 {
		b.Errorf("got findings %v, error %v", findings, err)
	}
}

// clientCPU is the processor time that this process has taken.
func clientCPU(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// serverCPU is what the server's processes have taken, but for those that ended.
func (c *benchCluster) serverCPU(b *testing.B) time.Duration {
	b.Helper()
	postmaster, err := c.server.Postmaster()
	if err != nil {
		b.Fatal(err)
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	var ticks int64
	for _, stat := range stats {
		text, err := os.ReadFile(stat)
		if err != nil {
			continue // it ended meanwhile
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:])) // state ppid … utime stime
		if fields[1] == strconv.Itoa(postmaster) {
			user, _ := strconv.ParseInt(fields[11], 10, 64)
			system, _ := strconv.ParseInt(fields[12], 10, 64)
			ticks += user + system
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// slot is the next free place of a clinic, and its number.
func (c *benchCluster) slot(clinica int) (tomahora.Espacio, int64) {
	n := c.next[clinica].Add(1) - 1
	perDay := int64(benchProfesionales * 96)
	inicio := tomahora.Hora(n / benchProfesionales % 96 * 15)
	return tomahora.Espacio{
		IDProfesional: tomahora.ProfesionalID(1 + n%benchProfesionales), IDSucursal: 1, IDSillon: 1,
		Fecha: tomahora.Fecha{Year: 2027, Month: 1, Day: 1}.AddDays(int(n / perDay)),
		Rango: tomahora.Rango{Inicio: inicio, Fin: inicio + 15},
	}, n
}

func (c *benchCluster) book(ctx context.Context, clinica int) error {
	e, n := c.slot(clinica)
	return c.agendar(ctx, clinica, e, n, tomahora.AtencionID(firstAtencion+n))
}

func (c *benchCluster) bookWithout(ctx context.Context, clinica int) error {
	e, n := c.slot(clinica)
	return c.agendar(ctx, clinica, e, n, 0)
}

func (c *benchCluster) agendar(ctx context.Context, clinica int, e tomahora.Espacio, n int64, atencion tomahora.AtencionID) error {
	d := e.Rango.Duracion()
	s := tomahora.Solicitud{
		IDProfesional: e.IDProfesional, IDSucursal: e.IDSucursal, IDSillon: e.IDSillon, IDPaciente: tomahora.PacienteID(1 + n%benchPacientes),
		IDAtencion: atencion, IDEstado: tomahora.EstadoNoConfirmado, Fecha: e.Fecha, HoraInicio: &e.Rango.Inicio, Duracion: &d, Comentario: "Control general",
	}
	return c.store.Update(ctx, tomahora.ClinicaID(clinica+1), func(tx tomahora.Tx) error {
		_, err := agenda.Agendar(tx, "token:1", s)
		return err
	})
}

// view reads a profesional's week, as a search for free places does.
func (c *benchCluster) view(ctx context.Context, clinica int) error {
	desde := tomahora.Fecha{Year: 2027, Month: 1, Day: 1}
	return c.store.View(ctx, tomahora.ClinicaID(clinica+1), func(tx tomahora.Tx) error {
		_, err := tx.Citas().Ocupados([]tomahora.ProfesionalID{1}, desde, desde.AddDays(6))
		return err
	})
}

const rawInsert = `INSERT INTO citas (id_clinica, id, id_profesional, id_sucursal, id_sillon, fecha, inicio, fin,
	id_paciente, id_atencion, id_estado, videoconsulta, comentario, viva, exenta, exclusiva, atencion_multiple,
	estado_desde, creada, cambiada, version, origen, id_cita_previa)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`

func (c *benchCluster) insert(ctx context.Context, clinica int) error {
	n := c.ids[clinica].Add(1) - 1
	inicio := int64(n / benchProfesionales % 96 * 15)
	fecha := tomahora.Fecha{Year: 2027, Month: 1, Day: 1}.AddDays(int(n / (benchProfesionales * 96)))
	now := time.Now().UnixMicro()
	_, err := c.raw.Exec(ctx, rawInsert, clinica+1, n+1, 1+n%benchProfesionales, 1, 1, fecha.String(), inicio, inicio+15,
		1+n%benchPacientes, firstAtencion+n, 7, 0, "Control general", 1, 0, 0, 0, now, now, now, 1, "token:1", 0)
	return err
}

func newBenchCluster(b *testing.B) *benchCluster {
	b.Helper()
	ctx := b.Context()
	server, err := pgtest.Start(ctx, "shared_buffers=512MB", "max_wal_size=4GB")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Close() })
	name, err := server.NewDatabase(ctx, "")
	if err != nil {
		b.Fatal(err)
	}
	fillBench(b, server.URL(name))
	copied, err := server.NewDatabase(ctx, name)
	if err != nil {
		b.Fatal(err)
	}
	for _, law := range []string{"tope_profesional_sillon", "tope_profesional_sucursal", "tope_sillon_exclusivo"} {
		if err := server.Exec(ctx, copied, "ALTER TABLE citas DROP CONSTRAINT "+law); err != nil {
			b.Fatal(err)
		}
	}
	c := &benchCluster{server: server, next: make([]atomic.Int64, benchClinicas), ids: make([]atomic.Int64, benchClinicas)}
	if c.raw, err = pgxpool.New(ctx, fmt.Sprintf("%s&pool_max_conns=%d", server.URL(copied), 4*runtime.GOMAXPROCS(0))); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.raw.Close)
	if c.store, err = sqlstore.Open(ctx, server.URL(name), sqlstore.Options{Clock: time.Now}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.store.Close() })
	for clinica := range benchClinicas { // so that no measurement reads the configurations
		if err := c.view(ctx, clinica); err != nil {
			b.Fatal(err)
		}
	}
	return c
}

// fillBench makes the first clinic through the store and the others from it.
func fillBench(b *testing.B, url string) {
	b.Helper()
	ctx := b.Context()
	s, err := sqlstore.Open(ctx, url, sqlstore.Options{Clock: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	id, err := s.CreateClinica(ctx, tomahora.Clinica{Nombre: "Banco de pruebas", Zona: "America/Santiago"})
	if err == nil {
		err = s.Update(ctx, id, setUpBench)
	}
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(ctx)
	exec := func(text string, args ...any) {
		if _, err := conn.Exec(ctx, text, args...); err != nil {
			b.Fatalf("%s: %v", text, err)
		}
	}
	for _, table := range []string{"clinicas", "sucursales", "sillones", "especialidades", "profesionales", "estados", "horarios", "pacientes"} {
		var columns string // all but id_clinica, which comes first
		err := conn.QueryRow(ctx, `SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
			WHERE attrelid = $1::regclass AND attnum > 1 AND NOT attisdropped`, table).Scan(&columns)
		if err != nil {
			b.Fatal(err)
		}
		exec(fmt.Sprintf("INSERT INTO %[1]s SELECT n, %[2]s FROM %[1]s, generate_series(2, %[3]d) n WHERE id_clinica = 1", table, columns, benchClinicas))
	}
	exec(`INSERT INTO atenciones SELECT c, $1 + n, 'Exodoncia', 'Consulta', '2026-12-31', 1 + n % $2, 1 + n % $3, 1, 0, 0
		FROM generate_series(1, $4::bigint) c, generate_series(0, $5::bigint - 1) n`, firstAtencion, benchPacientes, benchProfesionales, benchClinicas, benchStock)
	exec(`INSERT INTO atenciones SELECT 1, $1 + n, 'Exodoncia', 'Consulta', '2026-12-31', 1 + n % $2, 1 + n % $3, 1, 0, 0
		FROM generate_series($4::bigint, $5::bigint - 1) n`, firstAtencion, benchPacientes, benchProfesionales, benchStock, benchHotStock)
	exec("VACUUM ANALYZE")
	exec("CHECKPOINT")
}

func setUpBench(tx tomahora.Tx) error {
	const by = tomahora.Sistema
	setup := tx.Setup()
	for _, err := range []error{
		setup.SaveSucursal(tomahora.Sucursal{ID: 1, Nombre: "NORTE", Habilitada: true}, by),
		setup.SaveSillon(tomahora.Sillon{ID: 1, Nombre: "Sillon 1"}, by),
		setup.SaveEspecialidad(tomahora.Especialidad{ID: 1, Nombre: "Odontología General", Habilitada: true}, by),
	} {
		if err != nil {
			return err
		}
	}
	for id := tomahora.ProfesionalID(1); id <= benchProfesionales; id++ {
		err := setup.SaveProfesional(tomahora.Profesional{ID: id, Nombre: "Profesional", Apellidos: fmt.Sprint(id), IDEspecialidad: 1, Intervalo: 15, Habilitado: true}, by)
		if err != nil {
			return err
		}
		for dia := tomahora.Lunes; dia <= tomahora.Domingo; dia++ {
			_, err := setup.CreateHorario(tomahora.Horario{
				IDProfesional: id, IDSucursal: 1, Dia: dia,
				Jornada: tomahora.Jornada{Rango: tomahora.Rango{Fin: tomahora.FinDelDia}, Sillones: []tomahora.SillonID{1}, Modalidad: tomahora.Presencial},
			}, by)
			if err != nil {
				return err
			}
		}
	}
	for range benchPacientes {
		if _, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Fernanda", Apellidos: "Risopatrón", Habilitado: true}, by); err != nil {
			return err
		}
	}
	return nil
}
