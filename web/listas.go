package web

import (
	"cmp"
	"encoding/csv"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// lista is a list that can be downloaded. Its rows come page by page, each read in
// a transaction of its own: a slow download holds none.
type lista struct {
	columns []string // keys of their words
	rows    func(after []any, yield func(row ...any) error) (next []any, err error)
}

// listaPage is how many rows are read at once.
const listaPage = 1000

// listas finds a list by its name.
type listas func(name string, r *http.Request, cfg *tomahora.Config, p tomahora.Periodo) (lista, bool)

// listaCSV answers a list as CSV that Excel opens by a click: UTF-8 with its mark,
// with the separator that the visitor's language has there, and no cell that would
// run as a formula. What fails after the first page ends the download short.
func (s *server) listaCSV(find listas) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error { return s.sendCSV(w, r, find) }
}

func (s *server) sendCSV(w http.ResponseWriter, r *http.Request, find listas) error {
	name, ok := strings.CutSuffix(r.PathValue("file"), ".csv")
	cfg, err := s.config(r)
	if err != nil {
		return err
	}
	most := math.MaxInt
	if name == "tablero" {
		most = agenda.MaxDiasTablero
	}
	p, f := s.periodo(r, cfg, most)
	made, known := find(name, r, cfg, p)
	l := s.words(r)
	switch {
	case !ok || !known:
		return tomahora.NotFound("la página")
	case len(f.Problems) > 0:
		return tomahora.Invalid(tomahora.CodeParametroInvalido, "hasta", "hasta", cmp.Or(f.Problems["hasta"], f.Problems["desde"], l.t("ajustes.notNumber")))
	}
	out := &csvWriter{w: w, csv: csv.NewWriter(w)}
	out.csv.Comma, out.csv.UseCRLF = l.separator(), true
	out.begin = func() error {
		h := w.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
		h.Set("Content-Disposition", `attachment; filename="`+name+"-"+s.hoy(cfg).String()+`.csv"`)
		h.Set("Cache-Control", "no-store")
		if _, err := w.Write([]byte("\uFEFF")); err != nil {
			return err
		}
		titles := make([]any, len(made.columns))
		for i, key := range made.columns {
			titles[i] = l.t(key)
		}
		return out.write(titles...)
	}
	if err := out.all(made); err != nil {
		if !out.begun {
			return err
		}
		s.Logger.WarnContext(r.Context(), "list ended short", "list", name, "request_id", s.RequestID(r.Context()), "error", err)
		panic(http.ErrAbortHandler) // so that nobody takes it for whole
	}
	s.Logger.InfoContext(r.Context(), "list downloaded", "list", name, "rows", out.rows, "actor", string(s.user(r).Actor()))
	return nil
}

// csvWriter writes rows once there is something to write.
type csvWriter struct {
	w     http.ResponseWriter
	csv   *csv.Writer
	begin func() error
	begun bool
	rows  int
}

func (c *csvWriter) all(l lista) error {
	var after []any
	for {
		var page [][]any
		next, err := l.rows(after, func(row ...any) error {
			page = append(page, row)
			return nil
		})
		if err != nil {
			return err
		}
		if err := c.page(page); err != nil || next == nil {
			return err
		}
		after = next
	}
}

func (c *csvWriter) page(page [][]any) error {
	if !c.begun {
		c.begun = true
		if err := c.begin(); err != nil {
			return err
		}
	}
	for _, row := range page {
		if err := c.write(row...); err != nil {
			return err
		}
	}
	c.rows += len(page)
	c.csv.Flush()
	return c.csv.Error()
}

func (c *csvWriter) write(row ...any) error {
	cells := make([]string, len(row))
	for i, v := range row {
		cells[i] = csvCell(v)
	}
	return c.csv.Write(cells)
}

// csvCell is a value as a cell has it. A text that a spreadsheet would take for a
// formula is marked as a text, as people do who type one in.
func csvCell(v any) string {
	switch v := v.(type) {
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		if v != "" && strings.ContainsRune("=+-@\t\r\n", rune(v[0])) {
			return "'" + v
		}
		return v
	default:
		return ""
	}
}

