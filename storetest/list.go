package storetest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tomahora/tomahora"
)

// crowd is a clinic whose rows differ in every column that lists know.
type crowd struct {
	store      tomahora.Store
	id         tomahora.ClinicaID
	citas      []tomahora.Cita
	pacientes  []tomahora.Paciente
	atenciones []tomahora.Atencion
}

func newCrowd(t *testing.T, open Open) *crowd {
	t.Helper()
	var elapsed atomic.Int64
	c := &crowd{store: open(t, func() time.Time { return Now.Add(time.Duration(elapsed.Load())) })}
	c.id = Setup(t, c.store, 0)
	for i := range 30 {
		must(t, c.store.Update(t.Context(), c.id, func(tx tomahora.Tx) error { return c.addPaciente(tx, i) }))
	}
	for i := range 120 {
		elapsed.Add(int64(time.Duration(i%4) * 40 * time.Minute))
		must(t, c.store.Update(t.Context(), c.id, func(tx tomahora.Tx) error { return c.addCita(tx, i) }))
	}
	return c
}

// someNames are spelled so that folding, wildcards and nothing at all matter.
func someNames(i int) string {
	names := []string{"Ana", "ANA", "Ñandú", "José", "jose", "Ángela_", "100%", `a\b`, ""}
	return names[i%len(names)]
}

func (c *crowd) addPaciente(tx tomahora.Tx, i int) error {
	p := tomahora.Paciente{
		Nombre: someNames(i), Apellidos: someNames(7 * i), Email: someNames(i%3) + "@x.cl", Celular: fmt.Sprintf("+569%d", i%11),
		Telefono: strconv.Itoa(i % 3), NumeroFicha: fmt.Sprintf("F-%d", i), Sexo: []string{"M", "F", ""}[i%3], Habilitado: i%4 > 0,
	}
	if i%5 > 0 {
		p.RUT = tomahora.FormatRUT(1000000 + 7*i)
	}
	if i%2 > 0 {
		p.FechaNacimiento = tomahora.Fecha{Year: 1990, Month: time.Month(1 + i%12), Day: 1 + i%28}
	}
	p, err := tx.Pacientes().Create(p, actor)
	c.pacientes = append(c.pacientes, p)
	return err
}

func (c *crowd) addCita(tx tomahora.Tx, i int) error {
	e := place(tomahora.ProfesionalID(1+i%2), tomahora.SucursalID(1+i/3%2), tomahora.Sobrecupo, tomahora.Hora(15*(i%90)), tomahora.Hora(15*(i%90)+15))
	e.Fecha = e.Fecha.AddDays(i*i%13*60 - 400)
	p := c.pacientes[i*i%len(c.pacientes)]
	a, err := tx.Atenciones().Create(tomahora.Atencion{
		Nombre: someNames(i), Tipo: tomahora.TiposAtencion()[i%4], Fecha: e.Fecha, IDPaciente: p.ID,
		IDProfesional: e.IDProfesional, IDSucursal: e.IDSucursal, Finalizado: i%3 == 0, Bloqueado: i%5 == 0,
	}, actor)
	if err != nil {
		return err
	}
	estado := []tomahora.EstadoID{tomahora.EstadoNoConfirmado, 2, tomahora.EstadoAnulado, 3, 11, tomahora.EstadoCambioFecha}[i%6]
	cita, err := tx.Citas().Create(tomahora.Cita{
		Espacio: e, IDPaciente: p.ID, IDAtencion: a.ID, IDEstado: estado,
		Viva:   estado != tomahora.EstadoAnulado && estado != tomahora.EstadoCambioFecha,
		Origen: []tomahora.Actor{actor, "token:2", "usuario:3"}[i%3],
	})
	cita.NombrePaciente, cita.ApellidosPaciente, cita.NombreAtencion = p.Nombre, p.Apellidos, a.Nombre
	a.NombrePaciente = p.NombreCompleto()
	c.citas = append(c.citas, cita)
	c.atenciones = append(c.atenciones, a)
	return err
}

