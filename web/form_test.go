package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestRefusalsStandBesideTheirFields(t *testing.T) {
	s := newTestWeb(t, tomahora.Usuario{}, nil).server
	r := s.stranger(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil))
	f := form{Values: url.Values{"nombre": {""}, "url": {"1"}}}
	err := tomahora.Problems{
		tomahora.Invalid(tomahora.CodeParametroRequerido, "nombre", "nombre"),
		tomahora.Invalid(tomahora.CodeParametroInvalido, "url", "url", "el dígito verificador no corresponde"),
		tomahora.Invalid(tomahora.CodeParametroInvalido, "url", "url", "otra cosa"),
		tomahora.Invalid(tomahora.CodeTopeProfesional, "hora_inicio"),
	}
	if !s.refuse(r, &f, err) {
		t.Fatal("not taken for a refusal")
	}
	want := map[string]string{
		"nombre": "Falta este dato",
		"url":    "No es válido: el dígito verificador no corresponde",
		"":       "El profesional ya tiene una cita a esa hora",
	}
	if diff := cmp.Diff(want, f.Problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if s.refuse(r, &f, tomahora.NotFound("la cita")) {
		t.Error("what is not there is no matter of the form")
	}
}

func TestNewField(t *testing.T) {
	f := form{Values: url.Values{"rut": {"1-9"}, "clave": {"secreta"}, "activo": {"on"}}, Problems: map[string]string{"rut": "mal"}}
	tests := []struct {
		name string
		got  field
		want field
	}{
		{"a text", newField(f, "rut", "RUT", "required", "hint=Con guion", "inputmode=text"), field{
			ID: "campo-rut", Name: "rut", Label: "RUT", Value: "1-9", Problem: "mal", Type: "text", Hint: "Con guion", Required: true, Needed: true,
			Attrs: []attr{{"inputmode", "text"}},
		}},
		{"a password is never sent back", newField(f, "clave", "Clave", "type=password"), field{
			ID: "campo-clave", Name: "clave", Label: "Clave", Type: "password",
		}},
		{"a box that is checked", newField(f, "activo", "Activo", "type=checkbox", "id=otro"), field{
			ID: "otro", Name: "activo", Label: "Activo", Value: "1", Type: "checkbox", Checked: true,
		}},
		{"a box that is not", newField(f, "otro", "Otro", "type=checkbox"), field{
			ID: "campo-otro", Name: "otro", Label: "Otro", Value: "1", Type: "checkbox",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.got); diff != "" {
				t.Errorf("field (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadFormRefusesWhatIsTooLong(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("a="+strings.Repeat("x", maxForm)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := readForm(httptest.NewRecorder(), r); tomahora.KindOf(err) != tomahora.KindTooLarge {
		t.Errorf("got %v", err)
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"María José Ñandú": "MJ", "ñ": "Ñ", "": "", "  Ana  ": "A"} {
		if got := initials(name); got != want {
			t.Errorf("%q has initials %q, want %q", name, got, want)
		}
	}
}