// separator is what Excel expects between cells where the language is spoken.
func (l locale) separator() rune {
	r, _ := utf8.DecodeRuneInString(l.t("listas.separator"))
	return r
}

// whole is a list that is there at once.
func whole(columns []string, rows func(yield func(row ...any) error) error) lista {
	return lista{columns, func(_ []any, yield func(...any) error) ([]any, error) { return nil, rows(yield) }}
}

// lista is a list of what the clinic does.
func (s *server) lista(name string, r *http.Request, cfg *tomahora.Config, p tomahora.Periodo) (lista, bool) {
	l, plan := s.words(r), cfg.Plan()
	switch name {
	case "citas":
		return s.listaCitas(r, cfg, p), true
	case "atenciones":
		return s.listaAtenciones(r, cfg, p), true
	case "pacientes":
		return s.listaPacientes(r), true
	case "tablero":
		return s.listaTablero(r, p), true
	case "profesionales":
		return whole([]string{
			"listas.id", "ajustes.rut", "ajustes.nombre", "ajustes.apellidos", "ajustes.profesionales.especialidad", "ajustes.profesionales.intervaloShort",
			"ajustes.profesionales.online", "ajustes.email", "ajustes.celular", "ajustes.telefono", "ajustes.direccion", "ajustes.comuna", "ajustes.ciudad", "ajustes.enabled",
		}, each(plan.Profesionales, func(v tomahora.Profesional) []any {
			esp, _ := cfg.Especialidad(v.IDEspecialidad)
			return []any{
				int64(v.ID), v.RUT, v.Nombre, v.Apellidos, esp.Nombre, int(v.Intervalo), l.yesNo(v.AgendaOnline), v.Email, v.Celular, v.Telefono,
				v.Direccion, v.Comuna, v.Ciudad, l.yesNo(v.Habilitado),
			}
		})), true
	case "sucursales":
		return whole([]string{
			"listas.id", "ajustes.nombre", "ajustes.telefono", "ajustes.direccion", "ajustes.comuna", "ajustes.ciudad", "ajustes.zona", "ajustes.enabled",
		}, each(plan.Sucursales, func(v tomahora.Sucursal) []any {
			return []any{int64(v.ID), v.Nombre, v.Telefono, v.Direccion, v.Comuna, v.Ciudad, cfg.ZonaDe(v.ID).String(), l.yesNo(v.Habilitada)}
		})), true
	case "sillones":
		return whole([]string{"listas.id", "ajustes.nombre", "listas.exclusivo"}, each(plan.Sillones, func(v tomahora.Sillon) []any {
			return []any{int64(v.ID), v.Nombre, l.yesNo(v.Exclusivo)}
		})), true
	case "especialidades":
		return whole([]string{"listas.id", "ajustes.nombre", "ajustes.enabled"}, each(plan.Especialidades, func(v tomahora.Especialidad) []any {
			return []any{int64(v.ID), v.Nombre, l.yesNo(v.Habilitada)}
		})), true
	case "estados":
		return whole([]string{"listas.id", "ajustes.nombre", "ajustes.estados.color", "ajustes.estados.anulacion", "ajustes.enabled"}, each(plan.Estados, func(v tomahora.Estado) []any {
			return []any{int64(v.ID), v.Nombre, v.Color, l.yesNo(v.Anulacion), l.yesNo(v.Habilitado)}
		})), true
	case "horarios":
		return whole(append([]string{"listas.id", "ajustes.profesional", "ajustes.sucursal", "listas.dia"}, append(jornadaColumns(), "horario.desde", "horario.hasta")...),
			each(plan.Horarios, func(v tomahora.Horario) []any {
				row := []any{int64(v.ID), nombreDe(cfg, v.IDProfesional), sucursalDe(cfg, v.IDSucursal), l.list("date.days", int(v.Dia)-1)}
				return append(append(row, l.jornadaCells(cfg, v.Jornada)...), v.Desde.String(), v.Hasta.String())
			})), true
	case "especiales":
		return whole(append([]string{"listas.id", "ajustes.profesional", "ajustes.sucursal", "ajustes.fecha"}, jornadaColumns()...),
			each(dated(r, plan.Especiales, func(v tomahora.HorarioEspecial) tomahora.Fecha { return v.Fecha }, p), func(v tomahora.HorarioEspecial) []any {
				row := []any{int64(v.ID), nombreDe(cfg, v.IDProfesional), sucursalDe(cfg, v.IDSucursal), v.Fecha.String()}
				return append(row, l.jornadaCells(cfg, v.Jornada)...)
			})), true
	case "bloqueos":
		return whole([]string{"listas.id", "ajustes.profesional", "ajustes.sucursal", "ajustes.fecha", "horario.inicio", "horario.fin", "ajustes.comentario"},
			each(dated(r, plan.Bloqueos, func(v tomahora.HorarioBloqueado) tomahora.Fecha { return v.Fecha }, p), func(v tomahora.HorarioBloqueado) []any {
				return []any{int64(v.ID), nombreDe(cfg, v.IDProfesional), sucursalDe(cfg, v.IDSucursal), v.Fecha.String(), horaCell(v.Rango.Inicio), horaCell(v.Rango.Fin), v.Comentario}
			})), true
	default:
		return lista{}, false
	}
}

