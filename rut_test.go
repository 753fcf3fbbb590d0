package tomahora_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tomahora/tomahora"
)

func TestNormalizeRUT(t *testing.T) {
	tests := []struct {
		name, sent, want string
	}{
		{"as it is stored", "12345678-5", "12345678-5"},
		{"with dots", "12.345.678-5", "12345678-5"},
		{"without hyphen", "123456785", "12345678-5"},
		{"with spaces", " 12 345 678 - 5 ", "12345678-5"},
		{"with leading zeros", "012.345.678-5", "12345678-5"},
		{"with a small k", "60803000-k", "60803000-K"},
		{"the digit is not judged", "12345678-0", "12345678-0"},
		{"of one digit and its check digit", "1-9", "1-9"},
		{"nothing", "", ""},
		{"spaces", "  ", ""},
		{"a check digit alone", "K", "K"},
		{"a passport", " ab-123456 ", "AB-123456"},
		{"a letter for a check digit", "12345678-x", "12345678-X"},
		{"a letter of two bytes at the end", "12345678ñ", "12345678Ñ"},
		{"more digits than a RUT has", "12345678901234567890", "12345678901234567890"},
		{"a sign before it", "+12345678-5", "+12345678-5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tomahora.NormalizeRUT(tt.sent)
			if got != tt.want {
				t.Errorf("NormalizeRUT(%q) = %q, want %q", tt.sent, got, tt.want)
			}
			if again := tomahora.NormalizeRUT(got); again != got {
				t.Errorf("NormalizeRUT(%q) = %q, it is not stable", got, again)
			}
		})
	}
}

func TestParseRUTRefuses(t *testing.T) {
	for _, sent := range []string{"", "-", "K", "0-0", "00", "12345678-9", "60803000-0", "AB123456", "12345678", "1-9-9 x", "99999999999-9"} {
		if got, err := tomahora.ParseRUT(sent); err == nil || got != "" {
			t.Errorf("ParseRUT(%q) = %q, %v, want an error", sent, got, err)
		}
	}
}

// anyRUT is a RUT as it is stored.
func anyRUT(rt *rapid.T) string {
	return tomahora.FormatRUT(rapid.IntRange(1, 99_999_999).Draw(rt, "number"))
}

// spelled is a RUT as a person may write it.
func spelled(rt *rapid.T, rut string) string {
	body, dv, _ := strings.Cut(rut, "-")
	body = strings.Repeat("0", rapid.IntRange(0, 2).Draw(rt, "zeros")) + body
	if rapid.Bool().Draw(rt, "dots") {
		for i := len(body) - 3; i > 0; i -= 3 {
			body = body[:i] + "." + body[i:]
		}
	}
	if rapid.Bool().Draw(rt, "small") {
		dv = strings.ToLower(dv)
	}
	hyphen := rapid.SampledFrom([]string{"", "-", " - "}).Draw(rt, "hyphen")
	space := rapid.SampledFrom([]string{"", " ", "\t"}).Draw(rt, "space")
	return space + body + hyphen + dv + space
}

func TestARUTIsReadInAnySpelling(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rut := anyRUT(rt)
		sent := spelled(rt, rut)
		if got, err := tomahora.ParseRUT(sent); err != nil || got != rut {
			rt.Fatalf("ParseRUT(%q) = %q, %v, want %q", sent, got, err, rut)
		}
	})
}

func TestARUTWithAnotherDigitIsNeverRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rut := anyRUT(rt)
		body, right, _ := strings.Cut(rut, "-")
		for _, dv := range strings.Split("0123456789K", "") {
			if got, err := tomahora.ParseRUT(spelled(rt, body+"-"+dv)); (err == nil) != (dv == right) {
				rt.Fatalf("%s with digit %s = %q, %v; its digit is %s", body, dv, got, err, right)
			}
		}
	})
}
