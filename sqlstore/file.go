package sqlstore

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The format of an exported clinic (docs/export-format.md). Version counts
// changes of the lines themselves, schema those of tables and columns; it is
// one count for both engines, whatever the numbers of their migrations.
const (
	fileFormat  = "tomahora-clinica"
	fileVersion = 1
	fileSchema  = 2
)

// kind is what a column holds, and so how a file spells it.
type kind int

const (
	numberColumn kind = iota
	textColumn
	actorColumn // a text that may be "token:N"
	hashColumn  // bytes, spelled in hexadecimal
)

type fileColumn struct {
	name  string
	kind  kind
	since int // the first schema that has it; in a file of an earlier one it is 0 or ""
}

// fileTable is a table as a file holds it: without id_clinica, which the head of
// the file says once, and without what is derived.
type fileTable struct {
	name    string
	columns []fileColumn
	counter string   // the column of clinicas that is no less than any id
	folded  []string // columns beside which the store keeps their folded spelling
	setUp   bool     // part of the configuration, and so before everything else
	where   string   // what of a clinic's rows is in the file; "" is all
	order   string   // by what they are in order, after the clinic; "" is that there is one
}

// fileTables are all of a clinic's tables, in the order of a file: none names a
// row of a later one. In columns, # is a number, @ an actor, * a hash; >N tells
// the first schema that has a column.
func fileTables() []fileTable {
	table := func(name, columns string) fileTable {
		t := fileTable{name: name, columns: parseColumns(columns)}
		if t.column("id") >= 0 {
			t.order = "id"
		}
		return t
	}
	setUp := func(t fileTable) fileTable { t.setUp = true; return t }
	counted := func(t fileTable, by string) fileTable { t.counter = by; return t }
	pacientes := table("pacientes", "id# rut tipo_documento# nombre nombre_social apellidos fecha_nacimiento fecha_afiliacion "+
		"telefono celular ciudad comuna direccion email sexo id_genero# numero_ficha observaciones habilitado# creado# version#")
	pacientes.folded = []string{"nombre", "apellidos", "email"}
	entregas := table(entregasTable, "id_webhook# id_evento# accion entidad id_entidad# estado intentos# primero# proximo# arriendo "+
		"creada# terminada# olvidar# ultimo_status# ultimo_error")
	entregas.order = "id_webhook, id_evento"
	// Of what is an evento still, the copy is made again.
	auditoria := table("auditoria", "id# en# actor@ accion entidad id_entidad# campos")
	auditoria.where = "id < COALESCE((SELECT MIN(e.id) FROM eventos e WHERE e.id_clinica = $1), (SELECT k.ultimo_evento + 1 FROM clinicas k WHERE k.id_clinica = $1))"
	auditoria.order = "entidad, id_entidad, id"
	const jornada = " inicio# fin# pausa_inicio# pausa_fin# sillones modalidad"
	return []fileTable{
		setUp(table("clinicas", "nombre zona exigir_atencion# rechazar_pasado# es_demo# creada# version_config# "+
			"ultima_cita# ultimo_paciente# ultima_atencion# ultimo_horario# ultimo_evento# ultima_reserva#>2")),
		setUp(table("reservas_online", "activa# horizonte# aviso# modalidad origenes clave")),
		setUp(table(tokensTable, "id# nombre hash* lectura# creado# revocado#")),
		setUp(table(usuariosTable, "id# email nombre rol id_profesional# idioma clave habilitado# creado#")),
		setUp(table("sucursales", "id# nombre telefono ciudad comuna direccion zona habilitada#")),
		setUp(table("sillones", "id# nombre exclusivo#")),
		setUp(table("especialidades", "id# nombre habilitada#")),
		setUp(table("profesionales", "id# rut nombre apellidos celular telefono ciudad comuna direccion email "+
			"id_especialidad# agenda_online# es_recurso# intervalo# habilitado#")),
		setUp(table("prestaciones", "id# nombre codigo id_categoria# nombre_categoria habilitada#")),
		setUp(table("estados", "id# nombre color reservado# anulacion# uso_interno# habilitado#")),
		setUp(counted(table("horarios", "id# id_profesional# id_sucursal# dia#"+jornada+" desde hasta"), "ultimo_horario")),
		setUp(counted(table("horarios_especiales", "id# id_profesional# id_sucursal# fecha"+jornada), "ultimo_horario")),
		setUp(counted(table("horarios_bloqueados", "id# id_profesional# id_sucursal# fecha inicio# fin# comentario"), "ultimo_horario")),
		counted(pacientes, "ultimo_paciente"),
		counted(table("atenciones", "id# nombre tipo fecha id_paciente# id_profesional# id_sucursal# finalizado# bloqueado#"), "ultima_atencion"),
		counted(table(citasTable, "id# id_profesional# id_sucursal# id_sillon# fecha inicio# fin# id_paciente# id_atencion# id_estado# "+
			"videoconsulta# comentario viva# exenta# exclusiva# atencion_multiple# estado_desde# creada# cambiada# version# "+
			"origen@ id_cita_previa#"), "ultima_cita"),
		counted(table("eventos", "id# en# actor@ accion entidad id_entidad# campos"), "ultimo_evento"),
		table(webhooksTable, "id# url entidades acciones activo# token secretos creado# hasta# borrado#"),
		entregas,
		counted(auditoria, "ultimo_evento"),
	}
}