func testLists(t *testing.T, open Open) {
	c := newCrowd(t, open)
	ruts := map[tomahora.PacienteID]string{}
	for _, p := range c.pacientes {
		ruts[p.ID] = p.RUT
	}
	t.Run("citas", func(t *testing.T) {
		columns := []string{
			"id", "fecha", "hora_inicio", "fecha_actualizacion", "id_estado", "estado_anulacion", "id_sucursal", "id_profesional",
			"id_sillon", "id_paciente", "id_atencion", "rut",
		}
		checkList(t, c, c.citas, columns, func(v tomahora.Cita, name string) any { return citaColumn(v, ruts, name) },
			func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Cita, error) { return tx.Citas().List(q) })
	})
	t.Run("pacientes", func(t *testing.T) {
		columns := []string{
			"id", "rut", "email", "nombre", "apellidos", "numero_ficha", "fecha_nacimiento", "fecha_afiliacion", "sexo", "habilitado",
			"celular", "telefono",
		}
		checkList(t, c, c.pacientes, columns, pacienteColumn,
			func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Paciente, error) { return tx.Pacientes().List(q) })
	})
	t.Run("atenciones", func(t *testing.T) {
		columns := []string{"id", "nombre", "nombre_tipo", "fecha", "id_paciente", "id_profesional", "id_sucursal", "finalizado", "bloqueado"}
		checkList(t, c, c.atenciones, columns, atencionColumn,
			func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Atencion, error) { return tx.Atenciones().List(q) })
	})
}

// checkList compares a list with Select over the same rows: the first page of any
// Consulta, and what paging to the end brings together.
func checkList[T any](t *testing.T, c *crowd, rows []T, columns []string, column func(T, string) any,
	list func(tomahora.Tx, tomahora.Consulta) ([]T, error),
) {
	ask := func(rt *rapid.T, q tomahora.Consulta) (page []T) {
		err := c.store.View(t.Context(), c.id, func(tx tomahora.Tx) (err error) {
			page, err = list(tx, q)
			return err
		})
		if err != nil {
			rt.Fatalf("%+v: %v", q, err)
		}
		return page
	}
	rapid.Check(t, func(rt *rapid.T) {
		q := anyConsulta(rows, columns, column).Draw(rt, "consulta")
		var got []T
		for {
			page := ask(rt, q)
			got = append(got, page...)
			if len(page) < q.Limite || len(got) > len(rows) {
				break
			}
			q.Despues = position(q.Orden, page[len(page)-1], column)
		}
		q.Despues, q.Limite = nil, len(rows)
		if d := cmp.Diff(tomahora.Select(rows, q, column), got); d != "" {
			rt.Fatalf("%+v: -want +got:\n%s", q, d)
		}
	})
}

// position is where a page ended, as Despues spells it.
func position[T any](orden []tomahora.Orden, last T, column func(T, string) any) []any {
	despues := make([]any, len(orden))
	for i, o := range orden {
		despues[i] = column(last, o.Columna)
		if at, ok := despues[i].(time.Time); ok {
			despues[i] = at.UnixMicro()
		}
	}
	return despues
}

// anyConsulta asks by values that rows have, so that something is found.
func anyConsulta[T any](rows []T, columns []string, column func(T, string) any) *rapid.Generator[tomahora.Consulta] {
	return rapid.Custom(func(rt *rapid.T) tomahora.Consulta {
		q := tomahora.Consulta{Limite: rapid.IntRange(7, 60).Draw(rt, "limite")}
		for range rapid.IntRange(0, 3).Draw(rt, "filtros") {
			name := rapid.SampledFrom(columns).Draw(rt, "columna")
			q.Filtros = append(q.Filtros, anyFiltro(rt, name, column(rapid.SampledFrom(rows).Draw(rt, "row"), name)))
		}
		for range rapid.IntRange(0, 2).Draw(rt, "orden") {
			name := rapid.SampledFrom(columns).Draw(rt, "columna")
			if !slices.ContainsFunc(q.Orden, func(o tomahora.Orden) bool { return o.Columna == name }) {
				q.Orden = append(q.Orden, tomahora.Orden{Columna: name, Descendente: rapid.Bool().Draw(rt, "descendente")})
			}
		}
		q.Orden = slices.DeleteFunc(q.Orden, func(o tomahora.Orden) bool { return o.Columna == "id" })
		q.Orden = append(q.Orden, tomahora.Orden{Columna: "id", Descendente: rapid.Bool().Draw(rt, "descendente")})
		return q
	})
}

