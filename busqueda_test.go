package tomahora_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestTerminos(t *testing.T) {
	tests := map[string][]string{
		"":                    nil,
		"  -. ":               nil,
		"fer":                 {"fer"},
		" María  JOSÉ ñuñez ": {"maria", "jose", "nunez"},
		"O'Higgins":           {"o", "higgins"},
		"Soto-Aguilar":        {"soto", "aguilar"},
		"12.345.678-5":        {"123456785"},
		"12345678-k":          {"12345678k"},
		"12.345.678 K":        {"12345678k"},
		"012345678-5":         {"123456785"},
		"+56 9 8765 4321":     {"56987654321"},
		"(9) 8765-4321":       {"987654321"},
		"juan 12.345.678":     {"juan", "12345678"},
		"perez k":             {"perez", "k"},
		"0":                   nil,
		`"*' %_\`:             nil,
		"a b c d e f g h":     {"a", "b", "c", "d", "e", "f"},
		strings.Repeat("ñ", 50): {
			strings.Repeat("n", 40),
		},
	}
	for typed, want := range tests {
		if diff := cmp.Diff(want, tomahora.Terminos(typed), cmp.Transformer("emptyIsNil", func(s []string) []string {
			return append([]string(nil), s...)
		})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", typed, diff)
		}
	}
}