// listaAccesos is a list of who and what may come in, for who sets that up. What
// lets them in is in none.
func (s *server) listaAccesos(name string, r *http.Request, cfg *tomahora.Config, _ tomahora.Periodo) (lista, bool) {
	l := s.words(r)
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(cfg.Zona()).Format("2006-01-02 15:04")
	}
	switch name {
	case "usuarios":
		return whole([]string{
			"listas.id", "ajustes.nombre", "entrar.email", "ajustes.usuarios.rol", "ajustes.usuarios.profesional", "cuenta.idioma", "listas.creado", "ajustes.enabled",
		}, read(s, r, func(tx tomahora.Tx) ([]tomahora.Usuario, error) { return tx.Usuarios().List() }, func(u tomahora.Usuario) []any {
			return []any{
				int64(u.ID), u.Nombre, u.Email, l.t("rol." + string(u.Rol)), nombreDe(cfg, u.IDProfesional), u.Idioma, when(u.Creado), l.yesNo(u.Habilitado),
			}
		})), true
	case "tokens":
		return whole([]string{"listas.id", "ajustes.nombre", "listas.permiso", "listas.creado", "listas.revocado"},
			read(s, r, func(tx tomahora.Tx) ([]tomahora.Token, error) { return tx.Tokens().List() }, func(t tomahora.Token) []any {
				return []any{int64(t.ID), t.Nombre, l.tokenRight(t), when(t.Creado), when(t.Revocado)}
			})), true
	case "webhooks":
		return whole([]string{"listas.id", "listas.url", "ajustes.webhooks.entidades", "ajustes.webhooks.acciones", "listas.creado", "ajustes.webhooks.active"},
			read(s, r, func(tx tomahora.Tx) ([]tomahora.Webhook, error) { return tx.Webhooks().List() }, func(v tomahora.Webhook) []any {
				return []any{int64(v.ID), withoutQuery(v.URL), l.entidades(v), l.acciones(v), when(v.Creado), l.yesNo(v.Activo)}
			})), true
	default:
		return lista{}, false
	}
}

// withoutQuery is a URL without what receivers like to put a key into.
func withoutQuery(u string) string {
	if address, _, has := strings.Cut(u, "?"); has {
		return address + "?…"
	}
	return u
}

// read are rows of a short list of the store.
func read[T any](s *server, r *http.Request, list func(tomahora.Tx) ([]T, error), row func(T) []any) func(func(...any) error) error {
	return func(yield func(...any) error) error {
		var all []T
		err := s.view(r, func(tx tomahora.Tx) (err error) {
			all, err = list(tx)
			return err
		})
		if err != nil {
			return err
		}
		return each(all, row)(yield)
	}
}

