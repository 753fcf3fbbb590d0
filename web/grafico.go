package web

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// grafico is what every chart has: words for who does not see it, and the same
// numbers as a table.
type grafico struct {
	ID, Title, Desc string
	Width, Height   int
	Table           tabla
}

// tabla is the numbers of a chart.
type tabla struct {
	Columns []string
	Rows    [][]string // of which the first cell is the row's name
}

// barras is a chart of columns.
type barras struct {
	grafico
	Class string // of the columns
	Bars  []barra
	Base  int // where the columns stand
}

type barra struct {
	X, Y, W, H   int
	Middle       int
	LabelY       int
	Label, Value string
	Words        string // all of it, for who points at it
	ShowLabel    bool
}

const (
	barWidth  = 42
	barGap    = 10
	barTop    = 24
	barHeight = 140
	barFoot   = 28

	labelLetter = 65 // how wide a letter of a label is, in tenths of a px
	labelGap    = 8
)

// newBarras draws values as columns, the highest of which is as high as most; a
// negative value has no column.
func newBarras(g grafico, class string, labels, values, words []string, heights []float64) barras {
	g.Width, g.Height = len(labels)*barWidth, barTop+barHeight+barFoot
	c := barras{grafico: g, Class: class, Base: barTop + barHeight}
	most := 0.0
	for _, h := range heights {
		most = max(most, h)
	}
	every := labelSteps(labels)
	for i := range labels {
		h := 0
		if most > 0 {
			h = int(heights[i] / most * barHeight)
		}
		if heights[i] > 0 {
			h = max(h, 2)
		}
		x := i * barWidth
		c.Bars = append(c.Bars, barra{
			X: x + barGap/2, W: barWidth - barGap, Y: c.Base - h, H: h, Middle: x + barWidth/2, LabelY: c.Base - h - 6,
			Label: labels[i], Value: values[i], Words: words[i], ShowLabel: (len(labels)-1-i)%every == 0,
		})
	}
	return c
}

// labelSteps is after how many columns the next label has room beside the one before.
func labelSteps(labels []string) int {
	widest := 1
	for _, label := range labels {
		widest = max(widest, utf8.RuneCountInString(label)*labelLetter/10+labelGap)
	}
	return (widest + barWidth - 1) / barWidth
}

// LabelsY is where the labels below the columns stand.
func (b barras) LabelsY() int { return b.Base + barFoot - 8 }

// listaBarras is a chart of named rows, each with a bar across.
type listaBarras struct {
	grafico
	Rows []barraFila
}

type barraFila struct {
	TextY, BarY int
	Part        string // of the width, in percent
	Name, Value string
}

const (
	filaHeight = 44
	filaBar    = 10
)

// mapaCalor is a chart of cells, the darker the more.
type mapaCalor struct {
	grafico
	Heads []texto
	Names []texto
	Cells []casilla
}

type texto struct {
	X, Y        int
	Text, Whole string
	Strong      bool
}

type casilla struct {
	X, Y, W, H   int
	TextX, TextY int
	Text, Words  string
	Class        string
}

const (
	heatName = 168
	heatCell = 48
	heatRow  = 32
	heatHead = 28
)

// cut shortens a name that has no room.
func cut(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return strings.TrimSpace(string(runes[:most-1])) + "…"
}

// monthDay is "23 nov".
func (l locale) monthDay(f tomahora.Fecha) string {
	return strconv.Itoa(f.Day) + " " + l.list("date.monthsShort", int(f.Month)-1)
}

// ocupacionChart is how much of each profesional's hours was taken, by week.
func (l locale) ocupacionChart(t agenda.Tablero) mapaCalor {
	c := mapaCalor{grafico: grafico{
		ID: "ocupacion", Title: l.t("tablero.ocupacionTitle"), Desc: l.t("tablero.ocupacionDesc"),
		Width: heatName + (len(t.Semanas)+1)*heatCell, Height: heatHead + (len(t.Profesionales)+1)*heatRow,
		Table: tabla{Columns: []string{l.t("ajustes.profesional")}},
	}}
	for i, week := range t.Semanas {
		c.Heads = append(c.Heads, texto{X: heatName + i*heatCell + heatCell/2, Y: heatHead - 10, Text: l.monthDay(week), Whole: l.t("tablero.weekOf", l.longDate(week))})
		c.Table.Columns = append(c.Table.Columns, l.monthDay(week))
	}
	c.Heads = append(c.Heads, texto{X: heatName + len(t.Semanas)*heatCell + heatCell/2, Y: heatHead - 10, Text: l.t("tablero.total"), Whole: l.t("tablero.total"), Strong: true})
	c.Table.Columns = append(c.Table.Columns, l.t("tablero.total"))
	for _, prof := range t.Profesionales {
		l.heatRow(&c, t, prof.Nombre, prof.Ocupacion, prof.Total(), false)
	}
	l.heatRow(&c, t, l.t("tablero.everyone"), t.Ocupacion, t.Total(), true)
	return c
}

func (l locale) heatRow(c *mapaCalor, t agenda.Tablero, name string, weeks []tomahora.Ocupacion, all tomahora.Ocupacion, strong bool) {
	const nameLetters = 22
	y := heatHead + len(c.Names)*heatRow
	c.Names = append(c.Names, texto{X: 0, Y: y + heatRow/2 + 5, Text: cut(name, nameLetters), Whole: name, Strong: strong})
	row := []string{name}
	for i, o := range append(append([]tomahora.Ocupacion{}, weeks...), all) {
		text := percent(o.Ocupados, o.Ofrecidos)
		when := l.t("tablero.total")
		if i < len(t.Semanas) {
			when = l.t("tablero.weekOf", l.longDate(t.Semanas[i]))
		}
		row = append(row, text)
		c.Cells = append(c.Cells, casilla{
			X: heatName + i*heatCell + 1, Y: y + 1, W: heatCell - 2, H: heatRow - 2, TextX: heatName + i*heatCell + heatCell/2, TextY: y + heatRow/2 + 5,
			Text: strings.TrimSuffix(text, " %"), Class: heatClass(o), Words: l.t("tablero.cell", name, when, text, hours(o.Ocupados), hours(o.Ofrecidos)),
		})
	}
	c.Table.Rows = append(c.Table.Rows, row)
}

