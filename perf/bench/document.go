package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// document writes what was printed as Markdown, the ratios first.
func (p *printer) document(file string, start time.Time) error {
	var text strings.Builder
	fmt.Fprintf(&text, "# Performance\n\nWritten by `make performance` on %s, in %v.\n\n", p.host, time.Since(start).Round(time.Second))
	text.WriteString("Read the ratios: both sides of each were measured in the same run, in turns, and the median of the rounds is shown. The\n" +
		"absolute figures are those of this machine, where callers, program and database share the cores.\n")
	last := len(p.sections) - 1
	for _, s := range append([]section{p.sections[last]}, p.sections[:last]...) {
		s.markdown(&text)
	}
	return os.WriteFile(file, []byte(text.String()), 0o644) //nolint:gosec // a document for everybody
}

func (s section) markdown(text *strings.Builder) {
	if s.title != "" {
		fmt.Fprintf(text, "\n## %s\n", s.title)
	}
	rows := s.rows
	if rows[0][0] != "" {
		rows = slices.Insert(slices.Clone(rows), 0, make([]string, len(rows[0])))
	}
	text.WriteString("\n| " + strings.Join(rows[0], " | ") + " |\n|---|" + strings.Repeat("---:|", len(rows[0])-1) + "\n")
	for _, row := range rows[1:] {
		text.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
}