// each are rows of what is in memory.
func each[T any](list []T, row func(T) []any) func(func(...any) error) error {
	return func(yield func(...any) error) error {
		for _, v := range list {
			if err := yield(row(v)...); err != nil {
				return err
			}
		}
		return nil
	}
}

// dated is what of a list lies in the Periodo, all of it where the request names no
// dates, by date.
func dated[T any](r *http.Request, list []T, fecha func(T) tomahora.Fecha, p tomahora.Periodo) []T {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(fecha(b).DaysTo(fecha(a)), 0) })
	q := r.URL.Query()
	return slices.DeleteFunc(list, func(v T) bool {
		f := fecha(v)
		return q.Get("desde") != "" && f.Before(p.Desde) || q.Get("hasta") != "" && p.Hasta.Before(f)
	})
}

func (l locale) yesNo(b bool) string {
	if b {
		return l.t("ajustes.yes")
	}
	return l.t("ajustes.no")
}

func horaCell(h tomahora.Hora) string { return h.String()[:5] }

func jornadaColumns() []string {
	return []string{"horario.inicio", "horario.fin", "horario.pausaInicio", "horario.pausaFin", "horario.sillones", "horario.modalidad"}
}

func (l locale) jornadaCells(cfg *tomahora.Config, j tomahora.Jornada) []any {
	if j.Rango.IsEmpty() {
		return []any{l.t("ajustes.especiales.closed"), "", "", "", "", ""}
	}
	cells := []any{horaCell(j.Rango.Inicio), horaCell(j.Rango.Fin), "", "", sillonesText(cfg, j.Sillones), l.t("horario.modalidad." + string(j.Modalidad))}
	if !j.Pausa.IsEmpty() {
		cells[2], cells[3] = horaCell(j.Pausa.Inicio), horaCell(j.Pausa.Fin)
	}
	return cells
}

// enPeriodo are the filters of a Periodo on a list with dates.
func enPeriodo(p tomahora.Periodo) []tomahora.Filtro {
	filtros := []tomahora.Filtro{
		{Columna: "fecha", Operador: tomahora.MayorIgual, Valor: p.Desde.String()}, {Columna: "fecha", Operador: tomahora.MenorIgual, Valor: p.Hasta.String()},
	}
	if p.IDSucursal != 0 {
		filtros = append(filtros, tomahora.Filtro{Columna: "id_sucursal", Operador: tomahora.Igual, Valor: int64(p.IDSucursal)})
	}
	return filtros
}