// anyFiltro compares a column with a value that some row has there.
func anyFiltro(rt *rapid.T, name string, value any) tomahora.Filtro {
	operators := []tomahora.Operador{
		tomahora.Igual, tomahora.Distinto, tomahora.Mayor, tomahora.MayorIgual, tomahora.Menor, tomahora.MenorIgual,
	}
	f := tomahora.Filtro{Columna: name, Valor: value}
	switch v := value.(type) {
	case int64:
		f.Operador = rapid.SampledFrom(append(operators, tomahora.Entre)).Draw(rt, "operador")
		if f.Operador == tomahora.Entre {
			f.Valor = []int64{v, v + 2, -1}[:rapid.IntRange(0, 3).Draw(rt, "values")]
		}
	case string:
		f.Operador = rapid.SampledFrom(append(operators, tomahora.Contiene, tomahora.Entre)).Draw(rt, "operador")
		if f.Operador == tomahora.Entre {
			f.Valor = []string{v, "", "x"}[:rapid.IntRange(0, 3).Draw(rt, "values")]
		}
		if letters := []rune(v); f.Operador == tomahora.Contiene && len(letters) > 0 {
			f.Valor = string(letters[rapid.IntRange(0, len(letters)-1).Draw(rt, "from"):])
		}
	case time.Time:
		f.Operador = rapid.SampledFrom(operators).Draw(rt, "operador")
		length := rapid.SampledFrom([]time.Duration{time.Second, 24 * time.Hour}).Draw(rt, "length")
		f.Valor = tomahora.Lapso{Desde: v.Truncate(length), Hasta: v.Truncate(length).Add(length)}
	}
	return f
}

func citaColumn(c tomahora.Cita, ruts map[tomahora.PacienteID]string, name string) any {
	e := c.Espacio
	return map[string]any{
		"id": int64(c.ID), "fecha": e.Fecha.String(), "hora_inicio": int64(e.Rango.Inicio), "fecha_actualizacion": c.EstadoDesde,
		"id_estado": int64(c.IDEstado), "estado_anulacion": flag(!c.Viva), "id_sucursal": int64(e.IDSucursal),
		"id_profesional": int64(e.IDProfesional), "id_sillon": int64(e.IDSillon), "id_paciente": int64(c.IDPaciente),
		"id_atencion": int64(c.IDAtencion), "rut": ruts[c.IDPaciente],
	}[name]
}

func pacienteColumn(p tomahora.Paciente, name string) any {
	return map[string]any{
		"id": int64(p.ID), "rut": p.RUT, "email": p.Email, "nombre": p.Nombre, "apellidos": p.Apellidos, "numero_ficha": p.NumeroFicha,
		"fecha_nacimiento": p.FechaNacimiento.String(), "fecha_afiliacion": p.FechaAfiliacion.String(), "sexo": p.Sexo,
		"habilitado": flag(p.Habilitado), "celular": p.Celular, "telefono": p.Telefono,
	}[name]
}

