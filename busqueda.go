package tomahora

import (
	"strings"
	"unicode"
)

// A search looks at no more of what was typed.
const (
	maxTerminos     = 6
	maxLargoTermino = 40
)

// Terminos are what a search for pacientes looks for, as it is typed: words of
// names, a RUT in any spelling, a phone number with or without its country code.
// Each is folded and holds nothing but letters and digits; none is empty.
func Terminos(typed string) []string {
	typed = strings.TrimSpace(Fold(typed))
	words := strings.Fields(typed)
	if isNumber(typed) {
		words = []string{typed} // its groups are one number
	}
	var terminos []string
	for _, word := range words {
		terminos = append(terminos, terminosOf(word)...)
	}
	return terminos[:min(len(terminos), maxTerminos)]
}

// terminosOf are those of one word: of a number what is left without dots and
// dashes, of a name its parts.
func terminosOf(word string) []string {
	separates := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	parts := strings.FieldsFunc(word, separates)
	if strings.ContainsFunc(word, unicode.IsDigit) {
		parts = []string{strings.TrimLeft(strings.Join(parts, ""), "0")}
	}
	var terminos []string
	for _, part := range parts {
		if letters := []rune(part); len(letters) > 0 {
			terminos = append(terminos, string(letters[:min(len(letters), maxLargoTermino)]))
		}
	}
	return terminos
}

// isNumber tells whether a text is a RUT or a phone number, however it is grouped.
func isNumber(s string) bool {
	digits := strings.TrimRight(s, "k")
	return len(s)-len(digits) <= 1 && strings.ContainsFunc(digits, unicode.IsDigit) && strings.Trim(digits, "0123456789.-+() ") == ""
}