// paged reads a list of the store page by page; last is what the page after a row
// begins behind.
func paged[T any](s *server, r *http.Request, q tomahora.Consulta, list func(tomahora.Tx, tomahora.Consulta) ([]T, error), last func(T) []any, row func(T) []any,
) func([]any, func(...any) error) ([]any, error) {
	return func(after []any, yield func(...any) error) ([]any, error) {
		q.Despues, q.Limite = after, listaPage
		var page []T
		err := s.view(r, func(tx tomahora.Tx) (err error) {
			page, err = list(tx, q)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, v := range page {
			if err := yield(row(v)...); err != nil {
				return nil, err
			}
		}
		if len(page) < listaPage {
			return nil, nil
		}
		return last(page[len(page)-1]), nil
	}
}

func (s *server) listaCitas(r *http.Request, cfg *tomahora.Config, p tomahora.Periodo) lista {
	l := s.words(r)
	q := tomahora.Consulta{Filtros: enPeriodo(p), Orden: []tomahora.Orden{{Columna: "fecha"}, {Columna: "id"}}}
	return lista{
		[]string{
			"listas.id", "ajustes.fecha", "horario.inicio", "horario.fin", "ajustes.profesional", "ajustes.sucursal", "listas.sillon", "listas.paciente",
			"listas.idPaciente", "listas.atencion", "ajustes.state", "listas.video", "ajustes.comentario", "listas.creada", "tablero.origen",
		},
		paged(s, r, q, func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Cita, error) { return tx.Citas().List(q) },
			func(c tomahora.Cita) []any { return []any{c.Espacio.Fecha.String(), int64(c.ID)} },
			func(c tomahora.Cita) []any {
				e := c.Espacio
				estado, _ := cfg.Estado(c.IDEstado)
				sillon, _ := cfg.Sillon(e.IDSillon)
				return []any{
					int64(c.ID), e.Fecha.String(), horaCell(e.Rango.Inicio), horaCell(e.Rango.Fin), nombreDe(cfg, e.IDProfesional), sucursalDe(cfg, e.IDSucursal),
					sillon.Nombre, c.PacienteCompleto(), int64(c.IDPaciente), c.NombreAtencion, estado.Nombre, l.yesNo(c.Videoconsulta), c.Comentario,
					c.Creada.In(cfg.Zona()).Format("2006-01-02 15:04"), cmp.Or(cfg.NombreDe(c.Origen), string(c.Origen)),
				}
			}),
	}
}

func (s *server) listaAtenciones(r *http.Request, cfg *tomahora.Config, p tomahora.Periodo) lista {
	l := s.words(r)
	q := tomahora.Consulta{Filtros: enPeriodo(p), Orden: []tomahora.Orden{{Columna: "fecha"}, {Columna: "id"}}}
	return lista{
		[]string{"listas.id", "ajustes.fecha", "ajustes.nombre", "listas.tipo", "listas.paciente", "listas.idPaciente", "ajustes.profesional", "ajustes.sucursal", "listas.finalizada"},
		paged(s, r, q, func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Atencion, error) { return tx.Atenciones().List(q) },
			func(a tomahora.Atencion) []any { return []any{a.Fecha.String(), int64(a.ID)} },
			func(a tomahora.Atencion) []any {
				return []any{
					int64(a.ID), a.Fecha.String(), a.Nombre, string(a.Tipo), a.NombrePaciente, int64(a.IDPaciente),
					nombreDe(cfg, a.IDProfesional), sucursalDe(cfg, a.IDSucursal), l.yesNo(a.Finalizado),
				}
			}),
	}
}

func (s *server) listaPacientes(r *http.Request) lista {
	l := s.words(r)
	q := tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id"}}}
	return lista{
		[]string{
			"listas.id", "ajustes.rut", "ajustes.nombre", "listas.nombreSocial", "ajustes.apellidos", "listas.nacimiento", "listas.sexo", "ajustes.email", "ajustes.celular",
			"ajustes.telefono", "ajustes.direccion", "ajustes.comuna", "ajustes.ciudad", "listas.ficha", "listas.observaciones", "listas.afiliacion", "ajustes.enabled",
		},
		paged(s, r, q, func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Paciente, error) { return tx.Pacientes().List(q) },
			func(p tomahora.Paciente) []any { return []any{int64(p.ID)} },
			func(p tomahora.Paciente) []any {
				return []any{
					int64(p.ID), p.RUT, p.Nombre, p.NombreSocial, p.Apellidos, p.FechaNacimiento.String(), p.Sexo, p.Email, p.Celular,
					p.Telefono, p.Direccion, p.Comuna, p.Ciudad, p.NumeroFicha, p.Observaciones, p.FechaAfiliacion.String(), l.yesNo(p.Habilitado),
				}
			}),
	}
}

// listaTablero is a row for each profesional and week.
func (s *server) listaTablero(r *http.Request, p tomahora.Periodo) lista {
	return whole([]string{"tablero.week", "ajustes.profesional", "listas.ofrecidos", "listas.ocupados", "listas.ocupacion"}, func(yield func(...any) error) error {
		t, err := s.tableroDe(r, p)
		if err != nil {
			return err
		}
		for _, prof := range t.Profesionales {
			for i, o := range prof.Ocupacion {
				if err := yield(t.Semanas[i].String(), prof.Nombre, o.Ofrecidos, o.Ocupados, strings.TrimSuffix(percent(o.Ocupados, o.Ofrecidos), " %")); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
