package main

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// printer writes plain text tables and remembers the first error.
type printer struct {
	w        io.Writer
	err      error
	host     string
	sections []section
}

// section is a table that was written, whose first row are the headings where it
// begins with an empty cell.
type section struct {
	title string
	rows  [][]string
}

func (p *printer) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(p.w, format, args...); err != nil && p.err == nil {
		p.err = err
	}
}

// machine says where the figures come from.
func (p *printer) machine(now time.Time) {
	p.host = fmt.Sprintf("%s/%s, %d cores, %s, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), now.Format(time.DateOnly))
	p.printf("%s\n", p.host)
}

// table writes rows whose first column is text and whose others are figures.
func (p *printer) table(title string, rows [][]string) {
	p.sections = append(p.sections, section{title, rows})
	p.printf("\n%s\n", title)
	width := 0
	for _, row := range rows {
		width = max(width, len([]rune(row[0])))
	}
	// tabwriter aligns all columns to one side, so the text is padded here.
	tw := tabwriter.NewWriter(p.w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range rows {
		text := row[0] + strings.Repeat(" ", width-len([]rune(row[0])))
		if _, err := fmt.Fprintln(tw, "  "+text+"\t"+strings.Join(row[1:], "\t")+"\t"); err != nil && p.err == nil {
			p.err = err
		}
	}
	if err := tw.Flush(); err != nil && p.err == nil {
		p.err = err
	}
}

// measurements writes the medians of each.
func (p *printer) measurements(title, callers string, all ...*measurement) {
	rows := [][]string{{"", callers, "answered/s", "accepted/s", "refused", "p50 ms", "p99 ms", "CPU µs each"}}
	for _, m := range all {
		rows = append(rows, m.row())
	}
	p.table(title, rows)
}

func (m *measurement) row() []string {
	ms := func(percent int) string {
		return fmt.Sprintf("%.2f", median(m.each(func(t tally) float64 { return float64(t.percentile(percent).Microseconds()) / 1000 })))
	}
	refused := 100 * median(m.each(func(t tally) float64 { return float64(t.refused) / float64(max(1, t.answered())) }))
	cpu := median(m.each(func(t tally) float64 { return float64(t.cpu.Microseconds()) / float64(max(1, t.answered())) }))
	return []string{
		m.name, strconv.Itoa(m.callers),
		fmt.Sprintf("%.0f", median(m.each(tally.rate))), fmt.Sprintf("%.0f", median(m.each(tally.acceptedRate))),
		orDash(refused, "%.1f %%"), ms(50), ms(99), orDash(cpu, "%.0f"),
	}
}

// orDash spells a figure that does not apply, or is not known, as a dash.
func orDash(v float64, format string) string {
	if v == 0 {
		return "-"
	}
	return fmt.Sprintf(format, v)
}

// ratio is one line of the table of what must be shown.
type ratio struct {
	name      string
	got       float64
	must, aim float64
	atMost    bool   // smaller is better
	format    string // of the three figures; "%.2f" when empty
}

func (r ratio) verdict() string {
	switch {
	case r.reaches(r.aim):
		return "holds, aim reached"
	case r.reaches(r.must):
		return "holds"
	default:
		return "MISSES"
	}
}

func (r ratio) reaches(bound float64) bool {
	if r.atMost {
		return r.got <= bound
	}
	return r.got >= bound
}

func (r ratio) row() []string {
	format, sign := r.format, "≥ "
	if format == "" {
		format = "%.2f"
	}
	if r.atMost {
		sign = "≤ "
	}
	return []string{r.name, fmt.Sprintf(format, r.got), sign + fmt.Sprintf(format, r.must), sign + fmt.Sprintf(format, r.aim), r.verdict()}
}

func (p *printer) ratios(all []ratio) {
	rows := [][]string{{"", "measured", "must", "aim", ""}}
	for _, r := range all {
		rows = append(rows, r.row())
	}
	p.table("Ratios (÷ is the median of the rounds' ratios; answered/s on both sides)", rows)
}
