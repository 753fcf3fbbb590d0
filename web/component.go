package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// emptyState is what stands where a list has nothing: why, and what to do next.
type emptyState struct{ Icon, Title, Text, Action, Path string }

// newEmpty is an empty state; next, if any, is the words of a link and its path.
func newEmpty(icon, title, text string, next ...string) emptyState {
	e := emptyState{Icon: icon, Title: title, Text: text}
	if len(next) == 2 {
		e.Action, e.Path = next[0], next[1]
	}
	return e
}

// initials are those of the first two words of a name: "MR".
func initials(name string) string {
	var b strings.Builder
	for i, word := range strings.Fields(name) {
		first, _ := utf8.DecodeRuneInString(word)
		if i < 2 {
			b.WriteRune(unicode.ToUpper(first))
		}
	}
	return b.String()
}