func atencionColumn(a tomahora.Atencion, name string) any {
	return map[string]any{
		"id": int64(a.ID), "nombre": a.Nombre, "nombre_tipo": string(a.Tipo), "fecha": a.Fecha.String(), "id_paciente": int64(a.IDPaciente),
		"id_profesional": int64(a.IDProfesional), "id_sucursal": int64(a.IDSucursal), "finalizado": flag(a.Finalizado),
		"bloqueado": flag(a.Bloqueado),
	}[name]
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func testListDefects(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 0)
	byID := []tomahora.Orden{{Columna: "id"}}
	tests := map[string]tomahora.Consulta{
		"a filter on an unknown column": {Filtros: []tomahora.Filtro{{Columna: "1; --", Operador: tomahora.Igual, Valor: int64(1)}}, Orden: byID},
		"an order by an unknown column": {Orden: []tomahora.Orden{{Columna: "comentario"}, {Columna: "id"}}},
		"a text for a number":           {Filtros: []tomahora.Filtro{{Columna: "id_estado", Operador: tomahora.Igual, Valor: "7"}}, Orden: byID},
		"an operator that is none":      {Filtros: []tomahora.Filtro{{Columna: "id", Operador: "= 1 OR 1", Valor: int64(1)}}, Orden: byID},
		"a part of a number":            {Filtros: []tomahora.Filtro{{Columna: "id", Operador: tomahora.Contiene, Valor: int64(1)}}, Orden: byID},
		"a position of another order":   {Orden: byID, Despues: []any{"2026-11-30", int64(1)}},
		"no order":                      {},
	}
	for name, q := range tests {
		t.Run(name, func(t *testing.T) {
			q.Limite = 1
			err := s.View(t.Context(), id, func(tx tomahora.Tx) error {
				_, err := tx.Citas().List(q)
				return err
			})
			if err == nil || tomahora.ProblemsOf(err) != nil {
				t.Errorf("got %v, want a plain error: it is the caller's defect", err)
			}
		})
	}
}

func testContiene(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 0)
	names := []string{"100%", "1000", `a\b`, "a_b", "AXB", "Ñandú"}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		for _, name := range names {
			_, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: name, Habilitado: true}, actor)
			must(t, err)
		}
		return nil
	}))
	for part, want := range map[string][]string{
		"0%": {"100%"}, `\`: {`a\b`}, "a_": {"a_b"}, "xb": {"AXB"}, "NANDU": {"Ñandú"}, "": names, "zz": nil,
	} {
		var got []string
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) error {
			list, err := tx.Pacientes().List(tomahora.Consulta{
				Filtros: []tomahora.Filtro{{Columna: "nombre", Operador: tomahora.Contiene, Valor: part}},
				Orden:   []tomahora.Orden{{Columna: "id"}}, Limite: 10,
			})
			for _, p := range list {
				got = append(got, p.Nombre)
			}
			return err
		}))
		diff(t, got, want)
	}
}

// testWideNumbers compares with numbers that no column can hold.
func testWideNumbers(t *testing.T, open Open) {
	c := newCrowd(t, open)
	by := func(column string, o tomahora.Operador, v any) tomahora.Consulta {
		return tomahora.Consulta{
			Filtros: []tomahora.Filtro{{Columna: column, Operador: o, Valor: v}}, Orden: []tomahora.Orden{{Columna: "id"}}, Limite: 1000,
		}
	}
	must(t, c.store.View(t.Context(), c.id, func(tx tomahora.Tx) error {
		for _, wide := range []int64{math.MaxInt64, math.MinInt64, 1 << 40} {
			for column, count := range map[string]func(tomahora.Consulta) (int, error){
				"hora_inicio":      func(q tomahora.Consulta) (int, error) { rows, err := tx.Citas().List(q); return len(rows), err },
				"estado_anulacion": func(q tomahora.Consulta) (int, error) { rows, err := tx.Citas().List(q); return len(rows), err },
				"id_estado":        func(q tomahora.Consulta) (int, error) { rows, err := tx.Citas().List(q); return len(rows), err },
				"habilitado":       func(q tomahora.Consulta) (int, error) { rows, err := tx.Pacientes().List(q); return len(rows), err },
				"finalizado":       func(q tomahora.Consulta) (int, error) { rows, err := tx.Atenciones().List(q); return len(rows), err },
			} {
				equal, err := count(by(column, tomahora.Igual, wide))
				must(t, err)
				among, err := count(by(column, tomahora.Entre, []int64{wide, wide}))
				must(t, err)
				other, err := count(by(column, tomahora.Distinto, wide))
				must(t, err)
				if equal != 0 || among != 0 || other == 0 {
					t.Errorf("%s and %d: %d are equal, %d among it, %d other", column, wide, equal, among, other)
				}
			}
		}
		return nil
	}))
}
