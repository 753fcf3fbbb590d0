package tomahora_test

import (
	"testing"

	"github.com/tomahora/tomahora"
)

func TestFormatRUT(t *testing.T) {
	tests := []struct {
		name   string
		number int
		want   string
	}{
		{"equal digits", 11111111, "11111111-1"},
		{"ascending digits", 12345678, "12345678-5"},
		{"a remainder of one is a K", 60803000, "60803000-K"},
		{"the smallest number with a K", 6, "6-K"},
		{"no remainder is a 0", 14, "14-0"},
		{"one digit", 1, "1-9"},
		{"seven digits", 7654321, "7654321-6"},
		{"a company", 97030000, "97030000-7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tomahora.FormatRUT(tt.number); got != tt.want {
				t.Errorf("FormatRUT(%d) = %q, want %q", tt.number, got, tt.want)
			}
		})
	}
}

func TestNombreCompleto(t *testing.T) {
	tests := []struct {
		name, nombre, apellidos, want string
	}{
		{"both stand with a space between", "Fernanda", "Risopatrón", "Fernanda Risopatrón"},
		{"nombre alone has no space behind it", "Fernanda", "", "Fernanda"},
		{"apellidos alone have no space before them", "", "Risopatrón", "Risopatrón"},
		{"nothing is nothing", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			paciente := tomahora.Paciente{Nombre: tt.nombre, Apellidos: tt.apellidos}
			if got := paciente.NombreCompleto(); got != tt.want {
				t.Errorf("of a paciente it is %q, want %q", got, tt.want)
			}
			profesional := tomahora.Profesional{Nombre: tt.nombre, Apellidos: tt.apellidos}
			if got := profesional.NombreCompleto(); got != tt.want {
				t.Errorf("of a profesional it is %q, want %q", got, tt.want)
			}
		})
	}
}