// The tables whose rows an import looks at.
const (
	tokensTable   = "tokens"
	usuariosTable = "usuarios"
	citasTable    = "citas"
	webhooksTable = "webhooks"
	entregasTable = "entregas"
)

func parseColumns(text string) []fileColumn {
	kinds := map[byte]kind{'#': numberColumn, '@': actorColumn, '*': hashColumn}
	var list []fileColumn
	for _, name := range strings.Fields(text) {
		name, since, _ := strings.Cut(name, ">")
		c := fileColumn{name: name, kind: textColumn}
		if k, ok := kinds[name[len(name)-1]]; ok {
			c.name, c.kind = name[:len(name)-1], k
		}
		c.since, _ = strconv.Atoi(since) // 0 where none is given: all have it
		list = append(list, c)
	}
	return list
}

// column is the place of a column, -1 when the table has none of that name.
func (t fileTable) column(name string) int {
	return slices.IndexFunc(t.columns, func(c fileColumn) bool { return c.name == name })
}

func (t fileTable) names() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

// selection reads a clinic's rows in their order.
func (t fileTable) selection() string {
	text := "SELECT " + strings.Join(t.names(), ", ") + t.from()
	if t.order != "" {
		text += " ORDER BY " + t.order
	}
	return text
}

// count counts them.
func (t fileTable) count() string { return "SELECT COUNT(*)" + t.from() }

func (t fileTable) from() string {
	text := " FROM " + t.name + " WHERE id_clinica = $1"
	if t.where != "" {
		text += " AND " + t.where
	}
	return text
}

// insertion writes n rows, each with the clinic, its columns, and the folded
// ones.
func (t fileTable) insertion(n int) string {
	columns := append([]string{"id_clinica"}, t.names()...)
	for _, name := range t.folded {
		columns = append(columns, name+"_plano")
	}
	rows, next := make([]string, n), 0
	for i := range rows {
		placeholders := make([]string, len(columns))
		for j := range placeholders {
			next++
			placeholders[j] = "$" + strconv.Itoa(next)
		}
		rows[i] = "(" + strings.Join(placeholders, ", ") + ")"
	}
	return "INSERT INTO " + t.name + " (" + strings.Join(columns, ", ") + ") VALUES " + strings.Join(rows, ", ")
}

// fileHead is the first line of a file.
type fileHead struct {
	Format    string           `json:"format"`
	Version   int              `json:"version"`
	Schema    int              `json:"schema"`
	IDClinica int64            `json:"id_clinica"`
	Rows      map[string]int64 `json:"rows"`
}

// fileEnd is the last one: the rows that were written, and the SHA-256 of every
// line before it.
type fileEnd struct {
	Rows   map[string]int64 `json:"rows"`
	SHA256 string           `json:"sha256"`
}

// What a text must be to stand in a file, and in every engine.
var (
	errNotUTF8 = errors.New("is not valid UTF-8")
	errNUL     = errors.New("has a NUL, which no text may have")
)

func checkText(s string) error {
	switch {
	case !utf8.ValidString(s):
		return errNotUTF8
	case strings.Contains(s, "\x00"):
		return errNUL
	default:
		return nil
	}
}

// appendRow appends the line of a row, whose values are as destinations of Scan.
func (t fileTable) appendRow(b []byte, values []any) ([]byte, error) {
	b = append(append(append(b, `{"`...), t.name...), `":{`...)
	for i, c := range t.columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), c.name...), `":`...)
		switch v := values[i].(type) {
		case *int64:
			b = strconv.AppendInt(b, *v, 10)
		case *string:
			if err := checkText(*v); err != nil {
				return nil, fmt.Errorf("%s.%s %w", t.name, c.name, err)
			}
			b = appendText(b, *v)
		case *[]byte:
			b = append(hex.AppendEncode(append(b, '"'), *v), '"')
		}
	}
	return append(b, "}}\n"...), nil
}

// appendText appends a text as JSON, escaping only what must be.
func appendText(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// absent is the value of a column in a file of a schema that does not have it; nil
// where that has to.
func (c fileColumn) absent(schema int) any {
	switch {
	case schema >= c.since:
		return nil
	case c.kind == numberColumn:
		return int64(0)
	default:
		return ""
	}
}

// destinations are what Scan reads a row into.
func (t fileTable) destinations() []any {
	list := make([]any, len(t.columns))
	for i, c := range t.columns {
		switch c.kind {
		case numberColumn:
			list[i] = new(int64)
		case hashColumn:
			list[i] = new([]byte)
		default:
			list[i] = new(string)
		}
	}
	return list
}