// heatScale is what the darkness of cells means, for who sees it.
func heatScale() []string { return []string{"heat-1", "heat-2", "heat-3", "heat-4", "heat-5"} }

// heatX is where a step of the scale stands.
func heatX(i int) int { return 22 * i }

// heatClass is how dark a cell is, from 0 to 5.
func heatClass(o tomahora.Ocupacion) string {
	if o.Ofrecidos == 0 {
		return "heat-none"
	}
	const steps = 5
	return "heat-" + strconv.Itoa(min(steps, (steps*o.Ocupados+o.Ofrecidos-1)/o.Ofrecidos))
}

// faltasChart is how many of those who were awaited did not come, by week.
func (l locale) faltasChart(t agenda.Tablero) barras {
	g := grafico{
		ID: "faltas", Title: l.t("tablero.faltasTitle"), Desc: l.t("tablero.faltasDesc"),
		Table: tabla{Columns: []string{l.t("tablero.week"), l.t("tablero.faltas"), l.t("tablero.awaited"), "%"}},
	}
	var labels, values, words []string
	var heights []float64
	for i, a := range t.Asistencia {
		share := percent(a.NoAsisten, a.Pasadas)
		week := l.t("tablero.weekOf", l.longDate(t.Semanas[i]))
		labels, values = append(labels, l.monthDay(t.Semanas[i])), append(values, strings.TrimSuffix(share, " %"))
		words = append(words, l.t("tablero.faltasWords", week, a.NoAsisten, a.Pasadas))
		heights = append(heights, float64(a.NoAsisten)/float64(max(1, a.Pasadas)))
		g.Table.Rows = append(g.Table.Rows, []string{week, strconv.Itoa(a.NoAsisten), strconv.Itoa(a.Pasadas), share})
	}
	return newBarras(g, "bar-faltas", labels, values, words, heights)
}

// leadChart is how many days before they were booked citas are.
func (l locale) leadChart(t agenda.Tablero) barras {
	g := grafico{
		ID: "anticipacion", Title: l.t("tablero.leadTitle"), Desc: l.t("tablero.leadDesc"),
		Table: tabla{Columns: []string{l.t("tablero.leadDays"), l.t("tablero.citas"), "%"}},
	}
	var labels, values, words []string
	var heights []float64
	whole := 0
	for _, n := range t.Anticipacion {
		whole += n
	}
	for _, b := range leadBuckets() {
		n := 0
		for days, citas := range t.Anticipacion {
			if days >= b.from && (days <= b.to || b.to == 0 && b.from > 0) {
				n += citas
			}
		}
		labels, values = append(labels, b.label), append(values, strconv.Itoa(n))
		words = append(words, l.t("tablero.leadWords", b.label, n, percent(n, whole)))
		heights = append(heights, float64(n))
		g.Table.Rows = append(g.Table.Rows, []string{b.label, strconv.Itoa(n), percent(n, whole)})
	}
	return newBarras(g, "bar-lead", labels, values, words, heights)
}

// leadBucket is a stretch of days; to is 0 where it has no end.
type leadBucket struct {
	from, to int
	label    string
}

func leadBuckets() []leadBucket {
	return []leadBucket{{0, 0, "0"}, {1, 1, "1"}, {2, 3, "2–3"}, {4, 7, "4–7"}, {8, 14, "8–14"}, {15, 30, "15–30"}, {31, 0, "31+"}}
}

// masOrigenes is how many who booked are named.
const masOrigenes = 8

// origenesChart is who booked how many citas.
func (l locale) origenesChart(t agenda.Tablero) listaBarras {
	c := listaBarras{grafico: grafico{
		ID: "origenes", Title: l.t("tablero.origenesTitle"), Desc: l.t("tablero.origenesDesc"),
		Table: tabla{Columns: []string{l.t("tablero.origen"), l.t("tablero.citas"), "%"}},
	}}
	whole, rest := 0, 0
	for _, o := range t.Origenes {
		whole += o.Citas
	}
	add := func(name string, n int) {
		y := len(c.Rows) * filaHeight
		most := max(1, t.Origenes[0].Citas)
		c.Rows = append(c.Rows, barraFila{
			TextY: y + 14, BarY: y + 22, Part: strconv.Itoa(max(1, min(100, 100*n/most))) + "%", Name: name, Value: strconv.Itoa(n) + " · " + percent(n, whole),
		})
		c.Table.Rows = append(c.Table.Rows, []string{name, strconv.Itoa(n), percent(n, whole)})
	}
	for i, o := range t.Origenes {
		if i >= masOrigenes {
			rest += o.Citas
			continue
		}
		add(l.origen(o), o.Citas)
	}
	if rest > 0 {
		add(l.t("tablero.others"), rest)
	}
	c.Height = len(c.Rows) * filaHeight
	return c
}

// origen is the name of who booked.
func (l locale) origen(o agenda.Origen) string {
	switch kind, _, _ := strings.Cut(string(o.Actor), ":"); {
	case o.Nombre == "" && o.Actor == tomahora.Sistema:
		return l.t("tablero.system")
	case o.Nombre == "":
		return string(o.Actor)
	case kind == "token":
		return l.t("tablero.program", o.Nombre)
	default:
		return o.Nombre
	}
}
